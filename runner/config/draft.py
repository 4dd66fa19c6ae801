"""A job as far as it could be read, whatever the format it was written in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from runner.config import agent_keys
from runner.config import job_keys as keys
from runner.config.budget_keys import Allowance
from runner.config.findings import Finding
from runner.config.names import nearest
from runner.config.report import About
from runner.config.section import Fields
from runner.config.target import CUSTOM, Resolved
from runner.config.trigger import Zones
from runner.config.values import references
from runner.config.yaml_tree import Place
from runner.model.errors import Code
from runner.model.job import (
    AgentSpec,
    Expect,
    InvalidJob,
    Job,
    Kind,
    Limits,
    Notify,
    Retries,
)
from runner.model.role import Role
from runner.model.schedule import Manual, Schedule

if TYPE_CHECKING:
    from runner.config.declaration import Key


class Settings(msgspec.Struct, frozen=True):
    """What all jobs of a project share.

    Without `agents` any name will do, and any role while they are not known; without
    `base`, the base environment, any variable may be referred to. Agents `without_cost`
    do not tell what they cost.
    """

    defaults: Fields
    zones: Zones
    pools: Mapping[str, int]
    roles: Mapping[str, Role]
    roles_known: bool
    gateways: Mapping[str, str]
    agents: frozenset[str]
    without_cost: frozenset[str] = frozenset()
    base: Mapping[str, str] = {}

    @property
    def known_agents(self) -> frozenset[str] | None:
        """None where any name will do."""
        return self.agents | {CUSTOM} if self.agents else None


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """`about` names the job; `fields` have the defaults below them.

    `target` and `trigger` are where other formats say what runs, and when.
    """

    id: str
    about: About
    place: Place
    fields: Fields
    schedule: Schedule | None
    resolved: Resolved | None
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...] = ()
    input: dict[str, object] = {}
    target: Place | None = None
    trigger: Place | None = None

    def result(self) -> Job | InvalidJob:
        if self.findings or self.resolved is None or self.schedule is None:
            return self.invalid(self.findings)
        return self._job(self.resolved, self.schedule)

    def invalid(self, findings: Iterable[Finding]) -> InvalidJob:
        """The first finding in the file is the reason.

        That nothing can be run may follow from any other finding, so it comes last.
        """
        first = min(
            findings,
            key=lambda found: (
                found.code is Code.JOB_TARGET_UNRESOLVED,
                found.place.line,
                found.place.column,
            ),
        )
        return InvalidJob(
            id=self.id,
            problem=self.about.problem(first),
            kind=self.resolved.kind if self.resolved else None,
            schedule=self.schedule or Manual(),
        )

    def _job(self, resolved: Resolved, schedule: Schedule) -> Job:
        fields = self.fields
        agent = _agent(fields, resolved) if resolved.kind is Kind.AGENT else None
        return Job(
            id=self.id,
            kind=resolved.kind,
            target=resolved.target,
            source=self.about.where(self.place),
            schedule=schedule,
            description=fields.get(keys.DESCRIPTION) or "",
            category=fields.get(keys.CATEGORY) or "",
            tags=fields.get(keys.TAGS) or (),
            enabled=fields.value(keys.ENABLED),
            args=fields.get(keys.ARGS) or (),
            python=fields.get(keys.PYTHON),
            timeout=fields.value(keys.TIMEOUT),
            retries=fields.get(keys.RETRIES) or Retries(),
            limits=fields.get(keys.LIMITS) or Limits(),
            catch_up=fields.value(keys.CATCH_UP),
            misfire_grace=fields.get(keys.MISFIRE_GRACE),
            overlap=fields.value(keys.OVERLAP),
            leftovers=fields.value(keys.LEFTOVERS),
            pool=fields.get(keys.POOL) or usual_pool(resolved.kind),
            env=fields.get(keys.ENV) or {},
            env_pass=fields.get(keys.ENV_PASS) or (),
            env_file=fields.get(keys.ENV_FILE),
            input=self.input,
            params=fields.get(agent_keys.PARAMS) or {},
            role=fields.get(keys.ROLE),
            roles=fields.get(keys.ROLES) or (),
            agent=agent,
            notify=fields.get(keys.NOTIFY) or Notify(),
            expect=fields.get(keys.EXPECT) or Expect(),
        )


def _agent(fields: Fields, resolved: Resolved) -> AgentSpec:
    name = fields.get(agent_keys.AGENT) or agent_keys.USUAL_AGENT
    usual_model = agent_keys.usual_model(fields)
    usual_silence = None if name == CUSTOM else agent_keys.SILENCE.default
    allowed = fields.get(agent_keys.BUDGET) or Allowance()
    return AgentSpec(
        name=name,
        thinking_mode=fields.value(agent_keys.THINKING_MODE),
        model=fields.get(agent_keys.MODEL) or (usual_model and usual_model.name),
        template=resolved.template,
        budget=allowed.run,
        daily=allowed.daily,
        mcp=fields.get(agent_keys.MCP) or {},
        silence=fields.get(agent_keys.SILENCE, usual_silence),
        prices=fields.get(agent_keys.PRICES) or {},
    )


def usual_pool(kind: Kind) -> str:
    return "agent" if kind is Kind.AGENT else "default"


def unknown_names(fields: Fields, settings: Settings) -> list[Finding]:
    """Pools, roles and agents that `fields` name and nobody defines."""
    agents = settings.known_agents
    roles = settings.roles if settings.roles_known else None
    named: tuple[tuple[Key[object], str, Iterable[str], Iterable[str] | None], ...] = (
        (keys.POOL, "pool", _one(fields.get(keys.POOL)), settings.pools),
        (keys.ROLE, "role", _one(fields.get(keys.ROLE)), roles),
        (keys.ROLES, "role", fields.get(keys.ROLES) or (), roles),
        (agent_keys.AGENT, "agent", _one(fields.get(agent_keys.AGENT)), agents),
    )
    return [
        Finding(fields.place_of(key), unknown_name(what, name, known))
        for key, what, names, known in named
        for name in names
        if known is not None and name not in known
    ]


def unknown_name(what: str, name: str, known: Iterable[str]) -> str:
    return f"unknown {what} {name!r}: {nearest(name, sorted(known))}"


def unknown_gateways(fields: Fields, settings: Settings) -> list[Finding]:
    """A job runs without its gateways, so these are warnings."""
    notify = fields.get(keys.NOTIFY) or Notify()
    return [
        Finding(
            fields.place_of(keys.NOTIFY), f"no gateway {name!r}: nobody will be told"
        )
        for name in notify.to
        if name not in settings.gateways
    ]


def unset_variables(fields: Fields, settings: Settings) -> list[Finding]:
    """What `env` refers to and only an `env_file`, which there is not, could set.

    These are warnings: the base environment is not part of the configuration.
    """
    if not settings.base or fields.get(keys.ENV_FILE) is not None:
        return []
    return [
        Finding(fields.place_of(keys.ENV), f"env: nothing sets ${{{name}}}")
        for value in (fields.get(keys.ENV) or {}).values()
        for name in references(value)
        if name not in settings.base
    ]


def _one(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)
