"""Runs are run again as they were, under the authority of now: with real workers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from runner import api
from runner.engine.replay import Replayed
from runner.model.errors import JobNotFoundError, OverlapError, PolicyDeniedError
from runner.model.orders import Order, ReplayOrder
from runner.model.run import RunStatus, Trigger
from runner.process.environment import current
from runner.store import runs, totals
from runner.store.spending import Bill
from tests.helpers.project import ended, opened, run_job, write_project
from tests.helpers.site import log_of, receipt_of, site, started, until
from tests.helpers.still import still

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runner.engine.project import Project
    from runner.model.views import RunView
    from runner.store.run_rows import RunRow

pytestmark = pytest.mark.slow

ME = ReplayOrder("tester")
ECHO = {"command": ["echo", "before"]}


def row_of(project: Project, run_id: str) -> RunRow:
    row = runs.find(project.index, run_id)
    assert row is not None
    return row


def configure(project: Project, jobs: Mapping[str, object]) -> None:
    write_project(project.root, json.dumps({"jobs": jobs}))
    api.refresh(project)


def replayed(project: Project, run_id: str, order: ReplayOrder = ME) -> RunView:
    """A replay of a run, at its end."""
    return ended(project, api.replay(project, run_id, order).run_id)


def test_a_replay_is_the_same_run_again(tmp_path: Path) -> None:
    job = {"command": ["echo"], "roles": ["member", "admin"]}
    with site(tmp_path, {"jobs": {"a": job}}) as project:
        order = Order("a", "tester", role="member", args=("one", "two"), timeout=7)
        first = ended(project, api.submit(project, order))

        done = api.replay(project, first.run_id, ReplayOrder("someone"))
        second = ended(project, done.run_id)

        assert done == Replayed(second.run_id, changed=False, as_now=False)
        assert log_of(project, second.run_id) == "one two\n"
        assert (second.trigger, second.role) == (Trigger.REPLAY, "member")
        assert (second.actor, second.scheduled_for) == ("someone", None)
        assert second.replay_of == first.run_id
        assert receipt_of(project, second.run_id).references == (first.run_id,)
        before, after = (row_of(project, run.run_id) for run in (first, second))
        assert after.definition == before.definition
        assert after.timeout == 7


def test_role_and_timeout_may_be_others(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {}}, 1_577_836_800) as it:
        first = api.submit(it.project, Order("a", "tester", timeout=1))
        it.run_all()

        other = ReplayOrder("tester", role="viewer", timeout=2)
        again = row_of(it.project, api.replay(it.project, first, other).run_id)

        assert (again.role, again.timeout) == ("viewer", 2)


def test_the_job_of_then_runs_after_an_edit(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": ECHO}}) as project:
        first = run_job(project, "a")
        configure(project, {"a": {"command": ["echo", "after"]}})

        done = api.replay(project, "a", ME)
        ended(project, done.run_id)

        assert (done.changed, done.as_now) == (True, False)
        assert log_of(project, done.run_id) == "before\n"
        assert row_of(project, done.run_id).replay_of == first.run_id


def test_a_job_that_only_moved_has_not_changed(tmp_path: Path) -> None:
    config = write_project(tmp_path, "jobs:\n  a: {command: [echo, x]}\n")
    with opened(config) as project:
        first = run_job(project, "a")
        write_project(tmp_path, "jobs:\n\n\n  a: {command: [echo, x]}\n")
        api.refresh(project)

        done = api.replay(project, first.run_id, ME)
        ended(project, done.run_id)

        assert not done.changed


def test_a_job_that_is_gone_or_broken_can_be_replayed(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": ECHO}}) as project:
        first = run_job(project, "a")
        for jobs in ({"a": {"comand": ["echo"]}}, {}):
            configure(project, jobs)
            done = api.replay(project, first.run_id, ME)
            ended(project, done.run_id)

            assert (done.changed, done.as_now) == (True, False)
            assert log_of(project, done.run_id) == "before\n"


def test_authority_is_that_of_now(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": ECHO, "b": ECHO}}) as project:
        first = run_job(project, "a")
        configure(project, {"a": {**ECHO, "roles": ["viewer"]}})

        with pytest.raises(PolicyDeniedError, match="a may not be started as admin"):
            api.replay(project, first.run_id, ME)
        as_viewer = replayed(project, first.run_id, ME._replace(role="viewer"))
        assert as_viewer.role == "viewer"


def test_what_was_refused_then_stays_refused(tmp_path: Path) -> None:
    guarded = {**ECHO, "roles": ["viewer"]}
    with site(tmp_path, {"jobs": {"a": guarded}}) as project:
        run_id = api.submit(project, Order("a", "tester", role="viewer"))
        ended(project, run_id)
        configure(project, {"a": ECHO})

        with pytest.raises(PolicyDeniedError):
            api.replay(project, run_id, ME._replace(role="admin"))


def test_roles_mean_what_they_mean_now(tmp_path: Path) -> None:
    """A role that has lost its permissions does not get them back by a replay."""
    role = {"deploy": {"profile": "full"}}
    job = {"command": "echo $JOBCONSOLE_ROLE", "role": "deploy"}
    with site(tmp_path, {"roles": role, "jobs": {"a": job}}) as project:
        first = run_job(project, "a")
        role["deploy"] = {"profile": "read-only"}
        write_project(tmp_path, json.dumps({"roles": role, "jobs": {"a": job}}))
        api.refresh(project)

        done = api.replay(project, first.run_id, ME)
        ended(project, done.run_id)

        body = runs.body_of(project.index, row_of(project, done.run_id).definition)
        profile = msgspec.json.decode(body)["roles"]["deploy"]["profile"]
        assert (profile, done.changed) == ("read-only", False)


def test_a_run_that_goes_on_is_refused_unless_overlap_allows(tmp_path: Path) -> None:
    jobs = {
        "skips": {"command": until("gate")},
        "allows": {"command": until("gate"), "overlap": "allow"},
    }
    with site(tmp_path, {"jobs": jobs}) as project:
        skipping, allowing = (api.submit(project, Order(job, "me")) for job in jobs)
        started(project, skipping)

        with pytest.raises(OverlapError, match="skips is already running"):
            api.replay(project, skipping, ME)
        again = api.replay(project, allowing, ME).run_id
        (tmp_path / "gate").touch()

        assert ended(project, again).status is RunStatus.SUCCEEDED


def test_one_that_never_started_can_be_replayed(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {}}, 1_577_836_800) as it:
        first = api.submit(it.project, Order("a", "tester", args=("x",)))
        api.cancel(it.project, first, actor="tester")

        again = api.replay(it.project, first, ME)

        row = row_of(it.project, again.run_id)
        assert (row.args, row.replay_of, again.changed) == (("x",), first, False)


def test_after_a_rebuilt_index_the_manifest_tells(tmp_path: Path) -> None:
    config = write_project(tmp_path, json.dumps({"jobs": {"a": ECHO, "b": ECHO}}))
    state = tmp_path / ".jobconsole"
    with opened(config) as project:
        order = Order("a", "tester", args=("extra",), timeout=9)
        first = ended(project, api.submit(project, order))
        other = run_job(project, "b")
        second = replayed(project, first.run_id)
    for path in state.glob("index.db*"):
        path.unlink()
    write_project(
        tmp_path, json.dumps({"jobs": {"a": ECHO, "b": {"command": ["echo", "now"]}}})
    )
    # One line holds it all: the place of `a` is the same, so is its definition.
    api.reindex(config, current(), tmp_path)
    with opened(config) as project:
        assert api.resolve_run(project, second.run_id).replay_of == first.run_id
        done = api.replay(project, first.run_id, ME)
        ended(project, done.run_id)
        assert not done.as_now
        assert log_of(project, done.run_id) == "before extra\n"
        assert row_of(project, done.run_id).timeout == 9

        done = api.replay(project, other.run_id, ME)
        ended(project, done.run_id)
        assert (done.changed, done.as_now) == (True, True)
        assert log_of(project, done.run_id) == "now\n"


def test_nothing_is_left_to_replay(tmp_path: Path) -> None:
    config = write_project(tmp_path, json.dumps({"jobs": {"a": ECHO}}))
    with opened(config) as project:
        first = run_job(project, "a")
    for path in (tmp_path / ".jobconsole").glob("index.db*"):
        path.unlink()
    write_project(tmp_path, json.dumps({"jobs": {}}))
    api.reindex(config, current(), tmp_path)
    with opened(config) as project, pytest.raises(JobNotFoundError, match="not known"):
        api.replay(project, first.run_id, ME)


def test_the_cost_is_kept_and_summed(tmp_path: Path) -> None:
    with still(tmp_path, {"a": {}}, 1_577_836_800) as it:
        assert totals.cost_since(it.project.index, 0) is None
        run_id = ""
        for cost in (0.25, None, 0.5):
            run_id = api.submit(it.project, Order("a", "tester"))
            it.start_all()
            run = row_of(it.project, run_id)
            runs.end(it.project.index, it._success(run)._replace(bill=Bill(cost)))
            it.clock.advance(1_000)
        view = api.resolve_run(it.project, run_id)

        assert view.cost_usd == 0.5
        assert totals.cost_since(it.project.index, 0) == 0.75
        assert view.ended_ms is not None
        assert totals.cost_since(it.project.index, view.ended_ms) == 0.5
        assert totals.cost_since(it.project.index, view.ended_ms + 1) is None
