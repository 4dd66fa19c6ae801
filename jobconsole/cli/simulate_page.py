"""What a simulation tells, for people and for programs: a line for each event."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jobconsole import marks, words
from jobconsole.cli.output import SCHEMA
from jobconsole.cli.table import paint, shown
from jobconsole.marks import Mark, Style
from runner.model.instants import local_text, utc_text, utc_text_ms
from runner.model.occurrence import Reason
from runner.model.run import Trigger
from runner.model.simulation import What

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobconsole.wiring import Terminal
    from runner.model.errors import Json
    from runner.model.simulation import Scenario, Simulated

_MARKS: dict[What, Mark] = {
    What.RUNS: marks.RUNNING,
    What.WAITS: marks.QUEUED,
    What.DECLINED: marks.DECLINED,
    What.LEFT_OUT: marks.NEVER_RAN,
}
_WHEN = len("Sat 2026-11-21 07:00:00 +01:00")


def line(it: Simulated, job_column: int, terminal: Terminal) -> str:
    """`▶ Sat 2026-11-21 07:00 +01:00     youtube_sync  runs, about 41s`."""
    mark = _MARKS[it.what]
    when = words.moment(it.at_ms // 1000, ZoneInfo(it.zone)).ljust(_WHEN)
    job_id = paint(it.job_id.ljust(job_column), Style.STRONG, terminal)
    text = paint(_text(it), mark.style, terminal)
    return f"{shown(mark, terminal)} {when}  {job_id}  {text}"


def document(it: Simulated) -> Json:
    """A line of `--json`. Occurrences are local to their job's zone."""
    first = local_text(it.first, it.zone)
    return {
        "at": utc_text_ms(it.at_ms),
        "job": it.job_id,
        "what": it.what,
        "first": first,
        "last": first if it.count == 1 else local_text(it.last, it.zone),
        "count": it.count,
        "reason": it.reason,
        "trigger": it.trigger,
        "waited_ms": it.waited_ms,
        "ends_at": None if it.ends_ms is None else utc_text_ms(it.ends_ms),
        "overlaps_until": it.overlaps_ms and utc_text_ms(it.overlaps_ms),
        "note": it.note,
    }


class Tally:
    """Counts what happened: occurrences, not events.

    `overlaps` fell due while a run of their job still went on, `unknown` runs count as
    if they took no time.
    """

    def __init__(self) -> None:
        self.runs = 0
        self.catch_ups = 0
        self.waited = 0
        self.overlaps = 0
        self.unknown = 0
        self.left_out = 0
        self.declined: Counter[str] = Counter()
        self._began_to_wait = 0

    def add(self, it: Simulated) -> None:
        if it.what is What.RUNS:
            self.runs += 1
            self.catch_ups += it.trigger is Trigger.CATCH_UP
            self.waited += it.waited_ms > 0
            self.unknown += it.ends_ms is None
            self.overlaps += it.overlaps_ms is not None
        elif it.what is What.WAITS:
            self._began_to_wait += 1
            self.overlaps += it.overlaps_ms is not None
        elif it.what is What.DECLINED:
            self.declined[str(it.reason)] += it.count
            self.overlaps += it.count if it.reason is Reason.OVERLAP else 0
        else:
            self.left_out += it.count

    @property
    def waiting(self) -> int:
        """Those whose runs still wait when the window closes."""
        return self._began_to_wait - self.waited

    @property
    def fires(self) -> int:
        return self.runs + self.waiting + self.declined.total()

    def document(self, scenario: Scenario) -> Json:
        """The last line of `--json`."""
        return {
            "schema": SCHEMA,
            "from": utc_text(scenario.start),
            "to": utc_text(scenario.end),
            "fires": self.fires,
            "runs": self.runs,
            "catch_ups": self.catch_ups,
            "waited": self.waited,
            "waiting": self.waiting,
            "overlaps": self.overlaps,
            "unknown_durations": self.unknown,
            "declined": dict(sorted(self.declined.items())),
            "left_out": self.left_out,
        }

    def __str__(self) -> str:
        """`fires 12: runs 9 (caught up 1), declined 3 (overlap 3), overlaps 3`."""
        runs = {
            "caught up": self.catch_ups,
            "after waiting": self.waited,
            "duration unknown": self.unknown,
        }
        parts = [
            _counted("runs", self.runs, runs),
            _counted("still waiting", self.waiting, {}),
            _counted("declined", self.declined.total(), self.declined),
            _counted("overlaps", self.overlaps, {}),
        ]
        told = ", ".join(part for part in parts if part)
        return f"fires {self.fires}: {told}" if told else "nothing falls due"


def _counted(what: str, number: int, of_these: Mapping[str, int]) -> str:
    """`declined 3 (missed 1, overlap 2)`; empty for none."""
    asides = ", ".join(f"{it} {part}" for it, part in sorted(of_these.items()) if part)
    inside = f" ({asides})" if asides else ""
    return f"{what} {number}{inside}" if number else ""


def _text(it: Simulated) -> str:
    zone, due_ms = ZoneInfo(it.zone), it.at_ms - it.waited_ms
    parts = [
        _fate(it),
        "" if it.overlaps_ms is None else _overlap(it.overlaps_ms, zone),
        "" if it.first * 1000 == due_ms else f"for {words.moment(it.first, zone)}",
        _several(it, zone) if it.count > 1 else "",
        it.note,
    ]
    return ", ".join(part for part in parts if part)


def _fate(it: Simulated) -> str:
    if it.what is What.RUNS:
        return _run(it)
    if it.what is What.WAITS:
        return "waits" if it.overlaps_ms else "waits, its pool is full"
    return "does not fire" if it.reason is None else f"does not run: {it.reason}"


def _run(it: Simulated) -> str:
    verb = "catches up" if it.trigger is Trigger.CATCH_UP else "runs"
    takes = "duration unknown"
    if it.ends_ms is not None:
        takes = f"about {words.duration(it.ends_ms - it.at_ms)}"
    waited = f", after waiting {words.duration(it.waited_ms)}" if it.waited_ms else ""
    return f"{verb}, {takes}{waited}"


def _several(it: Simulated, zone: ZoneInfo) -> str:
    until = "" if it.last == it.first else f" until {words.moment(it.last, zone)}"
    return f"{it.count} times{until}"


def _overlap(until_ms: int, zone: ZoneInfo) -> str:
    until = words.moment(until_ms // 1000, zone)
    return f"the run before goes on until {until}"
