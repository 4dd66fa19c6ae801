"""launchd by a launchctl that stands in for it: reported, not recorded."""

from __future__ import annotations

import plistlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from launchd.launchctl import BOOTSTRAP_MS, DRAIN_MS, LOOK_MS, RETRY_MS, Launchd
from launchd.plist import Session, canonical, text_of
from launchd.refusals import FOR_NOW, REFUSALS
from launchd.service import Kind, Service
from runner.model.errors import (
    DriverRefusedError,
    DriverUnavailableError,
    DriverUnfitError,
)
from runner.process.driver import Driver
from tests.helpers.launchctl import GUI, USER, Mac

if TYPE_CHECKING:
    from launchd.service import Found

LABEL = "jobconsole.media-3f2a9c1b"
CHANGING = ("bootout", "enable", "bootstrap")


@pytest.fixture
def mac(tmp_path: Path) -> Mac:
    return Mac(tmp_path / "mac")


@pytest.fixture
def launchd(mac: Mac) -> Launchd:
    return Launchd(mac.machine)


@pytest.fixture
def service(mac: Mac) -> Service:
    config = mac.home / "mé dia" / "teleclaude.yml"
    argv = ("/usr/bin/python3", "-P", "-m", "jobconsole", "--config", str(config))
    return Service(
        label=LABEL,
        title="jobconsole: mé dia",
        argv=(*argv, "--tick", "--every", "300"),
        environment={"JOBCONSOLE_DRIVER": "launchd", "PATH": "/usr/bin:/bin"},
        log=mac.home / "mé dia" / ".jobconsole" / "driver.log",
        kind=Kind.TICK,
        every=300,
    )


def found(launchd: Launchd, label: str = LABEL) -> Found:
    result = launchd.find(label)
    assert result is not None
    return result


