"""The driver and a real systemd user manager."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from launchd.machine import Machine
from launchd.service import PREFIX, PROBE_PREFIX, Kind
from launchd.systemd import Systemd
from runner.model.errors import DriverRefusedError, DriverUnavailableError
from runner.process.driver import Driver
from tests.helpers.processes import end, living, python_program
from tests.helpers.services import LABEL, service
from tests.helpers.user_manager import RUNTIME, UID, USER, user_manager
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchd.service import Service
    from tests.helpers.user_manager import UserManager

NASTY = (
    "a b",
    'say "hi"',
    "100% %h",
    "$HOME $$",
    "back\\slash\\",
    "夜間 \x85",
    "",
    ";",
)
STAYS = ("/bin/sh", "-c", "echo >>$0; [ -e $1 ] || { setsid sleep 60 & echo >$1; }")
MAKES_A_GROUP = """
import sys
from pathlib import Path
from runner.process.cgroup import RunGroup, run_group_of
group = RunGroup.create("inside")
with group.around():
    inside = run_group_of("self")
Path(sys.argv[1]).write_text(f"{inside} {group.remove()}")
"""


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UserManager]:
    with user_manager(tmp_path_factory.mktemp("manager")) as manager:
        yield manager


@pytest.fixture
def systemd(manager: UserManager) -> Iterator[Systemd]:
    systemd = Systemd(manager.machine)
    yield systemd
    for found in systemd.everything():
        systemd.remove(found.label)


@pytest.fixture
def units(manager: UserManager) -> Path:
    return manager.home / ".config" / "systemd" / "user"


def beats(path: Path) -> int:
    return len(path.read_bytes().splitlines()) if path.exists() else 0


def counting(path: Path, *, kind: Kind = Kind.TICK, every: int = 1) -> Service:
    """Adds a line per call; who is resident stays."""
    script = "echo >>$0; exec sleep 60" if kind is Kind.RESIDENT else "echo >>$0"
    argv = ("/bin/sh", "-c", script, str(path))
    return service(argv=argv, kind=kind, every=every if kind is Kind.TICK else 0)


def test_a_tick_is_called_again_and_again(systemd: Systemd, tmp_path: Path) -> None:
    assert systemd.obstacle() == ""
    wanted = counting(tmp_path / "beats")

    systemd.install(wanted)

    found = systemd.find(LABEL)
    assert found is not None
    assert found.definition == systemd.plan(wanted).definition
    assert found.service == wanted._replace(log=Path("/dev/null"))
    assert (found.driver, found.loaded, found.enabled) == (Driver.SYSTEMD, True, True)
    assert found.state in {"active (waiting)", "active (running)"}
    wait_until(lambda: beats(tmp_path / "beats") >= 3, "three ticks")


def test_what_a_tick_has_started_lives_on_and_disturbs_no_tick(
    manager: UserManager, systemd: Systemd, tmp_path: Path
) -> None:
    argv = (*STAYS, str(tmp_path / "beats"), str(tmp_path / "started"))
    systemd.install(service(argv=argv, every=1))
    wait_until((tmp_path / "started").exists, "the child to be started")

    wait_until(lambda: beats(tmp_path / "beats") >= 3, "ticks beside the child")
    assert systemd.remove(LABEL)

    assert systemd.everything() == []
    pids = manager.pids_of(f"{LABEL}.service")
    assert living(pids)
    end(pids)
    wait_until(lambda: not living(pids), "the child to end")


def test_a_tick_that_is_under_way_may_end(
    manager: UserManager, systemd: Systemd, tmp_path: Path
) -> None:
    argv = ("/bin/sh", "-c", "echo >>$0; exec sleep 60", str(tmp_path / "beats"))
    systemd.install(service(argv=argv, every=1))
    wait_until(lambda: beats(tmp_path / "beats"), "the tick")

    assert systemd.remove(LABEL)

    assert systemd.everything() == []
    pids = manager.pids_of(f"{LABEL}.service")
    assert living(pids)
    end(pids)
    wait_until(lambda: not living(pids), "the tick to end")


def test_every_word_arrives_as_it_was_given(systemd: Systemd, tmp_path: Path) -> None:
    environment = {f"NASTY_{n}": word for n, word in enumerate(NASTY)}
    interpreter = tmp_path / "100% 夜間 $HOME" / "python"
    interpreter.parent.mkdir()
    interpreter.symlink_to(sys.executable)
    record = tmp_path / "calls"
    argv = (str(interpreter), *python_program("record_call.py")[1:], str(record))

    systemd.install(
        service(argv=(*argv, *NASTY), environment=environment, kind=Kind.PROBE)
    )

    wait_until(lambda: beats(record), "the call")
    call = json.loads(record.read_text())
    assert call["argv"] == list(NASTY)
    assert call["environment"].items() >= environment.items()
    assert call["environment"]["JOBCONSOLE_DRIVER"] == "cron"


def test_a_run_may_have_a_group_of_its_own(systemd: Systemd, tmp_path: Path) -> None:
    told = tmp_path / "told"
    program = tmp_path / "make_a_group.py"
    program.write_text(MAKES_A_GROUP)
    argv = (sys.executable, "-P", str(program), str(told))

    systemd.install(service(argv=argv, kind=Kind.PROBE, every=0))

    wait_until(lambda: told.exists() and told.read_text(), "the group to be made")
    assert told.read_text() == "jobconsole-inside True"


def test_to_install_again_changes_nothing(
    systemd: Systemd, units: Path, tmp_path: Path
) -> None:
    wanted = counting(tmp_path / "beats")
    systemd.install(wanted)
    before = systemd.find(LABEL), sorted(units.rglob("*"))

    systemd.install(wanted)

    after = systemd.find(LABEL), sorted(units.rglob("*"))
    assert before == after


def test_a_change_is_in_force_at_once(systemd: Systemd, tmp_path: Path) -> None:
    systemd.install(counting(tmp_path / "old", every=100_000))
    wanted = counting(tmp_path / "new", every=50_000)

    systemd.install(wanted)

    wait_until(lambda: beats(tmp_path / "new"), "a tick of the new kind")
    found = systemd.find(LABEL)
    assert found is not None
    assert found.definition == systemd.plan(wanted).definition


def test_from_ticks_to_a_resident_and_back(
    manager: UserManager, systemd: Systemd, units: Path, tmp_path: Path
) -> None:
    systemd.install(counting(tmp_path / "beats"))
    systemd.install(counting(tmp_path / "stays", kind=Kind.RESIDENT))

    wait_until(lambda: beats(tmp_path / "stays"), "the resident to be there")
    found = systemd.find(LABEL)
    assert found is not None
    assert found.service is not None
    assert found.service.kind is Kind.RESIDENT
    assert (found.loaded, found.enabled) == (True, True)
    assert [path.name for path in found.files] == [f"{LABEL}.service"]
    links = [path.parent.name for path in units.glob(f"*.wants/{LABEL}*")]
    assert links == ["default.target.wants"]

    systemd.install(counting(tmp_path / "again"))

    wait_until(lambda: beats(tmp_path / "again") >= 2, "ticks")
    assert manager.pids_of(f"{LABEL}.service") == []
    links = [path.parent.name for path in units.glob(f"*.wants/{LABEL}*")]
    assert links == ["timers.target.wants"]


@pytest.mark.parametrize("kind", Kind)
def test_to_remove_leaves_nothing(
    manager: UserManager, systemd: Systemd, units: Path, tmp_path: Path, kind: Kind
) -> None:
    systemd.install(counting(tmp_path / "beats", kind=kind))
    (units / f"{LABEL}.service.d").mkdir()
    (units / f"{LABEL}.service.d" / "override.conf").write_text("[Service]\nNice=1\n")

    assert systemd.remove(LABEL)

    assert list(units.rglob("*")) == []
    assert systemd.find(LABEL) is None
    assert not systemd.remove(LABEL)
    if kind is Kind.RESIDENT:
        assert manager.pids_of(f"{LABEL}.service") == []


def test_a_probe_is_called_once(systemd: Systemd, units: Path, tmp_path: Path) -> None:
    label = f"{PROBE_PREFIX}1"
    wanted = counting(tmp_path / "beats", kind=Kind.PROBE)._replace(label=label)

    systemd.install(wanted)

    wait_until(lambda: beats(tmp_path / "beats"), "the call")
    (found,) = systemd.everything()
    assert (found.label, found.loaded, found.enabled) == (label, True, False)
    assert [path.name for path in units.rglob("*")] == [f"{label}.service"]


@pytest.mark.parametrize(
    ("argv", "failure"),
    [
        (("/nowhere/python",), "exit 203: the program is missing"),
        (("/bin/sh", "-c", "exit 3"), "exit 3"),
        (("/bin/sh", "-c", "kill -9 $$"), "signal 9"),
    ],
)
def test_why_a_call_has_failed_is_told(
    systemd: Systemd, argv: tuple[str, ...], failure: str
) -> None:
    systemd.install(service(argv=argv, every=1))

    def failed() -> bool:
        found = systemd.find(LABEL)
        return found is not None and f"failed ({failure})" in found.state

    wait_until(failed, "the failure to be told")


def test_a_resident_that_cannot_be_started_is_refused(systemd: Systemd) -> None:
    with pytest.raises(DriverRefusedError, match=f"restart {LABEL}"):
        systemd.install(service(argv=("/nowhere/python",), kind=Kind.RESIDENT))

    assert systemd.remove(LABEL)


def test_what_somebody_has_half_removed_is_found_and_removed(
    systemd: Systemd, units: Path, tmp_path: Path
) -> None:
    systemd.install(counting(tmp_path / "beats"))
    for path in units.glob(f"{LABEL}.*"):
        path.unlink()
    (units / "other.timer").write_text("")
    dangling = units / "timers.target.wants" / f"{PREFIX}gone.timer"
    dangling.symlink_to(units / dangling.name)

    found = {it.label: it for it in systemd.everything()}

    assert set(found) == {LABEL, f"{PREFIX}gone"}
    assert (found[LABEL].service, found[LABEL].loaded) == (None, True)
    assert not found[f"{PREFIX}gone"].loaded
    assert all(systemd.remove(label) for label in found)
    assert [path.name for path in units.rglob("*")] == ["other.timer"]
    assert systemd.everything() == []
    (units / "other.timer").unlink()


def test_units_are_where_the_manager_looks(manager: UserManager, units: Path) -> None:
    elsewhere = {"XDG_CONFIG_HOME": str(manager.home / "elsewhere")}
    machine = manager.machine
    machine = machine._replace(environment={**machine.environment, **elsewhere})

    assert Systemd(machine).plan(service()).files[0].path.parent == units


def test_units_are_where_a_manager_would_look(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    machine = Machine(tmp_path, UID, USER, environment)

    plan = Systemd(machine).plan(service())

    assert plan.files[0].path == (
        tmp_path / "config" / "systemd" / "user" / f"{LABEL}.service"
    )
    assert [words[2:] for words in plan.commands] == [
        ("daemon-reload",),
        ("enable", f"{LABEL}.timer"),
        ("restart", f"{LABEL}.timer"),
    ]


def test_the_manager_is_found_where_nothing_tells_of_it(manager: UserManager) -> None:
    program = (
        "import os, sys; from pathlib import Path; from launchd.machine import Machine;"
        "from launchd.systemd import Systemd; machine = Machine(Path.home(),"
        "os.getuid(), 'operator', {'PATH': os.environ['PATH']});"
        "print(repr(Systemd(machine).obstacle()), os.getuid())"
    )

    told = manager.run([sys.executable, "-P", "-c", program], {"XDG_RUNTIME_DIR": ""})

    assert (told.stdout, told.stderr) == (f"'' {UID}\n", "")


def test_without_systemd_there_is_an_obstacle(tmp_path: Path) -> None:
    systemd = Systemd(Machine(tmp_path, UID, USER, {"PATH": str(tmp_path)}))

    assert "no systemctl" in systemd.obstacle()
    assert systemd.everything() == []
    assert not systemd.remove(LABEL)
    assert systemd.advice() == []
    with pytest.raises(DriverUnavailableError, match="no systemctl"):
        systemd.install(service())
    assert list(tmp_path.iterdir()) == []


def test_without_a_manager_there_is_an_obstacle(tmp_path: Path) -> None:
    if shutil.which("systemctl") is None:
        pytest.skip("systemctl is not installed")
    assert not Path(RUNTIME).exists()
    systemd = Systemd(Machine(tmp_path, UID, USER, {"PATH": "/usr/bin:/bin"}))
    unit = tmp_path / ".config" / "systemd" / "user" / f"{LABEL}.service"
    unit.parent.mkdir(parents=True)
    unit.write_text("[Service]\n")

    assert f"enable-linger {USER}" in systemd.obstacle()
    (found,) = systemd.everything()
    assert (found.loaded, found.state) == (False, "not loaded")
    with pytest.raises(DriverUnavailableError, match="no systemd user manager"):
        systemd.remove(LABEL)
    assert unit.exists()


@pytest.mark.parametrize(
    ("lingers", "sessions", "topics"),
    [
        ("echo Linger=yes", "KillUserProcesses=no", []),
        ("echo Linger=no", "KillUserProcesses=no", ["enable-linger operator"]),
        (
            "echo 'Failed to get user: User ID 7 is not logged in or lingering'; exit 1",
            "KillUserProcesses=no",
            ["enable-linger operator"],
        ),
        ("exit 1", "KillUserProcesses=no", []),
        ("echo Linger=yes", "KillUserProcesses=yes", ["KillUserProcesses"]),
        ("exit 1", "KillUserProcesses=yes\nKillExcludeUsers=root operator", []),
        ("exit 1", "KillUserProcesses=yes\nKillOnlyUsers=anna", []),
        ("exit 1", "KillUserProcesses=yes\nKillOnlyUsers=operator", ["KillUser"]),
    ],
)
def test_what_logging_out_does_is_told_where_it_matters(
    tmp_path: Path, lingers: str, sessions: str, topics: list[str]
) -> None:
    answers = f"if [ $1 = show-user ]; then {lingers}; else echo '{sessions}'; fi"
    (tmp_path / "loginctl").write_text(f"#!/bin/sh\n{answers}\n")
    (tmp_path / "loginctl").chmod(0o755)
    systemd = Systemd(Machine(tmp_path, UID, USER, {"PATH": str(tmp_path)}))

    advice = systemd.advice()

    assert len(advice) == len(topics)
    assert all(topic in said for topic, said in zip(topics, advice, strict=True))
