"""opencode: its command line, its configuration, its stream."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import msgspec

from runner.agents.base import AgentCommand, AgentEvent, Standing, Told
from runner.agents.launcher import Launchers, launchers
from runner.agents.program import located
from runner.agents.stream import (
    MESSAGE_LENGTH,
    Ending,
    LineReader,
    called,
    decoded,
    notice,
    returned,
    said,
)
from runner.model.errors import AgentUnavailableError
from runner.model.job import ThinkingMode
from runner.model.receipt import Usage
from runner.model.role import Profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.agents.base import AgentRequest

# The model is the operator's choice; how hard it thinks is not. A model that has no
# such variant thinks as usual.
_VARIANTS = {ThinkingMode.FAST: "low", ThinkingMode.SLOW: "high"}

_READING = ("glob", "grep", "list", "lsp", "read", "todowrite")
_TOOLS = {
    Profile.READ_ONLY: _READING,
    Profile.WORKSPACE: (*_READING, "bash", "edit", "webfetch", "websearch"),
}
_WITHHELD = frozenset(
    {"apply_patch", "bash", "edit", "skill", "task", "webfetch", "websearch", "write"}
)

# Bounds a server's start and each of its calls: opencode knows no other limit.
_SERVER_TIMEOUT_MS = 30_000

_CONFIG = "OPENCODE_CONFIG_CONTENT"


class OpencodeAgent:
    """`opencode run --format json`, as an agent of its own for roles of less than all.

    Only the full profile minds the project's configuration and may use MCP servers of
    the operator's, which start in any case. The project's AGENTS.md is always read.
    Opencode has no means to leave its plugins out: they run under every profile.
    """

    stop_signal = signal.SIGTERM
    is_plain = False
    tells_cost = True
    can_resume = True

    def command(self, request: AgentRequest) -> AgentCommand:
        program = located("opencode", request, package="opencode-ai")
        model = request.agent.model
        variant = _VARIANTS.get(request.agent.thinking_mode)
        words = (
            *("run", "--format=json"),
            # Without a title it would pay a model for one.
            f"--title={request.job_id}",
            *_permission(request),
            *([f"--model={model}"] if model else []),
            *([f"--variant={variant}"] if variant else []),
            *([f"--session={request.resume}"] if request.resume else []),
        )
        launch = launchers(request)
        environment = {
            _CONFIG: _config(request, launch),
            "OPENCODE_DISABLE_AUTOUPDATE": "1",
            "OPENCODE_DISABLE_MODELS_FETCH": "1",
        }
        if request.role.profile is not Profile.FULL:
            environment["OPENCODE_DISABLE_PROJECT_CONFIG"] = "1"
        argv = (program, *words, *request.flags)
        return AgentCommand(argv, environment, launch.files, model)

    def reader(self, resumed_ms: int | None = None) -> OpencodeReader:  # noqa: ARG002
        return OpencodeReader()


def _permission(request: AgentRequest) -> tuple[str, ...]:
    if request.role.profile is Profile.FULL:
        return ("--auto",)
    return (f"--agent={_agent_name(request)}",)


def _agent_name(request: AgentRequest) -> str:
    """A name that no file in the project can have given more permissions before."""
    return f"jobconsole-{request.run_id}"


def _config(request: AgentRequest, launch: Launchers) -> str:
    """What the environment already configures, with what the run needs over it."""
    config = _configured(request)
    config["mcp"] = {
        name: {
            "type": "local",
            "command": command,
            "timeout": _SERVER_TIMEOUT_MS,
        }
        for name, command in launch.commands.items()
    }
    tools = _TOOLS.get(request.role.profile)
    if tools is not None:
        told = config.get("instructions")
        config["instructions"] = [
            *(told if isinstance(told, list) else ()),
            f"{request.root}/AGENTS.md",
        ]
        names = (*tools, *(f"{name}_*" for name in request.servers))
        # The last rule that fits decides: what is not named stays denied.
        permission = {"*": "deny", **dict.fromkeys(names, "allow")}
        agents = config.get("agent")
        config["agent"] = {
            **(agents if isinstance(agents, dict) else {}),
            _agent_name(request): {"mode": "primary", "permission": permission},
        }
    return msgspec.json.encode(config).decode()


def _configured(request: AgentRequest) -> dict[str, object]:
    given = request.environment.get(_CONFIG)
    try:
        return msgspec.json.decode(given, type=dict[str, object]) if given else {}
    except msgspec.MsgspecError as error:
        message = f"{_CONFIG} of the environment is not an object in JSON"
        raise AgentUnavailableError(message, hint=str(error)) from error


class _Cache(msgspec.Struct, frozen=True):
    read: int = 0
    write: int = 0


class _Tokens(msgspec.Struct, frozen=True):
    """`input` leaves out what came from a cache, `output` what it thought."""

    input: int = 0
    output: int = 0
    reasoning: int = 0
    cache: _Cache = _Cache()


class _Metadata(msgspec.Struct, frozen=True):
    exit: int | None = None


class _State(msgspec.Struct, frozen=True):
    status: str = ""
    error: str = ""
    input: object = None
    metadata: _Metadata = _Metadata()


class _Part(msgspec.Struct, frozen=True):
    """What an event is about: the fields of all kinds."""

    tool: str = ""
    state: _State = _State()
    text: str = ""
    reason: str = ""
    tokens: _Tokens = _Tokens()
    cost: float = 0.0


class _Data(msgspec.Struct, frozen=True):
    message: str = ""
    statusCode: int | None = None  # noqa: N815  as opencode writes it
    responseHeaders: dict[str, str] = {}  # noqa: N815


class _Error(msgspec.Struct, frozen=True):
    name: str = ""
    data: _Data = _Data()


class _Line(msgspec.Struct, frozen=True):
    type: str
    sessionID: str = ""  # noqa: N815  as opencode writes it
    part: _Part = _Part()
    error: _Error = _Error()


_DECODER = msgspec.json.Decoder(_Line)


class OpencodeReader(LineReader):
    """A step is a turn: its figures come with its end, and its last text counts."""

    def __init__(self) -> None:
        super().__init__()
        self.standing = Standing(usage=Usage(turns=0, tools=0))
        self._ending = Ending("", clean=False)
        self._retry_after: int | None = None

    def _ending_of(self, exit_code: int | None, now: int) -> Ending:  # noqa: ARG002
        if self._retry_after is None:
            return self._ending
        return self._ending._replace(resets_at=now + self._retry_after)

    def _read(self, line: bytes) -> Iterator[AgentEvent]:
        event = decoded(_DECODER, line)
        if event is None:
            return
        if event.sessionID and self.standing.session is None:
            self.standing = self.standing._replace(session=event.sessionID)
            yield AgentEvent(Told.SESSION, {"session": event.sessionID})
        match event.type:
            case "step_start":
                yield from self._began()
            case "tool_use":
                yield from self._called(event.part)
            case "text":
                yield from self._said(event.part.text)
            case "step_finish":
                yield from self._finished(event.part)
            case "error":
                yield from self._failed(event.error)
            case _:
                pass

    def _began(self) -> Iterator[AgentEvent]:
        usage = self.standing.usage
        turns = (usage.turns or 0) + 1
        usage = msgspec.structs.replace(usage, turns=turns)
        self.standing = self.standing._replace(usage=usage)
        self._ending = self._ending._replace(text="", clean=False, error="")
        yield AgentEvent(Told.TURN, {"turn": turns})

    def _called(self, part: _Part) -> Iterator[AgentEvent]:
        """Opencode tells of a call when it is over."""
        usage = self.standing.usage
        usage = msgspec.structs.replace(usage, tools=(usage.tools or 0) + 1)
        self.standing = self.standing._replace(usage=usage)
        denied = part.tool if _is_denial(part) else ""
        self._ending = self._ending._replace(denied=denied)
        ok = part.state.status == "completed" and not part.state.metadata.exit
        yield called(part.tool, part.state.input)
        yield returned(ok=ok and part.tool != "invalid")

    def _said(self, text: str) -> Iterator[AgentEvent]:
        so_far = f"{self._ending.text}\n{text}".strip()
        self._ending = self._ending._replace(text=so_far, denied="")
        yield said(text)

    def _finished(self, part: _Part) -> Iterator[AgentEvent]:
        used, tokens = self.standing.usage, part.tokens
        cached = tokens.cache.read
        usage = msgspec.structs.replace(
            used,
            input_tokens=(used.input_tokens or 0)
            + (tokens.input + cached + tokens.cache.write),
            cached_tokens=(used.cached_tokens or 0) + cached,
            output_tokens=(used.output_tokens or 0) + tokens.output + tokens.reasoning,
        )
        cost = (self.standing.cost_usd or 0.0) + part.cost
        self.standing = self.standing._replace(usage=usage, cost_usd=cost)
        self._ending = self._ending._replace(clean=part.reason == "stop")
        if part.reason not in {"stop", "tool-calls"}:
            message = f"the model ended with {part.reason}"
            self._ending = self._ending._replace(error=message[:MESSAGE_LENGTH])
        yield AgentEvent(Told.USAGE, {**msgspec.to_builtins(usage), "cost_usd": cost})

    def _failed(self, error: _Error) -> Iterator[AgentEvent]:
        message = error.data.message or error.name or "opencode told of an error"
        self._ending = self._ending._replace(
            clean=False, error=message, refused=error.name == "ContentFilterError"
        )
        if error.data.statusCode == 429:
            self._retry_after = _seconds(error.data.responseHeaders.get("retry-after"))
        yield notice(message)


def _is_denial(part: _Part) -> bool:
    """By a rule, by nobody being there to ask, or as it was not even offered."""
    error = part.state.error
    return (
        "rule which prevents you" in error
        or "rejected permission" in error
        or ("unavailable tool" in error and part.tool in _WITHHELD)
    )


def _seconds(header: str | None) -> int | None:
    """Dates, the header's other form, are left alone."""
    return int(header) if header and header.isdecimal() else None
