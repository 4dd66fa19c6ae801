"""Which variables a job gets, as far as that is known before a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.variables import env_file_of, variables_of
from runner.model.role import ADMIN
from runner.process.environment import read_env_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.model.definition import Definition


class JobVariables(NamedTuple):
    """The environment of a job, and all that `env_pass` may name.

    `unknown` are names in `env_pass` that are not among it. The rest holds secrets: it
    stays in this process.
    """

    environment: Mapping[str, str]
    known: Mapping[str, str]
    unknown: tuple[str, ...]


def expected_variables(definition: Definition, base: Mapping[str, str]) -> JobVariables:
    """Those of a run that the schedule starts."""
    job = definition.job
    role = definition.roles.get(job.role or ADMIN.name)
    path = env_file_of(definition, base)
    # To read a FIFO would wait for ever, or take from a run what is meant for it.
    file = read_env_file(path) if path is not None and path.is_file() else {}
    environment, known = variables_of(definition, role, base, file)
    unknown = tuple(name for name in job.env_pass if name not in known)
    return JobVariables(environment, known, unknown)
