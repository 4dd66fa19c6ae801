from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from jobconsole.shown.overview import OverviewFacts, activity_lines, overview_fields
from runner.engine.browse import Fires, JobDetail
from runner.model.activity import Activity, AgentState, ProcessView
from runner.model.log import LogLine, Stream
from runner.model.mcp import McpHealth, McpState
from runner.model.occurrence import Reason
from runner.model.receipt import AgentRecord, Usage
from runner.model.run import RunStatus, Trigger
from runner.model.spending import JobCosts
from runner.model.system import LockHolder
from runner.model.views import (
    JobState,
    ProblemView,
    StandingView,
)
from tests.helpers.receipts import receipt
from tests.helpers.views import NOW, RUN_ID, job_view, page_of, run_view, text_of

if TYPE_CHECKING:
    from runner.model.views import JobView

NOW_MS = NOW * 1000
LINES = (LogLine(0, 14, Stream.STDOUT, None, "# session s-1\n"),)
WORKER = LockHolder(
    path="/l", pid=4100, run_id=RUN_ID, since_ms=NOW_MS - 5000, alive=True
)
PROCESS = ProcessView(
    pid=4121,
    depth=0,
    command="codex exec",
    status="running",
    running_ms=5000,
    cpu_percent=41.2,
    rss=212 << 20,
    threads=3,
)
BUSY = Activity(
    run_id=RUN_ID,
    job_id="feed",
    status=RunStatus.RUNNING,
    worker=WORKER,
    attempt=2,
    elapsed_ms=192_000,
    timeout_ms=1_800_000,
    processes=(
        PROCESS,
        replace(PROCESS, pid=4122, depth=1, cpu_percent=None, rss=None),
    ),
    cpu_percent=41.2,
    rss=212 << 20,
    output_bytes=2048,
    last_output_ms=NOW_MS - 2000,
    agent=AgentState("s-1", "bash", 7, 0.08),
)


def facts(job: JobView | None = None, **changes: Any) -> OverviewFacts:
    view = job or job_view()
    known = OverviewFacts(
        job=view,
        run=None,
        detail=JobDetail(view, None, "Every hour"),
        fires=Fires("feed", "UTC", [NOW + 3600, NOW + 7200]),
        lines=(),
        hint="",
    )
    return known._replace(**changes)


def shown(it: OverviewFacts, *, ascii_only: bool = False) -> str:
    """`name: value` for every field that has a value; a name holds until the next."""
    fields = overview_fields(it, NOW_MS, ascii_only=ascii_only)
    return "\n".join(f"{name}: {text_of(value)}" for name, value in fields if value)


def test_a_job_that_never_ran() -> None:
    text = shown(facts())
    assert "last run: never: r runs it now" in text
    assert "when: Every hour (UTC)" in text
    assert "06:00 +00:00, in 1h" in text


def test_an_invalid_job_says_so_first() -> None:
    problem = ProblemView("job_invalid_spec", "unknown key", "Remove it.", "a.yml:1:2")
    text = shown(facts(job_view(state=JobState.INVALID, problem=problem)))
    lines = ["invalid: unknown key", "where: a.yml:1:2", "hint: Remove it."]
    assert text.splitlines()[:3] == lines


def test_what_runs_is_shown_at_work() -> None:
    run = run_view(status=RunStatus.RUNNING, ended_ms=None)
    text = shown(facts(run=run, activity=BUSY))
    for said in (
        "running: 3m12s of 30m, attempt 2",
        "output: 2.0KiB, the last 2s ago",
        "turn 7  uses bash  $0.08  session s-1",
        "pid 4100",
        "alive",
        "processes: 2, cpu 41%, 212MiB",
        "4121",
        "4122",
        "codex exec",
    ):
        assert said in text, said


def test_a_lock_whose_process_is_gone_is_stale() -> None:
    activity = replace(BUSY, worker=replace(WORKER, alive=False))
    assert "stale: its process is gone" in shown(facts(activity=activity))


