"""Definitions are written all or none, and who cannot write is told what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from launchd.machine import Machine, write_definitions
from launchd.service import PlannedFile
from runner.model.errors import DriverRefusedError

MACHINE = Machine(Path("/home/anna"), 501, "anna", {})


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.glob("unit*")}


def test_all_of_them_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "units"
    names = ("unit.service", "unit.timer")

    write_definitions(MACHINE, [PlannedFile(folder / name, name) for name in names])

    assert texts(folder) == {name: name for name in names}
    modes = {path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == {0o644}


@pytest.mark.parametrize("before", [{}, {"unit.service": "old é"}])
def test_where_one_cannot_be_written_none_is(
    tmp_path: Path, before: dict[str, str]
) -> None:
    for name, text in before.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "file").touch()
    impossible = tmp_path / "file" / "unit.timer"
    files = [
        PlannedFile(tmp_path / "unit.service", "new"),
        PlannedFile(impossible, "new"),
    ]

    with pytest.raises(DriverRefusedError) as refused:
        write_definitions(MACHINE, files)

    assert texts(tmp_path) == before
    assert refused.value.message.startswith(f"{impossible} cannot be changed: ")
    assert f"sudo chown anna {tmp_path / 'file'}" in refused.value.hint