def test_installing_puts_it_in_place_and_loads_it(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    assert launchd.find(LABEL) is None
    launchd.install(service)
    path = mac.agents / f"{LABEL}.plist"
    assert path.stat().st_mode & 0o777 == 0o644
    assert service.log.parent.stat().st_mode & 0o777 == 0o700
    it = found(launchd)
    assert (it.driver, it.label, it.files) == (Driver.LAUNCHD, LABEL, (path,))
    assert (it.loaded, it.enabled, it.state) == (True, True, f"loaded in {GUI}")
    assert it.service == service._replace(title="")
    assert it.definition == launchd.plan(service).definition
    assert mac.calls(*CHANGING) == [f"bootstrap {GUI} {path}"]


def test_no_override_is_made_where_there_is_none(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    launchd.install(service)
    launchd.remove(LABEL)
    assert mac.state["overrides"] == {}


def test_installing_again_takes_the_old_one_out_first(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    launchd.install(service)
    before = found(launchd)
    mac.forget_calls()
    launchd.install(service)
    assert found(launchd) == before
    path = mac.agents / f"{LABEL}.plist"
    assert mac.calls(*CHANGING) == [
        f"bootout {GUI}/{LABEL}",
        f"bootstrap {GUI} {path}",
    ]
    assert list(mac.agents.iterdir()) == [path]


def test_what_launchd_has_after_an_upgrade_is_the_new_one(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    launchd.install(service)
    argv = ("/opt/new/python", *service.argv[1:])
    newer = service._replace(argv=argv, every=60)
    launchd.install(newer)
    assert found(launchd).service == newer._replace(title="")
    assert mac.state["loaded"] == {f"{GUI}/{LABEL}": text_of(newer)}


def test_a_tick_becomes_a_resident(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    launchd.install(service)
    resident = service._replace(
        argv=(*service.argv[:6], "up"), kind=Kind.RESIDENT, every=0
    )
    launchd.install(resident)
    loaded = plistlib.loads(mac.state["loaded"][f"{GUI}/{LABEL}"].encode())
    assert loaded["KeepAlive"] is True
    assert found(launchd).service == resident._replace(title="")


def test_a_label_that_drains_is_waited_for(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    launchd.install(service)
    with mac.changed() as state:
        state["drain"] = 8
    launchd.install(service)
    assert found(launchd).loaded
    assert mac.clock.awake_ms() == 8 * LOOK_MS
    assert len(mac.calls("bootstrap")) == 2


def test_a_label_that_never_drains_is_given_up(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    launchd.install(service)
    before = mac.agents / f"{LABEL}.plist"
    written = before.read_bytes()
    with mac.changed() as state:
        state["drain"] = 10_000
    with pytest.raises(DriverRefusedError, match="let go of") as caught:
        launchd.install(service._replace(every=60))
    assert f"launchctl print {GUI}/{LABEL}" in caught.value.hint
    assert DRAIN_MS <= mac.clock.awake_ms() <= DRAIN_MS + 1_000
    assert before.read_bytes() == written


@pytest.mark.parametrize("old_words", [True, False])
def test_what_was_disabled_is_enabled_first(
    mac: Mac, launchd: Launchd, service: Service, *, old_words: bool
) -> None:
    with mac.changed() as state:
        state["old_words"] = old_words
        state["overrides"][LABEL] = "disabled"
    launchd.install(service)
    assert found(launchd).enabled
    assert [call.split()[0] for call in mac.calls(*CHANGING)] == ["enable", "bootstrap"]


def test_what_is_disabled_behind_the_listing_is_enabled_too(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    mac.answer("bootstrap", 119)
    launchd.install(service)
    assert found(launchd).loaded
    assert len(mac.calls("enable")) == 1


def test_a_listing_that_cannot_be_had_is_no_reason_to_call_it_disabled(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    launchd.install(service)
    mac.answer("print-disabled", 64, times=2)
    assert found(launchd).enabled
    launchd.install(service)
    assert len(mac.calls("enable")) == 1


def test_words_that_are_not_known_are_no_reason_either(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    launchd.install(service)
    mac.override(LABEL, "perhaps")
    assert found(launchd).enabled
    launchd.install(service)
    assert mac.state["overrides"] == {LABEL: "enabled"}


def test_disabled_by_hand_is_seen(mac: Mac, launchd: Launchd, service: Service) -> None:
    launchd.install(service)
    mac.override(LABEL, "disabled")
    it = found(launchd)
    assert (it.loaded, it.enabled) == (True, False)
    assert it.state == f"loaded in {GUI}, disabled"


def test_what_others_can_write_does_not_come_back(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    launchd.install(service)
    (mac.agents / f"{LABEL}.plist").chmod(0o664)
    assert not found(launchd).enabled
    launchd.install(service)
    assert found(launchd).enabled


def test_without_anybody_at_the_screen_it_goes_into_the_background(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    mac.log_out()
    launchd.install(service)
    it = found(launchd)
    assert it.state == f"loaded in {USER}"
    assert it.definition == launchd.plan(service).definition
    assert it.definition == text_of(service, Session.BACKGROUND)
    assert "keychain" in launchd.advice()[-1]


def test_at_the_screen_it_moves_there(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    mac.log_out()
    launchd.install(service)
    mac.log_in()
    assert found(launchd).definition != launchd.plan(service).definition
    launchd.install(service)
    assert list(mac.state["loaded"]) == [f"{GUI}/{LABEL}"]
    assert found(launchd).definition == launchd.plan(service).definition


@pytest.mark.parametrize("code", [112, 125, 134])
def test_a_screen_that_turns_out_not_to_be_there_is_done_without(
    mac: Mac, launchd: Launchd, service: Service, code: int
) -> None:
    mac.answer("bootstrap", code)
    launchd.install(service)
    it = found(launchd)
    assert it.state == f"loaded in {USER}"
    assert it.definition == launchd.plan(service).definition


def test_no_session_at_all_is_an_obstacle(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    with mac.changed() as state:
        state["domains"] = []
    assert "no session of anna" in launchd.obstacle()
    with pytest.raises(DriverUnavailableError, match="no session"):
        launchd.install(service)
    with pytest.raises(DriverUnavailableError, match="no session"):
        launchd.remove(LABEL)
    assert not mac.agents.exists()


def test_no_launchctl_and_root_are_obstacles(mac: Mac, service: Service) -> None:
    assert Launchd(mac.machine).obstacle() == ""
    assert "not as root" in Launchd(mac.machine_of(0)).obstacle()
    (mac.bin / "launchctl").unlink()
    launchd = Launchd(mac.machine)
    assert "no launchctl" in launchd.obstacle()
    assert launchd.find(LABEL) is None
    assert launchd.everything() == []
    assert launchd.plan(service).definition == text_of(service)


@pytest.mark.parametrize("code", sorted(FOR_NOW))
def test_a_code_that_may_pass_is_tried_again(
    mac: Mac, launchd: Launchd, service: Service, code: int
) -> None:
    mac.answer("bootstrap", code, times=2)
    launchd.install(service)
    assert found(launchd).loaded
    assert len(mac.calls("bootstrap")) == 3
    assert mac.clock.awake_ms() == 2 * RETRY_MS


def test_a_code_that_does_not_pass_is_given_up(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    mac.answer("bootstrap", 5, times=1_000)
    with pytest.raises(DriverRefusedError) as caught:
        launchd.install(service)
    assert BOOTSTRAP_MS <= mac.clock.awake_ms() <= BOOTSTRAP_MS + 1_000
    assert f"answered 5: {REFUSALS[5].what}" in caught.value.message
    assert "reported" in caught.value.message  # what launchctl said itself


@pytest.mark.parametrize("code", [1, 64, 78, 122, 127])
def test_a_code_that_will_not_pass_is_given_up_at_once(
    mac: Mac, launchd: Launchd, service: Service, code: int
) -> None:
    mac.answer("bootstrap", code, times=2)
    with pytest.raises((DriverRefusedError, DriverUnavailableError)) as caught:
        launchd.install(service)
    assert f"bootstrap of {LABEL} answered {code}: " in caught.value.message
    assert mac.clock.awake_ms() == 0


def test_what_is_loaded_is_loaded_whatever_the_last_answer_was(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    """The first try is said to be under way, and is done by then."""
    mac.answer("bootstrap", 37, does=True)
    launchd.install(service)
    assert found(launchd).loaded
    assert len(mac.calls("bootstrap")) == 1


def test_taken_and_not_known_is_no_success(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    mac.answer("bootstrap", 0)
    with pytest.raises(DriverRefusedError, match="does not know it"):
        launchd.install(service)


@pytest.mark.parametrize("code", [1, 64, 78])
def test_a_bootout_that_is_refused_changes_nothing(
    mac: Mac, launchd: Launchd, service: Service, code: int
) -> None:
    launchd.install(service)
    before = found(launchd)
    mac.answer("bootout", code)
    with pytest.raises(DriverRefusedError, match=f"bootout of .* answered {code}"):
        launchd.install(service._replace(every=60))
    assert found(launchd) == before


def test_removing_leaves_nothing(mac: Mac, launchd: Launchd, service: Service) -> None:
    launchd.install(service)
    with mac.changed() as state:
        state["drain"] = 2
    assert launchd.remove(LABEL) is True
    assert launchd.find(LABEL) is None
    assert mac.state["loaded"] == {}
    assert list(mac.agents.iterdir()) == []
    assert launchd.remove(LABEL) is False


@pytest.mark.parametrize("code", [3, 5, 113])
def test_removing_what_went_by_itself_is_fine(
    mac: Mac, launchd: Launchd, service: Service, code: int
) -> None:
    launchd.install(service)
    with mac.changed() as state:
        target = f"{GUI}/{LABEL}"
        del state["loaded"][target]
        state["draining"][target] = 2  # known when it was looked at, gone thereafter
    mac.answer("bootout", code)
    assert launchd.remove(LABEL) is True
    assert launchd.find(LABEL) is None


def test_a_definition_that_is_not_loaded_is_removed_without_a_bootout(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    launchd.install(service)
    with mac.changed() as state:
        state["loaded"] = {}
    it = found(launchd)
    assert (it.loaded, it.state) == (False, "not loaded")
    mac.forget_calls()
    assert launchd.remove(LABEL) is True
    assert mac.calls(*CHANGING) == []
    assert launchd.find(LABEL) is None


def test_what_is_loaded_without_a_definition_is_found_and_removed(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    launchd.install(service)
    (mac.agents / f"{LABEL}.plist").unlink()
    [it] = launchd.everything()
    assert (it.files, it.service, it.loaded, it.enabled) == ((), None, True, False)
    assert launchd.remove(LABEL) is True
    assert launchd.everything() == []


def test_a_removed_label_is_not_left_disabled(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    launchd.install(service)
    mac.override(LABEL, "disabled")
    launchd.remove(LABEL)
    assert mac.state["overrides"] == {LABEL: "enabled"}


def test_a_background_one_is_removed_from_the_screen_too(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    mac.log_out()
    launchd.install(service)
    mac.log_in()
    assert launchd.remove(LABEL) is True
    assert mac.state["loaded"] == {}


def test_everything_of_ours_is_found_and_nothing_else(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    labels = [LABEL, "jobconsole.other-00000000", "jobconsole.probe-1"]
    for label in labels:
        launchd.install(service._replace(label=label))
    (mac.agents / "com.example.backup.plist").write_text("not ours")
    assert [it.label for it in launchd.everything()] == labels


def test_the_plan_changes_nothing_and_says_what_would_be(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    plan = launchd.plan(service)
    path = mac.agents / f"{LABEL}.plist"
    [file] = plan.files
    assert (file.path, file.text) == (path, plan.definition)
    assert plan.commands == (
        ("launchctl", "bootout", f"{GUI}/{LABEL}"),
        ("launchctl", "enable", f"{GUI}/{LABEL}"),
        ("launchctl", "bootstrap", GUI, str(path)),
    )
    assert mac.calls(*CHANGING) == []
    assert not mac.agents.exists()
    assert not service.log.parent.exists()


def test_what_cannot_be_said_changes_nothing(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    launchd.install(service)
    before, loaded = found(launchd), mac.state["loaded"]
    with pytest.raises(DriverUnfitError):
        launchd.install(service._replace(every=1))
    with pytest.raises(DriverUnfitError):
        launchd.plan(service._replace(log=Path("/a\rb")))
    assert (found(launchd), mac.state["loaded"]) == (before, loaded)


@pytest.mark.parametrize("content", [b"", b"rubbish \xff", b"<plist><dict/></plist>"])
def test_a_damaged_definition_is_found_and_replaced(
    mac: Mac, launchd: Launchd, service: Service, content: bytes
) -> None:
    mac.agents.mkdir(parents=True)
    path = mac.agents / f"{LABEL}.plist"
    path.write_bytes(content)
    it = found(launchd)
    assert (it.service, it.definition) == (None, canonical(content))
    launchd.install(service)
    assert found(launchd).service == service._replace(title="")


def test_a_definition_of_another_label_is_not_taken_for_this_one(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    mac.agents.mkdir(parents=True)
    other = service._replace(label="jobconsole.other-00000000")
    (mac.agents / f"{LABEL}.plist").write_text(text_of(other))
    assert found(launchd).service is None


def test_a_folder_in_its_place_is_found_and_moved_aside(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    (mac.agents / f"{LABEL}.plist").mkdir(parents=True)
    assert found(launchd).definition == ""
    launchd.install(service)
    assert found(launchd).loaded


def test_a_definition_as_another_program_writes_it_is_the_same(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    launchd.install(service)
    path = mac.agents / f"{LABEL}.plist"
    path.write_bytes(
        plistlib.dumps(plistlib.loads(path.read_bytes()), fmt=plistlib.FMT_BINARY)
    )
    assert found(launchd).definition == launchd.plan(service).definition


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_changed(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    (mac.home / "Library").write_text("in the way")
    with pytest.raises(DriverRefusedError, match="cannot be changed") as caught:
        launchd.install(service)
    assert "sudo chown anna" in caught.value.hint
    assert mac.calls(*CHANGING) == []


def test_the_stand_in_refuses_what_launchd_is_said_to_refuse(
    mac: Mac, launchd: Launchd, service: Service
) -> None:
    """Or the tests above would prove nothing."""
    launchd.install(service)
    path = str(mac.agents / f"{LABEL}.plist")

    def bootstrap(domain: str = GUI) -> int | None:
        return mac.machine.ask("launchctl", "bootstrap", domain, path).exit_code

    assert bootstrap() == 5  # loaded
    assert bootstrap(USER) == 134
    assert bootstrap("gui/7") == 125
    with mac.changed() as state:
        state["drain"] = 1
    assert mac.machine.ask("launchctl", "bootout", f"{GUI}/{LABEL}").exit_code == 0
    assert bootstrap() == 5  # draining
    assert mac.machine.ask("launchctl", "print", f"{GUI}/{LABEL}").exit_code == 0
    assert mac.machine.ask("launchctl", "print", f"{GUI}/{LABEL}").exit_code == 113
    mac.override(LABEL, "disabled")
    assert bootstrap() == 5
    mac.override(LABEL, "enabled")
    Path(path).chmod(0o664)
    assert bootstrap() == 5
    Path(path).chmod(0o644)
    service.log.parent.rmdir()
    assert bootstrap() == 5
    assert mac.machine.ask("launchctl", "load", path).exit_code == 64
    assert mac.machine.ask("launchctl", "bootout", f"{GUI}/{LABEL}").exit_code == 3


def test_all_of_it_by_commands_that_are_really_started(
    mac: Mac, service: Service
) -> None:
    launchd = Launchd(mac.machine_with_commands)
    launchd.install(service)
    found = launchd.find(LABEL)
    assert found is not None
    assert found.loaded
    assert launchd.remove(LABEL)
    assert mac.state["loaded"] == {}
