"""Words of the history name jobs by parts of their ids, as many as are affordable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.views import HistoryQuery
from tests.helpers.project import opened, run_job, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.engine.project import Project

JOBS = "\n".join(f"  job{number}: {{command: [ls]}}" for number in range(150))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    config = f'jobs:\n  db-backup: {{command: ["true"]}}\n{JOBS}\n'
    with opened(write_project(tmp_path, config)) as project:
        yield project


def test_all_words_must_be_parts_of_the_name(project: Project) -> None:
    run = run_job(project, "db-backup").run_id
    for words, found in ((("up", "DB"), [run]), (("db", "x"), []), (("job",), [])):
        page = api.history(project, HistoryQuery(job_words=words))
        assert [view.run_id for view in page.runs] == found
    named = HistoryQuery(job_id="job1", job_words=("db",))
    assert api.history(project, named).runs == []


def test_too_many_jobs_are_told(project: Project) -> None:
    page = api.history(project, HistoryQuery(job_words=("job",)))
    assert page.note == (
        "150 jobs have job in their names: only runs of the 120 that ran last are shown"
    )
    assert api.history(project, HistoryQuery(job_words=("db",))).note == ""
