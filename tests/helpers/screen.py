"""What a widget shows, and waiting until it does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests.helpers.wait import INTERVAL_SECONDS, PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot
    from textual.widget import Widget

HOSTILE = (
    "[red]red[/red]",
    "[@click=app.quit]quit[/]",
    "[/nothing]",
    "\x1b]52;c;aGk=\x07copied",
    "\x1b]0;title\x07\x1b[31mred\x1b[0m",
    "\x1b[2J\x1b[Hgone",
    "\u202eright to left\u2066",
    "nul\x00 and bell\x07",
    "two\nlines\r\nand\ttab",
    "\x9b31m C1 \x90dcs\x9c",
    "broken \udcff surrogate",
    "漢字" * 50,
    "e" + "\u0301" * 500,
    "x" * 1_000_000,
    "👩‍👩‍👧‍👦 family",
)
"""What a job may be called or may print."""


def lines_of(widget: Widget) -> list[str]:
    """The text of its lines, without the blanks at their ends."""
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]


def assert_harmless(widget: Widget, width: int) -> None:
    """Every line is exactly `width` wide, printable, and leads nowhere."""
    for y in range(widget.size.height):
        strip = widget.render_line(y)
        assert strip.cell_length == width, (y, strip.text)
        assert all(it.isprintable() or it == "\u200d" for it in strip.text), strip.text
        for segment in strip:
            assert segment.control is None
            assert segment.style is None or not (
                segment.style.meta or segment.style.link
            )


async def until(pilot: Pilot[Any], condition: Callable[[], object], what: str) -> None:
    """Lets the app work until `condition` holds; AssertionError naming `what` else.

    Where that was waited for, what came along with it is done too.
    """
    if condition():
        return
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"still waiting for {what}"
        await pilot.pause(INTERVAL_SECONDS)
    await pilot.pause()
