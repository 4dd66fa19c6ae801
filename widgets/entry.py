"""A line to type in, for text that may be foreign."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Input

STAND_IN = "?"
"""What is seen of a character that a terminal would obey, or not show."""


class Entry(Input):
    """Its value stays as it is; nothing in it is obeyed while it is shown."""

    @property
    def _value(self) -> Text:
        shown = "".join(c if c.isprintable() else STAND_IN for c in self.value)
        return Text(shown, no_wrap=True, overflow="ignore", end="")
