"""Hands on one key after the other: what a key opens is to have the next one.

People type ahead, and slow lines deliver several keys at once. Textual would give them
all to what has the focus now.
"""

from __future__ import annotations

import contextlib
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ScreenStackError

from jobconsole.parts.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual import events
    from textual.app import App
    from textual.message_pump import MessagePump

PATIENCE_SECONDS = 0.2
"""How long a key may be under way before the next one is handed on all the same."""


class Keyboard:
    """The keys that were pressed; the first is under way until all have heard it."""

    def __init__(
        self, app: App[str], deliver: Callable[[events.Key], Awaitable[None]]
    ) -> None:
        self._app = app
        self._deliver = deliver
        self._keys: deque[events.Key] = deque()

    async def press(self, key: events.Key) -> None:
        """Take a key as it comes from the terminal."""
        self._keys.append(key)
        if len(self._keys) == 1:
            await self._hand_on()
        else:
            # Who had the key before may be gone without a word.
            later = partial(self._next, self._keys[0])
            self._app.set_timer(PATIENCE_SECONDS, later)

    async def _hand_on(self) -> None:
        key, screen = self._keys[0], self._app.screen
        if isinstance(screen, Dialog) and screen.keeps(key):
            self._hear((), key)
            return
        way = (self._app.focused or screen).ancestors_with_self
        await self._deliver(key)
        # Twice: a widget may answer a key with a message, which goes the same way.
        self._hear([*way[:-1], *way[:-1]], key)

    def _hear(self, nodes: Sequence[MessagePump], key: events.Key) -> None:
        """Follow a key on its way up, behind it in the queue of each node."""
        if nodes:
            nodes[0].call_later(self._hear, nodes[1:], key)
        else:
            self._app.call_later(self._next, key)

    async def _next(self, heard: events.Key) -> None:
        if self._keys and self._keys[0] is heard:
            self._keys.popleft()
            # Of a console that closes, no screen is left to have the rest.
            with contextlib.suppress(ScreenStackError):
                if self._keys:
                    await self._hand_on()
