"""The stream that Codex writes, and the file in which it keeps its session."""

from __future__ import annotations

import glob
import re
from typing import TYPE_CHECKING

import msgspec

from runner.agents.base import AgentEvent, Standing, Told
from runner.agents.codex_diary import CodexDiary, Figures, Tokens
from runner.agents.stream import (
    ABOUT_LENGTH,
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
    from collections.abc import Iterator, Mapping, Sequence


_TOOLS = frozenset(
    {
        "command_execution",
        "file_change",
        "mcp_tool_call",
        "web_search",
        "image_generation",
        "collab_tool_call",
    }
)


class _Change(msgspec.Struct):
    path: str = ""


class _Item(msgspec.Struct):
    id: str = ""
    type: str = ""
    server: str = ""
    tool: str = ""
    text: str = ""
    message: str = ""
    status: str = ""
    command: str = ""
    aggregated_output: str = ""
    exit_code: int | None = None
    query: str = ""
    changes: list[_Change] = []

    @property
    def name(self) -> str:
        """What it is called as a tool."""
        return f"{self.server}/{self.tool}" if self.server else self.type

    @property
    def why(self) -> str:
        """What is known of a failure."""
        code = "" if self.exit_code is None else f"exit code {self.exit_code}: "
        return f"{code}{self.aggregated_output[-ABOUT_LENGTH:]}"

    @property
    def about(self) -> str:
        paths = ", ".join(change.path for change in self.changes)
        return self.command or self.query or paths


class _Failure(msgspec.Struct):
    message: str = ""


class _Thread(msgspec.Struct, tag_field="type", tag="thread.started"):
    thread_id: str


class _Began(msgspec.Struct, tag_field="type", tag="item.started"):
    item: _Item


class _Done(msgspec.Struct, tag_field="type", tag="item.completed"):
    item: _Item


class _Trouble(msgspec.Struct, tag_field="type", tag="error"):
    """It may go well again: `turn.failed` tells when it does not."""

    message: str = ""


class _Failed(msgspec.Struct, tag_field="type", tag="turn.failed"):
    error: _Failure


class _Completed(msgspec.Struct, tag_field="type", tag="turn.completed"):
    """`usage` is of the session, what came before it was resumed included."""

    usage: Tokens = Tokens()


_DECODER = msgspec.json.Decoder(
    _Thread | _Began | _Done | _Trouble | _Failed | _Completed
)

_THREAD_ID = re.compile(r"[0-9A-Za-z-]+")


class CodexReader(LineReader):
    """Reads the stream, and the diary for what the stream tells late or never.

    A turn is a response of the model, and only the diary tells of each. So it is with
    tools that the sandbox stopped. Neither is added to the other.
    """

    def __init__(self, resumed_ms: int | None = None) -> None:
        super().__init__()
        self._resumed = resumed_ms is not None
        self._diary = CodexDiary(resumed_ms)
        self._session: str | None = None
        self._tools: set[str] = set()
        self._worked = False
        self._text = ""
        self._trouble = ""
        self._clean = False
        self._total: Figures | None = None

    @property
    def standing(self) -> Standing:
        diary = self._diary
        turns = max(diary.responses, int(self._worked))
        tools = max(diary.calls, len(self._tools))
        if self._total is None and not diary.responses:
            usage = Usage(turns=turns, tools=tools)
        else:
            read, cached, written = map(max, diary.figures, self._total or Figures())
            usage = Usage(read, cached, written, turns, tools)
        return Standing(self._session, diary.model, usage)

    def _ending_of(self, exit_code: int | None, now: int) -> Ending:  # noqa: ARG002
        if self._clean:
            return Ending(self._text, clean=True)
        resets_at = self._diary.resets_at(now)
        return Ending("", clean=False, error=self._trouble, resets_at=resets_at)

    def diary(self, environment: Mapping[str, str]) -> str | None:
        home = environment.get("HOME")
        home = environment.get("CODEX_HOME") or (home and f"{home}/.codex")
        if not home or not self._session or not _THREAD_ID.fullmatch(self._session):
            return None
        return f"{glob.escape(home)}/sessions/*/*/*/rollout-*-{self._session}.jsonl"

    def feed_diary(self, chunk: bytes) -> Sequence[AgentEvent]:
        before, model = self._diary.responses, self._diary.model
        self._diary.feed(chunk)
        return list(self._news(before, model))

    def _news(self, before: int, model: str | None) -> Iterator[AgentEvent]:
        """What the diary told beyond so many responses, of that model."""
        if self._diary.model != model:
            names = {"session": self._session, "model": self._diary.model}
            yield AgentEvent(Told.SESSION, {**names})
        for turn in range(before, self._diary.responses):
            yield AgentEvent(Told.TURN, {"turn": turn + 1})
        if self._diary.responses > before:
            yield self._used()

    def _read(self, line: bytes) -> Iterator[AgentEvent]:
        match decoded(_DECODER, line):
            case _Thread(thread_id):
                self._session = thread_id
                yield AgentEvent(Told.SESSION, {"session": thread_id})
            case _Began(item):
                yield from self._began(item)
            case _Done(item):
                yield from self._done(item)
            case _Trouble(message):
                self._clean, self._trouble = False, message
                yield notice(message)
            case _Failed(_Failure(message)):
                self._clean, self._trouble = False, message
            case _Completed(usage):
                self._clean, self._worked = True, True
                if not self._resumed:
                    self._total = usage.figures
                yield self._used()
            case _:
                pass

    def _began(self, item: _Item) -> Iterator[AgentEvent]:
        if item.type in _TOOLS and item.id not in self._tools:
            self._clean, self._worked, self._text = False, True, ""
            self._tools.add(item.id)
            yield called(item.name, item.about)

    def _done(self, item: _Item) -> Iterator[AgentEvent]:
        if item.type in _TOOLS:
            yield from self._began(item)
            ok = item.status not in {"failed", "declined"}
            yield returned(ok=ok, tool=item.name, why=item.why)
        elif item.type == "agent_message":
            self._clean, self._worked, self._text = False, True, item.text
            yield said(item.text)
        elif item.type == "error":
            yield notice(item.message)

    def _used(self) -> AgentEvent:
        return AgentEvent(Told.USAGE, msgspec.to_builtins(self.standing.usage))
