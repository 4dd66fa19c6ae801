"""Makes foreign text safe to show: no escapes beyond colour, no hidden controls."""

from __future__ import annotations

import codecs
import re

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"

_UNWANTED = re.compile(
    r"(?P<colour>\x1b\[[0-9;:]*m)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # other control sequences
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
    rf"|[{_BIDI}]|[\ud800-\udfff]"
)
_UNFINISHED = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*\Z"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*\x1b?\Z"
    r"|\x1b[ -/]*\Z"
    r"|\r\Z"
)
_LONGEST_ESCAPE = 4096
"""What claims to be a longer one is no escape that anybody waits for."""

RESET = "\x1b[0m"


def sanitise(text: str, *, colour: bool = False) -> str:
    """Text without controls other than newline and tab, and without direction marks.

    `colour` keeps the escapes that only set colours. What a carriage return would
    overwrite, as progress bars do, becomes a line of its own.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNWANTED.sub(lambda it: (it["colour"] or "") if colour else "", text)


def is_text(text: str) -> bool:
    """Whether it can be written in UTF-8: words of a command line may be any bytes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def one_line(text: str) -> str:
    """The same for a cell or a message: blanks for newlines and tabs."""
    return " ".join(sanitise(text).split())


class Sanitiser:
    """Sanitises a stream of bytes; sequences may be cut anywhere between pieces."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""
        self._coloured = False

    def feed(self, data: bytes) -> str:
        """What can be shown of all that has come."""
        text = self._pending + self._decoder.decode(data)
        unfinished = _UNFINISHED.search(text)
        cut = unfinished.start() if unfinished else len(text)
        if len(text) - cut > _LONGEST_ESCAPE:
            cut = len(text)
        self._pending = text[cut:]
        shown = sanitise(text[:cut], colour=self._colour)
        self._coloured = self._coloured or RESET[:2] in shown
        return shown

    def finish(self) -> str:
        """The rest, and the end of any colour that was begun."""
        rest = self._pending + self._decoder.decode(b"", final=True)
        self._pending = ""
        shown = sanitise(rest, colour=self._colour)
        return shown + RESET if self._coloured else shown
