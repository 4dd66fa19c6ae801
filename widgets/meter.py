"""How much of a limit is used: `▰▰▰▱▱▱▱ 43%`."""

from __future__ import annotations

from widgets.pieces import Piece, Pieces

_NEARLY = 80
"""Per cent from which on it is worth a look."""


def meter(used: float, limit: float, width: int, *, unicode: bool) -> Pieces:
    """A bar of `width` cells and a percentage, which may be more than 100.

    Only what is used up is a full bar. Empty where there is no limit.
    """
    if limit <= 0:
        return ()
    percent = max(int(used * 100 / limit), 0)
    filled = min(percent * width // 100, width)
    full, hollow = "▰▱" if unicode else "#-"
    style = "bad" if percent >= 100 else "odd" if percent >= _NEARLY else "busy"
    return (
        Piece(full * filled, style),
        Piece(hollow * (width - filled), "faint"),
        Piece(f" {percent}%", "plain" if percent < _NEARLY else style),
    )
