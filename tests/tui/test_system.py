"""What the jobs stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.screens.system import BEATS_A_LOOK, SystemScreen
from runner import __version__
from tests.helpers.stage import WIDE, visit

if TYPE_CHECKING:
    from tests.helpers.still import Still


async def test_tells_of_configuration_driver_locks_disk_and_versions(
    farm: Still,
) -> None:
    async with visit(farm, (160, 60)) as operator:
        await operator.press("5")
        await operator.meets(SystemScreen)
        await operator.sees("Configuration", "Driver", "Workers and locks")
        await operator.sees("comand", "run folders", "free", __version__)
        assert str(farm.project.config) in operator.text
        assert "pool agent" in operator.text


async def test_scrolls_and_looks_again(farm: Still) -> None:
    async with visit(farm, (100, 20)) as operator:
        await operator.press("5")
        await operator.sees("Configuration")
        await operator.press("G")
        await operator.sees("zone")
        await operator.press("home")
        await operator.sees("Configuration")


async def test_says_when_nobody_ticks(farm: Still) -> None:
    async with visit(farm, WIDE) as operator:
        await operator.press("5")
        await operator.sees("next  ")
        screen = operator.console.screen
        assert isinstance(screen, SystemScreen)
        farm.clock.advance(3_600_000)
        for _ in range(BEATS_A_LOOK):
            screen.beat()
        await operator.sees("overdue for", "nobody ticks")
