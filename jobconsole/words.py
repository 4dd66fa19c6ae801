"""Times, durations, sizes and outcomes in few words. Pure: now is an argument."""

from __future__ import annotations

import signal
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from runner.model.run import RunStatus

if TYPE_CHECKING:
    from runner.model.views import JobView, RunView

MINUTE, HOUR, DAY, YEAR = 60, 3_600, 86_400, 365 * 86_400
_HOURS_SHOWN = 48
NEAR_DAYS = 6
_SIZE_STEP = 1024

OUTCOMES: dict[RunStatus, str] = {
    RunStatus.QUEUED: "queued",
    RunStatus.RUNNING: "running",
    RunStatus.RETRY_WAIT: "waiting to retry",
    RunStatus.SUCCEEDED: "succeeded",
    RunStatus.FAILED: "failed",
    RunStatus.TIMED_OUT: "timed out",
    RunStatus.CANCELLED: "cancelled",
    RunStatus.LOST: "lost",
}


def relative(then: float, now: float) -> str:
    """`in 7h`, `4d ago` or `now`, from two instants in seconds."""
    distance = round(then - now)
    # What happened in the second that has begun is not to come.
    if distance in {0, 1}:
        return "now"
    amount = coarse(abs(distance))
    return f"in {amount}" if distance > 0 else f"{amount} ago"


def coarse(seconds: int) -> str:
    """One number and its unit: `45s`, `7h`, `4d`."""
    if seconds < MINUTE:
        return f"{seconds}s"
    if seconds < HOUR:
        return f"{seconds // MINUTE}m"
    if seconds < _HOURS_SHOWN * HOUR:
        return f"{seconds // HOUR}h"
    if seconds < 2 * YEAR:
        return f"{seconds // DAY}d"
    return f"{seconds // YEAR}y"


def duration(milliseconds: int) -> str:
    """`340ms`, `1.2s`, `34s`, `2m05s`, `1h02m`, `2d03h`."""
    milliseconds = max(milliseconds, 0)
    if milliseconds < 1_000:
        return f"{milliseconds}ms"
    if milliseconds < 10_000:
        return f"{milliseconds // 100 / 10:.1f}s"
    seconds = milliseconds // 1_000
    if seconds < MINUTE:
        return f"{seconds}s"
    for unit, length, part, size in (
        ("m", MINUTE, "s", 1),
        ("h", HOUR, "m", MINUTE),
    ):
        if seconds < length * (60 if unit == "m" else 24):
            return f"{seconds // length}{unit}{seconds % length // size:02}{part}"
    return f"{seconds // DAY}d{seconds % DAY // HOUR:02}h"


def size(count: int) -> str:
    """`0B`, `1.5KiB`, `212MiB`."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < _SIZE_STEP:
            digits = 0 if unit == "B" or amount >= 100 else 1
            return f"{amount:.{digits}f}{unit}"
        amount /= _SIZE_STEP
    return f"{amount:.1f}TiB"


def moment(seconds: int, zone: tzinfo | None = None) -> str:
    """`Sat 2026-11-21 07:00 +01:00`; the system's zone where none is given.

    Seconds are shown only where there are any.
    """
    local = datetime.fromtimestamp(seconds, UTC).astimezone(zone)
    clock = "%H:%M:%S" if seconds % MINUTE else "%H:%M"
    offset = local.strftime("%z")
    return f"{local.strftime(f'%a %Y-%m-%d {clock}')} {offset[:3]}:{offset[3:5]}"


def zone_of(view: JobView) -> ZoneInfo | None:
    """On whose clock to show a job's instants; None: the system's."""
    return ZoneInfo(view.timezone) if view.timezone else None


def standing(view: JobView) -> str:
    """`paused by ann until Sat 2026-11-21 07:00 +01:00: holidays`; mostly empty.

    What a person put on a job, whatever else is to be said of it.
    """
    it = view.standing
    if it is None:
        return ""
    until = "" if it.until is None else f" until {moment(it.until, zone_of(view))}"
    reason = f": {it.reason}" if it.reason else ""
    return f"{it.what} by {it.actor}{until}{reason}"


def near(seconds: int, now: float, zone: tzinfo | None = None) -> str:
    """The same without its date where the weekday says it all: `Sat 07:00 +01:00`."""
    text = moment(seconds, zone)
    if abs(seconds - now) >= NEAR_DAYS * DAY:
        return text
    weekday, _, rest = text.split(" ", 2)
    return f"{weekday} {rest}"


def ended_with(exit_code: int | None, number: int | None) -> str:
    """`exit 3` or `SIGKILL`; empty where neither says anything."""
    if number is not None:
        try:
            return signal.Signals(number).name
        except ValueError:
            return f"signal {number}"
    return f"exit {exit_code}" if exit_code else ""


def outcome(run: RunView) -> str:
    """`succeeded`, `failed, exit 3`."""
    word = OUTCOMES[run.status]
    if run.status is RunStatus.FAILED and (
        how := ended_with(run.exit_code, run.signal)
    ):
        return f"{word}, {how}"
    return word


def ending(run: RunView) -> str:
    """`failed after 1.2s, exit 3`: a sentence about a run that has ended."""
    took = "" if run.duration_ms is None else f" after {duration(run.duration_ms)}"
    _, comma, how = outcome(run).partition(", ")
    quiet = ", nothing to report" if run.quiet else ""
    return f"{OUTCOMES[run.status]}{took}{comma}{how}{quiet}"
