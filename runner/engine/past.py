"""What became of the occurrences in a window, and of the runs that were asked for."""

from __future__ import annotations

import itertools
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from runner.engine.clock_notes import Clocks
from runner.engine.coming import MOST_A_DAY, Window
from runner.model.agenda import Past
from runner.model.occurrence import Reason, Stretch
from runner.model.run import RunStatus, Trigger
from runner.store import account

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runner.store.account import Became, Period
    from runner.store.db import Connection

_job_id = attrgetter("job_id")


def became_of(index: Connection, period: Period, zone: str) -> list[Past]:
    """In the order of time. `zone` is that of jobs without one."""
    window = Window(period.start, period.end)
    places = _Places(account.zones(index), zone, Clocks(window))
    most = MOST_A_DAY * window.days
    asked = sorted(account.asked(index, period), key=_job_id)
    found = [
        places.past(job_id, fate)
        for rows in (account.became(index, period), asked)
        for job_id, fate in _fates(rows, most)
    ]
    found += [
        places.past(job_id, _Fate(span.stretch, reason=span.reason))
        for job_id, span in account.spans_within(index, period)
    ]
    return sorted(found, key=lambda it: (it.first, it.job_id))


class _Fate(NamedTuple):
    """What instants of one job share."""

    stretch: Stretch
    reason: Reason | None = None
    status: RunStatus | None = None
    trigger: Trigger | None = None
    run_id: str | None = None


class _Places(NamedTuple):
    """By which clock a job goes."""

    known: dict[str, str]
    otherwise: str
    clocks: Clocks

    def past(self, job_id: str, fate: _Fate) -> Past:
        zone = self.known.get(job_id, self.otherwise)
        first, last, count = fate.stretch
        return Past(
            first=first,
            last=last,
            count=count,
            job_id=job_id,
            zone=zone,
            offset=self.clocks.of(zone).offset(first),
            reason=fate.reason,
            status=fate.status,
            trigger=fate.trigger,
            run_id=fate.run_id,
        )


def _fates(rows: Iterable[Became], most: int) -> Iterator[tuple[str, _Fate]]:
    """One of each instant; of a job that has more of them one for each way it went."""
    for job_id, group in itertools.groupby(rows, _job_id):
        own = list(group)
        parts: Iterable[list[Became]] = ([row] for row in own)
        if len(own) > most:
            ways: dict[tuple[str | None, ...], list[Became]] = {}
            for row in own:
                ways.setdefault((row.reason, row.status, row.trigger), []).append(row)
            parts = ways.values()
        for part in parts:
            yield job_id, _fate(part)


def _fate(rows: list[Became]) -> _Fate:
    """What rows that are alike tell; they stand in the order of time."""
    last = rows[-1]
    return _Fate(
        Stretch(rows[0].instant, last.instant, len(rows)),
        None if last.reason is None else Reason(last.reason),
        None if last.status is None else RunStatus(last.status),
        None if last.trigger is None else Trigger(last.trigger),
        last.run_id,
    )
