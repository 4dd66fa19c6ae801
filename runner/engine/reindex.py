"""Rebuilds the index from the run folders and control.jsonl.

Run folders are the truth about runs, control.jsonl about what people decided. What
only the index knows (which occurrences had no run, and why; what is queued) stays while
the old index can be read; else everything up to the last sign of life counts as decided,
so that nothing runs twice.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.engine.enqueue import decode_schedule, next_after, next_of
from runner.engine.project import Project, open_project
from runner.engine.record import replayed
from runner.engine.refresh import refresh_under_lock
from runner.engine.repair import repair
from runner.engine.settle import bill_of, read_receipt
from runner.model.errors import (
    LockHeldError,
    StateTooNewError,
    StateUnavailableError,
)
from runner.model.instants import ms_or_none, parse_ms
from runner.model.run import RunStatus, is_run_id
from runner.model.schedule import Legacy
from runner.process.locks import last_holder
from runner.store import control, jobs, occurrences, restore
from runner.store.db import transaction
from runner.store.folders import RunFolder, StateDir, read_regular
from runner.store.restore import RestoredRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.model.receipt import Receipt

_LOCK_WAIT_MS = 5_000


class Rebuilt(NamedTuple):
    """What was found. `set_aside` is an index that could not be read any more."""

    runs: int
    set_aside: Path | None


class StartNote(msgspec.Struct, frozen=True):
    """The part of a manifest that tells of a run which has no receipt yet."""

    run_id: str
    job_id: str
    sequence: int
    kind: str
    trigger: str
    role: str
    actor: str
    queued_at: str
    started_at: str
    config_sha256: str
    scheduled_for: str | None = None
    replay_of: str | None = None


_notes = msgspec.json.Decoder(StartNote)


def reindex(config: Path, state_dir: Path, start: Mapping[str, str]) -> Rebuilt:
    """Raises LockHeldError while somebody else ticks."""
    aside = _set_aside_unreadable(StateDir(state_dir))
    with (
        open_project(config, state_dir, start) as project,
        project.runner_lock(_LOCK_WAIT_MS) as held,
    ):
        if not held:
            message = "somebody else works on the state just now"
            raise LockHeldError(message, hint="Try again in a moment.")
        found = _rebuild(project, anew=aside is not None)
    return Rebuilt(len(found), aside)


def _rebuild(project: Project, *, anew: bool) -> list[RestoredRun]:
    """Every run that was found. `anew`: nothing is left of the old index."""
    with transaction(project.index, durable=True):
        # Inside, as no run can be claimed or ended while they are read.
        found = list(_runs(project))
        restore.replace_runs(project.index, found)
        decided = control.in_force(control.decisions(project.state.control))
        restore.replace_decisions(project.index, decided)
    refresh_under_lock(project)
    with transaction(project.index, durable=True):
        restore.summarise_jobs(project.index)
        if anew or not restore.has_ticks(project.index):
            _count_as_decided(project, found)
            restore.forget_since(project.index)
        _pass_over_skips(project)
    repair(project)
    return found


def _set_aside_unreadable(state: StateDir) -> Path | None:
    """Move an index away that is no database any more; its name if there was one."""
    if not state.index.exists():
        return None
    try:
        sound = restore.is_sound(state.index)
    except StateTooNewError:
        raise
    except (StateUnavailableError, sqlite3.Error):
        sound = False
    if sound:
        return None
    number = 1
    while (aside := state.root / f"index.db.broken-{number}").exists():
        number += 1
    state.index.rename(aside)
    for suffix in ("-wal", "-shm"):
        extra = Path(f"{state.index}{suffix}")
        if extra.exists():
            extra.rename(f"{aside}{suffix}")
    return aside


def _runs(project: Project) -> Iterator[RestoredRun]:
    """Every run that has a folder with a receipt, or at least a manifest."""
    for path in sorted(project.state.runs.glob("*/*/*")):
        if is_run_id(path.name):
            folder = RunFolder(path)
            receipt = read_receipt(folder)
            run = _from_receipt(receipt) if receipt else _from_manifest(folder)
            if run is not None:
                yield run


def _from_receipt(receipt: Receipt) -> RestoredRun:
    error = receipt.error
    return RestoredRun(
        seq=receipt.sequence,
        run_id=receipt.run_id,
        job_id=receipt.job_id,
        kind=receipt.kind,
        trigger=receipt.trigger,
        role=receipt.role,
        actor=receipt.actor,
        status=receipt.status,
        definition="",
        scheduled_for=_seconds(receipt.scheduled_for),
        queued_ms=parse_ms(receipt.queued_at),
        started_ms=ms_or_none(receipt.started_at),
        ended_ms=ms_or_none(receipt.ended_at),
        exit_code=receipt.exit_code,
        signal=receipt.signal,
        error_code=error.code if error else None,
        error_message=error.message if error else None,
        quiet=receipt.nothing_to_report,
        worker=None,
        replay_of=replayed(receipt),
        bill=bill_of(receipt),
    )


def _from_manifest(folder: RunFolder) -> RestoredRun | None:
    """A run that had started; whether it goes on, repair finds out by its lock."""
    try:
        note = _notes.decode(read_regular(folder.manifest))
    except (OSError, msgspec.MsgspecError):
        return None
    holder = last_holder(folder.lock)
    return RestoredRun(
        seq=note.sequence,
        run_id=note.run_id,
        job_id=note.job_id,
        kind=note.kind,
        trigger=note.trigger,
        role=note.role,
        actor=note.actor,
        status=RunStatus.RUNNING,
        definition=note.config_sha256,
        scheduled_for=_seconds(note.scheduled_for),
        queued_ms=parse_ms(note.queued_at),
        started_ms=parse_ms(note.started_at),
        ended_ms=None,
        exit_code=None,
        signal=None,
        error_code=None,
        error_message=None,
        quiet=False,
        worker=holder and holder.identity,
        replay_of=note.replay_of,
    )


def _count_as_decided(project: Project, found: list[RestoredRun]) -> None:
    """Without the old index, begin at the last sign of life.

    What fell due until then is not run again, what fell due since is caught up.
    """
    signs = [run.ended_ms or run.started_ms or run.queued_ms for run in found]
    if not signs:
        return
    instant = max(signs) // 1000
    for job in jobs.known(project.index).values():
        schedule = decode_schedule(job.schedule)
        if job.cursor > instant and not isinstance(schedule, Legacy):
            next_at = next_after(schedule, instant)
            jobs.set_progress(project.index, job.id, instant, next_at)


def _pass_over_skips(project: Project) -> None:
    """The next instant of each job is one that nobody skipped."""
    index = project.index
    skips = occurrences.skipped(index, project.now())
    for job in jobs.known(index).values():
        next_at = next_of(job, skips.get(job.id, ()))
        jobs.set_progress(index, job.id, job.cursor, next_at)


def _seconds(text: str | None) -> int | None:
    return None if text is None else parse_ms(text) // 1000
