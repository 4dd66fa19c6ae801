"""Waiting ends by time, by another thread, or by a signal."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from runner.process.wake import ENDING, Wake

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


@pytest.mark.parametrize("number", ENDING, ids=str)
def test_a_signal_ends_it_and_asks_to_stop(number: signal.Signals) -> None:
    with Wake() as wake:
        thread = threading.Thread(target=os.kill, args=(os.getpid(), number))
        thread.start()
        assert wake.wait(LONG_MS)
        thread.join()
        assert wake.stopping


def test_the_signals_are_given_back() -> None:
    before = [signal.getsignal(number) for number in ENDING]
    with Wake():
        assert [signal.getsignal(number) for number in ENDING] != before
    assert [signal.getsignal(number) for number in ENDING] == before
