"""Whole examinations: a real project, a real probe, and no secret in what is told."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobconsole.cli.doctor import document
from jobconsole.doctor.drivers import Called
from jobconsole.doctor.examine import Request, examine, unusable
from jobconsole.doctor.facts import Answer
from jobconsole.doctor.findings import Code, Context, Diagnosis, Level, Subject
from launchd.machine import Machine
from launchd.service import Found
from runner.model.errors import StateUnavailableError
from runner.process.driver import Driver
from tests.fakes.backend import FakeBackend
from tests.helpers.project import opened, write_project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobconsole.standing import Ailment

SECRET = "hunter2-and-more"

JOBS = """\
jobs:
  feed: {command: [only-here]}
  quiet: {command: ["true"], env: {API_TOKEN: hunter2-and-more}}
  bug:
    prompt: Hello
    agent: claude
    env_file: keys.env
    env_pass: [DEPLOY_KEY, ANTHROPIC_API_KEY]
  broken: {comand: [x]}
"""
CLAUDE = """\
#!/bin/sh
echo "$DEPLOY_KEY $API_TOKEN $ANTHROPIC_API_KEY" >&2
echo 2.1.328
"""


@pytest.fixture
def shell(tmp_path: Path) -> Mapping[str, str]:
    """A shell that has a tool, a login and a secret of its own."""
    home = tmp_path / "home"
    tools = tmp_path / "tools"
    for place in (home, tools):
        place.mkdir()
    for name, text in (("claude", CLAUDE), ("only-here", "#!/bin/sh\n")):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    return {
        "PATH": f"{tools}:{os.defpath}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "DEPLOY_KEY": SECRET,
    }


def examined(
    root: Path,
    shell: Mapping[str, str],
    base: Mapping[str, str],
    backend: FakeBackend,
    context: Context | None = None,
) -> Diagnosis:
    """A project whose jobs start from this base; the backend calls it."""
    files = {"keys.env": f"ANTHROPIC_API_KEY={SECRET}\n"}
    config = write_project(root / "farm", JOBS, files)
    state = config.parent / ".jobconsole"
    state.mkdir(mode=0o700)
    (state / "environment.json").write_text(json.dumps(base))
    (state / "environment.json").chmod(0o600)
    machine = Machine(root / "home", os.getuid(), "ann", shell)
    found = Found(backend.driver, "jobconsole.farm-1", (), "", None, True, True)
    with opened(config) as project:
        request = Request(
            context=context,
            backends=[backend],
            called=Called((found,)),
            environment=lambda it: {"JOBCONSOLE_DRIVER": str(it.driver)},
            say=lambda _: None,
        )
        return examine(project, machine, request)


def codes(diagnosis: Diagnosis, *levels: Level) -> set[Code | Ailment]:
    return {it.code for it in diagnosis.findings if it.level in levels}


def test_what_jobs_lack_is_found_from_where_they_run(
    tmp_path: Path, shell: Mapping[str, str]
) -> None:
    base = {"PATH": os.defpath, "HOME": str(tmp_path / "home")}
    diagnosis = examined(tmp_path, shell, base, FakeBackend(tmp_path))
    assert diagnosis.context is Context.SYSTEMD
    assert codes(diagnosis, Level.ERROR) == {Code.PROGRAM_ONLY_IN_SHELL}
    assert {Code.LOCALE_ASCII, Code.JOBS_INVALID, Code.VARIABLE_NOT_PASSED} <= codes(
        diagnosis, Level.WARNING
    )
    assert Code.PATH_OLDER in codes(diagnosis, Level.NOTE)
    subjects = list(dict.fromkeys(it.subject for it in diagnosis.findings))
    assert subjects == sorted(subjects, key=list(Subject).index)


def test_a_refreshed_base_is_all_that_it_takes(
    tmp_path: Path, shell: Mapping[str, str]
) -> None:
    backend = FakeBackend(tmp_path)
    diagnosis = examined(tmp_path, shell, shell, backend)
    assert [it.environment for it in backend.installed] == [
        {"JOBCONSOLE_DRIVER": "systemd"}
    ]
    assert codes(diagnosis, Level.ERROR) == set()
    assert diagnosis.here is not None
    assert {it.answer for it in diagnosis.here.programs} == {Answer.UNASKED}
    assert diagnosis.there is not None
    versions = {it.wanted.name: it.version for it in diagnosis.there.programs}
    assert versions["claude"] == "2.1.328"
    login = next(it for it in diagnosis.findings if it.code is Code.LOGIN_OK)
    assert login.message == "claude: by ANTHROPIC_API_KEY"


@pytest.mark.parametrize("context", [Context.SHELL, Context.SYSTEMD])
def test_no_secret_is_told(
    tmp_path: Path, shell: Mapping[str, str], context: Context
) -> None:
    leaking = FakeBackend(tmp_path, extra={"TZ": SECRET, "API_TOKEN": SECRET})
    diagnosis = examined(tmp_path, shell, shell, leaking, context)
    assert SECRET not in repr(diagnosis)
    assert SECRET not in json.dumps(document(diagnosis))
    assert diagnosis.there is not None


def test_from_the_shell_nothing_is_started_elsewhere(
    tmp_path: Path, shell: Mapping[str, str]
) -> None:
    backend = FakeBackend(tmp_path)
    diagnosis = examined(tmp_path, shell, shell, backend, Context.SHELL)
    assert backend.installed == []
    assert diagnosis.here is not None
    assert diagnosis.there == diagnosis.here
    assert "2.1.328" in {it.version for it in diagnosis.here.programs}
    assert codes(diagnosis, Level.ERROR) == set()


def test_a_driver_that_cannot_be_used_is_an_error(
    tmp_path: Path, shell: Mapping[str, str]
) -> None:
    backend = FakeBackend(tmp_path, Driver.CRON)
    backend.why_not = "there is no crontab here"
    diagnosis = examined(tmp_path, shell, shell, backend, Context.CRON)
    assert codes(diagnosis, Level.ERROR) == {Code.PROBE_REFUSED}
    assert diagnosis.there is None
    assert document(diagnosis)["facts_there"] is None


def test_what_the_journal_says_is_quoted(
    tmp_path: Path, shell: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobconsole.doctor.context.USUALLY_WITHIN_MS", 200)
    journal = Path(shell["PATH"].partition(":")[0]) / "journalctl"
    journal.write_text(f'#!/bin/sh\necho "$4 failed with {SECRET}"\n')
    journal.chmod(0o755)
    backend = FakeBackend(tmp_path, starts=False)
    diagnosis = examined(tmp_path, shell, shell, backend)
    (silent,) = (it for it in diagnosis.findings if it.level is Level.ERROR)
    assert silent.code is Code.PROBE_SILENT
    assert ".service failed with [hidden]" not in silent.message
    assert "failed with [hidden]" in silent.message


def test_a_project_that_cannot_be_opened_has_one_finding() -> None:
    error = StateUnavailableError("cannot use it", hint="Make it writable.")
    diagnosis = unusable(error, Context.SHELL)
    (finding,) = diagnosis.findings
    assert (finding.level, finding.code) == (Level.ERROR, Code.PROJECT_UNUSABLE)
    assert (finding.message, finding.remedy) == ("cannot use it", "Make it writable.")
    assert document(diagnosis)["facts_here"] is None
