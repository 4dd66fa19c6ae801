"""What the drivers have of ours, and what of it is worth a word."""

from __future__ import annotations

import os
import stat
import sys
from functools import partial
from pathlib import Path

import pytest

from jobconsole.doctor.checks.drivers import Drivers, check_drivers
from jobconsole.doctor.context import probe_label
from jobconsole.doctor.drivers import (
    Called,
    ask_drivers,
    interpreter_of,
    service_environment,
)
from jobconsole.doctor.findings import Code, Context, Level
from jobconsole.standing import Ailment, Trouble
from launchd.cron import Cron
from launchd.machine import Machine
from launchd.service import Found, Kind, Service
from runner.model.errors import DriverUnavailableError
from runner.process.driver import Driver
from tests.fakes.backend import FakeBackend

CONFIG = Path("/home/ann/farm/teleclaude.yml")
GRAVE = Trouble(
    Ailment.NOT_LOADED,
    "it is not loaded",
    "`jobconsole install` puts it right.",
    fatal=True,
)
SLIGHT = Trouble(Ailment.STALE, "it is stale", "Again.", fatal=False)
LATE = Trouble(
    Ailment.OVERDUE, "it is overdue", "`jobconsole doctor` looks at it.", fatal=True
)
DEAD_PID = 4_194_305


def service(label: str, python: str = sys.executable) -> Service:
    argv = (python, "-P", "-m", "jobconsole", "--config", str(CONFIG), "--tick")
    given = {"LANG": "C.UTF-8"}
    return Service(label, "farm", argv, given, Path("/dev/null"), Kind.TICK, 300)


def silent(_label: str) -> str:
    return ""


def called(by: Service | None, driver: Driver = Driver.SYSTEMD) -> Called:
    return Called((Found(driver, "jobconsole.farm-1", (), "", by, True, True),))


@pytest.mark.parametrize(
    ("drivers", "expected"),
    [
        (
            Drivers(Context.CRON, caller=Context.CRON),
            [(Level.OK, Code.DRIVER_OK)],
        ),
        (
            Drivers(Context.CRON, caller=Context.CRON, troubles=(GRAVE, SLIGHT)),
            [
                (Level.ERROR, Ailment.NOT_LOADED),
                (Level.WARNING, Ailment.STALE),
            ],
        ),
        (
            Drivers(Context.SHELL, troubles=(GRAVE,)),
            [(Level.ERROR, Ailment.NOT_LOADED)],
        ),
        (
            Drivers(Context.CRON, troubles=(GRAVE,)),
            [(Level.WARNING, Ailment.NOT_LOADED)],
        ),
        (
            Drivers(Context.CRON, caller=Context.SYSTEMD, troubles=(GRAVE,)),
            [(Level.WARNING, Ailment.NOT_LOADED)],
        ),
        (
            Drivers(Context.SHELL, interpreter="/a", own_interpreter="/b"),
            [(Level.NOTE, Code.DRIVER_INTERPRETER_OTHER)],
        ),
        (Drivers(Context.SHELL, interpreter="/b", own_interpreter="/b"), []),
        (
            Drivers(Context.SHELL, unreadable=("x",)),
            [(Level.WARNING, Code.DRIVER_UNREADABLE)],
        ),
        (
            Drivers(Context.SHELL, ticks=("* * * * * x",)),
            [(Level.WARNING, Code.DRIVER_FOREIGN_TICK)],
        ),
        (Drivers(Context.SHELL, left=("x",)), [(Level.NOTE, Code.PROBE_LEFT)]),
        (Drivers(Context.SHELL, kept=("x",)), [(Level.WARNING, Code.PROBE_LEFT)]),
        (Drivers(Context.LAUNCHD, advice=("x",)), [(Level.NOTE, Code.DRIVER_ADVICE)]),
        (Drivers(Context.CRON, advice=("x",)), [(Level.WARNING, Code.DRIVER_ADVICE)]),
        (Drivers(Context.SHELL), []),
    ],
)
def test_what_is_said_of_drivers(
    drivers: Drivers, expected: list[tuple[Level, Code | Ailment]]
) -> None:
    assert [(it.level, it.code) for it in check_drivers(drivers)] == expected


