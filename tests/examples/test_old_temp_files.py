from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.examples.program import run_job

if TYPE_CHECKING:
    from pathlib import Path

LONG_AGO = 1_500_000_000


@pytest.fixture
def result(tmp_path: Path) -> Path:
    return tmp_path / "result.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "temporary"
    path.mkdir()
    return path


def make_file(path: Path, size: int = 0, *, old: bool = False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    if old:
        os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def test_new_small_files_are_not_reported(folder: Path, result: Path) -> None:
    make_file(folder / "new")

    outcome = run_job("old_temp_files", folder, result_file=result)

    assert outcome.success is True
    assert outcome.message == "0 of 1 files, 0.0 MiB together"
    assert str(folder) not in outcome.stdout


def test_an_old_file_in_any_depth_is_reported_and_left_alone(
    folder: Path, result: Path
) -> None:
    old = make_file(folder / "deep" / "down" / "old", old=True)
    make_file(folder / "new")

    outcome = run_job("old_temp_files", folder, result_file=result)

    assert outcome.message.startswith("1 of 2 files")
    assert outcome.stdout.splitlines()[0].endswith(f"  {old}")
    assert old.exists()


def test_a_large_file_is_reported_however_new(folder: Path, result: Path) -> None:
    large = make_file(folder / "large", size=1_500_000)
    make_file(folder / "small", size=10)

    outcome = run_job(
        "old_temp_files", "--larger-than", "1", folder, result_file=result
    )

    assert outcome.message == "1 of 2 files, 1.4 MiB together"
    assert str(large) in outcome.stdout


def test_the_largest_come_first_and_the_rest_is_counted(
    folder: Path, result: Path
) -> None:
    for size in (10, 30, 20):
        make_file(folder / f"file{size}", size=size, old=True)

    outcome = run_job("old_temp_files", "--show", "2", folder, result_file=result)

    lines = outcome.stdout.splitlines()
    assert [line.rpartition("/")[2] for line in lines[:2]] == ["file30", "file20"]
    assert lines[2] == "… and 1 more"


def test_links_are_not_followed(tmp_path: Path, folder: Path, result: Path) -> None:
    elsewhere = make_file(tmp_path / "elsewhere" / "old", old=True)
    (folder / "file-link").symlink_to(elsewhere)
    (folder / "folder-link").symlink_to(elsewhere.parent)

    outcome = run_job("old_temp_files", folder, result_file=result)

    assert outcome.message == "0 of 0 files, 0.0 MiB together"


def test_a_folder_that_is_not_there_is_an_error(folder: Path, result: Path) -> None:
    missing = folder / "missing"

    outcome = run_job("old_temp_files", missing, result_file=result)

    assert outcome.success is False
    assert outcome.errors == [f"{missing} is no folder"]


def test_without_a_folder_it_looks_where_temporary_files_go(
    folder: Path, result: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_file(folder / "old", old=True)
    monkeypatch.setenv("TMPDIR", str(folder))

    outcome = run_job("old_temp_files", result_file=result)

    assert outcome.message.startswith("1 of 1 files")
