"""Whether this process runs inside a run, and whose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.process.environment import RUN_VARIABLE
from runner.process.identity import is_alive
from runner.process.table import process_table
from runner.store import runs, workers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.engine.project import Project
    from runner.process.table import ProcessTable
    from runner.store.run_rows import RunRow


def enclosing_run(project: Project) -> RunRow | None:
    """The run that this process belongs to: who drops the mark does not shed the role.

    By descent from its worker. Where that cannot be seen, as in a sandbox with a process
    namespace of its own, by the mark that the topmost process bears which has one: it
    was given by us, those below may have been changed.
    """
    own = _marked(project, project.start.get(RUN_VARIABLE))
    going_on = runs.running(project.index)
    if not going_on:
        return own
    table = process_table()
    above = list(_ancestors(table, project.identity.pid))
    by_worker = {run.worker.pid: run for run in going_on if run.worker}
    for pid in above:
        run = by_worker.get(pid)
        if run and run.worker and is_alive(run.worker):
            return run
    marks = (table.variable(pid, RUN_VARIABLE) for pid in reversed(above))
    marked = (_marked(project, mark) for mark in marks)
    return next((run for run in marked if run is not None), own)


def is_inside(project: Project) -> bool:
    """Whether what starts here would be taken for something that a run left behind."""
    if enclosing_run(project) is not None:
        return True
    known = {row.identity.pid: row.identity for row in workers.everyone(project.index)}
    above = _ancestors(process_table(), project.identity.pid) if known else ()
    return any(pid in known and is_alive(known[pid]) for pid in above)


def _marked(project: Project, mark: str | None) -> RunRow | None:
    run = runs.find(project.index, mark) if mark else None
    return run if run and not run.status.ended else None


def _ancestors(table: ProcessTable, pid: int) -> Iterator[int]:
    """The nearest first, as far as they can be seen."""
    processes = table.processes()
    while pid in processes and processes[pid].parent not in {0, pid}:
        pid = processes[pid].parent
        yield pid