@pytest.mark.parametrize(
    ("caller", "said", "remedy"),
    [
        (None, "", "`jobconsole --tick` shows"),
        (
            Context.SYSTEMD,
            "; its last words: no space",
            "See `journalctl",
        ),
    ],
)
def test_the_doctor_is_no_remedy_of_the_doctor(
    caller: Context | None, said: str, remedy: str
) -> None:
    drivers = Drivers(Context.SHELL, caller, troubles=(LATE,), said="no space")
    (found,) = check_drivers(drivers)
    assert found.message == f"it is overdue{said}"
    assert found.remedy.startswith(remedy)
    assert "doctor" not in found.remedy


def test_the_last_words_of_what_is_called_in_vain(tmp_path: Path) -> None:
    by = service("jobconsole.farm-1")._replace(log=tmp_path / "driver.log")
    vain = called(by)._replace(troubles=(LATE,))
    context = Context.SHELL
    ask = partial(ask_drivers, CONFIG, [], vain, context, lambda it: f"{it} failed\n")
    assert ask().said == "jobconsole.farm-1 failed"
    by.log.write_text("Traceback\nno module\n")
    assert ask().said == "Traceback / no module"


def test_drivers_are_asked_and_cleared_of_dead_probes(tmp_path: Path) -> None:
    one = FakeBackend(tmp_path, starts=False)
    one.said = ["Stay logged in."]
    other = FakeBackend(tmp_path, Driver.CRON, starts=False)
    other.said = ["Never said."]
    dead, ours = probe_label(CONFIG, DEAD_PID), probe_label(CONFIG, os.getpid())
    for label in (dead, ours, "jobconsole.farm-1"):
        one.install(service(label))
    other.install(service(dead))
    other.refusal_to_remove = DriverUnavailableError("busy")

    by = service("jobconsole.farm-1")
    drivers = ask_drivers(
        CONFIG, [one, other], called(by), Context.SYSTEMD, journal=silent
    )
    assert set(one.has) == {ours, "jobconsole.farm-1"}
    assert (drivers.left, drivers.kept) == ((dead,), (dead,))
    assert drivers.advice == ("Stay logged in.",)
    assert drivers.caller is Context.SYSTEMD
    assert drivers.interpreter == drivers.own_interpreter == sys.executable


def test_a_driver_that_does_not_answer_stops_nothing(tmp_path: Path) -> None:
    class Mute(FakeBackend):
        def everything(self) -> list[Found]:
            message = "no bus"
            raise DriverUnavailableError(message)

    drivers = ask_drivers(CONFIG, [Mute(tmp_path)], Called(), Context.SHELL, silent)
    assert drivers.unreadable == ("systemd does not answer: no bus",)


CRONTAB = f"""\
MAILTO=ann
*/5 * * * * API_TOKEN=hunter2 jobconsole --config {CONFIG} --tick
*/5 * * * * jobconsole --config /elsewhere/teleclaude.yml --tick
0 3 * * * backup
"""


def test_lines_of_the_crontab_by_another_hand(tmp_path: Path) -> None:
    table, program = tmp_path / "table", tmp_path / "crontab"
    table.write_text(CRONTAB)
    program.write_text(f"#!/bin/sh\nexec cat {table}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    path = f"{tmp_path}:/usr/bin:/bin"
    cron = Cron(Machine(tmp_path, 1000, "ann", {"PATH": path}), lambda: True)
    drivers = ask_drivers(CONFIG, [cron], Called(), Context.SHELL, silent)
    (line,) = drivers.ticks
    assert line == (
        f"*/5 * * * * API_TOKEN=[hidden] jobconsole --config {CONFIG} --tick"
    )


def test_a_probe_is_started_as_what_is_installed(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("")
    otherwise = {"PATH": "/bin"}
    there = called(service("x", str(python)))
    assert interpreter_of(there, Context.SYSTEMD) == str(python)
    assert service_environment(there, Context.SYSTEMD, otherwise) == {"LANG": "C.UTF-8"}
    # What is installed elsewhere, cannot be read or cannot be started is no model.
    assert interpreter_of(there, Context.CRON) == sys.executable
    assert service_environment(there, Context.CRON, otherwise) == otherwise
    python.unlink()
    assert interpreter_of(there, Context.SYSTEMD) == sys.executable
    for nobody in (called(None), Called()):
        assert interpreter_of(nobody, Context.SYSTEMD) == sys.executable
        assert service_environment(nobody, Context.SYSTEMD, otherwise) == otherwise
