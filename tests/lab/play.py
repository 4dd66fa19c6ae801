"""Decides which step of the script is next, and keeps the record of what was asked."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tests.lab.script import Asked, Fail, Say, Script

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.script import AnyStep, Question

_OVER = Fail(400, "the script has no step for this")
_ASIDE = Say("A title")


class Place(NamedTuple):
    """Where in the script a request stands; None for one that takes no step."""

    conversation: str | None
    step: int | None


class Play:
    """The script, which may be written anew while it plays, and the record."""

    def __init__(self, script: Path, record: Path) -> None:
        self._script = script
        self._record = record
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def next(self, question: Question) -> tuple[Place, AnyStep]:
        """The step that answers a question, which is taken by it."""
        if not question.tools:
            return Place(None, None), _ASIDE
        script = msgspec.json.decode(self._script.read_bytes(), type=Script)
        with self._lock:
            # What names a conversation best is the longest of its words.
            for words in sorted(script.conversations, key=len, reverse=True):
                if words in question.prompt:
                    taken = self._taken[words]
                    self._taken[words] += 1
                    return _at(script.conversations[words], words, taken)
        return Place(None, None), _OVER

    def note(self, asked: Asked) -> None:
        line = msgspec.json.encode(asked) + b"\n"
        with self._lock, self._record.open("ab") as record:
            record.write(line)


def _at(steps: tuple[AnyStep, ...], words: str, taken: int) -> tuple[Place, AnyStep]:
    for number, step in enumerate(steps):
        if step.times is None or taken < step.times:
            return Place(words, number), step
        taken -= step.times
    return Place(words, None), _OVER
