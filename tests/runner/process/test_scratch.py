"""Folders of runs: made for one run only, and removed whatever is in them."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from runner.model.errors import LaunchError
from runner.process.scratch import make_scratch, remove_scratch, scratch_path

RUN = "20261120T060000Z-7f3k9q"
AS_ROOT = os.geteuid() == 0
SOCKET_PATH_BYTES = 104
"""What macOS has room for in a socket's address."""


def made(root: Path) -> Path:
    return make_scratch(RUN, {"TMPDIR": str(root)})


def test_a_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = made(tmp_path)
    assert path == tmp_path / f"jobconsole-{RUN}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert remove_scratch(path)
    assert not path.exists()


@pytest.mark.parametrize("environment", [{}, {"TMPDIR": ""}])
def test_it_is_in_tmp_where_nothing_else_is_said(environment: dict[str, str]) -> None:
    path = scratch_path(RUN, environment)
    assert path == Path(f"/tmp/jobconsole-{RUN}")
    assert len(bytes(path)) < SOCKET_PATH_BYTES // 2


def _file(path: Path) -> None:
    path.write_text("here before")


def _link(path: Path) -> None:
    path.symlink_to("/")


@pytest.mark.parametrize("occupy", [Path.mkdir, _file, _link])
def test_what_is_there_already_is_not_taken(tmp_path: Path, occupy: object) -> None:
    assert callable(occupy)
    occupy(tmp_path / f"jobconsole-{RUN}")
    with pytest.raises(LaunchError, match="File exists"):
        made(tmp_path)


def test_it_cannot_be_made_where_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match="No such file"):
        made(tmp_path / "nowhere")


def test_folders_that_may_not_be_written_to_are_removed_too(tmp_path: Path) -> None:
    path = made(tmp_path)
    inner = path / "a/b/c"
    inner.mkdir(parents=True)
    (inner / "file").touch(0o400)
    for folder, mode in ((inner, 0o500), (inner.parent, 0o000), (path, 0o500)):
        folder.chmod(mode)
    assert remove_scratch(path)
    assert not path.exists()


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(0o500)
    path = made(tmp_path)
    (path / "folder").symlink_to(outside)
    (path / "file").symlink_to(__file__)
    (path / "dangling").symlink_to("nowhere")
    assert remove_scratch(path)
    assert stat.S_IMODE(outside.stat().st_mode) == 0o500
    assert Path(__file__).exists()


def test_sockets_and_pipes_are_removed(tmp_path: Path) -> None:
    path = made(tmp_path)
    os.mkfifo(path / "pipe")
    assert remove_scratch(path)


def test_one_that_is_gone_is_gone(tmp_path: Path) -> None:
    assert remove_scratch(tmp_path / f"jobconsole-{RUN}")
    assert remove_scratch(tmp_path / "nowhere" / f"jobconsole-{RUN}")


def test_nothing_else_is_touched(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    link = tmp_path / "jobconsole-link"
    link.symlink_to(other)
    file = tmp_path / "jobconsole-file"
    file.touch()
    assert not any(map(remove_scratch, (other, link, file)))
    assert other.exists()
    assert link.is_symlink()
    assert file.exists()


@pytest.mark.skipif(not AS_ROOT, reason="needs root to give a folder away")
def test_the_folder_of_somebody_else_is_not_touched(tmp_path: Path) -> None:
    path = made(tmp_path)
    os.chown(path, 65534, 65534)
    assert not remove_scratch(path)
    assert path.exists()


def test_a_tree_beyond_all_depth_raises_nothing(tmp_path: Path) -> None:
    path = made(tmp_path)
    folder = os.open(path, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=folder)
        deeper = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = deeper
    os.close(folder)
    assert remove_scratch(path) is not path.exists()
    subprocess.run(["rm", "-rf", path], check=True)
