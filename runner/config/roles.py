"""`roles:` → the built-in roles with the file's changes, and the file's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from runner.config import project_keys as keys
from runner.config.draft import unknown_name
from runner.config.findings import Finding, Findings, Rejected
from runner.config.section import Fields
from runner.model.role import BUILT_IN_ROLES, Role

if TYPE_CHECKING:
    from runner.model.role import Profile

T = TypeVar("T")

ALL_ROLES = "*"


def read_roles(project: Fields) -> dict[str, Role]:
    """Every role by name. Raises Rejected."""
    findings = Findings()
    roles = dict(BUILT_IN_ROLES)
    written = project.get(keys.ROLES) or {}
    for name, fields in written.items():
        profile = fields.get(keys.PROFILE)
        base = roles.get(name)
        if base is not None:
            roles[name] = _changed(base, profile or base.profile, fields)
        elif profile is not None:
            roles[name] = _changed(Role(name, profile), profile, fields)
        else:
            message = f"roles: {name!r} is no built-in role and needs a profile"
            findings.all.append(Finding(fields.place, message))
    known = {*roles, *written, ALL_ROLES}
    for fields in written.values():
        findings.all.extend(_unknown(fields, known))
    if findings.all:
        raise Rejected(*findings.all)
    return roles


def _changed(base: Role, profile: Profile, fields: Fields) -> Role:
    """`base`, and whatever the file says otherwise."""
    env = fields.get(keys.ROLE_ENV) or Fields(fields.place, {}, {})
    return Role(
        name=base.name,
        profile=profile,
        may_trigger=_or(fields.get(keys.MAY_TRIGGER), base.may_trigger),
        env_allow=_or(env.get(keys.ENV_ALLOW), base.env_allow),
        env_deny=_or(env.get(keys.ENV_DENY), base.env_deny),
        agent_flags=_or(fields.get(keys.AGENT_FLAGS), base.agent_flags),
        daily=_or(fields.get(keys.ROLE_BUDGET), base.daily),
    )


def _or(value: T | None, otherwise: T) -> T:
    return otherwise if value is None else value


def _unknown(fields: Fields, known: set[str]) -> list[Finding]:
    return [
        Finding(
            fields.place_of(keys.MAY_TRIGGER),
            f"may_trigger: {unknown_name('role', other, known)}",
        )
        for other in fields.get(keys.MAY_TRIGGER) or ()
        if other not in known
    ]
