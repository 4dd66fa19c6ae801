"""Opens the index (SQLite, WAL) and runs its migrations and transactions."""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runner.model.errors import StateTooNewError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SQL = Path(__file__).with_name("sql")
_BUSY_SECONDS = 10.0
_CHECKPOINT_PAGES = 16_000
"""Of 4 KiB. A commit that checkpoints a log costs 0.1 s and more: let it be rare."""

Connection = sqlite3.Connection
Row = sqlite3.Row


def open_index(path: Path) -> Connection:
    """The index, made or migrated if need be. Close it explicitly.

    Raises StateUnavailableError where it cannot be used or is from a newer version.
    """
    try:
        if not path.exists():
            _create(path)
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise _unusable(path, str(error)) from error
    connection.row_factory = sqlite3.Row
    try:
        _prepare(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise _unusable(path, str(error)) from error
    except StateUnavailableError:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def state_errors(path: Path) -> Iterator[None]:
    """Turns SQLite's word that the index cannot be used into a typed error."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _unusable(path, str(error)) from error


@contextlib.contextmanager
def transaction(
    connection: Connection, *, durable: bool = False, undo: bool = False
) -> Iterator[None]:
    """One BEGIN IMMEDIATE transaction.

    A `durable` one survives a power cut; one to `undo` only tells what it would do.
    """
    if durable:
        connection.execute("PRAGMA synchronous = FULL")
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK" if undo else "COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if durable:
            connection.execute("PRAGMA synchronous = NORMAL")


@contextlib.contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """Several reads of one state. Within a transaction they are that anyway."""
    within = connection.in_transaction
    if not within:
        connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction and not within:
            connection.execute("ROLLBACK")


def data_version(connection: Connection) -> int:
    """A number that changes when another connection has committed."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def schema_version(connection: Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def demand_known_schema(connection: Connection, path: Path) -> None:
    """Raise StateTooNewError where a newer program has changed the schema."""
    present = schema_version(connection)
    if present > _newest():
        message = f"{path} was written by a newer jobconsole (schema {present})"
        raise StateTooNewError(message, hint="Upgrade this jobconsole.")


@functools.cache
def queries(name: str) -> dict[str, str]:
    """The named queries of `sql/<name>.sql`, each under a `-- name:` line."""
    text = (_SQL / f"{name}.sql").read_text("utf-8")
    parts = text.split("-- name: ")[1:]
    return {head.strip(): body for head, _, body in (p.partition("\n") for p in parts)}


def _create(path: Path) -> None:
    """Make an empty index beside its place and put it there whole.

    Several processes may do so at once: the first one's stays.
    """
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(6)}.new")
    os.close(os.open(fresh, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    with contextlib.closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        _migrate(connection)
    with contextlib.suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()


def _prepare(connection: Connection, path: Path) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    if sys.platform == "darwin":
        connection.execute("PRAGMA fullfsync = ON")
    demand_known_schema(connection, path)
    if schema_version(connection) < _newest():
        _migrate(connection)


def _migrate(connection: Connection) -> None:
    """Bring the schema up to date; each step and its record are one transaction."""
    connection.execute("PRAGMA journal_mode = WAL")
    with transaction(connection, durable=True):
        present = schema_version(connection)
        for number, script in _migrations():
            if number > present:
                for statement in _statements(script.read_text("utf-8")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")


@functools.cache
def _newest() -> int:
    return max(number for number, _ in _migrations())


def _migrations() -> list[tuple[int, Path]]:
    names = sorted(os.listdir(_SQL / "migrations"))  # noqa: PTH208  hot
    return [(int(name[:4]), _SQL / "migrations" / name) for name in names]


def _statements(script: str) -> Iterator[str]:
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _unusable(path: Path, reason: str) -> StateUnavailableError:
    return StateUnavailableError(
        f"cannot use the index {path}: {reason}",
        hint="Check its folder, or rebuild it with `jobconsole reindex`.",
    )
