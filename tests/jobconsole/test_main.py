"""The program as it is started: arguments, imports, pipes, signals, terminals."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from jobconsole.__main__ import wants_tick

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = """\
jobs:
  hello: {command: [echo, hello], when: {once: 2099-01-01T00:00:00Z}}
  lines: {command: [seq, "200000"]}
  waits: {command: "trap 'echo bye; exit 0' TERM; echo waiting; sleep 60 & wait"}
  stays: {command: "trap '' TERM; echo waiting; sleep 60; sleep 60"}
"""
PROGRAM = ("-P", "-m", "jobconsole")
IN_A_TERMINAL = (
    "import fcntl, os, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execv(sys.argv[1], sys.argv[1:])"
)
HEAVY = {
    "asyncio", "click", "croniter", "msgspec", "psutil", "rich", "shutil",
    "tempfile", "textual", "unicodedata", "yaml", "zoneinfo",
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "teleclaude.yml").write_text(CONFIGURATION)
    return tmp_path


def start(
    folder: Path, *words: str, options: tuple[str, ...] = ("-P",)
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-m", "jobconsole", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--tick"], True),
        (["--config", "a.yml", "--tick"], True),
        (["--json", "--force", "--job", "x", "--tick"], True),
        (["run", "x", "--", "--tick"], False),
        (["--config", "--tick"], False),
        (["list"], False),
        ([], False),
    ],
)
def test_what_is_a_tick(words: list[str], expected: bool) -> None:
    assert wants_tick(words) is expected


def test_a_tick_with_nothing_due_imports_next_to_nothing(project: Path) -> None:
    start(project, "--tick")
    probe = (
        "import sys\n"
        "from jobconsole.cli.tick import main\n"
        "code = main(['--tick'])\n"
        "print(code, *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", probe],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    code, *modules = done.stdout.split()
    assert code == "0", done.stderr
    assert "runner.engine.tick" in modules
    assert HEAVY.isdisjoint(modules)


def test_a_command_imports_only_its_own_module(project: Path) -> None:
    probe = (
        "import sys\n"
        "from jobconsole.cli.main import call\n"
        "from jobconsole.cli.session import Session\n"
        "from jobconsole.wiring import surroundings\n"
        "call(Session(surroundings()), ['history'])\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", probe],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    modules = set(done.stdout.split())
    assert "jobconsole.cli.history" in modules
    assert modules.isdisjoint({"jobconsole.cli.run", "jobconsole.cli.jobs", "textual"})


def test_a_folder_with_packages_of_the_same_names(project: Path) -> None:
    for name in ("runner", "widgets", "launchd", "click"):
        (project / name).mkdir()
        (project / name / "__init__.py").write_text("raise SystemExit('trapped')")

    for words in (("--tick",), ("list",)):
        done = start(project, *words, options=())

        assert (done.returncode, done.stderr) == (0, "")


def test_without_a_terminal_there_is_no_console(tmp_path: Path) -> None:
    done = start(tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert "the console needs a terminal" in done.stderr
    assert "jobconsole list" in done.stderr


def test_help_says_what_there_is(tmp_path: Path) -> None:
    done = start(tmp_path, "--help")

    assert done.returncode == 0
    assert "Without a command it opens the console." in done.stdout
    assert "Commands:" in done.stdout


def test_a_command_that_does_not_exist(tmp_path: Path) -> None:
    done = start(tmp_path, "histroy")

    assert done.returncode == 2
    assert "did you mean history?" in done.stderr


def test_completion_knows_the_jobs(project: Path) -> None:
    start(project, "--tick")
    words = ["_JOBCONSOLE_COMPLETE=fish_complete", "COMP_WORDS=jobconsole run he"]
    done = subprocess.run(
        ["env", *words, "COMP_CWORD=he", sys.executable, "-P", "-m", "jobconsole"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert "hello" in done.stdout
    assert "waits" not in done.stdout
    assert "_JOBCONSOLE_COMPLETE" in start(project, "completion", "zsh").stdout


@pytest.mark.slow
def test_a_reader_that_leaves_is_no_error(project: Path) -> None:
    program = f"{sys.executable} -P -m jobconsole"
    start(project, "run", "lines")

    done = subprocess.run(
        ["sh", "-c", f"{program} logs lines | head -1; {program} run lines | head -1"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.stdout == "1\n1\n"
    assert "Error" not in done.stderr
    assert done.stderr.startswith("✓ lines succeeded")


def test_nobody_reads_the_messages(project: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, *PROGRAM, "show", "nope"],
        cwd=project,
        stdout=writer,
        stderr=writer,
        check=False,
        timeout=60,
    )
    os.close(writer)

    assert done.returncode == 4


@pytest.mark.slow
def test_ctrl_c_asks_and_a_second_one_kills(project: Path) -> None:
    for job, presses, status in (("waits", 1, None), ("stays", 2, 9)):
        process = subprocess.Popen(  # noqa: TID251  the signal needs a live process
            [sys.executable, *PROGRAM, "run", job],
            cwd=project,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "waiting\n"
        for _ in range(presses):
            process.send_signal(signal.SIGINT)
            assert process.stderr.readline()
        process.communicate(timeout=60)

        assert process.returncode == 130
        shown = json.loads(start(project, "runs", "show", job, "--json").stdout)
        assert (shown["status"], shown["signal"]) == ("cancelled", status)


@pytest.mark.slow
def test_a_full_pool_waits_and_says_so_once(project: Path) -> None:
    config = project / "teleclaude.yml"
    config.write_text(f"concurrency: {{default: 1}}\n{config.read_text()}")
    first = start(project, "run", "waits", "--detach").stdout.strip()
    process = subprocess.Popen(  # noqa: TID251  the other run ends while it waits
        [sys.executable, *PROGRAM, "run", "hello"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    start(project, "cancel", first)
    out, err = process.communicate(timeout=60)

    assert "waits for a free place" in said
    assert (process.returncode, out) == (0, "hello\n")
    assert err.startswith("✓ hello succeeded")


@pytest.mark.slow
def test_a_terminal_that_goes_away_leaves_the_run_alone(project: Path) -> None:
    terminal, its_end = pty.openpty()
    process = subprocess.Popen(  # noqa: TID251  the terminal must be its own
        [sys.executable, "-c", IN_A_TERMINAL, sys.executable, *PROGRAM, "run", "waits"],
        cwd=project,
        stdin=its_end,
        stdout=its_end,
        stderr=its_end,
        start_new_session=True,
    )
    os.close(its_end)
    seen = b""
    while b"waiting" not in seen:
        seen += os.read(terminal, 1024)
    os.close(terminal)
    assert process.wait(60) == 0

    runs = json.loads(start(project, "history", "--json").stdout)
    start(project, "cancel", "waits", "--kill")
    assert [run["status"] for run in runs] == ["running"]
