"""The pages of a job: overview, log, history, files, spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from jobconsole.parts.prompt import Prompt
from jobconsole.screens.job import JobScreen
from jobconsole.screens.jobs import JobsScreen
from tests.helpers.stage import MIDDLE, SMALL, WIDE, on_stage, stage_of
from widgets.lines import Lines
from widgets.log_view import LogView
from widgets.table import Table

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from tests.helpers.stage import Operator
    from tests.tui.conftest import Showroom

PAGES = {
    "enter": ("Overview", "last run"),
    "l": ("Log", "fed 3 cats"),
    "h": ("History", "succeeded"),
    "f": ("Files", "It went well"),
    "d": ("Spec", "built in"),
}


def look(
    at: Showroom, size: tuple[int, int] = WIDE, **changes: object
) -> AbstractAsyncContextManager[Operator]:
    stage = stage_of(at.project.config)
    return on_stage(stage._replace(**changes), size)  # type: ignore[arg-type]


async def chosen(operator: Operator, job_id: str) -> None:
    await operator.goes_to(job_id)
    await operator.sees(job_id)


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=["80", "160"])
async def test_each_page_has_its_key(showroom: Showroom, size: tuple[int, int]) -> None:
    async with look(showroom, size) as operator:
        await chosen(operator, "says")
        for key, (title, text) in PAGES.items():
            await operator.press(key)
            if size is WIDE:
                await operator.meets(JobsScreen)
            else:
                await operator.meets(JobScreen)
            await operator.sees(f"[{title}]", text)
            await operator.press("escape")
            await operator.meets(JobsScreen)
            await operator.waits(lambda: operator.table.has_focus, "the list's focus")


async def test_left_and_right_turn_the_pages(showroom: Showroom) -> None:
    async with look(showroom) as operator:
        await chosen(operator, "says")
        titles = [title for title, _ in PAGES.values()]
        for title in (*titles[1:], titles[0]):
            await operator.press("right")
            await operator.sees(f"[{title}]")
        await operator.press("left")
        await operator.sees("[Spec]")


async def test_pages_are_turned_by_the_mouse(showroom: Showroom) -> None:
    async with look(showroom) as operator:
        await operator.sees("[Overview]")
        line = next(n for n, it in enumerate(operator.lines) if "[Overview]" in it)
        column = operator.lines[line].index("Spec")
        await operator.pilot.click(offset=(column, line))
        await operator.sees("[Spec]")


async def test_the_overview_says_what_a_failure_printed(showroom: Showroom) -> None:
    async with look(showroom) as operator:
        await chosen(operator, "fails")
        await operator.sees("exit 3", "printed   no such table: cats")


async def test_the_log_follows_searches_and_finds_errors(showroom: Showroom) -> None:
    async with look(showroom, MIDDLE) as operator:
        await chosen(operator, "long")
        await operator.press("l")
        await operator.sees("6000")
        await operator.press("E")
        await operator.sees("ValueError: it broke")
        await operator.press("g")
        await operator.sees_no("ValueError")
        await operator.press("slash")
        await operator.meets(Prompt)
        await operator.types("4242")
        await operator.press("enter")
        await operator.sees("4242")
        await operator.press("G")
        await operator.sees("6000")


async def answers(operator: Operator, text: str) -> None:
    """Answers the question that is in front."""
    box = operator.console.screen.query_one(Input)
    await operator.focuses(box)
    box.value = text
    await operator.press("enter")


async def test_the_log_is_saved(showroom: Showroom, tmp_path: Path) -> None:
    async with look(showroom, MIDDLE) as operator:
        await chosen(operator, "says")
        await operator.press("l")
        await operator.sees("fed 3 cats")
        for name, said in (("a.log", "saved as"), ("a.log", "not saved")):
            await operator.press("s")
            await operator.meets(Prompt)
            await answers(operator, str(tmp_path / name))
            await operator.hears(said)
    assert "fed 3 cats\n" in (tmp_path / "a.log").read_text()


async def test_a_log_is_not_saved_where_nobody_lives(showroom: Showroom) -> None:
    async with look(showroom, MIDDLE) as operator:
        await chosen(operator, "says")
        await operator.press("l")
        await operator.sees("fed 3 cats")
        await operator.press("s")
        await operator.meets(Prompt)
        await answers(operator, "~nobody_of_that_name/a.log")
        await operator.hears("not saved")
        await operator.press("s")
        await operator.meets(Prompt)
        await operator.press("escape")
        await operator.meets(JobScreen)


async def test_a_job_that_never_ran_says_what_to_do(showroom: Showroom) -> None:
    async with look(showroom) as operator:
        await chosen(operator, "says")
        await operator.press("f")
        await operator.sees("It went well")
        await operator.press("escape")
        await chosen(operator, "never")
        await operator.sees("No files: it has not run yet.")
        await operator.sees_no("It went well")
        await operator.press("l")
        await operator.sees("nothing w")
        await operator.press("h")
        await operator.sees("It has not run yet.")


async def test_history_makes_the_pages_be_about_a_run(showroom: Showroom) -> None:
    async with look(showroom, MIDDLE) as operator:
        await chosen(operator, "fails")
        await operator.press("h")
        await operator.meets(JobScreen)
        table = operator.console.screen.query_one("HistoryPane Table", Table)
        await operator.waits(lambda: len(table.items) == 3, "three runs")
        await operator.focuses(table)
        await operator.press("G", "enter")
        oldest = table.items[-1].run_id
        await operator.sees("[Log]", oldest, "no such table")
        await operator.press("y")
        await operator.hears(f"copied {oldest}")


async def test_files_are_shown_as_what_they_are(showroom: Showroom) -> None:
    async with look(showroom, (160, 50)) as operator:
        await chosen(operator, "says")
        await operator.press("f")
        await operator.sees("It went well", "• one")
        table = operator.console.screen.query_one("FilesPane Table", Table)
        await operator.focuses(table)
        table.go_to("data.json")
        await operator.sees('"cats": [')
        table.go_to("events.jsonl")
        await operator.sees('{"seq": 1')
        await operator.press("enter")
        await operator.focuses(operator.console.screen.query_one("#plain", Lines))


async def test_the_definition_says_where_values_come_from(showroom: Showroom) -> None:
    async with look(showroom) as operator:
        await chosen(operator, "says")
        await operator.press("d")
        await operator.sees("defined in", "built in", "teleclaude.yml:")


async def test_the_log_stays_where_it_is_while_jobs_change(showroom: Showroom) -> None:
    async with look(showroom) as operator:
        await chosen(operator, "long")
        await operator.press("l")
        await operator.sees("6000")
        view = operator.console.screen.query_one(LogView)
        await operator.press("g")
        await operator.sees_no("6000")
        reader = view.reader
        for _ in range(3):
            await operator.pilot.pause()
            operator.console.screen.take(operator.console.snapshot)  # type: ignore[attr-defined]
        assert view.reader is reader
        await operator.sees_no("6000")
