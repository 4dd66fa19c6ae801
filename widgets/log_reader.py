"""Reads a log for a view: what it lacks is asked of the source, one thing at a time.

Knows nothing of screens. Moves change what is held at once; `serve` does the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, NamedTuple

from runner.model.log import ERRORS, LogState
from widgets.log_window import Window

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.model.log import LogLine, Sought, Streams
    from widgets.log_source import LogSource

POLL_SECONDS = 0.1
"""How often one looks for more, and tells how far a search has come."""

_QUIET_SECONDS = 0.4
"""The same after a while in which nothing came."""


class _Goal(NamedTuple):
    """A line to show, with so many rows above it."""

    place: int
    above: int
    sought: Sought | None = None


class _Hunt(NamedTuple):
    """A search that goes on."""

    sought: Sought
    forward: bool
    place: int
    round: bool = False  # it went on at the other end


class LogReader:
    """Where one is in a log. `changed` is called when there is something to paint."""

    def __init__(
        self, source: LogSource, streams: Streams, changed: Callable[[], None]
    ) -> None:
        self.window = Window()
        self.state = LogState(0, ended=False)
        self.streams = streams
        self.following = True
        self.fresh = 0
        """Lines that came since one stopped following."""
        self.notice = ""
        self.found: LogLine | None = None
        self._source = source
        self._changed = changed
        self._wake = asyncio.Event()
        self._choice = streams
        self._goal: _Goal | None = None
        self._hunt: _Hunt | None = None
        self._undone = 0
        self._told_at = 0.0
        self._patience = POLL_SECONDS

    @property
    def searching(self) -> bool:
        return self._hunt is not None

    def resize(self, width: int | None, height: int) -> None:
        self.window.resize(width, height)
        if self.following:
            self.window.to_bottom()
        self._wake.set()

    def scroll(self, rows: int) -> None:
        """Move as far as there are lines at hand; the rest comes when they do."""
        at_start = self.window.at_start and self.window.start == 0
        if at_start if rows < 0 else self.following:
            return
        self.following = False
        self._hush()
        self._undone = self.window.scroll(self._undone + rows)
        self._meet_end(rows)
        self._moved()

    def go(self, place: int) -> None:
        """Show the line at this place first."""
        self._leave_for(_Goal(place, above=0))

    def follow(self) -> None:
        """Show the end, and what comes."""
        self.following, self.fresh, self._undone = True, 0, 0
        self._goal = None
        self._hush()
        self._moved()

    def choose(self, streams: Streams) -> None:
        """Read other streams, from about the same place on."""
        self._choice = streams
        self._moved()

    def hunt(self, sought: Sought, *, forward: bool) -> None:
        """Search on from the line that was found if it is in view, else from the top."""
        place = self.window.top
        found = self.found
        if found is not None and any(
            row.laid.line.start == found.start for row in self.window.seen()
        ):
            place = found.end if forward else found.start
        self._hunt = _Hunt(sought, forward, place)
        self._moved()

    def stop(self) -> None:
        """Search no more."""
        self._hunt, self.notice = None, ""
        self._moved()

    async def serve(self) -> None:
        """Look, bring what is lacking, search on, rest; for ever."""
        while True:
            self._wake.clear()
            touched = await self._look()
            while await self._step():
                touched = True
            if self._hunt is not None:
                await self._search_on(self._hunt)
                continue
            if touched:
                self._patience = POLL_SECONDS
                self._changed()
            await self._rest()

    def _hush(self) -> None:
        """What was said of a search that is over is no news any more."""
        if self._hunt is None:
            self.notice = ""

    def _moved(self) -> None:
        self._changed()
        self._wake.set()

    async def _rest(self) -> None:
        """Until there is something to do, or it is time to look again."""
        patience = None if self.state.ended else self._patience
        self._patience = min(2 * self._patience, _QUIET_SECONDS)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._wake.wait()

    async def _look(self) -> bool:
        """Take in what was written; whether anything was."""
        before = self.state
        self.state = await self._source.look(self.streams)
        if self.state.size < before.size:
            self.window.replace([])
            self.following, self.fresh, self._goal, self.found = True, 0, None, None
        elif not self.following and self.state.size > before.size:
            self.fresh += await self._source.count_lines(
                before.size, self.state.size, self.streams
            )
        return self.state != before

    async def _step(self) -> bool:
        """Bring one thing that is lacking; False where nothing is."""
        if self._choice is not self.streams:
            await self._switch(self._choice)
        elif self._goal is not None:
            await self._arrive(self._goal)
        elif self.following and self.window.end < self.state.size:
            await self._load_end()
        elif self._lacks_below():
            return await self._load_below()
        elif self._lacks_above():
            return await self._load_above()
        else:
            return False
        return True

    @property
    def _margin(self) -> int:
        """Rows to hold beyond the view, so that small moves wait for nothing."""
        return self.window.height // 2

    def _lacks_below(self) -> bool:
        if self.window.end >= self.state.size:
            return False
        wanted = self._margin + max(self._undone, 0)
        return self.window.rows_below(wanted) < wanted

    def _lacks_above(self) -> bool:
        if self.window.start == 0:
            return False
        empty = max(-self.window.rows_below(0), 0)
        wanted = self._margin + max(-self._undone, 0) + empty
        return self.window.rows_above(wanted) < wanted

    async def _switch(self, streams: Streams) -> None:
        place = await self._source.translated(self.window.top, self.streams, streams)
        self.streams = streams
        self.window.replace([])
        self.fresh, self.found, self._undone = 0, None, 0
        self.state = await self._source.look(streams)
        self._goal = None if self.following else _Goal(place, above=0)

    async def _arrive(self, goal: _Goal) -> None:
        height = self.window.height
        after = await self._source.lines_from(goal.place, 2 * height, self.streams)
        start = after[0].start if after else goal.place
        before = await self._source.lines_before(start, height, self.streams)
        self.window.replace([*before, *after], top=len(before))
        if goal.sought is not None:
            self.window.reveal(goal.sought.in_text())
        self.window.scroll(-goal.above)
        self._undone = 0
        if self._goal is goal:
            self._goal = None
        self._fill()

    async def _load_end(self) -> None:
        count = self.window.height + self._margin + 1
        lines = await self._source.lines_before(self.state.size, count, self.streams)
        if self.following:
            self.window.replace(lines)
            self.window.to_bottom()

    async def _load_below(self) -> bool:
        """From the last line on, which may have grown; False where none came."""
        before, count = self.window.end, 2 * self.window.height
        place = self.window.last_start
        self.window.append(await self._source.lines_from(place, count, self.streams))
        self._fill()
        return self.window.end > before

    async def _load_above(self) -> bool:
        before, count = self.window.start, 2 * self.window.height
        lines = await self._source.lines_before(before, count, self.streams)
        self.window.prepend(lines)
        self._fill()
        return self.window.start < before

    def _fill(self) -> None:
        """Do what could not be done before, and leave no row empty for no reason."""
        undone = self._undone
        self._undone = self.window.scroll(undone)
        self._meet_end(undone)
        at_end = self.window.end >= self.state.size
        if at_end and (empty := self.window.rows_below(0)) < 0:
            self.window.scroll(empty)
        if self._undone < 0 and self.window.start == 0:
            self._undone = 0
        if self.following and at_end:
            self.window.to_bottom()
        self.window.trim()

    def _meet_end(self, rows: int) -> None:
        """Who moves down to the end follows again."""
        at_end = self.window.end >= self.state.size and self.window.rows_below(1) <= 0
        if rows > 0 and at_end and self._goal is None:
            self.following, self.fresh, self._undone = True, 0, 0

    def _leave_for(self, goal: _Goal) -> None:
        self.following, self._goal = False, goal
        self._moved()

    async def _search_on(self, hunt: _Hunt) -> None:
        step = await self._source.search(
            hunt.sought, hunt.place, self.streams, forward=hunt.forward
        )
        if self._hunt is not hunt:
            return
        if step.found is not None:
            self._hunt, self.notice, self.found = None, "", step.found
            above = self.window.height // 3
            self._leave_for(_Goal(step.found.start, above, hunt.sought))
        elif step.over and not hunt.round:
            place = 0 if hunt.forward else self.state.size
            self._hunt = hunt._replace(place=place, round=True)
        elif step.over:
            self._hunt = None
            self.notice = f"no {_named(hunt.sought)}"
            self._moved()
        else:
            self._hunt = hunt._replace(place=step.place)
            self._tell_progress(self._hunt)

    def _tell_progress(self, hunt: _Hunt) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._told_at >= POLL_SECONDS:
            self._told_at = now
            share = 100 * hunt.place // max(self.state.size, 1)
            self.notice = f"searching {_named(hunt.sought)}: {share}% (escape stops)"
            self._changed()


def _named(sought: Sought) -> str:
    return "error" if sought == ERRORS else f'"{sought.text}"'
