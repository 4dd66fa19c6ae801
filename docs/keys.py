"""Prints the table of keys of docs/console.md, from the bindings themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding

from jobconsole.app import Console
from jobconsole.panes.detail import DetailPane
from jobconsole.screens.agenda import AgendaScreen
from jobconsole.screens.command import CommandScreen
from jobconsole.screens.compare import CompareScreen
from jobconsole.screens.job import JobScreen
from jobconsole.screens.jobs import JobsScreen
from jobconsole.screens.runs import RunsScreen
from jobconsole.screens.why import WhyScreen
from widgets.log_view import LogView
from widgets.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.dom import DOMNode

PLACES: dict[str, type[DOMNode]] = {
    "Everywhere": Console,
    "Jobs": JobsScreen,
    "One job": JobScreen,
    "Its pages": DetailPane,
    "The log": LogView,
    "Runs": RunsScreen,
    "Agenda": AgendaScreen,
    "Tables": Table,
    "Why": WhyScreen,
    "Two runs": CompareScreen,
    "The command line": CommandScreen,
}
NAMED = {
    "colon": ":",
    "question_mark": "?",
    "slash": "/",
    "equals_sign": "=",
}


def table() -> str:
    """Where, which key, what it does, and by which name it is remapped."""
    rows = ["| where | key | what it does | name |", "|---|---|---|---|"]
    told: set[str | None] = set()
    for place, owner in PLACES.items():
        for binding in _bindings(owner):
            if binding.id is not None and binding.id not in told:
                told.add(binding.id)
                rows.append(_row(place, binding))
    return "\n".join(rows) + "\n"


def _bindings(owner: type[DOMNode]) -> Iterator[Binding]:
    for cls in reversed(owner.__mro__):
        for binding in vars(cls).get("BINDINGS", ()):
            if isinstance(binding, Binding):
                yield binding


def _row(place: str, binding: Binding) -> str:
    keys = " ".join(f"`{NAMED.get(key, key)}`" for key in binding.key.split(","))
    what = binding.description[:1].upper() + binding.description[1:]
    return f"| {place} | {keys} | {what} | `{binding.id}` |"


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201
