"""Sums over what agents used: of today, by job, by role, of runs that go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.model.budget import Used
from runner.model.job import Kind
from runner.model.spending import Share
from runner.store import runs, spending
from runner.store.db import transaction
from runner.store.spending import Bill, Period
from tests.helpers.project import opened, write_project
from tests.helpers.spent import spent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.engine.project import Project

SINCE, NOW = 1_000_000, 1_100_000
TODAY = Period(SINCE, NOW)
SOME = Bill(0.5, False, 100, 2, 3)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with opened(write_project(tmp_path, "jobs: {}")) as project:
        yield project


def test_nothing_at_all(project: Project) -> None:
    assert spending.used(project.index, TODAY) == Used()
    assert spending.by_job(project.index, SINCE) == ()
    assert spending.by_role(project.index, SINCE) == ()


@pytest.mark.parametrize(
    ("ended_ms", "counts"),
    [(SINCE - 1, False), (SINCE, True), (NOW, True), (None, True)],
)
def test_a_run_counts_for_the_day_on_which_it_ended(
    project: Project, ended_ms: int | None, counts: bool
) -> None:
    """One that goes on counts for the present one, its time until now."""
    start = SINCE - 20_000
    spent(project, "a", SOME, when=(start, ended_ms))
    seconds = ((ended_ms or NOW) - start) / 1000
    expected = Used(0.5, 100, 2, 3, seconds) if counts else Used()
    assert spending.used(project.index, TODAY) == expected
    assert len(spending.by_job(project.index, SINCE)) == counts


def test_of_a_job_of_a_role_and_but_one_run(project: Project) -> None:
    now = (SINCE, SINCE)
    first = spent(project, "a", Bill(turns=1), role="member", when=now)
    spent(project, "a", Bill(turns=10), role="admin", when=now)
    spent(project, "b", Bill(turns=100), role="member", when=now)

    def turns(
        job_id: str | None = None, role: str | None = None, but: str = ""
    ) -> float:
        used = spending.used(project.index, TODAY, job_id=job_id, role=role, but=but)
        return used.turns

    assert turns() == 111
    assert turns(job_id="a") == 11
    assert turns(role="member") == 101
    assert turns(job_id="a", role="member") == 1
    assert turns(but=first) == 110
    assert turns(job_id="nobody") == 0


def test_other_programs_cost_nothing(project: Project) -> None:
    """A command takes time, but not that of agents."""
    spent(project, "a", Bill(), when=(SINCE, NOW), kind=Kind.COMMAND)
    assert spending.used(project.index, TODAY) == Used()
    assert spending.by_job(project.index, SINCE) == ()


def test_one_in_the_queue_has_used_nothing(project: Project) -> None:
    run_id = spent(project, "a", Bill(), when=(SINCE, None))
    project.index.execute(
        "UPDATE runs SET status = 'queued', started_ms = NULL WHERE run_id = ?",
        (run_id,),
    )
    assert spending.used(project.index, TODAY) == Used()
    assert spending.by_role(project.index, SINCE) == ()


def test_the_dearest_first_and_what_is_not_known(project: Project) -> None:
    now = (SINCE, SINCE)
    spent(project, "cheap", Bill(0.1, False, 5), when=now)
    spent(project, "dear", Bill(0.2, True, 7), role="member", when=now)
    spent(project, "dear", Bill(0.3, False, 7), when=now)
    spent(project, "unknown", Bill(None, False, 1_000_000), when=now)

    jobs = spending.by_job(project.index, SINCE)
    roles = spending.by_role(project.index, SINCE)

    assert [it.name for it in jobs] == ["dear", "cheap", "unknown"]
    dear, cheap, unknown = jobs
    assert (dear.runs, dear.tokens) == (2, 14)
    assert dear.cost_usd == pytest.approx(0.5)
    assert (dear.estimated, cheap.estimated) == (True, False)
    assert unknown == Share(
        name="unknown", runs=1, cost_usd=None, estimated=False, tokens=1_000_000
    )
    assert [(it.name, it.runs, it.estimated) for it in roles] == [
        ("admin", 3, False),
        ("member", 1, True),
    ]


def test_only_a_run_that_goes_on_is_noted(project: Project) -> None:
    run_id = spent(project, "a", Bill(), when=(SINCE, None))
    with transaction(project.index):
        spending.note(project.index, run_id, SOME)
    row = runs.find(project.index, run_id)
    assert row is not None
    assert row.bill == SOME

    ended = spent(project, "a", SOME, when=(SINCE, NOW))
    with transaction(project.index):
        spending.note(project.index, ended, Bill(9.0, True, 9, 9, 9))
    row = runs.find(project.index, ended)
    assert row is not None
    assert row.bill == SOME
