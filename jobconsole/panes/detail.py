"""A job's pages: overview, log, history, files, spec."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import ContentSwitcher

from jobconsole import marks
from jobconsole.marks import Style
from jobconsole.panes.pane import Pane, Subject
from jobconsole.parts.part import Part
from jobconsole.parts.sentence import Sentence
from jobconsole.shown.rows import shape
from runner import api
from runner.model.views import HistoryQuery, JobView, RunView
from widgets.pieces import Piece
from widgets.tabline import Tab, TabLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult

    from jobconsole.panes.history import HistoryPane


PANES = {
    "overview": "OverviewPane",
    "log": "LogPane",
    "history": "HistoryPane",
    "files": "FilesPane",
    "spec": "SpecPane",
}
"""Modules beside this one, and what is in them: imported and made when first shown."""

REST_SECONDS = 0.1
"""A job is asked about where the cursor rests, not where it passes."""

LOG_KEY = Binding("l", "page('log')", "log", id="job.log")
PAGE_KEYS: tuple[Binding, ...] = (
    Binding("h", "page('history')", "history", id="job.history"),
    Binding("f", "page('files')", "files", id="job.files"),
    Binding("d", "page('spec')", "definition", id="job.spec"),
    Binding("v", "page('overview')", "Overview", show=False, id="job.overview"),
)
"""With the key of the log, for screens on which a page can be opened by `action_page`."""


class DetailPane(Part, Vertical):
    """One job, and one of its runs: the latest unless another one was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "Page before", show=False, id="detail.before"),
        Binding("right", "turn(1)", "Next page", show=False, id="detail.next"),
    ]

    def __init__(self, page: str = "overview") -> None:
        super().__init__()
        self._page = page
        self._job: JobView | None = None
        self._run: RunView | None = None
        self._chosen: RunView | None = None

    def compose(self) -> ComposeResult:
        yield Sentence(id="about")
        tabs = TabLine([Tab(name, name.capitalize()) for name in PANES])
        tabs.active = self._page
        yield tabs
        with ContentSwitcher(initial=self._page):
            yield _made(self._page)

    @property
    def chosen_run(self) -> RunView | None:
        """The run that somebody chose; None while the pages follow the latest."""
        return self._chosen

    def show_job(self, job: JobView | None, run: RunView | None = None) -> None:
        """Let the pages be about a job, or about none; `run`: about that run of it."""
        self.visible = job is not None
        if job is None or (job is self._job and run is None):
            return
        other = self._job is None or job.id != self._job.id
        if other or run is not None:
            self._chosen = self._run = run
        rest = REST_SECONDS if other and self._job is not None else 0.0
        self._job = job
        self._load(rest)

    def turn_to(self, page: str, *, focus: bool = False) -> None:
        """Show another page, and give the keys to what it shows if wanted."""
        self._page = page
        self.query_one(TabLine).active = page
        self._turn(focus=focus)

    def beat(self) -> None:
        self._beat()

    def on_tab_line_chosen(self, message: TabLine.Chosen) -> None:
        message.stop()
        self.turn_to(message.name)

    def on_history_pane_chosen(self, message: HistoryPane.Chosen) -> None:
        message.stop()
        self._chosen = self._run = message.run
        self.turn_to("log")

    def action_turn(self, by: int) -> None:
        names = list(PANES)
        self.turn_to(names[(names.index(self._page) + by) % len(names)])

    @property
    def _pane(self) -> Iterator[Pane]:
        """The page that is shown; none as long as it is being made."""
        found = self.query(f"#{self._page}").results(Pane)
        return (pane for pane in found if pane.is_mounted)

    @work(exclusive=True, group="turn")
    async def _turn(self, *, focus: bool) -> None:
        page, switcher = self._page, self.query_one(ContentSwitcher)
        if not switcher.query(f"#{page}"):
            await switcher.mount(_made(page))
        switcher.current = page
        if focus:
            self._focus_page()
        self._load()

    def _focus_page(self) -> None:
        for widget in self.query(f"#{self._page} *"):
            if widget.can_focus:
                self.screen.set_focus(widget)
                return

    @work(exclusive=True, group="load")
    async def _load(self, rest: float = 0.0) -> None:
        await asyncio.sleep(rest)
        job, chosen = self._job, self._chosen
        if job is None:
            return
        if chosen is not None:
            found = await self.ask(api.resolve_run, chosen.run_id)
            self._chosen = self._run = found or chosen
        else:
            page = await self.ask(api.history, HistoryQuery(job_id=job.id, limit=1))
            self._run = page.runs[0] if page and page.runs else None
        self._paint_title(job)
        for pane in self._pane:
            await pane.load(Subject(job, self._run))

    @work(exclusive=True, group="beat")
    async def _beat(self) -> None:
        if self._job is None:
            return
        for pane in self._pane:
            await pane.beat(Subject(self._job, self._run))

    def _paint_title(self, job: JobView) -> None:
        ascii_only = self.console.stage.ascii
        pieces = [
            shape(marks.job_mark(job), ascii_only=ascii_only),
            Piece(f" {job.id}", Style.STRONG),
        ]
        if self._chosen is not None:
            pieces.append(Piece(f"  {self._chosen.run_id}", Style.BUSY))
        elif job.description:
            pieces.append(Piece(f"  {job.description}", Style.FAINT))
        self.query_one("#about", Sentence).say(pieces)


def _made(page: str) -> Pane:
    module = importlib.import_module(f"jobconsole.panes.{page}")
    pane: type[Pane] = getattr(module, PANES[page])
    return pane(id=page)
