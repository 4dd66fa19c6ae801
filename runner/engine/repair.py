"""Finishes what the dead left behind: no run stays running without a living worker.

A run whose lock is free is finished from its receipt if there is one; else what
still lives of it is killed and it is lost. The caller holds the runner lock.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.engine import record
from runner.engine.manifest import read_manifest
from runner.engine.receipts import outline
from runner.engine.settle import end_run, read_receipt, write_receipt
from runner.engine.sightings import read_sightings
from runner.model.errors import Code
from runner.model.job import Kind
from runner.model.receipt import (
    AgentRecord,
    ErrorEnvelope,
    LeftoverRecord,
    Receipt,
    Usage,
)
from runner.model.run import RunStatus
from runner.process.descendants import Found, Trace, kill_all, survivors
from runner.process.failpoint import failpoint
from runner.process.identity import is_alive
from runner.process.locks import PidLock
from runner.process.scratch import remove_scratch, scratch_path
from runner.process.table import FileKey, ProcessTable, process_table
from runner.store import events, pulse, runs
from runner.store.db import transaction
from runner.store.folders import read_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runner.engine.project import Project
    from runner.process.clock import Clock
    from runner.store.folders import RunFolder
    from runner.store.run_rows import RunRow
    from runner.store.spending import Bill

_SESSION = "agent_session"
"""The event in which an agent tells its session."""

_KILL_MS = 5_000

_HINT = "What it had done is not known; look at its output before you run it again."

_End = tuple[RunStatus, ErrorEnvelope, tuple[LeftoverRecord, ...]]
"""How a run ended, why, and what had to be killed for it."""


class Repaired(NamedTuple):
    """The runs that were ended, and why some could not be."""

    run_ids: list[str]
    troubles: list[str]


def repair(project: Project) -> Repaired:
    """End every run that nobody executes any more."""
    index, boot = project.index, project.identity.boot
    cases = [
        *((run, _lost) for run in runs.running(index)),
        *((run, _cancelled) for run in runs.cancelled_unstarted(index)),
        *((run, _undone_by_power_cut) for run in runs.queued_before_boot(index, boot)),
    ]
    repaired = Repaired([], [])
    for run, finish in cases:
        try:
            if finish(project, run):
                repaired.run_ids.append(run.run_id)
        except OSError as error:
            # One damaged folder must not keep all other jobs from running.
            trouble = f"run {run.run_id} cannot be ended: {error}"
            repaired.troubles.append(trouble)
    return repaired


def repair_if_free(project: Project) -> None:
    """As `repair`, unless somebody else holds the runner lock and does it.

    A dead worker's run must not keep its job busy until the next tick.
    """
    if not pulse.any_unfinished(project.index):
        return
    with project.runner_lock() as held:
        if held:
            repair(project)


def finish_unstarted(project: Project, run: RunRow, status: RunStatus) -> bool:
    """Give a run that never started its end: cancelled, or lost."""
    folder = project.state.run_folder(run.job_id, run.run_id)
    if status is RunStatus.CANCELLED:
        actor = run.cancel_actor or "somebody"
        text = f"cancelled by {actor} before it started"
        error = ErrorEnvelope(Code.JOB_CANCELLED, text)
    else:
        text = "the machine stopped while it was about to start"
        error = ErrorEnvelope(Code.JOB_LOST, text)
    with _seized(folder) as seized:
        return seized and _finish(project, run, folder, lambda: (status, error, ()))


def _lost(project: Project, run: RunRow) -> bool:
    """Finish a run that nobody executes; False where somebody does."""
    if run.worker is not None and is_alive(run.worker):
        return False
    folder = project.state.run_folder(run.job_id, run.run_id)

    def end() -> _End:
        ended = _end_survivors(project.clock, process_table(), _trace(run, folder))
        failpoint("repair.survivors_ended")
        _clear_scratch(project, run, folder)
        leftovers = tuple(
            LeftoverRecord(pid, found.process.command, found.how, "killed")
            for pid, found in ended.items()
        )
        text = "its worker died before it ended"
        error = ErrorEnvelope(Code.JOB_LOST, text, _HINT)
        return RunStatus.LOST, error, leftovers

    with _seized(folder) as seized:
        return seized and _finish(project, run, folder, end)


def _clear_scratch(project: Project, run: RunRow, folder: RunFolder) -> None:
    """Remove the folder that an agent had to itself, also one that no manifest names."""
    if run.kind != Kind.AGENT:
        return
    manifest = read_manifest(folder)
    if manifest is not None and manifest.tmpdir is not None:
        remove_scratch(Path(manifest.tmpdir))
    remove_scratch(scratch_path(run.run_id, project.base()))


def _cancelled(project: Project, run: RunRow) -> bool:
    return finish_unstarted(project, run, RunStatus.CANCELLED)


@contextlib.contextmanager
def _seized(folder: RunFolder) -> Iterator[bool]:
    """The run's lock, if nobody else has it: one finisher at a time."""
    folder.make()
    lock = PidLock(folder.lock)
    seized = lock.seize()
    try:
        yield seized
    finally:
        if seized:
            lock.release()


