from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from jobconsole.cli.jobs import COLUMNS, row
from jobconsole.cli.table import render, width_of
from jobconsole.wiring import Terminal
from runner.model.run import RunStatus
from runner.model.views import JobState, JobView, LastRun, LockView, ProblemView
from tests.jobconsole.cli.program import TERMINAL, call

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_795_000_000

PROBLEM = ProblemView(
    "job_invalid_spec", "unknown key 'comand'", "command?", "a.yml:3:5"
)
VIEWS = st.builds(
    JobView,
    id=st.text("abcdefghijklmnopqrstuvwxyz_-.", min_size=1, max_size=64),
    kind=st.sampled_from(["python", "command", "agent", None]),
    agent=st.sampled_from([None, "claude", "opencode"]),
    schedule=st.sampled_from(["manual", "0 6 * * *", "Mon-Wed 09:00,10:00 +1"]),
    timezone=st.none(),
    role=st.sampled_from([None, "viewer", "a-role-of-ones-own"]),
    enabled=st.booleans(),
    state=st.sampled_from(JobState),
    next_at=st.none() | st.integers(NOW - 100, NOW + 400 * 86_400),
    last_run=st.none()
    | st.builds(
        LastRun,
        run_id=st.just("20261120T060000Z-7f3k9q"),
        status=st.sampled_from([status for status in RunStatus if status.ended]),
        ended_ms=st.integers((NOW - 700 * 86_400) * 1000, NOW * 1000),
        duration_ms=st.none(),
    ),
    lock=st.none()
    | st.just(LockView(7, "20261120T060000Z-7f3k9q", NOW * 1000 - 9_000)),
    problem=st.none() | st.just(PROBLEM),
)


def view(**changes: object) -> JobView:
    plain: dict[str, object] = {
        "id": "sync",
        "kind": "command",
        "agent": None,
        "schedule": "0 6 * * *",
        "timezone": None,
        "role": None,
        "enabled": True,
        "state": JobState.IDLE,
        "next_at": NOW + 7 * 3600,
        "last_run": None,
        "lock": None,
        "problem": None,
    }
    return JobView(**{**plain, **changes})  # type: ignore[arg-type]


def line(shown: JobView, *, unicode: bool = True) -> list[str]:
    return [cell.text for cell in row(shown, NOW, unicode=unicode).cells]


@given(st.lists(VIEWS, max_size=4))
def test_the_table_fits_80_columns(views: list[JobView]) -> None:
    rows = [row(shown, NOW, unicode=True) for shown in views]

    lines = render(COLUMNS, rows, Terminal(width=80))

    assert all(width_of(text) <= 80 for text in lines)


def test_a_job_that_succeeded() -> None:
    last = LastRun(
        "20261120T060000Z-7f3k9q", RunStatus.SUCCEEDED, (NOW - 86_400 * 4) * 1000, 5
    )
    cells = ["command", "0 6 * * *", "in 7h", "ok 4d ago"]

    assert line(view(last_run=last)) == ["✓", "sync", *cells]
    assert line(view(last_run=last), unicode=False) == ["+", "sync", *cells]


def test_a_job_that_failed() -> None:
    last = LastRun("20261120T060000Z-7f3k9q", RunStatus.FAILED, (NOW - 60) * 1000, 5)

    assert line(view(last_run=last))[0] == "✗"
    assert line(view(last_run=last))[-1] == "failed 1m ago"


def test_a_job_that_is_at_work() -> None:
    lock = LockView(7, "20261120T060000Z-7f3k9q", (NOW - 180) * 1000)

    shown = line(view(state=JobState.RUNNING, lock=lock))

    assert (shown[0], shown[4], shown[5]) == ("▶", "running 3m", "never ran")


def test_an_agent_with_a_role() -> None:
    shown = line(view(kind="agent", agent="claude", role="viewer", next_at=None))

    assert (shown[2], shown[4]) == ("claude/viewer", "-")


def test_an_invalid_job_says_why() -> None:
    shown = row(view(state=JobState.INVALID, problem=PROBLEM), NOW, unicode=True)

    assert shown.cells[0].text == "!"
    assert shown.notes == ["a.yml:3:5: unknown key 'comand'", "hint: command?"]


def test_list_shows_every_job_and_why_one_is_invalid(project: Path) -> None:
    done = call(project, "list")

    assert done.code == 0
    ids = [text.split()[1] for text in done.out.splitlines()[1:] if text[0] != " "]
    assert ids[:2] == ["hello", "fails"]
    assert "    teleclaude.yml:1" in done.out


def test_list_for_programs(project: Path) -> None:
    jobs = call(project, "list", "--json").json()

    assert isinstance(jobs, list)
    hello, broken = jobs[0], jobs[5]
    assert list(hello) == [
        "id", "kind", "agent", "schedule", "timezone", "role", "enabled",
        "state", "next_run", "last_run", "lock", "problem",
        "paused", "held", "disabled", "skipped",
    ]  # fmt: skip
    assert (hello["id"], hello["state"], hello["last_run"]) == ("hello", "idle", None)
    assert hello["next_run"].endswith("Z")
    assert (broken["state"], broken["next_run"]) == ("invalid", None)
    assert set(broken["problem"]) == {"code", "message", "hint", "where"}


def test_list_is_an_option_too(project: Path) -> None:
    named = ["--config", str(project / "teleclaude.yml")]

    command = call(project, "list", "--json")

    assert call(project, "--list", "--json") == command
    assert call(project.parent, *named, "--list", "--json") == command
    assert call(project.parent, "list", "--json", *named) == command


def test_show_hides_what_looks_secret(project: Path) -> None:
    for words in (("show", "hello"), ("show", "hello", "--json")):
        done = call(project, *words)

        assert done.code == 0
        assert "hunter2" not in done.out
        assert "[hidden]" in done.out
        assert "info" in done.out


def test_show_fits_a_terminal(project: Path) -> None:
    done = call(project, "show", "hello", terminal=TERMINAL)

    assert "\x1b[1mhello\x1b[0m: Say hello" in done.out
    assert "At 07:00 (Europe/Amsterdam)" in done.out
    assert done.out.count("07:00 +0") == 3


def test_show_an_invalid_job(project: Path) -> None:
    done = call(project, "show", "broken")

    assert done.code == 0
    assert "problem" in done.out


def test_a_job_that_is_not_there(project: Path) -> None:
    done = call(project, "show", "helo")

    assert done.code == 4
    assert done.err == "error: there is no job or run helo\nhint: Did you mean hello?\n"


def test_a_broken_edit_keeps_the_last_good_configuration(project: Path) -> None:
    call(project, "list")
    (project / "teleclaude.yml").write_text("jobs: [\n")

    done = call(project, "list")

    assert done.code == 0
    assert "hello" in done.out
    assert done.err.startswith("warning: ")


def test_a_configuration_that_was_never_good(tmp_path: Path) -> None:
    (tmp_path / "teleclaude.yml").write_text("jobs: [\n")

    assert call(tmp_path, "list").code == 3
