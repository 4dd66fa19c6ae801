"""A clock that stands still until a test sets it."""

from __future__ import annotations


class FakeClock:
    """Implements `runner.process.clock.Clock`. Sleeping moves it forward at once."""

    def __init__(self, wall_ms: int) -> None:
        self._wall_ms = wall_ms
        self._awake_ms = 0
        self._continuous_ms = 0

    def wall_ms(self) -> int:
        return self._wall_ms

    def awake_ms(self) -> int:
        return self._awake_ms

    def continuous_ms(self) -> int:
        return self._continuous_ms

    def sleep(self, ms: int) -> None:
        self.advance(max(ms, 0))

    def advance(self, ms: int) -> None:
        """Time passes while the machine is awake."""
        self.suspend(ms)
        self._awake_ms += ms

    def suspend(self, ms: int) -> None:
        """Time passes while the machine sleeps."""
        self._wall_ms += ms
        self._continuous_ms += ms

    def reboot(self, off_ms: int) -> None:
        """The machine is off for a time; then all clocks but the wall's begin anew."""
        self._wall_ms += off_ms
        self._awake_ms = self._continuous_ms = 0

    def set_wall(self, wall_ms: int) -> None:
        """Somebody sets the clock."""
        self._wall_ms = wall_ms
