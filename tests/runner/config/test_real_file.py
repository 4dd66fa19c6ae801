"""A file that a real project wrote, and the contract's own example."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.model.job import Job, Kind, Script, SpecDocument, ThinkingMode
from runner.model.schedule import At, Legacy
from tests.runner.config.folder import ids

if TYPE_CHECKING:
    from tests.runner.config.folder import Folder

REAL = Path(__file__).parents[2] / "data" / "config" / "teleclaude.yml"
IDS = [
    "help_desk_intelligence",
    "youtube_scraper",
    "youtube_sync_subscriptions",
    "memory_review",
    "log_bug_hunter",
]
DOCUMENTS = "docs/project/spec/jobs"
EXAMPLE = """
timezone: Europe/Amsterdam          # for schedules that name none
state_dir: .jobconsole              # default; gets a .gitignore with "*"; mode 0700
concurrency: {default: 4, agent: 1} # how many runs at once, per pool
defaults: {timeout: 30m, retries: 0, catch_up: latest, agent: claude, env_file: ~/.teleclaude/.env}
include: [jobs/*.job.yaml, packs/*.json]
jobs:
  youtube_sync:
    description: Tag new subscriptions
    script: jobs/youtube_sync.py     # or command: [make, report]
    args: [--fast]
    when: {cron: "0 6 * * *", timezone: Europe/Amsterdam}
    timeout: 10m
    retries: {max: 3, backoff: exponential, delay: 30s, max_delay: 10m}
    limits: {memory: 1GiB, cpu: 5m, output: 256MiB}
    overlap: skip                    # skip | queue | allow
    leftovers: kill                  # kill | keep | fail
    env: {LEVEL: info}
    env_pass: [GITHUB_TOKEN]
    tags: [media]
  log_bug_hunter:
    when: {every: 1h}
    job: log-bug-hunter
    agent: codex
    thinking_mode: fast              # fast | med | slow
    role: member
    budget: {usd: 0.50, tokens: 200k, turns: 40}
    mcp: {teleclaude: {command: [bin/mcp-wrapper.py]}}
    notify: {on: [failure, recovery], to: [ops]}
    expect: {files: [reports/*.md]}
"""


@pytest.fixture
def real(folder: Folder) -> Folder:
    folder.write("teleclaude.yml", REAL.read_bytes())
    return folder


def test_without_its_targets_each_job_is_invalid_with_its_reason(real: Folder) -> None:
    config = real.load()
    assert ids(config) == [(job_id, False) for job_id in IDS]
    assert [(str(problem.where), problem.job_id) for problem in config.problems] == [
        ("teleclaude.yml:9:3", "help_desk_intelligence"),
        ("teleclaude.yml:20:13", "youtube_scraper"),
        ("teleclaude.yml:29:13", "youtube_sync_subscriptions"),
        ("teleclaude.yml:36:10", "memory_review"),
        ("teleclaude.yml:43:10", "log_bug_hunter"),
    ]
    assert {problem.code for problem in config.problems} == {"job_target_unresolved"}


@pytest.fixture
def complete(real: Folder) -> Folder:
    for name in IDS[1:3]:
        real.write(f"jobs/{name}.py")
    for name in ("help-desk-intelligence", "memory-review", "log-bug-hunter"):
        real.write(f"{DOCUMENTS}/{name}.md")
    return real


def test_with_its_targets_all_are_valid(complete: Folder) -> None:
    config = complete.load()
    assert (config.problems, config.warnings) == ((), ())
    zone = complete.around.system_zone
    jobs = {job.id: job for job in config.jobs if isinstance(job, Job)}
    assert [(job.kind, job.schedule) for job in jobs.values()] == [
        (Kind.AGENT, At(((6, 0),), zone)),
        (Kind.PYTHON, At(((6, 0),), zone)),
        (Kind.PYTHON, At(((6, 0),), zone)),
        (Kind.AGENT, Legacy("weekly", zone, preferred_hour=8, preferred_weekday=0)),
        (Kind.AGENT, Legacy("hourly", zone)),
    ]
    assert jobs["youtube_scraper"].tags == ("ai", "devtools")
    hunter = jobs["log_bug_hunter"].agent
    assert hunter is not None
    assert (hunter.name, hunter.thinking_mode) == ("codex", ThinkingMode.FAST)


def test_a_script_wins_over_a_stray_agent(complete: Folder) -> None:
    desk = complete.load().jobs[0]
    assert isinstance(desk, Job)
    assert desk.target == SpecDocument(
        "help-desk-intelligence", f"{DOCUMENTS}/help-desk-intelligence.md"
    )
    complete.write("jobs/help_desk_intelligence.py")
    config = complete.load()
    desk = config.jobs[0]
    assert isinstance(desk, Job)
    assert (desk.kind, desk.target) == (
        Kind.PYTHON,
        Script("jobs/help_desk_intelligence.py"),
    )
    assert [str(warning.where) for warning in config.warnings] == [
        "teleclaude.yml:13:12"
    ]


def test_the_example_of_the_contract(folder: Folder) -> None:
    folder.write("jobs/youtube_sync.py")
    folder.write(f"{DOCUMENTS}/log-bug-hunter.md")
    config = folder.load(EXAMPLE)
    assert config.problems == ()
    assert ids(config) == [("youtube_sync", True), ("log_bug_hunter", True)]
    assert [warning.message for warning in config.warnings] == [
        "no gateway 'ops': nobody will be told"
    ]
