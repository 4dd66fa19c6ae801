"""Every key of a job, read and defaulted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.model.budget import Budget
from runner.model.job import (
    AgentSpec,
    Backoff,
    CatchUp,
    Command,
    Expect,
    Kind,
    Leftovers,
    Limits,
    Notify,
    Overlap,
    Prompt,
    Retries,
    ThinkingMode,
    Where,
)
from runner.model.mcp import McpServer
from runner.model.schedule import Manual

if TYPE_CHECKING:
    from tests.runner.config.folder import Folder

RUN = "command: [true]"


def test_a_job_that_says_little_has_the_defaults(folder: Folder) -> None:
    job = folder.body(RUN)
    assert job.target == Command(("true",))
    assert job.kind is Kind.COMMAND
    assert job.source == Where("teleclaude.yml", 2, 3)
    assert job.schedule == Manual()
    assert (job.enabled, job.timeout, job.pool) == (True, 1800, "default")
    assert job.retries == Retries(max=0)
    assert (job.role, job.roles, job.agent) == (None, (), None)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("description: 2026 plans", "description", "2026 plans"),
        ("description: 1.10", "description", "1.10"),
        ("category: system", "category", "system"),
        ("enabled: false", "enabled", False),
        ("tags: [ai, 7]", "tags", ("ai", "7")),
        ('args: [--fast, 1.10, ""]', "args", ("--fast", "1.10", "")),
        ("python: .venv/bin/python", "python", ".venv/bin/python"),
        ("timeout: 90", "timeout", 90),
        ("timeout: 1h30m", "timeout", 5400),
        ("retries: 3", "retries", Retries(max=3)),
        (
            "retries: {max: 3, backoff: fixed, delay: 5s, max_delay: 10m}",
            "retries",
            Retries(3, Backoff.FIXED, 5, 600),
        ),
        ("retries: {max: 1, delay: 1h}", "retries", Retries(1, delay=3600, max_delay=3600)),
        ("retries: {max: 1, on: [job_lost]}", "retries", Retries(1, on=("job_lost",))),
        (
            "limits: {memory: 1GiB, cpu: 5m, output: 256MiB}",
            "limits",
            Limits(2**30, 300, 256 * 2**20),
        ),
        ("limits: {memory: null}", "limits", Limits()),
        ("catch_up: none", "catch_up", CatchUp.NONE),
        ("misfire_grace: 2h", "misfire_grace", 7200),
        ("overlap: queue", "overlap", Overlap.QUEUE),
        ("leftovers: fail", "leftovers", Leftovers.FAIL),
        ("pool: agent", "pool", "agent"),
        ("env: {N: 1.10, B: true, E: '', R: 'x${HOME}'}", "env", {"N": "1.10", "B": "true", "E": "", "R": "x${HOME}"}),
        ("env_pass: [GITHUB_TOKEN]", "env_pass", ("GITHUB_TOKEN",)),
        ("env_file: ~/.teleclaude/.env", "env_file", "~/.teleclaude/.env"),
        ("role: member", "role", "member"),
        ("roles: [admin, member]", "roles", ("admin", "member")),
        ("expect: {files: [reports/*.md]}", "expect", Expect(("reports/*.md",))),
        ("notify: {on: [failure], to: [ops]}", "notify", Notify(("failure",), ("ops",))),
    ],
)  # fmt: skip
def test_keys(folder: Folder, line: str, field: str, value: object) -> None:
    assert getattr(folder.body(RUN, line), field) == value


def test_a_shell_command_is_one_word_of_argv(folder: Folder) -> None:
    assert folder.body("command: make report").target == Command(("make report",), True)


def test_an_agent_job(folder: Folder) -> None:
    job = folder.body(
        "prompt: Say hello",
        "agent: codex",
        "thinking_mode: slow",
        "budget: {usd: 0.50, tokens: 200k, turns: 40}",
        "mcp: {files: {command: [bin/mcp, 1], env: {LEVEL: info}}}",
    )
    assert (job.kind, job.target, job.pool) == (
        Kind.AGENT,
        Prompt("Say hello"),
        "agent",
    )
    assert job.agent == AgentSpec(
        name="codex",
        thinking_mode=ThinkingMode.SLOW,
        budget=Budget(0.5, 200_000, 40),
        mcp={"files": McpServer(("bin/mcp", "1"), {"LEVEL": "info"})},
        silence=600,
    )


def test_defaults_stand_in_for_what_a_job_does_not_say(folder: Folder) -> None:
    text = """
defaults:
  timeout: 5m
  retries: {max: 2, delay: 1s}
  agent: gemini
  env: {A: below, B: below}
  misfire_grace: 1h
  pool: default
