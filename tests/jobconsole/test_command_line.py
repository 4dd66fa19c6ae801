from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobconsole.command_line import ClickCommandLine
from tests.helpers.still import Still, at, still
from tests.jobconsole.cli.program import surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Still]:
    with still(tmp_path, {"zeta": {}, "zero": {}}, at("2026-11-20 05:00")) as it:
        yield it


def line_of(it: Still, width: int = 100) -> ClickCommandLine:
    here = surroundings(it.project.root)
    here = here._replace(out=here.out._replace(width=width))
    return ClickCommandLine(here, str(it.project.config))


def test_says_what_a_command_says(farm: Still) -> None:
    called = line_of(farm).call(["list"])
    assert called.code == 0
    assert "zeta" in called.text
    assert "\x1b" not in called.text


def test_errors_are_among_what_is_said(farm: Still) -> None:
    called = line_of(farm).call(["show", "nobody"])
    assert called.code != 0
    assert "nobody" in called.text
    wrong = line_of(farm).call(["list", "--nothing"])
    assert wrong.code == 2
    assert "--nothing" in wrong.text


def test_is_as_wide_as_the_screen(farm: Still) -> None:
    for width in (60, 120):
        text = line_of(farm, width).call(["list"]).text
        assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize(
    "words",
    [
        ["run", "x"],
        ["replay", "x"],
        ["cancel", "x"],
        ["pause", "x"],
        ["undo"],
        ["init"],
        ["reindex"],
        ["nothing_known"],
        ["--config", "other.yml", "run", "x"],
        ["--tick"],
        [],
    ],
)
def test_knows_what_acts(farm: Still, words: list[str]) -> None:
    assert line_of(farm).acts(words)


@pytest.mark.parametrize("word", ["list", "show", "why", "agenda", "history", "logs"])
def test_knows_what_only_looks(farm: Still, word: str) -> None:
    assert not line_of(farm).acts([word, "x"])


def test_completes_commands_jobs_and_options(farm: Still) -> None:
    line = line_of(farm)
    assert line.complete([], "hist") == ["history"]
    assert line.complete(["show"], "ze") == ["zeta", "zero"]
    assert "--reason" in line.complete(["pause", "zeta"], "--r")
    assert line.complete(["nothing"], "x") == []


def test_a_run_is_not_followed(farm: Still) -> None:
    """This process stands in for the workers: a run that is followed never ends."""
    called = line_of(farm).call(["run", "zeta"])
    assert called.code == 0, called.text
