"""A job as it was resolved, with where each value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.marks import Style
from widgets.pieces import Piece

if TYPE_CHECKING:
    from runner.model.spec import Spec
    from widgets.pieces import Pieces

NAME_WIDTH = 15
VALUE_WIDTH = 30


def spec_lines(spec: Spec) -> list[Pieces]:
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
        first, *more = value.value.splitlines() or [""]
        lines.append(
            (
                Piece(f"{value.name:<{NAME_WIDTH}} ", Style.FAINT),
                Piece(f"{first:<{VALUE_WIDTH}}  "),
                Piece(value.origin, Style.FAINT),
            )
        )
        lines += [(Piece(" " * (NAME_WIDTH + 1) + line),) for line in more]
    return lines
