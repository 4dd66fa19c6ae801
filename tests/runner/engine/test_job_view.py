"""Listing all jobs again and again: what did not change is the same object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.job_view import KnownJobs, job_views
from runner.model.orders import Decision
from tests.helpers.project import opened, run_job, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.engine.project import Project

CONFIG = """
    timezone: UTC
    jobs:
      first: {command: [/bin/true], when: {every: 7d}}
      second: {command: [/bin/true]}
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with opened(write_project(tmp_path, CONFIG)) as project:
        yield project


def test_lists_the_same_objects_while_nothing_changes(project: Project) -> None:
    known = KnownJobs()
    before = known.listed(project)
    after = known.listed(project)
    assert before == job_views(project)
    assert all(one is other for one, other in zip(before, after, strict=True))


def test_makes_anew_only_the_job_that_ran(project: Project) -> None:
    known = KnownJobs()
    first, second = known.listed(project)
    run_job(project, "second")
    assert known.listed(project) == job_views(project)
    first_after, second_after = known.listed(project)
    assert first_after is first
    assert second_after.last_run is not None
    assert second_after != second


def test_notices_a_pause_and_its_end(project: Project) -> None:
    known = KnownJobs()
    known.listed(project)
    api.pause(project, "first", Decision("tester"))
    paused = known.listed(project)
    assert paused == job_views(project)
    assert paused[0].standing is not None
    assert known.listed(project)[0] is paused[0]
    api.resume(project, "first", Decision("tester"))
    assert known.listed(project) == job_views(project)
    assert known.listed(project)[0].standing is None
