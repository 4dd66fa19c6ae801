"""All that the checks compare: what was seen there and here, and the project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobconsole.doctor.facts import Facts
    from jobconsole.doctor.findings import Context


class ProjectFacts(NamedTuple):
    """The project as its index and its files have it.

    `zone` is the one that its configuration names. `broken` says why the configuration
    on disk is not in force. `unpassed` are names of `env_pass` that nobody knows, each
    with the jobs that want it. `home` is that of the user, by this shell.
    """

    config: Path
    base: Mapping[str, str] = {}
    zone: str | None = None
    jobs: int = 0
    broken: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    unpassed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    home: Path = Path("/")


class Sight(NamedTuple):
    """`there` is what a process saw that was started as jobs' are.

    It is `here` itself where that is this shell.
    """

    context: Context
    here: Facts
    there: Facts
    project: ProjectFacts
