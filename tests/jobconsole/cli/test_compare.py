from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.jobconsole.cli.program import call

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_what_differs_is_a_table(project: Path) -> None:
    call(project, "run", "hello")
    call(project, "run", "fails")

    done = call(project, "compare", "hello", "fails")
    words = [line.split() for line in done.out.splitlines()]

    assert (done.code, done.err) == (0, "")
    assert ["what", "job", "hello", "fails"] in words
    assert ["environment", "LEVEL", "set", "-"] in words
    assert ["outcome", "status", "succeeded", "failed"] in words
    assert not [line for line in words if "cwd" in line]
    assert "hunter2" not in done.out


def test_all_shows_what_is_the_same_too(project: Path) -> None:
    call(project, "run", "hello")

    same = call(project, "compare", "hello", "hello")
    everything = call(project, "compare", "hello", "hello", "--all")

    assert (same.code, same.out, same.err) == (0, "", "no differences\n")
    assert "cwd" in everything.out
    assert "30m" in everything.out


def test_for_programs(project: Path) -> None:
    call(project, "run", "hello")
    call(project, "run", "fails")

    found = call(project, "compare", "hello", "fails", "--json").json()

    assert isinstance(found, dict)
    assert (found["schema"], found["gaps"]) == (1, [])
    fact = next(fact for fact in found["facts"] if fact["name"] == "exit_code")
    assert fact == {
        "section": "outcome",
        "name": "exit_code",
        "left": 0,
        "right": 3,
        "same": False,
    }


def test_a_manifest_that_is_gone_is_said(project: Path) -> None:
    call(project, "run", "hello")
    (manifest,) = project.glob(".jobconsole/runs/hello/*/*/manifest.json")
    manifest.unlink()

    done = call(project, "compare", "hello", "hello")

    assert done.code == 0
    assert "has no manifest that can be read" in done.err
    assert call(project, "compare", "hello", "nobody").code == 4
