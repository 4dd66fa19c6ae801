"""A driver that really starts what it is given, in an environment as bare as cron's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runner.process.driver import Driver
from tests.fakes.driver import FakeDriver
from tests.helpers.processes import end, finish, start

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from launchd.service import Found, Service
    from runner.model.errors import JobconsoleError

BARE = {"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
"""What every driver gives to what it starts, more or less."""


class FakeBackend(FakeDriver):
    """Each service is started once, in `folder`.

    `extra` are variables that this driver adds. `starts` False: it takes what it is
    given, and does nothing about it.
    """

    def __init__(
        self,
        folder: Path,
        driver: Driver = Driver.SYSTEMD,
        *,
        extra: Mapping[str, str] | None = None,
        starts: bool = True,
    ) -> None:
        super().__init__(folder, driver)
        self.installed: list[Service] = []
        self.why_not = ""
        self.refusal: JobconsoleError | None = None
        self.refusal_to_remove: JobconsoleError | None = None
        self.said: list[str] = []
        self.loads = True
        self._folder = folder
        self._extra = dict(extra or {})
        self._starts = starts
        self._pids: dict[str, int] = {}

    def obstacle(self) -> str:
        return self.why_not

    def find(self, label: str) -> Found | None:
        found = super().find(label)
        state = "it sits there" if self.loads else "nobody reads it"
        return found and found._replace(loaded=self.loads, state=state)

    def install(self, service: Service) -> None:
        super().install(service)
        self.installed.append(service)
        if self.refusal is not None:
            raise self.refusal
        if self._starts:
            self._pids[service.label] = self._start(service)

    def remove(self, label: str) -> bool:
        if label in self._pids:
            pid = self._pids.pop(label)
            end([pid])
            finish(pid)
        if self.refusal_to_remove is not None:
            raise self.refusal_to_remove
        return super().remove(label)

    def advice(self) -> list[str]:
        return self.said

    def _start(self, service: Service) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        log = os.open(service.log, flags, 0o600)
        environment = {**BARE, **self._extra, **service.environment}
        try:
            return start(service.argv, self._folder, environment, stdout=log)
        finally:
            os.close(log)
