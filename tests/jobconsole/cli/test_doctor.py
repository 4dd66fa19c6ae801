from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobconsole.cli import main
from jobconsole.cli.session import Session
from jobconsole.doctor.context import WITHIN_MS
from runner.process.driver import Driver
from runner.process.table import process_table
from tests.helpers.processes import PATIENCE_MS, finish, start
from tests.helpers.project import write_project
from tests.helpers.wait import wait_until
from tests.jobconsole.cli.program import (
    PIPE,
    TERMINAL,
    Called,
    surroundings,
    text_of,
)

if TYPE_CHECKING:
    from jobconsole.wiring import Terminal

SECRET = "hunter2"
FINE = 'jobs: {fine: {command: ["true"]}}\n'
BAD = "jobs: {bad: {command: [no-such-program]}}\n"

CRONTAB = """\
#!/bin/sh
case "$1" in
-l) cat {table} 2>/dev/null || {{ echo "no crontab for ann" >&2; exit 1; }} ;;
-r) rm {table} ;;
*) cp "$1" {table} ;;
esac
"""


def cron_for(table: Path) -> None:
    """A daemon that looks once, as soon as there is something for it."""

    def line() -> str:
        words = table.read_text("utf-8").splitlines()
        return next((it for it in words if it.startswith("* * * * * ")), "")

    command = wait_until(line, "a line for cron").removeprefix("* * * * * ")
    finish(
        start(
            ["/bin/sh", "-c", command.replace("\\%", "%")],
            Path("/"),
            {"HOME": "/tmp", "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"},
        )
    )


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """The only programs: no driver of this machine is asked or touched."""
    folder = tmp_path / "tools"
    folder.mkdir()
    (folder / "true").symlink_to("/bin/true")
    return folder


def call(root: Path, tools: Path, *words: str, terminal: Terminal = PIPE) -> Called:
    here = surroundings(root, terminal)
    given = {**here.environment, "PATH": str(tools), "LANG": "C.UTF-8"}
    here = here._replace(environment=given)
    code = main.call(Session(here), ["doctor", *words])
    return Called(int(code), text_of(here.stdout), text_of(here.stderr))


def test_every_finding_has_its_mark_and_its_remedy(tmp_path: Path, tools: Path) -> None:
    write_project(tmp_path, BAD)
    called = call(tmp_path, tools, "--in", "shell", terminal=TERMINAL)
    assert called.code == 1
    assert (
        "\x1b[31m✗\x1b[0m command no-such-program (of bad) is not there" in called.out
    )
    assert "    \x1b[0m" not in called.out
    assert "Install it or correct its name" in called.out
    assert called.out.splitlines()[-1].startswith("looked at from shell: ")
    assert "Traceback" not in called.err
    assert SECRET not in called.out


def test_marks_in_ascii(tmp_path: Path, tools: Path) -> None:
    write_project(tmp_path, FINE)
    called = call(tmp_path, tools, "--in", "shell", "--ascii")
    assert "✓" not in called.out
    assert "  + 1 job, jobconsole " in called.out


def test_without_a_driver_it_looks_from_the_shell(tmp_path: Path, tools: Path) -> None:
    write_project(tmp_path, FINE)
    called = call(tmp_path, tools)
    assert called.code == 1
    assert "no driver is installed" in called.out
    assert "looked at from shell: 1 error" in called.out


def test_programs_get_json(tmp_path: Path, tools: Path) -> None:
    write_project(tmp_path, BAD)
    called = call(tmp_path, tools, "--in", "shell", "--json")
    document = called.json()
    assert isinstance(document, dict)
    assert (document["schema"], document["context"]) == (1, "shell")
    assert document["facts_here"] == document["facts_there"]
    missing = next(it for it in document["findings"] if it["code"] == "program_missing")
    assert missing["level"] == "error"
    assert missing["subject"] == "programs"
    assert missing["data"]["jobs"] == ["bad"]
    assert SECRET not in called.out


def test_a_driver_that_is_not_there_is_an_error(tmp_path: Path, tools: Path) -> None:
    write_project(tmp_path, FINE)
    called = call(tmp_path, tools, "--in", "launchd", "--json")
    assert called.code == 1
    document = called.json()
    assert isinstance(document, dict)
    errors = [it for it in document["findings"] if it["level"] == "error"]
    assert [it["code"] for it in errors] == ["probe_refused"]
    assert document["facts_there"] is None


def test_cron_starts_a_probe_and_is_left_as_it_was(
    tmp_path: Path, tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("launchd.cron.DAEMONS", frozenset({_own_name()}))
    monkeypatch.setitem(WITHIN_MS, Driver.CRON, PATIENCE_MS)
    for name in ("cat", "cp", "rm"):
        (tools / name).symlink_to(_whereabouts(name))
    table = tmp_path / "table"
    table.write_text("# mine\n")
    (tools / "crontab").write_text(CRONTAB.format(table=table))
    (tools / "crontab").chmod(0o755)
    write_project(tmp_path, FINE)
    with ThreadPoolExecutor() as executor:
        cron = executor.submit(cron_for, table)
        called = call(tmp_path, tools, "--in", "cron", "--json")
    cron.result()
    document = called.json()
    assert isinstance(document, dict)
    assert "full minute" in called.err
    seen = document["facts_there"]["process"]["variables"]
    assert (seen["HOME"], seen["PATH"]) == ("/tmp", "/usr/bin:/bin")
    assert table.read_text() == "# mine\n"


def _own_name() -> str:
    """A process that surely runs, to stand for cron's daemon."""
    return process_table().processes()[os.getpid()].command


def _whereabouts(name: str) -> str:
    found = shutil.which(name)
    assert found
    return found


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_state_that_cannot_be_used_is_a_finding(
    tmp_path: Path, tools: Path, words: tuple[str, ...]
) -> None:
    write_project(tmp_path, FINE)
    (tmp_path / ".jobconsole").write_text("no folder")
    called = call(tmp_path, tools, "--in", "shell", *words)
    assert called.code == 1
    assert "cannot use the state directory" in called.out
    assert "Traceback" not in called.err


def test_a_configuration_that_was_never_good_is_a_finding(
    tmp_path: Path, tools: Path
) -> None:
    write_project(tmp_path, "jobs: [")
    called = call(tmp_path, tools, "--in", "shell")
    assert called.code == 1
    assert "jobconsole validate" in called.out


def test_without_a_project_there_is_nothing_to_look_at(
    tmp_path: Path, tools: Path
) -> None:
    assert call(tmp_path, tools).code == 3


def test_a_home_that_is_not_there(tmp_path: Path, tools: Path) -> None:
    write_project(tmp_path, FINE)
    here = surroundings(tmp_path)
    gone = str(tmp_path / "gone")
    given = {**here.environment, "PATH": str(tools), "HOME": gone}
    session = Session(here._replace(environment=given, home=tmp_path / "gone"))
    assert main.call(session, ["doctor", "--in", "shell"]) == 1
    assert f"the HOME of jobs, {gone}, is not there" in " ".join(
        text_of(here.stdout).split()
    )
