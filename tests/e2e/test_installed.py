"""`jobconsole install` under a real systemd user manager, and what it brings about."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from jobconsole.cli.diagnostics import ExitCode
from launchd.service import label_of
from runner import api
from runner.model.run import RunStatus, Trigger
from runner.process.clock import SystemClock
from runner.store import runs, ticks
from runner.store.db import transaction
from tests.helpers.project import ended, write_project
from tests.helpers.site import until
from tests.helpers.user_manager import user_manager
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from runner.engine.project import Project
    from tests.helpers.user_manager import UserManager

HOUR = 3600


def jobs_at(now: int) -> dict[str, object]:
    """One of them was due half an hour ago, and every hour before."""
    hourly = {"every": "1h", "offset": (now - HOUR // 2) % HOUR}
    return {
        "soon": {"command": ["true"], "when": {"every": "1s"}},
        "hourly": {"command": ["true"], "when": hourly},
        "long": {"command": until("gate")},
    }


pytestmark = pytest.mark.slow


class Installed:
    """A project in the home of a user whom a real manager serves."""

    def __init__(self, manager: UserManager) -> None:
        self.manager = manager
        root = manager.home / 'my "jobs" 100% $HOME é'
        jobs = jobs_at(SystemClock().wall_ms() // 1000)
        self.config = write_project(root, json.dumps({"jobs": jobs}))
        self.label = label_of(self.config)

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`jobconsole` as the user types it after a login."""
        program = (sys.executable, "-P", "-m", "jobconsole")
        return self.manager.run([*program, "--config", str(self.config), *words])

    def status(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.call("status", "--json").stdout)
        return document

    def tick(self) -> None:
        """The driver calls, without waiting for its time."""
        self.call("install")
        unit = f"{self.label}.service"
        called = self.manager.run(["systemctl", "--user", "start", unit])
        assert called.returncode == 0, called

    def left(self) -> list[str]:
        """What there is of it in the user's units."""
        units = self.manager.home / ".config/systemd/user"
        return sorted(path.name for path in units.rglob(f"{self.label}*"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with user_manager(tmp_path_factory.mktemp("installed")) as manager:
        installed = Installed(manager)
        done = installed.call("install")
        assert done.returncode == ExitCode.FINE, done
        assert "the first tick came" in done.stderr
        yield installed
        (installed.config.parent / "gate").touch()
        installed.call("uninstall")


@pytest.fixture
def project(installed: Installed) -> Iterator[Project]:
    state = installed.config.parent / ".jobconsole"
    start = installed.manager.environment
    with api.open_project(installed.config, state, start) as project:
        yield project


def run_of(project: Project, job_id: str, trigger: Trigger) -> str | None:
    found = project.index.execute(
        "SELECT run_id FROM runs WHERE job_id = ? AND trigger = ?", (job_id, trigger)
    ).fetchone()
    return None if found is None else str(found[0])


def long_run(installed: Installed, project: Project) -> str:
    """One that goes on until somebody opens the gate; a test before may have begun it."""
    installed.call("run", "long", "--detach")
    return wait_until(lambda: next(iter(going_on(project, "long")), None), "a long run")


def going_on(project: Project, job_id: str = "long") -> list[str]:
    return [run.run_id for run in runs.running(project.index) if run.job_id == job_id]


def test_what_falls_due_runs(installed: Installed, project: Project) -> None:
    installed.call("install")
    assert ticks.latest(project.index, 1)[0].driver == "systemd"
    found = wait_until(lambda: run_of(project, "soon", Trigger.SCHEDULE), "a run")
    assert ended(project, found).status is RunStatus.SUCCEEDED
    assert installed.call("status").returncode == ExitCode.FINE
    [driver] = installed.status()["drivers"]
    assert driver["label"] == installed.label
    assert driver["config"] == str(installed.config)
    assert driver["loaded"]
    assert driver["enabled"]


def test_to_install_again_changes_nothing(installed: Installed) -> None:
    installed.call("install")
    before = installed.left()
    done = installed.call("install")
    assert done.returncode == ExitCode.FINE, done
    assert "already" in done.stderr
    assert installed.left() == before


def test_a_dry_run_shows_what_is_installed(installed: Installed) -> None:
    installed.call("install")
    shown = installed.call("install", "--dry-run").stdout
    units = installed.manager.home / ".config/systemd/user"
    for path in units.glob(f"{installed.label}.*"):
        assert path.read_text("utf-8") in shown


def test_a_run_outlives_the_tick_that_started_its_worker(
    installed: Installed, project: Project
) -> None:
    run_id = long_run(installed, project)
    known = len(ticks.latest(project.index, 1000))
    installed.tick()
    wait_until(lambda: len(ticks.latest(project.index, 1000)) > known, "a tick")
    assert run_id in going_on(project)


def test_what_was_missed_is_caught_up(installed: Installed, project: Project) -> None:
    with transaction(project.index):  # as if nobody had looked for two hours
        project.index.execute(
            "UPDATE jobs SET cursor = cursor - ?, next_at = next_at - ?"
            " WHERE id = 'hourly'",
            (2 * HOUR, 2 * HOUR),
        )
    installed.tick()
    found = wait_until(lambda: run_of(project, "hourly", Trigger.CATCH_UP), "a run")
    assert ended(project, found).status is RunStatus.SUCCEEDED


def test_another_way_replaces_the_one_before(installed: Installed) -> None:
    done = installed.call("install", "--every", "10m")
    assert "every 10m" in done.stderr, done
    assert installed.status()["drivers"][0]["every_ms"] == 600_000
    done = installed.call("install", "--resident")
    assert done.returncode == ExitCode.FINE, done
    assert f"{installed.label}.timer" not in installed.left()
    status = wait_until(lambda: _by_resident(installed), "the resident's tick")
    assert status["ok"]
    assert [it["kind"] for it in status["drivers"]] == ["resident"]


def test_uninstalling_leaves_nothing_and_ends_no_run(
    installed: Installed, project: Project
) -> None:
    assert installed.call("install", "--resident").returncode == ExitCode.FINE
    run_id = long_run(installed, project)
    done = installed.call("uninstall")
    assert done.returncode == ExitCode.FINE, done
    assert installed.left() == []
    assert installed.status()["resident_pid"] is None
    assert run_id in going_on(project)
    gate = installed.config.parent / "gate"
    gate.touch()
    assert ended(project, run_id).status is RunStatus.SUCCEEDED
    gate.unlink()
    assert "no driver is installed" in installed.call("status").stderr


def _by_resident(installed: Installed) -> dict[str, Any] | None:
    status = installed.status()
    stays = status["resident_pid"] is not None
    return status if stays and status["last_tick_by"] == "resident" else None
