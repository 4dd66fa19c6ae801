"""The line behind `:`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from jobconsole.command_line import ClickCommandLine
from jobconsole.screens.command import CommandScreen
from jobconsole.screens.help import Help
from jobconsole.screens.jobs import JobsScreen
from jobconsole.screens.page import Page
from jobconsole.screens.runs import RunsScreen
from jobconsole.stage import Called
from runner import api
from runner.model.views import HistoryQuery, JobState
from tests.fakes.command_line import FakeCommandLine
from tests.helpers.stage import MIDDLE, visit
from tests.jobconsole.cli.program import surroundings

if TYPE_CHECKING:
    from tests.helpers.stage import Operator
    from tests.helpers.still import Still


async def typed(operator: Operator, text: str) -> None:
    """Types a line and enters it."""
    await operator.press("colon")
    await operator.meets(CommandScreen)
    await operator.waits(lambda: operator.console.screen.query(Input), "the line")
    operator.console.screen.query_one(Input).value = text
    await operator.press("enter")


def line_of(operator: Operator) -> str:
    return operator.console.screen.query_one(Input).value


async def test_goes_to_a_view_by_its_name(farm: Still) -> None:
    async with visit(farm) as operator:
        await typed(operator, "runs")
        await operator.meets(RunsScreen)
        await typed(operator, "help")
        await operator.meets(Help)
        await typed(operator, "jobs")
        await operator.meets(JobsScreen)
        await typed(operator, "theme safe-dark")
        await operator.hears("theme: safe-dark")
        await typed(operator, "q")
        await operator.waits(lambda: not operator.console.is_running, "the end")


async def test_calls_a_command_with_the_words_of_a_shell(farm: Still) -> None:
    line = FakeCommandLine({"look": Called(0, "one line\n")})
    async with visit(farm, command_line=line) as operator:
        await typed(operator, "look 'two words' --json")
        await operator.hears("one line")
        await typed(operator, "act")
        await operator.hears("done: act")
    assert line.called == [["look", "two words", "--json"], ["act"]]


async def test_what_a_command_says_at_length_is_a_page(farm: Still) -> None:
    line = FakeCommandLine({"look": Called(0, "first\nsecond\n")})
    async with visit(farm, command_line=line) as operator:
        await typed(operator, "look")
        await operator.meets(Page)
        await operator.sees(":look", "first", "second")
        await operator.press("escape")
        await operator.meets(JobsScreen)


async def test_a_command_that_fails_says_how(farm: Still) -> None:
    line = FakeCommandLine({"act": Called(2, "there is no job nobody\n")})
    async with visit(farm, command_line=line) as operator:
        await typed(operator, "act nobody")
        await operator.meets(Page)
        await operator.sees(":act nobody (exit 2)", "there is no job nobody")


async def test_quotes_must_be_closed(farm: Still) -> None:
    async with visit(farm) as operator:
        await typed(operator, "look 'open")
        await operator.sees("No closing quotation")
        await operator.press("escape")
        await operator.meets(JobsScreen)


async def test_nothing_typed_is_nothing_done(farm: Still) -> None:
    line = FakeCommandLine()
    async with visit(farm, command_line=line) as operator:
        await typed(operator, "  ")
        await operator.meets(JobsScreen)
        assert not line.called


async def test_tab_completes_as_far_as_all_agree(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("colon")
        await operator.meets(CommandScreen)
        await operator.sees("jobs  runs  agenda", "act  look")
        await operator.types("lo")
        await operator.press("tab")
        await operator.waits(lambda: line_of(operator) == "look ", "look")
        await operator.sees("job-one  job-two")
        await operator.press("tab")
        await operator.waits(lambda: line_of(operator) == "look job-", "job-")
        await operator.press("t", "tab")
        await operator.waits(lambda: line_of(operator) == "look job-two ", "job-two")


async def test_own_words_are_completed_too(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("colon", "a", "g", "tab")
        await operator.waits(lambda: line_of(operator) == "agenda ", "agenda")


async def test_remembers_what_was_typed(farm: Still) -> None:
    async with visit(farm) as operator:
        await typed(operator, "look one")
        await operator.hears("done: look one")
        await typed(operator, "look two")
        await operator.hears("done: look two")
        await operator.press("colon")
        await operator.types("new")
        seen = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await operator.press(key)
            seen.append(line_of(operator))
        one, two = "look one", "look two"
        assert seen == [two, one, one, two, "new", "new"]


async def test_commands_of_the_program_are_the_same_here(farm: Still) -> None:
    here = surroundings(farm.project.root)
    line = ClickCommandLine(here, str(farm.project.config))
    async with visit(farm, MIDDLE, command_line=line) as operator:
        await typed(operator, "pause zeta --reason holidays")
        await operator.waits(
            lambda: api.job_detail(farm.project, "zeta").view.state is JobState.PAUSED,
            "a pause",
        )
        await operator.sees("paused")
        await typed(operator, "list")
        await operator.sees(":list", "alpha")
        await operator.press("escape")
        await typed(operator, "lsit")
        await operator.sees("(exit 2)", "did you mean list?")
        await operator.press("escape", "colon")
        await operator.types("pause ze")
        await operator.press("tab")
        await operator.waits(lambda: line_of(operator) == "pause zeta ", "its name")


async def test_a_run_that_is_started_here_is_not_waited_for(farm: Still) -> None:
    here = surroundings(farm.project.root)
    line = ClickCommandLine(here, str(farm.project.config))
    async with visit(farm, command_line=line) as operator:
        await typed(operator, "run mid -- --follow")
        await operator.waits(
            lambda: api.history(farm.project, HistoryQuery(job_id="mid")).runs, "a run"
        )


ACTING = ("run zeta", "replay x", "cancel x", "pause zeta", "init", "reindex")


async def test_a_read_only_console_calls_nothing_that_acts(farm: Still) -> None:
    here = surroundings(farm.project.root)
    line = ClickCommandLine(here, str(farm.project.config))
    before = api.list_jobs(farm.project)
    async with visit(farm, read_only=True, command_line=line) as operator:
        for words in ACTING:
            assert line.acts(words.split())
            operator.console.clear_notifications()
            await typed(operator, words)
            await operator.hears("this console is read-only")
            await operator.meets(JobsScreen)
    assert not api.history(farm.project, HistoryQuery()).runs
    assert api.list_jobs(farm.project) == before
