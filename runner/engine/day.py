"""Where days and months begin: on the clock of the project's zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from runner.store import meta

if TYPE_CHECKING:
    from runner.engine.project import Project


def zone_name(project: Project) -> str:
    """The project's zone; the system's where the configuration names none."""
    return meta.get(project.index, meta.ZONE) or project.system_zone()


def midnight_ms(now_ms: int, zone: str) -> int:
    """When the day began on the clock of a zone."""
    return _epoch_ms(_midnight(now_ms, zone))


def next_midnight_ms(now_ms: int, zone: str) -> int:
    return _epoch_ms(_midnight(now_ms, zone) + timedelta(days=1))


def month_start_ms(now_ms: int, zone: str) -> int:
    return _epoch_ms(_midnight(now_ms, zone).replace(day=1))


def next_month_ms(now_ms: int, zone: str) -> int:
    first = _midnight(now_ms, zone).replace(day=1)
    year, month = divmod(first.year * 12 + first.month, 12)
    return _epoch_ms(first.replace(year=year, month=month + 1))


def _midnight(now_ms: int, zone: str) -> datetime:
    from zoneinfo import ZoneInfo

    local = datetime.fromtimestamp(now_ms // 1000, ZoneInfo(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def _epoch_ms(instant: datetime) -> int:
    return int(instant.timestamp()) * 1000
