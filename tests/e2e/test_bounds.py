"""What one job may not reach: others' variables, wider roles, files that are ours."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.run import RunStatus
from runner.store import meta
from runner.store.db import transaction
from tests.helpers.processes import jobconsole, python_program
from tests.helpers.project import run_job
from tests.helpers.site import log_of, receipt_of, site

if TYPE_CHECKING:
    from pathlib import Path

RESULT = '"$JOBCONSOLE_RESULT"'
FOLDER = f"$(dirname {RESULT})"


def test_a_passed_variable_reaches_only_who_asked_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSED", "to one")
    command = 'echo "${PASSED-nothing}"'
    jobs = {"one": {"command": command, "env_pass": ["PASSED"]}}
    with site(tmp_path, {"jobs": {**jobs, "other": {"command": command}}}) as project:
        assert log_of(project, run_job(project, "one").run_id) == "to one\n"
        assert log_of(project, run_job(project, "other").run_id) == "nothing\n"


def test_what_is_passed_to_a_job_does_not_reach_its_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runner").mkdir()
    (tmp_path / "runner/__init__.py").write_text("raise SystemExit(9)", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    job = {"command": ["true"], "env_pass": ["PYTHONPATH"]}
    with site(tmp_path, {"jobs": {"a": job}}) as project:
        assert run_job(project, "a").status is RunStatus.SUCCEEDED


def test_who_drops_the_mark_keeps_the_role(tmp_path: Path) -> None:
    words = [*python_program("ask_for.py"), str(tmp_path / "teleclaude.yml"), "inner"]
    asking = {
        "command": f"env -u JOBCONSOLE_RUN_ID {shlex.join(words)}",
        "role": "viewer",
    }
    inner = {"command": ["true"], "role": "admin"}
    with site(tmp_path, {"jobs": {"asking": asking, "inner": inner}}) as project:
        assert run_job(project, "asking").status is RunStatus.FAILED
        rows = project.index.execute("SELECT job_id FROM runs").fetchall()
        assert [row["job_id"] for row in rows] == ["asking"]


@pytest.mark.parametrize("name", ["summary.md", "run_receipt.json", "role"])
@pytest.mark.parametrize("odd", ["mkdir", "mkfifo", "ln -s ../../../../../victim"])
def test_odd_things_in_place_of_our_files(tmp_path: Path, name: str, odd: str) -> None:
    (tmp_path / "victim").write_text("mine", "utf-8")
    command = f'rm -f "{FOLDER}/{name}"; {odd} "{FOLDER}/{name}"'
    with site(tmp_path, {"jobs": {"a": {"command": command}}}) as project:
        view = run_job(project, "a")
        assert receipt_of(project, view.run_id).status is RunStatus.SUCCEEDED
    assert (tmp_path / "victim").read_text("utf-8") == "mine"


@pytest.mark.parametrize("depth", [700, 100_000])
def test_a_result_that_is_nested_too_deep(tmp_path: Path, depth: int) -> None:
    program = f"print('[' * {depth} + ']' * {depth})"
    command = f"{sys.executable} -c {shlex.quote(program)} > {RESULT}"
    with site(tmp_path, {"jobs": {"a": {"command": command}}}) as project:
        assert run_job(project, "a").status is RunStatus.SUCCEEDED


def test_the_summary_obeys_no_job(tmp_path: Path) -> None:
    command = r"printf '\033]52;c;AAAA\007\033[2J\342\200\256done\n'"
    with site(tmp_path, {"jobs": {"a": {"command": command}}}) as project:
        run_id = run_job(project, "a").run_id
        summary = api.run_detail(project, run_id).folder.summary.read_text("utf-8")
    assert "    done\n" in summary
    assert not {"\x1b", "\x07", "\u202e"} & set(summary)


def test_a_worker_of_another_version_mends_the_index(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": ["true"]}}}) as project:
        with transaction(project.index):
            meta.put(project.index, {meta.PROGRAM: "0.0.0", meta.FINGERPRINT: "old"})
        assert run_job(project, "a").status is RunStatus.SUCCEEDED


def test_a_lost_index_is_rebuilt_before_anything_runs(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"w": {"command": ["true"], "schedule": "weekly"}}}):
        config = str(tmp_path / "teleclaude.yml")
        first = jobconsole("--config", config, "--tick", "--wait", cwd=tmp_path)
        assert first.returncode == 0, first.stderr
        for path in (tmp_path / ".jobconsole").glob("index.db*"):
            path.unlink()
        again = jobconsole("--config", config, "--tick", "--wait", cwd=tmp_path)
        assert again.returncode == 0, again.stderr
        runs = list((tmp_path / ".jobconsole/runs/w").glob("*/*"))
        assert len(runs) == 1


def test_a_run_that_fails_says_why(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": ["no-such-program"]}}}):
        config = str(tmp_path / "teleclaude.yml")
        done = jobconsole("--config", config, "run", "a", cwd=tmp_path)
    assert done.returncode == 1
    assert "job_target_unresolved: the program no-such-program" in done.stderr
    assert "hint: Install it" in done.stderr
