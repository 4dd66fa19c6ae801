"""A console that only looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.screens.command import CommandScreen
from jobconsole.screens.help import Help
from jobconsole.screens.jobs import JobsScreen
from jobconsole.screens.why import WhyScreen
from runner import api
from runner.model.orders import Order
from runner.model.run import RunStatus
from runner.model.views import HistoryQuery, JobState
from tests.helpers.decisions import pause
from tests.helpers.stage import USER, visit

if TYPE_CHECKING:
    from tests.helpers.still import Still

ACTING = ("r", "R", "x", "X", "p", "s", "u", "b")


async def test_hides_and_refuses_what_acts(farm: Still) -> None:
    run_id = api.submit(farm.project, Order("zeta", USER))
    pause(farm, "alpha")
    async with visit(farm, read_only=True) as operator:
        await operator.sees("read-only", "1 waiting")
        keys = operator.lines[-1]
        for word in ("r run", "x stop", "p pause"):
            assert word not in keys
        await operator.press("space", "g")
        for key in ACTING:
            await operator.press(key)
            assert isinstance(operator.console.screen, JobsScreen)
        await operator.press("2", "a", "r", "x", "3", "s", "1", "enter", "p", "x")
        assert not operator.told
    (run,) = api.history(farm.project, HistoryQuery()).runs
    assert (run.run_id, run.status) == (run_id, RunStatus.QUEUED)
    assert api.job_detail(farm.project, "zeta").view.state is JobState.QUEUED
    assert api.job_detail(farm.project, "alpha").view.state is JobState.PAUSED


async def test_looks_as_any_other(farm: Still) -> None:
    async with visit(farm, (100, 60), read_only=True) as operator:
        await operator.press("w")
        await operator.meets(WhyScreen)
        await operator.press("escape", "c")
        await operator.hears("copied: jobconsole run zeta")
        await operator.press("question_mark")
        await operator.meets(Help)
        assert "job.run" not in operator.text
        assert "job.why" in operator.text
        await operator.press("escape", "colon")
        await operator.meets(CommandScreen)


async def test_does_not_take_in_an_edit(farm: Still) -> None:
    """Somebody who only looks writes nothing, not even into the index."""
    async with visit(farm, read_only=True) as operator:
        farm.configure({"fresh": {}})
        farm.clock.advance(60_000)
        await operator.sees("tick 1m ago")
        assert operator.rows == ["zeta", "alpha", "mid", "broken"]
