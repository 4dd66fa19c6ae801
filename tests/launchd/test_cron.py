from __future__ import annotations

import fcntl
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from launchd.backends import foreign_ticks
from launchd.cron import Cron
from launchd.crontab import ForeignTick, block_of
from launchd.machine import Machine
from launchd.service import Kind
from runner.model.errors import (
    DriverRefusedError,
    DriverUnavailableError,
    DriverUnfitError,
)
from runner.process.driver import Driver
from tests.fakes.clock import FakeClock
from tests.helpers.crontabs import SPOOL, SYSTEM_PATH, cron_place, program
from tests.helpers.services import CONFIG, LABEL, OTHER_LABEL, PROBE_LABEL, service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from launchd.service import Backend
    from tests.helpers.crontabs import CronPlace

BLOCK = block_of(service())
OTHER = block_of(service(label=OTHER_LABEL))
MINE = b"0 5 * * * mine\n"
USERS = (
    b"# of anna \xff\xfe caf\xc3\xa9 \\r\n"
    b"MAILTO=anna@example.org\r\n"
    b"\n"
    b"\t0 5 * * 1  tar -zcf /var/backups/home.tgz /home/ % # >>>\n"
    b"# hidden\b\b\b\r\n"
    b"# no end"
)


@pytest.fixture(scope="module")
def spool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CronPlace]:
    with cron_place(tmp_path_factory.mktemp("cron") / "place") as place:
        yield place


@pytest.fixture
def place(spool: CronPlace) -> CronPlace:
    """A real `crontab` for root, who has none yet."""
    spool.clear()
    return spool


@pytest.fixture
def cron(place: CronPlace, tmp_path: Path) -> Cron:
    return Cron(place.machine(tmp_path), runs=lambda: True)


def machine(home: Path, crontab: str) -> Machine:
    """One whose `crontab` is these lines of shell."""
    path = program(home / "bin" / "crontab", crontab).parent
    return Machine(home, 0, "root", {"PATH": f"{path}:/usr/bin:/bin"})


def test_it_comes_and_goes_and_the_rest_stays(place: CronPlace, cron: Cron) -> None:
    """Debian's own `crontab -l` would lose the carriage returns."""
    place.write(USERS)
    cron.install(service())
    assert place.crontab() == BLOCK.encode() + USERS
    assert cron.remove(LABEL)
    assert place.crontab() == USERS
    assert not cron.remove(LABEL)
    assert place.crontab() == USERS


def test_nothing_is_left_where_nothing_was(place: CronPlace, cron: Cron) -> None:
    cron.install(service())
    assert place.crontab() == BLOCK.encode()
    assert cron.remove(LABEL)
    assert place.crontab() is None
    assert not cron.remove(LABEL)


def test_what_is_found(cron: Cron) -> None:
    assert cron.find(LABEL) is None
    assert cron.everything() == []
    for one in (service(), service(label=PROBE_LABEL, kind=Kind.PROBE, every=0)):
        cron.install(one)
        found = cron.find(one.label)
        assert found
        assert found.definition == cron.plan(one).definition
        assert (found.driver, found.files) == (Driver.CRON, ())
        assert found.service == one
        assert (found.loaded, found.enabled) == (True, True)
        assert found.state == "cron is running"
    assert [found.label for found in cron.everything()] == [PROBE_LABEL, LABEL]


def test_another_interval_takes_the_place_of_the_first(
    place: CronPlace, cron: Cron
) -> None:
    place.write(MINE)
    cron.install(service())
    cron.install(service(label=OTHER_LABEL))
    cron.install(service(every=60))
    other = block_of(service(every=60))
    assert place.crontab() == OTHER.encode() + other.encode() + MINE


def test_without_a_daemon_it_is_there_and_not_loaded(
    place: CronPlace, tmp_path: Path
) -> None:
    cron = Cron(place.machine(tmp_path), runs=lambda: False)
    cron.install(service())
    found = cron.find(LABEL)
    assert found
    assert (found.loaded, found.enabled) == (False, True)
    assert "no cron daemon" in found.state
    assert any("systemctl enable --now cron" in line for line in cron.advice())


def test_a_line_that_is_commented_out_is_not_called(
    place: CronPlace, cron: Cron
) -> None:
    place.write(BLOCK.replace("\n*/5", "\n# */5").encode())
    found = cron.find(LABEL)
    assert found
    assert (found.loaded, found.enabled) == (False, False)
    assert "commented out" in found.state
    cron.install(service())
    assert place.crontab() == BLOCK.encode()


def test_ticks_by_another_hand(place: CronPlace, cron: Cron) -> None:
    line = f"* * * * * jobconsole --config {CONFIG} --tick"
    place.write(f"{line}\n".encode())
    cron.install(service())
    assert cron.foreign_ticks() == [ForeignTick(line, CONFIG)]


def test_what_else_calls_a_project(place: CronPlace, tmp_path: Path) -> None:
    """A line of ours that lost its marks, too: nobody knows any more that it is."""
    ours = BLOCK.splitlines()[1]
    folder = Path(CONFIG).parent
    theirs = f"* * * * * jobconsole --config={folder} --tick"
    others = (
        "* * * * * jobconsole --config /other/teleclaude.yml --tick",
        "* * * * * jobconsole --tick",
    )
    place.write("".join(f"{it}\n" for it in (ours, theirs, *others)).encode() + MINE)
    assert foreign_ticks(place.machine(tmp_path), Path(CONFIG)) == [ours, theirs]
    nobody = Machine(tmp_path, 0, "root", {"PATH": str(tmp_path)})
    assert foreign_ticks(nobody, Path(CONFIG)) == []


