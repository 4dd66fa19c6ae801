"""Asks MCP servers who they are, all at once, before an agent depends on them.

By the protocol's stdio transport: one JSON-RPC message a line.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from runner import __version__
from runner.model.errors import LaunchError
from runner.model.mcp import McpHealth, McpState
from runner.process.session import end_sessions, has_ended
from runner.process.spawn import spawn_spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from runner.process.clock import Clock
    from runner.process.waiting import Exit

PROBE_MS = 3_000
"""How long servers may take to answer."""

GRACE_MS = 500
"""Between asking a server to end and killing it."""

PROTOCOL_VERSION = "2025-06-18"

_LOOK_MS = 20
_PATIENCE_MS = 500
"""A greeting on stdout breaks the protocol, but an answer soon after it will do."""

_CHUNK = 65_536
_LONGEST_LINE = 1024 * 1024
_STDERR_KEPT = 4096
_DETAIL_LENGTH = 500
_OUR_ID = 1


class Startable(NamedTuple):
    """How a server starts: its program by its whole path, and all of its environment."""

    command: tuple[str, ...]
    environment: Mapping[str, str]


class _Failure(msgspec.Struct, frozen=True):
    message: str = ""


class _Message(msgspec.Struct, frozen=True):
    """A JSON-RPC message; an answer is one that names no method."""

    jsonrpc: Literal["2.0"]
    id: int | float | str | None = None
    method: str | None = None
    result: dict[str, msgspec.Raw] | None = None
    error: _Failure | None = None


def probe(
    servers: Mapping[str, Startable],
    *,
    cwd: Path,
    clock: Clock,
    within_ms: int = PROBE_MS,
) -> dict[str, McpHealth]:
    """What came of asking each server. None of them lives on afterwards.

    Takes at most `within_ms`, and a little more for ending those that hang on.
    """
    begun = clock.awake_ms()
    missing: dict[str, McpHealth] = {}
    asked: dict[str, _Conversation] = {}
    exits: Mapping[int, Exit] = {}
    try:
        for name, server in servers.items():
            try:
                asked[name] = _Conversation(server, cwd)
            except LaunchError as error:
                took_ms = clock.awake_ms() - begun
                missing[name] = McpHealth(McpState.MISSING, took_ms, error.message)
        _listen(asked.values(), clock, within_ms)
    finally:
        for conversation in asked.values():
            conversation.hang_up()
        leaders = [conversation.pid for conversation in asked.values()]
        exits = end_sessions(leaders, clock, grace_ms=GRACE_MS)
        for conversation in asked.values():
            conversation.close()
    told = {name: it.health(exits[it.pid]) for name, it in asked.items()}
    return {name: (missing | told)[name] for name in servers}


def _listen(asked: Iterable[_Conversation], clock: Clock, within_ms: int) -> None:
    """Hear all of them until each is judged, or the time is over."""
    begun = clock.awake_ms()
    took_ms = 0
    undecided = list(asked)
    with selectors.DefaultSelector() as selector:
        for conversation in undecided:
            for descriptor in conversation.ears:
                selector.register(descriptor, selectors.EVENT_READ, conversation)
        while undecided and took_ms < within_ms:
            wait_ms = min(_LOOK_MS, within_ms - took_ms)
            for key, _ in selector.select(wait_ms / 1000):
                if not key.data.hear(key.fd):
                    selector.unregister(key.fd)
            took_ms = clock.awake_ms() - begun
            for conversation in undecided:
                conversation.look(took_ms)
            undecided = [it for it in undecided if it.state is None]
    for conversation in undecided:
        conversation.give_up(took_ms)


class _Conversation:
    """One server that was started and asked."""

    def __init__(self, server: Startable, cwd: Path) -> None:
        """Raises LaunchError."""
        self.pid, self._stdin, self._stdout, self._stderr = spawn_spoken(
            server.command, cwd, server.environment
        )
        self.state: McpState | None = None
        self._detail = ""
        self._took_ms = 0
        self._line = b""
        self._said_last = b""
        self._closed = False
        self._rubbish: str | None = None
        self._patient_until: int | None = None
        # The pipe is empty and takes it all. One who is gone already shows by that.
        with contextlib.suppress(BrokenPipeError):
            os.write(self._stdin, _request())

    @property
    def ears(self) -> tuple[int, int]:
        return self._stdout, self._stderr

    def hear(self, descriptor: int) -> bool:
        """Take what there is to read; False at its end."""
        chunk = os.read(descriptor, _CHUNK)
        if descriptor == self._stderr:
            self._said_last = (self._said_last + chunk)[-_STDERR_KEPT:]
            return bool(chunk)
        # The last line may come without its end.
        *lines, self._line = (self._line + (chunk or b"\n")).split(b"\n")
        for line in lines:
            self._judge(line.strip())
        if len(self._line) > _LONGEST_LINE:
            self._judge(self._line)
            self._line = b""
        self._closed = not chunk
        return bool(chunk)

    def look(self, now_ms: int) -> None:
        """See whether there is nothing more to wait for."""
        self._took_ms = now_ms
        if self.state is not None:
            return
        if self._rubbish is not None:
            if self._patient_until is None:
                self._patient_until = now_ms + _PATIENCE_MS
            if self._closed or now_ms >= self._patient_until:
                self._decide(McpState.RUBBISH, self._rubbish)
        elif self._closed and has_ended(self.pid):
            self._decide(McpState.ENDED)

    def give_up(self, now_ms: int) -> None:
        """Its time is over."""
        self._took_ms = now_ms
        if self._rubbish is not None:
            self._decide(McpState.RUBBISH, self._rubbish)
        elif has_ended(self.pid):
            self._decide(McpState.ENDED)
        elif self._closed:
            self._decide(McpState.ENDED, "closed its output")
        else:
            self._decide(McpState.SILENT)

    def hang_up(self) -> None:
        """By this a server is told that nobody needs it any more."""
        os.close(self._stdin)

    def close(self) -> None:
        with contextlib.suppress(BlockingIOError):  # others hold on to it
            self.hear(self._stderr)
        os.close(self._stdout)
        os.close(self._stderr)

    def health(self, exit_: Exit) -> McpHealth:
        """The judgement; `exit_` says how one that ended by itself did so."""
        state = self.state or McpState.SILENT
        detail = self._detail
        if state is McpState.ENDED:
            how = detail or _in_words(exit_)
            detail = ": ".join(filter(None, (how, self._last_line())))
        elif state is McpState.SILENT:
            detail = self._last_line()
        return McpHealth(state, self._took_ms, detail[:_DETAIL_LENGTH])

    def _judge(self, line: bytes) -> None:
        """Take in a line of stdout: an answer, something else of theirs, or rubbish."""
        if not line or self.state is not None:
            return
        message = _message(line)
        if message is None:
            self._rubbish = self._rubbish or _readable(line)
        elif message.id != _OUR_ID or message.method is not None:
            return
        elif message.result is not None:
            self._decide(McpState.READY)
        else:
            refusal = message.error.message if message.error else ""
            self._decide(McpState.RUBBISH, refusal or _readable(line))

    def _decide(self, state: McpState, detail: str = "") -> None:
        self.state, self._detail = state, detail

    def _last_line(self) -> str:
        lines = self._said_last.strip().splitlines()
        return _readable(lines[-1]) if lines else ""


def _request() -> bytes:
    params = {
        "protocolVersion": PROTOCOL_VERSION,
        "capabilities": {},
        "clientInfo": {"name": "jobconsole", "version": __version__},
    }
    request = {
        "jsonrpc": "2.0",
        "id": _OUR_ID,
        "method": "initialize",
        "params": params,
    }
    return msgspec.json.encode(request) + b"\n"


def _message(line: bytes) -> _Message | None:
    try:
        return msgspec.json.decode(line, type=_Message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _readable(line: bytes) -> str:
    return line[:_DETAIL_LENGTH].decode("utf-8", "replace").strip()


def _in_words(exit_: Exit) -> str:
    if exit_.code is not None:
        return f"exit code {exit_.code}"
    if exit_.signal is not None:
        return signal.strsignal(exit_.signal) or f"signal {exit_.signal}"
    return "ended"
