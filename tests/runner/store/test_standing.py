from __future__ import annotations

from typing import TYPE_CHECKING

from runner.model.occurrence import Reason
from runner.store import standing
from runner.store.standing import StandingRow

if TYPE_CHECKING:
    from runner.store.db import Connection

NOW = 1_600_000_000
PAUSED = StandingRow("a", Reason.PAUSED, NOW * 1000, NOW + 60, "ann", "why")
DISABLED = StandingRow("a", Reason.DISABLED, NOW * 1000, None, "bob", "")


def test_each_kind_has_one_row(index: Connection) -> None:
    standing.put(index, PAUSED)
    standing.put(index, DISABLED)
    longer = PAUSED._replace(until=None, actor="eve")
    standing.put(index, longer)
    assert standing.of_job(index, "a") == {
        Reason.PAUSED: longer,
        Reason.DISABLED: DISABLED,
    }
    standing.remove(index, "a", Reason.PAUSED)
    assert standing.by_job(index) == {"a": {Reason.DISABLED: DISABLED}}
    assert standing.of_job(index, "b") == {}


def test_the_strongest_that_holds(index: Connection) -> None:
    standing.replace_all(index, [PAUSED, PAUSED._replace(job_id="b"), DISABLED])
    assert standing.reasons(index, NOW) == {
        "a": Reason.DISABLED,
        "b": Reason.PAUSED,
    }
    assert standing.reasons(index, NOW + 60) == {"a": Reason.DISABLED}
    standing.replace_all(index, [])
    assert standing.reasons(index, NOW) == {}
