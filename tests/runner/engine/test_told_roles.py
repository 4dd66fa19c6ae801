"""Which role a job gets that names none: a real daemon is asked, if there is one."""

from __future__ import annotations

import contextlib
import functools
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine.authority import SCHEDULER, role_for
from runner.engine.browse import definition_of
from runner.engine.grants import grants_for
from runner.engine.timer import Timer
from runner.engine.told_roles import told_role
from runner.model.errors import PolicyDeniedError
from runner.model.occurrence import Reason
from runner.model.orders import Order
from runner.process.daemon import roles_told
from runner.store import runs
from tests.helpers.processes import PATIENCE_MS
from tests.helpers.project import write_project
from tests.helpers.still import Row, Still, at, still
from tests.helpers.wait import wait_until
from tests.lab.daemon import Mode, daemon

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

START = at("2026-11-20 12:00")
HOUR = 3600
HOURLY = {"command": ["true"], "when": {"every": HOUR}}

NO_ANSWER = (
    Mode.SLOW,
    Mode.DRIP,
    Mode.RUBBISH,
    Mode.ERROR,
    Mode.CLOSES,
    Mode.SILENT,
)


class Place:
    """A project, and where its daemon would be."""

    def __init__(self, it: Still, socket: Path) -> None:
        self.it = it
        self.project = it.project
        self.socket = socket

    def configure(self, jobs: Mapping[str, object], *, daemon: bool = True) -> None:
        config: dict[str, object] = {"timezone": "UTC", "jobs": jobs}
        if daemon:
            config["daemon"] = {"socket": str(self.socket)}
        write_project(self.project.root, json.dumps(config))
        api.refresh(self.project)

    @contextlib.contextmanager
    def daemon(
        self, roles: dict[str, str] | None = None, mode: Mode = Mode.UP
    ) -> Iterator[list[str]]:
        """One that answers is waited for, however busy the machine is."""
        with pytest.MonkeyPatch.context() as patch:
            if mode is Mode.UP:
                patient = functools.partial(roles_told, within_ms=PATIENCE_MS)
                patch.setattr("runner.process.daemon.roles_told", patient)
            with daemon(self.socket, mode, roles) as asked:
                yield asked

    def submitted(self, job_id: str, role: str | None = None) -> str:
        """The role that a run gets by hand."""
        return self.role_of(api.submit(self.project, Order(job_id, "me", role=role)))

    def role_of(self, run_id: str) -> str:
        run = runs.find(self.project.index, run_id)
        assert run is not None
        return run.role

    def roles(self) -> dict[str, str]:
        """Of all runs, by job."""
        found = self.project.index.execute("SELECT job_id, role FROM runs")
        return dict(map(tuple, found))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    # Short: a socket's path may have no more than a hundred bytes.
    with (
        tempfile.TemporaryDirectory(dir="/tmp") as folder,
        still(tmp_path, {}, START) as it,
    ):
        yield Place(it, Path(folder) / "d.sock")


# -- what counts before what -------------------------------------------------------


def test_asked_then_the_job_then_the_daemon_then_admin(place: Place) -> None:
    place.configure({"none": HOURLY, "own": {**HOURLY, "role": "viewer"}})
    with place.daemon() as asked:
        assert place.submitted("own", "admin") == "admin"
        assert asked == []
    place.it.run_all()
    with place.daemon() as asked:
        assert place.submitted("own") == "viewer"
        assert asked == []
        assert place.submitted("none") == "member"
        assert asked == ["/roles?job=none"]
    place.it.run_all()
    assert place.submitted("none") == "admin"


def test_a_role_that_is_asked_for_needs_no_daemon(place: Place) -> None:
    place.configure({"a": HOURLY})
    with place.daemon() as asked:
        assert place.submitted("a", "viewer") == "viewer"
    assert asked == []


def test_nobody_is_asked_where_there_is_no_daemon(place: Place) -> None:
    place.configure({"a": HOURLY}, daemon=False)
    with place.daemon() as asked:
        assert place.submitted("a") == "admin"
        place.it.tick_at(START + HOUR)
    assert asked == []


