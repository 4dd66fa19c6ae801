"""What is started, followed, stopped and read back: with real workers and runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from jobconsole.cli.output_of import start_of_tail
from tests.helpers.wait import wait_until
from tests.jobconsole.cli.program import TERMINAL, Called, call

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def detached(project: Path, job: str) -> str:
    return call(project, "run", job, "--detach").out.strip()


def running(project: Path, run_id: str) -> bool:
    return "waiting" in call(project, "logs", run_id).out


def last_run(done: Called) -> dict[str, object]:
    runs = done.json()
    assert isinstance(runs, list)
    run: dict[str, object] = runs[0]
    return run


def test_run_streams_and_exits_by_outcome(project: Path) -> None:
    good = call(project, "run", "hello")
    bad = call(project, "run", "fails")

    assert (good.code, good.out) == (0, "out\n")
    assert good.err.startswith("err\n✓ hello succeeded after ")
    assert (bad.code, bad.out) == (1, "")
    assert bad.err.startswith("no\n✗ fails failed after ")
    assert ", exit 3 (" in bad.err


def test_bytes_go_through_and_a_terminal_is_protected(project: Path) -> None:
    done = call(project, "run", "colours", terminal=TERMINAL)

    assert done.out == "a\x1b[31mred\x1b[0m\n�\n\x1b[0m"
    assert call(project, "logs", "colours", terminal=TERMINAL).out == done.out
    with pytest.raises(UnicodeDecodeError):
        call(project, "logs", "colours")


def test_arguments_replace_the_jobs_own(project: Path) -> None:
    done = call(project, "run", "says", "--arg=--loud", "--", "--json", "b")

    assert done.out == "nothing --loud --json b\n"


def test_what_is_refused(project: Path) -> None:
    assert call(project, "run", "helo").code == 4
    assert call(project, "run", "broken").code == 3
    assert call(project, "run", "guarded").code == 5
    assert call(project, "run", "guarded", "--role", "member").code == 0


def test_a_run_can_be_stopped_by_the_name_of_its_job(project: Path) -> None:
    run_id = detached(project, "waits")
    wait_until(lambda: running(project, run_id), "the run to start")

    assert call(project, "run", "waits").code == 6
    done = call(project, "cancel", "waits")
    assert done.err == f"{run_id} of waits was asked to stop\n"
    followed = call(project, "logs", run_id, "-f")

    assert followed.out == "waiting\nbye\n"
    assert last_run(call(project, "history", "--json"))["status"] == "cancelled"
    assert "had ended already: cancelled" in call(project, "cancel", run_id).err


def test_a_run_that_has_not_ended_is_shown_as_far_as_it_is_known(project: Path) -> None:
    run_id = detached(project, "waits")
    wait_until(lambda: running(project, run_id), "the run to start")

    shown = call(project, "runs", "show", run_id, "--json").json()
    page = call(project, "runs", "show", "waits").out
    call(project, "cancel", run_id, "--kill")

    assert isinstance(shown, dict)
    assert (shown["schema"], shown["status"]) == (1, "running")
    assert (shown["run_id"], shown["ended_at"]) == (run_id, None)
    assert page.startswith("▶ waits running for ")


def test_what_ran_can_be_read_back(project: Path) -> None:
    call(project, "run", "hello")
    call(project, "run", "fails")

    run = last_run(call(project, "history", "--json", "--limit", "1"))
    receipt = call(project, "runs", "show", "fails", "--json").json()
    page = call(project, "runs", "show", "fails").out

    assert list(run) == [
        "run_id", "job_id", "trigger", "role", "status", "scheduled_for",
        "started_at", "ended_at", "duration_ms", "exit_code", "error",
        "cost_usd", "cost_estimated", "tokens", "nothing_to_report",
    ]  # fmt: skip
    assert (run["job_id"], run["status"], run["exit_code"]) == ("fails", "failed", 3)
    assert isinstance(receipt, dict)
    assert receipt["run_id"] == run["run_id"]
    assert page.startswith("✗ fails failed after ")
    assert "stdout.log 0B" in page


def test_history_is_filtered_and_paged(project: Path) -> None:
    call(project, "run", "hello")
    call(project, "run", "fails")

    first = call(project, "history", "--limit", "1")
    assert first.err.startswith("There are older ones: add --before ")
    before = first.err.split()[-1]
    second = call(project, "history", "--before", before)

    assert before in first.out
    assert "hello" in second.out
    assert "fails" not in second.out
    assert "hello" not in call(project, "history", "--status", "failed").out
    assert call(project, "history", "--since", "2020-01-01T00:00:00Z").out
    assert call(project, "history", "--since", "2020-01-01 06:00").out
    assert "years go" in call(project, "history", "--since", "9999-01-01").err
    assert call(project, "history", "hello", "--role", "viewer").err == "no runs\n"
    assert call(project, "history", "--since", "yesterday").code == 2
    assert call(project, "history", "nobody").code == 4


def test_events_come_in_order(project: Path) -> None:
    call(project, "run", "hello")

    events = [
        json.loads(line)
        for line in call(project, "tail", "hello", "--json").out.splitlines()
    ]
    lines = call(project, "tail", "hello").out.splitlines()

    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (events[0]["event"], events[-1]["event"]) == ("run_started", "run_ended")
    assert len(lines) == len(events)
    assert lines[-1].endswith("run_ended         status=succeeded")


def test_logs_of_one_stream_and_of_the_last_lines(project: Path) -> None:
    call(project, "run", "hello")

    both = call(project, "logs", "hello")
    one = call(project, "logs", "hello", "--stream", "stderr")

    assert (both.out, both.err) == ("out\n", "err\n")
    assert (one.out, one.err) == ("err\n", "")
    assert call(project, "logs", "hello", "--tail", "0")[1:] == ("", "")


@pytest.mark.parametrize(
    ("content", "lines", "rest"),
    [
        (b"", 3, b""),
        (b"a\nb\nc\n", 0, b""),
        (b"a\nb\nc\n", 1, b"c\n"),
        (b"a\nb\nc", 2, b"b\nc"),
        (b"a\nb\nc\n", 9, b"a\nb\nc\n"),
        (b"\n\n\n", 2, b"\n\n"),
        (b"x" * 200_000 + b"\ny\n", 1, b"y\n"),
        (b"y\n" * 100_000, 50_000, b"y\n" * 50_000),
    ],
)
def test_the_last_lines_of_a_file(
    tmp_path: Path, content: bytes, lines: int, rest: bytes
) -> None:
    path = tmp_path / "log"
    path.write_bytes(content)

    assert content[start_of_tail(path, lines) :] == rest


def test_reindex_finds_what_ran(project: Path) -> None:
    run_id = detached(project, "hello")
    call(project, "logs", run_id, "-f")
    for path in project.glob(".jobconsole/index.db*"):
        path.unlink()

    done = call(project, "reindex")

    assert (done.code, done.err) == (0, "the index is built again from 1 run\n")
    assert run_id in call(project, "history").out


def test_env_shows_and_hides(project: Path) -> None:
    config = project / "teleclaude.yml"
    config.write_text(f"{config.read_text()}    env_pass: [API_TOKEN]\n")

    shown = call(project, "env", "--refresh", "--json").json()

    assert isinstance(shown, dict)
    assert shown["environment"]["API_TOKEN"] == "[hidden]"
    assert shown["environment"]["HOME"] == str(project)
    assert f"HOME={project}\n" in call(project, "env").out
