from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.examples.program import ROOT, run_job

if TYPE_CHECKING:
    from pathlib import Path

LONG_AGO = "2020-01-01T12:00:00Z"


@pytest.fixture
def result(tmp_path: Path) -> Path:
    return tmp_path / "result.json"


@pytest.fixture(autouse=True)
def _git_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "somebody@example.org")


def git(repository: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(repository), *arguments], check=True, timeout=30)


def make_repository(path: Path) -> Path:
    path.mkdir(parents=True)
    git(path, "init", "--quiet", "--initial-branch=main")
    git(path, "commit", "--quiet", "--allow-empty", "--message=first")
    return path


def add_old_branch(
    repository: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(repository, "switch", "--quiet", "--create", name)
    with monkeypatch.context() as patch:
        patch.setenv("GIT_COMMITTER_DATE", LONG_AGO)
        git(repository, "commit", "--quiet", "--allow-empty", "--message=old")
    git(repository, "switch", "--quiet", "main")


def test_only_the_old_branch_is_reported(
    tmp_path: Path, result: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = make_repository(tmp_path / "project")
    add_old_branch(repository, "feature/forgotten", monkeypatch)
    git(repository, "branch", "fresh")

    outcome = run_job("stale_branches", repository, result_file=result)

    first, last = outcome.stdout.splitlines()
    assert first.endswith("days  project  feature/forgotten")
    assert last == "stale branches: 1; repositories: 1"
    assert (outcome.exit_code, outcome.success) == (0, True)
    assert outcome.message == last


def test_the_branch_that_is_checked_out_is_marked(
    tmp_path: Path, result: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = make_repository(tmp_path / "project")
    add_old_branch(repository, "old", monkeypatch)
    git(repository, "switch", "--quiet", "old")

    outcome = run_job("stale_branches", repository, result_file=result)

    assert "  old  (checked out)\n" in outcome.stdout


def test_days_says_what_stale_means(tmp_path: Path, result: Path) -> None:
    repository = make_repository(tmp_path / "project")

    outcome = run_job("stale_branches", "--days", "0", repository, result_file=result)

    assert outcome.message == "stale branches: 1; repositories: 1"


def test_a_folder_of_repositories_is_looked_through(
    tmp_path: Path, result: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        repository = make_repository(tmp_path / "all" / name)
        add_old_branch(repository, "old", monkeypatch)
    (tmp_path / "all" / "no-repository").mkdir()

    outcome = run_job("stale_branches", tmp_path / "all", result_file=result)

    assert outcome.message == "stale branches: 2; repositories: 2"
    assert outcome.items_processed == 2


def test_no_repository_is_nothing_to_report(tmp_path: Path, result: Path) -> None:
    outcome = run_job("stale_branches", tmp_path, result_file=result)

    assert outcome.exit_code == 0
    assert outcome.message == "stale branches: 0; repositories: 0"


def test_a_broken_repository_fails_the_run_and_the_others_are_still_read(
    tmp_path: Path, result: Path
) -> None:
    broken = tmp_path / "all" / "broken"
    broken.mkdir(parents=True)
    (broken / ".git").write_text("gitdir: nowhere\n")
    make_repository(tmp_path / "all" / "sound")

    outcome = run_job(
        "stale_branches", "--days", "0", tmp_path / "all", result_file=result
    )

    assert (outcome.exit_code, outcome.success) == (1, False)
    assert outcome.message == "stale branches: 1; repositories: 2"
    assert outcome.errors[0].startswith(f"{broken}: ")
    assert outcome.errors[0] in outcome.stderr


def test_without_jobconsole_it_only_prints(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "project")

    done = subprocess.run(
        [sys.executable, ROOT / "jobs/stale_branches.py", repository],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )

    assert done.stdout == "stale branches: 0; repositories: 1\n"
