"""Keeps the index in step with the configuration; a broken edit changes nothing.

Light by itself: a tick whose configuration is unchanged compares a fingerprint and
imports no parser.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from runner import __version__
from runner.config.fingerprint import Sources, fingerprint
from runner.model.errors import ConfigInvalidError
from runner.process.clock import system_timezone, zone_data_stamp
from runner.process.environment import load_base
from runner.store import meta

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.config.loader import Loaded
    from runner.engine.project import Project
    from runner.model.config import Config

LOCK_WAIT_MS = 2_000


def versions() -> str:
    """Program and zone data: the same file may mean something else under others."""
    return f"{__version__} {zone_data_stamp()}"


def is_current(project: Project) -> bool:
    """Whether the index holds the configuration as it is on disk now."""
    kept = meta.get(project.index, meta.FINGERPRINT)
    sources = meta.get(project.index, meta.SOURCES)
    if kept is None or sources is None:
        return False
    now = fingerprint(Sources.from_text(sources), project.system_zone(), versions())
    return now == kept


def refresh(project: Project) -> None:
    """Bring the index up to date, one process at a time.

    Where somebody else holds the runner lock, he does it. Raises ConfigInvalidError
    where the configuration is broken and none was ever good.
    """
    if not is_current(project):
        with project.runner_lock(LOCK_WAIT_MS) as held:
            if held:
                refresh_under_lock(project)
    demand_some_configuration(project)


def refresh_if_free(project: Project) -> None:
    """As `refresh`, but leave it to the holder of the lock if there is one."""
    if is_current(project):
        return
    with project.runner_lock() as held:
        if held:
            refresh_under_lock(project)


def refresh_under_lock(project: Project) -> bool:
    """Read the configuration if it changed; whether it did.

    The caller holds the runner lock.
    """
    if is_current(project):
        return False
    from runner.engine.apply import apply_configuration

    apply_configuration(project, load_anew(project))
    return True


def load_anew(project: Project) -> Loaded:
    """The configuration as it is on disk now, whatever is in force."""
    return _load(project.config, project.base(), project.start)


def broken(project: Project) -> list[str]:
    """Why the configuration on disk is not the one in force; empty if it is."""
    problems = json.loads(meta.get(project.index, meta.BROKEN) or "[]")
    in_force = meta.get(project.index, meta.IN_FORCE) is not None
    effect = "; the last good configuration stays in force" if in_force else ""
    return [f"{problem}{effect}" for problem in problems]


def demand_some_configuration(project: Project) -> None:
    """Raise ConfigInvalidError unless a configuration is in force."""
    if meta.get(project.index, meta.IN_FORCE):
        return
    problems = broken(project) or [f"{project.config} could not be read"]
    raise ConfigInvalidError(
        problems[0], hint="Run `jobconsole validate` for all problems."
    )


def read_config(config: Path, start: Mapping[str, str], home: Path) -> Config:
    """Read a configuration and touch nothing; for `validate`."""
    from runner.config.locate import state_dir_of
    from runner.store.folders import StateDir

    state = StateDir(state_dir_of(config, home))
    return _load(config, load_base(state.base_environment) or {}, start).config


def _load(config: Path, base: Mapping[str, str], start: Mapping[str, str]) -> Loaded:
    from runner.agents.registry import AGENT_NAMES, WITHOUT_COST
    from runner.config.loader import Surroundings, load

    home = Path(base.get("HOME") or start.get("HOME") or "/")
    around = Surroundings(
        home=home,
        system_zone=system_timezone(base.get("TZ")),
        base=base,
        agents=AGENT_NAMES,
        without_cost=WITHOUT_COST,
    )
    return load(config, around)
