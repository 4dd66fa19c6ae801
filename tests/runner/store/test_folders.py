from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from runner.model.errors import StateUnavailableError
from runner.store.folders import (
    RunFolder,
    StateDir,
    filesystem_of,
    refuse_network,
    write_durably,
    write_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _generous_umask() -> Iterator[None]:
    """Privacy must not depend on it."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "smbfs"])
def test_a_network_file_system_is_refused(tmp_path: Path, kind: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"disk / ext4 rw 0 0\nserver:/x {tmp_path} {kind} rw 0 0\n")
    with pytest.raises(StateUnavailableError, match=kind) as refused:
        refuse_network(tmp_path / "new" / "state", mounts)
    assert "state_dir" in refused.value.hint


def test_the_longest_mount_point_holds_a_path(tmp_path: Path) -> None:
    inner = tmp_path / "a b"
    escaped = str(inner).replace(" ", "\\040")
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"x / nfs rw 0 0\ny {escaped} ext4 rw 0 0\nz {escaped}c nfs rw 0 0\n"
    )
    assert filesystem_of(inner / "deep", mounts) == "ext4"
    assert filesystem_of(tmp_path, mounts) == "nfs"
    refuse_network(inner, mounts)


def test_the_last_mount_on_a_point_counts(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("x / nfs rw 0 0\ny / ext4 rw 0 0\n")
    assert filesystem_of(tmp_path, mounts) == "ext4"


def test_mount_points_beyond_ascii(tmp_path: Path) -> None:
    inner = tmp_path / "größe"
    mounts = tmp_path / "mounts"
    mounts.write_text(f"x / ext4 rw 0 0\ny {inner} nfs rw 0 0\n", "utf-8")
    assert filesystem_of(inner / "deep", mounts) == "nfs"


def test_the_machine_itself_is_asked_where_there_is_no_list(tmp_path: Path) -> None:
    assert filesystem_of(tmp_path, tmp_path / "no such file") != ""


def test_a_state_directory_is_private(tmp_path: Path) -> None:
    state = StateDir(tmp_path / "a" / "b")
    state.prepare()
    assert mode(state.root) == 0o700
    assert (state.root / ".gitignore").read_text() == "*\n"
    state.prepare()


def test_a_state_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateUnavailableError, match="cannot use the state directory"):
        StateDir(tmp_path / "file" / "state").prepare()


def test_a_run_folder_is_private_and_so_is_all_above_it(tmp_path: Path) -> None:
    state = StateDir(tmp_path / "state")
    state.prepare()
    folder = state.run_folder("a", "20261120T060000Z-7f3k9q")
    folder.make()
    folder.make()
    assert folder.path == state.runs / "a" / "2026-11" / "20261120T060000Z-7f3k9q"
    for path in (folder.path, *list(folder.path.parents)[:3]):
        assert mode(path) == 0o700, path


@pytest.mark.parametrize("write", [write_file, write_durably])
def test_files_are_private_and_whole(tmp_path: Path, write: object) -> None:
    assert callable(write)
    path = tmp_path / "file"
    body = os.urandom(3_000_000)
    write(path, b"before")
    write(path, body)
    assert path.read_bytes() == body
    assert mode(path) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_reader_never_sees_half_of_a_durable_file(tmp_path: Path) -> None:
    """The old file stays as it was for whoever has it open."""
    path = tmp_path / "file"
    write_durably(path, b"before")
    with path.open("rb") as opened:
        write_durably(path, b"after")
        assert opened.read() == b"before"
    assert path.read_bytes() == b"after"


def test_what_a_crash_left_beside_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "file"
    (tmp_path / ".file.new").write_bytes(b"half of somethi" * 100)
    write_durably(path, b"whole")
    assert path.read_bytes() == b"whole"


def test_run_folders_know_their_files(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert folder.receipt.name == "run_receipt.json"
    assert folder.events.name == "events.jsonl"
