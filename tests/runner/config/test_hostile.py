"""Files that want to break the reader: one clear problem, soon and in little memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.config.job_keys import JOB
from runner.config.project_keys import PROJECT
from runner.model.config import Config
from tests.runner.config.folder import Folder

MOST_MEMORY = 100 * 2**20
MOST_SECONDS = 1.0

# The limit is on what the load adds to an interpreter that has its modules.
LOAD = """
import json, resource, sys, time
from pathlib import Path
from runner.config.loader import Surroundings, load
from runner.schedule import timetable
from runner.model.schedule import At
timetable(At(((0, 0),), "UTC"))
resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[2]), int(sys.argv[2])))
start = time.process_time()
config = load(Path(sys.argv[1]), Surroundings(Path("/"), "UTC")).config
print(json.dumps({
    "seconds": time.process_time() - start,
    "fatal": config.fatal,
    "problems": [[problem.code, problem.message] for problem in config.problems],
}))
"""


def bomb() -> bytes:
    levels = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for name, below in zip("bcdefghij", "abcdefghi", strict=True):
        levels.append(f"{name}: &{name} [{', '.join([f'*{below}'] * 9)}]")
    return "\n".join(levels).encode()


HOSTILE = {
    "alias bomb": (bomb, "holds more than 1,000,000 values"),
    "aliases of aliases in keys": (
        lambda: b"a: &a {? [x] : y}\nb: *a",
        "a list or map as a key",
    ),
    "50 MB": (lambda: b"jobs: {a: {command: [x]}}\n" * 2_000_000, "larger than 16 MiB"),
    "100,000 levels of lists": (lambda: b"[" * 100_000, "more than 64 levels"),
    "100,000 levels of maps": (lambda: b"{a: " * 100_000, "more than 64 levels"),
    "100,000 levels in blocks": (lambda: b"- " * 100_000, "more than 64 levels"),
    "one line of 16 MB": (lambda: b"x" * 16_000_000, "must be a map, not 'xxx"),
    "16 MB beyond the first plane": (
        lambda: "😀".encode() * 4_000_000 + b"\0",
        "control character",
    ),
    "a path that ends in a NUL": (
        lambda: b'state_dir: "' + b"x" * 4_000_000 + b'\\0"',
        "is not path",
    ),
    "a state_dir that ends in a quote": (
        lambda: b"state_dir: x" + b" x" * 4_000_000 + b"  " * 1_000_000 + b'":',
        "mapping values are not allowed",
    ),
    "an object": (
        lambda: b"a: !!python/object/apply:os.system [touch x]",
        "only plain data is read",
    ),
    "tabs": (lambda: b"jobs:\n\ta: x\n", "cannot start any token"),
    "not UTF-8": (lambda: "jobs: é".encode("latin-1"), "is not UTF-8"),
    "UTF-16": (lambda: "jobs: x".encode("utf-16"), "is not UTF-8"),
    "NUL": (lambda: b"jobs: \0", "control character '\\x00'"),
    "a list": (lambda: b"- jobs\n", "must be a map, not a list"),
    "text": (lambda: b"jobs", "must be a map, not 'jobs'"),
    "documents": (lambda: b"jobs: {}\n---\njobs: {}\n", "more than one document"),
    "duplicate keys": (lambda: b"jobs: {}\njobs: {}\n", "'jobs' is defined twice"),
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA is Linux's")
@pytest.mark.parametrize("name", HOSTILE)
def test_one_clear_problem_in_time_and_memory(folder: Folder, name: str) -> None:
    content, message = HOSTILE[name]
    folder.write("teleclaude.yml", content())
    answer = loaded_within_limits(folder.config_path)
    assert answer.fatal
    ((code, told),) = answer.problems
    assert code == "config_invalid"
    assert message in told
    assert answer.seconds < MOST_SECONDS


class Answer(msgspec.Struct):
    """What the child printed."""

    seconds: float
    fatal: bool
    problems: list[tuple[str, str]]


def loaded_within_limits(path: Path) -> Answer:
    child = subprocess.run(
        [sys.executable, "-c", LOAD, str(path), str(MOST_MEMORY)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert child.returncode == 0, child.stderr
    return msgspec.json.decode(child.stdout, type=Answer)


def test_what_is_no_regular_file(folder: Folder) -> None:
    folder.config_path.mkdir()
    assert folder.problems_as_they_are() == [
        "config_invalid: teleclaude.yml cannot be read: Is a directory"
    ]
    folder.config_path.rmdir()
    os.mkfifo(folder.config_path)  # a reader would wait for ever
    assert folder.problems_as_they_are() == [
        "config_invalid: teleclaude.yml is not a regular file"
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(folder: Folder) -> None:
    folder.write("teleclaude.yml", "jobs: {}").chmod(0)
    assert folder.problems_as_they_are() == [
        "config_invalid: teleclaude.yml cannot be read: Permission denied"
    ]


def test_a_link_to_itself(folder: Folder) -> None:
    folder.config_path.symlink_to(folder.config_path)
    (problem,) = folder.problems_as_they_are()
    assert problem.startswith("config_invalid: teleclaude.yml cannot be read: ")


NAMES = [key.name for section in (PROJECT, JOB) for key in section.keys] + [
    *("max", "delay", "on", "to", "cron", "every", "at", "once", "profile", "env"),
    *("command", "memory", "usd", "custom", "a", "b-c", "!"),
]
SCALARS = st.sampled_from(
    [
        *("", "~", "true", "-1", "0", "3", "1e999", ".nan", "9" * 30, "10m", "1GiB"),
        *("06:00", "* * * * *", "Europe/Amsterdam", "../..", "claude", "custom", "[x"),
        *(
            "2026-12-01T09:00+01:00",
            "0001-01-01T00:00+23:59",
            "{${X}",
            "**",
            "é",
            "mon",
        ),
    ]
)
TREES = st.recursive(
    SCALARS.map(json.dumps) | SCALARS,
    lambda below: (
        st.lists(below, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(st.tuples(st.sampled_from(NAMES), below), max_size=4).map(
            lambda pairs: "{" + ", ".join(f"{k!r}: {v}" for k, v in pairs) + "}"
        )
    ),
    max_leaves=12,
)


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), TREES), max_size=5),
    st.lists(st.tuples(st.sampled_from(NAMES), TREES), max_size=5),
)
def test_whatever_is_written_is_told_and_never_raises(
    tmp_path_factory: pytest.TempPathFactory,
    top: list[tuple[str, str]],
    job: list[tuple[str, str]],
) -> None:
    root = tmp_path_factory.getbasetemp() / "trees"
    root.mkdir(exist_ok=True)
    folder = Folder(root)
    lines = [f"{name}: {value}" for name, value in top if name != "include"]
    lines += ["jobs:", "  a:", *(f"    {name!r}: {value}" for name, value in job)]
    config = folder.load("\n".join(lines))
    assert isinstance(config, Config)
    assert config.fatal or [job.id for job in config.jobs]
    for problem in config.problems:
        assert 1 <= problem.where.line <= len(lines) + 1
        assert problem.message
