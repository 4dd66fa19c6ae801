"""Tells when something changes in folders, by what the operating system says."""

from __future__ import annotations

import os
import stat
import threading
from typing import TYPE_CHECKING

from watchfiles import watch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from watchfiles import Change

_STEP_MS = 200
"""How often the library looks what the system has told it: a wake-up each."""

_MOST_MS = 1_000
"""Changes that do not cease are told this often."""

_FIRST_MS = 1_000
"""From the beginning to the first word, whether or not something has changed."""


class FolderWatch:
    """Calls `notify`, in a thread of its own, whenever something in a folder changes.

    And once soon after it began, for what changed before. Folders below are not
    watched, nor is anything told of `apart`. Where the system cannot watch, `works` is
    False from then on.
    """

    def __init__(self, notify: Callable[[], None], apart: str) -> None:
        self.works = False
        self._notify = notify
        self._apart = apart
        self._folders: dict[str, tuple[int, int]] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def look_at(self, folders: Collection[str]) -> None:
        """Watch these from now on; those that are not there are left out."""
        # Another folder may have taken the place of one that is watched.
        there = {path: place for path in folders if (place := _place(path))}
        if there == self._folders:
            return
        self.close()
        self._folders, self._stop = there, threading.Event()
        self.works = bool(there)
        self._thread = threading.Thread(
            target=self._watch, args=(frozenset(there), self._stop), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self, folders: frozenset[str], stop: threading.Event) -> None:
        try:
            changes = watch(
                *folders,
                watch_filter=self._counts,
                step=_STEP_MS,
                debounce=_MOST_MS,
                stop_event=stop,
                rust_timeout=_FIRST_MS,
                yield_on_timeout=True,
                recursive=False,
            )
            begun = False
            for changed in changes:
                # What changed before it was watched is seen by nobody else.
                if changed or not begun:
                    self._notify()
                begun = True
        # Too many watches, too many who watch (a RuntimeError of the library's own), or
        # a folder that went away just now.
        except (OSError, RuntimeError):
            self.works = False
            self._notify()

    def _counts(self, _change: Change, path: str) -> bool:
        return path != self._apart and not path.startswith(f"{self._apart}{os.sep}")


def _place(path: str) -> tuple[int, int] | None:
    """Which folder it is; None where there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116  hot
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None
