"""The operations that both front ends call.

Every function takes the opened project first. What a tick with nothing to do does
not need is imported when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.engine.project import Project, open_project
from runner.store.folders import StateDir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from runner.engine.activity import Observer
    from runner.engine.browse import (
        Fires,
        HistoryPage,
        JobDetail,
        RunDetail,
    )
    from runner.engine.control import Decided, Decision
    from runner.engine.follow import Chunk
    from runner.engine.named_instant import Named
    from runner.engine.operate import Cancelled, Order
    from runner.engine.propose import Proposal
    from runner.engine.reindex import Rebuilt
    from runner.engine.replay import Replayed, ReplayOrder
    from runner.engine.run_files import FileText, RunFile
    from runner.engine.tick import TickReport
    from runner.engine.undo import Undone
    from runner.engine.watch import Watch
    from runner.model.account import Explanation
    from runner.model.activity import Activity
    from runner.model.agenda import Agenda
    from runner.model.comparison import Comparison
    from runner.model.config import Config
    from runner.model.errors import Json
    from runner.model.receipt import Receipt
    from runner.model.spec import Spec
    from runner.model.system import DiskUse, SystemView
    from runner.model.views import HistoryQuery, JobView, RunView
    from runner.store.transcript import Transcript

__all__ = ["Project", "open_at", "open_project"]


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


def tick(project: Project, *, dry_run: bool = False) -> TickReport:
    """One pass: repair, enqueue what is due, admit, start workers."""
    from runner.engine import tick

    return tick.run(project, dry_run=dry_run)


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


def list_jobs(project: Project) -> list[JobView]:
    """All jobs in the file's order, invalid ones too."""
    from runner.engine import browse

    return browse.list_jobs(project)


def job_detail(project: Project, job_id: str) -> JobDetail:
    """One job as it was resolved. Raises JobNotFoundError with the nearest name."""
    from runner.engine import browse

    return browse.job_detail(project, job_id)


def next_fires(
    project: Project, job_id: str | None, after: int, count: int
) -> list[Fires]:
    """The next instants of one job, or of every job that has a schedule."""
    from runner.engine import browse

    return browse.next_fires(project, job_id, after, count)


def history(project: Project, query: HistoryQuery) -> HistoryPage:
    """Runs, newest first, by keyset pages."""
    from runner.engine import browse

    return browse.history(project, query)


def resolve_run(project: Project, reference: str) -> RunView:
    """A run by its id, the beginning of it, or its job's name (then the latest).

    Raises JobNotFoundError.
    """
    from runner.engine import browse

    return browse.resolve_run(project, reference)


def run_detail(project: Project, run_id: str) -> RunDetail:
    """A run with its folder and, once it has ended, its receipt."""
    from runner.engine import browse

    return browse.run_detail(project, run_id)


def submit(project: Project, order: Order) -> str:
    """Queue a run that somebody asks for and see that a worker takes it.

    Returns the run id. Raises JobNotFoundError, JobInvalidError, PolicyDeniedError,
    OverlapError.
    """
    from runner.engine import operate

    return operate.submit(project, order)


def cancel(
    project: Project, reference: str, *, actor: str, kill: bool = False
) -> Cancelled:
    """Ask a run to stop, or kill it. Raises JobNotFoundError."""
    from runner.engine import operate

    return operate.cancel(project, reference, actor=actor, kill=kill)


def follow(
    project: Project, run_id: str, *, until_ended: bool = True
) -> Iterator[Chunk]:
    """What a run writes, as it writes it; yields empty chunks while it waits."""
    from runner.engine import follow

    return follow.output(project, run_id, until_ended=until_ended)


def events(
    project: Project, run_id: str, *, follow: bool = False
) -> Iterator[Mapping[str, Json] | None]:
    """The events of a run in order; None now and then while it waits for more."""
    from runner.engine import follow as following

    return following.events(project, run_id, follow=follow)


def wait_until_ended(
    project: Project, run_ids: Sequence[str], proceed: Callable[[], bool]
) -> bool:
    """Wait until all of these runs have ended; False where `proceed` said no first."""
    from runner.engine import follow

    return follow.until_ended(project, run_ids, proceed)


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


def replay(project: Project, reference: str, order: ReplayOrder) -> Replayed:
    """Queue a run again as it was then. `reference` as in `resolve_run`.

    Raises JobNotFoundError, PolicyDeniedError, OverlapError.
    """
    from runner.engine import replay

    return replay.replay(project, reference, order)


def cost_since(project: Project, since_ms: int) -> float | None:
    """In USD, of runs that ended since then; None where none told its cost."""
    from runner.store import totals

    return totals.cost_since(project.index, since_ms)


