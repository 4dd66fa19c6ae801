from __future__ import annotations

import msgspec
import pytest

from runner.engine.authority import SCHEDULER, Actor, operator, role_for
from runner.model.definition import Definition
from runner.model.errors import PolicyDeniedError
from runner.model.job import Command, Job, Kind, Where
from runner.model.role import ADMIN, BUILT_IN_ROLES, MEMBER, VIEWER, Profile, Role

LIMITED = Role("limited", Profile.READ_ONLY, may_trigger=("member",))
ROLES = {**BUILT_IN_ROLES, "limited": LIMITED}
JOB = Job(id="a", kind=Kind.COMMAND, target=Command(("true",)), source=Where("f", 1, 1))


def definition(role: str | None = None, *roles: str) -> Definition:
    return Definition(msgspec.structs.replace(JOB, role=role, roles=roles), "/", ROLES)


@pytest.mark.parametrize(
    ("asked", "of_job", "given"),
    [
        (None, None, "admin"),
        (None, "member", "member"),
        ("viewer", "member", "viewer"),
        ("limited", None, "limited"),
    ],
)
def test_what_is_asked_for_comes_before_the_job(
    asked: str | None, of_job: str | None, given: str
) -> None:
    assert role_for(definition(of_job), asked, operator("me")).name == given


@pytest.mark.parametrize(
    ("actor", "asked", "allowed"),
    [
        (ADMIN, "member", True),
        (ADMIN, "admin", True),
        (MEMBER, "viewer", True),
        (MEMBER, "member", True),
        (MEMBER, "admin", False),
        (VIEWER, "member", False),
        (VIEWER, "limited", False),
        (LIMITED, "member", True),
        (LIMITED, "admin", False),
    ],
)
def test_anyone_may_narrow_and_few_may_widen(
    actor: Role, asked: str, allowed: bool
) -> None:
    who = Actor("run 1", actor)
    if allowed:
        assert role_for(definition(), asked, who).name == asked
    else:
        with pytest.raises(PolicyDeniedError, match=f"may not start as {asked}"):
            role_for(definition(), asked, who)


def test_a_job_may_choose_who_starts_it() -> None:
    chosen = definition(None, "member", "viewer")
    assert role_for(chosen, "viewer", SCHEDULER).name == "viewer"
    with pytest.raises(PolicyDeniedError, match="a may not be started as admin"):
        role_for(chosen, None, SCHEDULER)


def test_an_unknown_role_is_refused_with_those_there_are() -> None:
    with pytest.raises(PolicyDeniedError, match="no role root") as refused:
        role_for(definition(), "root", SCHEDULER)
    assert "admin, limited, member, viewer" in refused.value.hint
