"""Why a job ran at an instant, or did not, or will: from what was kept of it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from runner.engine.browse import once_known
from runner.engine.clocks import look_here
from runner.engine.enqueue import decode_schedule
from runner.engine.job_view import problem_of
from runner.engine.outlook import Progress, expected_fires, outlook
from runner.engine.why.case import Case, Finding, Since
from runner.engine.why.declined import explain_declined
from runner.engine.why.no_fire import explain_no_fire
from runner.engine.why.run import explain_run
from runner.engine.why.undecided import (
    clock_fact,
    explain_fire,
    never,
)
from runner.model.account import Explanation, Fact, NextFire
from runner.model.occurrence import Reason
from runner.model.schedule import Legacy
from runner.schedule import timetable
from runner.store import account, occurrences, standing

if TYPE_CHECKING:
    from runner.engine.project import Project
    from runner.store.account import Kept
    from runner.store.db import Row

FIRES_SHOWN = 5


def why(project: Project, job_id: str, at: int | None) -> Explanation:
    """What became, or will become, of the instant `at` of a job.

    Without one it is the latest decided occurrence, or else the next one. Raises
    JobNotFoundError.
    """
    with account.one_look(project.index):
        case = _case(project, job_id)
        instant = _instant(case) if at is None else at
        finding = never(case) if instant is None else _find(case, instant)
    facts = finding.facts
    if instant is not None:
        moments = case.about(instant)
        occurrence = Fact("instant", moments.full(instant))
        facts = [occurrence, *clock_fact(case, instant), *facts]
    return Explanation(
        job_id=case.job_id,
        zone=case.zone,
        now=case.now,
        asked=at,
        instant=instant,
        verdict=finding.verdict,
        answer=finding.answer,
        facts=tuple(facts),
        hint=finding.hint,
        run=finding.run,
        fires=tuple(_fires(case)),
        gap=finding.gap,
    )


def _case(project: Project, job_id: str) -> Case:
    index = project.index
    row, definition = once_known(project, job_id)
    progress = Progress(row["cursor"], row["next_at"], row["last_started"])
    id_ = row["id"]
    skipped = occurrences.skipped(index, project.now(), id_).get(id_, ())
    conditions = standing.by_job(index, id_).get(id_, {})
    own: dict[int, Reason | None] = dict.fromkeys(skipped, Reason.SKIPPED)
    return Case(
        project=project,
        job_id=id_,
        zone=row["timezone"] or project.system_zone(),
        schedule=decode_schedule(row["schedule"]),
        words=row["schedule_words"],
        definition=definition,
        problem=problem_of(row),
        progress=progress,
        since=_since(row),
        view=outlook(_config(row), conditions, own),
        here=look_here(project),
    )


def _since(row: Row) -> Since:
    return Since(
        row["first_seen_ms"] // 1000,
        row["schedule_since"],
        row["invalid_since"],
        (row["removed_since"] or row["cursor"]) if row["removed"] else None,
    )


def _config(row: Row) -> Reason | None:
    if row["problem"] is not None:
        return Reason.INVALID
    return None if row["enabled"] else Reason.DISABLED


def _instant(case: Case) -> int | None:
    """The occurrence that is meant where none is named: what is due comes first."""
    cursor = case.progress.cursor
    coming = next(expected_fires(case.schedule, case.progress, cursor), None)
    if coming is not None and coming <= case.now and not case.removed:
        return coming
    decided = account.latest_decided(case.project.index, case.job_id, case.now)
    return coming if decided is None and not case.removed else decided


def _find(case: Case, instant: int) -> Finding:
    kept = _kept(case, instant)
    if kept is not None and kept.run_id is not None:
        return explain_run(case, instant, kept, kept.run_id)
    if kept is not None and kept.reason is not None:
        return explain_declined(case, instant, kept, kept.reason)
    if _is_fire(case, instant):
        return explain_fire(case, instant)
    return explain_no_fire(case, instant)


def _kept(case: Case, instant: int) -> Kept | None:
    """How an instant was decided. A span tells its ends, and of fires in between."""
    row = account.row_at(case.project.index, case.job_id, instant)
    if row is not None:
        return row
    span = account.span_over(case.project.index, case.job_id, instant)
    if span is None:
        return None
    at_end = instant in {span.stretch.first, span.stretch.last}
    return span if at_end or _is_fire(case, instant) else None


def _is_fire(case: Case, instant: int) -> bool:
    schedule = case.schedule
    if isinstance(schedule, Legacy):
        expected = expected_fires(schedule, case.progress, instant - 1)
        return next(expected, None) == instant
    return timetable(schedule).latest(instant) == instant


def _fires(case: Case) -> list[NextFire]:
    from runner.schedule.daylight import offset

    if case.removed:
        return []
    coming = expected_fires(case.schedule, case.progress, case.now)
    return [
        NextFire(fire, offset(case.zone, fire), case.view.obstacle(fire))
        for fire in itertools.islice(coming, FIRES_SHOWN)
    ]
