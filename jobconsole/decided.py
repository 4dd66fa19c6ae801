"""What became of a decision about a job, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole import words
from runner.model.occurrence import Reason
from runner.store.control import What

if TYPE_CHECKING:
    from runner.engine.control import Decided
    from runner.engine.undo import Undone
    from runner.model.views import JobView
    from runner.store.control import Entry

_TAKEN_BACK = {
    What.PAUSED: "pausing",
    What.RESUMED: "resuming",
    What.DISABLED: "disabling",
    What.ENABLED: "enabling",
}


def paused(done: Decided) -> str:
    """`weekly_digest is paused until Sat 2026-11-21 07:00 +01:00`."""
    view, standing = done.view, done.view.standing
    how = ""
    if done.until is not None and view.enabled:
        how = f" until {words.moment(done.until, words.zone_of(view))}"
    if standing is not None and standing.what is Reason.HELD:
        how += f"; it is {words.standing(view)}"
    return f"{view.id} is paused{how}{_besides(view)}"


def resumed(done: Decided) -> str:
    view = done.view
    lifted = " and not ".join(done.lifted)
    said = f"is not {lifted} any more" if lifted else "is not paused"
    return f"{view.id} {said}{_besides(view) or _coming(view)}"


def disabled(done: Decided) -> str:
    return f"{done.view.id} is disabled"


def enabled(done: Decided) -> str:
    view = done.view
    said = "is enabled" if done.changed else "is not disabled by command"
    return f"{view.id} {said}{_besides(view) or _coming(view)}"


def skipped(view: JobView, instant: int) -> str:
    """`weekly_digest skips Mon 2026-11-23 08:00 +01:00; next Mon 2026-11-30 …`."""
    when = words.moment(instant, words.zone_of(view))
    return f"{view.id} skips {when}{_besides(view) or _coming(view)}"


def to_be_undone(it: Entry) -> str:
    """`pausing weekly_digest: holidays`."""
    what = _TAKEN_BACK.get(it.what, "skipping an occurrence of")
    reason = f": {it.reason}" if it.reason else ""
    return f"{what} {it.job}{reason}"


def undone(it: Undone | None, user: str) -> str:
    if it is None:
        return f"{user} has nothing to undo"
    view = it.view
    rest = "" if view is None else _besides(view) or _coming(view)
    if it.instant is not None:
        zone = None if view is None else words.zone_of(view)
        when = words.moment(it.instant, zone)
        return f"{it.job_id} does not skip {when} any more{rest}"
    state = words.standing(view) if view is not None else ""
    what = f"undone: {_TAKEN_BACK[it.what]} {it.job_id}"
    return f"{what}; it is {state}" if state else f"{what}{rest}"


def _besides(view: JobView) -> str:
    """What else keeps the job from running."""
    if view.problem is not None:
        return "; it is invalid besides"
    if not view.enabled:
        who = view.standing.actor if view.standing else "its file"
        return f"; it is disabled by {who}"
    return ""


def _coming(view: JobView) -> str:
    if view.next_at is None:
        return ""
    return f"; next {words.moment(view.next_at, words.zone_of(view))}"
