"""Read models: what front ends show. They hold facts, no decisions."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from runner.model.occurrence import Reason
from runner.model.run import RunStatus, Trigger


class JobState(StrEnum):
    """The condition of a job at a glance."""

    IDLE = "idle"
    QUEUED = "queued"
    RUNNING = "running"
    RETRY_WAIT = "retry_wait"
    INVALID = "invalid"
    DISABLED = "disabled"
    PAUSED = "paused"
    HELD = "held"


class ProblemView(msgspec.Struct, frozen=True):
    """Why a job is invalid. `where` is `file:line:column`."""

    code: str
    message: str
    hint: str
    where: str


class LastRun(msgspec.Struct, frozen=True):
    """How the last run of a job ended. Times are epoch milliseconds."""

    run_id: str
    status: RunStatus
    ended_ms: int
    duration_ms: int | None
    exit_code: int | None = None
    signal: int | None = None


class LockView(msgspec.Struct, frozen=True):
    """Which living process is working on a job."""

    pid: int
    run_id: str
    since_ms: int


class StandingView(msgspec.Struct, frozen=True):
    """A condition put on a job: paused, held, or disabled by command.

    `until` (epoch seconds) is None where it lasts until it is taken back.
    """

    what: Reason
    since_ms: int
    until: int | None
    actor: str
    reason: str


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the jobs page. `next_at` is epoch seconds.

    `outcomes` and `durations` tell of the last 20 runs, oldest first, a letter each:
    see `OUTCOME_MARKS` and `duration_of` in `runner.model.run`. `skipped` are the
    instants ahead that a person skipped. `timeout` is seconds.
    """

    id: str
    kind: str | None
    agent: str | None
    schedule: str
    timezone: str | None
    role: str | None
    enabled: bool
    state: JobState
    next_at: int | None
    last_run: LastRun | None
    lock: LockView | None
    problem: ProblemView | None
    outcomes: str = ""
    durations: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    timeout: int | None = None
    standing: StandingView | None = None
    skipped: tuple[int, ...] = ()


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the history. `scheduled_for` is epoch seconds.

    `replay_of` is the run that this one repeats. `cost_estimated`: its agent told
    none. Of a run that goes on, cost and tokens are what is known so far.
    `quiet`: it succeeded with nothing to report.
    """

    seq: int
    run_id: str
    job_id: str
    trigger: Trigger
    role: str
    actor: str
    status: RunStatus
    scheduled_for: int | None
    queued_ms: int
    started_ms: int | None
    ended_ms: int | None
    exit_code: int | None
    signal: int | None
    error_code: str | None
    error_message: str | None
    replay_of: str | None = None
    cost_usd: float | None = None
    cost_estimated: bool = False
    tokens: int | None = None
    quiet: bool = False

    @property
    def duration_ms(self) -> int | None:
        if self.started_ms is None or self.ended_ms is None:
            return None
        return self.ended_ms - self.started_ms


class HistoryQuery(msgspec.Struct, frozen=True):
    """Which runs are wanted. `before_seq` continues after the last one of a page.

    Any of the statuses and any of the triggers will do; all `job_words` must be
    parts of the job's id.
    """

    job_id: str | None = None
    statuses: tuple[RunStatus, ...] = ()
    role: str | None = None
    since_ms: int | None = None
    before_seq: int | None = None
    limit: int = 20
    triggers: tuple[Trigger, ...] = ()
    job_words: tuple[str, ...] = ()
