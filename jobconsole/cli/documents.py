"""Read models as JSON documents: the shapes that programs may depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.cli.output import SCHEMA
from runner.model.instants import local_text, utc_text, utc_text_ms
from runner.model.occurrence import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.engine.browse import Fires
    from runner.model.config import Config
    from runner.model.errors import Json
    from runner.model.job import Problem
    from runner.model.system import Gap
    from runner.model.views import JobView, LastRun, LockView, ProblemView, RunView

    Document = Mapping[str, Json]


def job(view: JobView) -> Document:
    return {
        "id": view.id,
        "kind": view.kind,
        "agent": view.agent,
        "schedule": view.schedule,
        "timezone": view.timezone,
        "role": view.role,
        "enabled": view.enabled,
        "state": str(view.state),
        "next_run": None if view.next_at is None else utc_text(view.next_at),
        "last_run": _last_run(view.last_run) if view.last_run else None,
        "lock": _lock(view.lock) if view.lock else None,
        "problem": _problem_view(view.problem) if view.problem else None,
        "paused": _standing(view) if _waits(view, Reason.PAUSED) else None,
        "held": _standing(view) if _waits(view, Reason.HELD) else None,
        "disabled": None if view.enabled else _standing(view),
        "skipped": [utc_text(instant) for instant in view.skipped],
    }


def run(view: RunView) -> Document:
    """One line of the history."""
    return {
        "run_id": view.run_id,
        "job_id": view.job_id,
        "trigger": str(view.trigger),
        "role": view.role,
        "status": str(view.status),
        "scheduled_for": scheduled_for(view),
        "started_at": time(view.started_ms),
        "ended_at": time(view.ended_ms),
        "duration_ms": view.duration_ms,
        "exit_code": view.exit_code,
        "error": error(view),
        "cost_usd": view.cost_usd,
        "cost_estimated": view.cost_estimated,
        "tokens": view.tokens,
        "nothing_to_report": view.quiet,
    }


def unfinished(view: RunView, folder: str) -> Document:
    """Stands in for the receipt as long as there is none, under the same names."""
    return {
        "schema": SCHEMA,
        **run(view),
        "sequence": view.seq,
        "actor": view.actor,
        "signal": view.signal,
        "queued_at": utc_text_ms(view.queued_ms),
        "folder": folder,
    }


def fires(found: Fires) -> Document:
    return {
        "schema": SCHEMA,
        "job": found.job_id,
        "fires": [local_text(instant, found.zone) for instant in found.instants],
    }


def configuration(config: Config) -> Document:
    """What `validate` found."""
    return {
        "schema": SCHEMA,
        "valid": not config.problems,
        "problems": [problem(found) for found in config.problems],
        "warnings": [problem(found) for found in config.warnings],
    }


def problem(found: Problem) -> Document:
    return {
        "code": str(found.code),
        "message": found.message,
        "hint": found.hint,
        "file": found.where.file,
        "line": found.where.line,
        "column": found.where.column,
        "job_id": found.job_id,
    }


def gap(it: Gap) -> Document:
    """When nobody looked, and why: inferred from clocks."""
    return {
        "since": utc_text_ms(it.since_ms),
        "until": utc_text_ms(it.until_ms),
        "cause": str(it.cause),
        "asleep_ms": it.asleep_ms,
        "uncalled_ms": it.uncalled_ms,
        "booted": time(it.booted_ms),
        "inferred": True,
    }


def time(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else utc_text_ms(milliseconds)


def scheduled_for(view: RunView) -> str | None:
    return None if view.scheduled_for is None else utc_text(view.scheduled_for)


def error(view: RunView) -> Document | None:
    if view.error_code is None:
        return None
    return {"code": view.error_code, "message": view.error_message or ""}


def _waits(view: JobView, what: Reason) -> bool:
    return view.standing is not None and view.standing.what is what


def _standing(view: JobView) -> Document | None:
    """Who paused, held or disabled a job by command."""
    it = view.standing
    if it is None:
        return None
    return {
        "by": it.actor,
        "reason": it.reason,
        "since": utc_text_ms(it.since_ms),
        "until": None if it.until is None else utc_text(it.until),
    }


def _last_run(last: LastRun) -> Document:
    return {
        "run_id": last.run_id,
        "status": str(last.status),
        "ended_at": utc_text_ms(last.ended_ms),
        "duration_ms": last.duration_ms,
    }


def _lock(lock: LockView) -> Document:
    return {
        "pid": lock.pid,
        "run_id": lock.run_id,
        "since": utc_text_ms(lock.since_ms),
    }


def _problem_view(found: ProblemView) -> Document:
    return {
        "code": found.code,
        "message": found.message,
        "hint": found.hint,
        "where": found.where,
    }
