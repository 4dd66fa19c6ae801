"""Clocks, and what puts the machine to sleep."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jobconsole.doctor.facts import Machine
from runner.model.errors import LaunchError
from runner.process.brief import Patience, run_briefly

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.process.clock import Clock

_WITHIN_MS = 2_000
_MOST_BYTES = 16_384
_NEVER = frozenset({"", "ignore"})


class Manual(NamedTuple):
    """Where a machine says something of itself, and the variables its commands get."""

    environment: Mapping[str, str]
    power_supplies: Path = Path("/sys/class/power_supply")
    logind: tuple[Path, ...] = (
        Path("/etc/systemd/logind.conf"),
        Path("/etc/systemd/logind.conf.d"),
    )


def look_at_machine(clock: Clock, platform: str, manual: Manual) -> Machine:
    on_mac = platform == "darwin"
    return Machine(
        platform=platform,
        wall_ms=clock.wall_ms(),
        awake_ms=clock.awake_ms(),
        continuous_ms=clock.continuous_ms(),
        synchronised=None if on_mac else _synchronised(manual),
        battery=_mac_battery(manual) if on_mac else _linux_battery(manual),
        sleeps=_mac_sleep(manual) if on_mac else _linux_sleep(manual),
    )


def _synchronised(manual: Manual) -> bool | None:
    said = _ask(manual, "timedatectl", "show", "-p", "NTPSynchronized", "--value")
    return {"yes": True, "no": False}.get(said.strip())


def _mac_battery(manual: Manual) -> bool | None:
    said = _ask(manual, "pmset", "-g", "batt")
    return "InternalBattery" in said if said else None


def _mac_sleep(manual: Manual) -> str:
    """`sleep 10` among the settings in use: minutes, 0 for never."""
    said = re.search(r"^\s*sleep\s+(\d+)", _ask(manual, "pmset", "-g"), re.MULTILINE)
    minutes = int(said[1]) if said else 0
    return f"it sleeps after {minutes} min without its user" if minutes else ""


def _linux_battery(manual: Manual) -> bool | None:
    """Batteries of mice and the like have a scope of their own."""
    try:
        supplies = list(manual.power_supplies.iterdir())
    except OSError:
        return None
    return any(
        _line(supply / "type") == "Battery" and _line(supply / "scope") != "Device"
        for supply in supplies
    )


def _linux_sleep(manual: Manual) -> str:
    """As far as logind's files tell; a desktop may have its own settings."""
    action = ""
    for place in manual.logind:
        files = sorted(place.glob("*.conf")) if place.is_dir() else [place]
        for file in files:
            said = re.findall(r"^IdleAction=(\S*)", _text(file), re.MULTILINE)
            action = said[-1] if said else action
    return "" if action in _NEVER else f"logind's IdleAction is {action}"


def _line(path: Path) -> str:
    return _text(path).strip()


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _ask(manual: Manual, *argv: str) -> str:
    """What a command says; nothing where it fails."""
    try:
        brief = run_briefly(
            argv,
            cwd=Path("/"),
            environment=manual.environment,
            within=Patience(_WITHIN_MS),
            most_bytes=_MOST_BYTES,
        )
    except LaunchError:
        return ""
    return brief.output if brief.exit_code == 0 else ""
