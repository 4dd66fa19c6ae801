"""The file in which Codex keeps a session: more than its stream tells, and earlier."""

from __future__ import annotations

from datetime import datetime
from operator import add
from typing import NamedTuple

import msgspec

from runner.agents.stream import Lines, decoded


class Tokens(msgspec.Struct, frozen=True):
    """As Codex counts them: those from a cache are some of the input."""

    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0

    @property
    def figures(self) -> Figures:
        return Figures(self.input_tokens, self.cached_input_tokens, self.output_tokens)


class Figures(NamedTuple):
    """Tokens: all that were read, those of them from a cache, and those written."""

    read: int = 0
    cached: int = 0
    written: int = 0


class _Used(msgspec.Struct):
    """Of one response of the model."""

    usage: Tokens


class _Context(msgspec.Struct):
    model: str


class _Call(msgspec.Struct):
    type: str = ""


class _Window(msgspec.Struct):
    used_percent: float = 0.0
    resets_at: int | None = None


class _Limits(msgspec.Struct):
    primary: _Window | None = None
    secondary: _Window | None = None


class _Failure(msgspec.Struct):
    codex_error_info: object = None


class _Message(msgspec.Struct):
    rate_limits: _Limits | None = None
    error: _Failure | None = None


class _Line(msgspec.Struct):
    timestamp: datetime


class _UsedLine(_Line, tag_field="type", tag="token_usage_record"):
    payload: _Used


class _ContextLine(_Line, tag_field="type", tag="turn_context"):
    payload: _Context


class _ItemLine(_Line, tag_field="type", tag="response_item"):
    payload: _Call


class _MessageLine(_Line, tag_field="type", tag="event_msg"):
    payload: _Message


_DECODER = msgspec.json.Decoder(_UsedLine | _ContextLine | _ItemLine | _MessageLine)

_LIMIT_REACHED = "usage_limit_exceeded"

_FULL_PERCENT = 100


class CodexDiary:
    """What the lines of this attempt tell, which may go on with an older session.

    `since_ms` is when the attempt began; None: all lines are its own.
    """

    def __init__(self, since_ms: int | None) -> None:
        self._since_ms = since_ms
        self._lines = Lines()
        self._limits = _Limits()
        self._limit_reached = False
        self.model: str | None = None
        self.figures = Figures()
        self.responses = 0
        self.calls = 0

    def feed(self, chunk: bytes) -> None:
        for raw in self._lines.feed(chunk):
            line = decoded(_DECODER, raw)
            if line is not None and self._is_own(line):
                self._read(line)

    def resets_at(self, now: int) -> int | None:
        """When the provider serves again, if it was its limit that ended the work."""
        windows = self._limits.primary, self._limits.secondary
        ends = [
            it.resets_at
            for it in windows
            if it and it.resets_at and it.used_percent >= _FULL_PERCENT
        ]
        return max(
            (it for it in ends if self._limit_reached and it > now), default=None
        )

    def _is_own(self, line: _Line) -> bool:
        since_ms = self._since_ms
        return since_ms is None or line.timestamp.timestamp() * 1000 >= since_ms

    def _read(self, line: _Line) -> None:
        match line:
            case _UsedLine(payload=used):
                self.responses += 1
                self.figures = Figures(*map(add, self.figures, used.usage.figures))
            case _ContextLine(payload=context):
                self.model = context.model
            case _ItemLine(payload=item):
                self.calls += item.type.endswith("_call")
            case _MessageLine(payload=message):
                self._limits = message.rate_limits or self._limits
                failure = message.error and message.error.codex_error_info
                self._limit_reached |= failure == _LIMIT_REACHED
            case _:
                pass