@pytest.mark.parametrize("mode", NO_ANSWER)
def test_any_trouble_is_admin_and_soon(place: Place, mode: Mode) -> None:
    place.configure({"a": HOURLY})
    with place.daemon(mode=mode) as asked:
        assert told_role(place.project, "a") is None
        if mode is not Mode.CLOSES:
            wait_until(lambda: asked == ["/roles?job=a"], "the question")
        assert place.submitted("a") == "admin"


def test_a_role_that_nobody_knows_counts_for_nothing(place: Place) -> None:
    place.configure({"a": HOURLY})
    with place.daemon({"a": "emperor"}):
        assert place.submitted("a") == "admin"


def test_a_role_that_the_job_forbids_is_denied(place: Place) -> None:
    place.configure({"a": {**HOURLY, "roles": ["viewer", "admin"]}})
    with place.daemon({"a": "member"}):
        with pytest.raises(PolicyDeniedError, match="may not be started as member"):
            api.submit(place.project, Order("a", "me"))
        assert place.submitted("a", "viewer") == "viewer"


def test_the_job_knows_better_than_the_daemon(place: Place) -> None:
    place.configure({"own": {**HOURLY, "role": "viewer"}})
    _, definition = definition_of(place.project, "own")
    assert definition is not None
    assert role_for(definition, None, SCHEDULER, "member").name == "viewer"


# -- by schedule -------------------------------------------------------------------


def test_a_tick_asks_for_what_is_due_and_names_no_role(place: Place) -> None:
    later = {**HOURLY, "when": {"every": 2 * HOUR}}
    place.configure(
        {
            "a": HOURLY,
            "b": HOURLY,
            "own": {**HOURLY, "role": "viewer"},
            "later": later,
            "broken": {"comand": ["true"], "when": {"every": HOUR}},
        }
    )
    with place.daemon({"b": "viewer"}) as asked:
        place.it.tick_at(START + HOUR)
    assert sorted(asked) == ["/roles?job=a", "/roles?job=b"]
    assert place.roles() == {"a": "member", "b": "viewer", "own": "viewer"}


def test_a_tick_with_nothing_due_asks_nobody(place: Place) -> None:
    place.configure({"a": HOURLY})
    with place.daemon() as asked:
        place.it.tick_at(START + HOUR - 1)
    assert asked == []


def test_a_tick_while_the_daemon_is_down(place: Place) -> None:
    place.configure({"a": HOURLY})
    place.it.tick_at(START + HOUR)
    assert place.roles() == {"a": "admin"}


def test_what_the_schedule_may_not_start_is_declined(place: Place) -> None:
    place.configure({"a": {**HOURLY, "roles": ["admin"]}})
    with place.daemon({"a": "member"}):
        place.it.tick_at(START + HOUR)
    assert place.it.rows("a") == [Row(START + HOUR, Reason.DENIED)]
    assert place.roles() == {}


def test_the_timer_asks_before_the_instant(place: Place) -> None:
    place.configure({"a": {**HOURLY, "when": {"every": 60}}})
    place.it.tick()
    known: list[tuple[int, list[str]]] = []
    with place.daemon() as asked:

        def set_off(*_: object) -> None:
            known.append((place.it.now, [*asked]))

        Timer(place.project, "None-0", set_off).wait()
    assert known[0] == (START + 59, ["/roles?job=a"])
    assert place.it.taken("a") == [START + 60]
    assert place.roles() == {"a": "member"}


def test_all_that_are_due_share_one_short_time(place: Place) -> None:
    """A hundred questions to one that never answers delay a tick no more than one."""
    place.configure({f"j{n}": HOURLY for n in range(100)})
    with place.daemon(mode=Mode.SILENT) as asked:
        grants = grants_for(place.project, START + HOUR)
        wait_until(lambda: asked, "the first question")
    assert grants.told == {}
    assert len(asked) < 100


# -- before it is started ----------------------------------------------------------


def test_a_proposal_has_the_role_that_the_run_would_get(place: Place) -> None:
    place.configure({"none": HOURLY, "own": {**HOURLY, "role": "viewer"}})
    assert api.propose(place.project, "none", "me").role == "admin"
    with place.daemon() as asked:
        assert api.propose(place.project, "none", "me").role == "member"
        assert api.propose(place.project, "own", "me").role == "viewer"
    assert asked == ["/roles?job=none"]
    with place.daemon({"none": "emperor"}):
        assert api.propose(place.project, "none", "me").role == "admin"
