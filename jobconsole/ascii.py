"""For terminals that can show nothing but ASCII: whatever is drawn, nothing else leaves."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color

_INSTEAD = {
    "…": "~",
    "\N{MULTIPLICATION SIGN}": "x",
    "≠": "!",
    "•": "*",
    "●": "x",
    **dict.fromkeys("─━═╌┄▔▁", "-"),
    **dict.fromkeys("│┃║▏▎▌▐▕", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯", "+"),
    **dict.fromkeys("▂▃▄▅▆▇▉▊▋▍ ", " "),
    "█": "#",
}
"""What we and the library draw. Of all else a question mark is left, as wide."""

KEYS = {"⏎": "enter", "↑": "up", "↓": "down", "←": "left", "→": "right", "⌫": "bksp"}


class AsciiOnly(LineFilter):
    """Replaces every other character, cell by cell."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        return [
            segment
            if segment.text.isascii()
            else Segment(_plain(segment.text), segment.style, segment.control)
            for segment in segments
        ]


def key_name(display: str) -> str:
    """The name of a key, in words where it has a sign elsewhere."""
    for sign, name in KEYS.items():
        display = display.replace(sign, name)
    return display


@lru_cache(4096)
def _plain(text: str) -> str:
    return "".join(
        char if char.isascii() else _INSTEAD.get(char, "?" * cell_len(char))
        for char in text
    )
