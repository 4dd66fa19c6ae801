"""The agenda: every fire once, what gets in its way, and what became of the past."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner import api
from runner.engine.enqueue import decode_schedule
from runner.model.agenda import Coming, Effect
from runner.model.instants import parse_ms
from runner.model.occurrence import Reason
from runner.model.orders import Decision, Order
from runner.model.run import RunStatus, Trigger, duration_mark
from runner.model.schedule import Legacy
from runner.schedule import fires, timetable
from runner.store import jobs
from tests.helpers.still import Still, at, still

if TYPE_CHECKING:
    from runner.model.agenda import Agenda

START = at("2026-01-05 00:00")
HOUR = 3600
DAY = 24 * HOUR
HOURLY = {"when": {"every": HOUR}}


def next_day(it: Still) -> Agenda:
    return api.agenda(it.project, it.now, it.now + DAY)


def cron(expression: str, zone: str) -> dict[str, object]:
    return {"when": {"cron": expression, "timezone": zone}}


def entries(found: Agenda, job_id: str) -> list[Coming]:
    return [entry for entry in found.coming if entry.job_id == job_id]


def test_in_the_order_of_time(tmp_path: Path) -> None:
    plan = {
        "b": {"when": {"at": ["09:00", "18:00"]}},
        "a": {"when": {"cron": "0 9 * * *"}},
        "asked": {},
    }
    with still(tmp_path, plan, START) as it:
        found = next_day(it)
    assert [(entry.first, entry.job_id) for entry in found.coming] == [
        (START + 9 * HOUR, "a"),
        (START + 9 * HOUR, "b"),
        (START + 18 * HOUR, "b"),
    ]
    assert found.past == ()
    assert found.now == START


def test_what_comes_often_is_counted(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"when": {"every": "5m"}}}, START) as it:
        (entry,) = next_day(it).coming
    assert (entry.first, entry.last) == (START + 300, START + DAY - 300)
    assert (entry.count, entry.schedule) == (287, "every 5m")


def test_intervals_below_a_minute(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"when": {"every": "1s"}}}, START) as it:
        (entry,) = next_day(it).coming
    assert entry.count == DAY - 1


def test_what_will_not_run_is_flagged(tmp_path: Path) -> None:
    daily = {"when": {"at": ["09:00"]}}
    plan = {
        "paused": daily,
        "disabled": {**daily, "enabled": False},
        "invalid": {**daily, "timeout": "never"},
        "skipped": daily,
        "runs": daily,
    }
    with still(tmp_path, plan, START) as it:
        api.pause(it.project, "paused", Decision("anna"))
        api.skip(it.project, "skipped", Decision("anna"))
        found = {entry.job_id: entry.obstacle for entry in next_day(it).coming}
    assert found == {
        "paused": Reason.PAUSED,
        "disabled": Reason.DISABLED,
        "invalid": Reason.INVALID,
        "skipped": Reason.SKIPPED,
        "runs": None,
    }


def test_a_skip_and_the_end_of_a_pause_part_what_is_counted(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"when": {"every": "5m"}}}, START) as it:
        api.pause(it.project, "a", Decision("anna", until=START + HOUR))
        skipped = api.skip(it.project, "a", Decision("anna"))
        found = entries(next_day(it), "a")
    assert skipped == START + HOUR + 300
    assert [(entry.first, entry.count, entry.obstacle) for entry in found] == [
        (START + 300, 12, Reason.PAUSED),
        (skipped, 1, Reason.SKIPPED),
        (skipped + 300, 274, None),
    ]


def test_a_legacy_job(tmp_path: Path) -> None:
    job = {"schedule": "daily", "preferred_hour": 6}
    with still(tmp_path, {"a": job}, START) as it:
        it.run_all()
        found = next_day(it)
    assert [(entry.count, entry.obstacle) for entry in found.coming] == [(1, None)]


def test_what_is_due_and_not_decided_yet(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.clock.advance((HOUR + 60) * 1000)
        found = api.agenda(it.project, START, START + 2 * HOUR)
    assert [entry.first for entry in found.coming] == [START + HOUR]
    assert found.past == ()


def test_more_at_once_than_the_pool_is_wide(tmp_path: Path) -> None:
    """Four places, and what will not run takes none."""
    plan = {f"j{number}": HOURLY for number in range(6)}
    with still(tmp_path, plan, START) as it:
        (found,) = next_day(it).collisions
        api.pause(it.project, "j0", Decision("anna"))
        (one_less,) = next_day(it).collisions
        api.pause(it.project, "j1", Decision("anna"))
        none = next_day(it).collisions
    assert (found.pool, found.width, found.due) == ("default", 4, 6)
    assert (found.first, found.last, found.count) == (
        START + HOUR,
        START + 23 * HOUR,
        23,
    )
    assert found.jobs == tuple(plan)
    assert one_less.due == 5
    assert none == ()


def test_collisions_of_what_is_counted(tmp_path: Path) -> None:
    plan: dict[str, object] = {
        f"j{number}": {"when": {"every": "5m"}} for number in range(4)
    }
    plan["daily"] = {"when": {"at": ["09:00"]}}
    with still(tmp_path, plan, START) as it:
        (found,) = next_day(it).collisions
    assert (found.first, found.count, found.due) == (START + 9 * HOUR, 1, 5)


def test_a_job_that_takes_longer_than_its_interval(tmp_path: Path) -> None:
    plan = dict.fromkeys(("slow", "quick", "odd"), HOURLY)
    long, short = duration_mark(2 * HOUR * 1000), duration_mark(1000)
    with still(tmp_path, plan, START) as it:
        it.project.index.executemany(
            "UPDATE jobs SET durations = ?, outcomes = 'sss' WHERE id = ?",
            [(long * 3, "slow"), (short * 3, "quick"), (short * 2 + long, "odd")],
        )
        (found,) = next_day(it).overruns
    assert (found.job_id, found.gap, found.at) == ("slow", HOUR, START + HOUR)
    assert found.expected_ms > HOUR * 1000


def test_what_became_of_the_past(tmp_path: Path) -> None:
    plan = {"a": HOURLY, "off": {**HOURLY, "enabled": False}}
    with still(tmp_path, plan, START) as it:
        it.tick_at(START + HOUR)
        it.start_all()
        it.tick_at(START + 2 * HOUR)
        it.end_all()
        it.clock.advance(60_000)
        run_id = api.submit(it.project, Order("a", "tester"))
        found = api.agenda(it.project, it.now - DAY, it.now + 1)
    assert found.coming == ()
    assert [
        (p.job_id, p.count, p.status or p.reason, p.trigger) for p in found.past
    ] == [
        ("a", 1, RunStatus.SUCCEEDED, Trigger.SCHEDULE),
        ("off", 2, Reason.DISABLED, None),
        ("a", 1, Reason.OVERLAP, None),
        ("a", 1, RunStatus.QUEUED, Trigger.MANUAL),
    ]
    assert found.past[-1].run_id == run_id


def test_a_busy_past_has_one_entry_for_each_way_it_went(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"when": {"every": "30m"}}}, START) as it:
        for half_hour in range(1, 30):
            it.tick_at(START + half_hour * 1800)
            if half_hour != 7:
                it.run_all()
        found = api.agenda(it.project, START, it.now + 1)
    assert {(entry.count, entry.reason, entry.status) for entry in found.past} == {
        (28, None, RunStatus.SUCCEEDED),
        (1, Reason.OVERLAP, None),
    }


@pytest.mark.parametrize(
    ("job", "day", "notes"),
    [
        (cron("30 2 * * *", "Europe/Berlin"), "2026-03-29", [(Effect.MOVED, "02:30", 1)]),
        (cron("*/30 2 * * *", "Europe/Berlin"), "2026-03-29", [(Effect.LOST, "02:00", 2)]),
        (cron("30 2 * * *", "Europe/Berlin"), "2026-10-25", [(Effect.ONCE, "02:30", 1)]),
        (cron("*/30 2 * * *", "Europe/Berlin"), "2026-10-25", [(Effect.TWICE, "02:00", 2)]),
        (cron("30 2 * * *", "America/New_York"), "2026-03-08", [(Effect.MOVED, "02:30", 1)]),
        (cron("30 1 * * *", "America/New_York"), "2026-11-01", [(Effect.ONCE, "01:30", 1)]),
        (cron("15 2 * * *", "Australia/Lord_Howe"), "2026-10-04", [(Effect.MOVED, "02:15", 1)]),
        (cron("45 2 * * *", "Australia/Lord_Howe"), "2026-10-04", []),
        (cron("45 1 * * *", "Australia/Lord_Howe"), "2026-04-05", [(Effect.ONCE, "01:45", 1)]),
        (cron("30 6 * * *", "Europe/Berlin"), "2026-03-29", []),
        ({"when": {"every": HOUR}}, "2026-03-29", []),
    ],
)  # fmt: skip
def test_days_on_which_clocks_change(
    tmp_path: Path, job: dict[str, object], day: str, notes: list[object]
) -> None:
    start = at(f"{day} 00:00") - 14 * HOUR  # Lord Howe is ahead
    with still(tmp_path, {"a": job}, start) as it:
        found = api.agenda(it.project, start, start + 30 * HOUR)
    assert [(note.effect, note.wall, note.count) for note in found.clock_notes] == notes
    assert all(note.jobs == ("a",) for note in found.clock_notes)


def test_a_fire_says_what_its_clock_does(tmp_path: Path) -> None:
    plan = {
        "fixed": cron("30 2 * * *", "Europe/Berlin"),
        "wild": cron("30 * * * *", "Europe/Berlin"),
    }
    with still(tmp_path, plan, at("2026-10-24 12:00")) as it:
        back = next_day(it)
    notes = {(entry.first, entry.job_id): entry.note for entry in back.coming}
    first, second = (
        parse_ms(f"2026-10-25T02:30+0{hours}:00") // 1000 for hours in (2, 1)
    )
    assert "the first time only" in notes[first, "fixed"]
    assert (second, "fixed") not in notes
    assert "this is the first time" in notes[first, "wild"]
    assert "this is the second time" in notes[second, "wild"]
    assert sum(bool(note) for note in notes.values()) == 3
    offsets = {entry.offset for entry in entries(back, "wild")}
    assert offsets == {3600, 7200}


def test_after_the_clock_was_set_back_nothing_is_there_twice(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        for hour in (1, 2, 3):
            it.tick_at(START + hour * HOUR)
            it.run_all()
        it.clock.set_wall((START + HOUR + 60) * 1000)
        it.tick()
        found = api.agenda(it.project, START, START + 5 * HOUR)
    assert [entry.first for entry in found.past] == [
        START + hour * HOUR for hour in (1, 2, 3)
    ]
    assert [entry.first for entry in found.coming] == [START + 4 * HOUR]


schedules = st.one_of(
    st.builds(
        lambda every: {"when": {"every": every}},
        st.sampled_from([7, 60, 300, 3600, 4000, DAY, 3 * DAY]),
    ),
    st.builds(
        cron,
        st.sampled_from(
            ["* * * * *", "*/7 2 * * *", "30 2 * * *", "0 */2 * * *", "15 1,2 * * sun"]
        ),
        st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    ),
)
begins = st.sampled_from(
    ["2026-03-28 11:00", "2026-10-24 12:30", "2026-04-04 10:00", "2026-11-01 00:00"]
)


@settings(max_examples=40, deadline=None)
@given(
    plan=st.lists(schedules, min_size=1, max_size=4),
    begin=begins,
    passed=st.integers(0, 12 * HOUR),
    skips=st.integers(0, 3),
    pause=st.none() | st.integers(1, 30 * HOUR),
)
def test_every_fire_is_there_exactly_once(
    plan: list[dict[str, object]],
    begin: str,
    passed: int,
    skips: int,
    pause: int | None,
) -> None:
    named = {f"j{number}": job for number, job in enumerate(plan)}
    seen = at(begin)
    with (
        tempfile.TemporaryDirectory() as folder,
        still(Path(folder), named, seen) as it,
    ):
        for _ in range(skips):
            api.skip(it.project, "j0", Decision("anna"))
        if pause is not None:
            until = seen + pause
            api.pause(it.project, f"j{len(plan) - 1}", Decision("anna", until=until))
        it.clock.advance(passed * 1000)
        it.decide()
        end = it.now + DAY
        found = api.agenda(it.project, seen, end)
        for job_id in named:
            row = jobs.find(it.project.index, job_id)
            assert row is not None
            schedule = decode_schedule(row["schedule"])
            assert not isinstance(schedule, Legacy)
            t = timetable(schedule)
            coming = [
                fire
                for entry in entries(found, job_id)
                for fire in fires(t, entry.first - 1, entry.last)
            ]
            past = sum(entry.count for entry in found.past if entry.job_id == job_id)
            assert coming == list(fires(t, it.now, end - 1))
            assert past == t.count(seen, it.now)
            assert sum(entry.count for entry in entries(found, job_id)) == len(coming)
