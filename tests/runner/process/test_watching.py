"""Changes in folders are told, by the operating system's own means."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from watchfiles import Change as Changed

from runner.process.watching import FolderWatch
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Change:
    """Changes a file until the change was told."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._told = threading.Event()
        self.watch = FolderWatch(self._told.set, "/nowhere")
        self.again()

    def again(self) -> None:
        self.watch.look_at([self._folder])

    def __call__(self, path: Path) -> None:
        self._told.clear()

        def look() -> bool:
            # The system begins to watch some time after it was asked to.
            path.write_text("x", "utf-8")
            return self._told.wait(0.05)

        wait_until(look, f"a change of {path} to be told")


CANNOT_WATCH = """
import sys, threading
from runner.process.watching import FolderWatch
told = threading.Event()
watch = FolderWatch(told.set, "/nowhere")
watch.look_at(sys.argv[1:])
watch._thread.join()
print(told.is_set(), watch.works)
"""


@contextlib.contextmanager
def watching(folder: Path) -> Iterator[Change]:
    change = Change(folder)
    try:
        yield change
    finally:
        change.watch.close()


def test_a_change_is_told(tmp_path: Path) -> None:
    with watching(tmp_path) as change:
        change(tmp_path / "a file")


def test_other_folders_from_now_on(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    told = threading.Event()
    watch = FolderWatch(told.set, "/nowhere")
    watch.look_at([str(first)])
    watch.look_at([str(second), str(tmp_path / "not there")])
    assert watch.works

    def look() -> bool:
        (second / "a file").write_text("x", "utf-8")
        return told.wait(0.05)

    wait_until(look, "a change in the second folder")
    watch.close()


def test_a_folder_in_the_place_of_another_is_watched(tmp_path: Path) -> None:
    folder = tmp_path / "jobs"
    folder.mkdir()
    with watching(folder) as change:
        change(folder / "a file")
        folder.rename(tmp_path / "old")
        folder.mkdir()
        change.again()
        change(folder / "a file")


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/p/.state", False),
        ("/p/.state/index.db", False),
        ("/p/.state-of-mind", True),
        ("/p/teleclaude.yml", True),
    ],
)
def test_what_is_apart_does_not_count(path: str, counts: bool) -> None:
    watch = FolderWatch(lambda: None, "/p/.state")
    assert watch._counts(Changed.modified, path) is counts


def test_folders_that_are_not_there_are_no_reason_to_fail(tmp_path: Path) -> None:
    watch = FolderWatch(lambda: None, "/nowhere")
    watch.look_at([str(tmp_path / "not there")])
    assert not watch.works
    watch.close()


def test_a_folder_that_went_away_just_now_is_told(tmp_path: Path) -> None:
    told = threading.Event()
    watch = FolderWatch(told.set, "/nowhere")
    watch.works = True
    watch._watch(frozenset({str(tmp_path / "gone")}), threading.Event())
    assert told.is_set()
    assert not watch.works


@pytest.mark.parametrize("what", ["watches", "instances"])
def test_a_system_that_watches_no_more_is_told(tmp_path: Path, what: str) -> None:
    """As where others of the same user watch very much."""
    limit = f"/proc/sys/user/max_inotify_{what}"
    script = f'echo 0 >{limit} && exec "$@"'
    inside = ("unshare", "--user", "--map-root-user", "sh", "-c", script, "sh")
    if shutil.which("unshare") is None or subprocess.call([*inside, "true"]) != 0:
        pytest.skip("there are no namespaces of users here")
    program = (sys.executable, "-c", CANNOT_WATCH, str(tmp_path))
    ended = subprocess.run(
        [*inside, *program],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.stdout, ended.stderr) == ("True False\n", "")
