"""What front ends ask about jobs and runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.engine.activity import Observer
    from runner.engine.browse import (
        Fires,
        HistoryPage,
        JobDetail,
        RunDetail,
    )
    from runner.engine.project import Project
    from runner.engine.run_files import FileText, RunFile
    from runner.engine.why.named_instant import Named
    from runner.model.account import Explanation
    from runner.model.activity import Activity
    from runner.model.agenda import Agenda
    from runner.model.comparison import Comparison
    from runner.model.receipt import Receipt
    from runner.model.simulation import Scenario, Simulated
    from runner.model.spec import Spec
    from runner.model.spending import JobCosts, Spending
    from runner.model.views import HistoryQuery, JobView, RunView


def list_jobs(project: Project) -> list[JobView]:
    """All jobs in the file's order, invalid ones too."""
    from runner.engine import browse

    return browse.list_jobs(project)


def job_detail(project: Project, job_id: str) -> JobDetail:
    """One job as it was resolved. Raises JobNotFoundError with the nearest name."""
    from runner.engine import browse

    return browse.job_detail(project, job_id)


def spec(project: Project, job_id: str) -> Spec:
    """A job as it was resolved, with where each value comes from.

    Raises JobNotFoundError with the nearest name.
    """
    from runner.engine import spec as specs

    return specs.spec(project, job_id)


def spending(project: Project) -> Spending:
    """What agents cost today and this month, and where the month is going."""
    from runner.engine import spending as report

    return report.spending_of(project, with_budgets=True)


def costs_of(project: Project, job_id: str) -> JobCosts:
    """What the agents of one job cost today and this month."""
    from runner.engine import spending as report

    return report.costs_of(project, job_id)


def next_fires(
    project: Project, job_id: str | None, after: int, count: int
) -> list[Fires]:
    """The next instants of one job, or of every job that has a schedule."""
    from runner.engine import browse

    return browse.next_fires(project, job_id, after, count)


def why(project: Project, job_id: str, at: int | None) -> Explanation:
    """Why a job ran at an instant (epoch seconds), or did not, or will.

    Without one: its latest decided occurrence. Raises JobNotFoundError.
    """
    from runner.engine.why import answer

    return answer.why(project, job_id, at)


def instant_for(project: Project, job_id: str, text: str) -> Named:
    """The instant that a person means by `06:00` or `2026-11-20 06:00` for a job.

    Or by RFC 3339. Raises ValueError, JobNotFoundError.
    """
    from runner.engine.why import named_instant

    return named_instant.instant_for(project, job_id, text)


def agenda(project: Project, start: int, end: int) -> Agenda:
    """What falls due in [start, end), epoch seconds, and what became of the past."""
    from runner.engine import agenda

    return agenda.agenda(project, start, end)


def simulate(project: Project, scenario: Scenario) -> Iterator[Simulated]:
    """What would happen in a window of time, in order; streams, and writes nothing."""
    from runner.engine.simulation import begin

    return begin.simulate(project, scenario)


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


def compare(project: Project, left: str, right: str) -> Comparison:
    """Two runs side by side. References as in `resolve_run`."""
    from runner.engine import compare

    return compare.compare(project, left, right)


def activity(project: Project, observer: Observer, run_id: str) -> Activity:
    """One look at a run: processes, output, agent. Keep the observer between looks.

    Raises JobNotFoundError.
    """
    from runner.engine import activity

    return activity.activity(project, observer, run_id)
