"""Where coming fires get in each other's way: in a pool, or a job in its own."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from runner.engine.outlook import FREE
from runner.model.agenda import Collision, Overrun
from runner.model.run import usual_ms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runner.engine.coming import Beat, Group
    from runner.engine.outlook import Outlook

COLLISIONS_KEPT = 100
"""The worst; who has more of them does not read them."""

NAMED = 12
"""How many jobs of a collision are named."""


class Party(NamedTuple):
    """Jobs of one pool that fall due together, and when."""

    jobs: list[str]
    fires: Sequence[int]


def collisions(
    groups: list[Group], outlooks: Mapping[str, Outlook], pools: Mapping[str, int]
) -> list[Collision]:
    """Instants at which more jobs of a pool fall due than it is wide.

    Fires that come more often than every minute are not looked at.
    """
    parties: dict[str, list[Party]] = defaultdict(list)
    for group in groups:
        for pool, party in _parties(group, outlooks):
            parties[pool].append(party)
    found = [
        collision
        for pool, members in parties.items()
        for collision in _in_pool(pool, pools.get(pool, 1), members)
    ]
    found.sort(key=lambda it: -it.due)
    return sorted(found[:COLLISIONS_KEPT], key=lambda it: (it.first, it.pool))


def overruns(groups: list[Group], outlooks: Mapping[str, Outlook]) -> list[Overrun]:
    """Jobs that usually take longer than the time to their next fire."""
    found: list[Overrun] = []
    for group in groups:
        measured = [job for job in group.jobs if job.durations]
        gap = _least_gap(group.beat) if measured else None
        if gap is None:
            continue
        at, seconds = gap
        for job in measured:
            expected = usual_ms(job.outcomes, job.durations) or 0
            runs = outlooks.get(job.id, FREE).obstacle(at) is None
            if runs and expected > seconds * 1000:
                found.append(Overrun(job.id, at, seconds, expected))
    return sorted(found, key=lambda it: (it.at, it.job_id))


def _parties(
    group: Group, outlooks: Mapping[str, Outlook]
) -> Iterator[tuple[str, Party]]:
    """Jobs with an outlook of their own are parties of their own."""
    together: dict[str, list[str]] = defaultdict(list)
    for job in group.jobs:
        view = outlooks.get(job.id)
        if view is None:
            together[job.pool].append(job.id)
            continue
        fires = _that_run(group.beat.fires, view)
        if fires:
            yield job.pool, Party([job.id], fires)
    for pool, ids in together.items():
        yield pool, Party(ids, group.beat.fires)


def _that_run(fires: Sequence[int], view: Outlook) -> list[int]:
    if view.holds_for_good:
        return []
    return [fire for fire in fires if view.is_open(fire) and not view.obstacle(fire)]


def _in_pool(pool: str, width: int, parties: list[Party]) -> Iterator[Collision]:
    """Instants at which the same jobs collide are one collision."""
    if sum(len(party.jobs) for party in parties) <= width:
        return
    due: dict[int, list[int]] = defaultdict(list)
    for number, party in enumerate(parties):
        for fire in party.fires:
            due[fire].append(number)
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    sizes = [len(party.jobs) for party in parties]
    for instant, numbers in due.items():
        if sum(map(sizes.__getitem__, numbers)) > width:
            alike[tuple(numbers)].append(instant)
    for together, instants in alike.items():
        jobs = itertools.chain.from_iterable(parties[it].jobs for it in together)
        yield Collision(
            pool=pool,
            width=width,
            first=min(instants),
            last=max(instants),
            count=len(instants),
            due=sum(map(sizes.__getitem__, together)),
            jobs=tuple(itertools.islice(jobs, NAMED)),
        )


def _least_gap(beat: Beat) -> tuple[int, int] | None:
    """The fire that is followed soonest by the next one, and how soon."""
    if not beat.fires and beat.total > 1:
        # Intervals below a minute, all equal.
        return beat.first, (beat.last - beat.first) // (beat.total - 1)
    following = () if beat.following is None else (beat.following,)
    fires = itertools.chain(beat.fires, following)
    gaps = ((after - fire, fire) for fire, after in itertools.pairwise(fires))
    least = min(gaps, default=None)
    return None if least is None else (least[1], least[0])
