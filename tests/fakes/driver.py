"""A driver that keeps what it is given in memory, and can be told to misbehave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchd.service import Found, Plan, PlannedFile
from runner.process.driver import Driver

if TYPE_CHECKING:
    from pathlib import Path

    from launchd.service import Service


class FakeDriver:
    """Implements `launchd.service.Backend`.

    `forgetful`: it takes everything, and has nothing afterwards. `deaf`: it calls
    nothing of what it has.
    """

    def __init__(
        self,
        place: Path,
        driver: Driver = Driver.SYSTEMD,
        *,
        forgetful: bool = False,
        deaf: bool = False,
    ) -> None:
        self.has: dict[str, Found] = {}
        self.installations = 0
        self._place = place
        self._driver = driver
        self._forgetful = forgetful
        self._deaf = deaf

    @property
    def driver(self) -> Driver:
        return self._driver

    def obstacle(self) -> str:
        return ""

    def plan(self, service: Service) -> Plan:
        text = repr(service)
        path = self._place / service.label
        return Plan((PlannedFile(path, text),), (("load", service.label),), text)

    def find(self, label: str) -> Found | None:
        return self.has.get(label)

    def everything(self) -> list[Found]:
        return list(self.has.values())

    def install(self, service: Service) -> None:
        self.installations += 1
        if self._forgetful:
            return
        self.has[service.label] = Found(
            driver=self._driver,
            label=service.label,
            files=(self._place / service.label,),
            definition=repr(service),
            service=service,
            loaded=not self._deaf,
            enabled=True,
        )

    def remove(self, label: str) -> bool:
        return self.has.pop(label, None) is not None

    def advice(self) -> list[str]:
        return []
