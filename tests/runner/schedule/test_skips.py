from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runner.model.schedule import Cron, Every, Manual, Once
from runner.schedule import fires, timetable, without

SCHEDULES = st.sampled_from(
    [Every(600), Every(3600, 60), Cron("*/30 * * * *", "UTC"), Once(7200), Manual()]
)
INSTANTS = st.integers(0, 100).map(lambda n: n * 300)


def test_nothing_left_out_is_the_same_timetable() -> None:
    t = timetable(Every(60))
    assert without(t, ()) is t


@given(SCHEDULES, st.sets(INSTANTS), INSTANTS, INSTANTS)
def test_as_if_it_never_fired_then(
    schedule: Every | Cron | Once | Manual, out: set[int], after: int, more: int
) -> None:
    """Instants at which it does not fire anyway change nothing."""
    t = timetable(schedule)
    until = after + more
    left = [fire for fire in fires(t, after, until) if fire not in out]
    some = without(t, out)
    assert list(fires(some, after, until)) == left
    assert some.count(after, until) == len(left)
    latest = some.latest(until)
    assert (latest if latest is not None and latest > after else None) == (
        left[-1] if left else None
    )
    assert some.count(until, after) == 0 or more == 0
