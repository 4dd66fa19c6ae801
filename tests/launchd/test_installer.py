"""What is right stays, what is not is put right, and one driver is left in the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from launchd.installer import install, survey, uninstall
from launchd.service import PROBE_PREFIX, Kind, Service, label_of
from runner.model.errors import DriverRefusedError
from runner.process.driver import Driver
from tests.fakes.driver import FakeDriver

CONFIG = Path("/home/ann/media/teleclaude.yml")
LABEL = label_of(CONFIG)
PLACE = Path("/home/ann/.config")


def service(
    *, every: int = 300, label: str = LABEL, config: Path = CONFIG, program: str = "/py"
) -> Service:
    argv = (program, "-m", "jobconsole", "--config", str(config), "--tick")
    log = config.parent / ".jobconsole/driver.log"
    return Service(label, "media", argv, {"HOME": "/home/ann"}, log, Kind.TICK, every)


def test_the_first_time() -> None:
    driver = FakeDriver(PLACE)
    done = install(driver, [driver], service())
    assert done.found.service == service()
    assert done.is_new
    assert done.replaced == []


def test_what_is_right_stays_untouched() -> None:
    driver = FakeDriver(PLACE)
    install(driver, [driver], service())
    done = install(driver, [driver], service())
    assert done.is_as_before
    assert driver.installations == 1


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (service(every=60), "it ticks every 1m, not every 5m"),
        (service(program="/old/py"), "it calls /old/py, not /py"),
        (service()._replace(kind=Kind.RESIDENT), "it is a resident, not a tick"),
        (service()._replace(environment={}), "HOME is not the same"),
        (service()._replace(argv=(*service().argv, "-v")), "its arguments are"),
        (service()._replace(title="other"), "edited, or written by another version"),
    ],
)
def test_what_changed_is_said_and_replaced(before: Service, said: str) -> None:
    driver = FakeDriver(PLACE)
    driver.install(before)
    [changed] = install(driver, [driver], service()).changed
    assert said in changed
    assert driver.has[LABEL].service == service()


@pytest.mark.parametrize("loaded", [True, False])
def test_what_is_not_in_force_is_brought_in_force(loaded: bool) -> None:
    driver = FakeDriver(PLACE)
    driver.install(service())
    found = driver.has[LABEL]
    driver.has[LABEL] = found._replace(loaded=loaded, enabled=not loaded)
    said = "it is not enabled" if loaded else "it is not loaded"
    assert install(driver, [driver], service()).changed == [said]
    assert driver.has[LABEL].loaded
    assert driver.has[LABEL].enabled


def test_a_driver_that_does_not_keep_it_is_not_believed() -> None:
    driver = FakeDriver(PLACE, forgetful=True)
    with pytest.raises(DriverRefusedError, match="does not have"):
        install(driver, [driver], service())


def test_another_driver_and_another_label_are_replaced() -> None:
    old, new = FakeDriver(PLACE, Driver.CRON), FakeDriver(PLACE)
    old.install(service())
    new.install(service(label="jobconsole.older-0000"))
    done = install(new, [new, old], service())
    assert {(it.driver, it.label) for it in done.replaced} == {
        (Driver.CRON, LABEL),
        (Driver.SYSTEMD, "jobconsole.older-0000"),
    }
    assert not old.has
    assert list(new.has) == [LABEL]


def test_nothing_is_replaced_by_what_did_not_come_about() -> None:
    old, new = FakeDriver(PLACE, Driver.CRON), FakeDriver(PLACE, forgetful=True)
    old.install(service())
    with pytest.raises(DriverRefusedError):
        install(new, [new, old], service())
    assert LABEL in old.has


def test_other_projects_and_probes_are_left_alone() -> None:
    driver = FakeDriver(PLACE)
    other = Path("/home/ann/other/teleclaude.yml")
    driver.install(service(label=label_of(other), config=other))
    driver.install(service(label=f"{PROBE_PREFIX}1"))
    install(driver, [driver], service())
    assert len(driver.has) == 3
    assert [it.label for it in uninstall([driver], CONFIG, LABEL)] == [LABEL]
    assert len(driver.has) == 2


def test_nothing_to_uninstall_is_no_failure() -> None:
    assert uninstall([FakeDriver(PLACE)], CONFIG, LABEL) == []


def test_the_own_label_comes_first() -> None:
    cron, systemd = FakeDriver(PLACE, Driver.CRON), FakeDriver(PLACE)
    cron.install(service(label="jobconsole.older-0000"))
    systemd.install(service())
    labels = [it.label for it in survey([cron, systemd], CONFIG, LABEL)]
    assert labels == [LABEL, "jobconsole.older-0000"]


def test_what_would_not_be_called_is_not_left_behind() -> None:
    driver = FakeDriver(PLACE, deaf=True)
    with pytest.raises(DriverRefusedError, match="would not call"):
        install(driver, [driver], service())
    assert not driver.has
