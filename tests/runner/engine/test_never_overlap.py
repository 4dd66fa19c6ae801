"""Spans and rows never overlap, whatever happens in whatever order."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.still import assert_disjoint, at, still

if TYPE_CHECKING:
    from tests.helpers.still import Still

START = at("2020-01-01 00:00")


class Pass(NamedTuple):
    """Seconds go by, then somebody looks."""

    seconds: int

    def act(self, it: Still) -> None:
        it.clock.advance(self.seconds * 1000)
        it.decide()


class Set(NamedTuple):
    """Somebody sets the clock by so many seconds, then somebody looks or does not."""

    seconds: int
    look: bool

    def act(self, it: Still) -> None:
        it.clock.set_wall(it.clock.wall_ms() + self.seconds * 1000)
        if self.look:
            it.decide()


class Edit(NamedTuple):
    """Another interval, catch-up, or none of it; the next look finds out."""

    interval: int
    catch_up: str
    enabled: bool

    def act(self, it: Still) -> None:
        when = {"every": self.interval}
        keys = {"when": when, "catch_up": self.catch_up, "enabled": self.enabled}
        it.configure({"a": keys})


class Leave(NamedTuple):
    """The job leaves the configuration."""

    def act(self, it: Still) -> None:
        it.configure({})
        it.decide()


class Work(NamedTuple):
    """Everything that is queued runs to its end."""

    def act(self, it: Still) -> None:
        it.run_all()


Deed = Pass | Set | Edit | Leave | Work

enabled = st.sampled_from([True, True, False])
passes = st.builds(Pass, st.sampled_from([10, 60, 130, 400]))
sets = st.builds(Set, st.integers(-12, 6).map(lambda n: n * 30), st.booleans())
edits = st.builds(
    Edit,
    st.sampled_from([60, 60, 60, 90, 7]),
    st.sampled_from(["latest", "none", "all"]),
    enabled,
)
deeds: st.SearchStrategy[Deed] = st.one_of(
    passes, passes, passes, sets, sets, edits, st.builds(Leave), st.builds(Work)
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(deeds, min_size=8, max_size=24))
def test_no_instant_is_decided_twice(history: list[Deed]) -> None:
    jobs = {"a": {"when": {"every": 60}}}
    with tempfile.TemporaryDirectory() as root, still(Path(root), jobs, START) as it:
        for deed in history:
            deed.act(it)
            assert_disjoint(it, "a")