def _undone_by_power_cut(project: Project, run: RunRow) -> bool:
    """Whether a run that looks queued had been claimed before the machine stopped.

    A power cut may undo a claim but not the run's folder: then nobody knows how far it
    came. Without a folder it had not started and stays queued.
    """
    folder = project.state.run_folder(run.job_id, run.run_id)
    if not folder.path.exists():
        with transaction(project.index, durable=True):
            runs.set_boot(project.index, run.run_id, project.identity.boot)
        return False
    return finish_unstarted(project, run, RunStatus.LOST)


def _finish(
    project: Project, run: RunRow, folder: RunFolder, end: Callable[[], _End]
) -> bool:
    """Bring the row to its end: by the receipt if there is one, else by a new one."""
    receipt = read_receipt(folder)
    if receipt is None:
        receipt = _written(project, run, folder, end())
        failpoint("repair.receipt_written")
    with transaction(project.index):
        runs.redo_claim(project.index, run.run_id)
        return end_run(project, receipt)


def _written(project: Project, run: RunRow, folder: RunFolder, end: _End) -> Receipt:
    """The receipt of a run that its worker could not write."""
    now_ms = project.clock.wall_ms()
    log = events.reopen(folder.events)
    try:
        log.append(now_ms, "run_ended", status=end[0])
    finally:
        log.close()
    receipt = _receipt(project, run, end, now_ms)
    # Its output is not quoted: what was secret to the run is not known here.
    record.write_summary(folder, receipt, "")
    receipt = receipt.with_artifacts(record.artifacts(folder))
    write_receipt(folder, receipt)
    return receipt


def _receipt(project: Project, run: RunRow, end: _End, now_ms: int) -> Receipt:
    status, error, leftovers = end
    return msgspec.structs.replace(
        outline(project, run, status, now_ms),
        error=error,
        usage=_usage(run.bill),
        cost_usd=run.bill.cost_usd,
        cost_estimated=run.bill.cost_estimated,
        agent=_agent(project.state.run_folder(run.job_id, run.run_id)),
        leftovers=leftovers,
        leftovers_method="after the worker's death",
    )


def _usage(known: Bill) -> Usage | None:
    """What the run is known to have used; in and out are not told apart any more."""
    if known.tokens is None and known.turns is None:
        return None
    return Usage(input_tokens=known.tokens, turns=known.turns, tools=known.tools)


def _agent(folder: RunFolder) -> AgentRecord | None:
    """Which agent it was, and the session in which it could go on."""
    manifest = read_manifest(folder)
    if manifest is None or manifest.agent is None:
        return None
    session: str | None = None
    for event in events.parse(read_regular(folder.events)):
        if event["event"] == _SESSION and isinstance(event.get("session"), str):
            session = str(event["session"])
    return AgentRecord(manifest.agent, manifest.model, session, manifest.resume)


def _trace(run: RunRow, folder: RunFolder) -> Trace:
    seen = read_sightings(folder)
    logs: set[FileKey] = set()
    for path in (folder.stdout, folder.stderr):
        with contextlib.suppress(OSError):
            status = path.stat()
            logs.add((status.st_dev, status.st_ino))
    return Trace(run.run_id, seen.leader, seen.processes, frozenset(logs), seen.cgroup)


def _end_survivors(clock: Clock, table: ProcessTable, trace: Trace) -> dict[int, Found]:
    """Kill everything of the run at once, until nothing of it is found."""
    ended: dict[int, Found] = {}
    deadline = clock.awake_ms() + _KILL_MS
    while (found := survivors(table, trace)) and clock.awake_ms() < deadline:
        ended |= found
        kill_all(found, lambda: survivors(table, trace))
        clock.sleep(1)
    if trace.group is not None:
        trace.group.kill()
        while not trace.group.remove() and clock.awake_ms() < deadline:
            clock.sleep(1)
    return ended
