"""The runs: queued, claimed and ended by compare-and-set, never by anything else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from runner.model.errors import StateUnavailableError
from runner.model.run import TRANSITIONS, RunStatus, Trigger, new_run_id
from runner.store.db import Connection, queries
from runner.store.run_rows import RunRow, args_of, params_of, run_rows
from runner.store.spending import Bill

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.model.identity import Identity

SCHEDULED_PRIORITY = 1
ASKED_PRIORITY = 0
"""A person who waits goes before what the schedule brought."""


class NewRun(NamedTuple):
    """A run to be queued. `args` and `timeout` replace the definition's.

    `params` fill the blanks of a prompt, `resume` is a session to go on with.
    """

    run_id: str
    job_id: str
    kind: str
    trigger: Trigger
    role: str
    actor: str
    pool: str
    alone: bool
    definition: str
    queued_ms: int
    queued_boot: str
    scheduled_for: int | None = None
    args: tuple[str, ...] | None = None
    timeout: int | None = None
    priority: int = SCHEDULED_PRIORITY
    replay_of: str | None = None
    params: Mapping[str, str] = {}
    resume: str | None = None


class Claim(NamedTuple):
    """A run that this worker, and nobody else, executes. `started_ms` is the claim's."""

    seq: int
    run_id: str
    job_id: str
    kind: str
    trigger: Trigger
    role: str
    actor: str
    definition: str
    args: tuple[str, ...] | None
    timeout: int | None
    scheduled_for: int | None
    queued_ms: int
    started_ms: int
    replay_of: str | None
    params: Mapping[str, str] = {}
    resume: str | None = None


class Ending(NamedTuple):
    """How a run ended, as its row tells it."""

    run_id: str
    job_id: str
    status: RunStatus
    started_ms: int | None
    ended_ms: int
    exit_code: int | None
    signal: int | None
    error_code: str | None
    error_message: str | None
    quiet: bool
    bill: Bill = Bill()


def fresh_id(connection: Connection, queued_ms: int) -> str:
    """A run id that nobody has. Call it inside the transaction that uses it."""
    taken = "SELECT 1 FROM runs WHERE run_id = ?"
    run_id = new_run_id(queued_ms)
    while connection.execute(taken, (run_id,)).fetchone():
        run_id = new_run_id(queued_ms)
    return run_id


def enqueue(connection: Connection, run: NewRun) -> None:
    parameters = run._asdict()
    parameters["args"] = None if run.args is None else json.dumps(run.args)
    parameters["params"] = json.dumps(run.params) if run.params else None
    connection.execute(queries("runs")["enqueue"], parameters)


class Claimant(NamedTuple):
    """Who claims. Agent runs are claimed in `durable` transactions only."""

    worker: str
    identity: Identity
    durable: bool


def claim(
    connection: Connection, pool: str, claimant: Claimant, now_ms: int
) -> Claim | None:
    """Take the next run of the pool; None where there is nothing to take.

    What was queued before this boot is left to repair, and what the schedule brought of
    a job that is held, to later. Call it inside a transaction.
    """
    identity = claimant.identity
    parameters = {
        "pool": pool,
        "worker": claimant.worker,
        "durable": claimant.durable,
        "pid": identity.pid,
        "start": identity.started,
        "boot": identity.boot,
        "now_ms": now_ms,
    }
    row = connection.execute(queries("runs")["claim"], parameters).fetchone()
    if row is None:
        return None
    values = dict(row)
    values["args"] = args_of(row)
    values["params"] = params_of(row)
    values["trigger"] = Trigger(row["trigger"])
    return Claim(**values)


def claimable(connection: Connection, boot: str, now_ms: int) -> dict[str, int]:
    """How many queued runs of each pool could start now, if there were workers."""
    parameters = {"boot": boot, "now_ms": now_ms}
    return dict(
        map(tuple, connection.execute(queries("runs")["claimable"], parameters))
    )


def agents_waiting(connection: Connection, pool: str) -> bool:
    """Whether the next claim of the pool may be that of an agent run."""
    row = connection.execute(queries("runs")["agents_waiting"], (pool,)).fetchone()
    return bool(row[0])


def running_by_pool(connection: Connection) -> dict[str, int]:
    return dict(map(tuple, connection.execute(queries("runs")["running_by_pool"])))


