"""gemini, Google's command line agent: its command line, its policies, its stream."""

from __future__ import annotations

import math
import re
import signal
from typing import TYPE_CHECKING

import msgspec

from runner.agents.base import AgentCommand, AgentEvent, Standing, Told
from runner.agents.gemini_files import (
    HOME,
    POLICY,
    TOOLS,
    has_own_home,
    policy,
    settings,
)
from runner.agents.launcher import launchers
from runner.agents.program import located
from runner.agents.stream import (
    Ending,
    LineReader,
    called,
    decoded,
    notice,
    returned,
    said,
)
from runner.model.job import ThinkingMode
from runner.model.receipt import Usage
from runner.model.role import Profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.agents.base import AgentRequest
    from runner.model.errors import Json

# Names that gemini itself resolves to its newest model of the kind.
_MODELS = {
    ThinkingMode.FAST: "flash-lite",
    ThinkingMode.MED: "flash",
    ThinkingMode.SLOW: "pro",
}

_WITHHELD = frozenset({*TOOLS[Profile.WORKSPACE], "activate_skill", "invoke_agent"})

_NO_SERVER = "none"

_TURNS_EXIT_CODE = 53
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_WAIT = re.compile(
    r"(?:retry (?:in|after)|reset after) ((?:\d+(?:\.\d+)?(?:ms|h|m|s))+)"
)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class GeminiAgent:
    """`gemini -o stream-json`, with a policy file for roles that may not do all.

    Only gemini's settings can name MCP servers and a limit of turns, and they lie
    beside the operator's login. So a run with servers gets a home of its own where an
    API key is the login; else, of the servers in the operator's own settings, those
    whose names were asked for are let through, and no others.

    Only the full profile minds the project's settings, which name hooks and commands.
    Gemini has no means to leave out the variables of the project's `.gemini/.env` or
    `.env`, which reach it and all that it starts.
    """

    stop_signal = signal.SIGTERM
    is_plain = False
    tells_cost = False
    can_resume = True

    def usual_model(self, mode: ThinkingMode) -> str | None:
        return _MODELS[mode]

    def command(self, request: AgentRequest) -> AgentCommand:
        program = located("gemini", request, package="@google/gemini-cli")
        model = request.agent.model or _MODELS[request.agent.thinking_mode]
        launch = launchers(request)
        files = policy(request) | settings(request, launch)
        # An option that takes a list would swallow the flags' first word.
        words = (
            *_permission(request),
            *(f"--allowed-mcp-server-names={name}" for name in _allowed(request)),
            *("--skip-trust", "--output-format=stream-json", f"--model={model}"),
            *([f"--resume={request.resume}"] if request.resume else []),
        )
        # Its launcher, which it would start first, does not pass SIGTERM on.
        environment = {"GEMINI_CLI_NO_RELAUNCH": "true"}
        if request.role.profile is not Profile.FULL:
            # It reads settings before it minds `--skip-trust`.
            environment["GEMINI_CLI_TRUST_WORKSPACE"] = "false"
        if has_own_home(request):
            environment["GEMINI_CLI_HOME"] = f"{request.scratch}/{HOME}"
        return AgentCommand(
            (program, *words, *request.flags), environment, files, model
        )

    def reader(self, resumed_ms: int | None = None) -> GeminiReader:  # noqa: ARG002
        return GeminiReader()


def _permission(request: AgentRequest) -> tuple[str, ...]:
    if request.role.profile is Profile.FULL:
        return ("--yolo",)
    return ("--approval-mode=default", f"--policy={request.scratch}/{POLICY}")


def _allowed(request: AgentRequest) -> tuple[str, ...]:
    """Which MCP servers it may start: an empty list would allow all."""
    return tuple(request.servers) or (_NO_SERVER,)


class _Figures(msgspec.Struct, frozen=True):
    total_tokens: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached: int = 0
    models: dict[str, _Figures] = {}


class _Error(msgspec.Struct, frozen=True):
    type: str = ""
    message: str = ""


class _Line(msgspec.Struct, frozen=True):
    """Any event: the fields of all kinds, empty where a kind has them not."""

    type: str
    session_id: str = ""
    model: str = ""
    role: str = ""
    content: str = ""
    tool_name: str = ""
    tool_id: str = ""
    parameters: object = None
    message: str = ""
    status: str = ""
    error: _Error | None = None
    stats: _Figures = _Figures()


_DECODER = msgspec.json.Decoder(_Line)