jobs:
  a: {prompt: x}
  b: {prompt: x, timeout: 1m, agent: codex, env: {B: own}, misfire_grace: null}
"""
    a, b = folder.job(text, "a"), folder.job(text, "b")
    assert (a.timeout, b.timeout) == (300, 60)
    assert a.retries == b.retries == Retries(2, delay=1)
    assert (a.env, b.env) == ({"A": "below", "B": "below"}, {"A": "below", "B": "own"})
    assert (a.misfire_grace, b.misfire_grace) == (3600, None)
    assert a.agent is not None
    assert b.agent is not None
    assert (a.agent.name, b.agent.name) == ("gemini", "codex")
    assert a.pool == "default"


def test_the_top_level_says_python_and_mcp_for_all(folder: Folder) -> None:
    job = folder.job("""
python: py/bin/python
mcp: {one: {command: [a]}, two: {command: [b]}}
defaults: {mcp: {three: {command: [c]}}}
jobs: {a: {prompt: x, mcp: {two: {command: [mine]}}}}
""")
    assert job.python == "py/bin/python"
    assert job.agent is not None
    assert {name: server.command for name, server in job.agent.mcp.items()} == {
        "one": ("a",),
        "two": ("mine",),
        "three": ("c",),
    }


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("timout: 5m", "3:5: job_invalid_spec: unknown key 'timout' in a job: did you mean 'timeout'?"),
        ("timeout: 5\n    timeout: 6", "4:5: job_invalid_spec: 'timeout' is defined twice: first in line 3, column 5"),
        ("<<: {}", "3:5: job_invalid_spec: a job: YAML 1.2 has no merge keys, only aliases"),
        ("xyzzy: 5", "3:5: job_invalid_spec: unknown key 'xyzzy' in a job: known are description, enabled, script, command, prompt, prompt_file, job, args, params, when, schedule, preferred_hour, preferred_weekday, preferred_day, timeout, retries, limits, overlap, leftovers, catch_up, misfire_grace, pool, python, env, env_pass, env_file, role, agent, model, thinking_mode, silence, budget, mcp, notify, roles, expect, tags, category, type"),
        ("timeout: 1.5", "3:14: job_invalid_spec: timeout: must be a duration, not '1.5'"),
        ("timeout: 0", "3:14: job_invalid_spec: timeout: '0' is too small: at least 1"),
        ("timeout: -5", "3:14: job_invalid_spec: timeout: '-5' is too small: at least 1"),
        ("timeout: true", "3:14: job_invalid_spec: timeout: must be a duration, not 'true'"),
        ("timeout: ten", "3:14: job_invalid_spec: timeout: 'ten' is not a duration: write 90s, 10m, 2h, 1d or 1h30m"),
        ("timeout:", "3:13: job_invalid_spec: timeout: must be a duration, not nothing"),
        ("timeout: 40000d", "3:14: job_invalid_spec: timeout: '40000d' is longer than 100 years"),
        ("enabled: no", "3:14: job_invalid_spec: enabled: must be true or false, not 'no'"),
        ("description: ~", "3:18: job_invalid_spec: description: must be text, not nothing"),
        ("retries: -1", "3:14: job_invalid_spec: retries: '-1' is too small: at least 0"),
        ("retries: 5000", "3:14: job_invalid_spec: retries: '5000' is too large: at most 1000"),
        ("retries: [3]", "3:14: job_invalid_spec: retries: must be whole number or map, not a list"),
        ("retries: {delay: 5s}", "3:14: job_invalid_spec: retries: max is missing: how many retries?"),
        ("retries: {max: 1, delay: 2m, max_delay: 1m}", "3:45: job_invalid_spec: retries: max_delay is shorter than delay"),
        ("retries: {max: 1, dely: 1}", "3:23: job_invalid_spec: retries: unknown key 'dely' in retries: did you mean 'delay'?"),
        ("retries: {max: 1, on: [job_misfired]}", "3:28: job_invalid_spec: retries: on: 'job_misfired' is not one of job_execution_failed, job_timeout, job_lost, job_limit_exceeded, job_no_evidence, agent_unavailable, agent_budget_exceeded, agent_no_answer"),
        ("limits: {memory: 1.5GB}", "3:22: job_invalid_spec: limits: memory: '1.5GB' is not a size: write 512MiB, 1GB or 256KiB"),
        ("limits: 1GiB", "3:13: job_invalid_spec: limits: must be a map"),
        ("budget: {usd: 0}", "3:19: job_invalid_spec: budget: usd: '0' is not a positive amount"),
        ("budget: {usd: .inf}", "3:19: job_invalid_spec: budget: usd: '.inf' is not a positive amount"),
        ("budget: {usd: lots}", "3:19: job_invalid_spec: budget: usd: must be an amount, not 'lots'"),
        ("budget: {tokens: 2e5}", "3:22: job_invalid_spec: budget: tokens: must be a count, not '2e5'"),
        ("overlap: maybe", "3:14: job_invalid_spec: overlap: 'maybe' is not one of skip, queue, allow"),
        ("tags: ai", "3:11: job_invalid_spec: tags: must be a list, not 'ai'"),
        ("args: [[x]]", "3:12: job_invalid_spec: args: must be text, not a list"),
        (r'args: ["\0"]', "3:12: job_invalid_spec: args: contains a NUL, which no process can be given"),
        ("env: {1X: a}", "3:11: job_invalid_spec: env: '1X' is not a name of a variable"),
        ("env: {X: }", "3:14: job_invalid_spec: env: must be text, not nothing"),
        ("env: {X: 'a${B'}", "3:14: job_invalid_spec: env: has a '${' without a NAME and '}'"),
        ("env: {X: 1, X: 2}", "3:17: job_invalid_spec: env: 'X' is defined twice: first in line 3, column 11"),
        ("env_pass: [A B]", "3:16: job_invalid_spec: env_pass: 'A B' is not name of a variable"),
        ("pool: heavy", "3:11: job_invalid_spec: unknown pool 'heavy': known are agent, default"),
        ("role: membr", "3:11: job_invalid_spec: unknown role 'membr': did you mean 'member'?"),
        ("roles: [admin, nobody]", "3:12: job_invalid_spec: unknown role 'nobody': known are admin, member, viewer"),
        ("notify: {on: [always]}", "3:19: job_invalid_spec: notify: on: 'always' is not one of failure, recovery, success, output"),
        ("mcp: {x: {env: {}}}", "3:14: job_invalid_spec: mcp: command is missing"),
        ("mcp: {x: {command: []}}", "3:24: job_invalid_spec: mcp: command: the list is empty"),
        ("job: a/b", "3:10: job_invalid_spec: job: 'a/b' is not name of a document"),
    ],
)  # fmt: skip
def test_what_is_wrong_and_where(folder: Folder, line: str, problem: str) -> None:
    text = f"jobs:\n  a:\n    {line}\n" + (
        "" if line.startswith("job:") else f"    {RUN}\n"
    )
    assert folder.problems(text) == [f"teleclaude.yml:{problem}"]


def test_an_unknown_agent(folder: Folder) -> None:
    assert folder.problems("jobs: {a: {prompt: x, agent: cladue}}") == [
        (
            "teleclaude.yml:1:30: job_invalid_spec: unknown agent 'cladue': "
            "did you mean 'claude'?"
        )
    ]


def test_all_problems_are_told_in_the_files_order(folder: Folder) -> None:
    config = folder.load("""
