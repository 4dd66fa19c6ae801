"""The project as a whole: opening it, its configuration, ticks, its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.engine.project import Project, open_project
from runner.store.folders import StateDir

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from runner.engine.reindex import Rebuilt
    from runner.engine.tick import TickReport
    from runner.engine.watch import Watch
    from runner.model.config import Config
    from runner.model.system import Attendance, DiskUse, Leaving, SystemView
    from runner.process.driver import Driver


def open_at(
    config: Path, start: Mapping[str, str], home: Path
) -> AbstractContextManager[Project]:
    """Open the project of a configuration file, wherever it keeps its state.

    An index that was lost is rebuilt first, so that nothing runs twice.
    """
    from runner.config.locate import state_dir_of

    state_dir = state_dir_of(config, home)
    if StateDir(state_dir).has_lost_index():
        from runner.engine.reindex import reindex as rebuild

        rebuild(config, state_dir, start)
    return open_project(config, state_dir, start)


def find_config(
    explicit: str | None, from_environment: str | None, cwd: Path, home: Path
) -> Path:
    """Raises ConfigNotFoundError with what to do."""
    from runner.config import locate

    return locate.find_config(explicit, from_environment, cwd, home)


def validate(config: Path, start: Mapping[str, str], home: Path) -> Config:
    """Read a configuration with all its problems; nothing is written anywhere."""
    from runner.engine.refresh import read_config

    return read_config(config, start, home)


def tick(
    project: Project, *, every: int | None = None, dry_run: bool = False
) -> TickReport:
    """One pass: repair, enqueue what is due, admit, start workers.

    `every` is after how many seconds the next one is to come.
    """
    from runner.engine import tick

    return tick.run(project, tick.Rhythm(every), dry_run=dry_run)


def stay(project: Project, every: int, tell: Callable[[TickReport], None]) -> Leaving:
    """Keep running and start everything on time, until a signal ends it.

    `tell` is told what each tick and each instant has brought. Raises LockHeldError,
    ConfigInvalidError, StateUnavailableError.
    """
    from runner.engine.resident import Resident
    from runner.engine.resident import stay as keep_running
    from runner.process.wake import Wake

    with Wake() as wake:
        return keep_running(Resident(project, every, tell), project, wake)


def refresh(project: Project) -> None:
    """Bring the index up to date with the configuration, if it changed.

    A broken configuration leaves the last good one in force; raises
    ConfigInvalidError where there is none.
    """
    from runner.engine import refresh

    refresh.refresh(project)


def broken_configuration(project: Project) -> list[str]:
    """Why the configuration on disk is not the one in force; empty if it is."""
    from runner.engine import refresh

    return refresh.broken(project)


def environment(project: Project, *, renew: bool = False) -> dict[str, str]:
    """The base environment that jobs start from; `renew` records it again."""
    from runner.engine import operate

    return operate.environment(project, renew=renew)


def reindex(config: Path, start: Mapping[str, str], home: Path) -> Rebuilt:
    """Rebuild the index from the run folders and control.jsonl.

    It need not be readable any more. Raises LockHeldError while somebody else ticks.
    """
    from runner.config.locate import state_dir_of
    from runner.engine import reindex

    return reindex.reindex(config, state_dir_of(config, home), start)


def watch(project: Project) -> Watch:
    """Tells a console when something changed, and what there is to show then."""
    from runner.engine.watch import Watch

    return Watch(project)


def zone(project: Project) -> str:
    """The zone of jobs that name none."""
    from runner.engine.day import zone_name

    return zone_name(project)


def overview(project: Project) -> SystemView:
    """Versions, disk, ticks, workers, locks and what is wrong in the configuration."""
    from runner.engine import overview

    return overview.overview(project)


def state_dir(config: Path, home: Path) -> StateDir:
    """Where a project keeps its state; nothing is made or opened."""
    from runner.config.locate import state_dir_of

    return StateDir(state_dir_of(config, home))


def last_tick_by(project: Project, driver: Driver) -> int | None:
    """When (epoch milliseconds) this driver called last."""
    from runner.engine import attendance

    return attendance.last_tick_by(project, driver)


def agree_anew(project: Project) -> None:
    """Whoever called before has nothing to do with who is to call from now on."""
    from runner.engine import attendance

    attendance.agree_anew(project)


def release(project: Project) -> None:
    """Nobody calls the tick from now on: nobody is late, and no timer waits for him."""
    from runner.engine import attendance

    attendance.release(project)


def attendance(project: Project) -> Attendance:
    """Who calls the tick, whether it is overdue, and when nobody looked."""
    from runner.engine import attendance

    return attendance.attendance(project)


def disk_used(project: Project, budget_ms: int) -> DiskUse:
    """What the state takes of the disk, as far as it is counted in that time."""
    from runner.engine import overview

    return overview.disk_used(project.state.root, budget_ms, project.clock)
