"""What drivers are asked to call, in tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from launchd.service import PREFIX, PROBE_PREFIX, Kind, Service
from runner.process.environment import DRIVER_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

LABEL = f"{PREFIX}media-3f2a9c1b"
OTHER_LABEL = f"{PREFIX}garden-00c0ffee"
PROBE_LABEL = f"{PROBE_PREFIX}1234"

CONFIG = "/home/anna/media/teleclaude.yml"
ARGV = (
    *("/opt/python/bin/python3", "-P", "-m", "jobconsole"),
    *("--config", CONFIG, "--tick", "--every", "300"),
)


def service(
    *,
    label: str = LABEL,
    argv: tuple[str, ...] = ARGV,
    environment: Mapping[str, str] | None = None,
    log: Path = Path("/home/anna/media/.jobconsole/driver.log"),
    kind: Kind = Kind.TICK,
    every: int = 300,
) -> Service:
    """The tick of a project under cron, unless something else is said."""
    return Service(
        label=label,
        title="media",
        argv=argv,
        environment={DRIVER_VARIABLE: "cron", **(environment or {})},
        log=log,
        kind=kind,
        every=every,
    )
