"""The driver and a real systemd user manager."""

from __future__ import annotations

import contextlib
import json
import os
import resource
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
from tests.helpers.crontabs import program
from tests.helpers.processes import end, living, python_program
from tests.helpers.services import LABEL, service
from tests.helpers.user_manager import RUNTIME, UID, USER, user_manager
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping

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


def by_the_user(
    manager: UserManager, call: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What a call of the driver returns inside, and who has called it."""
    program = (
        "import os; from pathlib import Path; from launchd.machine import Machine;"
        "from launchd.systemd import Systemd; systemd = Systemd(Machine(Path.home(),"
        "os.getuid(), 'operator', {'PATH': os.environ['PATH']}));"
        f"print(repr(systemd.{call}), os.getuid())"
    )
    return manager.run([sys.executable, "-P", "-c", program], environment)


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


def test_what_a_resident_has_started_lives_on(
    manager: UserManager, systemd: Systemd, tmp_path: Path
) -> None:
    argv = ("/bin/sh", "-c", "sleep 60 & echo >>$0; exec sleep 60")
    systemd.install(service(argv=(*argv, str(tmp_path / "on")), kind=Kind.RESIDENT))
    wait_until((tmp_path / "on").exists, "the child to be started")
    before = manager.pids_of(f"{LABEL}.service")
    assert len(before) == 2

    assert systemd.remove(LABEL)

    pids = manager.pids_of(f"{LABEL}.service")
    assert len(pids) == len(living(pids)) == 1
    assert pids[0] in before
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


@contextlib.contextmanager
def a_full_disk() -> Iterator[None]:
    """No file can grow beyond a byte."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("old", [Kind.TICK, Kind.RESIDENT])
@pytest.mark.parametrize("new", [Kind.TICK, Kind.RESIDENT])
def test_what_cannot_be_written_leaves_what_worked(
    manager: UserManager, systemd: Systemd, units: Path, old: Kind, new: Kind
) -> None:
    stays = ("/bin/sleep", "60") if old is Kind.RESIDENT else ("/bin/true",)
    systemd.install(service(argv=stays, kind=old))
    before = systemd.find(LABEL)
    pids = manager.pids_of(f"{LABEL}.service")

    with a_full_disk(), pytest.raises(DriverRefusedError) as refused:
        systemd.install(service(argv=("/bin/false",), kind=new))

    assert str(units / LABEL) in refused.value.message
    assert "File too large" in refused.value.message
    assert "chown" in refused.value.hint
    assert before is not None
    assert (before.loaded, before.enabled) == (True, True)
    assert systemd.find(LABEL) == before
    assert manager.pids_of(f"{LABEL}.service") == pids


@pytest.mark.parametrize("old", [Kind.TICK, Kind.RESIDENT])
def test_what_the_manager_refuses_ends_no_timer_and_leaves_nothing_for_later(
    manager: UserManager, systemd: Systemd, tmp_path: Path, old: Kind
) -> None:
    systemd.install(counting(tmp_path / "old", kind=old))
    real = manager.programs / "systemctl"
    refusing = f'case "$*" in *enable*) exit 1;; esac; exec {real} "$@"'
    program(tmp_path / "bin" / "systemctl", refusing)
    path = f"{tmp_path / 'bin'}:{manager.machine.environment['PATH']}"

    with pytest.raises(DriverRefusedError, match="enable"):
        Systemd(manager.machine._replace(environment={"PATH": path})).install(
            counting(tmp_path / "new", every=2)
        )

    found = systemd.find(LABEL)
    assert found is not None
    stays = old is Kind.TICK
    assert (found.loaded, found.enabled) == (stays, stays)


def test_half_of_it_is_taken_back(
    manager: UserManager, systemd: Systemd, units: Path
) -> None:
    systemd.install(service(argv=("/bin/true",)))
    before = systemd.find(LABEL)
    nobody = 65534
    for path, mode in ((units, 0o1777), (units / f"{LABEL}.timer", 0o644)):
        os.chown(path, nobody, nobody)
        path.chmod(mode)  # others may put files there, and not replace this one

    wanted = f"systemd.find({LABEL!r}).service._replace(every=60)"
    told = by_the_user(manager, f"install({wanted})")

    os.chown(units, os.getuid(), os.getgid())
    units.chmod(0o755)
    assert f"{LABEL}.timer cannot be changed: Operation not" in told.stderr
    assert systemd.find(LABEL) == before


def test_what_cannot_be_unlinked_is_not_switched_off(
    manager: UserManager, systemd: Systemd, units: Path
) -> None:
    systemd.install(service(argv=("/bin/sleep", "60"), kind=Kind.RESIDENT))
    before = systemd.find(LABEL)
    units.chmod(0o555)  # nothing to root, who is this test

    told = by_the_user(manager, f"remove({LABEL!r})")

    units.chmod(0o755)
    path = units / f"{LABEL}.service"
    assert f"DriverRefusedError: {path} cannot be changed: Permission" in told.stderr
    assert systemd.find(LABEL) == before


@pytest.mark.parametrize("written", [1, 2])
@pytest.mark.parametrize("again", [True, False])
def test_who_is_killed_between_writing_and_starting_can_be_helped(
    manager: UserManager, systemd: Systemd, tmp_path: Path, written: int, again: bool
) -> None:
    """The resident runs, and its files are those of ticks, or half of them."""
    systemd.install(counting(tmp_path / "stays", kind=Kind.RESIDENT))
    wanted = counting(tmp_path / "beats")
    for file in systemd.plan(wanted).files[:written]:
        file.path.write_text(file.text, "utf-8")

    found = systemd.find(LABEL)
    assert found is not None
    assert not found.loaded
    if again:
        systemd.install(wanted)
        wait_until(lambda: beats(tmp_path / "beats") >= 2, "ticks")
        assert beats(tmp_path / "stays") == 1
    assert systemd.remove(LABEL)

    assert systemd.everything() == []
    pids = manager.pids_of(f"{LABEL}.service")
    wait_until(lambda: not living(pids), "the last tick to end")
    assert manager.pids_of(f"{LABEL}.service") == []


def test_an_upgrade_ends_no_tick_that_is_under_way(
    manager: UserManager, systemd: Systemd, tmp_path: Path
) -> None:
    argv = ("/bin/sh", "-c", "echo >>$0; exec sleep 60", str(tmp_path / "beats"))
    systemd.install(service(argv=argv, every=100_000))
    wait_until(lambda: beats(tmp_path / "beats"), "the tick")

    systemd.install(service(argv=argv, every=50_000))

    pids = manager.pids_of(f"{LABEL}.service")
    assert living(pids)
    assert systemd.remove(LABEL)
    end(pids)
    wait_until(lambda: not living(pids), "the tick to end")


def test_what_edits_it_from_beside_is_told_and_taken_away(
    manager: UserManager, systemd: Systemd, units: Path, tmp_path: Path
) -> None:
    """As `systemctl --user edit` and `set-property` do."""
    wanted = counting(tmp_path / "beats")
    systemd.install(wanted)
    program = ("systemctl", "--user")
    manager.run([*program, "set-property", f"{LABEL}.service", "CPUWeight=10"])
    drop_in = units / f"{LABEL}.timer.d" / "override.conf"
    for_all = units / "service.d" / "all.conf"  # some systems bring such ones along
    for path, text in ((drop_in, "[Timer]\n"), (for_all, "[Service]\nNice=1\n")):
        path.parent.mkdir()
        path.write_text(text)
    manager.run([*program, "daemon-reload"])

    found = systemd.find(LABEL)
    assert found is not None
    names = [path.name for path in found.changed_by]
    assert names == ["50-CPUWeight.conf", "override.conf"]
    assert f"changed by {drop_in}" in found.state
    assert found.definition != systemd.plan(wanted).definition

    systemd.install(wanted)

    found = systemd.find(LABEL)
    shutil.rmtree(for_all.parent)
    assert found is not None
    assert (found.loaded, found.changed_by) == (True, ())
    assert found.definition == systemd.plan(wanted).definition


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
    assert (found[LABEL].service, found[LABEL].loaded) == (None, False)
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
    told = by_the_user(manager, "obstacle()", {"XDG_RUNTIME_DIR": ""})

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


def test_files_that_the_manager_has_not_read_are_told(
    systemd: Systemd, units: Path
) -> None:
    """As somebody leaves them who is killed in the middle, or who edits them."""
    systemd.install(service(every=300))
    timer = units / f"{LABEL}.timer"
    timer.write_text(timer.read_text("utf-8").replace("300s", "60s"), "utf-8")
    found = systemd.find(LABEL)
    assert found is not None
    assert not found.loaded
    assert "older than its files" in found.state
    systemd.install(service(every=60))
    found = systemd.find(LABEL)
    assert found is not None
    assert found.loaded
