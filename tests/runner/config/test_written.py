from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from runner.config.job_keys import JOB
from runner.config.written import written
from runner.config.yaml_text import flow

if TYPE_CHECKING:
    from tests.runner.config.folder import Folder

JOBS = {
    "plain": 'command: ["true"]',
    "script": "script: jobs/a.py, args: [--fast, ''], python: bin/python",
    "shell": "command: a | b, enabled: false",
    "prompt": 'prompt: "Do\\nit: now", agent: codex, thinking_mode: fast',
    "document": "job: tidy, budget: {usd: 0.5, tokens: 200k}",
    "prompt_file": "prompt_file: ask.md, params: {topic: null, depth: '3', note: ''}, "
    "model: gpt-5.5, agent: codex, silence: 90m",
    "budget": "prompt: x, budget: {turns: 4, tools: 9, time: 1h30m, "
    "per_day: {usd: 2.5, tokens: 1M, turns: 7, tools: 8, time: 2h}}",
    "daily": "prompt: x, silence: 1s, budget: {per_day: {tools: 8}}",
    "custom": 'agent: custom, command: [x, "1.10"], prompt: hello',
    "custom_shell": "agent: custom, command: x | y, prompt: hello",
    "cron": 'command: [x], when: {cron: "0 6 * * 1-5"}',
    "every": "command: [x], when: {every: 90m, offset: 1m}",
    "at": 'command: [x], when: {at: "06:00", weekdays: [mon, fri]}',
    "at_times": 'command: [x], when: {at: ["06:00", "18:30"]}',
    "once": "command: [x], when: {once: 2026-12-01T09:00+01:00}",
    "legacy": "command: [x], schedule: weekly, preferred_hour: 8",
    "bounds": "command: [x], timeout: 1h30m, limits: {memory: 1GiB, cpu: 5m}, "
    "retries: {max: 3, backoff: fixed, on: [job_timeout]}, misfire_grace: 2h, "
    "overlap: queue, leftovers: fail, catch_up: all, pool: heavy",
    "surroundings": 'command: [x], env: {A: "yes", B: "${A} b"}, env_pass: [C], '
    "env_file: ~/.env, role: member, roles: [admin], tags: [a, 1.10], category: 7, "
    "description: what, notify: {on: [failure], to: [ops]}, "
    'expect: {files: ["reports/*.md"]}',
    "servers": "prompt: x, mcp: {s: {command: [y], env: {K: v}}, "
    "r: {command: [z], read_only: true}}",
    "evidence": "prompt: x, expect: {files: [a], exists: ['b*'], command: [c, '1'], "
    "answer: '^ok: \\d+$'}",
    "evidence_shell": "command: [x], expect: {command: c | d}",
}
HEAD = "timezone: Europe/Amsterdam\nconcurrency: {heavy: 2}\ngateways: {ops: x}\n"


@pytest.mark.parametrize("entry", JOBS.values(), ids=JOBS)
def test_a_job_reads_back_from_what_is_written_of_it(
    folder: Folder, entry: str
) -> None:
    folder.write("jobs/a.py")
    folder.write("docs/project/spec/jobs/tidy.md")
    folder.write("ask.md")
    job = folder.job(f"{HEAD}jobs:\n  a: {{{entry}}}\n")
    values = {name: it for name, it in written(job).items() if it is not None}
    values.pop("timezone", None)
    again = folder.job(f"{HEAD}jobs:\n  a: {flow(values)}\n")
    assert msgspec.structs.replace(again, source=job.source) == job


def test_keys_are_in_the_order_of_the_reference(folder: Folder) -> None:
    names = [key.name for key in JOB.keys]
    found = [
        name
        for name in written(folder.body("prompt: x", "when: {every: 1h}"))
        if name in names
    ]
    assert found == sorted(found, key=names.index)


def test_an_agent_that_is_never_too_silent_is_told_so(folder: Folder) -> None:
    assert written(folder.body("prompt: x", "silence: null"))["silence"] is None


def test_what_no_entry_could_say_comes_last(folder: Folder) -> None:
    job = folder.job("prices: {m: {input: 1, output: 2}}\njobs: {a: {prompt: x}}")
    assert list(written(job).items())[-1] == (
        "prices",
        {"m": {"input": 1.0, "output": 2.0}},
    )


def test_a_command_has_no_keys_of_agents(folder: Folder) -> None:
    job = folder.job("prices: {m: {input: 1, output: 2}}\njobs: {a: {command: [x]}}")
    assert not {"model", "silence", "params", "prices"} & set(written(job))
