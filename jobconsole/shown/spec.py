"""A job as it was resolved, with where each value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.marks import Style
from widgets.pieces import Piece, clean, wrap

if TYPE_CHECKING:
    from runner.model.spec import Spec, SpecValue
    from widgets.pieces import Pieces

NAME_WIDTH = 15
VALUE_WIDTH = 24


def spec_lines(spec: Spec, width: int) -> list[Pieces]:
    """Problems first; then names, values, and where each comes from."""
    lines: list[Pieces] = []
    if spec.note:
        lines += [(Piece(f"! {spec.note}", Style.ODD),), ()]
    for problem in (*spec.problems, *spec.warnings):
        style = Style.BAD if problem in spec.problems else Style.ODD
        lines += wrap((Piece(clean(str(problem)), style),), max(width, 1))
        if problem.hint:
            lines += wrap((Piece(clean(f"hint: {problem.hint}")),), max(width, 1))
    lines.append((Piece(f"defined in {spec.defined_in}", Style.FAINT),))
    for value in spec.values:
        lines += _value_lines(value, width)
    return lines


def _value_lines(value: SpecValue, width: int) -> list[Pieces]:
    """The origin stands beside a value where both fit, else below it."""
    name = Piece(f"{value.name:<{NAME_WIDTH}} ", Style.FAINT)
    indent = Piece(" " * (NAME_WIDTH + 1))
    origin = Piece(value.origin, Style.FAINT)
    room = max(width - NAME_WIDTH - 1, 1)
    texts = value.value.splitlines() or [""]
    if len(texts) == 1 and max(len(texts[0]), VALUE_WIDTH) + len(value.origin) < room:
        return [(name, Piece(f"{texts[0]:<{VALUE_WIDTH}} "), origin)]
    lines = [line for text in texts for line in wrap((Piece(clean(text)),), room)]
    first, *more = lines or [()]
    return [(name, *first), *((indent, *line) for line in more), (indent, origin)]
