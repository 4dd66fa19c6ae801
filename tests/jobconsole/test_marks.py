from __future__ import annotations

from jobconsole import marks
from runner.model.run import RunStatus
from runner.model.views import JobState, LastRun
from tests.helpers.views import NOW, RUN_ID, job_view


def test_every_state_and_outcome_has_a_mark() -> None:
    assert set(marks.RUNS) == set(RunStatus)
    assert set(marks.JOBS) == set(JobState)


def test_shapes_tell_states_apart_without_colour() -> None:
    for attribute in ("shape", "ascii"):
        shapes = {
            getattr(mark, attribute)
            for mark in {*marks.RUNS.values(), *marks.JOBS.values(), marks.DECLINED}
        }
        assert all(len(shape) == 1 for shape in shapes)
        # Failed and timed out share a shape, as do paused and held.
        assert len(shapes) == len({*marks.RUNS.values(), *marks.JOBS.values()}) + 1


def test_an_idle_job_is_known_by_its_last_run() -> None:
    last = LastRun(RUN_ID, RunStatus.LOST, NOW * 1000, None)
    assert marks.job_mark(job_view(last_run=last)) is marks.UNKNOWN
    busy = job_view(last_run=last, state=JobState.PAUSED)
    assert marks.job_mark(busy) is marks.HELD
