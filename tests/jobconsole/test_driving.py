"""What calls a project, told and put right, by a launchd that is made up."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from jobconsole import driving
from jobconsole.driving import Wish
from jobconsole.standing import Ailment, standing
from launchd.service import Kind, label_of
from launchd.systemd import Systemd
from runner import api
from runner.engine import tick
from runner.model.errors import DriverUnavailableError
from runner.process.driver import Driver
from runner.process.locks import Holder, PidLock
from tests.helpers.launchctl import GUI, UID, Mac
from tests.helpers.still import Still, at, still

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jobconsole.standing import Standing
    from launchd.machine import Machine
    from launchd.service import Found

START = at("2026-03-01 06:00")


class Place:
    """A project of a made-up Mac's user, on a clock that only the test moves."""

    def __init__(self, it: Still, mac: Mac) -> None:
        self.it, self.mac = it, mac
        self.project = it.project

    @property
    def label(self) -> str:
        return label_of(driving.anchored(self.project.config))

    def install(self, wish: Wish | None = None) -> Found:
        chosen = wish or Wish("launchd")
        return driving.install(self.project, self.mac.machine, chosen).installed.found

    def standing(self) -> Standing:
        return standing(self.project, self.mac.machine)

    def ailments(self) -> list[Ailment]:
        return [trouble.code for trouble in self.standing().troubles]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    mac = Mac(tmp_path / "mac")
    root = mac.home / "média 100%"
    root.mkdir()
    with still(root, {}, START) as it:
        yield Place(it, mac)


def test_what_is_called(place: Place) -> None:
    service = place.install().service
    assert service is not None
    assert service.argv[:4] == (sys.executable, "-P", "-m", "jobconsole")
    assert service.config == str(place.project.config)
    assert service.argv[-3:] == ("--tick", "--every", "300")
    assert service.environment["JOBCONSOLE_DRIVER"] == "launchd"
    assert service.environment["PATH"] == place.project.base()["PATH"]
    assert service.log == place.project.state.driver_log
    assert (service.kind, service.every) == (Kind.TICK, 300)


def test_what_keeps_running(place: Place) -> None:
    service = place.install(Wish("launchd", every=0)).service
    assert service is not None
    assert service.argv[-1] == "up"
    assert service.environment["JOBCONSOLE_DRIVER"] == "resident"
    assert service.kind is Kind.RESIDENT


def test_the_usual_driver_here_is_the_first_that_can_be_used(place: Place) -> None:
    chosen, _ = driving.plan(place.project.config, place.mac.machine, Wish())
    assert chosen.driver is Driver.LAUNCHD


def test_a_driver_that_is_not_there(place: Place) -> None:
    with pytest.raises(DriverUnavailableError, match="systemctl"):
        place.install(Wish("systemd"))


def test_one_label_whatever_the_project_is_called_by(place: Place) -> None:
    place.install()
    config = place.project.config
    roundabout = config.parent / ".." / config.parent.name / config.name
    [found] = driving.survey(roundabout, place.mac.machine)
    assert found.label == place.label
    link = place.mac.home / "link"
    link.symlink_to(config.parent)
    assert driving.uninstall(link / config.name, place.mac.machine) == [found]


def test_a_configuration_that_is_a_link_is_a_project_of_its_own(place: Place) -> None:
    elsewhere = place.mac.home / "other"
    elsewhere.mkdir()
    (elsewhere / "teleclaude.yml").symlink_to(place.project.config)
    assert driving.anchored(elsewhere / "teleclaude.yml").parent == elsewhere


def test_all_is_well(place: Place) -> None:
    place.install()
    assert place.standing().troubles == []
    assert place.standing().is_fine


def _nothing_installed(place: Place) -> None:
    place.it.clock.advance(3_600_000)


def _somebody_else_calls(_place: Place) -> None:
    pass


def _resident_has_left(place: Place) -> None:
    tick.run(place.project, tick.Rhythm(stays=True))


def _overdue(place: Place) -> None:
    place.install()
    place.it.clock.advance(3_600_000)


def _not_loaded(place: Place) -> None:
    place.install()
    with place.mac.changed() as state:
        state["loaded"].clear()


def _not_enabled(place: Place) -> None:
    place.install()
    place.mac.override(place.label, "disabled")


def _edited(place: Place) -> None:
    place.install()
    [path] = place.mac.agents.iterdir()
    path.write_text(path.read_text("utf-8").replace("<integer>300<", "<integer>60<"))


def _moved_program(place: Place) -> None:
    place.install()
    [path] = place.mac.agents.iterdir()
    path.write_text(path.read_text("utf-8").replace(sys.executable, "/gone/python"))


def _another_path(place: Place) -> None:
    place.install()
    environment = {"PATH": "/somewhere", "HOME": str(place.mac.home)}
    with api.open_project(
        place.project.config, place.project.state.root, environment
    ) as other:
        api.environment(other, renew=True)


