"""Which variables a job gets, as far as that is known before a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from runner.process.environment import (
    AGENT_KEYS,
    expand,
    is_usual,
    matches_any,
    read_env_file,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.model.definition import Definition
    from runner.model.role import Role

_USUAL_ROLE = "admin"


class JobVariables(NamedTuple):
    """The environment of a job, and all that `env_pass` may name.

    `unknown` are names in `env_pass` that are not among it. The rest holds secrets: it
    stays in this process.
    """

    environment: Mapping[str, str]
    known: Mapping[str, str]
    unknown: tuple[str, ...]


def variables_of(definition: Definition, base: Mapping[str, str]) -> JobVariables:
    """The base, `env_file`, `env`, `env_pass`, filtered by the role."""
    job = definition.job
    role = definition.roles.get(job.role or _USUAL_ROLE)
    given = {name: value for name, value in base.items() if is_usual(name)}
    known = dict(base)
    file = env_file_of(definition, base)
    if file is not None and file.is_file():  # to read a FIFO would wait for ever
        given.update(read_env_file(file))
        known.update(given)
    environment = {
        name: value
        for name, value in given.items()
        if _allowed(name, definition, role, base)
    }
    environment |= {name: expand(text, known) for name, text in job.env.items()}
    environment |= {name: known[name] for name in job.env_pass if name in known}
    unknown = tuple(name for name in job.env_pass if name not in known)
    return JobVariables(environment, known, unknown)


def env_file_of(definition: Definition, base: Mapping[str, str]) -> Path | None:
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