def end(connection: Connection, ending: Ending) -> bool:
    """Bring a run to its end; False if it had ended before."""
    sources = [str(old) for old, news in TRANSITIONS.items() if ending.status in news]
    parameters = {
        **ending._asdict(),
        **ending.bill._asdict(),
        "from_statuses": json.dumps(sources),
    }
    del parameters["bill"]
    return connection.execute(queries("runs")["end"], parameters).rowcount == 1


def ask_cancel(connection: Connection, run_id: str, level: int, actor: str) -> bool:
    """Ask that a run stop (level 1) or be killed (2); False if it has ended."""
    parameters = {"run_id": run_id, "level": level, "actor": actor}
    cursor = connection.execute(queries("runs")["ask_cancel"], parameters)
    return cursor.rowcount == 1


def cancel_level(connection: Connection, run_id: str) -> tuple[int, str | None]:
    """What was asked of a run: 0 nothing, 1 to stop, 2 to be killed; and by whom."""
    row = connection.execute(queries("runs")["cancel_level"], (run_id,)).fetchone()
    return (0, None) if row is None else (row[0], row[1])


def cancelled_unstarted(connection: Connection) -> list[RunRow]:
    return run_rows(
        connection.execute(queries("runs")["cancelled_unstarted"]).fetchall()
    )


def running(connection: Connection) -> list[RunRow]:
    """Runs that somebody claimed and that have not ended."""
    return run_rows(connection.execute(queries("runs")["running"]).fetchall())


def of_worker(connection: Connection, worker: Identity) -> RunRow | None:
    """The run that a worker executes now."""
    found = [run for run in running(connection) if run.worker == worker]
    return found[0] if found else None


def queued_before_boot(connection: Connection, boot: str) -> list[RunRow]:
    """Queued runs that were enqueued before the machine started anew."""
    rows = connection.execute(queries("runs")["queued_elsewhen"], (boot,))
    return run_rows(rows.fetchall())


def redo_claim(connection: Connection, run_id: str) -> None:
    """Claim again a run whose claim was undone by a power cut, to end it."""
    connection.execute(queries("runs")["redo_claim"], (run_id,))


def set_boot(connection: Connection, run_id: str, boot: str) -> None:
    parameters = {"run_id": run_id, "boot": boot}
    connection.execute(queries("runs")["rebooted"], parameters)


def find(connection: Connection, run_id: str) -> RunRow | None:
    row = connection.execute(queries("runs")["one"], (run_id,)).fetchone()
    return None if row is None else run_rows([row])[0]


def count(connection: Connection, most: int) -> int:
    """How many runs there are, counted up to `most`."""
    statement = "SELECT count(*) FROM (SELECT 1 FROM runs LIMIT ?)"
    return int(connection.execute(statement, (most,)).fetchone()[0])


def latest_of_job(connection: Connection, job_id: str) -> str | None:
    statement = queries("runs")["latest_of_job"]
    row = connection.execute(statement, (job_id.lower(),)).fetchone()
    return None if row is None else str(row[0])


def with_prefix(connection: Connection, prefix: str) -> list[str]:
    """Up to two run ids that begin so: more than one means that it is ambiguous."""
    rows = connection.execute(queries("runs")["with_prefix"], {"prefix": prefix})
    return [str(row[0]) for row in rows]


def active_of_job(connection: Connection, job_id: str) -> tuple[str, RunStatus] | None:
    """The run that keeps a job busy, if any: a running one before a queued one."""
    row = connection.execute(queries("runs")["active_of_job"], (job_id,)).fetchone()
    return None if row is None else (str(row[0]), RunStatus(row[1]))


def body_of(connection: Connection, definition: str) -> bytes:
    """The JSON of a definition by its hash. Raises StateUnavailableError."""
    body = known_body(connection, definition)
    if body is None:
        message = "the definition of this run is not in the index any more"
        raise StateUnavailableError(message, hint="Start the job anew.")
    return body


def known_body(connection: Connection, definition: str) -> bytes | None:
    """The same, or None: an index that was built anew knows only present ones."""
    row = connection.execute(
        "SELECT body FROM definitions WHERE hash = ?", (definition,)
    ).fetchone()
    return None if row is None else bytes(row[0])
