"""What the readers of all streams share: lines out of bytes, and the one verdict."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from runner.agents.base import AgentEvent, Answer, Told
from runner.model.errors import Code
from runner.model.receipt import ErrorEnvelope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from msgspec.json import Decoder

    from runner.model.errors import Json

T = TypeVar("T")

_LONGEST = 32 * 1024 * 1024
"""A longer line is passed over: no event of theirs is as long."""

MESSAGE_LENGTH = 2000
"""How much of a foreign message is kept in an event or an error."""


ABOUT_LENGTH = 200

_TELLING = (
    *("command", "cmd", "file_path", "filePath", "path", "pattern", "query", "url"),
    *("description", "prompt"),
)
"""By which of its arguments a call is best told from others."""


_HALF, _OTHER = rb"\\u[dD][89abAB][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_LONE_SURROGATE = re.compile(rb"%s(?!%s)|(?<!%s)%s" % (_HALF, _OTHER, _HALF, _OTHER))
"""Half a character, as JavaScript writes a text that it has cut: no JSON to others."""


class Lines:
    """Cuts a growing stream into its lines; the last may come without its end."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The lines that are whole by now, empty ones left out."""
        *whole, rest = chunk.split(b"\n")
        for part in whole:
            self._keep(part)
            yield from self.finish()
        self._keep(rest)

    def finish(self) -> Iterator[bytes]:
        """What is left, as a line of its own."""
        line = b"".join(self._parts).strip()
        too_long = self._length > _LONGEST
        self._parts, self._length = [], 0
        if line and not too_long:
            yield line

    def _keep(self, part: bytes) -> None:
        self._length += len(part)
        if self._length > _LONGEST:
            self._parts = []
        elif part:
            self._parts.append(part)


def decoded(decoder: Decoder[T], line: bytes) -> T | None:
    """The event on a line; None for rubbish, and for events that we do not know."""
    try:
        return decoder.decode(line)
    except RecursionError:
        return None
    except ValueError:
        mended = _LONE_SURROGATE.sub(rb"\\ufffd", line)
        if mended == line:
            return None
    return decoded(decoder, mended)


class LineReader(ABC):
    """Reads a stream each of whose lines is an event: a subclass says what it means."""

    def __init__(self) -> None:
        self._lines = Lines()

    def feed(self, chunk: bytes) -> Sequence[AgentEvent]:
        return [it for line in self._lines.feed(chunk) for it in self._read(line)]

    def finish(self) -> Sequence[AgentEvent]:
        return [it for line in self._lines.finish() for it in self._read(line)]

    def answer(self, exit_code: int | None, now: int) -> Answer:
        self.finish()
        return verdict(self._ending_of(exit_code, now), exit_code)

    def diary(self, environment: Mapping[str, str]) -> str | None:  # noqa: ARG002
        """None: the stream is all that it tells."""
        return None

    def feed_diary(self, chunk: bytes) -> Sequence[AgentEvent]:  # noqa: ARG002
        return ()

    @abstractmethod
    def _read(self, line: bytes) -> Iterator[AgentEvent]:
        """What a whole line tells."""

    @abstractmethod
    def _ending_of(self, exit_code: int | None, now: int) -> Ending:
        """How the stream ended, once all of it was read. `now` is epoch seconds."""


def said(text: str) -> AgentEvent:
    return AgentEvent(Told.MESSAGE, {"text": text[:MESSAGE_LENGTH]})


def notice(message: str) -> AgentEvent:
    return AgentEvent(Told.NOTICE, {"message": message[:MESSAGE_LENGTH]})


def called(tool: str, given: object = None) -> AgentEvent:
    """A call of a tool has begun; of what it is given, the most telling in a line."""
    details: dict[str, Json] = {"tool": tool[:ABOUT_LENGTH]}
    if about := _about(given):
        details["about"] = about
    return AgentEvent(Told.TOOL, details)


def _about(given: object) -> str:
    if isinstance(given, dict):
        given = next((given[name] for name in _TELLING if given.get(name)), "")
    return " ".join(given.split())[:ABOUT_LENGTH] if isinstance(given, str) else ""


def returned(*, ok: bool, tool: str = "", why: str = "") -> AgentEvent:
    """The call has ended: of which tool and, where it failed, why, as far as is known."""
    details: dict[str, Json] = {"tool": None, "ok": ok}
    if tool:
        details["of"] = tool[:ABOUT_LENGTH]
    if not ok and (said := " ".join(why.split())):
        details["why"] = said[:ABOUT_LENGTH]
    return AgentEvent(Told.TOOL, details)


class Ending(NamedTuple):
    """How a stream ended. What it does not tell is empty.

    `clean`: its last event says that the agent was done. `error` is what stopped it,
    `over` the limit that the program kept by itself, `refused` that the model would
    not, `denied` the tool that it was not given, if that was the last thing it did.
    """

    text: str
    clean: bool
    error: str = ""
    over: str = ""
    refused: bool = False
    denied: str = ""
    resets_at: int | None = None


def unexplained(exit_code: int | None) -> str:
    """What is said of an end of which the stream does not tell."""
    return f"the agent ended with exit code {exit_code}"


def verdict(ending: Ending, exit_code: int | None) -> Answer:
    """Exit 0, a clean end and an answer: nothing less is a success."""
    text = ending.text.strip()
    complaint = next(_complaints(ending, exit_code, text), None)
    if complaint is None:
        return Answer(text)
    code, message = complaint
    error = ErrorEnvelope(code, message[:MESSAGE_LENGTH])
    return Answer(text, error, ending.resets_at)


def _complaints(
    ending: Ending, exit_code: int | None, text: str
) -> Iterator[tuple[Code, str]]:
    """All that is wrong, what explains most first."""
    if ending.resets_at is not None:
        yield Code.AGENT_UNAVAILABLE, ending.error or "the provider's limit is reached"
    if ending.over:
        yield Code.AGENT_BUDGET_EXCEEDED, ending.over
    if ending.denied:
        yield Code.JOB_POLICY_DENIED, f"its role does not allow {ending.denied}"
    if ending.refused or ending.error:
        code = Code.AGENT_NO_ANSWER if ending.refused else Code.JOB_EXECUTION_FAILED
        yield code, ending.error or "the model refused to answer"
    if exit_code != 0:
        yield Code.JOB_EXECUTION_FAILED, unexplained(exit_code)
    if not ending.clean:
        yield Code.JOB_EXECUTION_FAILED, "the agent's stream broke off before its end"
    if not text:
        yield Code.AGENT_NO_ANSWER, "the agent ended without an answer"
