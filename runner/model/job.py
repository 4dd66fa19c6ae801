"""A job as it was resolved: everything a run needs to know, and nothing to look up.

Durations are seconds, sizes are bytes. Paths are relative to the project unless
they are absolute.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from runner.model.budget import NO_BUDGET, Budget, Price
from runner.model.errors import Code
from runner.model.mcp import McpServer
from runner.model.schedule import Manual, Schedule


class Kind(StrEnum):
    """What sort of program a job runs."""

    PYTHON = "python"
    COMMAND = "command"
    AGENT = "agent"


class Overlap(StrEnum):
    """What happens when an occurrence falls due while the job still runs."""

    SKIP = "skip"
    QUEUE = "queue"
    ALLOW = "allow"


class Leftovers(StrEnum):
    """What happens to processes that outlive a child that succeeded."""

    KILL = "kill"
    KEEP = "keep"
    FAIL = "fail"


class CatchUp(StrEnum):
    """Which occurrences that nobody saw in time still run."""

    LATEST = "latest"
    NONE = "none"
    ALL = "all"


class Backoff(StrEnum):
    """How the delay between retries grows."""

    FIXED = "fixed"
    EXPONENTIAL = "exponential"


class ThinkingMode(StrEnum):
    """How much an agent may think."""

    FAST = "fast"
    MED = "med"
    SLOW = "slow"


class Where(msgspec.Struct, frozen=True):
    """A place in a configuration file. Lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Script(msgspec.Struct, frozen=True, tag="script"):
    """A `.py` file or an executable inside the project."""

    path: str


class Command(msgspec.Struct, frozen=True, tag="command"):
    """An argv list; `shell` when it was one string for `/bin/sh -c`."""

    argv: tuple[str, ...]
    shell: bool = False


class Prompt(msgspec.Struct, frozen=True, tag="prompt"):
    """What an agent is told, word for word."""

    text: str


class PromptFile(msgspec.Struct, frozen=True, tag="prompt_file"):
    """An agent is told what the file says when the run starts."""

    path: str


class SpecDocument(msgspec.Struct, frozen=True, tag="spec"):
    """An agent is told to follow a document: `docs/project/spec/jobs/<name>.md`."""

    name: str
    path: str


Target = Script | Command | Prompt | PromptFile | SpecDocument


class Retries(msgspec.Struct, frozen=True):
    """`on` names the error codes that are worth another attempt (none = the usual)."""

    max: int = 0
    backoff: Backoff = Backoff.EXPONENTIAL
    delay: int = 30
    max_delay: int = 600
    on: tuple[str, ...] = ()


class Limits(msgspec.Struct, frozen=True):
    """Bounds on one attempt; None means no bound."""

    memory: int | None = None
    cpu: int | None = None
    output: int | None = None


class Notify(msgspec.Struct, frozen=True):
    """Which outcomes are told to which gateways."""

    on: tuple[str, ...] = ()
    to: tuple[str, ...] = ()


class Expect(msgspec.Struct, frozen=True):
    """Evidence that a good run leaves behind.

    Each glob of `files` must match a file that the run wrote, each of `exists` any
    file; `command` must succeed; `answer` is a regular expression to be found in the
    agent's answer.
    """

    files: tuple[str, ...] = ()
    exists: tuple[str, ...] = ()
    command: Command | None = None
    answer: str | None = None


class AgentSpec(msgspec.Struct, frozen=True):
    """Which agent answers a prompt, and how. `template` is the argv of `custom`.

    `model` None: what the agent's adapter takes for the thinking mode. `budget` is
    for a run, `daily` for all runs of the job in a day. An agent that tells nothing
    for `silence` seconds is stopped; None: never. `prices` are those of the project,
    by model, for agents that do not tell their cost.
    """

    name: str
    thinking_mode: ThinkingMode = ThinkingMode.MED
    model: str | None = None
    template: tuple[str, ...] = ()
    budget: Budget = NO_BUDGET
    daily: Budget = NO_BUDGET
    mcp: dict[str, McpServer] = {}
    silence: int | None = None
    prices: dict[str, Price] = {}


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One named definition, defaults applied.

    `params` are the blanks of its prompt with their usual values; None: whoever
    starts it must give one.
    """

    id: str
    kind: Kind
    target: Target
    source: Where
    schedule: Schedule = Manual()
    description: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    enabled: bool = True
    args: tuple[str, ...] = ()
    python: str | None = None
    timeout: int = 1800
    retries: Retries = Retries()
    limits: Limits = Limits()
    catch_up: CatchUp = CatchUp.LATEST
    misfire_grace: int | None = None
    overlap: Overlap = Overlap.SKIP
    leftovers: Leftovers = Leftovers.KILL
    pool: str = "default"
    env: dict[str, str] = {}
    env_pass: tuple[str, ...] = ()
    env_file: str | None = None
    input: dict[str, object] = {}
    params: dict[str, str | None] = {}
    role: str | None = None
    roles: tuple[str, ...] = ()
    agent: AgentSpec | None = None
    notify: Notify = Notify()
    expect: Expect = Expect()


class Problem(msgspec.Struct, frozen=True):
    """One thing wrong (or worth a warning) in the configuration."""

    code: Code
    message: str
    where: Where
    hint: str = ""
    job_id: str | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.code}: {self.message}"


class InvalidJob(msgspec.Struct, frozen=True):
    """A job that cannot run, with what is known of it.

    `schedule` is kept where it could be understood, so that the occurrences which
    did not run can be told.
    """

    id: str
    problem: Problem
    kind: Kind | None = None
    schedule: Schedule = Manual()
