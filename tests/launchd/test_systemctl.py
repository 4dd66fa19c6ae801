"""How the manager is reached, and what its words mean."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from launchd.machine import Machine
from launchd.systemctl import Systemctl, Unit, surroundings_for

if TYPE_CHECKING:
    from pathlib import Path


def machine(home: Path, **environment: str) -> Machine:
    return Machine(home, os.getuid(), "operator", environment)


def test_a_manager_is_where_its_user_is_named(tmp_path: Path) -> None:
    runtime = f"/run/user/{os.getuid()}"

    assert surroundings_for(machine(tmp_path)) == {
        "XDG_RUNTIME_DIR": runtime,
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus",
    }


def test_what_a_login_has_said_is_kept(tmp_path: Path) -> None:
    said = {
        "XDG_RUNTIME_DIR": str(tmp_path),
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/elsewhere",
    }

    assert surroundings_for(machine(tmp_path, **said)) == said


@pytest.mark.parametrize("folder", ["/proc/1/fdinfo/none", ""])
def test_what_another_user_has_left_behind_is_not(tmp_path: Path, folder: str) -> None:
    said = {
        "XDG_RUNTIME_DIR": folder,
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/elsewhere",
    }

    assert surroundings_for(machine(tmp_path, **said)) == surroundings_for(
        machine(tmp_path)
    )


@pytest.mark.parametrize(
    ("unit", "failure"),
    [
        (Unit("a"), ""),
        (Unit("a", result="success", code="1", status="0"), ""),
        (Unit("a", result="exit-code", code="1", status="3"), "exit 3"),
        (
            Unit("a", result="exit-code", code="1", status="203"),
            "exit 203: the program is missing",
        ),
        (
            Unit("a", result="exit-code", code="1", status="209"),
            "exit 209: its log cannot be opened",
        ),
        (Unit("a", result="signal", code="2", status="9"), "signal 9"),
        (Unit("a", result="core-dump", code="3", status="11"), "signal 11"),
        (Unit("a", result="resources", code="0", status="0"), "resources"),
        (Unit("a", load_error="Invalid argument"), "Invalid argument"),
    ],
)
def test_a_failure_is_told_in_a_few_words(unit: Unit, failure: str) -> None:
    assert unit.failure == failure


def test_without_a_command_there_are_no_units(tmp_path: Path) -> None:
    systemctl = Systemctl(machine(tmp_path, PATH=str(tmp_path)))

    assert systemctl.show("a.service") == [Unit("a.service")]
    assert systemctl.names("*") == []
    assert systemctl.value("Version") is None
