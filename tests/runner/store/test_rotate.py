from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from runner.store.folders import sync_folder
from runner.store.rotate import rotate
from tests.helpers.processes import finish, living, start

if TYPE_CHECKING:
    from pathlib import Path

MOST = 1000


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "driver.log"


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_long_log_begins_anew(log: Path) -> None:
    body = os.urandom(3_000_000)
    log.write_bytes(body)
    assert rotate(log, MOST)
    assert files(log.parent) == {"driver.log": b"", "driver.log.1": body}
    assert (log.parent / "driver.log.1").stat().st_mode & 0o777 == 0o600


def test_only_the_last_one_is_kept(log: Path) -> None:
    for letter in "ab":
        log.write_text(letter * 2 * MOST)
        assert rotate(log, MOST)
    assert files(log.parent) == {"driver.log": b"", "driver.log.1": b"b" * 2 * MOST}


@pytest.mark.parametrize("size", [0, MOST])
def test_a_short_log_is_left_alone(log: Path, size: int) -> None:
    log.write_bytes(b"x" * size)
    assert not rotate(log, MOST)
    assert files(log.parent) == {"driver.log": b"x" * size}


def test_where_nothing_is(log: Path) -> None:
    assert not rotate(log, MOST)
    assert not rotate(log.parent / "no folder" / "log", MOST)
    assert files(log.parent) == {}


def test_whoever_has_it_open_goes_on_in_the_same_file(log: Path) -> None:
    with log.open("ab", buffering=0) as writer:
        writer.write(b"before\n" * MOST)
        assert rotate(log, MOST)
        writer.write(b"after\n")
    assert log.read_bytes() == b"after\n"


def test_what_comes_while_it_is_copied_is_kept(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = b"before\n" * MOST
    log.write_bytes(body)

    def append_and_sync(folder: Path) -> None:
        with log.open("ab") as writer:
            writer.write(b"meanwhile\n")
        sync_folder(folder)

    monkeypatch.setattr("runner.store.rotate.sync_folder", append_and_sync)
    assert rotate(log, MOST)
    kept = {"driver.log": b"", "driver.log.1": body + b"meanwhile\n"}
    assert files(log.parent) == kept


def test_a_writer_who_never_rests_loses_next_to_nothing(log: Path) -> None:
    """At most what falls into the last moment of a rotation."""
    program = (
        "import os, sys\n"
        "log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)\n"
        "for number in range(200_000):\n"
        "    os.write(log, b'%07d\\n' % number)\n"
    )
    kept: list[bytes] = []
    rotations = 0
    writer = start([sys.executable, "-c", program, str(log)], log.parent)
    while living([writer]):
        if rotate(log, 100_000):
            rotations += 1
            kept.append((log.parent / "driver.log.1").read_bytes())
    assert finish(writer).code == 0
    kept.append(log.read_bytes())
    numbers = [int(line) for part in kept for line in part.splitlines()]
    assert rotations > 2
    assert numbers == sorted(set(numbers)), "something came twice, or out of order"
    # Much may fall into a moment in which this process has to wait for its turn.
    assert len(numbers) > 200_000 * 0.8


def test_one_at_a_time(log: Path) -> None:
    """Whoever comes second has nothing left to do."""
    body = b"".join(b"%07d\n" % number for number in range(100_000))
    log.write_bytes(body)
    together = threading.Barrier(8)
    done: list[bool] = []

    def try_it() -> None:
        together.wait()
        done.append(rotate(log, MOST))

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False] * 7 + [True]
    assert files(log.parent) == {"driver.log": b"", "driver.log.1": body}


def test_a_log_that_somebody_else_moves_is_left_to_them(log: Path) -> None:
    log.write_bytes(b"x" * 2 * MOST)
    with log.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert not rotate(log, MOST)
    assert rotate(log, MOST)


def test_what_is_no_file_is_left_alone(log: Path) -> None:
    """Nothing waits, and nothing behind a link is emptied."""
    precious = log.parent / "precious"
    precious.write_bytes(b"x" * 2 * MOST)
    log.symlink_to(precious)
    assert not rotate(log, 1)
    assert precious.stat().st_size == 2 * MOST
    log.unlink()
    os.mkfifo(log)
    assert not rotate(log, -1)
    log.unlink()
    log.mkdir()
    assert not rotate(log, -1)


def test_odd_things_in_the_way_are_not_written_to(log: Path) -> None:
    precious = log.parent / "precious"
    precious.write_bytes(b"keep")
    (log.parent / "driver.log.1").symlink_to(precious)
    (log.parent / ".driver.log.1.new").symlink_to(precious)
    log.write_bytes(b"x" * 2 * MOST)
    assert rotate(log, MOST)
    assert precious.read_bytes() == b"keep"
    assert (log.parent / "driver.log.1").read_bytes() == b"x" * 2 * MOST
    assert not (log.parent / "driver.log.1").is_symlink()


def test_where_no_copy_can_be_had_the_log_stays(log: Path) -> None:
    (log.parent / "driver.log.1" / "full").mkdir(parents=True)
    log.write_bytes(b"x" * 2 * MOST)
    assert not rotate(log, MOST)
    assert log.stat().st_size == 2 * MOST
    names = sorted(path.name for path in log.parent.iterdir())
    assert names == ["driver.log", "driver.log.1"]


def test_a_log_that_has_nothing_to_do_costs_next_to_nothing() -> None:
    """A tick asks every time: it imports nothing more than the tick has anyway."""
    program = (
        "import sys, pathlib\n"
        "import runner.store.folders\n"
        "before = set(sys.modules)\n"
        "from runner.store.rotate import rotate\n"
        "rotate(pathlib.Path(sys.executable), 1 << 40)\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    said = subprocess.check_output([sys.executable, "-c", program], text=True)
    assert said.split() == ["runner.store.rotate"]