class GeminiReader(LineReader):
    """Turns are counted from the stream; tokens come with its last event only.

    An error is what stopped it if nothing but the result followed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.standing = Standing(usage=Usage(turns=0, tools=0))
        self._ending = Ending("", clean=False)
        self._in_turn = False
        self._running: dict[str, str] = {}

    def _ending_of(self, exit_code: int | None, now: int) -> Ending:
        ending = self._ending
        if exit_code == _TURNS_EXIT_CODE and not ending.over:
            ending = ending._replace(over="gemini stopped at its limit of turns")
        wait = None if ending.clean else _wait(ending.error)
        if wait is not None:
            ending = ending._replace(resets_at=now + wait)
        return ending

    def _read(self, line: bytes) -> Iterator[AgentEvent]:
        event = decoded(_DECODER, line)
        if event is None:
            return
        match event.type:
            case "init":
                yield from self._began(event)
            case "message" if event.role == "assistant":
                yield from self._said(event.content)
            case "tool_use":
                yield from self._called(event)
            case "tool_result":
                yield from self._returned(event)
            case "error":
                yield from self._complained(event.message)
            case "result":
                yield from self._ended(event)
            case _:
                pass

    def _began(self, event: _Line) -> Iterator[AgentEvent]:
        self.standing = self.standing._replace(
            session=event.session_id or None, model=event.model or None
        )
        details: dict[str, Json] = {"session": event.session_id, "model": event.model}
        yield AgentEvent(Told.SESSION, details)

    def _said(self, text: str) -> Iterator[AgentEvent]:
        yield from self._turn()
        so_far = self._ending.text + text
        self._ending = self._ending._replace(text=so_far, denied="", error="")
        yield said(text)

    def _called(self, event: _Line) -> Iterator[AgentEvent]:
        yield from self._turn()
        self._running[event.tool_id] = event.tool_name
        usage = self.standing.usage
        usage = msgspec.structs.replace(usage, tools=(usage.tools or 0) + 1)
        self.standing = self.standing._replace(usage=usage)
        self._ending = self._ending._replace(error="")
        yield called(event.tool_name, event.parameters)

    def _returned(self, event: _Line) -> Iterator[AgentEvent]:
        self._in_turn = False
        name = self._running.pop(event.tool_id, "")
        denied = name if _is_denial(name, event.error) else ""
        self._ending = self._ending._replace(denied=denied)
        why = event.error.message if event.error else ""
        yield returned(ok=event.status == "success", tool=name, why=why)

    def _complained(self, message: str) -> Iterator[AgentEvent]:
        self._ending = self._ending._replace(
            error=message, refused="response was blocked" in message
        )
        yield notice(message)

    def _ended(self, event: _Line) -> Iterator[AgentEvent]:
        error = event.error or _Error()
        is_over = error.type == "FatalTurnLimitedError"
        message = error.message or self._ending.error
        clean = event.status == "success"
        if not clean and not message:
            message = f"gemini ended with status {event.status}"
        self._ending = self._ending._replace(
            clean=clean, error=message, over=error.message if is_over else ""
        )
        yield from self._counted(event.stats)

    def _counted(self, stats: _Figures) -> Iterator[AgentEvent]:
        usage = msgspec.structs.replace(
            self.standing.usage,
            input_tokens=stats.input_tokens,
            cached_tokens=stats.cached,
            # What it thought is in the total only, and paid for as output.
            output_tokens=max(
                stats.output_tokens, stats.total_tokens - stats.input_tokens
            ),
        )
        used = max(
            stats.models.items(), key=lambda item: item[1].total_tokens, default=None
        )
        model = used[0] if used and used[1].total_tokens else self.standing.model
        self.standing = self.standing._replace(usage=usage, model=model)
        yield AgentEvent(Told.USAGE, msgspec.to_builtins(usage))

    def _turn(self) -> Iterator[AgentEvent]:
        """The model speaks or calls again after it was told what its tools gave."""
        if self._in_turn:
            return
        self._in_turn = True
        usage = self.standing.usage
        turns = (usage.turns or 0) + 1
        usage = msgspec.structs.replace(usage, turns=turns)
        self.standing = self.standing._replace(usage=usage)
        self._ending = self._ending._replace(text="")
        yield AgentEvent(Told.TURN, {"turn": turns})


def _is_denial(tool: str, error: _Error | None) -> bool:
    """A tool of its own that gemini says it has not got was kept from it."""
    if error is None:
        return False
    return error.type == "policy_violation" or (
        error.type == "tool_not_registered" and tool in _WITHHELD
    )


def _wait(message: str) -> int | None:
    """For how many seconds the provider wants no more requests, as it said."""
    found = _WAIT.search(message)
    if found is None:
        return None
    parts = _PART.findall(found[1])
    return math.ceil(sum(float(number) * _SECONDS[unit] for number, unit in parts))
