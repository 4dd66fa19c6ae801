"""Answers what front ends ask about jobs and runs. Reads, and decides nothing."""

from __future__ import annotations

import difflib
import itertools
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.engine.enqueue import decode_schedule, legacy_instant
from runner.engine.job_view import job_views
from runner.engine.settle import read_receipt
from runner.model.definition import Definition, decode_definition
from runner.model.errors import JobNotFoundError
from runner.model.schedule import Legacy, Manual, Schedule
from runner.model.views import HistoryQuery, JobView, RunView
from runner.schedule import fires, legacy_due, sentence, timetable, without
from runner.store import history as store_history
from runner.store import jobs, occurrences, runs, standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.engine.project import Project
    from runner.model.receipt import Receipt
    from runner.store.db import Row
    from runner.store.folders import RunFolder


class JobDetail(msgspec.Struct, frozen=True):
    """One job as it was resolved; `definition` is None where it is invalid.

    `sentence` tells its schedule in full, without the zone. `model` is the one that its
    agent works with, as far as we choose it.
    """

    view: JobView
    definition: Definition | None
    sentence: str
    model: str | None = None


class Fires(NamedTuple):
    """Coming instants of a job, epoch seconds, and the zone to show them in."""

    job_id: str
    zone: str
    instants: list[int]


class HistoryPage(NamedTuple):
    """One page of runs, newest first; `more` says that there are older ones.

    `note` says which runs were not looked at, where the words name too many jobs.
    """

    runs: list[RunView]
    more: bool
    note: str = ""


class RunDetail(NamedTuple):
    """A run, its folder, and the JSON of its receipt once it has ended."""

    view: RunView
    folder: RunFolder
    receipt: bytes | None


def list_jobs(project: Project) -> list[JobView]:
    return job_views(project)


def job_detail(project: Project, job_id: str) -> JobDetail:
    row = _find(project, job_id)
    (view,) = job_views(project, row["id"])
    body = row["body"]
    definition = None if body is None else decode_definition(body)
    told = sentence(decode_schedule(row["schedule"]))
    return JobDetail(view, definition, told, _model(definition))


def _model(definition: Definition | None) -> str | None:
    agent = definition.job.agent if definition else None
    if agent is None:
        return None
    from runner.agents.registry import adapter

    return agent.model or adapter(agent).usual_model(agent.thinking_mode)


def next_fires(
    project: Project, job_id: str | None, after: int, count: int
) -> list[Fires]:
    rows = jobs.listed(project.index) if job_id is None else [_find(project, job_id)]
    skips = occurrences.skipped(project.index, project.now())
    ends = _ends_of_pauses(project)
    found: list[Fires] = []
    for row in rows:
        schedule = decode_schedule(row["schedule"])
        if job_id is not None or not isinstance(schedule, Manual):
            zone = row["timezone"] or project.system_zone()
            begin = max(after, ends.get(row["id"], after))
            skipped = skips.get(row["id"], ())
            instants = itertools.islice(_instants(schedule, row, begin, skipped), count)
            found.append(Fires(row["id"], zone, list(instants)))
    return found


def history(project: Project, query: HistoryQuery) -> HistoryPage:
    if query.job_id is not None:
        query = msgspec.structs.replace(query, job_id=_job_id(project, query.job_id))
    wider = msgspec.structs.replace(query, limit=query.limit + 1)
    job_ids, note = _jobs_named(project, query)
    found = store_history.page(project.index, wider, job_ids)
    return HistoryPage(found[: query.limit], len(found) > query.limit, note)


def _jobs_named(project: Project, query: HistoryQuery) -> tuple[list[str] | None, str]:
    """The jobs whose ids contain the query's words, as many as can be looked at."""
    if not query.job_words:
        return None, ""
    ids = store_history.jobs_named(project.index, query.job_words)
    if query.job_id is not None:
        ids = [job_id for job_id in ids if job_id == query.job_id]
    most = store_history.jobs_at_once(project.index, query)
    if len(ids) <= most:
        return ids, ""
    words = " ".join(query.job_words)
    return ids[:most], (
        f"{len(ids):,} jobs have {words} in their names:"
        f" only runs of the {most} that ran last are shown"
    )


