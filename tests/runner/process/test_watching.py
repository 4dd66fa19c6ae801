"""Changes in folders are told, by the operating system's own means."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

import pytest
from watchfiles import Change

from runner.process.watching import FolderWatch
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextlib.contextmanager
def watching(folder: Path) -> Iterator[Callable[[Path], None]]:
    """Watches; yields what changes a file until the change was told."""
    told = threading.Event()
    watch = FolderWatch(told.set, "/nowhere")
    watch.look_at([str(folder)])

    def change(path: Path) -> None:
        told.clear()

        def look() -> bool:
            # The system begins to watch some time after it was asked to.
            path.write_text("x", "utf-8")
            return told.wait(0.05)

        wait_until(look, f"a change of {path} to be told")

    try:
        yield change
    finally:
        watch.close()


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
    assert watch._counts(Change.modified, path) is counts


def test_folders_that_are_not_there_are_no_reason_to_fail(tmp_path: Path) -> None:
    watch = FolderWatch(lambda: None, "/nowhere")
    watch.look_at([str(tmp_path / "not there")])
    assert not watch.works
    watch.close()