def _stays_no_more(place: Place) -> None:
    place.install(Wish("launchd", every=0))


@pytest.mark.parametrize(
    ("happens", "ailments", "fine"),
    [
        (_nothing_installed, [Ailment.OVERDUE, Ailment.NONE], False),
        (_somebody_else_calls, [Ailment.NONE], True),
        (_resident_has_left, [Ailment.NONE], False),
        (_overdue, [Ailment.OVERDUE], False),
        (_not_loaded, [Ailment.NOT_LOADED], False),
        (_not_enabled, [Ailment.NOT_ENABLED], True),
        (_edited, [Ailment.STALE], True),
        (_moved_program, [Ailment.NO_PROGRAM], False),
        (_another_path, [Ailment.STALE], True),
        (_stays_no_more, [Ailment.RESIDENT_GONE], False),
    ],
)
def test_what_can_be_wrong(
    place: Place, happens: Callable[[Place], None], ailments: list[Ailment], fine: bool
) -> None:
    happens(place)
    assert place.ailments() == ailments
    assert place.standing().is_fine is fine
    assert all(trouble.hint for trouble in place.standing().troubles)


def test_sleep_is_no_lateness(place: Place) -> None:
    place.install()
    place.it.clock.suspend(8 * 3_600_000)
    assert place.ailments() == []


def test_a_resident_needs_no_driver(place: Place) -> None:
    project = place.project
    lock = PidLock(project.state.resident_lock)
    lock.acquire(Holder(project.identity, project.clock.wall_ms(), None))
    assert place.ailments() == []
    lock.release()


def test_to_install_again_puts_it_right(place: Place) -> None:
    _edited(place)
    machine = place.mac.machine
    changed = driving.install(place.project, machine, Wish("launchd")).installed.changed
    assert changed == ["it ticks every 1m, not every 5m"]
    assert place.ailments() == []
    assert list(place.mac.state["loaded"]) == [f"{GUI}/{place.label}"]


def test_the_first_tick_of_the_driver_is_waited_for(place: Place) -> None:
    project, since_ms = place.project, place.it.clock.wall_ms()
    api.tick(project)  # by systemd, as all of these
    assert driving.first_tick(project, Driver.LAUNCHD, since_ms, 1_000) is None
    assert driving.first_tick(project, Driver.SYSTEMD, since_ms, 1_000) is not None


def test_what_was_taken_away_is_late_for_nothing(place: Place) -> None:
    place.install()
    place.it.clock.advance(1_000)
    driving.uninstall(place.project.config, place.mac.machine)
    api.release(place.project)
    assert place.ailments() == [Ailment.NONE]
    assert not place.standing().is_fine
    assert place.standing().next_ms is None
    place.it.clock.advance(3_600_000)
    assert place.ailments() == [Ailment.NONE]


def test_a_plan_writes_nothing(place: Place, tmp_path: Path) -> None:
    config = tmp_path / "fresh" / "teleclaude.yml"
    config.parent.mkdir()
    config.write_text("jobs: {}\n", "utf-8")
    _, plan = driving.plan(config, place.mac.machine, Wish())
    assert str(config) in plan.definition
    assert list(config.parent.iterdir()) == [config]
    assert not place.mac.agents.exists()


def test_root_installs_nothing_for_somebody_else(place: Place) -> None:
    os.chown(place.project.config, UID, -1)
    as_root = place.mac.machine_of(0)
    with pytest.raises(DriverUnavailableError, match="would run as root"):
        driving.install(place.project, as_root, Wish("cron"))


@pytest.fixture
def cut_off(place: Place) -> Machine:
    """The same machine, whose systemd manager is there and answers nobody."""
    units = place.mac.home / ".config/systemd/user"
    units.mkdir(parents=True)
    base = place.project.base()
    there = driving.place_of(place.project.config, place.mac.machine, base)
    service = driving.service_for(there, Driver.SYSTEMD, 300)
    for file in Systemd(place.mac.machine).plan(service).files:
        file.path.write_text(file.text, "utf-8")
    program = place.mac.bin / "systemctl"
    program.write_text(
        "#!/bin/sh\necho Failed to connect to bus >&2; exit 1\n", "utf-8"
    )
    program.chmod(0o755)
    return place.mac.machine_with_commands


def test_a_driver_that_cannot_be_asked_is_not_taken_for_none(
    place: Place, cut_off: Machine
) -> None:
    [found] = driving.survey(place.project.config, cut_off)
    assert (found.driver, found.loaded) == (Driver.SYSTEMD, False)
    with pytest.raises(DriverUnavailableError, match="Failed to connect"):
        driving.uninstall(place.project.config, cut_off)
    with pytest.raises(DriverUnavailableError, match="cannot be asked"):
        driving.install(place.project, cut_off, Wish("launchd"))
    assert place.mac.state["loaded"] == {}
    [reason] = driving.unasked(cut_off)
    assert "Failed to connect" in reason
