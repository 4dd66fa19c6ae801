"""Runs of agents that only the index knows: what they used, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.model.job import Kind
from runner.model.run import RunStatus, Trigger
from runner.store import runs, spending
from runner.store.db import transaction

if TYPE_CHECKING:
    from runner.engine.project import Project
    from runner.store.spending import Bill

POOL = "spent"


def spent(
    project: Project,
    job_id: str,
    bill: Bill,
    *,
    when: tuple[int, int | None],
    role: str = "admin",
    kind: Kind = Kind.AGENT,
) -> str:
    """A run that used so much: its id.

    `when` it started and ended, in milliseconds; one without an end goes on.
    """
    started_ms, ended_ms = when
    index = project.index
    with transaction(index):
        run_id = runs.fresh_id(index, started_ms)
        run = runs.NewRun(
            run_id=run_id,
            job_id=job_id,
            kind=kind,
            trigger=Trigger.MANUAL,
            role=role,
            actor="tester",
            pool=POOL,
            alone=False,
            definition="",
            queued_ms=started_ms,
            queued_boot=project.identity.boot,
        )
        runs.enqueue(index, run)
        claimant = runs.Claimant("tester", project.identity, durable=True)
        assert runs.claim(index, POOL, claimant, started_ms)
        spending.note(index, run_id, bill)
        if ended_ms is not None:
            assert runs.end(index, _ending(run, bill, started_ms, ended_ms))
    return run_id


def _ending(
    run: runs.NewRun, bill: Bill, started_ms: int, ended_ms: int
) -> runs.Ending:
    return runs.Ending(
        run_id=run.run_id,
        job_id=run.job_id,
        status=RunStatus.SUCCEEDED,
        started_ms=started_ms,
        ended_ms=ended_ms,
        exit_code=0,
        signal=None,
        error_code=None,
        error_message=None,
        quiet=False,
        bill=bill,
    )
