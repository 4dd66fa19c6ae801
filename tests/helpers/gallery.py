"""A project that looks the same wherever it is: written into its index, never run."""

from __future__ import annotations

import contextlib
import itertools
import json
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner import api
from runner.engine import record
from runner.engine.enqueue import decode_schedule, next_after
from runner.engine.manifest import Manifest
from runner.engine.settle import settle, write_receipt
from runner.model.identity import Identity
from runner.model.instants import utc_text, utc_text_ms
from runner.model.occurrence import Reason
from runner.model.orders import Decision
from runner.model.receipt import ErrorEnvelope, HostRecord, Receipt
from runner.model.run import OUTCOME_MARKS, RunStatus, Trigger
from runner.process.identity import boot_id, start_of
from runner.store import jobs, meta, occurrences, runs, ticks
from runner.store.db import transaction
from runner.store.folders import write_file
from tests.fakes.clock import FakeClock
from tests.helpers.still import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.api import Project
    from runner.store.runs import Claim

DATA = Path(__file__).parents[1] / "data" / "gallery"
CONFIG = (DATA / "teleclaude.yml").read_text("utf-8")

NOW = at("2026-10-24 14:20")
"""A Saturday, 16:20 in Berlin: in the night the clock goes back."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400
BUSY_SINCE = at("2026-10-24 14:00")
"""Since then log_bug_hunter runs; an hour before, it could not."""

FIRST_SEEN = NOW - 60 * DAY
START = {"HOME": "/home/anna", "PATH": "/usr/bin:/bin", "TZ": "Europe/Berlin"}
HOST = HostRecord("mac-mini", "darwin", "3.11.9", "0.2.0", "boot")


class Lived(NamedTuple):
    """How a job's runs went: a letter for each, the last of them at `last`.

    Seconds: `gap` from one to the next, `took` about.
    """

    job_id: str
    ends: str
    last: int
    gap: int
    took: int
    role: str = "admin"
    cost: float | None = None
    trigger: Trigger = Trigger.SCHEDULE


class Deed(NamedTuple):
    """One run that has ended."""

    of: Lived
    at: int
    took_ms: int
    status: RunStatus


LIVES = (
    Lived("log_bug_hunter", "sssfssssssssfsssssss", BUSY_SINCE - 2 * HOUR, HOUR, 190, "member", 0.11),
    Lived("memory_review", "ssss", at("2026-10-19 16:00"), 2 * DAY, 1_460, cost=0.84),
    Lived("youtube_sync", "sssssfsssssssssssfff", at("2026-10-24 04:00"), DAY, 41, "member"),
    Lived("thumbnails", "ssskssskssssk", at("2026-10-24 12:00"), 6 * HOUR, 95),
    Lived("backup_photos", "ssssssst", at("2026-10-24 00:30"), DAY, 600),
    Lived("mirror_sync", "sssl", at("2026-10-24 07:00"), 12 * HOUR, 70),
    Lived("invoice_check", "ssc", at("2026-10-22 07:00"), 3 * DAY, 12, trigger=Trigger.CONSOLE),
    Lived("weekly_digest", "ssss", at("2026-10-23 07:00"), 7 * DAY, 4),
    Lived("old_reports", "s", at("2026-09-12 04:00"), DAY, 2),
    Lived("tidy_downloads", "ssssssssssss", at("2026-10-23 16:00"), DAY, 1),
    Lived("disk_report", "ssssssssssssssssssss", at("2026-10-24 12:00"), 6 * HOUR, 3),
    Lived("wide_letters", "ss", at("2026-10-23 21:45"), DAY, 9),
    Lived("odd_letters", "s", at("2026-10-24 00:15"), DAY, 9, trigger=Trigger.CATCH_UP),
)  # fmt: skip

KILLED = "k"
"""Beside OUTCOME_MARKS: failed by a signal."""


class End(NamedTuple):
    exit_code: int | None
    signal: int | None
    error: ErrorEnvelope | None


ENDS = {
    "s": End(0, None, None),
    "f": End(1, None, ErrorEnvelope("job_execution_failed", "exit code 1")),
    KILLED: End(
        None,
        9,
        ErrorEnvelope(
            "job_execution_failed", "killed by SIGKILL", "Perhaps memory ran out."
        ),
    ),
    "t": End(None, 15, ErrorEnvelope("job_timeout", "took longer than 10m")),
    "c": End(None, 15, None),
    "l": End(None, None, ErrorEnvelope("job_lost", "its worker was gone")),
}


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
        deeds = sorted(
            itertools.chain.from_iterable(map(_deeds, LIVES)), key=lambda it: it.at
        )
        for deed in deeds:
            self._live(deed)
        self._refuse_overlap()
        self._begin("log_bug_hunter", BUSY_SINCE, "member")
        self._queue("release_notes", NOW - 2 * MINUTE, "member", Trigger.CONSOLE)
        for job in jobs.known(self._index).values():
            following = next_after(decode_schedule(job.schedule), NOW)
            jobs.set_progress(self._index, job.id, NOW, following)
        for n in reversed(range(12)):
            wall_ms = (NOW - 12 - n * 5 * MINUTE) * 1000
            look = ticks.Look(wall_ms, wall_ms, wall_ms, self._worker.boot)
            ticks.record(self._index, look, "launchd")
        meta.put(self._index, {meta.HORIZON: str(NOW + 11 * MINUTE)})

    def _live(self, deed: Deed) -> None:
        """One run from its queue to its receipt."""
        of = deed.of
        claim = self._begin(of.job_id, deed.at, of.role, of.trigger)
        end = ENDS[_letter(deed)]
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

    def _leave_files(self, claim: Claim, receipt: Receipt) -> None:
        folder = self._project.state.run_folder(claim.job_id, claim.run_id)
        folder.make()
        manifest = Manifest(
            argv=("sync", "--account", "anna's channel"),
            cwd="/srv/farm",
            environment=("HOME", "LANG", "PATH"),
            timeout_ms=600_000,
            config_sha256=_digest(claim.job_id),
            git_revision=_digest(claim.run_id)[:40],
            versions={"jobconsole": HOST.jobconsole, "python": HOST.python},
        )
        write_file(folder.manifest, msgspec.json.format(msgspec.json.encode(manifest)))
        output = DATA / "output" / f"{claim.job_id}.log"
        written = output.read_bytes() if output.exists() else b"nothing new\n"
        write_file(folder.stdout, written)
        write_file(folder.events, _marks(written, claim.started_ms))
        said = record.tail(folder.stdout)
        write_file(folder.summary, record.summary(receipt, said))
        write_receipt(folder, receipt.with_artifacts(record.artifacts(folder)))


def _deeds(of: Lived) -> Iterator[Deed]:
    marks = {letter: status for status, letter in OUTCOME_MARKS.items()}
    marks[KILLED] = RunStatus.FAILED
    for n, letter in enumerate(reversed(of.ends)):
        share = 60 + _number(f"{of.job_id} {n}") % 80
        took_ms = of.took * share * 10
        yield Deed(of, of.last - n * of.gap, took_ms, marks[letter])


def _letter(deed: Deed) -> str:
    letter = OUTCOME_MARKS[deed.status]
    return KILLED if letter == "f" and KILLED in deed.of.ends else letter


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


def run_id(job_id: str, at: int) -> str:
    """As the engine makes them, but always the same."""
    stamp = utc_text(at).translate({ord("-"): None, ord(":"): None})
    return f"{stamp}-{_digest(job_id)[:6]}"


def _digest(text: str) -> str:
    """Sixty-four hexadecimal digits that are always the same for a text."""
    return "".join(f"{_number(f'{n} {text}'):08x}" for n in range(8))


def _number(text: str) -> int:
    return zlib.crc32(text.encode())
