"""Two runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole import words
from jobconsole.marks import Style
from widgets.pieces import Piece

if TYPE_CHECKING:
    from runner.model.comparison import Comparison, Fact
    from runner.model.views import RunView
    from widgets.pieces import Pieces

NAME_WIDTH = 22


def comparison_lines(
    comparison: Comparison, width: int, *, everything: bool
) -> list[Pieces]:
    """Both sides in columns of `width` cells, under their sections."""
    left, right = comparison.left.run_id, comparison.right.run_id
    lines: list[Pieces] = [
        _columns("", left, right, width, Style.STRONG),
        _columns("", _run(comparison.left), _run(comparison.right), width, Style.PLAIN),
    ]
    lines += [(Piece(f"! {gap}", Style.ODD),) for gap in comparison.gaps]
    facts = [fact for fact in comparison.facts if everything or not fact.same]
    section = None
    for fact in facts:
        if fact.section != section:
            section = fact.section
            lines += [(), (Piece(str(section).upper(), Style.FAINT),)]
        lines.append(_line(fact, width))
    if not facts:
        lines += [(), (Piece("They do not differ in anything that was recorded."),)]
    return lines


def _line(fact: Fact, width: int) -> Pieces:
    style = Style.PLAIN if fact.same else Style.ODD
    name = f"{' ' if fact.same else '≠'} {fact.name}"
    return _columns(name, _text(fact.left), _text(fact.right), width, style)


def _columns(name: str, left: str, right: str, width: int, style: Style) -> Pieces:
    return (
        Piece(f"{name[:NAME_WIDTH]:<{NAME_WIDTH}} ", Style.FAINT),
        Piece(f"{_cut(left, width):<{width}}  {_cut(right, width)}", style),
    )


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _run(view: RunView) -> str:
    return f"{view.job_id}: {words.outcome(view)}"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else str(value)
