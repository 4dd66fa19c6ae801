"""How the console looks: dark and light, each also for eyes that confuse red and green."""

from __future__ import annotations

from textual.theme import Theme

from jobconsole.preferences import THEMES


def themes() -> list[Theme]:
    """By the names in THEMES. What is good, bad, odd or busy has a theme colour each."""
    dark, light, safe_dark, safe_light = THEMES
    return [
        _dark(dark, "#6fa8dc", good="#7fc77f", bad="#f07470", odd="#e5b566"),
        _light(light, "#205a94", good="#2c7a2c", bad="#b3261e", odd="#8a5a00"),
        # Okabe and Ito's palette: no pair of states differs by red and green alone.
        _dark(safe_dark, "#cc79a7", good="#56b4e9", bad="#e8760a", odd="#f0e442"),
        _light(safe_light, "#a3447a", good="#0072b2", bad="#b34f00", odd="#7a6a00"),
    ]


def _dark(name: str, busy: str, *, good: str, bad: str, odd: str) -> Theme:
    return Theme(
        name=name,
        dark=True,
        primary=busy,
        accent=busy,
        success=good,
        error=bad,
        warning=odd,
        background="#14171c",
        surface="#1b1f26",
        panel="#262c36",
        foreground="#d7dce3",
    )


def _light(name: str, busy: str, *, good: str, bad: str, odd: str) -> Theme:
    return Theme(
        name=name,
        dark=False,
        primary=busy,
        accent=busy,
        success=good,
        error=bad,
        warning=odd,
        background="#fbfbf9",
        surface="#f1f1ee",
        panel="#e2e3de",
        foreground="#22262b",
    )
