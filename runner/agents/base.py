"""What the engine asks of an agent's adapter. Adapters spawn nothing and read no file.

An adapter is one module: it turns a request into words for the command line, reads
the stream that the program writes, and says in the end whether there was an answer.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from runner.model.receipt import Usage

if TYPE_CHECKING:
    import signal
    from collections.abc import Mapping, Sequence

    from runner.model.errors import Json
    from runner.model.job import AgentSpec, ThinkingMode
    from runner.model.receipt import ErrorEnvelope
    from runner.model.role import Role


class Served(NamedTuple):
    """An MCP server that the agent is to start: its program by its whole path.

    `environment` is what the server needs beside the agent's own, the role included.
    """

    command: tuple[str, ...]
    environment: dict[str, str]


class AgentRequest(NamedTuple):
    """What is asked of an agent. The prompt reaches it on stdin.

    `environment` is the child's before the adapter adds to it. `scratch` is a folder
    of this run alone, also its TMPDIR. `resume` is a session to go on with. `as_root`:
    the child will have the rights of root.
    """

    job_id: str
    agent: AgentSpec
    role: Role
    run_id: str
    root: str
    prompt_file: str
    scratch: str
    args: tuple[str, ...]
    environment: Mapping[str, str]
    servers: Mapping[str, Served] = {}
    resume: str | None = None
    as_root: bool = False

    @property
    def flags(self) -> tuple[str, ...]:
        """What the role and the job add to the command line, in this order."""
        return (*self.role.agent_flags.get(self.agent.name, ()), *self.args)


class AgentCommand(NamedTuple):
    """How to start the agent: argv, and variables beyond those of the job.

    `files` are to be written below the request's `scratch` first; their names may
    hold folders. `model` is the one that was chosen, None where the agent chooses.
    """

    argv: tuple[str, ...]
    environment: dict[str, str]
    files: Mapping[str, bytes] = {}
    model: str | None = None


class Told(StrEnum):
    """What an agent's stream can tell: the names of events in events.jsonl.

    Their details: `session` (and `model`); `tool` as a call begins (and what
    it is `about`) and None as it ends (then with `ok`, `of` which tool, and `why` not); `turn`, counted from 1; `text`; `message` for what went wrong and
    may go well again; the figures of `Usage` and `cost_usd`.
    """

    SESSION = "agent_session"
    TURN = "agent_turn"
    TOOL = "agent_tool"
    MESSAGE = "agent_message"
    USAGE = "agent_usage"
    NOTICE = "agent_notice"


class AgentEvent(NamedTuple):
    """One thing that the stream told."""

    told: Told
    details: dict[str, Json]


class Standing(NamedTuple):
    """What is known of an attempt so far. `usage` and `cost_usd` only ever grow."""

    session: str | None = None
    model: str | None = None
    usage: Usage = Usage()
    cost_usd: float | None = None


class Answer(NamedTuple):
    """What came of an attempt. `error` None: the agent did what it was asked.

    `resets_at` (epoch seconds): the provider serves nobody before this instant.
    """

    text: str
    error: ErrorEnvelope | None = None
    resets_at: int | None = None


class StreamReader(Protocol):
    """Reads what one attempt writes to stdout, as it grows."""

    @property
    def standing(self) -> Standing: ...

    def feed(self, chunk: bytes) -> Sequence[AgentEvent]:
        """Take in the next bytes, cut anywhere; what they tell."""
        ...

    def finish(self) -> Sequence[AgentEvent]:
        """What a last line without its end tells."""
        ...

    def answer(self, exit_code: int | None, now: int) -> Answer:
        """The verdict, once everything was fed and the child has ended.

        `now` is epoch seconds, for a provider that tells how long it will be shut.
        """
        ...

    def diary(self, environment: Mapping[str, str]) -> str | None:
        """A glob of the file in which the agent itself keeps more, once it is known."""
        ...

    def feed_diary(self, chunk: bytes) -> Sequence[AgentEvent]:
        """As `feed`, for that file."""
        ...


class Adapter(Protocol):
    """One kind of agent."""

    @property
    def stop_signal(self) -> signal.Signals:
        """What makes the program end in good order."""
        ...

    @property
    def is_plain(self) -> bool:
        """Whether what it writes to stdout is for people as it is."""
        ...

    @property
    def tells_cost(self) -> bool:
        """Whether it says what its work costs."""
        ...

    @property
    def can_resume(self) -> bool:
        """Whether it can go on with an earlier session."""
        ...

    def usual_model(self, mode: ThinkingMode) -> str | None:
        """Which model it works with where none is named; None: the program decides."""
        ...

    def command(self, request: AgentRequest) -> AgentCommand:
        """Raises AgentUnavailableError, with how to get it, where it is not there."""
        ...

    def reader(self, resumed_ms: int | None = None) -> StreamReader:
        """`resumed_ms`: since when it goes on with an earlier session, if it does."""
        ...
