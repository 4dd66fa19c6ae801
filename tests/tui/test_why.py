"""Why a job ran, did not, or will."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from jobconsole.screens.jobs import JobsScreen
from jobconsole.screens.why import WhyScreen
from tests.helpers.decisions import pause
from tests.helpers.stage import MIDDLE, visit
from tests.tui.conftest import FIVE

if TYPE_CHECKING:
    from tests.helpers.stage import Operator
    from tests.helpers.still import Still


NO_TIMES = (
    "soon",
    "25:00",
    "2026-13-01 06:00",
    "0001-01-01 00:00",
    "9999-12-31 23:59",
    "9" * 400,
)


async def asked(operator: Operator, text: str) -> None:
    await operator.press("slash")
    box = operator.console.screen.query_one(Input)
    await operator.focuses(box)
    box.value = text
    await operator.press("enter")


async def test_says_why_the_six_o_clock_job_did_not_run(farm: Still) -> None:
    pause(farm, "alpha")
    farm.tick_at(FIVE + 2 * 3600)
    async with visit(farm, MIDDLE) as operator:
        await operator.goes_to("alpha")
        await operator.press("w")
        await operator.meets(WhyScreen)
        await operator.sees("Why alpha", "declined", "paused", "next fires")
        assert operator.text.count("06:00 +00:00, in ") == 5
        await operator.press("escape")
        await operator.meets(JobsScreen)


async def test_asks_about_another_time(farm: Still) -> None:
    farm.tick_at(FIVE + 2 * 3600)
    async with visit(farm, MIDDLE) as operator:
        await operator.goes_to("alpha")
        await operator.press("w")
        await operator.sees("waits")
        await asked(operator, "06:30")
        await operator.sees("not a fire")
        await asked(operator, "2026-11-22 06:00")
        await operator.sees("coming")
        await asked(operator, "")
        await operator.sees("waits")


async def test_a_time_that_is_none_is_told(farm: Still) -> None:
    async with visit(farm, MIDDLE) as operator:
        await operator.press("w")
        await operator.sees("Why zeta")
        for text in NO_TIMES:
            operator.console.clear_notifications()
            await asked(operator, text)
            await operator.waits(lambda: operator.told, text[:20])
            assert isinstance(operator.console.screen, WhyScreen)


async def test_escape_leaves_the_question_before_the_page(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("w")
        await operator.meets(WhyScreen)
        await operator.sees("verdict")
        await operator.press("slash", "1", "escape")
        assert isinstance(operator.console.screen, WhyScreen)
        assert not operator.console.screen.query_one(Input).display
        await operator.press("q")
        await operator.meets(JobsScreen)


async def test_a_job_without_a_schedule(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.goes_to("mid")
        await operator.press("w")
        await operator.sees("never")


async def test_an_invalid_job(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.goes_to("broken")
        await operator.press("w")
        await operator.sees("Why broken", "verdict")
