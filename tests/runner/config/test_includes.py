"""Job files and cron packs become jobs like any other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runner.model.job import (
    Command,
    InvalidJob,
    Job,
    Kind,
    Notify,
    Overlap,
    Prompt,
    Retries,
    Script,
    SpecDocument,
    Where,
)
from runner.model.schedule import Cron, Manual
from tests.runner.config.folder import ids

if TYPE_CHECKING:
    from tests.runner.config.folder import Folder

SHELL = Command(("make report",), True)
AMS = "Europe/Amsterdam"
MAIN = f"timezone: {AMS}\ninclude: [jobs/*.job.yaml, packs/*.json]\n"
PACK = [
    {
        "name": "Daily Standup Summary",
        "cron": "0 9 * * 1-5",
        "action": "agent_workflow",
        "payload": {"prompt": "Summarize git commits 😀", "output": "telegram"},
    },
    {
        "name": "Clean Temp Files",
        "cron": "0 0 * * 0",
        "action": "script",
        "payload": {"path": "scripts/clean.py", "args": ["--all"]},
    },
]


def document(folder: Folder, text: str) -> Job:
    folder.write("jobs/one.job.yaml", text)
    return folder.job(MAIN, "report")


def invalid(folder: Folder, text: str) -> InvalidJob:
    folder.write("jobs/one.job.yaml", text)
    (job,) = folder.load(MAIN).jobs
    assert isinstance(job, InvalidJob)
    return job


def test_a_whole_job_file(folder: Folder) -> None:
    folder.write("jobs/r.py")
    job = document(
        folder,
        """