def compare(project: Project, left: str, right: str) -> Comparison:
    """Two runs side by side. References as in `resolve_run`."""
    from runner.engine import compare

    return compare.compare(project, left, right)


def transcript(project: Project, run_id: str) -> Transcript:
    """What a run wrote as lines, to be read by window; both streams in their order."""
    from runner.engine import follow

    return follow.transcript(project, run_id)


def has_ended(project: Project, run_id: str) -> bool:
    from runner.engine import follow

    return follow.has_ended(project, run_id)


def propose(project: Project, job_id: str, user: str) -> Proposal:
    """What a person may choose before this job is run."""
    from runner.engine import propose

    return propose.propose(project, job_id, user)


def spec(project: Project, job_id: str) -> Spec:
    """A job as it was resolved, with where each value comes from.

    Raises JobNotFoundError with the nearest name.
    """
    from runner.engine import spec as specs

    return specs.spec(project, job_id)


def activity(project: Project, observer: Observer, run_id: str) -> Activity:
    """One look at a run: processes, output, agent. Keep the observer between looks.

    Raises JobNotFoundError.
    """
    from runner.engine import activity

    return activity.activity(project, observer, run_id)


def overview(project: Project) -> SystemView:
    """Versions, disk, ticks, workers, locks and what is wrong in the configuration."""
    from runner.engine import overview

    return overview.overview(project)


def disk_used(project: Project, budget_ms: int) -> DiskUse:
    """What the state takes of the disk, as far as it is counted in that time."""
    from runner.engine import overview

    return overview.disk_used(project.state.root, budget_ms, project.clock)


def pause(project: Project, job_id: str, decision: Decision) -> Decided:
    """Let nothing of a job start by schedule, for good or until an instant.

    As the next four it raises JobNotFoundError, PolicyDeniedError. An instant that
    has passed: TriggerInvalidError.
    """
    from runner.engine import control

    return control.pause(project, job_id, decision)


def resume(project: Project, job_id: str, decision: Decision) -> Decided:
    """Let a paused job start by schedule again; what it missed is not caught up."""
    from runner.engine import control

    return control.resume(project, job_id, decision)


def disable(project: Project, job_id: str, decision: Decision) -> Decided:
    """Disable a job as its file could."""
    from runner.engine import control

    return control.disable(project, job_id, decision)


def enable(project: Project, job_id: str, decision: Decision) -> Decided:
    """Take `disable` back; a job that its file disables stays disabled."""
    from runner.engine import control

    return control.enable(project, job_id, decision)


def skip(project: Project, job_id: str, decision: Decision) -> int:
    """Let a job's next occurrence pass; its instant.

    Raises TriggerInvalidError where none is to come.
    """
    from runner.engine import control

    return control.skip(project, job_id, decision)


def undo(project: Project, user: str) -> Undone | None:
    """Take back the last of those decisions of a user; None where there is none.

    Raises TooLateError, PolicyDeniedError.
    """
    from runner.engine import undo

    return undo.undo(project, user)


def why(project: Project, job_id: str, at: int | None) -> Explanation:
    """Why a job ran at an instant (epoch seconds), or did not, or will.

    Without one: its latest decided occurrence. Raises JobNotFoundError.
    """
    from runner.engine import explain

    return explain.why(project, job_id, at)


def instant_for(project: Project, job_id: str, text: str) -> Named:
    """The instant that a person means by `06:00` or `2026-11-20 06:00` for a job.

    Or by RFC 3339. Raises ValueError, JobNotFoundError.
    """
    from runner.engine import named_instant

    return named_instant.instant_for(project, job_id, text)


def agenda(project: Project, start: int, end: int) -> Agenda:
    """What falls due in [start, end), epoch seconds, and what became of the past."""
    from runner.engine import agenda

    return agenda.agenda(project, start, end)


def receipt(project: Project, run_id: str) -> Receipt | None:
    """What is known of a run that has ended; None before, or where it is damaged."""
    from runner.engine import browse

    return browse.receipt(project, run_id)


def run_files(project: Project, run_id: str) -> list[RunFile]:
    """The files that a run left in its folder. Raises JobNotFoundError."""
    from runner.engine import run_files

    return run_files.run_files(project, run_id)


def read_run_file(project: Project, run_id: str, name: str) -> FileText:
    """What one of them says, up to 256 KiB. Raises StateUnavailableError."""
    from runner.engine import run_files

    return run_files.read_run_file(project, run_id, name)


def run_in_terminal(argv: Sequence[str]) -> None:
    """Lend the terminal to a pager or an editor. Raises LaunchError."""
    from runner.process import spawn

    spawn.run_in_terminal(argv)
