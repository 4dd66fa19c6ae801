from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.examples.program import run_job

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def result(tmp_path: Path) -> Path:
    return tmp_path / "result.json"


def test_a_disk_under_the_threshold_is_ok(tmp_path: Path, result: Path) -> None:
    outcome = run_job("disk_use", "--warn", "100", tmp_path, result_file=result)

    assert outcome.success is True
    assert outcome.message == "file systems: 1; over 100 %: none"
    assert outcome.stdout.startswith("ok ")
    assert outcome.stdout.splitlines()[0].endswith(f"  {tmp_path}")


def test_a_disk_over_the_threshold_is_named_and_the_run_succeeds(
    tmp_path: Path, result: Path
) -> None:
    outcome = run_job("disk_use", "--warn", "0", tmp_path, result_file=result)

    assert outcome.success is True
    assert outcome.message == f"file systems: 1; over 0 %: {tmp_path}"
    assert outcome.stdout.startswith("FULL ")


def test_a_disk_over_the_limit_fails_the_run(tmp_path: Path, result: Path) -> None:
    outcome = run_job("disk_use", "--fail", "0", tmp_path, result_file=result)

    assert (outcome.exit_code, outcome.success) == (1, False)
    assert len(outcome.errors) == 1
    assert outcome.errors[0].startswith(f"{tmp_path} is ")
    assert outcome.errors[0] in outcome.stderr


def test_each_file_system_is_measured_once(tmp_path: Path, result: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()

    outcome = run_job("disk_use", tmp_path, inner, tmp_path, result_file=result)

    assert outcome.items_processed == 1
    assert outcome.stdout.count("GiB free") == 1


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path, result: Path) -> None:
    missing = tmp_path / "missing"

    outcome = run_job("disk_use", missing, tmp_path, result_file=result)

    assert outcome.success is False
    assert outcome.errors == [f"{missing} does not exist"]
    assert outcome.items_processed == 1


def test_without_paths_it_looks_at_the_root_of_this_machine(result: Path) -> None:
    outcome = run_job("disk_use", result_file=result)

    assert outcome.success is True
    assert outcome.items_processed >= 1
    assert outcome.stdout.splitlines()[0].endswith("  /")


def test_a_threshold_that_is_no_percentage_is_refused(result: Path) -> None:
    outcome = run_job("disk_use", "--warn", "850", result_file=result)

    assert outcome.exit_code == 2
    assert "850 is not between 0 and 100" in outcome.stderr
    assert outcome.success is None
