from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.store import ticks
from runner.store.ticks import Look

if TYPE_CHECKING:
    from runner.store.db import Connection

BEFORE = Look(wall_ms=1_000_000, awake_ms=5_000, continuous_ms=6_000, boot="one")


def later(wall: int, awake: int, continuous: int, boot: str = "one") -> Look:
    return Look(
        BEFORE.wall_ms + wall,
        BEFORE.awake_ms + awake,
        BEFORE.continuous_ms + continuous,
        boot,
    )


@pytest.mark.parametrize(
    ("look", "step"),
    [
        (later(300_000, 300_000, 300_000), 0),
        (later(300_000, 10_000, 300_000), 0),  # it slept
        (later(3_900_000, 300_000, 300_000), 3_600_000),
        (later(-3_300_000, 300_000, 300_000), -3_600_000),
        (later(0, 300_000, 300_000), -300_000),
        (later(300_000, -4_000, -5_000, "two"), 0),  # off for a while
        (later(-300_000, -4_000, -5_000, "two"), -300_000),
    ],
)
def test_how_far_the_wall_clock_was_set(look: Look, step: int) -> None:
    assert look.step_since(BEFORE) == step


def test_the_last_look_is_kept(index: Connection) -> None:
    assert ticks.last(index) is None
    ticks.record(index, BEFORE)
    ticks.record(index, later(-500, 1, 1))
    assert ticks.last(index) == later(-500, 1, 1)


def test_old_looks_are_forgotten(
    index: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticks, "_KEPT", 3)
    for number in range(10):
        ticks.record(index, later(number, 0, 0))
    assert index.execute("SELECT count(*) FROM ticks").fetchone()[0] == 3
    assert ticks.last(index) == later(9, 0, 0)
