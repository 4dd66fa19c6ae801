"""Two lines above every view: how the project fares, and where one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical

from jobconsole import marks, words
from jobconsole.costs import dollars
from jobconsole.marks import Style
from jobconsole.parts.part import Part
from jobconsole.parts.sentence import Sentence
from jobconsole.shown.rows import shape
from widgets.pieces import Piece
from widgets.tabline import Tab, TabLine

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from jobconsole.standing import Standing
    from runner.model.snapshot import Snapshot, Totals

VIEWS = ("jobs", "runs", "agenda", "board", "system")

IN_WORDS, ROOMY = 110, 132
"""Columns from which on counts are told in words, and the program by its name."""


class Masthead(Part, Vertical):
    """Project, host, zone, last tick, counts and cost; then the views and the filter."""

    def __init__(self, view: str) -> None:
        super().__init__()
        self._view = view

    def compose(self) -> ComposeResult:
        with Horizontal(id="facts"):
            yield Sentence(id="place")
            yield Sentence(id="totals")
        tabs = TabLine(
            [Tab(it, it.capitalize(), str(n)) for n, it in enumerate(VIEWS, 1)]
        )
        tabs.active = self._view
        tabs.ascii = self.console.stage.ascii
        yield tabs

    async def on_tab_line_chosen(self, message: TabLine.Chosen) -> None:
        message.stop()
        await self.run_action(f"app.go({message.name!r})")

    def take(self, snapshot: Snapshot) -> None:
        self._paint(snapshot)

    def beat(self) -> None:
        if self.console.snapshot is not None:
            self._paint(self.console.snapshot)

    def say(self, text: str) -> None:
        """What stands at the right of the views: the filter."""
        self.query_one(TabLine).aside = text

    def _paint(self, snapshot: Snapshot) -> None:
        stage = self.console.stage
        width = self.size.width
        place = [
            *([Piece("jobconsole  ", Style.STRONG)] if width >= ROOMY else []),
            Piece(f"{stage.project} on {stage.host}  {snapshot.zone}  "),
            _tick(snapshot, self.console.standing, self.console.now),
        ]
        if stage.read_only:
            place.insert(0, Piece("read-only  ", Style.ODD))
        if snapshot.broken:
            place.insert(0, Piece("! broken configuration (see 5)  ", Style.BAD))
        totals = _totals(
            snapshot.totals, brief=width < IN_WORDS, ascii_only=stage.ascii
        )
        self.query_one("#place", Sentence).say(place)
        self.query_one("#totals", Sentence).say(totals)


def _tick(snapshot: Snapshot, standing: Standing | None, now: int) -> Piece:
    """The driver where something is wrong with it, else the last tick."""
    for trouble in standing.troubles if standing else ():
        if trouble.fatal:
            return Piece(f"! {trouble.text} (see 5)", Style.BAD)
    if snapshot.tick is None:
        return Piece("no tick yet", Style.ODD)
    at = snapshot.tick.at_ms // 1000
    known = snapshot.tick.driver not in {"", "other"}
    by = f" ({snapshot.tick.driver})" if known else ""
    text = f"tick {words.relative(at, now)}{by}"
    if now > snapshot.tick.late_after:
        return Piece(f"{text}, overdue", Style.BAD)
    return Piece(text)


def _totals(totals: Totals, *, brief: bool, ascii_only: bool) -> list[Piece]:
    """`3 running  1 waiting …`, or marks and numbers where there is little room."""
    counts = (
        (totals.running, "running", marks.RUNNING),
        (totals.waiting, "waiting", marks.QUEUED),
        (totals.failed, "failed", marks.BAD),
        (totals.held, "held", marks.HELD),
    )
    pieces = []
    for count, name, mark in counts:
        text = (
            f"{shape(mark, ascii_only=ascii_only).text}{count}"
            if brief
            else f"{count} {name}"
        )
        pieces.append(Piece(f"  {text}", mark.style if count else Style.FAINT))
    if totals.cost_today is not None:
        today = "" if brief else " today"
        pieces.append(Piece(f"  {dollars(totals.cost_today)}{today}"))
    return pieces
