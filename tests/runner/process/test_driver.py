from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.process.driver import Driver, ancestor_names, driver_here, driver_of
from runner.process.environment import DRIVER_VARIABLE
from runner.store import ticks
from tests.helpers.project import write_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@pytest.mark.parametrize(
    ("environment", "terminal", "ancestors", "driver"),
    [
        ({}, False, (), Driver.OTHER),
        ({}, True, ("cron",), Driver.TERMINAL),
        ({}, False, ("sh", "CRON", "cron"), Driver.CRON),
        ({}, False, ("bash", "crond"), Driver.CRON),
        ({}, False, ("bash", "sshd"), Driver.OTHER),
        ({"XPC_SERVICE_NAME": "local.jobconsole"}, False, (), Driver.LAUNCHD),
        ({"XPC_SERVICE_NAME": "0"}, False, (), Driver.OTHER),
        ({"XPC_SERVICE_NAME": ""}, False, (), Driver.OTHER),
        ({"INVOCATION_ID": "3f"}, False, (), Driver.SYSTEMD),
        ({"INVOCATION_ID": "3f"}, True, (), Driver.TERMINAL),
        ({DRIVER_VARIABLE: "cron"}, True, (), Driver.CRON),
        ({DRIVER_VARIABLE: "systemd"}, False, ("cron",), Driver.SYSTEMD),
        ({DRIVER_VARIABLE: "somebody"}, True, (), Driver.OTHER),
        ({DRIVER_VARIABLE: ""}, True, (), Driver.TERMINAL),
    ],
)
def test_who_calls(
    environment: Mapping[str, str],
    terminal: bool,
    ancestors: tuple[str, ...],
    driver: Driver,
) -> None:
    found = driver_of(environment, terminal=terminal, ancestors=ancestors)
    assert found is driver


def test_ancestors_are_looked_at_only_where_nothing_else_tells() -> None:
    def unwanted() -> Iterator[str]:
        asked.append("they cost time")
        yield "cron"

    asked: list[str] = []

    named = {DRIVER_VARIABLE: "launchd"}
    assert driver_of(named, terminal=False, ancestors=unwanted()) is Driver.LAUNCHD
    assert asked == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_names_of_ancestors() -> None:
    names = list(ancestor_names(os.getpid(), 2))

    assert 1 <= len(names) <= 2
    with open("/proc/self/comm", encoding="utf-8") as file:  # noqa: PTH123
        assert names[0] == file.read().rstrip("\n")
    assert list(ancestor_names(2**22 + 1)) == []
    assert isinstance(driver_here({}), Driver)


def test_a_tick_keeps_who_called_it(tmp_path: Path) -> None:
    config = write_project(tmp_path, "jobs: {}")
    start = {"HOME": str(tmp_path), DRIVER_VARIABLE: "systemd"}
    with api.open_project(config, tmp_path / ".jobconsole", start) as project:
        api.tick(project)
        api.tick(project, dry_run=True)

        (tick,) = ticks.latest(project.index, 5)
        assert tick.driver == Driver.SYSTEMD
