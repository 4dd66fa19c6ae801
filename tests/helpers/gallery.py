"""A project that looks the same wherever it is: written into its index, never run."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from runner import api
from runner.engine import record
from runner.engine.enqueue import decode_schedule, next_after
from runner.engine.manifest import Manifest
from runner.engine.settle import settle, write_receipt
from runner.model.identity import Identity
from runner.model.instants import utc_text_ms
from runner.model.occurrence import Reason
from runner.model.orders import Decision
from runner.model.receipt import HostRecord, Receipt
from runner.model.run import Trigger
from runner.process.identity import boot_id, start_of
from runner.store import jobs, occurrences, runs, spending, ticks
from runner.store.db import transaction
from runner.store.folders import write_file
from runner.store.spending import Bill
from tests.fakes.clock import FakeClock
from tests.helpers.story import (
    BUSY_SINCE,
    DAY,
    ENDS,
    FIRST_SEEN,
    HOUR,
    LIVES,
    MINUTE,
    NOW,
    deeds,
    digest,
    letter_of,
    run_id,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.api import Project
    from runner.store.runs import Claim
    from tests.helpers.story import Deed

DATA = Path(__file__).parents[1] / "data" / "gallery"
CONFIG = (DATA / "teleclaude.yml").read_text("utf-8")

START = {"HOME": "/home/anna", "PATH": "/usr/bin:/bin", "TZ": "Europe/Berlin"}
HOST = HostRecord("mac-mini", "darwin", "3.11.9", "0.2.0", "boot")


def make(root: Path) -> Path:
    """Write the project to a folder and its history to the index; its file."""
    config = root / "teleclaude.yml"
    config.write_text(CONFIG, "utf-8")
    clock = FakeClock(FIRST_SEEN * 1000)
    with opened(config, clock) as project:
        api.refresh(project)
        clock.advance((NOW - FIRST_SEEN) * 1000)
        with transaction(project.index):
            Painter(project).paint()
        decision = Decision("anna", "until the office is open", NOW + 2 * DAY)
        api.pause(project, "weekly_digest", decision)
        api.skip(project, "tidy_downloads", Decision("anna"))
    return config


def edit(config: Path, text: str) -> None:
    """Write another configuration, which the project takes in or refuses."""
    config.write_text(text, "utf-8")
    with opened(config) as project:
        api.refresh(project)


@contextlib.contextmanager
def opened(config: Path, clock: FakeClock | None = None) -> Iterator[Project]:
    """The project at NOW, for the thread that opens it."""
    clock = clock or FakeClock(NOW * 1000)
    with api.open_project(config, config.parent / ".jobconsole", START, clock) as it:
        yield it


class Painter:
    """Fills the index as workers and ticks would have."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._index = project.index
        # The one process that lives on every machine, for as long as it is up.
        self._worker = Identity(1, start_of(1) or 0, boot_id())

    def paint(self) -> None:
        lived = itertools.chain.from_iterable(map(deeds, LIVES))
        for deed in sorted(lived, key=lambda it: it.at):
            self._live(deed)
        self._refuse_overlap()
        self._leave_traces(self._begin("log_bug_hunter", BUSY_SINCE, "member"))
        self._queue("release_notes", NOW - 2 * MINUTE, "member", Trigger.CONSOLE)
        for job in jobs.known(self._index).values():
            following = next_after(decode_schedule(job.schedule), NOW)
            jobs.set_progress(self._index, job.id, NOW, following)
        for n in reversed(range(12)):
            wall_ms = (NOW - 12 - n * 5 * MINUTE) * 1000
            look = ticks.Look(wall_ms, wall_ms, wall_ms, self._worker.boot)
            ticks.record(self._index, look, "launchd")

    def _live(self, deed: Deed) -> None:
        """One run from its queue to its receipt."""
        of = deed.of
        claim = self._begin(of.job_id, deed.at, of.role, of.trigger)
        end = ENDS[letter_of(deed)]
        ended_ms = claim.started_ms + deed.took_ms
        receipt = Receipt(
            run_id=claim.run_id,
            sequence=claim.seq,
            job_id=of.job_id,
            kind=claim.kind,
            trigger=of.trigger,
            role=of.role,
            actor=claim.actor,
            status=deed.status,
            queued_at=utc_text_ms(claim.queued_ms),
            started_at=utc_text_ms(claim.started_ms),
            ended_at=utc_text_ms(ended_ms),
            duration_ms=deed.took_ms,
            host=HOST,
            exit_code=end.exit_code,
            signal=end.signal,
            error=end.error,
            cost_usd=of.cost,
        )
        settle(self._index, receipt)
        if deed.at > of.last - 2 * of.gap:
            self._leave_files(claim, receipt)

    def _begin(
        self, job_id: str, at: int, role: str, trigger: Trigger = Trigger.SCHEDULE
    ) -> Claim:
        """A run that a worker has begun as soon as it was queued."""
        pool = self._queue(job_id, at, role, trigger)
        claimant = runs.Claimant("worker", self._worker, durable=True)
        claim = runs.claim(self._index, pool, claimant, at * 1000)
        assert claim is not None
        assert claim.job_id == job_id
        jobs.note_start(self._index, job_id, at)
        return claim

    def _queue(self, job_id: str, at: int, role: str, trigger: Trigger) -> str:
        """The pool in which the run waits."""
        row = jobs.find(self._index, job_id)
        assert row is not None
        by_schedule = trigger in {Trigger.SCHEDULE, Trigger.CATCH_UP}
        run = runs.NewRun(
            run_id=run_id(job_id, at),
            job_id=job_id,
            kind=row["kind"],
            trigger=trigger,
            role=role,
            actor="schedule" if by_schedule else "anna",
            pool=row["pool"],
            alone=False,
            definition=row["definition"],
            queued_ms=at * 1000,
            queued_boot=self._worker.boot,
            scheduled_for=at if by_schedule else None,
        )
        runs.enqueue(self._index, run)
        if by_schedule:
            occurrences.take(self._index, job_id, at, run.run_id, at * 1000)
        return run.pool

    def _refuse_overlap(self) -> None:
        job_id, instant = "log_bug_hunter", BUSY_SINCE - HOUR
        before = run_id(job_id, instant - HOUR)
        refusal = occurrences.Refusal(job_id, instant, Reason.OVERLAP, before)
        occurrences.refuse(self._index, refusal, instant * 1000)

    def _leave_traces(self, claim: Claim) -> None:
        """What there is of a run that goes on."""
        folder = self._project.state.run_folder(claim.job_id, claim.run_id)
        folder.make()
        pid, started, boot = self._worker
        holder = {"pid": pid, "started": started, "boot": boot}
        note = {**holder, "since_ms": claim.started_ms, "run_id": claim.run_id}
        write_file(folder.lock, json.dumps(note).encode())
        write_file(folder.manifest, _manifest(claim, 30 * MINUTE))
        told = {"session": "7f3k9q", "tool": "grep", "turn": 7}
        events = (
            {"event": "attempt_started", "attempt": 2},
            {"event": "agent_tool", **told},
        )
        bill = Bill(cost_usd=0.08, tokens=48_312, turns=7, tools=19)
        spending.note(self._index, claim.run_id, bill)
        at = utc_text_ms(claim.started_ms)
        lines = [json.dumps({"at": at, **event}) for event in events]
        write_file(folder.events, "\n".join([*lines, ""]).encode())
        write_file(folder.stdout, b"reading logs/app.log (12,481 lines)\n" * 40)
        os.utime(folder.stdout, (NOW - 2, NOW - 2))

    def _leave_files(self, claim: Claim, receipt: Receipt) -> None:
        folder = self._project.state.run_folder(claim.job_id, claim.run_id)
        folder.make()
        write_file(folder.manifest, _manifest(claim, 10 * MINUTE))
        output = DATA / "output" / f"{claim.job_id}.log"
        written = output.read_bytes() if output.exists() else b"nothing new\n"
        write_file(folder.stdout, written)
        write_file(folder.events, _marks(written, claim.started_ms))
        said = record.tail(folder.stdout)
        write_file(folder.summary, record.summary(receipt, said))
        write_receipt(folder, receipt.with_artifacts(record.artifacts(folder)))


def _manifest(claim: Claim, timeout: int) -> bytes:
    what = Manifest(
        argv=("sync", "--account", "anna's channel"),
        cwd="/srv/farm",
        environment=("HOME", "LANG", "PATH"),
        timeout_ms=timeout * 1000,
        config_sha256=digest(claim.job_id),
        git_revision=digest(claim.run_id)[:40],
        versions={"jobconsole": HOST.jobconsole, "python": HOST.python},
    )
    return msgspec.json.format(msgspec.json.encode(what), indent=2) + b"\n"


def _marks(written: bytes, started_ms: int) -> bytes:
    """Events that tell when each line was written."""
    events, offset = [], 0
    for n, line in enumerate(written.splitlines(keepends=True)):
        event = {
            "event": "output",
            "at": utc_text_ms(started_ms + n * 1_300),
            "stream": "stdout",
            "offset": offset,
            "bytes": len(line),
        }
        events.append(json.dumps(event).encode() + b"\n")
        offset += len(line)
    return b"".join(events)
