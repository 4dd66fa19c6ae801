"""A log of 2 GiB, and one that grows by 50,000 lines a second, in the log view."""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App

from bench.report import Line, bounded, peak_memory, percentile
from runner.model.log import LogState
from runner.store.events import EventLog
from runner.store.folders import RunFolder
from runner.store.transcript import Transcript
from widgets.log_view import LogView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.app import ComposeResult

    from bench.report import Samples
    from runner.model.log import LogLine, SearchStep, Sought, Streams

GIB = 2**30
SCREEN = (160, 50)
LINES_PER_SECOND = 50_000
LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 20
LINE = b"2026-11-20T06:00:00 \x1b[32mINFO\x1b[0m fetched page %d of many in 33 ms\n"
BLOCK = b"".join(LINE % number for number in range(20_000))


def lines(place: Path, quick: bool) -> Iterator[Line]:  # noqa: FBT001
    size = GIB // 4 if quick else 2 * GIB
    folder = RunFolder(place / "long")
    _write_long(folder, size)
    opening = [_opening(folder) for _ in range(5)]
    yield bounded(f"{size / GIB:g} GiB to its end", max(opening) * 1000, 50, "ms")
    before = peak_memory()
    pages = asyncio.run(_pages(folder, 20 if quick else 100))
    yield bounded(
        "a key to the new page, p95", percentile(pages, 0.95) * 1000, 35, "ms"
    )
    growing = RunFolder(place / "growing")
    seconds = 3 if quick else 10
    share, quiet = asyncio.run(_following(growing, seconds))
    yield bounded("following 50,000 lines/s", 100 * share, 15, "% CPU")
    yield bounded("following a run that is silent", 100 * quiet, 1, "% CPU")
    yield bounded("growth of memory", (peak_memory() - before) / 2**20, 16, "MiB")


class _Source:
    """Reads in a thread, as the console does."""

    def __init__(self, folder: RunFolder, *, ended: bool) -> None:
        self._it = Transcript(folder)
        self._ended = ended

    def _look(self, streams: Streams) -> LogState:
        self._it.update(ended=self._ended)
        return LogState(self._it.size(streams), self._ended)

    async def look(self, streams: Streams) -> LogState:
        return await asyncio.to_thread(self._look, streams)

    async def lines_from(
        self, place: int, count: int, streams: Streams
    ) -> list[LogLine]:
        return await asyncio.to_thread(self._it.lines_from, place, count, streams)

    async def lines_before(
        self, place: int, count: int, streams: Streams
    ) -> list[LogLine]:
        return await asyncio.to_thread(self._it.lines_before, place, count, streams)

    async def count_lines(self, start: int, end: int, streams: Streams) -> int:
        return await asyncio.to_thread(self._it.count_lines, start, end, streams)

    async def translated(self, place: int, streams: Streams, into: Streams) -> int:
        return await asyncio.to_thread(self._it.translated, place, streams, into)

    async def search(
        self, sought: Sought, start: int, streams: Streams, *, forward: bool
    ) -> SearchStep:
        return await asyncio.to_thread(
            self._it.search, sought, start, forward=forward, streams=streams
        )


class _OneLog(App[None]):
    def compose(self) -> ComposeResult:
        yield LogView(UTC)

    @property
    def view(self) -> LogView:
        return self.query_one(LogView)

    def on_mount(self) -> None:
        self.view.focus()


def _opening(folder: RunFolder) -> float:
    before = time.perf_counter()
    transcript = Transcript(folder)
    transcript.update(ended=True)
    assert len(transcript.tail(SCREEN[1])) == SCREEN[1]
    return time.perf_counter() - before


async def _pages(folder: RunFolder, count: int) -> Samples:
    """From a key to the rows of another page."""
    app = _OneLog()
    taken: Samples = []
    async with app.run_test(size=SCREEN) as pilot:
        window = await _shown(app, folder, ended=True)
        for _ in range(count):
            before = time.perf_counter()
            await _turn_page(app, window)
            taken.append(time.perf_counter() - before)
            await pilot.pause()
    return taken


async def _turn_page(app: _OneLog, window: Callable[[], int]) -> None:
    top = window()
    app.simulate_key("pageup")
    await _until(lambda: window() != top, pause=0)


async def _following(folder: RunFolder, seconds: float) -> tuple[float, float]:
    """Shares of one processor: while it grows, and when nothing comes any more."""
    folder.make()
    command = (sys.executable, "-m", "bench.log", str(folder.path), str(seconds + 2))
    writer = await asyncio.create_subprocess_exec(*command)
    app = _OneLog()
    async with app.run_test(size=SCREEN):
        await _shown(app, folder, ended=False)
        busy = await _share(seconds)
        await writer.wait()
        await asyncio.sleep(1)
        return busy, await _share(seconds)


async def _shown(app: _OneLog, folder: RunFolder, *, ended: bool) -> Callable[[], int]:
    """Shows a log from its end; what asks for the place that is seen first."""
    app.view.show(_Source(folder, ended=ended))
    await _until(lambda: bool(app.view.reader.window.seen()), pause=0.01)
    return lambda: app.view.reader.window.top


async def _until(condition: Callable[[], bool], *, pause: float) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the log does not come"
        await asyncio.sleep(pause)


async def _share(seconds: float) -> float:
    used, began = time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    return (time.process_time() - used) / (time.perf_counter() - began)


def _write_long(folder: RunFolder, size: int) -> None:
    folder.make()
    events, offset = EventLog(folder.events), 0
    with folder.stdout.open("wb") as file:
        while offset < size:
            file.write(BLOCK)
            events.append(offset, "output", **_mark(offset, len(BLOCK)))
            offset += len(BLOCK)
    events.close()


def _write_growing(folder: RunFolder, seconds: float) -> None:
    """Many lines and a mark at every look, as a run's worker leaves them."""
    events, offset = EventLog(folder.events), 0
    part = b"".join(
        BLOCK.splitlines(keepends=True)[: int(LINES_PER_SECOND * LOOK_SECONDS)]
    )
    began = time.monotonic()
    with folder.stdout.open("wb", buffering=0) as file:
        for look in range(int(seconds / LOOK_SECONDS)):
            file.write(part)
            events.append(int(time.time() * 1000), "output", **_mark(offset, len(part)))
            offset += len(part)
            time.sleep(max(began + (look + 1) * LOOK_SECONDS - time.monotonic(), 0))
    events.close()


def _mark(offset: int, length: int) -> dict[str, str | int]:
    return {"stream": "stdout", "offset": offset, "bytes": length}


if __name__ == "__main__":
    _write_growing(RunFolder(Path(sys.argv[1])), float(sys.argv[2]))
