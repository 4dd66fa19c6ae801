from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobconsole.preferences import (
    THEMES,
    Memory,
    Preferences,
    keep_memory,
    load_memory,
    load_preferences,
)
from runner.model.errors import ConfigInvalidError

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_is_preferred_without_a_file(tmp_path: Path) -> None:
    assert load_preferences(tmp_path / "none.toml") == Preferences()


def test_reads_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "console.toml"
    path.write_text('theme = "light"\nascii = true\n[keys]\n"job.run" = "f5,ctrl+r"\n')
    preferences = load_preferences(path)
    assert preferences == Preferences(
        "light", ascii=True, keys={"job.run": "f5,ctrl+r"}
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('theme = "pink"', "there is no theme 'pink'"),
        ("theme = 1", "theme"),
        ("colour = 1", "colour"),
        ("keys = []", "keys"),
        ('[keys]\n"job.run" = 1', "keys"),
        ("theme = ", ""),
        ("\xff", ""),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "console.toml"
    path.write_text(text, "latin-1")
    with pytest.raises(ConfigInvalidError) as caught:
        load_preferences(path)
    assert str(path) in caught.value.message
    assert said in caught.value.message
    assert caught.value.hint


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalidError, match=r"directory"):
        load_preferences(tmp_path)


@pytest.mark.parametrize("theme", THEMES)
def test_remembers(tmp_path: Path, theme: str) -> None:
    path = tmp_path / "new" / "folder" / "console.json"
    keep_memory(path, Memory(theme))
    assert load_memory(path) == Memory(theme)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"theme": "pink"}', '{"theme": 1}', "\xff"]
)
def test_forgets_what_cannot_be_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "console.json"
    path.write_text(text, "latin-1")
    assert load_memory(path) == Memory()


def test_what_newer_versions_keep_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "console.json"
    path.write_text('{"theme": "dark", "more": 1}')
    assert load_memory(path) == Memory("dark")


def test_works_where_nothing_can_be_kept(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    keep_memory(blocked / "console.json", Memory("dark"))
    assert load_memory(blocked / "console.json") == Memory()
