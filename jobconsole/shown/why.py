"""Why a job ran at an instant, or did not, or will."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jobconsole import words
from jobconsole.marks import Style
from runner.model.account import Explanation, Verdict
from widgets.pieces import Piece

if TYPE_CHECKING:
    from widgets.pieces import Pieces

_STYLES: dict[Verdict, Style] = {
    Verdict.RAN: Style.GOOD,
    Verdict.WAITS: Style.BUSY,
    Verdict.COMING: Style.BUSY,
    Verdict.NEVER: Style.FAINT,
    Verdict.BEFORE_HISTORY: Style.FAINT,
    Verdict.NOT_A_FIRE: Style.FAINT,
}
"""All other verdicts deserve a look."""


def why_fields(it: Explanation) -> list[tuple[str, str | Pieces]]:
    """The answer, what it is based on, and what comes."""
    style = _STYLES.get(it.verdict, Style.ODD)
    fields: list[tuple[str, str | Pieces]] = [
        ("verdict", (Piece(_verdict(it), style),)),
        ("answer", it.answer),
        ("hint", it.hint),
        *((fact.name, fact.text) for fact in it.facts),
    ]
    zone = ZoneInfo(it.zone)
    for number, fire in enumerate(it.fires):
        obstacle = f", will not run: {fire.obstacle}" if fire.obstacle else ""
        when = words.moment(fire.instant, zone)
        text = f"{when}, {words.relative(fire.instant, it.now)}{obstacle}"
        fields.append(("next fires" if number == 0 else "", text))
    return fields


def _verdict(it: Explanation) -> str:
    if it.verdict is Verdict.WAITS and it.run is not None:
        return words.OUTCOMES[it.run.status]
    return str(it.verdict).replace("_", " ")
