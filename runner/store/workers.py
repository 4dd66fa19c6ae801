"""The worker processes that there are, as far as they signed in."""

from __future__ import annotations

from typing import NamedTuple

from runner.model.identity import Identity
from runner.store.db import Connection, queries


class WorkerRow(NamedTuple):
    """A worker of a pool, or a timer (`pool` None), which holds no slot.

    Until it signs in itself the identity is that of the process that started it.
    """

    id: str
    pool: str | None
    identity: Identity


class Present(NamedTuple):
    """A worker, and when (epoch milliseconds) it was signed in."""

    worker: WorkerRow
    since_ms: int


def present(connection: Connection) -> list[Present]:
    """As `everyone`, for people."""
    rows = connection.execute(queries("workers")["present"])
    return [
        Present(WorkerRow(id_, pool, Identity(*rest)), since_ms)
        for since_ms, id_, pool, *rest in rows
    ]


def everyone(connection: Connection) -> list[WorkerRow]:
    rows = connection.execute(queries("workers")["all"])
    return [WorkerRow(id_, pool, Identity(*rest)) for id_, pool, *rest in rows]


def sign_in(connection: Connection, worker: WorkerRow, now_ms: int) -> None:
    pid, started, boot = worker.identity
    connection.execute(
        queries("workers")["add"],
        {
            "id": worker.id,
            "pool": worker.pool,
            "pid": pid,
            "started": started,
            "boot": boot,
            "now_ms": now_ms,
        },
    )


def hand_over(connection: Connection, worker: WorkerRow, identity: Identity) -> None:
    """Put the process that was started in place of who started it."""
    pid, started, boot = identity
    connection.execute(
        queries("workers")["hand_over"],
        {
            "id": worker.id,
            "starter": worker.identity.pid,
            "pid": pid,
            "started": started,
            "boot": boot,
        },
    )


def sign_out(connection: Connection, worker_id: str) -> None:
    connection.execute(queries("workers")["remove"], (worker_id,))