id: report
title: Nightly report
target: {kind: script, id: jobs/r.py, input: {days: 7}}
bindings: {repository: main}
trigger: {type: cron, cron: "0 6 * * *", timezone: Asia/Tokyo}
runtime: {timeout_seconds: 600, retry_max: 3, max_parallel_runs: 2}
output: telegram
""",
    )
    assert (job.kind, job.target) == (Kind.PYTHON, Script("jobs/r.py"))
    assert job.source == Where("jobs/one.job.yaml", 2, 1)
    assert job.description == "Nightly report"
    assert job.schedule == Cron("0 6 * * *", "Asia/Tokyo")
    assert (job.timeout, job.retries) == (600, Retries(max=3))
    assert job.overlap is Overlap.ALLOW
    assert job.input == {"input": {"days": 7}, "bindings": {"repository": "main"}}
    assert job.notify == Notify(("output",), ("telegram",))
    assert [str(warning) for warning in folder.load().warnings] == [
        (
            "jobs/one.job.yaml:8:9: job_invalid_spec: no gateway 'telegram': "
            "nobody will be told"
        )
    ]


def test_a_job_file_that_says_little_has_the_defaults(folder: Folder) -> None:
    folder.write("jobs/one.job.yaml", "{id: report, target: {kind: command, id: [x]}}")
    job = folder.job(MAIN + "defaults: {timeout: 1m, overlap: queue}\n", "report")
    assert job.target == Command(("x",))
    assert (job.timeout, job.overlap, job.input) == (60, Overlap.QUEUE, {})
    assert job.schedule == Manual()


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("{kind: command, id: make report}", SHELL),
        ("{kind: script, id: r}", Script("jobs/r.py")),
        ("{kind: agent, id: codex, input: {prompt: Hello}}", Prompt("Hello")),
        (
            "{kind: agent, id: codex}",
            SpecDocument("report", "docs/project/spec/jobs/report.md"),
        ),
        (
            "{kind: agent, id: tidy}",
            SpecDocument("tidy", "docs/project/spec/jobs/tidy.md"),
        ),
    ],
)
def test_targets(folder: Folder, target: str, expected: object) -> None:
    folder.write("jobs/r.py")
    folder.write("docs/project/spec/jobs/report.md")
    folder.write("docs/project/spec/jobs/tidy.md")
    assert document(folder, f"id: report\ntarget: {target}\n").target == expected


def test_an_agent_that_is_named_answers(folder: Folder) -> None:
    target = "{kind: agent, id: codex, input: {prompt: Hello}}"
    job = document(folder, f"id: report\ntarget: {target}\n")
    assert job.agent is not None
    assert (job.agent.name, job.pool) == ("codex", "agent")


@pytest.mark.parametrize(
    ("text", "code", "place", "message"),
    [
        ("target: {kind: blueprint, id: x}", "job_target_unresolved", "2:16", "kind 'blueprint'"),
        ("target: {kind: script, id: x.py}", "job_target_unresolved", "2:28", "x.py does not"),
        ("target: {kind: script, id: [x]}", "job_target_unresolved", "2:28", "is one name"),
        ("target: {kind: script}", "job_target_unresolved", "2:9", "needs a kind and an id"),
        ("target: x", "job_target_unresolved", "2:9", "target: must be a map"),
        ("title: x", "job_target_unresolved", "1:1", "target is missing"),
        ("target: {kind: command, id: x}\nbindings: [x]", "job_bindings_invalid", "3:11", "bindings: must be a map"),
        ("target: {kind: command, id: x}\ntrigger: {type: cron}", "job_trigger_invalid", "3:10", "cron is missing"),
        ("target: {kind: command, id: x}\ntrigger: {type: event}", "job_trigger_invalid", "3:17", "'event' is not one of"),
        ("target: {kind: command, id: x}\nruntime: {retry_max: -1}", "job_invalid_spec", "3:22", "too small"),
        ("target: {kind: command, id: x}\ntitel: x", "job_invalid_spec", "3:1", "did you mean 'title'?"),
    ],
)  # fmt: skip
def test_job_files_with_a_problem(
    folder: Folder, text: str, code: str, place: str, message: str
) -> None:
    job = invalid(folder, f"id: report\n{text}\n")
    assert job.id == "report"
    assert job.problem.code == code
    assert str(job.problem.where) == f"jobs/one.job.yaml:{place}"
    assert message in job.problem.message
    assert folder.load().problems == (job.problem,)


def test_a_job_file_without_an_id_is_called_by_its_name(folder: Folder) -> None:
    job = invalid(folder, "target: {kind: command, id: x}")
    assert (job.id, job.problem.message) == ("one", "id is missing")


def test_cron_in_a_job_file_needs_a_zone(folder: Folder) -> None:
    folder.write(
        "jobs/one.job.yaml",
        "id: r\ntarget: {kind: command, id: x}\ntrigger: {type: cron, cron: '@daily'}",
    )
    assert folder.job(MAIN, "r").schedule == Cron("@daily", AMS)
    (problem,) = folder.load("include: [jobs/*.job.yaml]").problems
    assert problem.code == "job_trigger_invalid"


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_a_cron_pack(folder: Folder, indent: int | str | None) -> None:
    folder.write("scripts/clean.py")
    folder.write("packs/jobs.json", json.dumps(PACK, indent=indent))
    standup = folder.job(MAIN, "daily-standup-summary")
    assert standup.kind is Kind.AGENT
    assert standup.target == Prompt("Summarize git commits 😀")
    assert standup.schedule == Cron("0 9 * * 1-5", AMS)
    assert standup.notify == Notify(("output",), ("telegram",))
    clean = folder.job(MAIN, "clean-temp-files")
    assert clean.target == Script("scripts/clean.py")
    assert (clean.args, clean.description) == (("--all",), "Clean Temp Files")
    assert len(folder.load().warnings) == 1  # telegram is no gateway


def test_a_pack_without_a_zone_uses_the_systems(folder: Folder) -> None:
    folder.write("scripts/clean.py")
    folder.write("packs/jobs.json", json.dumps(PACK[1:], indent=1))
    config = folder.load("include: [packs/*]")
    (job,) = config.jobs
    assert isinstance(job, Job)
    assert job.schedule == Cron("0 0 * * 0", "America/New_York")
    assert [str(warning) for warning in config.warnings] == [
        (
            "packs/jobs.json:4:11: job_invalid_spec: no timezone at the top level: "
            "America/New_York is used, the system's"
        )
    ]


@pytest.mark.parametrize(
    ("entry", "code", "place", "message"),
    [
        ("{}", "job_invalid_spec", "1:2", "name is missing"),
        ('{"name": "!"}', "job_invalid_spec", "1:11", "'!' has no letter"),
        ('{"name": "a", "cron": "x", "action": "script"}', "job_trigger_invalid", "1:24", ""),
        ('{"name": "a", "action": "script", "payload": {"path": "x.py"}}', "job_trigger_invalid", "1:2", "cron is missing"),
        ('{"name": "a", "cron": "@daily"}', "job_target_unresolved", "1:2", "action is missing"),
        ('{"name": "a", "cron": "@daily", "action": "email"}', "job_target_unresolved", "1:44", "'email' is not one of"),
        ('{"name": "a", "cron": "@daily", "action": "script"}', "job_target_unresolved", "1:2", "needs its path"),
        ('{"name": "a", "cron": "@daily", "action": "agent_workflow", "payload": {}}', "job_target_unresolved", "1:73", "needs its prompt"),
        ('{"name": "a", "cron": "@daily", "action": "script", "payload": {"path": "x.ts"}}', "job_target_unresolved", "1:74", "x.ts does not exist"),
        ('5', "job_invalid_spec", "1:2", "must be a map"),
    ],
)  # fmt: skip
def test_pack_entries_with_a_problem(
    folder: Folder, entry: str, code: str, place: str, message: str
) -> None:
    folder.write("packs/jobs.json", f"[{entry}]")
    config = folder.load(MAIN)
    assert (code, f"packs/jobs.json:{place}") in [
        (problem.code, str(problem.where)) for problem in config.problems
    ]
    assert any(message in problem.message for problem in config.problems)
    (job,) = config.jobs
    assert isinstance(job, InvalidJob)


def test_an_id_that_is_defined_twice_makes_both_invalid(folder: Folder) -> None:
    folder.write("jobs/one.job.yaml", "{id: A, target: {kind: command, id: x}}")
    config = folder.load(MAIN + "jobs:\n  a: {command: [x]}\n  b: {command: [x]}\n")
    assert ids(config) == [("a", False), ("b", True)]
    assert [str(problem) for problem in config.problems] == [
        (
            "teleclaude.yml:4:3: job_invalid_spec: 'a' is defined more than once: "
            "also in jobs/one.job.yaml:1:1"
        ),
        (
            "jobs/one.job.yaml:1:1: job_invalid_spec: 'a' is defined more than once: "
            "also in teleclaude.yml:4:3"
        ),
    ]


def test_an_id_that_is_defined_twice_in_one_file(folder: Folder) -> None:
    config = folder.load("jobs:\n  a: {command: [x]}\n  A: {command: [x]}\n  a: null\n")
    assert ids(config) == [("a", False)]
    assert [str(problem.where) for problem in config.problems] == [
        "teleclaude.yml:2:3",
        "teleclaude.yml:3:3",
        "teleclaude.yml:4:3",
        "teleclaude.yml:4:3",
    ]


def test_a_broken_file_stops_no_other(folder: Folder) -> None:
    folder.write("jobs/a.job.yaml", "id: [")
    folder.write("jobs/b.job.yaml", "{id: b, target: {kind: command, id: x}}")
    folder.write("packs/c.json", "5")
    folder.write("packs/d.json/x", "")
    config = folder.load(MAIN)
    assert ids(config) == [("b", True)]
    assert not config.fatal
    assert [(p.code, p.where.file) for p in config.problems] == [
        ("config_invalid", "jobs/a.job.yaml"),
        ("config_invalid", "packs/c.json"),
        ("config_invalid", "packs/d.json"),
    ]


def test_a_file_that_matches_twice_is_read_once(folder: Folder) -> None:
    folder.write("jobs/a.job.yaml", "{id: a, target: {kind: command, id: x}}")
    (folder.root / "jobs/same.job.yaml").symlink_to("a.job.yaml")
    config = folder.load(
        "include: [jobs/*.yaml, jobs/a.job.yaml, '**/*.yaml', teleclaude.yml]"
    )
    assert ids(config) == [("a", True)]
    assert config.problems == ()


def test_a_file_that_is_named_must_be_there(folder: Folder) -> None:
    config = folder.load("include: [jobs/*.job.yaml, jobs/a.job.yaml]\n")
    assert [str(problem) for problem in config.problems] == [
        "teleclaude.yml:1:28: config_invalid: include: jobs/a.job.yaml does not exist"
    ]
    assert not config.fatal
