"""The console on a real terminal: how soon it is there, what it costs, how it answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.console_keys import paints, under_cursor
from bench.filled import fill, let_all_have_run
from bench.noise import LINES_PER_SECOND, chatty, has_ended, line, running
from bench.project import PYTHON, opened, write
from bench.report import Line, bounded, compared, interleaved, until
from bench.terminal import DOWN, END, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.report import Samples
    from runner.engine.project import Project

CONSOLE = (*PYTHON, "-m", "jobconsole", "--config")
EMPTY = (*PYTHON, "-c", "from textual.app import App; App().run()")
A_BLANK_LINE = " {120}"

JOBS = 1_000
GIB = 2**30
WIDE = (40, 140)
CHATTY_SECONDS = 10
TEXT = "All work and no play makes a dull log"


def lines(place: Path, quick: bool) -> Iterator[Line]:  # noqa: FBT001
    """The same index behind 1,000 jobs, then behind ten times as many."""
    size = GIB // 8 if quick else 2 * GIB
    with opened(_project(place, JOBS, size)) as project:
        fill(project, 100_000 if quick else 1_000_000, JOBS)
        let_all_have_run(project)
        yield from _start_rest_and_keys(project, f"{JOBS:,} jobs", quick=quick)
        yield from _log_that_grows(project)
        yield from _large_log(project, size)
    with opened(_project(place, 10 * JOBS, size)) as project:
        let_all_have_run(project)
        yield from _start_rest_and_keys(project, f"{10 * JOBS:,} jobs", quick=quick)


def _project(place: Path, jobs: int, size: int) -> Path:
    """Chatty and quiet jobs at the top; at the bottom one that has a large log."""
    others = (
        f"  job{number}: {{command: [date], when: {{every: 7d, offset: {number}m}}}}"
        for number in range(jobs)
    )
    return write(
        place,
        "\n".join(
            (
                chatty("endless", place, 3_600),
                "  quiet: {command: [sleep, '3600'], timeout: 2h}",
                chatty("chatty", place, CHATTY_SECONDS),
                *others,
                f'  large: {{command: [sh, -c, "yes {TEXT} | head -c {size}"]}}',
            )
        ),
    )


def _start_rest_and_keys(project: Project, what: str, *, quick: bool) -> Iterator[Line]:
    yield _first_row(project, what, 5 if quick else 20)
    seconds = 10 if quick else 60
    with _console(project) as console:
        yield _rest(console, f"idle, {what}", seconds)
        with running(project, "quiet"):
            console.press(DOWN)
            yield _rest(console, f"one runs and is shown, {what}", seconds)
    yield from _keys(project, what, 50 if quick else 200)


def _keys(project: Project, what: str, times: int) -> Iterator[Line]:
    with _console(project) as console:
        yield from paints(project, console, what, times)


def _first_row(project: Project, what: str, rounds: int) -> Line:
    home = project.root
    sides = (
        lambda: _painted(
            (*CONSOLE, str(project.config)), home, under_cursor("endless")
        ),
        lambda: _painted(EMPTY, home, A_BLANK_LINE),
    )
    interleaved(sides, 2)
    ours, empty = interleaved(sides, rounds)
    return compared(f"first of {what} / empty app", ours, empty, 1.3)


def _painted(command: tuple[str, ...], home: Path, wanted: str) -> Samples:
    """From exec to the arrival of the wanted text."""
    with Terminal(command, home) as terminal:
        return [terminal.until(wanted)]


def _rest(console: Terminal, what: str, seconds: int) -> Line:
    console.watch(3)
    before = console.cpu_seconds()
    console.watch(seconds)
    used = console.cpu_seconds() - before
    return bounded(f"{what}: processor", 100 * used / seconds, 1.0, "%")


def _log_that_grows(project: Project) -> Iterator[Line]:
    """The log is followed to its end, of which no line may be missing."""
    total = CHATTY_SECONDS * LINES_PER_SECOND
    with _console(project) as console, running(project, "chatty"):
        console.press(DOWN + DOWN + "l")
        console.find(line(0)[:7])
        used, begun = console.cpu_seconds(), time.monotonic()
        console.find(line(total - 1))
        used = console.cpu_seconds() - used
        percent = 100 * used / (time.monotonic() - begun)
        painted = console.watch(1)
    last = range(total - 20, total)
    missing = [it for it in last if line(it).encode() not in painted]
    yield Line("a log of 50,000 lines/s: processor", f"{percent:.0f} %")
    said = f"{len(missing)} missing of the last {len(last)}"
    yield Line("its end", said, "none", not missing)


def _large_log(project: Project, size: int) -> Iterator[Line]:
    with running(project, "large") as run_id:
        until(lambda: has_ended(project, run_id), "the large log", 120)
    with _console(project) as console:
        console.press(END)
        console.find(under_cursor("large"))
        console.watch(1)
        before = console.process.memory_info().rss
        console.press("l")
        taken = console.until(TEXT)
        console.watch(1)
        after = console.process.memory_info().rss
    what = f"a log of {size / GIB:g} GiB"
    yield Line(f"{what}: first line", f"{taken * 1000:.0f} ms")
    grown = f"{after / 2**20:.0f} MiB, {(after - before) / 2**20:.0f} more than before"
    yield Line(f"{what}: memory", grown)


def _console(project: Project) -> Terminal:
    """At rest, with its list of jobs and one of them beside it."""
    console = Terminal((*CONSOLE, str(project.config)), project.root, WIDE)
    console.find(under_cursor("endless"))
    console.watch(1)
    return console
