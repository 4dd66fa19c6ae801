"""The stream that Claude Code writes: a JSON event on each line."""

from __future__ import annotations

from operator import add
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.agents.base import AgentEvent, Standing, Told
from runner.agents.stream import (
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
    from collections.abc import Iterable, Iterator


class _Figures(NamedTuple):
    """Tokens: all that were read, those of them from a cache, and those written."""

    read: int = 0
    cached: int = 0
    written: int = 0


class _Part(msgspec.Struct):
    type: str = ""
    id: str = ""
    tool_use_id: str = ""
    name: str = ""
    text: str = ""
    content: object = None
    input: object = None
    is_error: bool | None = None


class _Tokens(msgspec.Struct):
    """Of a message, as of its beginning: `output_tokens` is not final."""

    input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    output_tokens: int = 0

    @property
    def figures(self) -> _Figures:
        cached = self.cache_read_input_tokens
        read = self.input_tokens + self.cache_creation_input_tokens + cached
        return _Figures(read, cached, self.output_tokens)


class _ModelTokens(msgspec.Struct):
    """Of a model, finally."""

    fresh: int = msgspec.field(default=0, name="inputTokens")
    kept: int = msgspec.field(default=0, name="cacheCreationInputTokens")
    cached: int = msgspec.field(default=0, name="cacheReadInputTokens")
    written: int = msgspec.field(default=0, name="outputTokens")
    cost: float = msgspec.field(default=0.0, name="costUSD")

    @property
    def figures(self) -> _Figures:
        read = self.fresh + self.kept + self.cached
        return _Figures(read, self.cached, self.written)


class _Message(msgspec.Struct):
    id: str = ""
    model: str = ""
    content: list[_Part] | str = ""
    usage: _Tokens = msgspec.field(default_factory=_Tokens)

    @property
    def parts(self) -> list[_Part]:
        return [] if isinstance(self.content, str) else self.content


class _System(msgspec.Struct, tag_field="type", tag="system"):
    subtype: str = ""
    session_id: str = ""
    model: str = ""
    message: str = ""
    error: str = ""
    error_status: int | None = None
    attempt: int = 0
    max_retries: int = 0


class _Assistant(msgspec.Struct, tag_field="type", tag="assistant"):
    message: _Message
    parent_tool_use_id: str | None = None


class _User(msgspec.Struct, tag_field="type", tag="user"):
    message: _Message


class _Limit(msgspec.Struct, rename="camel"):
    status: str = ""
    resets_at: int | None = None


class _LimitEvent(msgspec.Struct, tag_field="type", tag="rate_limit_event"):
    rate_limit_info: _Limit


class _Denial(msgspec.Struct):
    tool_name: str = "a tool"


class _Result(msgspec.Struct, tag_field="type", tag="result"):
    """`model_usage_since_last_result` is of this process.

    Its `modelUsage` and `total_cost_usd` are of the session, what came before it was
    resumed included.
    """

    subtype: str = ""
    session_id: str = ""
    is_error: bool = False
    result: str = ""
    errors: list[str] = []
    stop_reason: str | None = None
    terminal_reason: str = ""
    api_error_status: int | None = None
    permission_denials: list[_Denial] = []
    model_usage_since_last_result: dict[str, _ModelTokens] = {}

    @property
    def complaint(self) -> str:
        if not self.is_error:
            return ""
        if self.terminal_reason.startswith("aborted"):
            return "the agent was interrupted"
        return self.result or "; ".join(self.errors) or self.subtype


_DECODER = msgspec.json.Decoder(_System | _Assistant | _User | _LimitEvent | _Result)

_SYNTHETIC = "<synthetic>"
"""The model of messages that Claude Code made up itself, to tell an error."""

_NOT_OFFERED = "No such tool available"

_WITHHELD = frozenset({"Bash", "Edit", "NotebookEdit", "Task", "WebFetch", "Write"})
"""Tools of its own that a role may be kept from."""

_LIMITS_OF_ITS_OWN = frozenset({"error_max_turns", "error_max_budget_usd"})


class ClaudeReader(LineReader):
    """Reads the stream. Tokens are counted live, those written not before they are sure."""

    def __init__(self) -> None:
        super().__init__()
        self._session: str | None = None
        self._model: str | None = None
        self._messages: dict[str, _Figures] = {}
        self._tools: dict[str, str] = {}
        self._withheld = ""
        self._told: list[_ModelTokens] | None = None
        self._limit: _Limit | None = None
        self._result: _Result | None = None

    @property
    def standing(self) -> Standing:
        turns = len(self._messages)
        if not turns and self._told is None:
            return Standing(self._session, self._model, Usage(turns=0, tools=0))
        told = self._told or []
        live = _sum(self._messages.values())
        final = _sum(it.figures for it in told)
        read, cached, written = map(max, live, final)
        usage = Usage(read, cached, written, turns, len(self._tools))
        cost = None if self._told is None else sum((it.cost for it in told), 0.0)
        return Standing(self._session, self._model, usage, cost)

    def _ending_of(self, exit_code: int | None, now: int) -> Ending:  # noqa: ARG002
        result = self._result
        if result is None:
            return Ending("", clean=False)
        text = "" if result.is_error else result.result
        complaint = result.complaint
        over = complaint if result.subtype in _LIMITS_OF_ITS_OWN else ""
        denied = [it.tool_name for it in result.permission_denials]
        denied += [self._withheld] if self._withheld else []
        blocked = denied and not (text.strip() or complaint)
        return Ending(
            text,
            clean=True,
            error=complaint,
            over=over,
            refused=result.stop_reason == "refusal",
            denied=denied[-1] if blocked else "",
            resets_at=self._resets_at(result, now),
        )

    def _resets_at(self, result: _Result, now: int) -> int | None:
        if not (result.is_error and self._limit and self._limit.status == "rejected"):
            return None
        resets_at = self._limit.resets_at
        return resets_at if resets_at is not None and resets_at > now else None

    def _read(self, line: bytes) -> Iterator[AgentEvent]:
        match decoded(_DECODER, line):
            case _System() as event:
                yield from self._system(event)
            case _Assistant() as event:
                yield from self._said(event)
            case _User(message):
                for part in message.parts:
                    if part.type == "tool_result":
                        yield self._returned(part)
            case _LimitEvent(rate_limit_info=limit):
                self._limit = limit
            case _Result() as event:
                yield from self._ended(event)
            case _:
                pass

    def _system(self, event: _System) -> Iterator[AgentEvent]:
        match event.subtype:
            case "init" if event.session_id != self._session:
                self._session, self._model = event.session_id, event.model
                told = {"session": event.session_id, "model": event.model}
                yield AgentEvent(Told.SESSION, {**told})
            case "api_retry":
                which = f"attempt {event.attempt} of {event.max_retries} failed"
                yield notice(f"{which}: {event.error} ({event.error_status})")
            case "permission_denied":
                yield notice(event.message)
            case _:
                pass

    def _said(self, event: _Assistant) -> Iterator[AgentEvent]:
        message = event.message
        if message.model == _SYNTHETIC:
            return
        self._result = None
        known = self._messages.get(message.id)
        self._messages[message.id] = message.usage.figures
        if known is None:
            yield AgentEvent(Told.TURN, {"turn": len(self._messages)})
        for part in message.parts:
            if part.type == "tool_use":
                self._tools[part.id] = part.name
                yield called(part.name, part.input)
            elif part.type == "text" and part.text:
                self._withheld = ""
                yield said(part.text)

    def _returned(self, part: _Part) -> AgentEvent:
        name = self._tools.get(part.tool_use_id, "")
        said = part.content if isinstance(part.content, str) else ""
        if part.is_error and _NOT_OFFERED in said:
            self._withheld = name if name in _WITHHELD else ""
        return returned(ok=not part.is_error, tool=name, why=_plain(said))

    def _ended(self, event: _Result) -> Iterator[AgentEvent]:
        self._session = self._session or event.session_id or None
        self._result = event
        told = event.model_usage_since_last_result.values()
        self._told = [*(self._told or ()), *told]
        standing = self.standing
        usage = msgspec.to_builtins(standing.usage)
        cost = None if standing.cost_usd is None else round(standing.cost_usd, 9)
        yield AgentEvent(Told.USAGE, {**usage, "cost_usd": cost})


def _plain(said: str) -> str:
    return said.removeprefix("<tool_use_error>").removesuffix("</tool_use_error>")


def _sum(figures: Iterable[_Figures]) -> _Figures:
    total = _Figures()
    for each in figures:
        total = _Figures(*map(add, total, each))
    return total
