"""Lets a doctor that is told to end clear away what it had started elsewhere."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_SIGNALS = (signal.SIGHUP, signal.SIGTERM)


@contextlib.contextmanager
def ending_tidily() -> Iterator[None]:
    """A closed terminal ends what is inside as Ctrl-C does, but with SystemExit."""

    def end(number: int, _frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)  # nothing is to stop the clearing away
        raise SystemExit(128 + number)

    before = {number: signal.getsignal(number) for number in _SIGNALS}
    before = {it: told for it, told in before.items() if told is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, told in before.items():
            signal.signal(number, told)
