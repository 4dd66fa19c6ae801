"""Which occurrences of a job run, and why the others do not. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.model.job import CatchUp
from runner.model.occurrence import Reason, Stretch

if TYPE_CHECKING:
    from runner.model.definition import Definition
    from runner.schedule import Timetable

CATCH_UP_MOST = 100
"""How many missed occurrences `catch_up: all` runs at the most."""


class Policy(NamedTuple):
    """How a job wants its late occurrences treated. Durations are seconds.

    `standing` is the condition that keeps it from running at all. An occurrence that
    is at most `punctual` late is on time: nobody looks more often than that.
    """

    standing: Reason | None
    catch_up: CatchUp
    grace: int | None
    punctual: int


class Verdict(NamedTuple):
    """`wanted` are instants in order; together with `declined` they are all fires."""

    wanted: list[int]
    declined: list[tuple[Stretch, Reason]]


def policy_of(
    body: Definition | None,
    standing: Reason | None,
    punctual: int,
    *,
    stepped: bool = False,
) -> Policy:
    """What a job wants. None: it is invalid. `stepped`: the clock was set forward."""
    if body is None:
        return Policy(Reason.INVALID, CatchUp.NONE, None, punctual)
    catch_up = body.job.catch_up
    if catch_up is CatchUp.ALL and stepped:
        catch_up = CatchUp.LATEST  # a clock that was set brought them, not an absence
    return Policy(standing, catch_up, body.job.misfire_grace, punctual)


def decide(t: Timetable, cursor: int, now: int, policy: Policy) -> Verdict:
    """Judge every fire in (cursor, now].

    It looks from now backwards: however long nobody looked, it costs the same.
    """
    whole = stretch_of(t, cursor, now)
    if whole is None:
        return Verdict([], [])
    if policy.standing is not None:
        return Verdict([], [(whole, policy.standing)])
    chosen = _chosen(t, whole, now, policy)
    declined: list[tuple[Stretch, Reason]] = []
    if missed := _before(t, whole, chosen):
        declined.append((missed, Reason.MISSED))
    if policy.grace is not None:
        late = [fire for fire in chosen if now - fire > policy.grace]
        if late:
            declined.append((Stretch(late[0], late[-1], len(late)), Reason.MISFIRED))
        chosen = chosen[len(late) :]
    return Verdict(chosen, declined)


def stretch_of(t: Timetable, after: int, until: int) -> Stretch | None:
    """All fires in (after, until] as one stretch, if there are any."""
    first, last, fires = t.next(after), t.latest(until), t.count(after, until)
    if not fires or first is None or last is None:
        return None
    return Stretch(first, last, fires)


def _chosen(t: Timetable, whole: Stretch, now: int, policy: Policy) -> list[int]:
    """The fires that the catch-up policy wants; they are the last of the stretch."""
    if policy.catch_up is CatchUp.LATEST:
        return [whole.last]
    if policy.catch_up is CatchUp.NONE:
        return [whole.last] if now - whole.last <= policy.punctual else []
    fires: list[int] = []
    fire: int | None = whole.last
    while fire is not None and fire >= whole.first and len(fires) < CATCH_UP_MOST:
        fires.append(fire)
        fire = t.latest(fire - 1)
    return fires[::-1]


def _before(t: Timetable, whole: Stretch, chosen: list[int]) -> Stretch | None:
    """What lies before the chosen fires."""
    if not chosen:
        return whole
    count = whole.fires - len(chosen)
    last = t.latest(chosen[0] - 1)
    return Stretch(whole.first, last, count) if count and last is not None else None
