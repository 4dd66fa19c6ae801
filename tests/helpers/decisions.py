"""What a tester decides about jobs, and how the index is lost and found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner import api
from runner.engine.reindex import _rebuild
from runner.model.orders import Decision
from runner.store import control

if TYPE_CHECKING:
    from runner.engine.undo import Undone
    from runner.model.views import JobView
    from tests.helpers.still import Still


def by(user: str = "ann", reason: str = "", until: int | None = None) -> Decision:
    return Decision(user, reason, until)


def pause(it: Still, job_id: str = "a", until: int | None = None) -> None:
    api.pause(it.project, job_id, by(until=until))


def resume(it: Still, job_id: str = "a") -> bool:
    """Whether that changed anything."""
    return api.resume(it.project, job_id, by()).changed


def skip(it: Still, job_id: str = "a") -> int:
    return api.skip(it.project, job_id, by())


def undo(it: Still, user: str = "ann") -> Undone:
    undone = api.undo(it.project, user)
    assert undone is not None
    return undone


def view(it: Still, job_id: str = "a") -> JobView:
    return api.job_detail(it.project, job_id).view


def kept(it: Still) -> list[str]:
    """What was decided, by its kind, as control.jsonl has it."""
    entries = control.entries(it.project.state.control)
    return [str(it["what"]) for it in entries if it["what"] != "first_seen"]


def reindex(it: Still) -> None:
    """As the command does, on the clock of the test."""
    _rebuild(it.project, anew=False)


def lose_index(it: Still) -> None:
    """Forget everything that files tell again, and read them."""
    for table in ("jobs", "occurrences", "spans", "standing", "runs", "meta"):
        it.project.index.execute(f"DELETE FROM {table}")  # noqa: S608  names of ours
    _rebuild(it.project, anew=True)
