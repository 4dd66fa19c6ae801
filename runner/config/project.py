"""What the top level of `teleclaude.yml` says, besides the jobs themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from runner.config import agent_keys, job_keys
from runner.config import project_keys as keys
from runner.config.draft import Settings, unknown_name, unknown_names
from runner.config.findings import Finding, Findings
from runner.config.node_views import repeated_keys
from runner.config.roles import read_roles
from runner.config.section import Fields, read_section
from runner.config.target import CUSTOM
from runner.config.trigger import Zones, check_zone
from runner.config.yaml_tree import ListNode, MapNode, Node
from runner.model.config import DEFAULT_POOLS
from runner.model.role import BUILT_IN_ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.config.declaration import Key
    from runner.config.surroundings import Surroundings


_FOR_ALL_JOBS: tuple[Key[object], ...] = (
    keys.TIMEZONE,
    job_keys.PYTHON,
    agent_keys.MCP,
    agent_keys.MODELS,
    agent_keys.PRICES,
)
_STAND_IN_ZONE = "UTC"
"""For a zone that was rejected, so that the jobs are checked for what else is wrong."""


class Project(msgspec.Struct, frozen=True):
    """`fatal` says that a setting which every job shares is of no use."""

    fields: Fields
    settings: Settings
    findings: tuple[Finding, ...]
    fatal: bool


def read_project(root: MapNode, around: Surroundings) -> Project:
    """Never raises: what is wrong is in the findings."""
    reading = read_section(keys.PROJECT, root)
    fields = reading.fields
    shared = Findings()
    zone = shared.attempt(lambda: _zone(fields))
    if zone is None and fields.has(keys.TIMEZONE):
        zone = _STAND_IN_ZONE
    roles = shared.attempt(lambda: read_roles(fields))
    settings = Settings(
        defaults=_defaults(fields),
        zones=Zones(zone, around.system_zone),
        pools={**DEFAULT_POOLS, **(fields.get(keys.CONCURRENCY) or {})},
        roles=roles or BUILT_IN_ROLES,
        roles_known=roles is not None and not fields.broken(keys.ROLES),
        gateways=fields.get(keys.GATEWAYS) or {},
        agents=around.agents,
        without_cost=around.without_cost,
        base=around.base,
    )
    shared.all.extend(_wrong_defaults(fields, settings))
    shared.all.extend(_unknown_agents(fields, settings))
    repeated = repeated_keys(root)
    broken = any(
        fields.broken(key) for key in keys.PROJECT.keys if key not in keys.ISOLATED
    )
    ours = {key.name for key in keys.PROJECT.keys}
    fatal = bool(
        broken or shared.all or any(entry.key.text in ours for entry in root.repeated)
    )
    others = [
        finding
        for name, entry in root.entries.items()
        if name not in ours
        for finding in _repeated_below(entry.value)
    ]
    found = (*reading.findings, *shared.all, *repeated, *others)
    return Project(fields, settings, found, fatal)


def _defaults(project: Fields) -> Fields:
    """`defaults`, and below it what the top level says for all jobs."""
    given: tuple[Key[object], ...] = tuple(
        key for key in _FOR_ALL_JOBS if project.get(key) is not None
    )
    top = Fields(
        project.place,
        {key.name: project.get(key) for key in given},
        {key.name: project.place_of(key) for key in given},
    )
    none = Fields(project.place, {}, {})
    return (project.get(keys.DEFAULTS_KEY) or none).over(top)


def _zone(project: Fields) -> str | None:
    zone = project.get(keys.TIMEZONE)
    if zone is not None:
        check_zone(zone, project.place_of(keys.TIMEZONE))
    return zone


def _wrong_defaults(project: Fields, settings: Settings) -> Iterator[Finding]:
    defaults = project.get(keys.DEFAULTS_KEY)
    if defaults is None:
        return
    yield from unknown_names(defaults, settings)
    if defaults.get(agent_keys.AGENT) == CUSTOM:
        message = "agent: custom needs a command: name it in each job"
        yield Finding(defaults.place_of(agent_keys.AGENT), message)


def _unknown_agents(project: Fields, settings: Settings) -> Iterator[Finding]:
    """Those that `models` names."""
    models = project.place_of(agent_keys.MODELS)
    known = settings.known_agents
    if known is None or not project.has(agent_keys.MODELS):
        return
    for name, entry in models.entries.items() if isinstance(models, MapNode) else ():
        if name not in known:
            message = f"models: {unknown_name('agent', name, known)}"
            yield Finding(entry.key, message)


def _repeated_below(node: Node) -> Iterator[Finding]:
    """Keys that other tools' sections define twice: no YAML at all."""
    if isinstance(node, MapNode):
        yield from repeated_keys(node)
        for entry in node.entries.values():
            yield from _repeated_below(entry.value)
    elif isinstance(node, ListNode):
        for item in node.items:
            yield from _repeated_below(item)
