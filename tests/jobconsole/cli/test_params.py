"""`run --param` fills the blanks of a prompt."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.helpers.project import write_project
from tests.jobconsole.cli.program import call

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = {
    "jobs": {
        "look": {
            "agent": "custom",
            "command": ["cat"],
            "prompt": "Look at ${topic}, ${depth} deep: ${other}",
            "params": {"topic": None, "depth": "3"},
        },
        "plain": {"command": ["true"]},
    }
}


@pytest.fixture
def farm(tmp_path: Path) -> Path:
    write_project(tmp_path, json.dumps(CONFIG))
    return tmp_path


@pytest.mark.slow
def test_values_are_given_by_name(farm: Path) -> None:
    usual = call(farm, "run", "look", "--param", "topic=the logs")
    other = call(farm, "run", "look", "--param", "topic=a=b", "--param", "depth=")
    last = call(farm, "run", "look", "--param", "topic=x", "--param", "topic=y")

    assert (usual.code, usual.out) == (0, "Look at the logs, 3 deep: ${other}")
    assert other.out == "Look at a=b,  deep: ${other}"
    assert last.out == "Look at y, 3 deep: ${other}"


@pytest.mark.slow
def test_a_replay_has_the_values_of_then(farm: Path) -> None:
    call(farm, "run", "look", "--param", "topic=logs")
    assert call(farm, "replay", "look").out == "Look at logs, 3 deep: ${other}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], ["look needs a value for topic", "--param topic=VALUE"]),
        (["--param", "topc=x"], ["look has no parameter topc", "Did you mean topic?"]),
    ],
)
def test_what_does_not_fit_starts_nothing(
    farm: Path, words: list[str], said: list[str]
) -> None:
    done = call(farm, "run", "look", *words)
    assert done.code == 2
    assert all(it in done.err for it in said)
    assert call(farm, "history").out.count("look") == 0


def test_a_job_without_blanks_takes_none(farm: Path) -> None:
    done = call(farm, "run", "plain", "--param", "topic=x")
    assert done.code == 2
    assert "plain has no parameter topic" in done.err


@pytest.mark.parametrize("text", ["topic", "=x", ""])
def test_what_is_no_value_by_its_name(farm: Path, text: str) -> None:
    done = call(farm, "run", "look", "--param", text)
    assert done.code == 2
    assert "is not NAME=VALUE" in done.err
