"""What is done to the chosen job: run, stop, pause, skip, undo, copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Button, Input, RadioSet

from jobconsole.screens.confirm import Confirm
from jobconsole.screens.job import JobScreen
from jobconsole.screens.jobs import JobsScreen
from jobconsole.screens.run_dialog import RoleButton, RunDialog
from runner import api
from runner.model.orders import Order
from runner.model.run import RunStatus, Trigger
from runner.model.views import HistoryQuery, JobState
from runner.store.runs import find
from tests.helpers.decisions import by, pause
from tests.helpers.stage import MIDDLE, SMALL, USER, visit
from tests.helpers.still import still
from tests.tui.conftest import FIVE

if TYPE_CHECKING:
    from pathlib import Path

    from runner.model.views import JobView, RunView
    from tests.helpers.stage import Operator
    from tests.helpers.still import Still


def runs_of(it: Still, job_id: str) -> list[RunView]:
    return api.history(it.project, HistoryQuery(job_id=job_id)).runs


def job(it: Still, job_id: str) -> JobView:
    return api.job_detail(it.project, job_id).view


async def run_dialog(operator: Operator) -> None:
    """Opens it, and waits until it is filled in."""
    await operator.press("r")
    await operator.meets(RunDialog)
    await operator.focuses(operator.console.screen.query_one("#run", Button))


async def test_r_enter_runs_as_proposed(farm: Still) -> None:
    async with visit(farm, SMALL) as operator:
        await run_dialog(operator)
        await operator.sees("Run zeta", "Role", "Args", "Timeout", "30m")
        await operator.focuses(operator.console.screen.query_one("#run", Button))
        await operator.press("enter")
        await operator.hears("started zeta: ")
    (run,) = runs_of(farm, "zeta")
    assert (run.trigger, run.role, run.actor) == (Trigger.CONSOLE, "member", USER)


async def test_the_dialog_is_left_without_a_run(farm: Still) -> None:
    async with visit(farm) as operator:
        await run_dialog(operator)
        await operator.press("escape")
        await operator.meets(JobsScreen)
        await run_dialog(operator)
        await operator.pilot.click("#cancel")
        await operator.meets(JobsScreen)
    assert not runs_of(farm, "zeta")


async def test_the_dialog_asks_for_role_arguments_and_timeout(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.goes_to("mid")
        await run_dialog(operator)
        screen = operator.console.screen
        assert screen.query_one("#args", Input).value == "one 'two words'"
        await operator.press("shift+tab")
        await operator.focuses(screen.query_one("#timeout", Input))
        screen.query_one("#timeout", Input).value = ""
        await operator.types("90")
        await operator.press("shift+tab")
        await operator.focuses(screen.query_one("#args", Input))
        screen.query_one("#args", Input).value = ""
        await operator.types('a "b c"')
        await operator.press("shift+tab")
        await operator.focuses(screen.query_one(RadioSet))
        await operator.press("down", "down", "enter")
        pressed = [it.name for it in screen.query(RoleButton) if it.value]
        assert len(pressed) == 1
        assert pressed != ["admin"]
        await operator.press("tab", "enter")
        await operator.hears("started mid: ")
        last = operator.console.last_orders["mid"]
    assert (last.args, last.timeout) == (("a", "b c"), 90)
    (run,) = runs_of(farm, "mid")
    assert [run.role] == [last.role] == pressed


MISTAKES = (
    ("#timeout", "soon", "Timeout: soon"),
    ("#timeout", "99999999999999999999999", "Timeout: 9"),
    ("#timeout", "", "Timeout: nothing"),
    ("#timeout", "9" * 5000, "9" * 60),
    ("#timeout", "0", "at least a second"),
    ("#args", "it's", "Args: No closing quotation"),
)


async def test_the_dialog_says_what_is_wrong(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.goes_to("mid")
        await run_dialog(operator)
        for field, typed, problem in MISTAKES:
            box = operator.console.screen.query_one(field, Input)
            box.focus()
            box.value = typed
            await operator.press("enter")
            await operator.sees(problem)
            assert isinstance(operator.console.screen, RunDialog)
    assert not runs_of(farm, "mid")


async def test_a_role_that_may_not_is_shown_as_such(farm: Still) -> None:
    farm.configure({"guarded": {"roles": ["member"], "role": "member"}})
    api.refresh(farm.project)
    async with visit(farm) as operator:
        await run_dialog(operator)
        denied = operator.console.screen.query(RoleButton)
        assert {it.name for it in denied if not it.disabled} == {"member"}
        assert "not allowed" in operator.line_with("viewer")
        assert "(●) member" in operator.text
        await operator.press("enter")
        await operator.hears("started guarded")


async def test_no_role_may_be_chosen_until_one_is(farm: Still) -> None:
    farm.configure({"guarded": {"roles": ["member"]}})
    api.refresh(farm.project)
    async with visit(farm) as operator:
        await run_dialog(operator)
        pressed = operator.console.screen.query_one(RadioSet).pressed_button
        if pressed is None:
            await operator.press("enter")
            await operator.sees("Choose a role that may start it.")
        else:
            assert not pressed.disabled


async def test_an_invalid_job_is_not_run(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.goes_to("broken")
        await operator.press("r")
        await operator.hears("did you mean 'command'?")
        assert isinstance(operator.console.screen, JobsScreen)
        await operator.press("R")
        await operator.waits(lambda: len(operator.told) == 2, "a second message")


async def test_what_already_runs_is_not_started_twice(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("R")
        await operator.hears("started zeta")
        await operator.press("R")
        await operator.waits(lambda: len(operator.told) == 2, "a refusal")
        await operator.sees("…")
    assert len(runs_of(farm, "zeta")) == 1


async def test_runs_again_with_the_last_choice(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.goes_to("mid")
        await run_dialog(operator)
        operator.console.screen.query_one("#args", Input).value = "other"
        await operator.press("enter")
        await operator.hears("started mid")
        await operator.sees("1 waiting")
        farm.run_all()
        await operator.sees("0 waiting")
        await operator.press("R")
        await operator.waits(lambda: len(runs_of(farm, "mid")) == 2, "a second run")
        assert operator.console.last_orders["mid"].args == ("other",)
        await run_dialog_again(operator)


async def run_dialog_again(operator: Operator) -> None:
    """The dialog proposes what was chosen last."""
    await run_dialog(operator)
    assert operator.console.screen.query_one("#args", Input).value == "other"
    await operator.press("escape")


async def test_stop_asks_and_takes_no_for_the_answer(farm: Still) -> None:
    api.submit(farm.project, Order("zeta", USER))
    async with visit(farm) as operator:
        await operator.sees("1 waiting")
        await operator.press("x")
        await operator.meets(Confirm)
        await operator.sees("Stop zeta?", "queued for")
        await operator.focuses(operator.console.screen.query_one("#no", Button))
        await operator.press("enter")
        await operator.meets(JobsScreen)
        for key in ("n", "escape"):
            await operator.press("x")
            await operator.meets(Confirm)
            await operator.press(key)
            await operator.meets(JobsScreen)
    (run,) = runs_of(farm, "zeta")
    assert run.status is RunStatus.QUEUED


@pytest.mark.parametrize(("key", "question"), [("x", "Stop"), ("X", "Kill")])
async def test_stops_and_kills_once_one_says_yes(
    farm: Still, key: str, question: str
) -> None:
    async with visit(farm) as operator:
        for answer in (("y",), ("right", "enter"), ("tab", "enter")):
            api.submit(farm.project, Order("zeta", USER))
            await operator.sees("1 waiting")
            await operator.press(key)
            await operator.meets(Confirm)
            await operator.sees(f"{question} zeta?")
            await operator.press(*answer)
            await operator.hears("zeta is ")
            await operator.sees("0 waiting", "■ cancelled")
    assert [it.status for it in runs_of(farm, "zeta")] == [RunStatus.CANCELLED] * 3


async def test_a_run_that_ended_meanwhile_is_said_to_have(farm: Still) -> None:
    api.submit(farm.project, Order("zeta", USER))
    async with visit(farm) as operator:
        await operator.press("x")
        await operator.meets(Confirm)
        await operator.sees("queued for")
        farm.run_all()
        await operator.press("y")
        await operator.hears("ended already")


async def test_only_the_run_that_was_shown_is_stopped(farm: Still) -> None:
    first = api.submit(farm.project, Order("zeta", USER))
    async with visit(farm) as operator:
        await operator.press("x")
        await operator.meets(Confirm)
        await operator.sees(first)
        farm.run_all()
        second = api.submit(farm.project, Order("zeta", USER))
        await operator.press("y")
        await operator.hears("ended already")
    assert api.resolve_run(farm.project, second).status is RunStatus.QUEUED


async def test_nothing_is_stopped_where_nothing_runs(farm: Still) -> None:
    async with visit(farm) as operator:
        for key in ("x", "X"):
            await operator.press(key)
            await operator.hears("nothing to stop")


async def test_pauses_resumes_and_undoes(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("p")
        await operator.hears("zeta is paused (u undoes it)")
        await operator.sees("‖", "1 held")
        await operator.press("p")
        await operator.waits(lambda: len(operator.told) == 2, "a message")
        await operator.sees("0 held")
        await operator.press("u")
        await operator.hears("undone: resuming zeta")
        await operator.sees("1 held")
        await operator.press("u")
        await operator.waits(lambda: job(farm, "zeta").standing is None, "no pause")


async def test_says_that_there_is_nothing_to_undo(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("u")
        await operator.hears("nothing to undo")


async def test_a_pause_tells_of_what_else_holds_a_job(farm: Still) -> None:
    api.disable(farm.project, "zeta", by())
    async with visit(farm) as operator:
        await operator.sees("disabled")
        await operator.press("p")
        await operator.hears("disabled")


async def test_skips_the_next_occurrence_and_undoes_it(farm: Still) -> None:
    async with visit(farm, (160, 30)) as operator:
        await operator.goes_to("alpha")
        await operator.press("s")
        await operator.hears("alpha skips Fri 2026-11-20 06:00 +00:00")
        await operator.sees("in 25h", "skips")
        await operator.press("u")
        await operator.hears("alpha does not skip")
        await operator.waits(lambda: "in 1h" in operator.lines[4], "its return")


async def test_what_has_no_schedule_cannot_be_skipped(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.goes_to("mid")
        await operator.press("s")
        await operator.hears("nothing of mid is to come. Only what falls due")


async def test_copies_the_id_and_then_the_path(farm: Still) -> None:
    run_id = api.submit(farm.project, Order("zeta", USER))
    async with visit(farm) as operator:
        await operator.press("y")
        await operator.hears(f"copied {run_id}")
        assert operator.console.clipboard == run_id
        await operator.press("y")
        folder = api.run_detail(farm.project, run_id).folder.path
        await operator.hears(f"copied {folder}")
        assert operator.console.clipboard == str(folder)
        await operator.goes_to("mid")
        await operator.press("y")
        await operator.hears("copied mid")


async def test_shows_the_command_line_of_what_it_would_run(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("c")
        await operator.hears("copied: jobconsole run zeta")
        operator.console.last_orders["zeta"] = Order(
            "zeta", USER, role="viewer", args=("a b",), timeout=60
        )
        await operator.press("c")
        line = "jobconsole run zeta --role viewer --timeout 60 -- 'a b'"
        await operator.hears(f"copied: {line}")
        assert operator.console.clipboard == line


async def test_several_jobs_at_once_need_marks(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("b")
        await operator.hears("nothing is marked: space marks a job, * marks all")


@pytest.mark.parametrize(
    ("downs", "state"),
    [
        (0, JobState.QUEUED),
        (2, JobState.PAUSED),
        (5, JobState.DISABLED),
    ],
)
async def test_does_something_to_all_that_are_marked(
    farm: Still, downs: int, state: JobState
) -> None:
    async with visit(farm, MIDDLE) as operator:
        await operator.press("space", "space", "b")
        await operator.sees("2 marked jobs", "zeta, alpha")
        await operator.press(*["down"] * downs, "enter")
        await operator.waits(
            lambda: {job(farm, it).state for it in ("zeta", "alpha")} == {state},
            f"two jobs that are {state}",
        )
        await operator.hears("2 of 2 jobs")
    assert job(farm, "mid").state is JobState.IDLE


async def test_takes_back_what_was_done_to_all(farm: Still) -> None:
    for job_id in ("zeta", "alpha"):
        pause(farm, job_id)
        api.disable(farm.project, job_id, by())
    async with visit(farm) as operator:
        await operator.press("space", "space", "b")
        await operator.sees("2 marked jobs")
        await operator.press(*["down"] * 3, "enter")
        await operator.hears("resume: 2 of 2 jobs")
        await operator.press("b")
        await operator.press(*["down"] * 6, "enter")
        await operator.hears("enable: 2 of 2 jobs")
    assert {job(farm, it).state for it in ("zeta", "alpha")} == {JobState.IDLE}


async def test_stops_and_skips_all_that_are_marked(farm: Still) -> None:
    for job_id in ("zeta", "alpha"):
        api.submit(farm.project, Order(job_id, USER))
    async with visit(farm) as operator:
        await operator.press("space", "space", "b")
        await operator.sees("2 marked jobs")
        await operator.press("down", "enter")
        await operator.meets(Confirm)
        await operator.press("n")
        await operator.meets(JobsScreen)
        assert {it.status for it in runs_of(farm, "zeta")} == {RunStatus.QUEUED}
        await operator.press("b", "down", "enter")
        await operator.meets(Confirm)
        await operator.press("y")
        await operator.hears("stop: 2 of 2 jobs")
        await operator.press("b")
        await operator.press(*["down"] * 4, "enter")
        await operator.hears("skip: 2 of 2 jobs")
    assert {it.status for it in runs_of(farm, "zeta")} == {RunStatus.CANCELLED}
    assert len(job(farm, "alpha").skipped) == 1


async def test_the_order_of_deeds_is_that_of_the_rows(farm: Still) -> None:
    jobs: dict[str, object] = {f"job{number}": {} for number in range(6)}
    farm.configure(jobs)
    api.refresh(farm.project)
    async with visit(farm) as operator:
        await operator.press("*", "b")
        await operator.sees("6 marked jobs", "job0, job1, job2, job3, job4 and 1 more")
        await operator.press("escape")
        await operator.meets(JobsScreen)


async def test_an_older_run_is_found_where_the_latest_has_ended(farm: Still) -> None:
    farm.configure({"twice": {"overlap": "allow"}})
    api.refresh(farm.project)
    first = api.submit(farm.project, Order("twice", USER))
    farm.start_all()
    second = api.submit(farm.project, Order("twice", USER))
    api.cancel(farm.project, second, actor=USER)
    assert api.resolve_run(farm.project, second).status is RunStatus.CANCELLED
    async with visit(farm, MIDDLE) as operator:
        await operator.press("enter")
        await operator.meets(JobScreen)
        await operator.sees("cancelled")
        await operator.press("x")
        await operator.meets(Confirm)
        await operator.sees(first)


async def test_the_dialog_asks_for_what_a_prompt_leaves_blank(tmp_path: Path) -> None:
    agent = {"agent": "custom", "command": ["cat"], "prompt": "${topic}, ${depth} deep"}
    ask = {**agent, "params": {"topic": None, "depth": "3"}}
    with still(tmp_path, {"ask": ask}, FIVE) as it:
        async with visit(it) as operator:
            await run_dialog(operator)
            box = operator.console.screen.query_one("#params", Input)
            assert box.value == "depth=3 topic="
            for typed, problem in (
                (box.value, "topic needs a value"),
                ("topic", "topic is not NAME=VALUE"),
                ("topic=a bogus=1", "there is no bogus, only depth, topic"),
                ("topic=a topic=b", "topic is there twice"),
            ):
                box.focus()
                box.value = typed
                await operator.press("enter")
                await operator.sees(f"Params: {problem}")
            box.value = "topic='old logs' depth=3"
            await operator.press("enter")
            await operator.hears("started ask: ")
            last = operator.console.last_orders["ask"]
        (run,) = runs_of(it, "ask")
        row = find(it.project.index, run.run_id)
    assert last.params == (("topic", "old logs"),)
    assert row is not None
    assert row.params == {"topic": "old logs"}


async def test_a_job_without_blanks_is_not_asked_for_any(farm: Still) -> None:
    async with visit(farm) as operator:
        await run_dialog(operator)
        assert not operator.console.screen.query_one("#params-field").display
