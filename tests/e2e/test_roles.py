"""Roles: what a child is told of its own, and who may start what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.errors import Code, PolicyDeniedError
from runner.model.orders import Order
from runner.model.run import RunStatus
from tests.helpers.processes import python_program
from tests.helpers.project import ended, run_job
from tests.helpers.site import error_log_of, log_of, receipt_of, site

if TYPE_CHECKING:
    from pathlib import Path

TELLS_ROLE = (
    'echo "$JOBCONSOLE_ROLE" "$TELECLAUDE_JOB_ROLE" "$(cat "$JOBCONSOLE_ROLE_FILE")"'
)
AGENT = """
    #!/bin/sh
    printf 'asked: '
    cat
    echo
    echo "$@"
"""


@pytest.mark.parametrize(
    ("asked", "of_the_job", "role"),
    [
        (None, None, "admin"),
        (None, "member", "member"),
        ("viewer", "member", "viewer"),
        ("clerk", None, "clerk"),
    ],
)
def test_a_child_is_told_its_role(
    tmp_path: Path, asked: str | None, of_the_job: str | None, role: str
) -> None:
    job = {"command": TELLS_ROLE} | ({"role": of_the_job} if of_the_job else {})
    config = {"roles": {"clerk": {"profile": "workspace"}}, "jobs": {"a": job}}
    with site(tmp_path, config) as project:
        run_id = api.submit(project, Order("a", "tester", role=asked))
        assert ended(project, run_id).role == role
        assert log_of(project, run_id) == f"{role} {role} {role}\n"
        assert receipt_of(project, run_id).role == role


def test_a_job_says_who_may_start_it(tmp_path: Path) -> None:
    job = {"command": ["true"], "roles": ["member", "admin"]}
    with site(tmp_path, {"jobs": {"a": job}}) as project:
        assert run_job(project, "a").status is RunStatus.SUCCEEDED
        with pytest.raises(PolicyDeniedError, match="may not be started as viewer"):
            api.submit(project, Order("a", "tester", role="viewer"))
        with pytest.raises(PolicyDeniedError, match="there is no role boss"):
            api.submit(project, Order("a", "tester", role="boss"))


@pytest.mark.parametrize(
    ("outer", "inner", "allowed"),
    [
        ("member", "member", True),
        ("member", "viewer", True),
        ("member", "admin", False),
        ("viewer", "member", False),
        ("lead", "member", True),
        ("lead", "admin", False),
    ],
)
def test_a_run_gives_no_more_than_it_may(
    tmp_path: Path, outer: str, inner: str, allowed: bool
) -> None:
    """A run asked for inside a run: narrowing is free, widening needs leave."""
    asking = [*python_program("ask_for.py"), str(tmp_path / "teleclaude.yml"), "inner"]
    config = {
        "roles": {"lead": {"profile": "read-only", "may_trigger": ["member"]}},
        "jobs": {
            "outer": {"command": asking, "role": outer},
            "inner": {"command": ["true"], "role": inner},
        },
    }
    with site(tmp_path, config) as project:
        view = run_job(project, "outer")
        assert (view.status is RunStatus.SUCCEEDED) is allowed
        if allowed:
            run = ended(project, log_of(project, view.run_id).strip())
            assert run.role == inner
        else:
            said = error_log_of(project, view.run_id)
            assert f"may not start as {inner}" in said


def test_a_role_filters_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PLAIN=1\nDB_URL=x\nDB_USER=y\nPASSED=z\n", "utf-8")
    config = {
        "roles": {
            "denied": {"profile": "workspace", "env": {"deny": ["DB_*"]}},
            "chosen": {"profile": "workspace", "env": {"allow": ["DB_*"]}},
        },
        "jobs": {
            "a": {
                "command": "env | grep -E '^(PLAIN|DB_|PASSED|HOME)' | cut -d= -f1 | sort",
                "env_file": ".env",
                "env_pass": ["PASSED"],
            }
        },
    }
    with site(tmp_path, config) as project:
        seen = {}
        for role in ("admin", "denied", "chosen"):
            run_id = api.submit(project, Order("a", "tester", role=role))
            ended(project, run_id)
            seen[role] = log_of(project, run_id).split()
    assert seen == {
        "admin": ["DB_URL", "DB_USER", "HOME", "PASSED", "PLAIN"],
        "denied": ["HOME", "PASSED", "PLAIN"],
        "chosen": ["DB_URL", "DB_USER", "HOME", "PASSED"],
    }


def test_a_custom_agent_gets_its_prompt_on_stdin(tmp_path: Path) -> None:
    words = ["{job}", "{role}", "{profile}", "{thinking_mode}", "{other}"]
    config = {
        "roles": {"clerk": {"profile": "workspace", "agent_flags": {"custom": ["-x"]}}},
        "jobs": {
            "ask": {
                "agent": "custom",
                "command": ["tools/agent.sh", *words],
                "prompt": "Line one\nand $two `three`",
                "thinking_mode": "slow",
                "role": "clerk",
                "args": ["last"],
            }
        },
    }
    files = {"tools/agent.sh": AGENT.lstrip()}
    with site(tmp_path, config, files) as project:
        view = run_job(project, "ask")
        receipt = receipt_of(project, view.run_id)
        folder = api.run_detail(project, view.run_id).folder
        assert view.status is RunStatus.SUCCEEDED, error_log_of(project, view.run_id)
        assert folder.prompt.read_text("utf-8") == "Line one\nand $two `three`"
    assert receipt.kind == "agent"
    assert receipt.message == (
        "asked: Line one\nand $two `three`\nask clerk workspace slow {other} -x last"
    )


def test_an_agent_is_told_to_read_its_document(tmp_path: Path) -> None:
    path = "docs/project/spec/jobs/bug-hunter.md"
    job = {"job": "bug-hunter", "agent": "custom", "command": ["cat"]}
    with site(tmp_path, {"jobs": {"hunt": job}}, {path: "# Hunt\n"}) as project:
        view = run_job(project, "hunt")
        assert log_of(project, view.run_id) == (
            f"You are running the hunt job. Read @{path} for your full instructions."
        )


def test_an_agent_that_is_not_there(tmp_path: Path) -> None:
    job = {"agent": "custom", "command": ["no-such-agent"], "prompt": "Hello"}
    with site(tmp_path, {"jobs": {"a": job}}) as project:
        view = run_job(project, "a")
    assert view.error_code == Code.AGENT_UNAVAILABLE


def test_an_agent_gets_no_keys_of_other_tools(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from the shell")
    (tmp_path / ".env").write_text("OPENAI_API_KEY=a\nANTHROPIC_API_KEY=b\n", "utf-8")
    agent = {
        "agent": "custom",
        "command": ["sh", "-c", "env | grep _API_KEY | cut -d= -f1"],
        "prompt": "Hello",
        "env_file": ".env",
    }
    config = {
        "jobs": {
            "none": {**agent, "command": ["sh", "-c", "env | grep -c _API_KEY; true"]},
            "one": {**agent, "env_pass": ["ANTHROPIC_API_KEY"]},
        }
    }
    with site(tmp_path, config) as project:
        assert log_of(project, run_job(project, "none").run_id) == "0\n"
        assert log_of(project, run_job(project, "one").run_id) == "ANTHROPIC_API_KEY\n"
