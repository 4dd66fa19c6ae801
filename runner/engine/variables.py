"""Which variables a job gets of those that are there for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from runner.engine.plan import Surroundings
from runner.process.environment import AGENT_KEYS, expand, is_usual, matches_any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.model.definition import Definition
    from runner.model.role import Role


def variables_of(
    definition: Definition,
    role: Role | None,
    base: Mapping[str, str],
    file: Mapping[str, str],
    scratch: Path | None = None,
) -> Surroundings:
    """The base and what the `env_file` holds, filtered by the role; `env`; `env_pass`.

    Without a role nothing is filtered for it. What tells a run who it is comes later.
    """
    job = definition.job
    given = {name: value for name, value in base.items() if is_usual(name)}
    given.update(file)
    known = {**base, **given}
    environment = {
        name: value
        for name, value in given.items()
        if _allowed(name, definition, role, base)
    }
    if scratch is not None:
        environment["TMPDIR"] = str(scratch)
    environment.update({name: expand(text, known) for name, text in job.env.items()})
    environment.update({name: known[name] for name in job.env_pass if name in known})
    return Surroundings(environment, known)


def env_file_of(definition: Definition, base: Mapping[str, str]) -> Path | None:
    """Where it is, whether or not it is there."""
    text = definition.job.env_file
    if text is None:
        return None
    home = base.get("HOME", "")
    expanded = f"{home}{text[1:]}" if text.startswith("~/") else text
    return Path(definition.root) / expanded


def _allowed(
    name: str, definition: Definition, role: Role | None, base: Mapping[str, str]
) -> bool:
    job = definition.job
    if name in job.env_pass:
        return True
    if job.agent is not None and matches_any(name, AGENT_KEYS):
        return False
    if role is None:
        return True
    if role.env_allow and name not in base and not matches_any(name, role.env_allow):
        return False
    return not matches_any(name, role.env_deny)
