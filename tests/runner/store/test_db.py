from __future__ import annotations

import contextlib
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from runner.model.errors import Code, StateUnavailableError
from runner.store import db
from runner.store.db import Connection, open_index, transaction

if TYPE_CHECKING:
    from pathlib import Path


class UndoneError(Exception):
    """Raised on purpose inside a transaction."""


def test_a_fresh_index_is_private_and_write_ahead(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    with contextlib.closing(open_index(path)) as index:
        assert path.stat().st_mode & 0o777 == 0o600
        assert index.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert db.schema_version(index) == len(db._migrations())


def test_the_files_beside_the_index_are_private_too(tmp_path: Path) -> None:
    with contextlib.closing(open_index(tmp_path / "index.db")) as index:
        with transaction(index):
            index.execute("INSERT INTO pools VALUES ('a', 1)")
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_an_index_opens_again_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    with contextlib.closing(open_index(path)) as index, transaction(index):
        index.execute("INSERT INTO pools VALUES ('a', 3)")
    with contextlib.closing(open_index(path)) as index:
        assert index.execute("SELECT width FROM pools").fetchone()[0] == 3


def test_a_newer_index_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    with contextlib.closing(open_index(path)) as index:
        index.execute("PRAGMA user_version = 999")
    with pytest.raises(StateUnavailableError, match="schema 999") as refused:
        open_index(path)
    assert refused.value.code is Code.STATE_UNAVAILABLE
    assert "pgrade" in refused.value.hint


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0"])
def test_what_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "index.db"
    path.write_bytes(content)
    with pytest.raises(StateUnavailableError, match="cannot use the index"):
        open_index(path)
    assert path.read_bytes() == content


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index.db").mkdir()
    with pytest.raises(StateUnavailableError):
        open_index(tmp_path / "index.db")


def test_a_migration_and_its_record_are_one(tmp_path: Path) -> None:
    """One that cannot be finished leaves nothing of itself behind."""
    path = tmp_path / "index.db"
    with contextlib.closing(open_index(path)) as index:
        # The last table of the schema is in the way of a migration from nothing.
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
        names = [row[0] for row in index.execute(tables)]
        for name in names[:-1]:
            index.execute(f"DROP TABLE {name}")
        index.execute("PRAGMA user_version = 0")
        left = names[-1:]
    with pytest.raises(StateUnavailableError, match="already exists"):
        open_index(path)
    with contextlib.closing(raw(path)) as index:
        assert db.schema_version(index) == 0
        assert [row[0] for row in index.execute(tables)] == left


def raw(path: Path) -> Connection:
    """The index without its migrations."""
    return sqlite3.connect(path)  # noqa: TID251  to look at what the store refuses


def test_many_may_make_the_same_index_at_once(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    versions: list[int] = []
    gate = threading.Barrier(8)

    def make() -> None:
        gate.wait()
        with contextlib.closing(open_index(path)) as index:
            versions.append(db.schema_version(index))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions == [len(db._migrations())] * 8


@pytest.mark.parametrize("durable", [True, False])
def test_a_transaction_is_all_or_nothing(index: Connection, durable: bool) -> None:
    def begin() -> None:
        with transaction(index, durable=durable):
            index.execute("INSERT INTO pools VALUES ('a', 1)")
            raise UndoneError

    with pytest.raises(UndoneError):
        begin()
    assert index.execute("SELECT count(*) FROM pools").fetchone()[0] == 0
    assert not index.in_transaction
    assert index.execute("PRAGMA synchronous").fetchone()[0] == 1


def test_only_a_durable_transaction_syncs_fully(index: Connection) -> None:
    with transaction(index, durable=True):
        assert index.execute("PRAGMA synchronous").fetchone()[0] == 2
    with transaction(index):
        assert index.execute("PRAGMA synchronous").fetchone()[0] == 1


def test_others_are_seen_to_have_written(tmp_path: Path, index: Connection) -> None:
    before = db.data_version(index)
    with transaction(index):
        index.execute("INSERT INTO pools VALUES ('own', 1)")
    assert db.data_version(index) == before
    other = open_index(tmp_path / "index.db")
    with contextlib.closing(other), transaction(other):
        other.execute("INSERT INTO pools VALUES ('a', 1)")
    assert db.data_version(index) != before


def test_every_query_has_a_name_of_its_own() -> None:
    for path in sorted(db._SQL.glob("*.sql")):
        named = path.read_text("utf-8").count("-- name: ")
        assert len(db.queries(path.stem)) == named > 0
