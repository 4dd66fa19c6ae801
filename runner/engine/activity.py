"""Looks at a run while it runs: its processes, its output, what its agent tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from runner.engine.browse import resolve_run
from runner.engine.manifest import Manifest, read_manifest
from runner.engine.sightings import seen_in
from runner.model.activity import Activity, AgentState, ProcessView
from runner.model.instants import parse_ms
from runner.process.live import Moment, Sampler
from runner.process.locks import described
from runner.store.lines import GrowingLines

if TYPE_CHECKING:
    from runner.engine.project import Project
    from runner.model.views import RunView
    from runner.store.folders import RunFolder

_KEPT = 16
"""How many runs an observer keeps in mind."""


_TOLD = ("session", "tool", "turn", "model", "budget")
"""What events tell of an agent; what it used is in the index."""


class _Event(msgspec.Struct, frozen=True):
    """An `attempt_started`, or any event of an agent: what it leaves out stays."""

    event: str
    at: str
    attempt: int | None = None
    session: str | msgspec.UnsetType | None = msgspec.UNSET
    tool: str | msgspec.UnsetType | None = msgspec.UNSET
    turn: int | msgspec.UnsetType | None = msgspec.UNSET
    model: str | msgspec.UnsetType | None = msgspec.UNSET
    budget: str | msgspec.UnsetType | None = msgspec.UNSET

    def applied_to(self, before: AgentState) -> AgentState:
        told = {name: getattr(self, name) for name in _TOLD}
        news = {name: it for name, it in told.items() if it is not msgspec.UNSET}
        return msgspec.structs.replace(before, **news)


_events = msgspec.json.Decoder(_Event)


class _Told:
    """What the events of a run have told so far."""

    def __init__(self) -> None:
        self.attempt: int | None = None
        self.attempt_ms: int | None = None
        self.agent = AgentState()

    def hear(self, line: bytes) -> None:
        """Take in one line; most are marks of output and tell nothing new."""
        if b'"agent_' not in line and b'"attempt_started"' not in line:
            return
        try:
            event = _events.decode(line)
            at_ms = parse_ms(event.at)
        except ValueError:
            return  # a job may have written there as well
        if event.event == "attempt_started":
            self.attempt, self.attempt_ms = event.attempt, at_ms
            self.agent = msgspec.structs.replace(self.agent, tool=None)
        else:
            self.agent = event.applied_to(self.agent)


class _Watched:
    """What is kept of one run between two looks."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.told = _Told()
        self._events = GrowingLines(folder.events)
        self._sightings = GrowingLines(folder.processes)
        self._seen: dict[int, int] = {}
        self._sampler = Sampler()
        self._manifest: Manifest | None = None

    def listen(self) -> _Told:
        for line in self._events.read():
            self.told.hear(line)
        return self.told

    def processes(self, moment: Moment) -> tuple[ProcessView, ...]:
        """Those that the worker saw below the child, and that still live."""
        self._seen |= seen_in(self._sightings.read())
        living = self._sampler.look(self._seen, moment)
        self._seen = {it.pid: self._seen[it.pid] for it in living}
        return living

    def timeout_ms(self) -> int | None:
        self._manifest = self._manifest or read_manifest(self.folder)
        return self._manifest.timeout_ms if self._manifest else None


class Observer:
    """Looks at runs again and again; one thread at a time may use it."""

    def __init__(self) -> None:
        self._watched: dict[str, _Watched] = {}

    def watched(self, run_id: str, folder: RunFolder) -> _Watched:
        found = self._watched.pop(run_id, None) or _Watched(folder)
        self._watched[run_id] = found
        if len(self._watched) > _KEPT:
            del self._watched[next(iter(self._watched))]
        return found


def activity(project: Project, observer: Observer, run_id: str) -> Activity:
    """One look at a run. Raises JobNotFoundError."""
    view = resolve_run(project, run_id)
    folder = project.state.run_folder(view.job_id, view.run_id)
    watched = observer.watched(view.run_id, folder)
    told = watched.listen()
    clock = project.clock
    moment = Moment(clock.wall_ms(), clock.awake_ms())
    processes = watched.processes(moment)
    loads = [it.cpu_percent for it in processes if it.cpu_percent is not None]
    size, last_ms = _output(folder)
    return Activity(
        run_id=view.run_id,
        job_id=view.job_id,
        status=view.status,
        worker=described(folder.lock),
        attempt=told.attempt,
        elapsed_ms=_elapsed_ms(view, told, moment.wall_ms),
        timeout_ms=watched.timeout_ms(),
        processes=processes,
        cpu_percent=sum(loads) if loads else None,
        rss=sum(it.rss or 0 for it in processes),
        output_bytes=size,
        last_output_ms=last_ms,
        agent=msgspec.structs.replace(
            told.agent,
            cost_usd=view.cost_usd,
            cost_estimated=view.cost_estimated,
            tokens=view.tokens,
        ),
    )


def _elapsed_ms(view: RunView, told: _Told, now_ms: int) -> int | None:
    if view.status.ended:
        return view.duration_ms
    since_ms = told.attempt_ms or view.started_ms
    return None if since_ms is None else max(now_ms - since_ms, 0)


def _output(folder: RunFolder) -> tuple[int, int | None]:
    """How much was written to the logs, and when last."""
    written: list[tuple[int, int]] = []
    for path in (folder.stdout, folder.stderr):
        try:
            status = path.lstat()
        except OSError:
            continue
        if status.st_size:
            written.append((status.st_size, status.st_mtime_ns // 1_000_000))
    last_ms = max((at_ms for _, at_ms in written), default=None)
    return sum(size for size, _ in written), last_ms
