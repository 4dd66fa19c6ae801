"""A timer of systemd → when its job runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jobconsole.imports.grid import joined, when_of
from jobconsole.imports.on_calendar import InexpressibleError, read_calendar
from jobconsole.imports.proposal import When
from jobconsole.imports.spans import seconds
from runner.config.units import MAX_SECONDS, format_duration
from runner.model.errors import TriggerInvalidError
from runner.model.schedule import Cron
from runner.schedule import timetable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobconsole.imports.unit_file import Unit

_ONCE = ("OnBootSec", "OnStartupSec", "OnActiveSec")
_AGAIN = {
    "OnUnitActiveSec": "the last start",
    "OnUnitInactiveSec": "the last end",
}
_HEEDED = frozenset(
    ("OnCalendar", "Unit", "Persistent", "AccuracySec", *_ONCE, *_AGAIN)
)


class Timing(NamedTuple):
    """`when` is None where nothing of ours says the same: `notes` say what it was."""

    when: When | None
    catch_up: str | None
    notes: tuple[str, ...]


def read_timer(timer: Unit, zone: str) -> Timing:
    """Never raises: what cannot be said is in the notes."""
    calendars = timer.all("Timer", "OnCalendar")
    again = [(key, timer.last("Timer", key)) for key in _AGAIN]
    again = [(key, span) for key, span in again if span]
    if calendars and not again:
        timing = _calendar(calendars, zone)
    elif len(again) == 1 and not calendars:
        timing = _interval(*again[0])
    else:
        named = [*(f"OnCalendar={it}" for it in calendars), *map("=".join, again)]
        timing = _manual(named, "no single schedule says all of it")
    once = [f"{key}={timer.last('Timer', key)}" for key in _ONCE]
    once = [it for it in once if not it.endswith("=")]
    catch_up = None
    if calendars and timing.when is not None:
        catch_up = "latest" if timer.is_true("Timer", "Persistent") else "none"
    notes = (*timing.notes, *_notes_of_boot(once), *_others(timer))
    return Timing(timing.when, catch_up, notes)


def _calendar(expressions: Sequence[str], zone: str) -> Timing:
    try:
        found = [read_calendar(expression) for expression in expressions]
        zones = {calendar.zone or zone for calendar in found}
        grid = joined([calendar.grid for calendar in found])
        if grid is None or len(zones) > 1:
            message = "no single schedule says all of it"
            raise InexpressibleError(message)  # noqa: TRY301
        when = when_of(grid, zones.pop())
        _check(when)
    except (InexpressibleError, TriggerInvalidError) as error:
        return _manual([f"OnCalendar={it}" for it in expressions], str(error))
    return Timing(when, None, ())


def _check(when: When) -> None:
    """Raises TriggerInvalidError for what never comes, and for unknown zones."""
    expression = when.cron or "0 0 * * *"
    timetable(Cron(expression, when.timezone or "UTC"))


def _interval(key: str, span: str) -> Timing:
    length = seconds(span)
    if length is None or length > MAX_SECONDS:
        return _manual([f"{key}={span}"], "it is no whole number of seconds")
    note = f"{key} counts from {_AGAIN[key]}; `every` goes by the clock"
    return Timing(When(every=format_duration(length)), None, (note,))


def _manual(named: Sequence[str], why: str) -> Timing:
    if not named:
        return Timing(None, None, ())
    return Timing(None, None, (f"not carried over: {', '.join(named)} ({why})",))


def _notes_of_boot(once: Sequence[str]) -> tuple[str, ...]:
    if not once:
        return ()
    return (f"not carried over: {', '.join(once)}: a start once after the boot",)


def _others(timer: Unit) -> tuple[str, ...]:
    others = [
        f"{key}={timer.last('Timer', key)}"
        for key in timer.keys("Timer")
        if key not in _HEEDED
    ]
    return (f"not carried over: {', '.join(others)}",) if others else ()
