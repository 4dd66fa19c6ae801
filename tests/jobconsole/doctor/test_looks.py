"""Looks at real files and programs, and at machines of both kinds."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from jobconsole.doctor.facts import (
    Answer,
    LoginWanted,
    PlaceKind,
    PlaceWanted,
    Program,
    Purpose,
    Questions,
    Wanted,
)
from jobconsole.doctor.looks import programs as look
from jobconsole.doctor.looks.logins import look_at_logins
from jobconsole.doctor.looks.machine import Manual, look_at_machine
from jobconsole.doctor.looks.places import look_at_places
from jobconsole.doctor.looks.process import is_known, look_at_process
from runner.process.clock import SystemClock

if TYPE_CHECKING:
    from pathlib import Path


def script(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def asked(
    scratch: Path, name: str, path: str, purpose: Purpose = Purpose.AGENT
) -> Program:
    questions = Questions(
        base={"PATH": "/usr/bin:/bin", "LEVEL": "info"},
        programs=(Wanted(purpose, name, path, ("a",)),),
    )
    scratch.mkdir(exist_ok=True)
    (program,) = look.look_at_programs(questions, "/usr/bin", scratch, SystemClock())
    return program


@pytest.mark.parametrize(
    ("text", "answer", "version"),
    [
        ("echo 'claude 2.1.328 (Claude Code)'", Answer.TOLD, "2.1.328"),
        ("echo v1.2-beta+3 >&2", Answer.TOLD, "1.2-beta+3"),
        ("echo none of your business", Answer.MUTE, ""),
        ("head -c 2000000 /dev/zero", Answer.MUTE, ""),
        ("printf '\\377\\376'; exit 0", Answer.MUTE, ""),
        ("exit 3", Answer.FAILED, ""),
        ("kill -9 $$", Answer.FAILED, ""),
        ("nosuchnode --version", Answer.FAILED, ""),
    ],
)
def test_versions(tmp_path: Path, text: str, answer: Answer, version: str) -> None:
    script(tmp_path / "bin", "claude", text)
    path = f"{tmp_path}/bin:/usr/bin:/bin"
    program = asked(tmp_path / "scratch", "claude", path)
    assert (program.answer, program.version) == (answer, version)
    assert program.found == f"{tmp_path}/bin/claude"
    assert program.outside == ""


def test_the_last_line_of_what_fails_is_kept(tmp_path: Path) -> None:
    script(tmp_path, "claude", "echo first; printf '\\033[31mno node\\n\\n'; exit 9")
    program = asked(tmp_path / "scratch", "claude", f"{tmp_path}:/bin")
    assert program.said == "exit 9: no node"


def test_one_that_hangs_is_ended_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "_EACH_MS", 200)
    script(tmp_path, "codex", "sleep 60 & echo $! >&2; cat; sleep 60; wait")
    program = asked(tmp_path / "scratch", "codex", f"{tmp_path}:/bin:/usr/bin")
    assert program.answer is Answer.HUNG


def test_those_that_come_too_late_are_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "_ALL_MS", 0)
    script(tmp_path, "codex", "echo 1.2.3")
    program = asked(tmp_path / "scratch", "codex", f"{tmp_path}:/bin")
    assert (program.answer, program.found) == (Answer.UNASKED, f"{tmp_path}/codex")


def test_versions_are_asked_in_the_environment_of_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKEN", "hunter2")
    script(tmp_path, "gemini", 'echo "1.0-$LEVEL-$(basename "$TMPDIR")${API_TOKEN}"')
    program = asked(tmp_path / "scratch", "gemini", f"{tmp_path}:/bin:/usr/bin")
    assert program.version == "1.0-info-scratch"


def test_what_cannot_be_executed_is_denied(tmp_path: Path) -> None:
    plain, broken = tmp_path / "plain", tmp_path / "broken"
    plain.write_text("")
    broken.symlink_to("nowhere")
    elf = script(tmp_path, "odd", "")
    elf.write_bytes(b"\x7fELF and no more")
    scratch = tmp_path / "scratch"
    for path, denied in (
        (plain, "it may not be executed"),
        (broken, "it is a link that leads nowhere"),
        (tmp_path / "absent", ""),
        (plain / "below", ""),
        (tmp_path / ("x" * 300), "File name too long"),
    ):
        program = asked(scratch, str(path), "/bin", Purpose.SCRIPT)
        assert (program.found, program.denied) == ("", denied)
    assert asked(scratch, str(elf), "/bin").answer is Answer.UNSTARTABLE


def test_commands_are_never_started(tmp_path: Path) -> None:
    script(tmp_path, "rm-all", f"touch {tmp_path}/done")
    asked(tmp_path / "scratch", "rm-all", f"{tmp_path}:/bin", Purpose.COMMAND)
    assert not (tmp_path / "done").exists()


def test_logins_are_seen_and_not_read(tmp_path: Path) -> None:
    kept, account = tmp_path / "auth.json", tmp_path / ".claude.json"
    kept.write_text('{"token": "hunter2"}')
    kept.chmod(0o640)
    account.write_text('{"oauthAccount": {"mail": "ann@example.org"}}')
    wanted = LoginWanted(
        "claude",
        ("a",),
        files=(str(kept), str(tmp_path / "absent"), str(tmp_path)),
        account=str(account),
        mention="oauthAccount",
        keychain="Claude Code-credentials",
    )
    (login,) = look_at_logins(Questions(logins=(wanted,)), "linux")
    assert [(it.path, it.mode) for it in login.files] == [(str(kept), 0o640)]
    assert login.account
    assert login.seen
    assert login.keychain is None
    assert "hunter2" not in repr(login)
    assert "ann@" not in repr(login)
    (empty,) = look_at_logins(Questions(logins=(LoginWanted("x", ()),)), "linux")
    assert not empty.seen
    assert not empty.account


def test_a_mac_is_asked_for_its_keychain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    security = script(tmp_path, "security", f'echo "$@" >{tmp_path}/said; exit 0')
    monkeypatch.setattr("jobconsole.doctor.looks.logins._SECURITY", str(security))
    wanted = LoginWanted("claude", (), keychain="Claude Code-credentials")
    (login,) = look_at_logins(Questions(logins=(wanted,)), "darwin")
    assert login.keychain is True
    said = (tmp_path / "said").read_text().split()
    assert said == ["find-generic-password", "-s", "Claude", "Code-credentials"]
    script(tmp_path, "security", "exit 44")
    (login,) = look_at_logins(Questions(logins=(wanted,)), "darwin")
    assert login.keychain is False
    security.unlink()
    (login,) = look_at_logins(Questions(logins=(wanted,)), "darwin")
    assert login.keychain is None


def test_places_are_really_written_to(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    wanted = (
        PlaceWanted(PlaceKind.STATE, str(tmp_path), written=True),
        PlaceWanted(PlaceKind.STATE, "/proc", written=True),
        PlaceWanted(PlaceKind.CONFIG, str(file)),
        PlaceWanted(PlaceKind.CONFIG, str(pipe)),
        PlaceWanted(PlaceKind.CONFIG, str(file / "below")),
        PlaceWanted(PlaceKind.CONFIG, f"{tmp_path}/{'x' * 300}"),
    )
    good, proc, plain, fifo, absent, long = look_at_places(Questions(places=wanted))
    assert (good.error, good.write_error) == ("", "")
    assert good.free_bytes
    assert good.filesystem
    assert sorted(it.name for it in tmp_path.iterdir()) == ["file", "pipe"]
    if sys.platform == "linux":
        assert proc.write_error
    assert (plain.exists, plain.error) == (True, "")
    assert fifo.error == "it is no regular file"
    assert not absent.exists
    assert long.error == "File name too long"


@pytest.mark.parametrize(
    ("platform", "told"), [("linux", bool), ("darwin", type(None))]
)
def test_a_process_tells_what_it_inherited(
    platform: str, told: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TZ", raising=False)
    given = {"TZ": "Mars/North", "LC_TIME": "C", "GITHUB_TOKEN": "hunter2", "X": "y"}
    seen = look_at_process(given, platform)
    assert seen.variables == {"TZ": "Mars/North", "LC_TIME": "C"}
    assert (seen.zone, seen.zone_known) == ("Mars/North", False)
    assert seen.uid == os.getuid()
    assert seen.limits["open files"] != 0
    assert isinstance(seen.cgroup, told)
    if sys.platform == "linux":
        assert seen.umask == _umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize(
    ("zone", "known"),
    [("UTC", True), ("Asia/Tokyo", True), ("../x", False), ("", False), ("a\0", False)],
)
def test_zones(zone: str, known: bool) -> None:
    assert is_known(zone) is known


def manual(folder: Path, **commands: str) -> Manual:
    """A machine whose commands say this."""
    for name, text in commands.items():
        script(folder / "bin", name, text)
    for supply, kind, scope in (("BAT0", "Battery", ""), ("hid", "Battery", "Device")):
        place = folder / "power" / supply
        place.mkdir(parents=True)
        (place / "type").write_text(f"{kind}\n")
        (place / "scope").write_text(f"{scope}\n")
    logind = folder / "logind"
    logind.mkdir()
    (logind / "10-ours.conf").write_text("[Login]\n#IdleAction=x\nIdleAction=suspend\n")
    path = f"{folder}/bin:/usr/bin:/bin"
    return Manual({"PATH": path}, folder / "power", (folder / "absent", logind))


@pytest.mark.parametrize(
    ("said", "expected"),
    [("echo yes", True), ("echo no", False), ("echo; exit 1", None), ("exit 0", None)],
)
def test_linux_tells_of_its_clock_and_sleep(
    tmp_path: Path, said: str, expected: bool | None
) -> None:
    asked = manual(tmp_path, timedatectl=said)
    seen = look_at_machine(SystemClock(), "linux", asked)
    assert seen.synchronised is expected
    assert seen.battery is True
    assert seen.sleeps == "logind's IdleAction is suspend"


def test_a_mouse_has_a_battery_of_its_own(tmp_path: Path) -> None:
    asked = manual(tmp_path)
    for file in (tmp_path / "power" / "BAT0").iterdir():
        file.unlink()
    assert look_at_machine(SystemClock(), "linux", asked).battery is False
    nowhere = asked._replace(power_supplies=tmp_path / "none", logind=())
    seen = look_at_machine(SystemClock(), "linux", nowhere)
    assert (seen.battery, seen.sleeps) == (None, "")


PMSET = """\
case "$*" in
"-g batt") echo "Now drawing from 'AC Power'"; echo " -InternalBattery-0 100%" ;;
"-g") printf 'Currently in use:\\n displaysleep 2\\n sleep  10 (prevented)\\n' ;;
esac
"""


def test_a_mac_tells_of_its_sleep(tmp_path: Path) -> None:
    asked = manual(tmp_path, pmset=PMSET)
    seen = look_at_machine(SystemClock(), "darwin", asked)
    assert seen.battery is True
    assert seen.sleeps == "it sleeps after 10 min without its user"
    assert seen.synchronised is None
    script(tmp_path / "bin", "pmset", "echo ' sleep 0'")
    seen = look_at_machine(SystemClock(), "darwin", asked)
    assert (seen.battery, seen.sleeps) == (False, "")
