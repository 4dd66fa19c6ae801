from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest
from textual.app import App
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Input

from tests.helpers.screen import HOSTILE, assert_harmless, lines_of
from widgets.keybar import Key, KeyBar, key_line

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


def text_of(keys: list[Key], last: list[Key], width: int) -> str:
    return "".join(piece.text for piece in key_line(keys, last, width))


KEYS = [Key("r", "run"), Key("x", "stop"), Key("p", "pause")]
LAST = [Key("?", "help"), Key("^p", "palette")]


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (45, "r run  x stop  p pause     ? help  ^p palette"),
        (42, "r run  x stop  p pause  ? help  ^p palette"),
        (41, "r run  x stop          ? help  ^p palette"),
        (20, "  ? help  ^p palette"),
        (10, "  ? help  "),
        (0, ""),
    ],
)
def test_what_does_not_fit_is_left_out_but_the_last(width: int, expected: str) -> None:
    assert text_of(KEYS, LAST, width) == expected


class Keys(App[None]):
    """A key bar below two fields, with bindings on every level."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "help", id="help"),
        Binding("r,R", "run", "run", id="run"),
        Binding("x", "stop", "stop"),
        Binding("h", "hide", "hidden", show=False),
        Binding("z", "never", "never"),
        Binding("enter", "open", "open"),
    ]

    stoppable = True

    def compose(self) -> ComposeResult:
        yield Input()
        yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        del parameters
        if action == "never":
            return False
        return True if action != "stop" or self.stoppable else None

    @property
    def bar(self) -> str:
        [line] = lines_of(self.screen.query_one(KeyBar))
        return line


async def test_it_shows_the_bindings_that_are_live() -> None:
    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        app.screen.set_focus(None)
        await pilot.pause()
        left = "r run  x stop  ⏎ open"
        assert app.bar == left + "? help  ^p palette".rjust(60 - len(left))


async def test_it_follows_the_focus() -> None:
    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.press("tab")
        app.query_one(Input).focus()
        await pilot.pause()
        assert "r run" not in app.bar  # The field takes letters.
        app.screen.set_focus(None)
        await pilot.pause()
        assert "r run" in app.bar


async def test_it_shows_keys_as_they_were_remapped() -> None:
    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        app.screen.set_focus(None)
        app.set_keymap({"run": "ctrl+k", "help": "f1"})
        await pilot.pause()
        assert "^k run" in app.bar
        assert app.bar.endswith("f1 help  ^p palette")


async def test_what_cannot_be_done_now_is_faint() -> None:
    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        app.screen.set_focus(None)
        await pilot.pause()
        bar = app.query_one(KeyBar)
        before = bar.render_line(0)
        app.stoppable = False
        app.refresh_bindings()
        await pilot.pause()
        assert bar.render_line(0).text == before.text
        assert bar.render_line(0) != before


async def test_it_names_keys_in_words_without_unicode() -> None:
    app = Keys()
    async with app.run_test(size=(60, 5)) as pilot:
        app.screen.set_focus(None)
        app.query_one(KeyBar).ascii = True
        await pilot.pause()
        assert "enter open" in app.bar


@pytest.mark.parametrize("width", [1, 20, 300])
async def test_descriptions_are_plain_text(width: int) -> None:
    class Hostile(Screen[None]):
        BINDINGS: ClassVar[list[BindingType]] = [
            Binding(f"f{at}", f"do_{at}", text) for at, text in enumerate(HOSTILE, 1)
        ]

        def compose(self) -> ComposeResult:
            yield KeyBar()

    app = Keys()
    async with app.run_test(size=(width, 5)) as pilot:
        await app.push_screen(Hostile())
        await pilot.pause()
        assert_harmless(app.screen.query_one(KeyBar), width)
