"""What a run wrote, as a reader meets it: lines with their place, time and origin.

A place is an offset in bytes into one document; each choice of streams has its own.
"""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec


class Stream(StrEnum):
    """Where a job wrote a line to."""

    STDOUT = "stdout"
    STDERR = "stderr"


class Streams(StrEnum):
    """Which of them a reader wants to see."""

    BOTH = "both"
    STDOUT = "stdout"
    STDERR = "stderr"

    @property
    def single(self) -> Stream | None:
        return None if self is Streams.BOTH else Stream(self.value)


class LogLine(msgspec.Struct, frozen=True):
    """One line, or a part of a very long one. `text` is foreign: nothing is removed.

    It takes the document's bytes from `start` up to `end`. `at_ms` is exact to 200 ms;
    None where nobody watched.
    """

    start: int
    end: int
    stream: Stream
    at_ms: int | None
    text: str


class LogState(msgspec.Struct, frozen=True):
    """How much there is to read, in bytes, and whether that was all."""

    size: int
    ended: bool


class Sought(msgspec.Struct, frozen=True):
    """A text or a regular expression; only capitals in it make case matter.

    Outside ASCII case always matters.
    """

    text: str
    regex: bool = False

    @property
    def folds(self) -> bool:
        return self.text == self.text.lower()

    def in_text(self) -> re.Pattern[str]:
        """Raises re.error where it is no regular expression."""
        return re.compile(self._source(), re.ASCII | self._flags())

    def in_bytes(self) -> re.Pattern[bytes]:
        """Raises re.error as well."""
        return re.compile(self._source().encode(), self._flags())

    def _source(self) -> str:
        return self.text if self.regex else re.escape(self.text)

    def _flags(self) -> re.RegexFlag:
        # Many lines are searched at once: `^` and `$` are about each of them.
        return re.MULTILINE | (re.IGNORECASE if self.folds else re.NOFLAG)


ERRORS = Sought(
    r"[ETFCPetfcp](?:rror|RROR|xception|XCEPTION|raceback|RACEBACK|atal|ATAL|ailed|AILED"
    r"|ailure|AILURE|ritical|RITICAL|anic|ANIC)(?![A-Za-z])",
    regex=True,
)
"""What `next error` looks for: error, exception, traceback, fatal, failed, failure,
critical and panic at the end of a word, so ValueError too, but not `0 errors`. A line
on stderr is none by itself: many programs write all they say there.

The first letter leads, since that is five times as fast as a choice of words.
"""


class SearchStep(msgspec.Struct, frozen=True):
    """What one slice of a search brought.

    `place` is where the next slice goes on; `over` says that there is nothing left.
    """

    found: LogLine | None
    place: int
    over: bool