def resolve_run(project: Project, reference: str) -> RunView:
    index = project.index
    matches = runs.with_prefix(index, reference)
    run_id = matches[0] if len(matches) == 1 else runs.latest_of_job(index, reference)
    view = store_history.one(index, run_id) if run_id else None
    if view is not None:
        return view
    if len(matches) > 1:
        message = f"several runs begin with {reference}"
        raise JobNotFoundError(message, hint="Give more of the run id.")
    if jobs.find(index, reference) is not None:
        message = f"{reference} has not run yet"
        raise JobNotFoundError(message, hint=f"Start it: jobconsole run {reference}")
    raise _unknown(project, reference)


def run_detail(project: Project, run_id: str) -> RunDetail:
    view = resolve_run(project, run_id)
    folder = project.state.run_folder(view.job_id, view.run_id)
    receipt = folder.receipt.read_bytes() if folder.receipt.exists() else None
    return RunDetail(view, folder, receipt)


def receipt(project: Project, run_id: str) -> Receipt | None:
    """What is known of a run that has ended; None before, or where it is damaged."""
    view = resolve_run(project, run_id)
    return read_receipt(project.state.run_folder(view.job_id, view.run_id))


def definition_of(project: Project, job_id: str) -> tuple[Row, Definition | None]:
    """A job's row with its definition, None where the job is invalid."""
    row = _find(project, job_id)
    return row, None if row["body"] is None else decode_definition(row["body"])


def once_known(project: Project, job_id: str) -> tuple[Row, Definition | None]:
    """As `definition_of`, also of a job that is not configured any more."""
    row = jobs.ever(project.index, job_id)
    if row is None:
        raise _unknown(project, job_id)
    return row, None if row["body"] is None else decode_definition(row["body"])


def _find(project: Project, job_id: str) -> Row:
    row = jobs.find(project.index, job_id)
    if row is None:
        raise _unknown(project, job_id)
    return row


def _job_id(project: Project, name: str) -> str:
    """The id as it is written, of a job that is configured or has a history."""
    row = jobs.ever(project.index, name)
    if row is not None:
        return str(row["id"])
    if runs.latest_of_job(project.index, name) is None:
        raise _unknown(project, name)
    return name.lower()


def _unknown(project: Project, name: str) -> JobNotFoundError:
    ids = [row["id"] for row in jobs.listed(project.index)]
    near = difflib.get_close_matches(name.lower(), ids, n=1)
    hint = f"Did you mean {near[0]}?" if near else "See `jobconsole list`."
    return JobNotFoundError(f"there is no job or run {name}", hint=hint)


def _ends_of_pauses(project: Project) -> dict[str, int]:
    """Until when jobs wait that go on by themselves."""
    return {
        job_id: row.until
        for job_id, rows in standing.by_job(project.index).items()
        if (row := standing.waiting(rows, project.now())) and row.until is not None
    }


def _instants(
    schedule: Schedule, row: Row, after: int, skipped: tuple[int, ...]
) -> Iterator[int]:
    if isinstance(schedule, Legacy):
        return _legacy_instants(schedule, row, after, skipped)
    return fires(without(timetable(schedule), skipped), after)


def _legacy_instants(
    schedule: Legacy, row: Row, after: int, skipped: tuple[int, ...]
) -> Iterator[int]:
    """What is expected if every run starts as soon as it is due."""
    fire = legacy_instant(schedule, row["last_started"], row["cursor"], skipped)
    fire = max(fire or int(row["next_at"]), after + 1)
    while True:
        yield fire
        fire = legacy_due(schedule, fire)
