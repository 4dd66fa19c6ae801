"""Reads the clocks, and finds out whether the wall clock was set since the last tick."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.store import ticks
from runner.store.ticks import Look

if TYPE_CHECKING:
    from runner.engine.project import Project

STEP_MS = 60_000
"""A smaller difference between the clocks is slewing or rounding, not a step."""


class Reading(NamedTuple):
    """All clocks at one moment, and what happened to the wall clock before it."""

    look: Look
    set_forward: bool
    set_back: bool


def look_here(project: Project) -> Look:
    """What the clocks show now."""
    clock = project.clock
    boot = project.identity.boot
    return Look(clock.wall_ms(), clock.awake_ms(), clock.continuous_ms(), boot)


def read_clocks(project: Project) -> Reading:
    look = look_here(project)
    before = ticks.last(project.index)
    if before is None:
        return Reading(look, set_forward=False, set_back=False)
    return Reading(
        look,
        set_forward=look.step_since(before) > STEP_MS,
        set_back=look.wall_ms < before.wall_ms,
    )
