from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.model.job import InvalidJob
from runner.model.schedule import At, Cron, Every, Legacy, Manual, Once, Schedule

if TYPE_CHECKING:
    from tests.runner.config.folder import Folder

HERE = "America/New_York"  # the system's zone in these tests
AMS = "Europe/Amsterdam"


@pytest.mark.parametrize(
    ("when", "schedule"),
    [
        (f'{{cron: "0 6 * * *", timezone: {AMS}}}', Cron("0 6 * * *", AMS)),
        (f"{{cron: '@daily', timezone: {AMS}}}", Cron("@daily", AMS)),
        ("{every: 10m}", Every(600)),
        ("{every: 10m, offset: 2m}", Every(600, 120)),
        ("{every: 1}", Every(1)),
        ("{at: 06:00}", At(((6, 0),), HERE)),
        ("{at: 6:05}", At(((6, 5),), HERE)),
        ('{at: ["06:00", "18:30"]}', At(((6, 0), (18, 30)), HERE)),
        ("{at: 06:00, weekdays: [fri, mon, mon]}", At(((6, 0),), HERE, (0, 4))),
        (f"{{at: 06:00, timezone: {AMS}}}", At(((6, 0),), AMS)),
        ("{once: 2026-12-01T09:00+01:00}", Once(1796112000)),
        ("{once: 2026-12-01T08:00:00Z}", Once(1796112000)),
    ],
)
def test_when(folder: Folder, when: str, schedule: Schedule) -> None:
    assert folder.body("command: [x]", f"when: {when}").schedule == schedule


@pytest.mark.parametrize(
    ("lines", "schedule"),
    [
        (["schedule: hourly"], Legacy("hourly", HERE)),
        (["schedule: daily"], Legacy("daily", HERE, preferred_hour=6)),
        (
            ["schedule: weekly", "preferred_weekday: 4", "preferred_hour: 8"],
            Legacy("weekly", HERE, preferred_hour=8, preferred_weekday=4),
        ),
        (
            ["schedule: monthly", "preferred_day: 31"],
            Legacy("monthly", HERE, preferred_day=31),
        ),
    ],
)
def test_the_older_way(folder: Folder, lines: list[str], schedule: Schedule) -> None:
    assert folder.body("command: [x]", *lines).schedule == schedule


@pytest.mark.parametrize(
    ("line", "schedule"),
    [
        ("when: {cron: '0 6 * * *'}", Cron("0 6 * * *", AMS)),
        ("when: {at: 06:00}", At(((6, 0),), AMS)),
        ("schedule: daily", Legacy("daily", AMS)),
    ],
)
def test_the_projects_zone(folder: Folder, line: str, schedule: Schedule) -> None:
    job = folder.job(f"timezone: {AMS}\njobs:\n  a:\n    command: [x]\n    {line}\n")
    assert job.schedule == schedule


@pytest.mark.parametrize(
    ("line", "place", "message"),
    [
        ("when: {cron: '0 6 * * *'}", "4:11", "cron needs a timezone"),
        ("when: {cron: '61 6 * * *', timezone: UTC}", "4:18", "61"),
        ("when: {cron: '0 6 * *', timezone: UTC}", "4:18", ""),
        ("when: {cron: '0 6 * * *', timezone: Europe/Amsterdm}", "4:41", "Europe/Amsterdm"),
        ("when: {at: 06:00, timezone: Mars/Base}", "4:33", "Mars/Base"),
        ("when: {cron: 5, timezone: UTC}", "4:18", "when: cron: must be cron expression"),
        ("when: {}", "4:11", "needs one of cron, every, at, once"),
        ("when: {timezone: UTC}", "4:11", "needs one of cron, every, at, once"),
        ("when: {every: 1h, at: 06:00}", "4:27", "only one of every, at"),
        ("when: {every: 0}", "4:19", "too small"),
        ("when: {every: 1h, offset: 1h}", "4:31", ""),
        ("when: {every: 1h, weekdays: [mon]}", "4:33", "weekdays belongs to at"),
        ("when: {at: 06:00, offset: 1m}", "4:31", "offset belongs to every"),
        ("when: {at: 24:00}", "4:16", "'24:00' is not a time of day"),
        ("when: {at: 6}", "4:16", "must be time of day"),
        ("when: {at: []}", "4:16", "the list is empty"),
        ("when: {at: 06:00, weekdays: [monday]}", "4:34", "'monday' is not one of mon"),
        ("when: {once: 2026-12-01T09:00}", "4:18", "not an instant with its offset"),
        ("when: {once: 2026-12-01}", "4:18", "not an instant with its offset"),
        ("when: {once: tomorrow}", "4:18", "not an instant with its offset"),
        ("when: {evry: 1h}", "4:12", "unknown key 'evry' in when: did you mean 'every'?"),
        ("when: 0 6 * * *", "4:11", "must be a map"),
        ("when:", "4:10", "must be a map"),
        ("schedule: yearly", "4:15", "'yearly' is not one of hourly"),
        ("preferred_hour: 24", "4:21", "too large"),
    ],
)  # fmt: skip
def test_no_schedule(folder: Folder, line: str, place: str, message: str) -> None:
    text = f"jobs:\n  a:\n    command: [x]\n    {line}\n"
    problems = folder.load(text).problems
    assert f"teleclaude.yml:{place}" in [str(problem.where) for problem in problems]
    assert {problem.code for problem in problems} == {"job_trigger_invalid"}
    assert message in problems[0].message


def test_when_and_schedule_exclude_each_other(folder: Folder) -> None:
    text = "jobs:\n  a: {command: [x], when: {every: 1h}, schedule: daily}\n"
    (problem,) = folder.problems(text)
    assert problem.startswith(
        "teleclaude.yml:2:50: job_trigger_invalid: when and schedule"
    )


def test_an_invalid_job_keeps_a_schedule_that_is_understood(folder: Folder) -> None:
    text = """
jobs:
  a: {command: [x], timeout: x, when: {every: 1h}}
  b: {command: [x], timeout: x, when: {every: x}}
"""
    a, b = folder.load(text).jobs
    assert isinstance(a, InvalidJob)
    assert isinstance(b, InvalidJob)
    assert (a.schedule, b.schedule) == (Every(3600), Manual())
