"""A project may well have packages that are called as ours are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.run import RunStatus
from runner.process.environment import current
from tests.helpers.processes import JOBCONSOLE, finish, start
from tests.helpers.project import ended, run_job
from tests.helpers.site import error_log_of, log_of, site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.engine.project import Project

OURS = ("jobconsole", "runner", "widgets", "launchd", "styles", "filelock", "json")
TRAPS = {
    f"{folder}/__init__.py": "raise RuntimeError('the package of the project')"
    for folder in OURS
}
IMPORTS_ITS_OWN = """
    try:
        import runner
    except RuntimeError as error:
        print(error)
"""
CONFIG = {
    "jobs": {
        "plain": {"command": ["true"], "when": {"every": "12h"}},
        "script": {"script": "own.py", "python": sys.executable},
        "module": {"script": "jobs/module.py", "python": sys.executable},
    }
}
MODULE = """
    class Job:
        def run(self):
            return None

    JOB = Job()
"""


@pytest.fixture
def trapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project full of traps that is the working directory and on PYTHONPATH."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONHOME", "/no/such/place")
    files = {**TRAPS, "own.py": IMPORTS_ITS_OWN, "jobs/module.py": MODULE}
    with site(tmp_path, CONFIG, files) as project:
        yield project


def test_workers_take_the_right_packages(trapped: Project) -> None:
    view = run_job(trapped, "plain")
    assert view.status is RunStatus.SUCCEEDED
    assert trapped.state.worker_log.read_text("utf-8") == ""


def test_scripts_see_the_packages_of_their_project(trapped: Project) -> None:
    view = run_job(trapped, "script")
    assert log_of(trapped, view.run_id) == "the package of the project\n"


def test_a_script_elsewhere_sees_none_of_them(trapped: Project) -> None:
    view = run_job(trapped, "module")
    errors = error_log_of(trapped, view.run_id)
    assert view.status is RunStatus.SUCCEEDED, errors


@pytest.mark.parametrize(
    "command",
    [
        [str(Path(sys.executable).with_name("jobconsole"))],
        [*JOBCONSOLE],
    ],
    ids=["installed", "python -P -m"],
)
def test_the_command_line_works_from_there(
    trapped: Project, command: list[str]
) -> None:
    words = ["--tick", "--force", "--job", "plain", "--wait"]
    environment = {"PATH": current()["PATH"], "HOME": current()["HOME"]}
    assert finish(start([*command, *words], trapped.root, environment)).code == 0
    run_id = api.resolve_run(trapped, "plain").run_id
    assert ended(trapped, run_id).status is RunStatus.SUCCEEDED
