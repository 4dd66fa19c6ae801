"""What a job resolves to is told as it is in force, with places where those fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.errors import JobNotFoundError
from tests.helpers.project import opened, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.engine.project import Project
    from runner.model.spec import Spec

CONFIG = """\
defaults: {timeout: 10m}
jobs:
  a:
    command: [x]
    env: {API_TOKEN: hunter2, LEVEL: info}
  ask:
    prompt: hello
    mcp: {s: {command: [y], env: {API_KEY: hunter2}}}
  bad:
    comand: [x]
    timeout: never
    when: {cron: "99 * * * *", timezone: UTC}
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with opened(write_project(tmp_path, CONFIG)) as project:
        yield project


def told(spec: Spec) -> dict[str, tuple[str, str]]:
    return {value.name: (value.value, value.origin) for value in spec.values}


def test_every_key_has_a_value_and_an_origin(project: Project) -> None:
    spec = api.spec(project, "a")
    values = told(spec)
    assert values["command"] == ("[x]", "teleclaude.yml:4:14")
    assert values["timeout"] == ("10m", "defaults (teleclaude.yml:1:21)")
    assert values["overlap"] == ("skip", "built in")
    assert values["limits"] == ("no bounds", "built in")
    assert "agent" not in values
    assert (spec.defined_in, spec.note) == ("teleclaude.yml:3:3", "")


def test_secrets_are_hidden(project: Project) -> None:
    value, _ = told(api.spec(project, "a"))["env"]
    assert value == '{API_TOKEN: "[hidden]", LEVEL: info}'
    assert "hunter2" not in str(api.spec(project, "ask"))


def test_an_invalid_job_tells_all_that_is_wrong(project: Project) -> None:
    spec = api.spec(project, "bad")
    assert [problem.where.line for problem in spec.problems] == [9, 10, 11, 12]
    assert (spec.values, spec.note) == ((), "")


def test_an_edit_that_is_not_in_force_is_told(project: Project) -> None:
    project.config.write_text(CONFIG.replace("10m", "20m"), "utf-8")
    spec = api.spec(project, "a")
    assert spec.note == "a has changed on disk: this is what is in force."
    assert told(spec)["timeout"] == ("10m", "not known")


def test_lines_that_only_moved_are_those_on_disk(project: Project) -> None:
    project.config.write_text("# moved\n" + CONFIG, "utf-8")
    spec = api.spec(project, "a")
    assert (spec.note, spec.defined_in) == ("", "teleclaude.yml:4:3")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("jobs: [", "this is the last good configuration"),
        ("jobs: {}", "a is not in the configuration on disk any more"),
        ("jobs: {a: {comand: x}}", "a is invalid on disk"),
    ],
)
def test_a_broken_edit_leaves_values_without_lines(
    project: Project, text: str, note: str
) -> None:
    project.config.write_text(text, "utf-8")
    spec = api.spec(project, "a")
    assert note in spec.note
    assert told(spec)["command"] == ("[x]", "not known")


def test_a_job_that_was_mended_on_disk_is_still_invalid(project: Project) -> None:
    project.config.write_text("jobs: {bad: {command: [x]}}", "utf-8")
    spec = api.spec(project, "bad")
    assert spec.note == "The configuration on disk has changed."
    assert len(spec.problems) == 1


def test_an_unknown_job_is_told_with_the_nearest(project: Project) -> None:
    with pytest.raises(JobNotFoundError) as caught:
        api.spec(project, "bat")
    assert "bad" in caught.value.hint