def test_what_cannot_be_said_changes_nothing(place: CronPlace, cron: Cron) -> None:
    for unfit in (service(every=420), service(argv=("/bin/echo", "x" * 1000))):
        with pytest.raises(DriverUnfitError):
            cron.install(unfit)
        with pytest.raises(DriverUnfitError):
            cron.plan(unfit)
    assert place.crontab() is None


def test_a_crontab_that_is_broken_is_not_made_worse(
    place: CronPlace, cron: Cron
) -> None:
    """A line without an end gets there by other ways than `crontab`."""
    broken = "# a\\n# b\\n# c\\n0 5 * * * mine"
    command = f"printf '{broken}' >{SPOOL}/root"
    subprocess.run(place.inside("sh", "-c", command), check=True)
    with pytest.raises(DriverRefusedError, match="newline") as refused:
        cron.install(service())
    assert "crontab -e" in refused.value.hint
    assert place.crontab() == MINE.rstrip()


def test_who_may_not_have_a_crontab(place: CronPlace, tmp_path: Path) -> None:
    deny = "echo nobody >/etc/cron.deny"
    subprocess.run(place.inside("sh", "-c", deny), check=True)
    as_nobody = ("setpriv", "--reuid", "nobody", "--clear-groups", "crontab")
    command = " ".join(place.inside("env", f"PATH={SYSTEM_PATH}", *as_nobody))
    cron = Cron(machine(tmp_path, f'exec {command} "$@"'))
    assert "not allowed" in cron.obstacle()
    with pytest.raises(DriverUnavailableError, match="not allowed"):
        cron.install(service())
    place.clear()
    assert cron.obstacle() == ""


def test_where_cron_is_not_installed(tmp_path: Path) -> None:
    cron = Cron(Machine(tmp_path, 0, "root", {"PATH": str(tmp_path)}))
    assert "no `crontab` command" in cron.obstacle()
    with pytest.raises(DriverUnavailableError, match="not installed"):
        cron.install(service())


def test_a_crontab_that_answers_nonsense(tmp_path: Path) -> None:
    cron = Cron(machine(tmp_path, "echo out of order >&2; exit 7"))
    assert cron.obstacle() == "cron cannot be used: out of order"
    silent = Cron(machine(tmp_path, "exit 7"))
    assert silent.obstacle() == "cron cannot be used: `crontab` ended with 7"


def test_bytes_that_are_not_to_be_had_are_not_guessed(tmp_path: Path) -> None:
    listing = (
        """[ "$1" = -l ] && exec printf '%s\\n' '# a\\rb'; echo no editor; exit 1"""
    )
    cron = Cron(machine(tmp_path, listing))
    assert "no editor" in cron.obstacle()
    with pytest.raises(DriverRefusedError, match="cannot be read as it is"):
        cron.install(service())


def test_what_is_handed_over_is_private_and_does_not_stay(
    place: CronPlace, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    look = f'[ -f "$1" ] && stat -c "%a %n" "$1" >{seen}; exec {place.bin}/crontab "$@"'
    Cron(machine(tmp_path, look)).install(service())
    mode, _, name = seen.read_text().strip().partition(" ")
    assert mode == "600"
    assert not os.path.lexists(os.path.dirname(name))  # noqa: PTH120


def somebody(place: CronPlace, condition: str) -> str:
    """A `crontab` behind which somebody at once saves one without our block."""
    crontab = f"{place.bin}/crontab"
    return (
        f'{crontab} "$@" || exit\n'
        f'case "$1" in /*) {condition} printf "{MINE.decode().strip()}\\n" |'
        f" {crontab} - ;; esac"
    )


def test_who_saves_at_the_same_time_is_edited_again(
    place: CronPlace, tmp_path: Path
) -> None:
    once = f"if [ -e {tmp_path}/done ]; then exit 0; fi; : >{tmp_path}/done;"
    cron = Cron(machine(tmp_path, somebody(place, once)))
    cron.install(service())
    assert place.crontab() == BLOCK.encode() + MINE


def test_who_never_leaves_it_alone_is_told_of(place: CronPlace, tmp_path: Path) -> None:
    cron = Cron(machine(tmp_path, somebody(place, "")))
    with pytest.raises(DriverRefusedError, match="does not keep"):
        cron.install(service())
    assert place.crontab() == MINE


def test_several_installations_at_once(place: CronPlace, tmp_path: Path) -> None:
    wanted = [service(label=f"{LABEL}{number}") for number in range(6)]
    with ThreadPoolExecutor(len(wanted)) as pool:
        list(pool.map(Cron(place.machine(tmp_path)).install, wanted))
    crontab = place.crontab()
    assert crontab
    blocks = [block_of(one) for one in wanted]
    assert sorted(blocks) == sorted(
        block for block in blocks if block in crontab.decode()
    )
    assert len(crontab) == sum(map(len, blocks))


def test_a_home_that_stays_locked_is_no_obstacle(
    place: CronPlace, tmp_path: Path
) -> None:
    clock = FakeClock(0)
    cron = Cron(place.machine(tmp_path)._replace(clock=clock))
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        cron.install(service())
    finally:
        os.close(descriptor)
    assert place.crontab() == BLOCK.encode()
    assert clock.awake_ms() >= 10_000


def test_a_home_that_is_not_there_is_no_obstacle(
    place: CronPlace, tmp_path: Path
) -> None:
    Cron(place.machine(tmp_path / "nonexistent")).install(service())
    assert place.crontab() == BLOCK.encode()


def test_it_is_a_driver(tmp_path: Path) -> None:
    backend: Backend = Cron(Machine(tmp_path, 0, "root", {}))
    plan = backend.plan(service())
    assert (backend.driver, plan.definition) == (Driver.CRON, BLOCK)
    assert (plan.files, plan.commands) == ((), (("crontab", "FILE"),))
