"""Watches the project in a thread and tells the console what changed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from textual.message import Message

from runner import api
from runner.model.errors import JobconsoleError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from contextlib import AbstractContextManager

    from runner.model.snapshot import Snapshot

POLL_MS = 200
ATTEND_MS = 2_000

REST, ATTEND_REST = 15, 200
"""How many times as long as a look, or attending, took the watcher rests from it."""


class Seen(Message):
    """The project as it is now."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot

    def can_replace(self, message: Message) -> bool:
        """The last one is all there is to know, however many have come meanwhile."""
        return isinstance(message, Seen)


class Lost(Message):
    """The project cannot be watched any more."""

    def __init__(self, error: JobconsoleError) -> None:
        super().__init__()
        self.error = error


class Failed(Message):
    """The watcher has a bug."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class Watcher:
    """One thread with one connection. It changes something only if it `attends`."""

    def __init__(
        self,
        opened: Callable[[], AbstractContextManager[api.Project]],
        post: Callable[[Message], object],
        *,
        attends: bool,
    ) -> None:
        self._opened = opened
        self._post = post
        self._attends = attends
        self._stopping = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="watcher")

    def start(self) -> None:
        self._thread.submit(self._run).add_done_callback(self._ended)

    def stop(self) -> None:
        self._stopping.set()
        self._thread.shutdown()

    def _ended(self, run: Future[None]) -> None:
        error = run.exception()
        if error is not None:
            self._post(Failed(error))

    def _run(self) -> None:
        try:
            with self._opened() as project, project.state_errors():
                self._watch(project)
        except JobconsoleError as error:
            self._post(Lost(error))
        except OSError as error:
            self._post(
                Lost(StateUnavailableError(f"the state cannot be read: {error}"))
            )

    def _watch(self, project: api.Project) -> None:
        watch = api.watch(project)
        clock = project.clock
        attend_at = clock.awake_ms() + ATTEND_MS
        rest_ms = 0
        while not self._stopping.wait(rest_ms / 1000):
            began = clock.awake_ms()
            snapshot = watch.look()
            if snapshot is not None:
                self._post(Seen(snapshot))
            looked = clock.awake_ms()
            if self._attends and looked >= attend_at:
                watch.attend()
                took = clock.awake_ms() - looked
                attend_at = looked + max(ATTEND_MS, ATTEND_REST * took)
            rest_ms = max(POLL_MS, REST * (looked - began))
