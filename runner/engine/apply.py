"""Puts a configuration in force: the jobs of the index become those of the files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner import __version__
from runner.config.fingerprint import loaded_fingerprint
from runner.engine.decide import stretch_of
from runner.engine.enqueue import (
    decode_schedule,
    end_pauses,
    legacy_instant,
    next_after,
    spent_timetable,
)
from runner.engine.ledger import Declined, decline, take_back
from runner.engine.refresh import versions
from runner.model.definition import Definition
from runner.model.job import InvalidJob, Job
from runner.model.occurrence import Reason
from runner.model.schedule import Legacy, Schedule
from runner.process.environment import dump_base, load_base, record_base
from runner.schedule import (
    describe,
    forget_zone_data,
    timetable,
    without,
)
from runner.store import control, jobs, meta, occurrences, standing, ticks
from runner.store.db import transaction
from runner.store.folders import write_durably
from runner.store.jobs import JobRow, Progress

if TYPE_CHECKING:
    from pathlib import Path

    from runner.config.loader import Loaded
    from runner.engine.project import Project
    from runner.model.config import Config
    from runner.model.job import Where


def apply_configuration(project: Project, loaded: Loaded) -> None:
    """Take over a configuration; a broken one only leaves word of what is wrong."""
    forget_zone_data()  # a change of it is one reason why we are here
    config = loaded.config
    about = {
        meta.FINGERPRINT: loaded_fingerprint(
            loaded.sources, project.system_zone(), versions()
        ),
        meta.SOURCES: loaded.sources.to_text(),
        meta.PROGRAM: __version__,
        meta.PROBLEMS: msgspec.json.encode(config.problems).decode(),
        meta.WARNINGS: msgspec.json.encode(config.warnings).decode(),
    }
    if config.fatal:
        fatal = [it for it in config.problems if it.job_id is None] or config.problems
        about[meta.BROKEN] = json.dumps([str(problem) for problem in fatal])
        with transaction(project.index):
            meta.put(project.index, about)
        return
    _pass_on(project, config)
    about |= {
        meta.ZONE: config.timezone or "",
        meta.BUDGET: msgspec.json.encode(config.daily).decode(),
        meta.DAEMON: config.daemon or "",
        meta.BROKEN: "[]",
        meta.IN_FORCE: str(project.clock.wall_ms()),
    }
    with transaction(project.index):
        _replace_jobs(project, config)
        meta.set_pools(project.index, config.pools)
        meta.put(project.index, about)


class _Look(NamedTuple):
    """From when on a new or changed schedule counts. Epoch seconds.

    Nobody looked since `last`; within that time, an edit counts from when its file
    was written.
    """

    last: int
    now: int

    def effective(self, source: Path) -> int:
        try:
            written = int(source.stat().st_ctime)
        except OSError:
            written = self.now
        return max(self.last, min(written, self.now))


class _Past(NamedTuple):
    """What is known of a job from before, and what people decided about it."""

    progress: Progress | None
    skipped: tuple[int, ...]
    held: Reason | None


def _replace_jobs(project: Project, config: Config) -> None:
    index = project.index
    now_ms = project.clock.wall_ms()
    before = ticks.last(index)
    last = before.wall_ms // 1000 if before else now_ms // 1000
    look = _Look(min(last, now_ms // 1000), now_ms // 1000)
    skips = occurrences.skipped(index, look.last)
    end_pauses(index, skips, now_ms)
    held = standing.reasons(index, look.now)
    known = jobs.known(index)
    seen = control.first_seen(project.state.control)
    bodies: dict[str, bytes] = {}
    rows: list[JobRow] = []
    for position, job in enumerate(config.jobs):
        progress = known.get(job.id)
        past = _Past(progress, skips.get(job.id, ()), held.get(job.id))
        effective = look.effective(config.root / _source(job).file)
        course = _course(project, job, past, effective, look.now)
        first_seen_ms = progress.first_seen_ms if progress else seen.get(job.id, now_ms)
        row = _row(config, job, bodies)._replace(
            position=position,
            first_seen_ms=first_seen_ms,
            invalid_since=effective if isinstance(job, InvalidJob) else None,
        )
        rows.append(row._replace(**course._asdict()))
    jobs.add_definitions(index, bodies)
    jobs.upsert(index, rows)
    present = {job.id for job in config.jobs}
    gone = [it for it in known.values() if it.id not in present and not it.removed]
    for progress in gone:
        past = _Past(progress, skips.get(progress.id, ()), held.get(progress.id))
        _explain_the_rest(project, progress, past, look.now)
    jobs.mark_removed(index, [it.id for it in gone], look.now)
    fresh = [row.id for row in rows if row.id not in seen]
    entries = [{"what": "first_seen", "job": job_id} for job_id in fresh]
    control.record(project.state.control, now_ms, entries)


class _Course(NamedTuple):
    """How a job goes on under the schedule that it has now, and since when it has it."""

    cursor: int
    next_at: int | None
    schedule_since: int | None


def _course(
    project: Project, job: Job | InvalidJob, past: _Past, effective: int, now: int
) -> _Course:
    """A changed schedule counts from `effective` on."""
    schedule, progress = job.schedule, past.progress
    if progress and not progress.removed and _same(progress.schedule, schedule):
        next_at = progress.next_at
        if not isinstance(schedule, Legacy):
            next_at = next_after(schedule, progress.cursor, past.skipped)
        return _Course(progress.cursor, next_at, None)
    if progress and progress.cursor > now:
        old = spent_timetable(decode_schedule(progress.schedule), effective)
        take_back(project.index, old, job.id, effective)
    elif progress:
        # What was decided since the file was written stays decided.
        effective = max(effective, progress.cursor)
        if not progress.removed:
            _explain_the_rest(project, progress, past, effective)
    if isinstance(schedule, Legacy):
        # One that never ran is due at once.
        started = progress.last_started if progress else None
        due = legacy_instant(schedule, started, 0, past.skipped)
        return _Course(0, due or effective, effective)
    return _Course(effective, next_after(schedule, effective, past.skipped), effective)


def _explain_the_rest(
    project: Project, progress: Progress, past: _Past, until: int
) -> None:
    """What fell due under the old schedule, and was not seen before it changed."""
    schedule = decode_schedule(progress.schedule)
    if isinstance(schedule, Legacy):
        return
    t = timetable(schedule)
    left = without(t, past.skipped)
    if stretch := stretch_of(left, progress.cursor, until):
        item = Declined(progress.id, stretch, past.held or Reason.MISSED)
        decline(project.index, t, item, project.clock.wall_ms())


def _row(config: Config, job: Job | InvalidJob, bodies: dict[str, bytes]) -> JobRow:
    """The job's description; its progress is filled in by the caller."""
    row = JobRow(
        id=job.id,
        position=0,
        kind=job.kind and str(job.kind),
        agent=None,
        role=None,
        pool="default",
        schedule_words=describe(job.schedule),
        timezone=_zone(job.schedule) or config.timezone,
        enabled=True,
        problem=None,
        definition=None,
        schedule=msgspec.json.encode(job.schedule),
        first_seen_ms=0,
        cursor=0,
        next_at=None,
    )
    if isinstance(job, InvalidJob):
        return row._replace(problem=msgspec.json.encode(job.problem))
    definition, body = Definition(job, str(config.root), config.roles).encode()
    bodies[definition] = body
    return row._replace(
        agent=job.agent.name if job.agent else None,
        role=job.role,
        pool=job.pool,
        enabled=job.enabled,
        definition=definition,
        description=job.description,
        tags=" ".join(job.tags),
        timeout=job.timeout,
    )


def _source(job: Job | InvalidJob) -> Where:
    return job.source if isinstance(job, Job) else job.problem.where


def _zone(schedule: Schedule) -> str | None:
    zone = getattr(schedule, "timezone", None)
    return None if zone is None else str(zone)


def _same(kept: bytes, schedule: Schedule) -> bool:
    return decode_schedule(kept) == schedule


def _pass_on(project: Project, config: Config) -> None:
    """Record variables that `env_pass` names for the first time."""
    wanted = {
        name for job in config.jobs if isinstance(job, Job) for name in job.env_pass
    }
    base = load_base(project.state.base_environment) or {}
    fresh = {
        name: project.start[name]
        for name in wanted - base.keys()
        if name in project.start
    }
    if fresh:
        renewed = {**record_base(project.start, ()), **base, **fresh}
        write_durably(project.state.base_environment, dump_base(renewed))
