"""What a run wrote, as it writes it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from textual import work

from jobconsole.panes.pane import Pane, Subject
from jobconsole.parts.prompt import Prompt
from runner import api
from runner.model.errors import JobconsoleError
from runner.model.log import LogState, SearchStep, Streams
from widgets.log_view import LogView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from textual.app import ComposeResult

    from jobconsole.desk import Desk
    from runner.model.log import LogLine, Sought
    from runner.store.transcript import Transcript

T = TypeVar("T")


class TranscriptSource:
    """Implements `LogSource`: a run's transcript, read in the desk's thread."""

    def __init__(self, desk: Desk, run_id: str) -> None:
        self._desk = desk
        self._run_id = run_id
        self._opened: Transcript | None = None
        self._last = LogState(0, ended=False)

    async def look(self, streams: Streams) -> LogState:
        def look(project: api.Project) -> LogState:
            ended = api.has_ended(project, self._run_id)
            transcript = self._transcript(project)
            transcript.update(ended=ended)
            return LogState(transcript.size(streams), ended)

        self._last = await self._ask(look, self._last)
        return self._last

    async def lines_from(
        self, place: int, count: int, streams: Streams
    ) -> list[LogLine]:
        def lines(project: api.Project) -> list[LogLine]:
            return self._transcript(project).lines_from(place, count, streams)

        return await self._ask(lines, [])

    async def lines_before(
        self, place: int, count: int, streams: Streams
    ) -> list[LogLine]:
        def lines(project: api.Project) -> list[LogLine]:
            return self._transcript(project).lines_before(place, count, streams)

        return await self._ask(lines, [])

    async def count_lines(self, start: int, end: int, streams: Streams) -> int:
        return await self._ask(
            lambda it: self._transcript(it).count_lines(start, end, streams), 0
        )

    async def translated(self, place: int, streams: Streams, into: Streams) -> int:
        return await self._ask(
            lambda it: self._transcript(it).translated(place, streams, into), 0
        )

    async def search(
        self, sought: Sought, start: int, streams: Streams, *, forward: bool
    ) -> SearchStep:
        def step(project: api.Project) -> SearchStep:
            transcript = self._transcript(project)
            return transcript.search(sought, start, forward=forward, streams=streams)

        return await self._ask(step, SearchStep(None, start, over=True))

    async def _ask(self, question: Callable[[api.Project], T], otherwise: T) -> T:
        """The answer; where the state is gone nothing, as the watcher says so."""
        try:
            return await self._desk.ask(question)
        except JobconsoleError:
            return otherwise

    def _transcript(self, project: api.Project) -> Transcript:
        if self._opened is None:
            self._opened = api.transcript(project, self._run_id)
        return self._opened


class LogPane(Pane):
    """The log of one run; what it wants of the terminal or the disk is done here."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._run_id: str | None = None

    def compose(self) -> ComposeResult:
        snapshot = self.console.snapshot
        view = LogView(ZoneInfo(snapshot.zone if snapshot else "UTC"))
        view.ascii = self.console.stage.ascii
        yield view

    async def load(self, subject: Subject) -> None:
        run_id = subject.run.run_id if subject.run else None
        if run_id == self._run_id:
            return
        self._run_id = run_id
        source = run_id and TranscriptSource(self.console.reader, run_id)
        self.query_one(LogView).show(source or None)

    @work(exclusive=True, group="dialog")
    async def on_log_view_search_wanted(self, message: LogView.SearchWanted) -> None:
        prompt = Prompt("Search for", message.before, "text; capitals make case matter")
        text = await self.app.push_screen_wait(prompt)
        if text is not None:
            self.query_one(LogView).search(text)

    @work(exclusive=True, group="dialog")
    async def on_log_view_save_wanted(self) -> None:
        if self._run_id is None:
            return
        prompt = Prompt("Save the log as", f"{self._run_id}.log", "a path")
        path = await self.app.push_screen_wait(prompt)
        if path:
            # A thread of its own: copying gigabytes keeps nobody waiting.
            opened = self.console.stage.opened
            self.console.say(await asyncio.to_thread(_save, opened, self._run_id, path))

    def on_log_view_pager_wanted(self) -> None:
        self._open_in(self.console.stage.pager)

    def on_log_view_editor_wanted(self) -> None:
        self._open_in(self.console.stage.editor)

    @work(exclusive=True, group="dialog")
    async def _open_in(self, program: Sequence[str]) -> None:
        """The terminal belongs to the program until it ends."""
        if self._run_id is None:
            return
        files = await self.ask(_log_files, self._run_id)
        if not files:
            self.console.say("it has not written anything")
            return
        with self.app.suspend():
            trouble = _run([*program, *files])
        self.app.refresh()
        if trouble is not None:
            self.console.complain(trouble)


def _run(argv: Sequence[str]) -> JobconsoleError | None:
    """Why the program could not be run. The screen must come back in any case."""
    try:
        api.run_in_terminal(argv)
    except JobconsoleError as error:
        return error
    return None


def _log_files(project: api.Project, run_id: str) -> list[str]:
    """The paths of the logs that are not empty."""
    folder = api.run_detail(project, run_id).folder
    logs = (folder.said, folder.stderr)
    return [str(path) for path in logs if path.exists() and path.stat().st_size]


def _save(
    opened: Callable[[], AbstractContextManager[api.Project]], run_id: str, path: str
) -> str:
    """Write the log, both streams in their order; what became of it, in words."""
    try:
        with opened() as project:
            transcript = api.transcript(project, run_id)
            transcript.update(ended=api.has_ended(project, run_id))
        target = Path(path).expanduser()
        with target.open("xb") as file:
            for piece in transcript.pieces():
                file.write(piece)
    except JobconsoleError as error:
        return error.message
    except (OSError, RuntimeError) as error:  # no such folder, or no such user
        return f"not saved as {path}: {getattr(error, 'strerror', error)}"
    return f"saved as {target.absolute()}"
