"""Views, the card of a small terminal, help, looks and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.command import CommandPalette

from jobconsole.preferences import THEMES, Memory, Preferences, load_memory
from jobconsole.screens.agenda import AgendaScreen
from jobconsole.screens.board import BoardScreen
from jobconsole.screens.help import Help
from jobconsole.screens.jobs import JobsScreen
from jobconsole.screens.run_dialog import RunDialog
from jobconsole.screens.runs import RunsScreen
from jobconsole.screens.system import SystemScreen
from runner import api
from runner.model.orders import Decision
from tests.helpers.stage import MIDDLE, SMALL, WIDE, visit

if TYPE_CHECKING:
    from tests.helpers.still import Still

VIEWS = {
    "1": JobsScreen,
    "2": RunsScreen,
    "3": AgendaScreen,
    "4": BoardScreen,
    "5": SystemScreen,
}


async def test_each_view_has_its_key(farm: Still) -> None:
    async with visit(farm) as operator:
        for key, screen in VIEWS.items():
            await operator.press(key)
            await operator.meets(screen)
            await operator.sees(f"{key}]", "farm on mac-mini")


async def test_keys_may_come_faster_than_views(farm: Still) -> None:
    async with visit(farm) as operator:
        for _ in range(3):
            for key in ("2", "1", "3", "2", "5", "4", "1", "5", "3", "1"):
                operator.console.simulate_key(key)
        await operator.meets(JobsScreen)
        await operator.sees("[Jobs 1]", "zeta")


async def test_a_key_of_a_view_leaves_what_is_in_front(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("question_mark")
        await operator.meets(Help)
        await operator.press("2")
        await operator.meets(RunsScreen)
        await operator.press("1", "enter", "w", "3")
        await operator.meets(AgendaScreen)


async def test_the_board_says_what_it_will_hold(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("4")
        await operator.sees("not part of this version", "1 goes back to the jobs.")


async def test_q_leaves(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("q")
        await operator.waits(lambda: not operator.console.is_running, "the end")
        assert operator.console.return_code == 0


async def test_help_lists_the_live_keys(farm: Still) -> None:
    async with visit(farm, (100, 30)) as operator:
        await operator.press("question_mark")
        await operator.meets(Help)
        await operator.sees("Keys and marks", "▶ running", "job.run")
        await operator.press("end")
        await operator.sees("table.up", "palette")
        await operator.press("escape")
        await operator.meets(JobsScreen)
        await operator.press("question_mark", "q")
        await operator.meets(JobsScreen)


async def test_help_is_about_the_view_it_is_called_from(farm: Still) -> None:
    async with visit(farm, (100, 80)) as operator:
        await operator.press("2", "question_mark")
        await operator.meets(Help)
        await operator.sees("run.replay", "run.compare")
        assert "jobs.sort" not in operator.text


async def test_every_key_has_a_name_and_is_in_the_help(farm: Still) -> None:
    """Who wants to remap a key must find what it is called by."""
    async with visit(farm, (120, 120)) as operator:
        for view in "1235":
            await operator.press(view)
            named = [
                active.binding
                for active in operator.console.screen.active_bindings.values()
                if active.binding.description and active.enabled
            ]
            await operator.press("question_mark")
            await operator.meets(Help)
            for binding in named:
                if binding.id and "." in binding.id:
                    await operator.sees(binding.id)
            await operator.press("escape")


async def test_a_remapped_key_works_and_is_shown(farm: Still) -> None:
    keys = {"job.run": "ctrl+r", "view.system": "f5,0"}
    preferences = Preferences(keys=keys)
    async with visit(farm, (110, 90), preferences=preferences) as operator:
        await operator.sees("^r run")
        await operator.press("question_mark")
        await operator.meets(Help)
        assert "^r" in operator.line_with("job.run")
        await operator.press("escape", "r")
        assert isinstance(operator.console.screen, JobsScreen)
        await operator.press("ctrl+r")
        await operator.meets(RunDialog)
        await operator.press("escape", "0")
        await operator.meets(SystemScreen)
        await operator.press("1", "f5")
        await operator.meets(SystemScreen)


async def test_a_key_that_was_taken_belongs_to_whom_the_person_said(
    farm: Still,
) -> None:
    preferences = Preferences(keys={"job.run": "x", "job.nothing": "r"})
    async with visit(farm, MIDDLE, preferences=preferences) as operator:
        await operator.press("x")
        await operator.meets(RunDialog)


async def test_the_theme_is_the_next_one_and_is_remembered(farm: Still) -> None:
    memory = farm.project.root / "memory" / "console.json"
    async with visit(farm) as operator:
        assert operator.console.theme == THEMES[0]
        for theme in (*THEMES[1:], THEMES[0], THEMES[1]):
            await operator.press("T")
            await operator.hears(f"theme: {theme}")
            assert operator.console.theme == theme
        await operator.waits(
            lambda: load_memory(memory) == Memory(THEMES[1]), "the memory"
        )
    async with visit(farm, preferences=Preferences(theme=THEMES[2])) as operator:
        assert operator.console.theme == THEMES[1]


async def test_a_theme_that_is_preferred(farm: Still) -> None:
    async with visit(farm, preferences=Preferences(theme="safe-light")) as operator:
        assert operator.console.theme == "safe-light"


async def test_works_where_nothing_can_be_remembered(farm: Still) -> None:
    blocked = farm.project.root / "teleclaude.yml" / "console.json"
    async with visit(farm, memory=blocked) as operator:
        await operator.press("T")
        await operator.hears("theme: light")


async def test_the_palette_does_what_keys_do(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("ctrl+p")
        await operator.meets(CommandPalette)
        await operator.types("agenda")
        await operator.sees("key 3")
        await operator.press("enter")
        await operator.meets(AgendaScreen)


async def test_the_palette_offers_themes_and_deeds(farm: Still) -> None:
    async with visit(farm) as operator:
        await operator.press("ctrl+p")
        await operator.meets(CommandPalette)
        await operator.types("safe-light")
        await operator.sees("how the console looks")
        await operator.press("enter")
        await operator.waits(lambda: operator.console.theme == "safe-light", "it")
        await operator.press("ctrl+p")
        await operator.types("pause")
        await operator.sees("key p")
        await operator.press("enter")
        await operator.hears("zeta is paused")


LEFT_BY_ESCAPE = ("l", "h", "f", "d", "r", "w", "b", "?", ":", "/")


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=["small", "wide"])
async def test_ascii_is_nothing_but_ascii(farm: Still, size: tuple[int, int]) -> None:
    async with visit(farm, size, ascii=True) as operator:
        await operator.press("space")
        for key in (*LEFT_BY_ESCAPE, "2", "3", "4", "5", "1"):
            await operator.press(key)
            lines = [line for line in operator.lines if not line.isascii()]
            assert not lines, (key, lines)
            if key in LEFT_BY_ESCAPE:
                await operator.press("escape")
                await operator.meets(JobsScreen)


async def test_marks_come_by_shape_in_both_ways(farm: Still) -> None:
    api.pause(farm.project, "zeta", Decision("tester"))
    for ascii_only, shape in ((False, "‖"), (True, "=")):
        async with visit(farm, ascii=ascii_only) as operator:
            await operator.sees("zeta", "paused")
            assert f" {shape}  zeta" in operator.text
