"""What a good run leaves behind, and how it is said that it did not."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from runner.engine import evidence
from runner.engine.evidence import missing_evidence, witness
from runner.engine.plan import Plan
from runner.model.job import Command, Expect
from runner.process.environment import current
from tests.helpers.leaks import nothing_kept

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REPORTS = Expect(files=("reports/*.md",))


def shell(line: str) -> Expect:
    return Expect(command=Command((line,), shell=True))  # noqa: S604 - a model


def plan_of(root: Path, **environment: str) -> Plan:
    return Plan(
        argv=("true",),
        cwd=root,
        environment={"PATH": current()["PATH"], **environment},
        prompt=None,
        agent=None,
        timeout_ms=60_000,
        target="",
    )


def missing(
    root: Path,
    expect: Expect,
    work: Callable[[], object] = lambda: None,
    answer: str = "",
) -> str:
    """What is missing after some work."""
    seen = witness(expect, root)
    work()
    return missing_evidence(seen, plan_of(root), answer, lambda: True)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """One that was there before the run."""
    path = tmp_path / "reports" / "old.md"
    path.parent.mkdir()
    path.write_text("old", "utf-8")
    return path


def test_a_file_that_was_there_before_is_no_evidence(
    tmp_path: Path, report: Path
) -> None:
    assert missing(tmp_path, REPORTS) == (
        "no evidence: it wrote nothing that matches reports/*.md"
    )
    assert missing(tmp_path, Expect(exists=("reports/*.md",))) == ""
    assert missing(tmp_path, REPORTS, report.unlink) != ""


def replace(path: Path) -> None:
    """By another file of the same size and time."""
    status = path.stat()
    other = path.with_suffix(".new")
    other.write_text("new", "utf-8")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.rename(path)


@pytest.mark.parametrize(
    "work",
    [
        lambda path: path.with_name("new.md").write_text("new", "utf-8"),
        lambda path: path.write_text("longer than it was", "utf-8"),
        lambda path: os.utime(path, ns=(1, 1)),
        replace,
    ],
)
def test_a_file_that_was_written(
    tmp_path: Path, report: Path, work: Callable[[Path], object]
) -> None:
    assert missing(tmp_path, REPORTS, lambda: work(report)) == ""


def test_each_glob_must_have_its_file(tmp_path: Path, report: Path) -> None:
    expect = Expect(files=("reports/*.md", "reports/*.json"))
    said = missing(tmp_path, expect, lambda: report.write_text("changed"))
    assert said == "no evidence: it wrote nothing that matches reports/*.json"


def test_a_folder_is_no_file(tmp_path: Path, report: Path) -> None:
    assert missing(tmp_path, Expect(exists=("reports",))) != ""
    made = report.with_name("folder.md")
    assert missing(tmp_path, REPORTS, made.mkdir) != ""


def test_files_below_folders(tmp_path: Path) -> None:
    def work() -> None:
        (tmp_path / "a" / "b").mkdir(parents=True)
        (tmp_path / "a" / "b" / "found.txt").touch()

    assert missing(tmp_path, Expect(files=("**/found.txt",)), work) == ""


def test_what_must_be_there(tmp_path: Path) -> None:
    expect = Expect(exists=("index.md",))
    assert missing(tmp_path, expect) == "no evidence: nothing matches index.md"
    assert missing(tmp_path, expect, (tmp_path / "index.md").touch) == ""


def test_a_link_that_leads_nowhere_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "index.md").symlink_to("nowhere")
    assert missing(tmp_path, Expect(exists=("index.md",))) != ""
    assert missing(tmp_path, Expect(files=("*.md",))) != ""


@pytest.mark.parametrize(
    ("pattern", "answer", "found"),
    [
        ("done", "All done.", True),
        ("Done", "All done.", False),
        ("(?i)DONE", "All done.", True),
        ("^done$", "first\ndone\nlast", True),
        ("first.*last", "first\nlast", False),
        ("done", "", False),
    ],
)
def test_a_pattern_in_the_answer(
    tmp_path: Path, pattern: str, answer: str, found: bool
) -> None:
    said = missing(tmp_path, Expect(answer=pattern), answer=answer)
    expected = f"no evidence: its answer has nothing that matches {pattern}"
    assert said == ("" if found else expected)


def test_a_command_judges(tmp_path: Path) -> None:
    assert missing(tmp_path, shell("exit 0")) == ""
    assert missing(tmp_path, shell("exit 3")) == (
        "no evidence: exit 3 ended with exit code 3"
    )
    said = missing(tmp_path, shell("echo two; echo ' files' >&2; exit 1"))
    assert said.endswith(" ended with exit code 1: two files")
    assert missing(tmp_path, shell("kill -TERM $$")) == (
        "no evidence: kill -TERM $$ was ended by a signal"
    )


def test_a_command_stands_where_the_run_stood(tmp_path: Path) -> None:
    """In its folder and with its environment, its words as they are."""
    script = "import os, sys; sys.exit(f'{os.getcwd()} {os.environ} {sys.argv[1:]}')"
    argv = (sys.executable, "-c", script, "$HOME *")
    seen = witness(Expect(command=Command(argv)), tmp_path)
    said = missing_evidence(seen, plan_of(tmp_path, LEVEL="info"), "", lambda: True)
    assert "'LEVEL': 'info'" in said
    assert said.endswith("['$HOME *']")
    assert missing(tmp_path, shell(f'test "$PWD" = "{tmp_path}"')) == ""


def test_what_a_command_says_is_shortened_and_harmless(tmp_path: Path) -> None:
    line = "printf '\\033[31m'; head -c 100000 /dev/zero | tr '\\0' x; echo END; exit 1"
    said = missing(tmp_path, shell(line))
    assert said.endswith("xEND")
    assert len(said) < 500
    assert "\x1b" not in said


def test_a_command_that_cannot_start(tmp_path: Path) -> None:
    expect = Expect(command=Command(("./no-such-check",)))
    said = missing(tmp_path, expect)
    assert said.startswith("no evidence: cannot start ./no-such-check: No such file")


def test_a_command_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "COMMAND_MS", 100)
    with nothing_kept():
        said = missing(tmp_path, shell("sleep 60 & sleep 60"))
    assert said.startswith("no evidence: sleep 60 & sleep 60 took more than ")


def test_a_command_has_no_more_time_than_the_job(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)._replace(timeout_ms=100)
    seen = witness(shell("sleep 60"), tmp_path)
    said = missing_evidence(seen, plan, "", lambda: True)
    assert said == "no evidence: sleep 60 took more than 0.1 s"


def test_nobody_waits_for_a_command_that_nobody_wants(tmp_path: Path) -> None:
    seen = witness(shell("sleep 60"), tmp_path)
    with nothing_kept():
        assert missing_evidence(seen, plan_of(tmp_path), "", lambda: False) != ""


def test_the_first_thing_that_is_missing_is_told(tmp_path: Path) -> None:
    """The command last: it may take time."""
    mark = tmp_path / "asked"
    expect = Expect(
        files=("a",),
        exists=("b",),
        answer="c",
        command=Command((f"touch {mark}",), shell=True),  # noqa: S604 - a model
    )
    assert missing(tmp_path, expect) == "no evidence: nothing matches b"
    assert not mark.exists()


def test_nothing_is_expected(tmp_path: Path) -> None:
    assert missing(tmp_path, Expect()) == ""
