from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobconsole.filters import Filter, candidates, parse
from runner.model.run import RunStatus, Trigger
from runner.model.views import HistoryQuery, JobState, JobView, LastRun

NOW_MS = 1_795_000_000_000
STATUSES = ", ".join(RunStatus)


def view(
    job_id: str = "sync",
    *,
    state: JobState = JobState.IDLE,
    last: RunStatus | None = None,
    role: str | None = None,
    tags: tuple[str, ...] = (),
    agent: str | None = None,
) -> JobView:
    return JobView(
        id=job_id,
        kind="agent" if agent else "command",
        agent=agent,
        schedule="Mon-Fri 06:30",
        timezone=None,
        role=role,
        enabled=True,
        state=state,
        next_at=None,
        last_run=None if last is None else LastRun("", last, NOW_MS, None),
        lock=None,
        problem=None,
        description="Fetch new Subscriptions",
        tags=tags,
    )


FAILED = view("failed", last=RunStatus.FAILED)
RUNNING = view("runs", state=JobState.RUNNING, last=RunStatus.SUCCEEDED)
PAUSED = view("paused", state=JobState.PAUSED)
AGENT = view("bugs", agent="Claude", role="Member", tags=("Media", "two words"))
VIEWS = (FAILED, RUNNING, PAUSED, AGENT)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "failed runs paused bugs"),
        ("status:failed", "failed"),
        ("status:failed status:paused", "failed paused"),
        ("status:ok", "runs"),
        ("status:running", "runs"),
        ("STATUS:Never", "paused bugs"),
        ("!status:never", "failed runs"),
        ("!status:never !status:failed", "runs"),
        ("role:member", "bugs"),
        ("role:admin", "failed runs paused"),
        ("kind:agent", "bugs"),
        ("agent:claude", "bugs"),
        ("tag:media", "bugs"),
        ('tag:"two words"', "bugs"),
        ("!tag:media", "failed runs paused"),
        ("job:runs", "runs"),
        ("job:run", ""),
        ("subscriptions FETCH", "failed runs paused bugs"),
        ('"new sub"', "failed runs paused bugs"),
        ("claude", "bugs"),
        ("mon-fri", "failed runs paused bugs"),
        ("!paused", "failed runs bugs"),
        ('!"new sub"', ""),
        ("bugs paused", ""),
        ("mediatwo", ""),
        ('"status:failed"', ""),
        ("since:2d trigger:manual", "failed runs paused bugs"),
    ],
)
def test_jobs(text: str, shown: str) -> None:
    accepted = parse(text)
    assert accepted.problem == ""
    assert [it.id for it in VIEWS if accepted.accepts(it)] == shown.split()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("stats:failed", "no key 'stats': did you mean 'status'?"),
        ("status:fialed", "no status 'fialed': did you mean 'failed'?"),
        ("kind:agnet", "no kind 'agnet': did you mean 'agent'?"),
        ("kind:", "kind: known are python, command, agent"),
        ("tag:", "tag: needs a value"),
        ("since:x", "since 'x': write 2d, 90m or 2026-11-20T06:00:00Z"),
        (
            "since:2026-11-20",
            "since '2026-11-20': write 2d, 90m or 2026-11-20T06:00:00Z",
        ),
    ],
)
def test_what_is_wrong_is_told_and_the_rest_still_holds(
    text: str, problem: str
) -> None:
    accepted = parse(f"{text} bugs")
    assert accepted.problem == problem
    assert [it.id for it in VIEWS if accepted.accepts(it)] == ["bugs"]


def asked(text: str, base: HistoryQuery | None = None) -> HistoryQuery | str:
    return parse(text).history(base or HistoryQuery(), NOW_MS)


def test_runs_by_everything_at_once() -> None:
    text = "job:sync status:failed status:lost role:member trigger:catch-up since:2d db"
    assert asked(text, HistoryQuery(limit=7)) == HistoryQuery(
        job_id="sync",
        statuses=(RunStatus.FAILED, RunStatus.LOST),
        role="member",
        since_ms=NOW_MS - 2 * 86_400_000,
        limit=7,
        triggers=(Trigger.CATCH_UP,),
        job_words=("db",),
    )


def test_an_empty_filter_leaves_the_question_as_it_is() -> None:
    base = HistoryQuery(job_id="a", statuses=(RunStatus.LOST,), since_ms=1)
    assert asked("", base) == base


def test_runs_without_some_statuses_are_those_with_the_others() -> None:
    query = asked("!status:succeeded !trigger:schedule")
    assert isinstance(query, HistoryQuery)
    assert set(query.statuses) == set(RunStatus) - {RunStatus.SUCCEEDED}
    assert set(query.triggers) == set(Trigger) - {Trigger.SCHEDULE}


def test_the_later_of_two_instants_counts() -> None:
    query = asked("since:2d since:2026-11-18T00:00:00Z")
    assert isinstance(query, HistoryQuery)
    assert query.since_ms == max(NOW_MS - 2 * 86_400_000, 1_794_960_000_000)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("kind:agent", "kind: is for jobs, not for runs"),
        ("!word", "runs can only be asked for without a status or a trigger"),
        ("!role:x", "runs can only be asked for without a status or a trigger"),
        ("job:a job:b", "job: only one at a time for runs"),
        ("status:paused", f"no run has such a status: known are {STATUSES}"),
        ("status:lost !status:lost", f"no run has such a status: known are {STATUSES}"),
    ],
)
def test_what_cannot_be_asked_of_runs(text: str, problem: str) -> None:
    assert asked(text) == problem


def test_a_filter_describes_itself() -> None:
    text = 'status:ok status:lost !kind:agent "two words" !x'
    assert parse(text).describe() == (
        'status lost or succeeded, not kind agent, "two words", not "x"'
    )
    assert not parse("")
    assert parse("x")


@pytest.mark.parametrize(
    ("prefix", "offered"),
    [
        ("st", ["status:"]),
        ("!st", ["!status:"]),
        ("ru", ["runs"]),
        ("status:ti", ["status:timed_out"]),
        ("tag:", ["tag:media", 'tag:"two words"']),
        ("tag:t", ['tag:"two words"']),
        ("role:m", ["role:member"]),
        ("trigger:c", ["trigger:catch_up", "trigger:console"]),
        ("job:p", ["job:paused"]),
        ("nothing:", []),
    ],
)
def test_candidates(prefix: str, offered: list[str]) -> None:
    assert candidates(prefix, VIEWS) == offered


def test_candidates_are_not_endless() -> None:
    assert len(candidates("", [view(f"j{n}") for n in range(1000)])) == 50


@given(st.text('status:failed!" \x00ÄİK-x', max_size=30) | st.text(max_size=30))
def test_no_text_is_too_strange(text: str) -> None:
    accepted = parse(text)
    for each in VIEWS:
        accepted.accepts(each)
    accepted.history(HistoryQuery(), NOW_MS)
    accepted.describe()
    candidates(text, VIEWS)


def test_ten_thousand_jobs_take_no_time() -> None:
    jobs = [view(f"job{n}", tags=("media", "nightly")) for n in range(10_000)]
    accepted = parse("!status:failed role:admin tag:media nightly !word job9")
    assert fastest(accepted, jobs) < 0.1


def fastest(accepted: Filter, jobs: list[JobView]) -> float:
    """Seconds for all of them, at best: other work on the machine only adds."""
    taken = []
    for _ in range(5):
        begin = time.perf_counter()
        shown = [job for job in jobs if accepted.accepts(job)]
        taken.append(time.perf_counter() - begin)
        assert len(shown) == 1_111
    return min(taken)
