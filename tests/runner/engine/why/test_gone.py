"""Jobs that are renamed, removed or broken, and schedules that were others once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.account import Explanation, Verdict
from runner.model.errors import JobNotFoundError
from runner.model.orders import Decision
from runner.model.views import HistoryQuery
from tests.helpers.decisions import lose_index
from tests.helpers.still import Still, assert_disjoint, at, still

if TYPE_CHECKING:
    from pathlib import Path

START = at("2020-01-01 00:00")
MINUTE, HOUR, DAY = 60, 3_600, 86_400
HOURLY: dict[str, object] = {"when": {"every": HOUR}}
BROKEN = {**HOURLY, "timeout": "never"}


def why(it: Still, instant: int | None = None, job_id: str = "a") -> Explanation:
    return api.why(it.project, job_id, instant)


def facts(found: Explanation) -> dict[str, str]:
    return dict(found.facts)


def test_a_removed_job_keeps_its_history(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.tick_at(START + HOUR)
        it.run_all()
        it.clock.advance(30 * MINUTE * 1000)
        it.configure({"b": HOURLY})
        it.tick()
        ran, later, latest = why(it, START + HOUR), why(it, START + 2 * HOUR), why(it)
        past = api.agenda(it.project, START, START + 2 * HOUR).past
        (run,) = api.history(it.project, HistoryQuery(job_id="A")).runs
        named = api.instant_for(it.project, "a", "01:00")
    assert (ran.verdict, ran.fires) == (Verdict.RAN, ())
    assert latest.instant == named.instant == START + HOUR
    assert later.verdict is Verdict.NEVER
    assert later.answer == (
        "It does not run: the job was taken out of the configuration by"
        " Wed 2020-01-01 01:30 +00:00."
    )
    assert [entry.job_id for entry in past] == [run.job_id] == ["a"]


def test_a_removed_job_that_never_ran(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.configure({})
        it.tick()
        found = why(it)
        nothing = api.history(it.project, HistoryQuery(job_id="a")).runs
    assert (found.verdict, found.instant, nothing) == (Verdict.NEVER, None, [])


def test_what_it_missed_before_it_was_removed(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.clock.advance((HOUR + 60) * 1000)
        it.configure({"b": HOURLY})
        it.tick()
        found = why(it, START + HOUR)
    assert found.verdict is Verdict.DECLINED
    assert found.answer == (
        "It did not run: no tick came between 00:00 and 01:01 although the"
        " machine was awake (inferred from its clocks), and by then the job was taken"
        " out of the configuration."
    )


def test_a_job_that_came_back(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.configure({})
        it.tick_at(START + 60)
        it.tick_at(START + HOUR)
        it.configure({"a": HOURLY})
        it.tick_at(START + HOUR + 60)
        away = why(it, START + HOUR)
        it.tick_at(START + 2 * HOUR)
        it.run_all()
        back = why(it, START + 2 * HOUR)
    assert away.verdict is Verdict.BEFORE_HISTORY
    assert away.answer == (
        "Nothing is kept of it: its schedule came in force later,"
        " at Wed 2020-01-01 01:01 +00:00."
    )
    assert (back.verdict, len(back.fires)) == (Verdict.RAN, 5)


def test_people_decide_nothing_about_removed_jobs(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.configure({})
        it.tick()
        with pytest.raises(JobNotFoundError):
            api.pause(it.project, "a", Decision("anna"))


def test_invalid_since_it_was_edited(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.tick_at(START + 30 * MINUTE)
        it.configure({"a": BROKEN})
        it.tick_at(START + 40 * MINUTE)
        it.tick_at(START + 3 * HOUR)
        past, coming = why(it, START + 2 * HOUR), why(it, START + 4 * HOUR)
    assert past.answer.startswith("It did not run: invalid since 00:40: tele")
    assert coming.answer.startswith("It will not run: invalid since 00:40: tele")
    assert facts(past)["invalid since"] == "Wed 2020-01-01 00:40 +00:00"


def test_it_stays_invalid_since_then(tmp_path: Path) -> None:
    """Another edit that leaves it invalid changes nothing."""
    with still(tmp_path, {"a": BROKEN}, START) as it:
        it.tick_at(START + HOUR)
        it.configure({"a": BROKEN, "b": HOURLY})
        it.tick_at(START + 2 * HOUR)
        found = why(it, START + 2 * HOUR)
    assert "invalid since 00:00: " in found.answer


def test_it_was_invalid_by_the_time_that_somebody_looked(tmp_path: Path) -> None:
    with still(tmp_path, {"a": HOURLY}, START) as it:
        it.clock.advance((HOUR + 60) * 1000)
        it.configure({"a": BROKEN})
        it.tick()
        found = why(it, START + HOUR)
    assert found.answer.startswith(
        "It did not run: nobody looked before 01:01, and by then it was invalid since"
        " 01:01: tele"
    )


def test_it_was_invalid_once(tmp_path: Path) -> None:
    with still(tmp_path, {"a": BROKEN}, START) as it:
        it.tick_at(START + HOUR)
        it.configure({"a": HOURLY})
        it.tick_at(START + HOUR + 60)
        valid = why(it, START + HOUR)
        it.tick_at(START + 2 * HOUR)
        it.run_all()
        it.configure({"a": BROKEN})
        it.tick_at(START + 2 * HOUR + 60)
        again = why(it, START + HOUR)
    assert valid.answer == (
        "It did not run: its definition was invalid from 01:00 on; by now it is valid."
    )
    assert again.answer == (
        "It did not run: its definition was invalid from 01:00 on;"
        " it was valid in between."
    )


def test_what_was_said_when_it_was_denied(tmp_path: Path) -> None:
    denied = {**HOURLY, "roles": ["viewer"]}
    with still(tmp_path, {"a": denied}, START) as it:
        it.tick_at(START + HOUR)
        then = why(it, START + HOUR)
        it.configure({"a": HOURLY})
        it.tick_at(START + HOUR + 60)
        now = why(it, START + HOUR)
    assert "may not be started as admin" in then.answer
    assert now.answer == (
        f"{then.answer.removesuffix('.')} (as it is configured now, it may)."
    )


def test_under_an_earlier_schedule(tmp_path: Path) -> None:
    two_hourly = {"when": {"every": 2 * HOUR}, "enabled": False}
    with still(tmp_path, {"a": two_hourly}, START) as it:
        it.tick_at(START + 7 * HOUR)
        it.configure({"a": {"when": {"every": 3 * HOUR}}})
        it.tick_at(START + 7 * HOUR + 60)
        end, inner = why(it, START + 2 * HOUR), why(it, START + 3 * HOUR)
        neither = why(it, START + 4 * HOUR)
    assert end.verdict is inner.verdict is Verdict.DECLINED
    assert "schedule" not in facts(end)
    assert facts(inner)["schedule"].startswith(
        "it has this one since Wed 2020-01-01 07"
    )
    assert neither.verdict is Verdict.NOT_A_FIRE
    assert facts(neither)["schedule since"] == "Wed 2020-01-01 07:01 +00:00"
    assert facts(neither)["under an earlier one"].startswith("disabled: 3 occurrences")


def test_a_span_ends_at_a_row_of_another_schedule(tmp_path: Path) -> None:
    """What was skipped under the old schedule stays beside the span, not within it."""
    with still(tmp_path, {"a": {"when": {"every": 20 * MINUTE}}}, START) as it:
        api.skip(it.project, "a", Decision("anna"))
        api.pause(it.project, "a", Decision("anna"))
        it.configure({"a": {"when": {"every": 15 * MINUTE}}})
        for minutes in range(5, 50, 5):
            it.tick_at(START + minutes * MINUTE)
        assert_disjoint(it, "a")
        assert [span.stretch.fires for span in it.spans("a")] == [1, 2]
        assert why(it, START + 20 * MINUTE).answer.startswith("It did not run: skipped")


def test_an_index_that_was_begun_anew_does_not_know_since_when(tmp_path: Path) -> None:
    jobs = {"a": HOURLY, "b": BROKEN}
    with still(tmp_path, jobs, START) as it:
        it.tick_at(START + 2 * HOUR)
        lose_index(it)
        fire, invalid = why(it, START + HOUR), why(it, START + 3 * HOUR, "b")
    assert fire.verdict is Verdict.BEFORE_HISTORY
    assert fire.answer.endswith("or the index was built anew since.")
    assert invalid.answer.startswith("It will not run: it is invalid: tele")
