"""Ends the console when the system says so, even if its terminal is in the way."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

SIGNALS = (signal.SIGHUP, signal.SIGTERM)
PATIENCE_SECONDS = 2.0


def leave_when_told(leave: Callable[[], object]) -> None:
    """Call `leave` on SIGHUP and SIGTERM; end at once where that takes too long.

    A terminal that is gone, or takes nothing any more, can hold the event loop for
    ever: so the handler is not one of the loop. Nothing is lost by leaving at once.
    """

    def told(number: int, _frame: FrameType | None) -> None:
        last = threading.Timer(PATIENCE_SECONDS, os._exit, (128 + number,))
        last.daemon = True
        last.start()
        leave()

    for number in SIGNALS:
        signal.signal(number, told)
