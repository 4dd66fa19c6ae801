"""What two looks at three clocks tell of the time between them."""

from __future__ import annotations

import pytest

from runner.engine.absence import Between
from runner.model.system import Absence, Gap
from runner.store.ticks import Look

MINUTE = 60_000
HOUR = 60 * MINUTE
PERIOD = 300
BEFORE = Look(wall_ms=1_000 * HOUR, awake_ms=5 * HOUR, continuous_ms=9 * HOUR, boot="a")


def between(wall: int, awake: int, continuous: int) -> Between:
    """Each clock has moved on by so much."""
    after = Look(
        BEFORE.wall_ms + wall,
        BEFORE.awake_ms + awake,
        BEFORE.continuous_ms + continuous,
        BEFORE.boot,
    )
    return Between(BEFORE, after, PERIOD)


def booted(wall: int, awake: int, continuous: int) -> Between:
    """The machine was started anew, and has been up for so long."""
    after = Look(BEFORE.wall_ms + wall, awake, continuous, "b")
    return Between(BEFORE, after, PERIOD)


@pytest.mark.parametrize(
    ("it", "cause"),
    [
        (between(5 * MINUTE, 5 * MINUTE, 5 * MINUTE), None),
        (between(330_000, 330_000, 330_000), None),  # a little late, as drivers are
        (between(331_000, 331_000, 331_000), Absence.NOT_CALLED),
        (between(2 * HOUR, 4 * MINUTE, 2 * HOUR), Absence.ASLEEP),
        # Up to a period before the sleep, up to another one after it.
        (between(2 * HOUR, 10 * MINUTE, 2 * HOUR), Absence.ASLEEP),
        (between(2 * HOUR, 11 * MINUTE, 2 * HOUR), Absence.NOT_CALLED),
        (between(3 * HOUR, 2 * HOUR, 3 * HOUR), Absence.NOT_CALLED),
        (between(5 * MINUTE, 5 * MINUTE - 9_000, 5 * MINUTE), None),  # a short doze
        (between(2 * HOUR, 5 * MINUTE, 5 * MINUTE), None),  # the clock was set
        (between(-2 * HOUR, 5 * MINUTE, 5 * MINUTE), None),
        (between(-500, -500, -500), None),  # written a little after another one
        (booted(2 * HOUR, MINUTE, MINUTE), Absence.OFF),
        (booted(4 * MINUTE, MINUTE, MINUTE), Absence.OFF),
    ],
)
def test_what_is_to_blame(it: Between, cause: Absence | None) -> None:
    assert it.cause is cause
    assert (it.gap() is None) is (cause is None)


@pytest.mark.parametrize(
    ("it", "long"),
    [
        (between(330_000, 330_000, 330_000), False),
        (between(331_000, 20_000, 331_000), True),
        (between(2 * HOUR, 300_000, 300_000), False),  # only by the clock that was set
        (between(-2 * HOUR, HOUR, HOUR), True),
        (booted(4 * MINUTE, MINUTE, MINUTE), False),
        (booted(2 * HOUR, MINUTE, MINUTE), True),
    ],
)
def test_whether_it_was_longer_than_agreed(it: Between, long: bool) -> None:
    assert it.is_long is long


def test_part_of_it_asleep_and_part_of_it_not_called() -> None:
    assert between(3 * HOUR, 2 * HOUR, 3 * HOUR).gap() == Gap(
        since_ms=BEFORE.wall_ms,
        until_ms=BEFORE.wall_ms + 3 * HOUR,
        cause=Absence.NOT_CALLED,
        asleep_ms=HOUR,
        uncalled_ms=2 * HOUR,
    )


def test_off_and_then_not_called() -> None:
    gap = booted(3 * HOUR, 50 * MINUTE, HOUR).gap()
    assert gap is not None
    assert gap.booted_ms == BEFORE.wall_ms + 2 * HOUR
    assert (gap.asleep_ms, gap.uncalled_ms) == (10 * MINUTE, 50 * MINUTE)


@pytest.mark.parametrize(
    ("it", "set_ms"),
    [
        (between(5 * MINUTE, 5 * MINUTE, 5 * MINUTE), 0),
        (between(5 * MINUTE + 60_000, 5 * MINUTE, 5 * MINUTE), 0),  # slewed
        (between(5 * MINUTE - 60_000, 5 * MINUTE, 5 * MINUTE), 0),
        (between(2 * HOUR, 5 * MINUTE, 5 * MINUTE), 115 * MINUTE),
        (between(-HOUR, 5 * MINUTE, 5 * MINUTE), -65 * MINUTE),
        (between(2 * HOUR, 5 * MINUTE, HOUR), HOUR),  # it slept, and was set
        (booted(2 * HOUR, MINUTE, MINUTE), 0),  # off: that cannot be told
        (booted(-HOUR, MINUTE, MINUTE), -HOUR),
    ],
)
def test_whether_the_clock_was_set(it: Between, set_ms: int) -> None:
    assert it.set_ms == set_ms


@pytest.mark.parametrize("wall", [-HOUR, MINUTE, 2 * HOUR])
def test_a_machine_is_started_between_the_looks(wall: int) -> None:
    """Even where the clocks contradict each other."""
    it = booted(wall, 90 * MINUTE, 90 * MINUTE)
    assert it.booted_ms is not None
    assert it.booted_ms <= it.after.wall_ms
    assert it.passed_ms >= 0
