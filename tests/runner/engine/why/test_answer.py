"""Why a job ran, did not, or will: each verdict from what a real index kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.account import Explanation, Verdict
from runner.model.errors import JobNotFoundError
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
        "It ran at 01:04:12, 4m12s late: no tick came between 00:58 and"
        " 01:04:12 although the machine was awake (inferred from its clocks)."
    )


def test_it_was_caught_up_after_a_restart(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.reboot(2 * HOUR + 1740)
        it.tick_at(START + 3 * HOUR - 1800)
        it.run_all()
        found = why(it, START + 2 * HOUR)
        missed = why(it, START + HOUR)
    assert found.verdict is Verdict.CAUGHT_UP
    assert found.answer == (
        "It was caught up at 02:30, 30m late: the machine went off some time after"
        " 00:00 and was started at 02:29 (inferred from its clocks)."
    )
    assert facts(found)["machine started"] == "Wed 2020-01-01 02:29 +00:00"
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
        ({"catch_up": "none"}, "no tick came between 00:00 and 01:30"),
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
    assert found.answer.startswith("It does not run: invalid since 00:00: tele")
    assert "run a" not in found.hint


def test_a_run_that_somebody_asked_for_is_no_occurrence(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        api.submit(it.project, Order("a", "tester"))
        found = why(it)
    assert found.verdict is Verdict.COMING


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