jobs:
  z: {command: [x], retries: {max: x, delay: y}, tags: no}
  fine: {command: [x]}
  a: {timeout: x, when: {cron: "0 6 * * *"}}
  5: null
""")
    assert [(str(p.where), p.job_id) for p in config.problems] == [
        ("teleclaude.yml:3:36", "z"),
        ("teleclaude.yml:3:46", "z"),
        ("teleclaude.yml:3:56", "z"),
        ("teleclaude.yml:5:3", "a"),
        ("teleclaude.yml:5:16", "a"),
        ("teleclaude.yml:5:25", "a"),
        ("teleclaude.yml:6:3", "5"),
    ]
    assert not config.fatal
    assert [job.id for job in config.jobs] == ["z", "fine", "a", "5"]


@pytest.mark.parametrize("value", ["[]", "text", "5"])
def test_a_job_that_is_no_map(folder: Folder, value: str) -> None:
    (problem,) = folder.problems(f"jobs:\n  a: {value}\n")
    assert problem.startswith(
        "teleclaude.yml:2:6: job_invalid_spec: must be a map, not"
    )


@pytest.mark.parametrize(
    ("lines", "warning"),
    [
        (["message: x"], "3:5: job_invalid_spec: 'message' is deprecated: write 'prompt'"),
        ([RUN, "agent: codex"], "4:12: job_invalid_spec: agent has no effect: this is a command job"),
        ([RUN, "type: agent"], "4:11: job_invalid_spec: type 'agent' has no effect: this is a command job"),
        ([RUN, "preferred_hour: 3"], "4:21: job_invalid_spec: preferred_hour has no effect without schedule"),
        ([RUN, "notify: {to: [ops]}"], "4:13: job_invalid_spec: no gateway 'ops': nobody will be told"),
    ],
)  # fmt: skip
def test_warnings_stop_nothing(folder: Folder, lines: list[str], warning: str) -> None:
    folder.body(*lines)
    assert [str(found) for found in folder.load().warnings] == [
        f"teleclaude.yml:{warning}"
    ]
