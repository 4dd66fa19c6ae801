"""What happened between two looks, as far as their clocks tell. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.clocks import STEP_MS
from runner.model.system import Absence, Gap
from runner.store.ticks import GRACE_SECONDS, Ordinary

if TYPE_CHECKING:
    from runner.store.ticks import Look

ASLEEP_MS = 10_000
"""A shorter sleep explains nothing."""

ORDINARY = Ordinary(GRACE_SECONDS * 1000, ASLEEP_MS)


class Between(NamedTuple):
    """Two looks that follow each other.

    After the first one the next was to come in `period` seconds. Across a boot only
    what came after it is known.
    """

    before: Look
    after: Look
    period: int

    @property
    def restarted(self) -> bool:
        return self.before.boot != self.after.boot

    @property
    def passed_ms(self) -> int:
        """How much time passed, however the wall clock was set meanwhile."""
        clock = self.after.wall_ms - self.before.wall_ms
        if not self.restarted:
            clock = self.after.continuous_ms - self.before.continuous_ms
        return max(clock, 0)

    @property
    def awake_ms(self) -> int:
        began = 0 if self.restarted else self.before.awake_ms
        return max(self.after.awake_ms - began, 0)

    @property
    def asleep_ms(self) -> int:
        asleep = self.after.continuous_ms - self.after.awake_ms
        if not self.restarted:
            asleep -= self.before.continuous_ms - self.before.awake_ms
        return asleep if asleep >= ASLEEP_MS else 0

    @property
    def booted_ms(self) -> int | None:
        """By the wall clock; None where it is the same boot."""
        if not self.restarted:
            return None
        booted = self.after.wall_ms - self.after.continuous_ms
        return min(max(booted, self.before.wall_ms), self.after.wall_ms)

    @property
    def set_ms(self) -> int:
        """By how much the wall clock was set, forward or back (negative)."""
        step = self.after.step_since(self.before)
        return step if abs(step) > STEP_MS else 0

    @property
    def agreed_ms(self) -> int:
        """How long the machine may be awake without a tick.

        Most drivers go by the calendar: around a sleep they may call up to a period
        before it, and up to another one after it.
        """
        periods = 2 if self.asleep_ms else 1
        return (periods * self.period + GRACE_SECONDS) * 1000

    @property
    def uncalled_ms(self) -> int:
        """How long it was awake, where that is longer than agreed."""
        return self.awake_ms if self.awake_ms > self.agreed_ms else 0

    @property
    def cause(self) -> Absence | None:
        """What is most to blame; None where nobody was away for longer than agreed."""
        if self.restarted:
            return Absence.OFF
        if self.uncalled_ms:
            return Absence.NOT_CALLED
        return Absence.ASLEEP if self.asleep_ms else None

    @property
    def is_long(self) -> bool:
        """Whether nobody looked for longer than agreed, for whatever reason."""
        return self.passed_ms > (self.period + GRACE_SECONDS) * 1000

    def gap(self) -> Gap | None:
        if self.cause is None:
            return None
        return Gap(
            since_ms=self.before.wall_ms,
            until_ms=self.after.wall_ms,
            cause=self.cause,
            asleep_ms=self.asleep_ms,
            booted_ms=self.booted_ms,
            uncalled_ms=self.uncalled_ms,
        )
