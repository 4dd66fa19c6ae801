from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from jobconsole import words
from jobconsole.cli.control import _end, disable, enable, pause, resume, skip
from jobconsole.cli.session import Session
from runner.model.occurrence import Reason
from runner.model.views import JobState, JobView, StandingView
from tests.jobconsole.cli.program import call, surroundings

if TYPE_CHECKING:
    from pathlib import Path

NEW_YEAR = "2099-01-01T00:00:00Z"
IN_AMSTERDAM = "Thu 2099-01-01 01:00 +01:00"


def state(project: Path, job: str) -> dict[str, object]:
    found = call(project, "show", job, "--json").json()
    assert isinstance(found, dict)
    return found


def skipped_of(project: Path) -> list[object]:
    found = state(project, "hello")["skipped"]
    assert isinstance(found, list)
    return found


def test_pause_until(project: Path) -> None:
    asked = ("pause", "hello", "--until", NEW_YEAR, "--reason", "holidays")
    done = call(project, *asked)

    assert (done.code, done.out) == (0, "")
    assert done.err == f"hello is paused until {IN_AMSTERDAM}\n"
    user = surroundings(project).user()
    told = f"paused by {user} until {IN_AMSTERDAM}: holidays"
    assert told in call(project, "list").out
    assert f"state       {told}\n" in call(project, "show", "hello").out
    found = state(project, "hello")
    assert (found["state"], found["enabled"]) == ("paused", True)
    assert found["next_run"] == "2099-01-01T06:00:00Z"
    paused = found["paused"]
    assert isinstance(paused, dict)
    assert {**paused, "since": ""} == {
        "by": user,
        "reason": "holidays",
        "since": "",
        "until": NEW_YEAR,
    }
    fires = call(project, "next", "hello", "--count=1", "--json").json()
    assert isinstance(fires, dict)
    assert fires["fires"] == ["2099-01-01T07:00:00+01:00"]


def test_pause_and_resume(project: Path) -> None:
    assert call(project, "pause", "hello").err == "hello is paused\n"
    assert state(project, "hello")["next_run"] is None
    assert "  next " not in call(project, "show", "hello").out
    resumed = call(project, "resume", "hello")
    assert resumed.err.startswith("hello is not paused any more; next ")
    again = call(project, "resume", "hello")
    assert (again.code, again.err.startswith("hello is not paused; next ")) == (0, True)


def test_disable_and_enable(project: Path) -> None:
    assert call(project, "disable", "hello").err == "hello is disabled\n"
    found = state(project, "hello")
    assert (found["enabled"], found["paused"]) == (False, None)
    assert isinstance(found["disabled"], dict)
    assert call(project, "enable", "hello").err.startswith("hello is enabled; next ")
    assert "not disabled by command" in call(project, "enable", "hello").err


def test_what_the_file_disables_stays_disabled(project: Path) -> None:
    said = "switched_off is not disabled by command; it is disabled by its file\n"
    assert call(project, "enable", "switched_off").err == said
    call(project, "disable", "switched_off")
    done = call(project, "enable", "switched_off")
    assert (done.code, done.err) == (
        0,
        "switched_off is enabled; it is disabled by its file\n",
    )
    done = call(project, "pause", "switched_off")
    assert done.err == "switched_off is paused; it is disabled by its file\n"


def test_an_invalid_job(project: Path) -> None:
    done = call(project, "pause", "broken")
    assert (done.code, done.err) == (0, "broken is paused; it is invalid besides\n")
    assert "invalid; paused by" in call(project, "show", "broken").out


def test_skip_and_undo(project: Path) -> None:
    done = call(project, "skip", "hello", "--reason", "holidays")
    first, second = done.err.removeprefix("hello skips ").strip().split("; next ")
    assert done.code == 0
    assert first != second
    assert first[15:20] == second[15:20] == "07:00"
    assert len(skipped_of(project)) == 1
    assert f"skipped     {first}" in call(project, "show", "hello").out

    undone = call(project, "undo")
    assert undone.code == 0
    assert undone.err == f"hello does not skip {first} any more; next {first}\n"
    assert skipped_of(project) == []


