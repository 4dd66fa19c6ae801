"""What the styles of a widget look like in the theme at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from widgets.pieces import STYLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.widget import Widget

    from widgets.pieces import Piece


class Looks:
    """Component classes of a widget (`table--good`) as styles, kept until a change."""

    def __init__(self, widget: Widget, prefix: str) -> None:
        self._widget = widget
        self._prefix = prefix
        self._blends: dict[tuple[str, tuple[str, ...]], Style] = {}

    def forget(self) -> None:
        self._blends.clear()

    def of(self, name: str) -> Style:
        return self._widget.get_component_rich_style(f"{self._prefix}--{name}")

    def only(self, name: str) -> Callable[[str], Style]:
        """For a line that has this look all over."""
        look = self.of(name)
        return lambda _: look

    def on(self, grounds: Iterable[str]) -> Callable[[str], Style]:
        """For a line in several styles, on the last of these grounds."""
        under = tuple(grounds)

        def look(style: str) -> Style:
            if (style, under) not in self._blends:
                self._blends[style, under] = self._blend(style, under)
            return self._blends[style, under]

        return look

    def _blend(self, style: str, grounds: tuple[str, ...]) -> Style:
        look = self.of(style)
        for ground in grounds:
            look += Style(bgcolor=self.of(ground).bgcolor)
        return look


def classes_of(prefix: str, *more: str) -> set[str]:
    """The component classes for what a text may mean, and some more."""
    return {f"{prefix}--{name}" for name in (*STYLES, *more)}


def css_of(widget: str, prefix: str) -> str:
    """How these look unless a style sheet says otherwise: by the theme's colours."""
    colours = {
        "faint": "$foreground-muted",
        "good": "$text-success",
        "bad": "$text-error",
        "busy": "$text-primary",
        "odd": "$text-warning",
    }
    rules = "".join(
        f"& > .{prefix}--{style} {{ color: {colour}; }}\n"
        for style, colour in colours.items()
    )
    return f"{widget} {{\n& > .{prefix}--strong {{ text-style: bold; }}\n{rules}}}\n"


def paint(line: Iterable[Piece], width: int, look: Callable[[str], Style]) -> Strip:
    """A line made exactly `width` cells wide."""
    segments = [Segment(text, look(style)) for text, style in line if text]
    return Strip(segments).adjust_cell_length(width, look("plain")).simplify()
