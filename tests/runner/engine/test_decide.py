from __future__ import annotations

import time
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.engine.decide import CATCH_UP_MOST, Policy, Verdict, decide
from runner.model.job import CatchUp
from runner.model.occurrence import Reason, Stretch
from runner.model.schedule import At, Cron, Every, Once
from runner.schedule import Timetable, fires, timetable

PUNCTUAL = 360
HOURLY = timetable(Every(3600))
H = 3600


def policy(
    catch_up: CatchUp = CatchUp.LATEST,
    grace: int | None = None,
    standing: Reason | None = None,
) -> Policy:
    return Policy(standing, catch_up, grace, PUNCTUAL)


class Case(NamedTuple):
    now: int
    policy: Policy
    wanted: list[int]
    declined: list[tuple[Stretch, Reason]]


MISSED, MISFIRED = Reason.MISSED, Reason.MISFIRED
CASES = {
    "nothing was due": Case(H - 1, policy(), [], []),
    "on time": Case(H, policy(), [H], []),
    "one, late": Case(2 * H - 1, policy(), [H], []),
    "the latest of several": Case(
        5 * H + 9, policy(), [5 * H], [(Stretch(H, 4 * H, 4), MISSED)]
    ),
    "none, but punctual": Case(H + PUNCTUAL, policy(CatchUp.NONE), [H], []),
    "none, and late": Case(
        H + PUNCTUAL + 1, policy(CatchUp.NONE), [], [(Stretch(H, H, 1), MISSED)]
    ),
    "none of several, but the last": Case(
        3 * H, policy(CatchUp.NONE), [3 * H], [(Stretch(H, 2 * H, 2), MISSED)]
    ),
    "none of several": Case(
        3 * H + 999, policy(CatchUp.NONE), [], [(Stretch(H, 3 * H, 3), MISSED)]
    ),
    "all": Case(3 * H, policy(CatchUp.ALL), [H, 2 * H, 3 * H], []),
    "all, but not more than that": Case(
        150 * H,
        policy(CatchUp.ALL),
        [n * H for n in range(51, 151)],
        [(Stretch(H, 50 * H, 50), MISSED)],
    ),
    "within the grace": Case(H + 60, policy(grace=60), [H], []),
    "beyond the grace": Case(
        H + 61, policy(grace=60), [], [(Stretch(H, H, 1), MISFIRED)]
    ),
    "the grace bounds all": Case(
        4 * H,
        policy(CatchUp.ALL, grace=H),
        [3 * H, 4 * H],
        [(Stretch(H, 2 * H, 2), MISFIRED)],
    ),
    "missed and misfired": Case(
        4 * H + 999,
        policy(grace=60),
        [],
        [(Stretch(H, 3 * H, 3), MISSED), (Stretch(4 * H, 4 * H, 1), MISFIRED)],
    ),
    "a condition takes them all": Case(
        3 * H,
        policy(CatchUp.ALL, standing=Reason.PAUSED),
        [],
        [(Stretch(H, 3 * H, 3), Reason.PAUSED)],
    ),
    "a condition takes nothing where nothing is": Case(
        H - 1, policy(standing=Reason.DISABLED), [], []
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_who_runs_and_why_the_others_do_not(case: Case) -> None:
    verdict = decide(HOURLY, 0, case.now, case.policy)
    assert verdict == Verdict(case.wanted, case.declined)


SCHEDULES = st.one_of(
    st.builds(Every, st.integers(1, 4000), st.just(0)),
    st.builds(Once, st.integers(0, 400_000)),
    st.sampled_from(
        [
            Cron("*/7 * * * *", "UTC"),
            Cron("30 2 * * *", "Europe/Amsterdam"),
            At(((2, 30), (14, 0)), "America/New_York", (0, 3)),
        ]
    ),
)
POLICIES = st.builds(
    Policy,
    st.sampled_from([None, None, Reason.PAUSED]),
    st.sampled_from(CatchUp),
    st.none() | st.integers(0, 10_000),
    st.integers(0, 1000),
)


@given(SCHEDULES, st.integers(0, 100_000), st.integers(0, 300_000), POLICIES)
def test_every_fire_is_wanted_or_declined_once(
    schedule: Every | Once | Cron | At, cursor: int, gone: int, how: Policy
) -> None:
    t = timetable(schedule)
    now = cursor + gone
    verdict = decide(t, cursor, now, how)
    judged = list(verdict.wanted)
    for stretch, _ in verdict.declined:
        inside = list(fires(t, stretch.first - 1, stretch.last))
        assert len(inside) == stretch.fires
        assert (inside[0], inside[-1]) == (stretch.first, stretch.last)
        judged += inside
    assert sorted(judged) == list(fires(t, cursor, now))
    assert verdict.wanted == sorted(verdict.wanted)
    assert len(verdict.wanted) <= CATCH_UP_MOST
    assert len(verdict.declined) <= 2
    assert all(how.grace is None or now - fire <= how.grace for fire in verdict.wanted)
    assert how.standing is None or not verdict.wanted


YEAR = 366 * 24 * H


@pytest.mark.parametrize(
    "t",
    [timetable(Every(60)), timetable(Cron("* * * * *", "Europe/Amsterdam"))],
    ids=["every", "cron"],
)
@pytest.mark.parametrize("catch_up", CatchUp)
def test_a_year_away_costs_no_walk(t: Timetable, catch_up: CatchUp) -> None:
    """Every minute for a year: half a million fires, one stretch."""
    started = time.perf_counter()
    verdict = decide(t, 1_500_000_000, 1_500_000_000 + YEAR, policy(catch_up))
    assert time.perf_counter() - started < 0.05
    assert len(verdict.declined) <= 1
    assert sum(s.fires for s, _ in verdict.declined) + len(verdict.wanted) == YEAR // 60
