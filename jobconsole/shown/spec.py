"""A job as it was resolved, with where each value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.marks import Style
from widgets.pieces import Piece

if TYPE_CHECKING:
    from runner.model.spec import Spec, SpecValue
    from widgets.pieces import Pieces

NAME_WIDTH = 15
VALUE_WIDTH = 30

ROOMY = 80
"""Columns from which on a value and its origin stand side by side."""


def spec_lines(spec: Spec, width: int) -> list[Pieces]:
    """Problems first; then names, values, and where each comes from."""
    lines: list[Pieces] = []
    if spec.note:
        lines += [(Piece(f"! {spec.note}", Style.ODD),), ()]
    for problem in (*spec.problems, *spec.warnings):
        style = Style.BAD if problem in spec.problems else Style.ODD
        lines.append((Piece(str(problem), style),))
        if problem.hint:
            lines.append((Piece(f"  hint: {problem.hint}"),))
    lines.append((Piece(f"defined in {spec.defined_in}", Style.FAINT),))
    for value in spec.values:
        lines += _value_lines(value, beside=width >= ROOMY)
    return lines


def _value_lines(value: SpecValue, *, beside: bool) -> list[Pieces]:
    first, *more = value.value.splitlines() or [""]
    name = Piece(f"{value.name:<{NAME_WIDTH}} ", Style.FAINT)
    indent = " " * (NAME_WIDTH + 1)
    rest: list[Pieces] = [(Piece(indent + line),) for line in more]
    if beside:
        origin = Piece(value.origin, Style.FAINT)
        return [(name, Piece(f"{first:<{VALUE_WIDTH}}  "), origin), *rest]
    return [(name, Piece(first)), *rest, (Piece(indent + value.origin, Style.FAINT),)]
