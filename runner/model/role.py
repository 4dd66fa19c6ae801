"""Roles: under which permissions a run acts, and who may start it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from runner.model.budget import NO_BUDGET, Budget


class Profile(StrEnum):
    """What an agent may touch."""

    FULL = "full"
    WORKSPACE = "workspace"
    READ_ONLY = "read-only"


class Role(msgspec.Struct, frozen=True):
    """A named set of permissions.

    `env_allow`/`env_deny` are shell-style patterns on names of variables; an empty
    allow list allows all. `agent_flags` maps an agent's name to extra arguments.
    `daily` bounds what all agents together may use under the role in a day.
    """

    name: str
    profile: Profile
    may_trigger: tuple[str, ...] = ()
    env_allow: tuple[str, ...] = ()
    env_deny: tuple[str, ...] = ()
    agent_flags: dict[str, tuple[str, ...]] = {}
    daily: Budget = NO_BUDGET

    def may_start_as(self, other: Role) -> bool:
        """Narrowing is always allowed; the rest needs `may_trigger`."""
        return (
            other.name == self.name
            or other.name in self.may_trigger
            or "*" in self.may_trigger
            or BREADTH[other.profile] < BREADTH[self.profile]
        )


BREADTH: dict[Profile, int] = {
    Profile.READ_ONLY: 0,
    Profile.WORKSPACE: 1,
    Profile.FULL: 2,
}

ADMIN = Role("admin", Profile.FULL, may_trigger=("*",))
MEMBER = Role("member", Profile.WORKSPACE)
VIEWER = Role("viewer", Profile.READ_ONLY)
BUILT_IN_ROLES: dict[str, Role] = {role.name: role for role in (ADMIN, MEMBER, VIEWER)}
