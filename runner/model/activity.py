"""What a run is doing at this moment, as a read model."""

from __future__ import annotations

import msgspec

from runner.model.run import RunStatus
from runner.model.system import LockHolder


class ProcessView(msgspec.Struct, frozen=True, kw_only=True):
    """One living process of a run.

    `depth` is how far it is below the topmost one. `cpu_percent` is of one core, over
    the time since the last look; None at the first. `rss` is bytes. What the system
    does not tell is None. The command is foreign text.
    """

    pid: int
    depth: int
    command: str
    status: str
    running_ms: int
    cpu_percent: float | None
    rss: int | None
    threads: int | None


class AgentState(msgspec.Struct, frozen=True):
    """What an agent told last; `tool` is the one in use, `turn` counts from 1.

    `budget` tells which of its budgets is nearly used up.
    """

    session: str | None = None
    tool: str | None = None
    turn: int | None = None
    cost_usd: float | None = None
    cost_estimated: bool = False
    tokens: int | None = None
    model: str | None = None
    budget: str | None = None


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """One look at a run; for one that has ended, what is left to see of it.

    `processes` come as a tree, parents first; `cpu_percent` and `rss` are their sums.
    `elapsed_ms` and `timeout_ms` are of the attempt. `worker` is who signed the run's
    lock; None where nobody did yet.
    """

    run_id: str
    job_id: str
    status: RunStatus
    worker: LockHolder | None
    attempt: int | None
    elapsed_ms: int | None
    timeout_ms: int | None
    processes: tuple[ProcessView, ...]
    cpu_percent: float | None
    rss: int
    output_bytes: int
    last_output_ms: int | None
    agent: AgentState
