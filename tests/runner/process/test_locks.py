"""A lock is held by a process, told by its note and its identity, never by a pid."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runner.model.identity import Identity
from runner.process.identity import boot_id, identity_of, own_identity
from runner.process.locks import Holder, PidLock, last_holder, living_holder
from tests.helpers.processes import end, finish, python_program, start
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUN = "20261120T060000Z-7f3k9q"


def me(run_id: str | None = None) -> Holder:
    return Holder(own_identity(), 1_795_154_400_000, run_id)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.lock"


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[int]:
    """A living process that has nothing to do with locks."""
    pid = start(["sleep", "300"], tmp_path)
    yield pid
    end([pid])
    finish(pid)


def sign(path: Path, identity: Identity) -> None:
    """Leave the note of another holder, as if it had held the lock."""
    lock = PidLock(path)
    assert lock.acquire(Holder(identity, 1, None))
    lock.release()


def test_the_note_says_who_and_since_when(path: Path) -> None:
    lock = PidLock(path)
    assert lock.acquire(me(RUN))
    assert last_holder(path) == living_holder(path) == me(RUN)
    assert path.stat().st_size == 512
    assert path.stat().st_mode & 0o777 == 0o600
    lock.release()


def test_a_second_one_does_not_get_it_and_leaves_the_note(path: Path) -> None:
    first, second = PidLock(path), PidLock(path)
    assert first.acquire(me(RUN))
    assert not second.acquire(me())
    assert not second.seize(wait_ms=20)
    assert last_holder(path) == me(RUN)
    first.release()
    assert second.acquire(me())
    assert last_holder(path) == me()
    second.release()


def test_the_file_stays_the_same_for_ever(path: Path) -> None:
    """Who replaced it would let two hold the lock."""
    lock = PidLock(path)
    assert lock.acquire(me())
    inode = path.stat().st_ino
    lock.release()
    assert lock.acquire(me(RUN))
    lock.release()
    assert path.stat().st_ino == inode


def test_a_shorter_note_leaves_nothing_of_a_longer_one(path: Path) -> None:
    lock = PidLock(path)
    assert lock.acquire(me(RUN * 5))
    lock.release()
    assert lock.acquire(me())
    lock.release()
    assert json.loads(path.read_bytes())["run_id"] is None
    assert path.stat().st_size == 512


def test_seizing_leaves_the_note_of_the_last_holder(path: Path) -> None:
    sign(path, Identity(1, 2, "another boot"))
    lock = PidLock(path)
    assert lock.seize()
    holder = last_holder(path)
    assert holder is not None
    assert holder.identity == Identity(1, 2, "another boot")
    lock.release()


def test_a_reused_pid_is_not_the_holder(path: Path, stranger: int) -> None:
    """The pid of a dead holder lives, but it is another process now."""
    identity = identity_of(stranger)
    assert identity is not None
    sign(path, identity._replace(started=identity.started - 1))
    assert last_holder(path) is not None
    assert living_holder(path) is None
    sign(path, identity)
    assert living_holder(path) is not None


def test_a_pid_of_another_boot_is_not_the_holder(path: Path, stranger: int) -> None:
    identity = identity_of(stranger)
    assert identity is not None
    sign(path, identity._replace(boot="another boot"))
    assert living_holder(path) is None


def test_a_zombie_holds_nothing(path: Path, tmp_path: Path) -> None:
    pid = start(["sleep", "300"], tmp_path)
    identity = identity_of(pid)
    assert identity is not None
    assert identity.boot == boot_id()
    sign(path, identity)
    assert living_holder(path) is not None
    end([pid])
    wait_until(lambda: living_holder(path) is None, "it to count as dead")
    finish(pid)


@pytest.mark.parametrize(
    "note",
    [b"", b"\0" * 512, b"{", b"[]", b"7", b'{"pid": 1}', b'{"pid": null}', b"\xff"],
)
def test_a_note_that_cannot_be_read_names_nobody(path: Path, note: bytes) -> None:
    path.write_bytes(note)
    assert last_holder(path) is None
    assert living_holder(path) is None
    lock = PidLock(path)
    assert lock.acquire(me())
    assert last_holder(path) == me()
    lock.release()


def test_no_lock_no_holder(path: Path) -> None:
    assert last_holder(path) is None


def test_a_process_that_dies_lets_go(path: Path, tmp_path: Path) -> None:
    pid = start([*python_program("hold_lock.py"), str(path)], tmp_path)
    holder = wait_until(lambda: living_holder(path), "the other to take it")
    assert holder.identity.pid == pid
    lock = PidLock(path)
    assert not lock.seize()
    end([pid])
    finish(pid)
    assert lock.seize(wait_ms=5_000)
    lock.release()


def test_a_child_does_not_inherit_a_lock(path: Path, tmp_path: Path) -> None:
    lock = PidLock(path)
    assert lock.acquire(me())
    child = start(["sleep", "300"], tmp_path)
    lock.release()
    try:
        assert PidLock(path).seize()
    finally:
        end([child])
        finish(child)


def test_it_is_a_plain_flock(path: Path) -> None:
    import fcntl

    lock = PidLock(path)
    assert lock.acquire(me())
    with path.open("rb") as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    lock.release()
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