def test_what_is_not_known_of_a_run_is_left_out() -> None:
    early = replace(
        BUSY,
        worker=None,
        attempt=None,
        elapsed_ms=None,
        timeout_ms=None,
        processes=(),
        cpu_percent=None,
        last_output_ms=None,
        agent=AgentState(),
    )
    text = shown(facts(activity=early))
    assert "output: none yet" in text
    for name in ("running:", "agent:", "lock:", "processes:"):
        assert name not in text


def test_a_run_without_a_timeout_has_no_bar() -> None:
    lines = activity_lines(replace(BUSY, timeout_ms=None), NOW_MS, ascii_only=True)
    assert " of " not in text_of(lines[0])


def test_what_to_know_before_ending_a_run_is_ascii_where_need_be() -> None:
    page = page_of(activity_lines(BUSY, NOW_MS, ascii_only=True))
    assert page.isascii()
    assert "4122" in page


@pytest.mark.parametrize(
    ("until", "said"),
    [(None, "paused by ann: holidays"), (NOW + 3600, "06:00 +00:00")],
)
def test_who_holds_a_job_and_why(until: int | None, said: str) -> None:
    standing = StandingView(Reason.PAUSED, NOW_MS, until, "ann", "holidays")
    text = shown(facts(job_view(state=JobState.PAUSED, standing=standing)))
    assert "paused by ann" in text
    assert said in text
    assert "holidays" in text


def test_a_job_that_its_file_disables() -> None:
    text = shown(facts(job_view(enabled=False, state=JobState.DISABLED, next_at=None)))
    assert "disabled in the configuration" in text
    assert "next:" not in text


def test_skipped_instants_are_told_and_not_among_the_next() -> None:
    text = shown(facts(job_view(skipped=(NOW + 3600,))))
    assert "skips: " in text
    assert "in 1h" not in text
    assert "in 2h" in text


def test_how_the_last_run_ended() -> None:
    run = run_view(
        status=RunStatus.FAILED,
        exit_code=3,
        error_code="exit_nonzero",
        error_message="it ended with 3",
        trigger=Trigger.CATCH_UP,
        cost_usd=0.5,
    )
    lines = [
        LogLine(0, 4, Stream.STDERR, None, "no such table: cats\n"),
        LogLine(4, 5, Stream.STDERR, None, "\n"),
    ]
    text = shown(facts(run=run, hint="Make the table.", lines=lines))
    for said in (
        "last run: ✗ failed after 10s, exit 3, 59m ago",
        "error: exit_nonzero: it ended with 3",
        "hint: Make the table.",
        "catch-up",
        "ann",
        "$0.50",
        "printed: no such table: cats",
    ):
        assert said in text, said


def test_a_good_run_said_something_too() -> None:
    line = LogLine(0, 4, Stream.STDOUT, None, "fed 3 cats\n")
    assert "said: fed 3 cats" in shown(facts(run=run_view(), lines=[line]))


def test_ascii_is_ascii() -> None:
    run = run_view(status=RunStatus.RUNNING, ended_ms=None)
    view = job_view(outcomes="sft", durations="abc")
    assert shown(facts(view, run=run, activity=BUSY), ascii_only=True).isascii()


@pytest.mark.parametrize(
    ("costs", "said"),
    [
        (None, ""),
        (JobCosts(0.0, 0.0), ""),
        (JobCosts(0.0, 3.361), "costs: $3.36 this month"),
        (JobCosts(0.24, 3.36), "costs: $0.24 today, $3.36 this month"),
    ],
)
def test_what_the_agents_of_a_job_cost(costs: JobCosts | None, said: str) -> None:
    text = shown(facts()._replace(costs=costs))
    assert said in text if said else "costs" not in text


def test_what_an_agent_said_and_used_is_shown_when_it_has_ended() -> None:
    usage = Usage(3000, 600, 150, turns=3, tools=2)
    agent = AgentRecord("claude", "haiku", mcp={"notes": McpHealth(McpState.ENDED)})
    told = receipt(message="All is well.\nNothing broke.", usage=usage, agent=agent)
    text = shown(facts(run=run_view(), lines=LINES, receipt=told))
    assert "agent: claude  haiku  3 turns  3,150 tokens  notes: ended" in text
    assert "said: All is well.\n: Nothing broke." in text
    assert "session" not in text
