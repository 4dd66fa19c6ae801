"""What others do meanwhile: other consoles, ticks, edits, and the loss of the state."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from jobconsole.screens.jobs import JobsScreen
from jobconsole.screens.system import SystemScreen
from jobconsole.watcher import ATTEND_MS
from runner import api
from runner.model.orders import Order
from runner.model.views import JobState
from tests.helpers.stage import MIDDLE, USER, WIDE, Rests, on_stage, stage_of, visit
from tests.tui.conftest import FIVE, JOBS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.clock import FakeClock
    from tests.helpers.stage import Operator
    from tests.helpers.still import Still


class Hurry(Rests):
    """Time passes in each rest of the watcher, so none does while it is at work.

    What takes it long, as time that a test lets pass, is not done again for long.
    """

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.advance(ATTEND_MS)
        return super().wait(timeout)


async def attended(farm: Still, operator: Operator, seen: Callable[[], bool]) -> None:
    """Waits for what a console does every two seconds, on a clock that runs ahead."""
    watcher = operator.console._watcher
    if not isinstance(watcher._stopping, Hurry):
        watcher._stopping = Hurry(farm.clock)
    await operator.waits(seen, "an edit to be taken in")


async def test_an_edit_is_taken_in(farm: Still) -> None:
    async with visit(farm) as operator:
        before = {job.id: job for job in operator.table.items}
        farm.configure({**JOBS, "fresh": {"when": {"at": "09:00"}}})
        await attended(farm, operator, lambda: "fresh" in operator.text)
        assert operator.rows == [*JOBS, "fresh"]
        after = {job.id: job for job in operator.table.items}
        assert after["mid"] is before["mid"]
        farm.configure({"mid": {}})
        await attended(farm, operator, lambda: operator.rows == ["mid"])


async def test_a_broken_edit_is_told_and_the_last_good_one_stays(farm: Still) -> None:
    async with visit(farm, WIDE) as operator:
        farm.project.config.write_text("jobs: [", "utf-8")
        await attended(farm, operator, lambda: "broken configuration" in operator.text)
        assert operator.rows == list(JOBS)
        await operator.press("5")
        await operator.meets(SystemScreen)
        await operator.sees("broken", "teleclaude.yml")
        farm.configure(JOBS)
        await attended(
            farm, operator, lambda: "broken configuration" not in operator.text
        )


async def test_a_tick_meanwhile_is_seen(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.sees("in 1h")
        farm.tick_at(FIVE + 3600)
        await operator.sees("2 waiting", "tick now", "…  zeta", "…  alpha")
        farm.run_all()
        await operator.sees("0 waiting")


async def test_two_consoles_agree(farm: Still) -> None:
    stage = stage_of(farm.project.config, farm.clock)
    async with on_stage(stage, MIDDLE) as one, on_stage(stage, WIDE) as other:
        await one.press("p")
        await one.sees("‖  zeta")
        await other.sees("‖  zeta", "held", "paused by tester")
        await other.press("p")
        await one.sees_no("‖  zeta")
        await other.press("R")
        await other.hears("started zeta")
        await one.sees("…  zeta", "1 waiting")
        await one.waits(
            lambda: one.console.snapshot == other.console.snapshot, "agreement"
        )


async def test_leaves_the_state_as_it_was(farm: Still) -> None:
    """A console that only looked changed nothing that a person would see."""
    before = api.list_jobs(farm.project)
    async with visit(farm) as operator:
        await operator.press("2", "3", "4", "5", "1", "enter", "escape")
    assert api.list_jobs(farm.project) == before


async def test_a_state_that_disappears_ends_the_console(farm: Still) -> None:
    async with visit(farm) as operator:
        shutil.rmtree(farm.project.state.root)
        await operator.waits(lambda: not operator.console.is_running, "the end")
        assert operator.console.return_code == 3
        assert operator.console.return_value
        assert "index" in operator.console.return_value


async def test_a_question_about_a_lost_state_is_no_disaster(farm: Still) -> None:
    async with visit(farm) as operator:
        shutil.rmtree(farm.project.state.root)
        operator.console.simulate_key("w")
        operator.console.simulate_key("p")
        await operator.waits(lambda: not operator.console.is_running, "the end")
        assert operator.console.return_code == 3


async def test_an_index_of_a_newer_version_ends_the_console(farm: Still) -> None:
    async with visit(farm) as operator:
        farm.project.index.execute("PRAGMA user_version = 99")
        api.submit(farm.project, Order("zeta", USER))
        await operator.waits(lambda: not operator.console.is_running, "the end")
        assert "newer" in (operator.console.return_value or "")


def folded(farm: Still) -> bool:
    (is_busy, *_) = farm.project.index.execute(
        "PRAGMA wal_checkpoint(TRUNCATE)"
    ).fetchone()
    return not is_busy


async def test_a_damaged_index_ends_the_console(farm: Still) -> None:
    async with visit(farm) as operator:
        index = farm.project.state.index
        # What is still in the log hides the damage; whoever reads keeps it there.
        await operator.waits(lambda: folded(farm), "the log to be in the index")
        with index.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (index.stat().st_size - 4096))
        api_version = farm.project.index.execute("PRAGMA data_version").fetchone()
        assert api_version is not None
        with index.open("r+b") as file:
            file.seek(24)
            file.write(b"\x7f\x7f\x7f\x7f")
        await operator.waits(lambda: not operator.console.is_running, "the end")
        assert operator.console.return_code == 3


@pytest.mark.parametrize("deed", ["R", "p", "s"])
async def test_a_deed_is_told_where_its_job_has_just_left(
    farm: Still, deed: str
) -> None:
    async with visit(farm) as operator:
        farm.configure({"other": {}})
        api.refresh(farm.project)
        operator.console.simulate_key(deed)
        await operator.waits(
            lambda: operator.told or operator.rows == ["other"], "an answer"
        )
        await operator.waits(lambda: operator.rows == ["other"], "the other job")
        assert isinstance(operator.console.screen, JobsScreen)


async def test_what_is_chosen_stays_chosen(farm: Still) -> None:
    async with visit(farm, WIDE) as operator:
        await operator.goes_to("mid")
        farm.configure({"first": {}, **JOBS})
        await attended(farm, operator, lambda: "first" in operator.text)
        assert operator.table.cursor_key == "mid"
        farm.configure({"first": {}, "zeta": {}, "alpha": {}})
        await attended(farm, operator, lambda: "mid" not in operator.rows)
        assert operator.table.cursor_key in operator.rows


async def test_states_have_marks(farm: Still) -> None:
    api.submit(farm.project, Order("zeta", USER))
    async with visit(farm) as operator:
        await operator.sees("…  zeta", "1 waiting")
        farm.start_all()
        await operator.sees("▶  zeta", "1 running")
    assert api.job_detail(farm.project, "zeta").view.state is JobState.RUNNING
