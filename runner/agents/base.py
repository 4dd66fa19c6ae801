"""What the engine asks of an agent's adapter. Adapters spawn nothing and read no file.

An adapter is one module: it turns a request into words for the command line, reads
the stream that the program writes, and says in the end whether there was an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import signal

    from runner.model.job import Job
    from runner.model.receipt import ErrorEnvelope, Usage
    from runner.model.role import Role


class AgentRequest(NamedTuple):
    """What is asked of an agent. The prompt reaches it on stdin.

    `program_path` is the PATH that the child will have.
    """

    job: Job
    role: Role
    run_id: str
    root: str
    prompt_file: str
    args: tuple[str, ...]
    program_path: str


class AgentCommand(NamedTuple):
    """How to start the agent: argv, and variables beyond those of the job."""

    argv: tuple[str, ...]
    environment: dict[str, str]


class Answer(NamedTuple):
    """What came of an attempt. `error` None: the agent did what it was asked."""

    text: str
    error: ErrorEnvelope | None = None
    usage: Usage | None = None
    cost_usd: float | None = None


class StreamReader(Protocol):
    """Reads what one attempt writes to stdout, as it grows."""

    def feed(self, chunk: bytes) -> None: ...

    def answer(self, exit_code: int | None) -> Answer:
        """The verdict, once everything was fed and the child has ended."""
        ...


class Adapter(Protocol):
    """One kind of agent."""

    @property
    def stop_signal(self) -> signal.Signals:
        """What makes the program end in good order."""
        ...

    def command(self, request: AgentRequest) -> AgentCommand:
        """Raises AgentUnavailableError, with how to get it, where it is not there."""
        ...

    def reader(self) -> StreamReader: ...
