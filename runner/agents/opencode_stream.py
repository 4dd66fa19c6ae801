"""The stream that opencode writes: a JSON event on each line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from runner.agents.base import AgentEvent, Standing, Told
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
from runner.model.receipt import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

_WITHHELD = frozenset(
    {"apply_patch", "bash", "edit", "skill", "task", "webfetch", "websearch", "write"}
)


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
        fine = ok and part.tool != "invalid"
        yield returned(ok=fine, tool=part.tool, why=part.state.error)

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
