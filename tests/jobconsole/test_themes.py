from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.color import Color

from jobconsole.preferences import THEMES
from jobconsole.themes import themes

if TYPE_CHECKING:
    from textual.theme import Theme

READABLE = 4.5
"""The contrast that WCAG asks for text."""

STATES = ("success", "error", "warning", "primary")


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted(
        (_luminance(Color.parse(it)) for it in (one, other)), reverse=True
    )
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color) -> float:
    parts = [
        it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4
        for it in colour.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_there_is_one_for_each_name() -> None:
    assert tuple(theme.name for theme in themes()) == THEMES


@pytest.mark.parametrize("theme", themes(), ids=lambda theme: theme.name)
def test_text_is_readable(theme: Theme) -> None:
    for ground in (theme.background, theme.surface):
        assert ground is not None
        assert contrast(str(theme.foreground), ground) > 7
        for state in STATES:
            colour = getattr(theme, state)
            assert contrast(colour, ground) >= READABLE, (state, colour, ground)


@pytest.mark.parametrize("theme", themes(), ids=lambda theme: theme.name)
def test_no_two_states_look_the_same(theme: Theme) -> None:
    colours = [getattr(theme, state) for state in STATES]
    assert len(set(colours)) == len(STATES)


@pytest.mark.parametrize("theme", themes()[2:], ids=lambda theme: theme.name)
def test_safe_ones_need_no_red_and_green(theme: Theme) -> None:
    """Good and bad differ in blue or in brightness, which every eye can tell."""
    good, bad = Color.parse(theme.success or ""), Color.parse(theme.error or "")
    assert abs(good.b - bad.b) > 80 or contrast(good.hex, bad.hex) > 2
