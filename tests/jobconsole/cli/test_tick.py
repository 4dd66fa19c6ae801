from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.process.identity import own_identity
from runner.process.locks import Holder, PidLock
from tests.jobconsole.cli.program import TERMINAL, call

if TYPE_CHECKING:
    from pathlib import Path

NOTHING = {"schema": 1, "started": [], "skipped": [], "repaired": [], "busy": None}


@pytest.fixture
def due(tmp_path: Path) -> Path:
    """One that never ran is due at once."""
    (tmp_path / "teleclaude.yml").write_text(
        "jobs:\n  older: {command: [echo, hello], schedule: hourly}\n"
    )
    return tmp_path


def test_nothing_due_says_nothing(project: Path) -> None:
    assert call(project, "--tick") == (0, "", "")
    assert call(project, "--tick", "--json").json() == NOTHING
    assert call(project, "--tick", terminal=TERMINAL).out == "nothing is due\n"


@pytest.mark.slow
def test_what_is_due_is_told_and_then_done(due: Path) -> None:
    dry = call(due, "--tick", "--dry-run").out
    report = call(due, "--tick", "--wait", "--json").json()

    assert dry == "due      older\n"
    assert isinstance(report, dict)
    (run_id,) = report["started"]
    assert call(due, "logs", run_id).out == "hello\n"
    assert call(due, "--tick", "--json").json() == NOTHING


@pytest.mark.slow
def test_force_is_a_run_by_hand(project: Path) -> None:
    done = call(project, "--tick", "--force", "--job", "hello", "--wait")

    shown = call(project, "runs", "show", done.out.strip(), "--json").json()
    assert isinstance(shown, dict)
    assert (shown["trigger"], shown["scheduled_for"]) == ("manual", None)


def test_who_holds_the_lock(project: Path) -> None:
    call(project, "--tick")
    lock = PidLock(project / ".jobconsole/runner.lock")
    me = own_identity()
    lock.acquire(Holder(me, 1_795_240_800_000, None))

    done = call(project, "--tick", "--json")
    lock.release()

    report = done.json()
    assert isinstance(report, dict)
    assert done.code == 0
    assert report["busy"] == {"pid": me.pid, "since": "2026-11-21T06:00:00.000Z"}
    assert f"process {me.pid}" in done.err


def test_a_broken_edit_is_told_and_an_empty_start_is_an_error(project: Path) -> None:
    config = project / "teleclaude.yml"
    call(project, "--tick")
    config.write_text("jobs: [\n")

    done = call(project, "--tick")
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("warning: ")

    elsewhere = project / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "teleclaude.yml").write_text("jobs: [\n")
    assert call(elsewhere, "--tick").code == 3


@pytest.mark.parametrize(
    "words",
    [["--force"], ["--job", "x"], ["--force", "--job", "x", "--dry-run"], ["x"]],
)
def test_usage(project: Path, words: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        call(project, "--tick", *words)

    assert end.value.code == 2
