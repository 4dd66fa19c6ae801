"""Tells when something changes in folders, by what the operating system says."""

from __future__ import annotations

import os
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


class FolderWatch:
    """Calls `notify`, in a thread of its own, whenever something in a folder changes.

    Folders below are not watched, nor is anything told of `apart`. Where the system
    cannot watch, `works` is False from then on.
    """

    def __init__(self, notify: Callable[[], None], apart: str) -> None:
        self.works = False
        self._notify = notify
        self._apart = apart
        self._folders: frozenset[str] = frozenset()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def look_at(self, folders: Collection[str]) -> None:
        """Watch these from now on; those that are not there are left out."""
        there = frozenset(filter(os.path.isdir, folders))
        if there == self._folders:
            return
        self.close()
        self._folders, self._stop = there, threading.Event()
        self.works = bool(there)
        self._thread = threading.Thread(
            target=self._watch, args=(there, self._stop), daemon=True
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
                rust_timeout=0,
                recursive=False,
            )
            for _ in changes:
                self._notify()
        except OSError:  # too many watches, or a folder that went away just now
            self.works = False
            self._notify()

    def _counts(self, _change: Change, path: str) -> bool:
        return path != self._apart and not path.startswith(f"{self._apart}{os.sep}")
