from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.store import meta, ticks
from runner.store.ticks import First, Look, Ordinary, Pair, Tick, Window

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


def test_the_ticks_around_a_time(index: Connection) -> None:
    first, second, third = (later(wall, wall, wall) for wall in (0, 10_000, 20_000))
    for look in (first, second, third):
        ticks.record(index, look, "cron", 60)
    around = around_at(index, first.wall_ms + 5_000)
    assert around == Pair(Tick(first, "cron", 60), Tick(second, "cron", 60))
    at_the_second = around_at(index, second.wall_ms)
    assert at_the_second == around
    assert around_at(index, third.wall_ms + 1) == Pair(Tick(third, "cron", 60), None)
    assert around_at(index, first.wall_ms) is None


def test_the_ticks_around_a_time_that_came_twice(index: Connection) -> None:
    """It counts from the first time on which side it was decided."""
    walls = (0, 10_000, 20_000, 2_000, 12_000)
    looks = [later(wall, n, n) for n, wall in enumerate(walls)]
    for look in looks:
        ticks.record(index, look)
    at_ms = BEFORE.wall_ms + 5_000
    first = around_at(index, at_ms, looks[1].wall_ms)
    again = around_at(index, at_ms, looks[4].wall_ms)
    assert first is not None
    assert again is not None
    assert (first.before.look, again.before.look) == (looks[0], looks[3])


def around_at(
    index: Connection, at_ms: int, decided_ms: int | None = None
) -> Pair | None:
    now_ms = BEFORE.wall_ms + 60_000
    return ticks.around(
        index, at_ms, at_ms if decided_ms is None else decided_ms, now_ms
    )


def test_ticks_between_which_something_was(index: Connection) -> None:
    looks = [
        later(0, 0, 0),
        later(61_000, 61_000, 61_000),
        later(131_000, 131_000, 131_000),  # later than agreed
        later(151_000, 142_000, 151_000),  # a doze
        later(191_000, 162_000, 191_000),  # a sleep
        later(201_000, 0, 0, "two"),
    ]
    for look in looks:
        ticks.record(index, look, period=60)
    everything = Window(0, BEFORE.wall_ms + 1_000_000)
    ordinary = Ordinary(grace_ms=5_000, asleep_ms=10_000)
    found = ticks.apart(index, everything, ordinary)
    assert [pair.before.look for pair in found] == [looks[4], looks[3], looks[1]]
    after = Window(looks[3].wall_ms, looks[4].wall_ms)
    (sleep,) = ticks.apart(index, after, ordinary)
    assert sleep.before.look == looks[3]


def test_the_period_is_the_one_that_was_said_last(index: Connection) -> None:
    ticks.record(index, BEFORE)
    meta.put(index, {meta.PERIOD: "60"})
    ticks.record(index, later(1, 1, 1))
    ticks.record(index, later(2, 2, 2), period=30)
    assert [tick.period for tick in ticks.latest(index, 3)] == [30, 60, 300]


def test_whether_the_first_tick_is_kept(
    index: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticks, "_KEPT", 2)
    assert ticks.first(index) is None
    ticks.record(index, BEFORE)
    assert ticks.first(index) == First(BEFORE.wall_ms, is_the_first=True)
    for number in (1, 2):
        ticks.record(index, later(number, 0, 0))
    assert ticks.first(index) == First(BEFORE.wall_ms + 1, is_the_first=False)


def test_old_looks_are_forgotten(
    index: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticks, "_KEPT", 3)
    for number in range(10):
        ticks.record(index, later(number, 0, 0))
    assert index.execute("SELECT count(*) FROM ticks").fetchone()[0] == 3
    assert ticks.last(index) == later(9, 0, 0)
