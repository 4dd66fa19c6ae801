from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from runner.engine.variables import variables_of
from runner.model.definition import Definition
from runner.model.job import Command, Job, Kind, Where
from runner.model.role import ADMIN, Profile, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

JOB = Job(id="a", kind=Kind.COMMAND, target=Command(("true",)), source=Where("f", 1, 1))
MEMBER = Role("member", Profile.WORKSPACE, env_allow=("S*",), env_deny=("SPARE",))

BASE = {"PATH": "/bin", "HOME": "/home/ann", "TOKEN": "of the base"}
FILE = {"PATH": "/opt/bin", "SHARED": "of the file", "SPARE": "x", "OTHER": "y"}
FEW = {"PATH": "/opt/bin", "HOME": "/home/ann", "SHARED": "of the file"}


@pytest.mark.parametrize("role", [ADMIN, None])
def test_the_file_goes_before_the_base(role: Role | None) -> None:
    around = variables_of(Definition(JOB, "/srv", {}), role, BASE, FILE)

    assert around.environment == {"HOME": "/home/ann", **FILE}
    assert around.known == {**BASE, **FILE}


@pytest.mark.parametrize(
    ("env", "env_pass", "expected"),
    [
        ({}, (), FEW),
        ({"SHARED": "${TOKEN}${NONE}"}, (), {**FEW, "SHARED": "of the base"}),
        ({"SPARE": "own"}, (), {**FEW, "SPARE": "own"}),
        ({"SPARE": "own"}, ("SPARE",), {**FEW, "SPARE": "x"}),
        ({}, ("TOKEN", "NONE"), {**FEW, "TOKEN": "of the base"}),
    ],
)
def test_a_role_filters_only_what_the_job_did_not_ask_for(
    env: Mapping[str, str], env_pass: tuple[str, ...], expected: Mapping[str, str]
) -> None:
    job = msgspec.structs.replace(JOB, env=env, env_pass=env_pass)
    around = variables_of(Definition(job, "/srv", {}), MEMBER, BASE, FILE)

    assert around.environment == expected
