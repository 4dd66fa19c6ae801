"""Waiting ends by time, by another thread, or by a signal."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from runner.process.wake import ENDING, Wake

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG_MS = 60_000


def test_time_ends_it() -> None:
    with Wake() as wake:
        assert not wake.wait(1)
        assert not wake.stopping


def test_another_thread_ends_it() -> None:
    with Wake() as wake:
        thread = threading.Thread(target=wake.rouse)
        thread.start()
        began = time.monotonic()
        assert wake.wait(LONG_MS)
        thread.join()
        assert time.monotonic() - began < LONG_MS / 1000
        assert not wake.stopping


def test_what_came_before_counts_once() -> None:
    with Wake() as wake:
        wake.rouse()
        wake.rouse()
        assert wake.wait(LONG_MS)
        assert not wake.wait(0)


@contextlib.contextmanager
def handled(number: signal.Signals, how: signal.Handlers) -> Iterator[None]:
    """As it is when a program begins, whoever may have begun these tests."""
    before = signal.signal(number, how)
    try:
        yield
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_and_asks_to_stop(number: signal.Signals) -> None:
    with handled(number, signal.SIG_DFL), Wake() as wake:
        assert signal.getsignal(number) == wake._stop  # or it would end the tests
        thread = threading.Thread(target=os.kill, args=(os.getpid(), number))
        thread.start()
        assert wake.wait(LONG_MS)
        thread.join()
        assert wake.stopping


def test_a_signal_that_is_to_be_ignored_still_is() -> None:
    """As by `nohup`."""
    with handled(signal.SIGHUP, signal.SIG_IGN):
        with Wake() as wake:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not wake.wait(0)
            assert not wake.stopping
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_the_signals_are_given_back() -> None:
    before = [signal.getsignal(number) for number in ENDING]
    with Wake():
        assert [signal.getsignal(number) for number in ENDING] != before
    assert [signal.getsignal(number) for number in ENDING] == before
