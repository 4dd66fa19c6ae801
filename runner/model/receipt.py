"""The receipt: what happened in a run, written once, the truth about it.

Timestamps are RFC 3339 in UTC, durations integer milliseconds.
"""

from __future__ import annotations

import msgspec

from runner.model.mcp import McpHealth
from runner.model.run import RunStatus, Trigger

RECEIPT_SCHEMA = 1


class ErrorEnvelope(msgspec.Struct, frozen=True):
    """An error as data, with a stable code."""

    code: str
    message: str
    hint: str = ""
    data: dict[str, object] = {}


class Artifact(msgspec.Struct, frozen=True):
    """A file of the run folder. `sha256` is left out above 16 MiB."""

    path: str
    bytes: int
    sha256: str | None = None


class AttemptRecord(msgspec.Struct, frozen=True):
    """One subprocess of the run. Exit code and signal both None: unknown."""

    number: int
    status: RunStatus
    started_at: str
    ended_at: str
    pid: int | None = None
    exit_code: int | None = None
    signal: int | None = None
    error: ErrorEnvelope | None = None


class LeftoverRecord(msgspec.Struct, frozen=True):
    """A process that outlived its child, and what was done about it."""

    pid: int
    command: str
    found_by: str
    outcome: str


class Usage(msgspec.Struct, frozen=True):
    """What an agent used, as far as it said.

    `input_tokens` are all that were read, `cached_tokens` those of them that came from
    a cache; `tools` counts calls of tools.
    """

    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    turns: int | None = None
    tools: int | None = None

    @property
    def tokens(self) -> int | None:
        """In and out together; None where neither was told."""
        if self.input_tokens is None and self.output_tokens is None:
            return None
        return (self.input_tokens or 0) + (self.output_tokens or 0)


class AgentRecord(msgspec.Struct, frozen=True):
    """Which agent worked, and with what. `session` is its own name for the work.

    `mcp` tells how each MCP server answered before the start.
    """

    name: str
    model: str | None = None
    session: str | None = None
    resumed: str | None = None
    mcp: dict[str, McpHealth] = {}


class HostRecord(msgspec.Struct, frozen=True):
    """Where and with what the run was executed."""

    name: str
    platform: str
    python: str
    jobconsole: str
    boot_id: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known about a finished run.

    `cost_estimated`: the agent told no cost, so that it was reckoned from the project's
    prices.
    """

    run_id: str
    sequence: int
    job_id: str
    kind: str
    trigger: Trigger
    role: str
    actor: str
    status: RunStatus
    queued_at: str
    host: HostRecord
    schema: int = RECEIPT_SCHEMA
    scheduled_for: str | None = None
    started_at: str | None = None
    ended_at: str | None = None
    duration_ms: int | None = None
    error: ErrorEnvelope | None = None
    exit_code: int | None = None
    signal: int | None = None
    attempts: tuple[AttemptRecord, ...] = ()
    target: str = ""
    params: dict[str, str] = {}
    message: str = ""
    nothing_to_report: bool = False
    payload: object = None
    usage: Usage | None = None
    cost_usd: float | None = None
    cost_estimated: bool = False
    agent: AgentRecord | None = None
    leftovers: tuple[LeftoverRecord, ...] = ()
    leftovers_method: str = ""
    approvals_requested: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    artifacts: tuple[Artifact, ...] = ()

    def with_artifacts(self, artifacts: tuple[Artifact, ...]) -> Receipt:
        return msgspec.structs.replace(self, artifacts=artifacts)
