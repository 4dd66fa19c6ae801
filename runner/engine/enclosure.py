"""Whether this process runs inside a run, and whose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.process.environment import RUN_VARIABLE
from runner.process.identity import is_alive
from runner.process.table import process_table
from runner.store import runs, workers

if TYPE_CHECKING:
    from runner.engine.project import Project
    from runner.model.identity import Identity
    from runner.store.runs import RunRow


def enclosing_run(project: Project) -> RunRow | None:
    """The run that this process belongs to.

    Told by the variable that marks its processes, else by descent: who drops the mark
    does not shed the role.
    """
    run = _marked_run(project)
    worker = None if run else enclosing_worker(project)
    return runs.of_worker(project.index, worker) if worker else run


def _marked_run(project: Project) -> RunRow | None:
    run_id = project.start.get(RUN_VARIABLE)
    run = runs.find(project.index, run_id) if run_id else None
    return run if run and not run.status.ended else None


def enclosing_worker(project: Project) -> Identity | None:
    """The living worker above this process.

    Told by its mark, else by descent, as a job may have cleaned its environment.
    """
    run = _marked_run(project)
    if run and run.worker and is_alive(run.worker):
        return run.worker
    by_pid = {row.identity.pid: row.identity for row in workers.everyone(project.index)}
    if not by_pid:
        return None
    processes = process_table().processes()
    pid = project.identity.pid
    while pid in processes:
        pid = processes[pid].parent
        if pid in by_pid and is_alive(by_pid[pid]):
            return by_pid[pid]
    return None