def test_undo_step_by_step(project: Path) -> None:
    call(project, "pause", "hello")
    call(project, "pause", "hello", "--until", NEW_YEAR)
    call(project, "resume", "hello")
    call(project, "disable", "hello")
    user = surroundings(project).user()
    said = [call(project, "undo") for _ in range(5)]
    assert [done.code for done in said] == [0] * 5
    assert said[0].err.startswith("undone: disabling hello; next ")
    assert said[1].err == (
        f"undone: resuming hello; it is paused by {user} until {IN_AMSTERDAM}\n"
    )
    assert said[2].err == f"undone: pausing hello; it is paused by {user}\n"
    assert said[3].err.startswith("undone: pausing hello; next ")
    assert said[4].err == f"{user} has nothing to undo\n"


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (["pause", "helo"], 4, "Did you mean hello?"),
        (["skip", "nope"], 4, "there is no job"),
        (["skip", "says"], 3, "nothing of says is to come"),
        (["disable", "guarded"], 5, "may not be started as admin"),
        (["pause", "hello", "--until", "2020-01-01T00:00:00Z"], 2, "passed already"),
        (["pause", "hello", "--until", "2099-01-01 25:00"], 2, "no time"),
        (["pause", "hello", "--until", "soon"], 2, "is not a duration"),
        (["pause"], 2, "Missing argument"),
    ],
)
def test_what_is_refused(project: Path, asked: list[str], code: int, said: str) -> None:
    done = call(project, *asked)
    assert done.code == code
    assert said in done.err
    assert '"actor"' not in kept(project)


def kept(project: Path) -> str:
    path = project / ".jobconsole" / "control.jsonl"
    return path.read_text("utf-8") if path.exists() else ""


def test_a_run_that_was_queued_before_is_pointed_out(project: Path) -> None:
    call(project, "run", "waits", "--detach")
    assert "`jobconsole cancel waits` stops it" in call(project, "pause", "waits").err
    call(project, "cancel", "waits", "--kill")


@pytest.mark.parametrize("command", [pause, resume, disable, enable, skip])
def test_the_names_of_jobs_are_completed(project: Path, command: click.Command) -> None:
    ctx = click.Context(command, obj=Session(surroundings(project)))
    (job,) = [it for it in command.params if it.name == "job"]
    call(project, "list")
    assert [it.value for it in job.shell_complete(ctx, "he")] == ["hello"]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2h", 1000 + 7200),
        ("90", 1090),
        ("1970-01-01T01:00Z", 3600),
        ("1970-01-01 03:00", 7200),
        ("03:00", 7200),
    ],
)
def test_an_end_as_a_duration_or_a_time(tmp_path: Path, text: str, end: int) -> None:
    session = Session(surroundings(tmp_path))
    assert _end(session, text, "Europe/Amsterdam", 1000) == end


def view(standing: StandingView | None, *, enabled: bool = True) -> JobView:
    return JobView(
        id="a",
        kind="command",
        agent=None,
        schedule="every 1h",
        timezone="UTC",
        role=None,
        enabled=enabled,
        state=JobState.IDLE,
        next_at=None,
        last_run=None,
        lock=None,
        problem=None,
        standing=standing,
    )


def test_words_for_what_a_person_put_on_a_job() -> None:
    assert words.standing(view(None)) == ""
    assert (
        words.standing(view(StandingView(Reason.PAUSED, 0, None, "ann", "")))
        == "paused by ann"
    )
    ends = StandingView(Reason.PAUSED, 0, 3600, "ann", "why")
    told = "paused by ann until Thu 1970-01-01 01:00 +00:00: why"
    assert words.standing(view(ends)) == told
    by_command = StandingView(Reason.DISABLED, 0, None, "bob", "")
    assert words.standing(view(by_command, enabled=False)) == "disabled by bob"
