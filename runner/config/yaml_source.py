"""The bytes of a configuration file, checked before a parser sees them."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

import msgspec

from runner.config.locate import open_at_once

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 16 * 1024 * 1024

_CONTINUATIONS = bytes(range(0x80, 0xC0))  # every other byte begins a character
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CHUNK = 1024 * 1024  # text takes up to four times its bytes: never all at once
_NOT_TEXT = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)

# An even number of backslashes before an escape are characters of their own.
_PAIR = re.compile(
    rb"((?<!\\)(?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})"
    rb"\\u([dD][c-fC-F][0-9a-fA-F]{2})"
)


class UnreadableError(Exception):
    """A file that cannot be read as configuration, and where it goes wrong."""

    def __init__(
        self, message: str, line: int = 1, column: int = 1, *, hint: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint


class Source(msgspec.Struct, frozen=True):
    """A file's content with the stamp it had before it was read."""

    content: bytes
    stamp: os.stat_result


def read_source(path: Path) -> Source:
    """Raises OSError, or UnreadableError for what is no regular file or too large."""
    with open(path, "rb", opener=open_at_once) as file:
        stamp = os.fstat(file.fileno())
        if not stat.S_ISREG(stamp.st_mode):
            message = "is not a regular file"
            raise UnreadableError(message)
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        message = "is larger than 16 MiB"
        raise UnreadableError(message)
    return Source(content, stamp)


def checked_text(content: bytes) -> bytes:
    """UTF-8 without its byte order mark; raises UnreadableError."""
    content = content.removeprefix(_BYTE_ORDER_MARK)
    start = 0
    while start < len(content):
        end = _chunk_end(content, start)
        try:
            text = content[start:end].decode()
        except UnicodeDecodeError as error:
            raise _unreadable(content, start + error.start, "is not UTF-8") from None
        if match := _NOT_TEXT.search(text):
            at = start + len(text[: match.start()].encode())
            raise _unreadable(
                content, at, f"contains the control character {match[0]!a}"
            )
        start = end
    return content


def _chunk_end(content: bytes, start: int) -> int:
    """Somewhere behind `start` that splits no character."""
    end = min(start + _CHUNK, len(content))
    for candidate in range(end, end - 4, -1):
        if candidate == len(content) or content[candidate] & 0xC0 != 0x80:
            return candidate
    return end


def _unreadable(content: bytes, at: int, what: str) -> UnreadableError:
    line_start = content.rfind(b"\n", 0, at) + 1
    line = content.count(b"\n", 0, at) + 1
    column = len(content[line_start:at].translate(None, _CONTINUATIONS)) + 1
    return UnreadableError(what, line, column, hint="save it as UTF-8 text")


def join_surrogates(content: bytes) -> bytes:
    """JSON writes characters beyond the first plane as two escapes, YAML as one."""
    return _PAIR.sub(_joined, content)


def _joined(match: re.Match[bytes]) -> bytes:
    high, low = int(match[2], 16), int(match[3], 16)
    code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
    return match[1] + b"\\U%08x" % code
