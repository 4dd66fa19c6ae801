"""What jobs call themselves and write is shown literally or not at all, everywhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from textual.command import CommandPalette
from textual.widgets import Input

from jobconsole.screens.compare import CompareScreen
from jobconsole.screens.confirm import Confirm
from jobconsole.screens.job import JobScreen
from jobconsole.screens.page import Page
from jobconsole.screens.run_dialog import RunDialog
from jobconsole.screens.why import WhyScreen
from jobconsole.stage import Called
from runner import api
from runner.model.errors import StateUnavailableError
from runner.model.orders import Decision, Order
from runner.model.views import HistoryQuery
from tests.fakes.command_line import FakeCommandLine
from tests.helpers.screen import HOSTILE
from tests.helpers.stage import (
    MIDDLE,
    WIDE,
    assert_nothing_leads_out,
    on_stage,
    stage_of,
    visit,
)
from tests.tui.conftest import FILE_NAMES, FOREIGN
from widgets.table import Table

if TYPE_CHECKING:
    from tests.helpers.stage import Operator
    from tests.helpers.still import Still
    from tests.tui.conftest import Showroom

LITERALLY = "[red]red[/red] [@click=app.quit]quit[/]"


async def calm(operator: Operator) -> None:
    """Nothing has happened but that a text was painted."""
    await operator.pilot.pause()
    assert_nothing_leads_out(operator)
    assert operator.console.is_running
    assert "aGk=" not in operator.console.clipboard


@pytest.mark.parametrize("size", [MIDDLE, WIDE], ids=["110", "160"])
async def test_pages_of_a_hostile_job(
    showroom: Showroom, size: tuple[int, int]
) -> None:
    async with on_stage(stage_of(showroom.project.config), size) as operator:
        await operator.goes_to("hostile")
        await calm(operator)
        for key, title in (
            ("enter", "Overview"),
            ("l", "Log"),
            ("h", "History"),
            ("f", "Files"),
            ("d", "Spec"),
        ):
            await operator.press(key)
            await operator.sees(f"[{title}]")
            await calm(operator)
        await operator.press("l", "g")
        await operator.sees("[@click=app.quit]")
        await operator.press("W", "t")
        await calm(operator)
        assert operator.console.screen.title != "title"


async def test_names_of_files_and_what_they_say(showroom: Showroom) -> None:
    async with on_stage(stage_of(showroom.project.config), MIDDLE) as operator:
        await operator.goes_to("hostile")
        await operator.press("f")
        await operator.meets(JobScreen)
        table = operator.console.screen.query_one("FilesPane Table", Table)
        await operator.focuses(table)
        await operator.press("g")
        await operator.sees("[red]x[bold].txt")
        for name in (*FILE_NAMES, "summary.md", "manifest.json", "stdout.log"):
            table.go_to(name)
            await operator.pilot.pause()
            await calm(operator)


async def test_the_run_dialog_and_what_it_runs(showroom: Showroom) -> None:
    async with on_stage(stage_of(showroom.project.config), MIDDLE) as operator:
        await operator.goes_to("hostile")
        await operator.press("r")
        await operator.meets(RunDialog)
        await operator.sees("Run hostile")
        args = operator.console.screen.query_one("#args", Input)
        args.focus()
        await operator.press("home")
        await operator.sees("[red]red[/red]")
        await calm(operator)
        await operator.press("escape", "c")
        await operator.hears("copied: jobconsole run hostile")
        await calm(operator)


async def test_other_views_of_a_hostile_job(showroom: Showroom) -> None:
    async with on_stage(stage_of(showroom.project.config), WIDE) as operator:
        await operator.goes_to("hostile")
        await operator.press("w")
        await operator.meets(WhyScreen)
        await operator.sees("verdict")
        await calm(operator)
        for view in "2345":
            await operator.press(view)
            await calm(operator)
        await operator.press("2")
        await operator.waits(lambda: len(operator.rows) > 3, "the runs")
        await operator.press("g", "space", "space", "equals_sign")
        await operator.meets(CompareScreen)
        await operator.press("a")
        await calm(operator)


async def test_messages_and_errors(farm: Still) -> None:
    """Whatever the core may say, with whatever names of people and files in it."""
    async with visit(farm) as operator:
        for text in HOSTILE:
            operator.console.clear_notifications()
            operator.console.say(text)
            operator.console.complain(StateUnavailableError(text, hint=text))
            await operator.waits(lambda: len(operator.told) == 2, ascii(text[:20]))
            await calm(operator)


async def test_reasons_and_people(farm: Still) -> None:
    api.pause(farm.project, "zeta", Decision(FOREIGN, FOREIGN))
    api.skip(farm.project, "alpha", Decision(FOREIGN, FOREIGN))
    api.submit(farm.project, Order("mid", FOREIGN, args=(FOREIGN,)))
    async with visit(farm, WIDE) as operator:
        await operator.sees("[red]red[/red]")
        await calm(operator)
        for job_id in ("zeta", "alpha", "mid"):
            await operator.goes_to(job_id)
            await operator.press("w")
            await operator.meets(WhyScreen)
            await operator.sees("verdict")
            await calm(operator)
            await operator.press("escape")
        await operator.goes_to("mid")
        await operator.press("x")
        await operator.meets(Confirm)
        await calm(operator)
        await operator.press("n", "2")
        await operator.sees("[red]red")
        await calm(operator)
        await operator.press("3")
        await calm(operator)
    (run,) = api.history(farm.project, HistoryQuery(job_id="mid")).runs
    assert run.actor == FOREIGN


async def test_an_invalid_job_with_a_hostile_key(farm: Still) -> None:
    text = json.dumps({"jobs": {"odd": {"command": ["true"], FOREIGN: 1}}})
    farm.project.config.write_text(text, "utf-8")
    api.refresh(farm.project)
    async with visit(farm, WIDE) as operator:
        await operator.sees("[red]red")
        await calm(operator)
        for key in ("d", "5", "1", "r", "w"):
            await operator.press(key)
            await calm(operator)


async def test_a_broken_configuration_with_hostile_text(farm: Still) -> None:
    farm.project.config.write_text(f'jobs: {{"{LITERALLY}": [', "utf-8")
    api.refresh(farm.project)
    async with visit(farm, WIDE) as operator:
        await operator.press("5")
        await operator.sees("broken")
        await calm(operator)


async def test_the_command_line_and_what_commands_say(farm: Still) -> None:
    hostile = "\n".join(HOSTILE)
    line = FakeCommandLine({"look": Called(0, hostile), "act": Called(0, HOSTILE[3])})
    async with visit(farm, command_line=line) as operator:
        for typed in (f"look '{LITERALLY}'", "act"):
            await operator.press("colon")
            await operator.waits(
                lambda: operator.console.screen.query("#typed"), "the line"
            )
            operator.console.screen.query_one(Input).value = typed
            await calm(operator)
            await operator.press("enter")
            await operator.waits(
                lambda: isinstance(operator.console.screen, Page) or operator.told,
                "an answer",
            )
            await calm(operator)
            await operator.press("escape")


async def test_what_is_typed_is_foreign_too(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("slash")
        operator.console.screen.query_one(Input).value = FOREIGN
        await operator.sees("[red]red[/red]")
        await calm(operator)
        await operator.press("enter", "2", "slash")
        operator.console.screen.query_one(Input).value = FOREIGN
        await calm(operator)
        await operator.press("escape", "1", "ctrl+p")
        await operator.meets(CommandPalette)
        await calm(operator)


async def test_names_of_the_project_and_its_host(farm: Still) -> None:
    async with visit(farm, WIDE, project=FOREIGN, host=FOREIGN) as operator:
        await operator.sees("[red]red[/red]")
        await calm(operator)
