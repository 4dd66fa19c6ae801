"""Whether this process runs inside a run, and whose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.process.environment import RUN_VARIABLE
from runner.process.identity import is_alive
from runner.process.table import process_table
from runner.store import pulse, runs, workers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runner.engine.project import Project
    from runner.model.identity import Identity
    from runner.process.table import ProcessTable
    from runner.store.run_rows import RunRow


def enclosing_run(project: Project) -> RunRow | None:
    """The run that this process belongs to: who drops the mark does not shed the role.

    By descent from its worker. Where that cannot be seen, as in a sandbox with a process
    namespace of its own, by the mark that the topmost process bears which has one: it
    was given by us, those below may have been changed.
    """
    own = _marked(project, project.start.get(RUN_VARIABLE))
    if not pulse.any_unfinished(project.index):
        return own
    table = process_table()
    above = list(_ancestors(table, project.identity.pid))
    worker = _worker_among(project, above)
    run = runs.of_worker(project.index, worker) if worker else None
    if run is not None:
        return run
    marks = (table.variable(pid, RUN_VARIABLE) for pid in reversed(above))
    marked = (_marked(project, mark) for mark in marks)
    return next((run for run in marked if run is not None), own)


def is_inside(project: Project) -> bool:
    """Whether what starts here would be taken for something that a run left behind."""
    if enclosing_run(project) is not None:
        return True
    above = _ancestors(process_table(), project.identity.pid)
    return _worker_among(project, above) is not None


def _worker_among(project: Project, pids: Iterable[int]) -> Identity | None:
    """The nearest of them that is a living worker."""
    known = {row.identity.pid: row.identity for row in workers.everyone(project.index)}
    if not known:
        return None
    return next((known[it] for it in pids if it in known and is_alive(known[it])), None)


def _marked(project: Project, mark: str | None) -> RunRow | None:
    run = runs.find(project.index, mark) if mark else None
    return run if run and not run.status.ended else None


def _ancestors(table: ProcessTable, pid: int) -> Iterator[int]:
    """The nearest first, as far as they can be seen."""
    processes = table.processes()
    while pid in processes and processes[pid].parent not in {0, pid}:
        pid = processes[pid].parent
        yield pid
