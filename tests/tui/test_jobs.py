"""The view with which the console opens: rows, order, filter, marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from jobconsole.parts.filter_line import FilterLine
from runner import api
from tests.helpers.decisions import pause
from tests.helpers.stage import MIDDLE, SMALL, WIDE, visit

if TYPE_CHECKING:
    from tests.helpers.stage import Operator
    from tests.helpers.still import Still

AS_WRITTEN = ["zeta", "alpha", "mid", "broken"]


async def test_shows_every_job_in_the_order_of_the_file(farm: Still) -> None:
    async with visit(farm, WIDE) as operator:
        await operator.sees("zeta", "alpha", "mid", "broken")
        assert operator.rows == AS_WRITTEN
        assert "every 1h" in operator.lines[3]
        assert "in 1h" in operator.lines[3]
        assert "never ran" in operator.line_with(" mid")


async def test_an_invalid_job_shows_its_reason(farm: Still) -> None:
    async with visit(farm, (200, 40)) as operator:
        await operator.sees("broken")
        assert "unknown key" in operator.line_with(" broken")
        assert "invalid" in operator.line_with(" broken")
        await operator.goes_to("broken")
        await operator.sees("where", "teleclaude.yml:")
        await operator.sees("mean", "'command'?")  # the end of the reason


async def test_a_project_without_jobs_says_what_to_do(farm: Still) -> None:
    farm.configure({})
    api.refresh(farm.project)
    async with visit(farm) as operator:
        await operator.sees("There are no jobs yet.", "teleclaude.yml", "init")
        for key in ("r", "R", "x", "X", "p", "s", "w", "y", "c", "b", "enter", "l"):
            await operator.press(key)
        assert operator.console.screen.__class__.__name__ == "JobsScreen"


async def test_sorts_by_each_column_and_back(farm: Still) -> None:
    pause(farm, "zeta")
    async with visit(farm) as operator:
        seen = []
        for _ in range(9):
            await operator.press("o")
            seen.append((operator.table.sorted_by, operator.rows))
        by = {order[0]: rows for order, rows in seen if order}
        assert list(by) == [
            "state",
            "job",
            "who",
            "schedule",
            "next",
            "last",
            "outcomes",
            "lock",
        ]
        assert by["job"] == ["alpha", "broken", "mid", "zeta"]
        assert by["state"] == ["broken", "alpha", "mid", "zeta"]
        assert seen[-1] == (None, AS_WRITTEN)


async def test_reverses_the_order(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("S")
        assert operator.rows == ["zeta", "mid", "broken", "alpha"]
        await operator.press("S")
        assert operator.rows == ["alpha", "broken", "mid", "zeta"]


async def test_a_click_on_a_title_sorts_and_reverses(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.sees("JOB")
        column = operator.line_with("JOB ").index("JOB")
        await operator.pilot.click("#jobs > Table", offset=(column, 0))
        await operator.waits(lambda: operator.rows[0] == "alpha", "the order")
        await operator.pilot.click("#jobs > Table", offset=(column, 0))
        await operator.waits(lambda: operator.rows[0] == "zeta", "the other order")


async def test_order_stays_while_jobs_change(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("S")
        pause(farm, "mid")
        await operator.sees("paused")
        assert operator.rows == ["zeta", "mid", "broken", "alpha"]


FILTERS = {
    "zet": ["zeta"],
    "CAT": ["alpha"],
    "status:paused": ["zeta"],
    "status:invalid": ["broken"],
    "role:member": ["zeta"],
    "kind:command !broken": ["zeta", "alpha", "mid"],
    "tag:nightly": ["zeta"],
    "!alpha !mid": ["zeta", "broken"],
    "status:never !status:invalid": ["zeta", "alpha", "mid"],
    "job:mid": ["mid"],
}


async def test_filters_while_one_types(farm: Still) -> None:
    pause(farm, "zeta")
    async with visit(farm) as operator:
        for typed, left in FILTERS.items():
            await operator.press("slash")
            await operator.types(typed)
            await operator.sees(f"filter: {typed}")
            await shows(operator, left)
            await operator.press("enter")
            await shows(operator, left)
            assert not operator.console.screen.query_one(FilterLine).display
            assert operator.table.has_focus
            await operator.press("escape")
            await shows(operator, AS_WRITTEN)
            await operator.sees_no("filter: ")


async def shows(operator: Operator, jobs: list[str]) -> None:
    await operator.waits(lambda: operator.rows == jobs, f"{jobs}")


async def test_escape_clears_a_filter_that_is_being_typed(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("slash", "m", "i", "d")
        await operator.waits(lambda: operator.rows == ["mid"], "one job")
        await operator.press("escape")
        await operator.waits(lambda: operator.rows == AS_WRITTEN, "all jobs")
        assert operator.table.has_focus


async def test_a_filter_is_changed_where_it_was_left(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("slash", "m", "enter", "slash")
        assert operator.console.screen.query_one(Input).value == "m"
        await operator.types("id")
        await operator.waits(lambda: operator.rows == ["mid"], "one job")


async def test_says_what_a_filter_does_not_understand(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("slash")
        await operator.types("stauts:failed")
        await operator.sees("no key 'stauts'", "status")
        await operator.press("escape", "slash")
        await operator.types("nothing_at_all")
        await operator.sees("No job matches the filter.")


async def test_a_filter_outlives_a_look_at_another_view(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("slash", "m", "i", "enter", "2", "1")
        await operator.waits(lambda: operator.rows == ["mid"], "one job")
        await operator.sees("filter: mi")


async def test_marks_one_after_the_other_and_all(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("space", "space")
        assert operator.table.marks == {"zeta", "alpha"}
        await operator.press("*")
        assert operator.table.marks == set(AS_WRITTEN)
        await operator.press("*")
        assert not operator.table.marks


async def test_marks_are_kept_by_job_and_not_by_place(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("space", "S", "S")
        assert operator.table.marks == {"zeta"}


async def test_moves_by_keys(farm: Still) -> None:
    async with visit(farm) as operator:
        at = []
        for key in ("j", "down", "k", "up", "G", "g", "end", "home", "pagedown"):
            await operator.press(key)
            at.append(operator.table.cursor_key)
        zeta, alpha, broken = "zeta", "alpha", "broken"
        assert at == [alpha, "mid", alpha, zeta, broken, zeta, broken, zeta, broken]


async def test_a_click_moves_and_a_double_click_opens(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.pilot.click("#jobs > Table", offset=(6, 2))
        assert operator.table.cursor_key == "alpha"
        await operator.pilot.click("#jobs > Table", offset=(6, 3), times=2)
        await operator.sees("[Overview]")
        assert "mid" in operator.lines[2]


async def test_only_changed_jobs_are_other_objects(farm: Still) -> None:
    async with visit(farm) as operator:
        before = {job.id: job for job in operator.table.items}
        pause(farm, "mid")
        await operator.sees("paused")
        after = {job.id: job for job in operator.table.items}
        same = [key for key in before if before[key] is after[key]]
        assert same == ["zeta", "alpha", "broken"]


async def test_a_small_terminal_shows_a_card(farm: Still) -> None:
    async with visit(farm, (40, 10)) as operator:
        for size in ((40, 10), (79, 24), (80, 19)):
            await operator.pilot.resize_terminal(*size)
            await operator.sees("jobconsole needs 80 columns")
            assert "zeta" not in operator.text
            await operator.pilot.resize_terminal(*SMALL)
            await operator.sees("zeta")


async def test_the_card_is_on_every_view(farm: Still) -> None:
    async with visit(farm, (60, 24)) as operator:
        for view in "12345":
            await operator.press(view)
            await operator.sees("jobconsole needs 80 columns")


async def test_from_120_columns_on_the_job_stands_beside(farm: Still) -> None:
    async with visit(farm, (120, 30)) as operator:
        await operator.sees("[Overview]")
        await operator.pilot.resize_terminal(119, 30)
        await operator.sees_no("[Overview]")
        await operator.pilot.resize_terminal(*WIDE)
        await operator.sees("[Overview]", "zeta")


async def test_all_that_80_columns_must_tell(farm: Still) -> None:
    async with visit(farm, SMALL) as operator:
        await operator.sees("zeta", "alpha", "in 1h", "open")
        assert all(len(line) <= 80 for line in operator.lines)
        assert "? help" in operator.lines[-1]


async def test_the_masthead_tells_of_the_project(farm: Still) -> None:
    async with visit(farm, MIDDLE) as operator:
        await operator.sees("farm on mac-mini", "UTC", "tick now")
        await operator.sees("0 running  0 waiting  0 failed  0 held")
        farm.clock.advance(12 * 60_000)
        await operator.sees("tick 12m ago (systemd), overdue")


async def test_tabs_of_the_masthead_are_clicked(farm: Still) -> None:
    async with visit(farm, MIDDLE) as operator:
        column = operator.lines[1].index("System")
        await operator.pilot.click(offset=(column, 1))
        await operator.sees("[System 5]", "Configuration")


async def test_a_long_filter_stays_readable(farm: Still) -> None:
    async with visit(farm, SMALL) as operator:
        await operator.press("slash")
        operator.console.screen.query_one(Input).value = "!x " * 40 + "zet"
        await operator.press("end", "a")
        await operator.sees("!x !x zeta")
        await operator.waits(lambda: operator.rows == ["zeta"], "one job")
