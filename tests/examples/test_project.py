"""The example project, as `make demo` and a newcomer use it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.examples.command import jobconsole
from tests.examples.program import ROOT

if TYPE_CHECKING:
    from pathlib import Path

RUNNABLE = ["disk_use", "stale_branches", "old_temp_files", "machine_report"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy, on a machine whose temporary files are few."""
    copy = tmp_path / "project"
    shutil.copytree(ROOT / "jobs", copy / "jobs")
    shutil.copytree(ROOT / "docs/project", copy / "docs/project")
    shutil.copy(ROOT / "teleclaude.yml", copy)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    return copy


def receipts(project: Path, job: str) -> list[dict[str, object]]:
    found = project.glob(f".jobconsole/runs/{job}/*/*/run_receipt.json")
    return [json.loads(path.read_text()) for path in found]


def test_it_is_valid(project: Path) -> None:
    done = jobconsole(project, "validate")

    assert done.returncode == 0, done.stderr


def test_every_job_is_listed(project: Path) -> None:
    done = jobconsole(project, "list")

    assert done.returncode == 0, done.stderr
    for job in (*RUNNABLE, "log_review"):
        assert job in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("job", RUNNABLE)
def test_each_job_runs_to_success(project: Path, job: str) -> None:
    done = jobconsole(project, "run", job)

    assert done.returncode == 0, done.stderr
    assert [receipt["status"] for receipt in receipts(project, job)] == ["succeeded"]


@pytest.mark.slow
def test_the_first_tick_runs_what_never_ran_and_the_second_does_not(
    project: Path,
) -> None:
    first = jobconsole(project, "--tick", "--wait")
    assert first.returncode == 0, first.stderr
    assert len(receipts(project, "old_temp_files")) == 1

    second = jobconsole(project, "--tick", "--wait")
    assert second.returncode == 0, second.stderr
    assert len(receipts(project, "old_temp_files")) == 1


@pytest.mark.slow
def test_a_run_can_be_read_back_by_the_name_of_its_job(project: Path) -> None:
    jobconsole(project, "run", "machine_report")
    run_id = str(receipts(project, "machine_report")[0]["run_id"])

    shown = jobconsole(project, "runs", "show", "machine_report")
    history = jobconsole(project, "history", "--limit", "5")

    assert run_id in shown.stdout
    assert run_id in history.stdout
