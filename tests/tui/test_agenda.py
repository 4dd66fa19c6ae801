"""What came in the last 24 hours and what comes in the next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jobconsole.screens.agenda import AgendaScreen
from jobconsole.screens.job import JobScreen
from jobconsole.screens.why import WhyScreen
from runner import api
from tests.helpers.decisions import pause
from tests.helpers.project import write_project
from tests.helpers.stage import MIDDLE, WIDE, visit
from tests.helpers.still import at, configuration, still
from tests.tui.conftest import FIVE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.stage import Operator
    from tests.helpers.still import Still


async def opened(operator: Operator) -> None:
    await operator.press("3")
    await operator.meets(AgendaScreen)
    await operator.sees("24 h", "now")


async def test_the_past_is_above_now_and_the_future_below(farm: Still) -> None:
    farm.tick_at(FIVE + 2 * 3600)
    farm.run_all()
    async with visit(farm, WIDE) as operator:
        await opened(operator)
        assert operator.table.cursor_key == "now"
        now = operator.rows.index("now")
        assert all(key.startswith("Past") for key in operator.rows[:now])
        assert all(key.startswith("Coming") for key in operator.rows[now + 1 :])
        assert "Fri 06:00 +00:00" in operator.line_with("alpha")
        assert "1h ago" in operator.line_with("alpha")


async def test_t_comes_back_to_now(farm: Still) -> None:
    async with visit(farm) as operator:
        await opened(operator)
        await operator.press("G")
        assert operator.table.cursor_key != "now"
        await operator.press("t")
        assert operator.table.cursor_key == "now"


async def test_opens_what_ran_and_what_comes(farm: Still) -> None:
    farm.tick_at(FIVE + 2 * 3600)
    farm.run_all()
    async with visit(farm, MIDDLE) as operator:
        await opened(operator)
        await operator.press("enter")
        await operator.meets(AgendaScreen)
        await operator.press("g", "enter")
        await operator.meets(JobScreen)
        await operator.press("escape", "G", "enter")
        await operator.meets(JobScreen)
        await operator.press("escape")
        await operator.meets(AgendaScreen)


async def test_why_is_asked_about_the_entry(farm: Still) -> None:
    pause(farm, "alpha")
    farm.tick_at(FIVE + 2 * 3600)
    async with visit(farm, MIDDLE) as operator:
        await opened(operator)
        past = next(key for key in operator.rows if key.startswith("Past alpha"))
        await operator.goes_to(past)
        assert "did not run: paused" in operator.line_with("alpha")
        await operator.press("w")
        await operator.meets(WhyScreen)
        await operator.sees("Why alpha", "declined", "2026-11-20 06:00")


async def test_collisions_are_told_below(farm: Still) -> None:
    jobs = {f"job{n}": {"when": {"at": "06:00"}} for n in range(12)}
    farm.configure(jobs)
    api.refresh(farm.project)
    async with visit(farm, WIDE) as operator:
        await opened(operator)
        await operator.sees("12 jobs fall due together")


async def test_changes_of_the_clock_are_told(tmp_path: Path) -> None:
    jobs = {"early": {"when": {"at": "02:30"}}}
    with still(tmp_path, jobs, at("2026-10-24 12:00")) as it:
        text = {**configuration(jobs), "timezone": "Europe/Berlin"}
        write_project(it.project.root, json.dumps(text))
        api.refresh(it.project)
        async with visit(it, WIDE) as operator:
            await opened(operator)
            await operator.sees("the clock of Europe/Berlin changes")


async def test_an_empty_agenda_says_what_to_do(farm: Still) -> None:
    farm.configure({"mid": {}})
    api.refresh(farm.project)
    async with visit(farm) as operator:
        await operator.press("3")
        await operator.sees("Nothing happened in the last 24 hours", "`when:`")
        await operator.press("t", "enter", "w", "s", "p", "r", "G")
        await operator.meets(AgendaScreen)


async def test_moves_on_with_the_time(farm: Still) -> None:
    async with visit(farm) as operator:
        await opened(operator)
        await operator.sees("in 1h")
        farm.clock.advance(30 * 60_000)
        await operator.sees("in 30m")
