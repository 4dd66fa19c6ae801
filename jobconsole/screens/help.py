"""The keys that work here and now, made from the live bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.screens.page import Page
from widgets.pieces import Piece

if TYPE_CHECKING:
    from textual.app import App
    from textual.binding import ActiveBinding
    from textual.screen import Screen

    from widgets.pieces import Pieces

MARKS = (
    "▶ running   … queued   ↻ waits to retry   ✓ succeeded   ✗ failed or timed out",
    "■ cancelled   ? lost   ! invalid   ‖ paused or held   — disabled   · never ran",
)
MARKS_ASCII = (
    "> running   ~ queued   r waits to retry   + succeeded   x failed or timed out",
    "# cancelled   ? lost   ! invalid   = paused or held   - disabled   . never ran",
)


LAST = frozenset({"Table", "Lines", "Everywhere"})
"""Moving about is told below all that can be done."""


class Help(Page):
    """The name before each line is what a remapped key is called by."""

    def __init__(self, screen: Screen[object], *, ascii_only: bool) -> None:
        lines = [*_keys(screen), ()]
        lines += [(Piece("Marks", "strong"),)]
        lines += [(Piece(f"  {line}"),) for line in _marks(ascii_only=ascii_only)]
        super().__init__("Keys", lines)


def _marks(*, ascii_only: bool) -> tuple[str, ...]:
    return MARKS_ASCII if ascii_only else MARKS


def _keys(screen: Screen[object]) -> list[Pieces]:
    """A line for each thing one can do, grouped by where it works."""
    lines: list[Pieces] = []
    groups: dict[str, dict[str, list[ActiveBinding]]] = {}
    for active in screen.active_bindings.values():
        if active.enabled and active.binding.description:
            where = _title(active)
            what = groups.setdefault(where, {})
            what.setdefault(active.binding.description, []).append(active)
    for where, what in sorted(groups.items(), key=lambda group: group[0] in LAST):
        lines += [(), (Piece(where, "strong"),)]
        for description, actives in what.items():
            keys = " ".join(_display(screen.app, active) for active in actives)
            name = actives[0].binding.id or ""
            lines.append(
                (
                    Piece(f"  {keys:<16}", "busy"),
                    Piece(f"{_capital(description):<34}"),
                    Piece(name, "faint"),
                )
            )
    return lines[1:]


def _title(active: ActiveBinding) -> str:
    """Where a binding works, by the beginning of its name."""
    head = (active.binding.id or "").partition(".")[0]
    return _capital(head) if head else "Everywhere"


def _display(app: App[object], active: ActiveBinding) -> str:
    return app.get_key_display(active.binding)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
