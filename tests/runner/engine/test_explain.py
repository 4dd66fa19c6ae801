"""Why a job ran, did not, or will: each verdict from what a real index kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.named_instant import resolve
from runner.model.account import Explanation, Verdict
from runner.model.errors import JobNotFoundError
from runner.model.instants import parse_ms
from runner.model.occurrence import Reason
from runner.model.orders import Decision, Order
from tests.helpers.still import Still, at, still

if TYPE_CHECKING:
    from pathlib import Path

START = at("2020-01-01 00:00")
HOUR = 3600
DAY = 24 * HOUR
HOURLY = {"when": {"every": HOUR}}


def why(it: Still, instant: int | None = None, job_id: str = "a") -> Explanation:
    return api.why(it.project, job_id, instant)


def facts(found: Explanation) -> dict[str, str]:
    return dict(found.facts)


def test_it_ran_on_time(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        (run_id,) = it.tick_at(START + HOUR + 2).started
        it.run_all()
        found = why(it)
    assert (found.verdict, found.instant) == (Verdict.RAN, START + HOUR)
    assert found.answer == "It ran at 01:00:02, on time, and succeeded."
    assert found.run is not None
    assert found.run.run_id == run_id
    assert [fire.instant for fire in found.fires] == [
        START + hour * HOUR for hour in range(2, 7)
    ]
    assert facts(found)["instant"] == "Wed 2020-01-01 01:00 +00:00"


def test_it_ran_late_as_nobody_looked(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.tick_at(START + HOUR - 120)
        it.tick_at(START + HOUR + 252)
        it.run_all()
        found = why(it, START + HOUR)
    assert found.verdict is Verdict.RAN_LATE
    assert found.answer == (
        "It ran at 01:04:12, 4m12s late: nobody looked between 00:58 and 01:04:12."
    )
    assert "restart" not in facts(found)


def test_it_ran_late_as_it_waited(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.tick_at(START + HOUR)
        it.clock.advance(90_000)
        it.run_all()
        found = why(it)
    assert found.verdict is Verdict.RAN_LATE
    assert "it waited 1m30s in its queue" in found.answer
    assert "nobody" not in found.answer


def test_it_was_caught_up_after_a_restart(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.project.index.execute("UPDATE ticks SET boot = 'another'")
        it.tick_at(START + 3 * HOUR - 1800)
        it.run_all()
        found = why(it, START + 2 * HOUR)
        missed = why(it, START + HOUR)
    assert found.verdict is Verdict.CAUGHT_UP
    assert found.answer == (
        "It was caught up at 02:30, 30m late: nobody looked between 00:00 and 02:30."
    )
    assert "started anew" in facts(found)["restart"]
    assert missed.verdict is Verdict.DECLINED
    assert "only the latest of what was missed counts" in missed.answer
    assert found.run is not None
    assert found.run.run_id in facts(missed)["the latest"]


def test_its_run_waits_or_goes_on(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.tick_at(START + HOUR)
        waits = why(it)
        it.start_all()
        runs = why(it)
    assert (waits.verdict, runs.verdict) == (Verdict.WAITS, Verdict.WAITS)
    assert "queued since 01:00" in waits.answer
    assert "running since 01:00" in runs.answer


def test_its_run_ended_before_it_began(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        (run_id,) = it.tick_at(START + HOUR).started
        api.cancel(it.project, run_id, actor="tester")
        found = why(it)
    assert found.verdict is Verdict.NOT_STARTED
    assert found.answer == "It was queued and was cancelled before it started."


def test_overlap_names_the_run_in_the_way(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        (run_id,) = it.tick_at(START + HOUR).started
        it.start_all()
        it.tick_at(START + 2 * HOUR)
        it.end_all()
        found = why(it)
    assert found.verdict is Verdict.DECLINED
    assert found.answer == (
        f"It did not run: run {run_id} of the same job was still running"
        " (overlap: skip)."
    )
    assert facts(found)["in the way"] == f"{run_id}, succeeded"
    assert facts(found)["ended"] == "Wed 2020-01-01 02:00 +00:00"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"catch_up": "none"}, "nobody looked between 00:00 and 01:30"),
        ({"misfire_grace": "5m"}, "seen 30m late"),
        ({"enabled": False}, "enabled: false"),
        ({"roles": ["viewer"]}, "may not be started as admin"),
        ({"timeout": "never"}, "teleclaude.yml:1:"),
    ],
)
def test_what_was_declined(tmp_path: Path, keys: dict[str, object], words: str) -> None:
    with still(tmp_path, {"a": {**HOURLY, **keys}}, START) as it:
        it.tick_at(START + HOUR + 1800)
        found = why(it, START + HOUR)
    assert found.verdict is Verdict.DECLINED
    assert found.answer.startswith("It did not run: ")
    assert words in found.answer
    assert found.hint


def test_a_fire_within_a_span(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {**HOURLY, "enabled": False}}, START) as it:
        it.tick_at(START + 5 * HOUR)
        inside, between = why(it, START + 3 * HOUR), why(it, START + 3 * HOUR + 60)
    assert inside.verdict is Verdict.DECLINED
    assert facts(inside)["one of"].startswith("5 occurrences from Wed 2020-01-01 01:00")
    assert between.verdict is Verdict.NOT_A_FIRE


def test_its_schedule_changed_before_anybody_looked(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.clock.advance((HOUR + 1800) * 1000)
        it.configure({"a": {"when": {"every": 2 * HOUR}}})
        it.tick()
        found = why(it, START + HOUR)
    assert "by then its schedule had changed" in found.answer


def test_paused_by_somebody_and_resumed_later(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.clock.advance(60_000)
        api.pause(it.project, "a", Decision("anna", "backup window"))
        coming = why(it, START + HOUR)
        it.tick_at(START + HOUR)
        api.resume(it.project, "a", Decision("bert"))
        it.tick_at(START + 2 * HOUR)
        past = why(it, START + HOUR)
    assert coming.verdict is Verdict.HELD_BACK
    assert (
        coming.answer == "It will not run: paused by anna since 00:01: backup window."
    )
    assert {fire.obstacle for fire in coming.fires} == {Reason.PAUSED}
    assert coming.hint == "jobconsole resume a"
    assert past.verdict is Verdict.DECLINED
    assert past.answer == "It did not run: paused by anna since 00:01: backup window."
    assert {fire.obstacle for fire in past.fires} == {None}


def test_disabled_by_command(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        api.disable(it.project, "a", Decision("anna"))
        it.tick_at(START + HOUR)
        found = why(it)
    assert found.answer == "It did not run: disabled by anna since 00:00."
    assert found.hint == "jobconsole enable a"


def test_paused_until(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        until = START + 2 * HOUR
        api.pause(it.project, "a", Decision("anna", until=until))
        found = why(it)
    obstacles = [fire.obstacle for fire in found.fires]
    assert obstacles == [Reason.PAUSED, Reason.PAUSED, None, None, None]


def test_skipped_ahead_and_in_the_past(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        assert api.skip(it.project, "a", Decision("anna", "holiday")) == START + HOUR
        ahead = why(it, START + HOUR)
        it.tick_at(START + HOUR + 60)
        past = why(it)
    assert ahead.verdict is Verdict.SKIPPED_AHEAD
    assert ahead.answer == "It will not run: skipped by anna at 00:00: holiday."
    assert [fire.obstacle for fire in ahead.fires[:2]] == [Reason.SKIPPED, None]
    assert (past.verdict, past.instant) == (Verdict.DECLINED, START + HOUR)
    assert past.answer.startswith("It did not run: skipped by anna")


def test_due_and_nobody_looked(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.clock.advance((HOUR + 60) * 1000)
        found = why(it, START + HOUR)
    assert found.verdict is Verdict.UNDECIDED
    assert found.answer == "It is due, and nobody has looked since 00:00."


def test_to_come(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        found = why(it)
    assert (found.verdict, found.instant) == (Verdict.COMING, START + HOUR)
    assert found.answer == "It is to come, in 1h."


def test_before_the_job_was_there(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        found = why(it, START - HOUR)
    assert found.verdict is Verdict.BEFORE_HISTORY
    assert "first seen, at Wed 2020-01-01 00:00 +00:00" in found.answer


def test_from_before_its_schedule(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"when": {"every": 2 * HOUR}}}, START) as it:
        it.tick_at(START + 90 * 60)
        it.configure({"a": HOURLY})
        it.tick()
        found = why(it, START + HOUR)
    assert found.verdict is Verdict.BEFORE_HISTORY
    assert "its schedule came in force later" in found.answer


def test_one_that_runs_when_asked(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {}}, START) as it:
        found = why(it)
        asked = why(it, START)
    assert found.verdict is asked.verdict is Verdict.NEVER
    assert found.fires == ()
    assert found.hint == "jobconsole run a"


def test_an_invalid_one_of_which_no_schedule_is_known(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"when": {"cron": "61 * * * *"}}}, START) as it:
        found = why(it)
    assert found.verdict is Verdict.NEVER
    assert found.answer.startswith("It does not run: it is invalid: teleclaude.yml:1:")
    assert "run a" not in found.hint


def test_a_run_that_somebody_asked_for_is_no_occurrence(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        api.submit(it.project, Order("a", "tester"))
        found = why(it)
    assert found.verdict is Verdict.COMING


@pytest.mark.parametrize(
    ("when", "instant", "words"),
    [
        ({"cron": "0,30 6 * * *"}, "2020-01-01 06:15", "06:15 is not, the minute field is 0,30"),
        ({"cron": "0 6 * * *"}, "2020-01-01 07:05", "the minute field is 0 and the hour field is 6"),
        ({"cron": "0 6 * * *"}, "2020-01-01 06:00:30", "within a minute"),
        ({"cron": "0 6 * 2 *"}, "2020-01-01 06:00", "the month field is 2"),
        ({"cron": "0 6 * * mon"}, "2020-01-01 06:00", "Wed 2020-01-01 06:00 is not, the day of week field is mon"),
        ({"cron": "0 6 13 * fri"}, "2020-01-01 06:00", "the day of month field is 13 and the day of week field is fri"),
        ({"cron": "@daily"}, "2020-01-01 06:00", "the hour field is 0"),
        ({"at": ["06:00", "18:00"]}, "2020-01-01 07:00", "07:00 is none of its times of day (06:00, 18:00)"),
        ({"at": ["06:00"], "weekdays": ["mon"]}, "2020-01-01 06:00", "wed is none of its weekdays (mon)"),
        ({"every": HOUR}, "2020-01-01 06:15", "every 1h is counted from 1970-01-01"),
        ({"once": "2020-01-01T05:00+01:00"}, "2020-01-01 06:00", "its only instant is Wed 2020-01-01 04:00"),
    ],
)  # fmt: skip
def test_no_fire_says_what_refuses(
    tmp_path: Path, when: dict[str, object], instant: str, words: str
) -> None:
    with still(tmp_path, {"a": {"when": when}}, START) as it:
        found = why(it, parse_ms(f"{instant}+00:00") // 1000)
    assert found.verdict is Verdict.NOT_A_FIRE
    assert words in found.answer


def test_no_fire_names_the_nearest(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {"when": {"cron": "0,30 6 * * *"}}}, START) as it:
        found = why(it, at("2020-01-01 06:20"))
    assert found.answer.endswith("the nearest fires are 06:00 and 06:30.")


@pytest.mark.parametrize(
    ("cron", "instant", "verdict", "words"),
    [
        # In the gap: a fixed time fires at its end, a wildcard one does not.
        (("Europe/Berlin", "30 2 * * *"), "2026-03-29T03:00+02:00", Verdict.COMING, "stands in for 02:30"),
        (("Europe/Berlin", "*/30 2 * * *"), "2026-03-29T03:00+02:00", Verdict.NOT_A_FIRE, "forward from 02:00 to 03:00"),
        (("America/New_York", "30 2 * * *"), "2026-03-08T03:00-04:00", Verdict.COMING, "stands in for 02:30"),
        (("Australia/Lord_Howe", "15 2 * * *"), "2026-10-04T02:30+11:00", Verdict.COMING, "stands in for 02:15"),
        # In the hour that is shown twice.
        (("Europe/Berlin", "30 2 * * *"), "2026-10-25T02:30+02:00", Verdict.COMING, "first time"),
        (("Europe/Berlin", "30 2 * * *"), "2026-10-25T02:30+01:00", Verdict.NOT_A_FIRE, "second time"),
        (("Europe/Berlin", "*/30 2 * * *"), "2026-10-25T02:30+01:00", Verdict.COMING, "second time"),
        (("America/New_York", "30 1 * * *"), "2026-11-01T01:30-05:00", Verdict.NOT_A_FIRE, "second time"),
        (("Australia/Lord_Howe", "45 1 * * *"), "2026-04-05T01:45+10:30", Verdict.NOT_A_FIRE, "second time"),
    ],
)  # fmt: skip
def test_days_on_which_clocks_change(
    tmp_path: Path, cron: tuple[str, str], instant: str, verdict: Verdict, words: str
) -> None:
    zone, expression = cron
    job = {"when": {"cron": expression, "timezone": zone}}
    with still(tmp_path, {"a": job}, START) as it:
        found = why(it, parse_ms(instant) // 1000)
    assert found.verdict is verdict
    assert any(words in text for _, text in found.facts)


def test_the_offset_of_each_coming_fire(tmp_path: Path) -> None:
    job = {"when": {"cron": "0 6 * * *", "timezone": "Europe/Berlin"}}
    with still(tmp_path, {"a": job}, at("2026-10-23 12:00")) as it:
        found = why(it)
    assert [fire.offset for fire in found.fires] == [7200, 3600, 3600, 3600, 3600]


def test_a_job_that_is_not_there(tmp_path: Path) -> None:
    with (
        still(tmp_path, {"a": HOURLY}, START) as it,
        pytest.raises(JobNotFoundError),
    ):
        why(it, job_id="b")


def test_every_instant_of_a_varied_life_has_an_answer(tmp_path: Path) -> None:
    known = {Verdict.DECLINED, Verdict.RAN, Verdict.CAUGHT_UP}
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.tick_at(START + HOUR)
        it.run_all()
        it.tick_at(START + 4 * HOUR + 1800)
        it.run_all()
        api.pause(it.project, "a", Decision("anna"))
        it.tick_at(START + 7 * HOUR)
        api.resume(it.project, "a", Decision("anna"))
        api.skip(it.project, "a", Decision("anna"))
        it.configure({"a": {**HOURLY, "enabled": False}})
        it.tick_at(START + 10 * HOUR)
        for minutes in range(30, 12 * 60, 15):
            found = why(it, START + minutes * 60)
            past = minutes <= 10 * 60
            if minutes % 60:
                assert found.verdict is Verdict.NOT_A_FIRE
            else:
                assert (found.verdict in known) is past
                assert past or found.verdict is Verdict.HELD_BACK


def test_no_read_is_left_open(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        why(it)
        assert not it.project.index.in_transaction


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("06:00", "2026-11-20T06:00+01:00"),
        ("23:15", "2026-11-19T23:15+01:00"),
        ("2026-11-25 06:00", "2026-11-25T06:00+01:00"),
        ("2026-11-20T06:00:00Z", "2026-11-20T07:00+01:00"),
        ("2026-03-29 02:30", "2026-03-29T03:00+02:00"),
        ("2026-10-25 02:30", "2026-10-25T02:30+02:00"),
    ],
)
def test_a_time_is_the_zones(text: str, expected: str) -> None:
    now = parse_ms("2026-11-20T13:00+01:00") // 1000
    named = resolve(text, "Europe/Berlin", now)
    assert named.instant * 1000 == parse_ms(expected)
    assert bool(named.note) == (text[5:7] in {"03", "10"})


def test_a_time_that_came_twice_says_which_is_meant() -> None:
    assert resolve("2026-10-25 02:30", "Europe/Berlin", 0).note == (
        "the clock shows 2026-10-25 02:30 twice: taken as"
        " Sun 2026-10-25 02:30 +02:00, not Sun 2026-10-25 02:30 +01:00"
    )


@pytest.mark.parametrize("text", ["", "noon", "25:00", "2026-13-01 06:00"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        resolve(text, "UTC", START)
