"""A run as it is carried out: what is known of it, and how it is started."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.process.environment import looks_secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runner.engine.agent.engage import Engaged
    from runner.model.definition import Definition
    from runner.store.events import EventLog
    from runner.store.folders import RunFolder
    from runner.store.runs import Claim

_SECRET_LENGTH = 6
"""A shorter value is no secret worth hiding, and hiding it would garble the text."""


class Plan(NamedTuple):
    """How a run is executed. `timeout_ms` is awake time of one attempt."""

    argv: tuple[str, ...]
    cwd: Path
    environment: dict[str, str]
    prompt: str | None
    agent: Engaged | None
    timeout_ms: int
    target: str
    scratch: Path | None = None

    def secrets(self) -> list[str]:
        """Values that must not appear in what we write, longer ones first."""
        variables = [*self.environment.items()]
        if self.agent is not None:
            variables += self.agent.variables
        found = {
            value
            for name, value in variables
            if looks_secret(name) and len(value) >= _SECRET_LENGTH
        }
        return sorted(found, key=len, reverse=True)


class Execution(NamedTuple):
    """The run that is executed, and where it leaves word.

    `scratch` is a folder for an agent alone; None for other jobs.
    """

    claim: Claim
    definition: Definition
    folder: RunFolder
    events: EventLog
    scratch: Path | None = None


class Surroundings(NamedTuple):
    """The child's environment, and all that `${NAME}` may refer to."""

    environment: dict[str, str]
    known: Mapping[str, str]
