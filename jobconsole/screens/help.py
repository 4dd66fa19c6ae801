"""The keys that work here and now, made from the live bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole import marks, words
from jobconsole.screens.page import Page
from jobconsole.shown.rows import shape
from runner.model.views import JobState
from widgets.pieces import Piece, wrap

if TYPE_CHECKING:
    from textual.app import App
    from textual.binding import ActiveBinding
    from textual.screen import Screen

    from jobconsole.marks import Mark
    from widgets.pieces import Pieces

LEGEND_WIDTH = 76

LAST = frozenset({"Table", "Lines", "Everywhere"})
"""Moving about is told below all that can be done."""


class Help(Page):
    """The name before each line is what a remapped key is called by."""

    def __init__(self, screen: Screen[object], *, ascii_only: bool) -> None:
        legend = wrap(_legend(ascii_only=ascii_only), LEGEND_WIDTH)
        super().__init__("Keys and marks", [*legend, (), *_keys(screen)])


def _legend(*, ascii_only: bool) -> Pieces:
    """Every mark and what it says; several may share one."""
    told: dict[Mark, list[str]] = {}
    for status, mark in marks.RUNS.items():
        told.setdefault(mark, []).append(words.OUTCOMES[status])
    for state in (JobState.INVALID, JobState.PAUSED, JobState.HELD, JobState.DISABLED):
        told.setdefault(marks.JOBS[state], []).append(str(state))
    told |= {marks.DECLINED: ["did not run"], marks.NEVER_RAN: ["never ran"]}
    parts = (
        f"{shape(mark, ascii_only=ascii_only).text} {' or '.join(names)}"
        for mark, names in told.items()
    )
    return (Piece("   ".join(parts)),)


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
