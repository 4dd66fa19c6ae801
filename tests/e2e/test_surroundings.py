"""What a child starts from: its definition and the base environment, whoever started
what.
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.run import RunStatus
from runner.process.environment import current
from tests.helpers.processes import JOBCONSOLE, finish, python_program, start
from tests.helpers.project import ended, run_job
from tests.helpers.site import log_of, site

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from runner.engine.project import Project

CONFIG = {
    "jobs": {
        "a": {
            "command": python_program("surroundings.py"),
            "env": {"LEVEL": "info", "PLACE": "${HOME}/place"},
        }
    }
}

RICH = {
    "PATH": current()["PATH"],
    "HOME": "/home/rich",
    "USER": "rich",
    "LOGNAME": "rich",
    "SHELL": "/bin/zsh",
    "LANG": "en_IE.UTF-8",
    "LC_TIME": "de_DE.UTF-8",
    "TZ": "Europe/Amsterdam",
    "TMPDIR": "/tmp",
    "TERM": "xterm-256color",
    "EDITOR": "vi",
    "SSH_AUTH_SOCK": "/tmp/agent",
    "VIRTUAL_ENV": "/home/rich/.venv",
    "PYTHONPATH": "/home/rich/lib",
    "PYTHONSTARTUP": "/home/rich/.pythonrc",
    "PYTHONWARNINGS": "ignore",
    "OLDPWD": "/home",
}
LAUNCHD = {
    "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
    "HOME": "/home/rich",
    "USER": "rich",
    "LOGNAME": "rich",
    "SHELL": "/bin/zsh",
    "TMPDIR": "/var/folders/x",
    "XPC_SERVICE_NAME": "jobconsole.tick",
    "XPC_FLAGS": "0x0",
}
CRON = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/root",
    "LOGNAME": "rich",
    "SHELL": "/bin/sh",
    "LANG": "C.UTF-8",
    "MAILTO": "rich",
}


def found(project: Project, run_id: str) -> dict[str, object]:
    view = ended(project, run_id)
    assert view.status is RunStatus.SUCCEEDED, view
    said: dict[str, object] = json.loads(log_of(project, run_id))
    return said


def tick_from(
    project: Project, environment: Mapping[str, str], *before: str
) -> dict[str, object]:
    """What job `a` finds when a tick by hand starts it from these surroundings."""
    words = ["--tick", "--force", "--job", "a", "--config", str(project.config)]
    pid = start([*before, *JOBCONSOLE, *words], project.root, environment)
    assert finish(pid).code == 0
    return found(project, api.resolve_run(project, "a").run_id)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Opened from a rich environment, which becomes the base."""
    for name in current():
        monkeypatch.delenv(name)
    for name, value in RICH.items():
        monkeypatch.setenv(name, value)
    with site(tmp_path, CONFIG) as opened:
        yield opened


def test_a_job_sees_the_same_whoever_starts_it(project: Project) -> None:
    seen = [tick_from(project, starter) for starter in (RICH, LAUNCHD, CRON, {})]
    assert seen[0] == seen[1] == seen[2] == seen[3]
    environment = seen[0]["environment"]
    assert isinstance(environment, dict)
    environment.pop("LC_CTYPE", None)  # Python sets it where a locale is not installed
    assert environment == {
        **{name: RICH[name] for name in api.environment(project)},
        "LEVEL": "info",
        "PLACE": "/home/rich/place",
        "JOBCONSOLE_JOB": "a",
        "JOBCONSOLE_PROJECT": str(project.root),
        "JOBCONSOLE_ROLE": "admin",
        "TELECLAUDE_JOB_ROLE": "admin",
        "JOBCONSOLE_INPUT": "{}",
    }
    assert {"PATH", "HOME", "LC_TIME", "TZ", "TMPDIR"} <= environment.keys()
    assert "EDITOR" not in environment


def test_an_odd_starter_leaves_no_mark(project: Project) -> None:
    """One with a working directory, umask, signals and descriptors of its own."""
    usual = found(project, run_job(project, "a").run_id)
    odd = python_program("odd_starter.py")
    assert tick_from(project, current(), *odd) == usual


def test_a_child_finds_what_the_contract_says(project: Project) -> None:
    seen = found(project, run_job(project, "a").run_id)
    assert seen["cwd"] == str(project.root)
    assert seen["umask"] == 0o022
    assert seen["stdin"] == ""
    assert seen["descriptors"] == [0, 1, 2]
    assert seen["leads_its_session"] is True
    assert seen["blocked"] == 0
    assert seen["ignored"] == ["SIGPIPE", "SIGXFSZ"]  # by the child's own Python


def test_the_base_is_renewed_on_demand_only(project: Project) -> None:
    tick_from(project, CRON)
    assert api.environment(project)["HOME"] == "/home/rich"
    words = [*JOBCONSOLE, "env", "--refresh", "--config", str(project.config)]
    subprocess.run(words, env=CRON, check=True, capture_output=True, timeout=20)
    assert api.environment(project) == {
        name: CRON[name] for name in ("PATH", "HOME", "LOGNAME", "SHELL", "LANG")
    }
    seen = tick_from(project, RICH)["environment"]
    assert isinstance(seen, dict)
    assert seen["PLACE"] == "/root/place"
    assert "TZ" not in seen
