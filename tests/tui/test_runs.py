"""The history of all jobs: filter, open, replay, compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobconsole.screens.compare import CompareScreen
from jobconsole.screens.confirm import Confirm
from jobconsole.screens.job import JobScreen
from jobconsole.screens.run_dialog import RunDialog
from jobconsole.screens.runs import RunsScreen
from jobconsole.screens.why import WhyScreen
from runner import api
from runner.model.orders import Order
from runner.model.run import RunStatus, Trigger
from runner.model.views import HistoryQuery
from tests.helpers.stage import MIDDLE, USER, WIDE, visit

if TYPE_CHECKING:
    from tests.helpers.stage import Operator
    from tests.helpers.still import Still


@pytest.fixture
def history(farm: Still) -> Still:
    """One run each of zeta and alpha that has ended, and one of mid that is queued."""
    for job_id in ("zeta", "alpha"):
        api.submit(farm.project, Order(job_id, USER))
        farm.clock.advance(1000)
    farm.run_all()
    api.submit(farm.project, Order("mid", USER))
    return farm


ALL = ["mid", "alpha", "zeta"]
"""Whose runs these are, the latest first."""


async def opened(operator: Operator) -> None:
    await operator.press("2")
    await operator.meets(RunsScreen)
    await operator.waits(lambda: len(operator.rows) == 3, "three runs")


async def shows(operator: Operator, jobs: list[str]) -> None:
    await operator.waits(lambda: jobs_shown(operator) == jobs, f"{jobs}")


def jobs_shown(operator: Operator) -> list[str]:
    return [run.job_id for run in operator.table.items]


async def test_shows_the_latest_first(history: Still) -> None:
    async with visit(history, WIDE) as operator:
        await opened(operator)
        assert jobs_shown(operator) == ALL
        assert "queued" in operator.line_with(" mid")
        assert "succeeded" in operator.line_with(" zeta")
        assert "manual" in operator.line_with(" zeta")
        assert operator.rows[2] in operator.line_with(" zeta")


async def test_says_what_to_do_where_there_are_none(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("2")
        await operator.sees("No run matches.", "escape clears it")
        for key in ("enter", "l", "f", "a", "equals_sign", "r", "x", "w", "y", "c"):
            await operator.press(key)
        await operator.meets(RunsScreen)


FILTERS = {
    "status:succeeded": ["alpha", "zeta"],
    "status:ok job:zeta": ["zeta"],
    "!status:succeeded": ["mid"],
    "mi": ["mid"],
    "role:member": ["zeta"],
    "trigger:schedule": [],
    "since:1h": ["mid", "alpha", "zeta"],
}


async def test_filters(history: Still) -> None:
    async with visit(history, MIDDLE) as operator:
        await opened(operator)
        for typed, left in FILTERS.items():
            await operator.press("slash")
            await operator.types(typed)
            await operator.sees(f"filter: {typed}")
            await shows(operator, left)
            await operator.press("enter", "escape")
            await shows(operator, ALL)


PROBLEMS = {
    "kind:command": "for jobs",
    "!mid": "without",
    "since:9999999999999999999d": "write 2d",
    "job:a job:b": "one at a time",
}


async def test_a_filter_that_runs_cannot_answer_says_so(history: Still) -> None:
    async with visit(history, WIDE) as operator:
        await opened(operator)
        for typed, problem in PROBLEMS.items():
            await operator.press("slash")
            await operator.types(typed)
            await operator.sees(problem)
            await operator.press("escape")
            await operator.sees_no(problem)
            await shows(operator, ALL)


async def test_a_new_run_appears_above_and_the_cursor_stays(history: Still) -> None:
    async with visit(history) as operator:
        await opened(operator)
        await operator.goes_to(operator.rows[1])
        before = {run.run_id: run for run in operator.table.items}
        api.submit(history.project, Order("zeta", USER))
        await operator.waits(lambda: len(operator.rows) == 4, "a fourth run")
        assert operator.table.cursor_key == operator.rows[2]
        assert jobs_shown(operator)[2] == "alpha"
        kept = [run for run in operator.table.items if run is before.get(run.run_id)]
        assert len(kept) == 3


async def test_opens_a_run(history: Still) -> None:
    async with visit(history) as operator:
        await opened(operator)
        run_id = operator.rows[2]
        await operator.goes_to(run_id)
        for key, page in (("enter", "Overview"), ("l", "Log"), ("f", "Files")):
            await operator.press(key)
            await operator.meets(JobScreen)
            await operator.sees("zeta", run_id, f"[{page}]")
            await operator.press("escape")
            await operator.meets(RunsScreen)


async def test_what_is_left_of_a_job_that_was_removed(history: Still) -> None:
    history.configure({"other": {}})
    api.refresh(history.project)
    async with visit(history) as operator:
        await opened(operator)
        await operator.press("enter")
        await operator.meets(JobScreen)
        await operator.sees("mid")
        for key in ("l", "h", "f", "d", "w", "r", "p", "s", "R"):
            await operator.press(key)
            await operator.press("escape")
        assert operator.console.is_running


async def test_replays(history: Still) -> None:
    async with visit(history) as operator:
        await opened(operator)
        await operator.goes_to(operator.rows[2])
        await operator.press("a")
        await operator.waits(lambda: operator.told, "an answer")
    found = api.history(history.project, HistoryQuery(triggers=(Trigger.REPLAY,))).runs
    assert [run.job_id for run in found] == ["zeta"] or "manifest" in operator.told[0]


async def test_compares_two_runs(history: Still) -> None:
    async with visit(history, WIDE) as operator:
        await opened(operator)
        await operator.press("equals_sign")
        await operator.hears("mark two runs with space, then compare them")
        await operator.press("home", "space")
        assert len(operator.table.marks) == 1
        await operator.press("home", "equals_sign")
        await operator.waits(lambda: len(operator.told) == 2, "a second message")
        await operator.press("down", "equals_sign")
        await operator.meets(CompareScreen)
        await operator.sees("Two runs", "mid", "alpha")
        await operator.press("escape", "G", "space", "equals_sign")
        await operator.meets(CompareScreen)
        await operator.sees("mid", "zeta")
        await operator.press("q", "*", "equals_sign")
        await operator.waits(lambda: len(operator.told) == 3, "a third message")


async def test_the_older_run_stands_at_the_left(history: Still) -> None:
    async with visit(history, WIDE) as operator:
        await opened(operator)
        newest, middle, _ = operator.rows
        await operator.press("space", "space", "equals_sign")
        await operator.meets(CompareScreen)
        await operator.sees(newest, middle)
        line = operator.line_with(newest)
        assert line.index(middle) < line.index(newest)


async def test_shows_what_is_the_same_too(history: Still) -> None:
    async with visit(history, WIDE) as operator:
        await opened(operator)
        await operator.press("down", "space", "space", "equals_sign")
        await operator.meets(CompareScreen)
        await operator.sees("WHAT")
        short = len(operator.text.split())
        await operator.press("a")
        await operator.waits(lambda: len(operator.text.split()) > short, "more facts")
        await operator.press("a")
        await operator.waits(lambda: len(operator.text.split()) == short, "fewer facts")
        await operator.pilot.resize_terminal(80, 24)
        await operator.waits(lambda: len(operator.lines[0]) <= 80, "the other width")


async def test_deeds_are_about_the_chosen_run(history: Still) -> None:
    async with visit(history) as operator:
        await opened(operator)
        await operator.press("x")
        await operator.meets(Confirm)
        await operator.sees("Stop mid?")
        await operator.press("y")
        await operator.hears("mid is asked to stop")
        await operator.sees("cancelled")
        await operator.press("x")
        await operator.hears("nothing to stop")
        await operator.press("y")
        await operator.hears(f"copied {operator.rows[0]}")
        await operator.press("r")
        await operator.meets(RunDialog)
        await operator.sees("Run mid")
        await operator.press("escape", "w")
        await operator.meets(WhyScreen)
        await operator.sees("Why mid")


async def test_older_runs_come_page_by_page(farm: Still) -> None:
    for _ in range(205):
        api.submit(farm.project, Order("mid", USER))
        farm.start_all()
        farm.end_all()
    async with visit(farm) as operator:
        await operator.press("2")
        await operator.waits(lambda: len(operator.rows) == 200, "a page")
        await operator.press("end")
        await operator.waits(lambda: len(operator.rows) == 205, "all of them")
        assert len(set(operator.rows)) == 205
    assert all(
        run.status is RunStatus.SUCCEEDED
        for run in api.history(farm.project, HistoryQuery(limit=300)).runs
    )
