"""Shortly before an instant, and at it: what all do who wait for what falls due."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine import admit
from runner.engine.clocks import read_clocks
from runner.engine.enqueue import enqueue_at
from runner.engine.grants import grants_for
from runner.engine.repair import repair_if_free
from runner.store.db import transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.engine.clocks import Reading
    from runner.engine.enqueue import Enqueued
    from runner.engine.grants import Grants
    from runner.engine.project import Project
    from runner.store.workers import WorkerRow

LEAD_MS = 1_000
"""How long before an instant those come who will be needed at it."""

LINGER_MS = 1_000
"""How long after it they wait for what they came for."""


class Struck(NamedTuple):
    """What an instant brought, and the workers to be started for it."""

    enqueued: Enqueued
    appointed: list[WorkerRow]


class Instants:
    """Gets ready for instants (epoch seconds), and decides them when they come.

    `set_off` starts workers, who wait for work until a time in milliseconds.
    """

    def __init__(
        self, project: Project, set_off: Callable[[list[WorkerRow], int], None]
    ) -> None:
        self._project = project
        self._set_off = set_off
        self._ready_for: int | None = None
        self._grants: Grants | None = None

    def is_ready_for(self, due: int) -> bool:
        return self._ready_for == due

    def get_ready(self, due: int, *, spare: int) -> None:
        """Clear away the dead, ask who has which role, and have workers come.

        `spare` of them are not needed: whoever asks takes a run himself.
        """
        self._ready_for = due
        repair_if_free(self._project)
        self._grants = grants_for(self._project, due)
        with transaction(self._project.index):
            coming = admit.appoint_ahead(self._project, due, spare)
        self._set_off(coming, due * 1000 + LINGER_MS)

    def strike(self, take: Callable[[Reading], None]) -> Struck:
        """Enqueue what is due and appoint who is missing.

        `take` is called in between, in the same transaction.
        """
        project = self._project
        # One who slept over the instant has more to decide than was asked about.
        due = self._ready_for or 0
        asked = self._grants if project.now() <= due + LINGER_MS // 1000 else None
        grants = asked or grants_for(project, project.now())
        with transaction(project.index, durable=True):
            reading = read_clocks(project)
            enqueued = enqueue_at(project.index, reading, grants)
            take(reading)
            appointed = admit.appoint(project)
        return Struck(enqueued, appointed)
