from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from runner.config.locate import find_config, state_dir_of
from runner.model.errors import ConfigNotFoundError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runner.config.folder import Folder

NAME = "teleclaude.yml"


def test_the_nearest_one_upward(folder: Folder) -> None:
    home = folder.root / "home"
    folder.write(NAME)
    folder.write(f"sub/{NAME}")
    deep = folder.write("sub/deep/x").parent
    assert find_config(None, None, deep, home) == folder.root / "sub" / NAME
    assert find_config(None, None, folder.root / "sub", home).parent.name == "sub"
    assert find_config("", "", folder.root, home) == folder.root / NAME


def test_what_is_named_goes_first(folder: Folder) -> None:
    home = folder.root / "home"
    named, other = folder.write("named.yml"), folder.write(f"other/{NAME}")
    folder.write(NAME)
    assert find_config("named.yml", "other", folder.root, home) == named
    assert find_config(str(named), None, folder.root, home) == named
    assert find_config(None, "other", folder.root, home) == other
    assert find_config("other", None, folder.root, home) == other
    tilde = folder.write("home/x.yml")
    assert find_config("~/x.yml", None, folder.root, home) == tilde


def test_the_users_own_goes_last(folder: Folder, tmp_path: Path) -> None:
    own = folder.write(f"home/.teleclaude/{NAME}")
    assert find_config(None, None, tmp_path, folder.root / "home") == own


def test_what_is_not_there(folder: Folder, tmp_path: Path) -> None:
    home = folder.root / "home"
    with pytest.raises(ConfigNotFoundError, match=r"no teleclaude\.yml in") as none:
        find_config(None, None, tmp_path, home)
    assert "jobconsole init" in none.value.hint
    with pytest.raises(ConfigNotFoundError, match=r"gone\.yml does not exist") as named:
        find_config("gone.yml", None, tmp_path, home)
    assert "--config" in named.value.hint
    with pytest.raises(ConfigNotFoundError, match=NAME) as folder_without:
        find_config(None, str(folder.root), tmp_path, home)
    assert "JOBCONSOLE_CONFIG" in folder_without.value.hint


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", ".jobconsole"),
        ("jobs: {}\n", ".jobconsole"),
        ("state_dir: state\n", "state"),
        ("a: 1\nstate_dir: 'my state' # here\nb: 2\n", "my state"),
        ('state_dir: "x"\r\n', "x"),
        ("state_dir: /var/lib/x\n", "/var/lib/x"),
        ("state_dir: ~/x\n", "home/x"),
        ("# state_dir: x\n", ".jobconsole"),
        ("other: {state_dir: x}\n", ".jobconsole"),
        ("other:\n  state_dir: x\nstate_dir: y\n", "y"),
        ("other: |\n  state_dir: x\n", ".jobconsole"),
        ("{state_dir: x}\n", "x"),
        ('"state_dir": x\n', "x"),
        ('state_dir: "\\x78"\n', "x"),
        ("state_dir: >-\n  x\n", "x"),
        ("state_dir: x#y\n", "x#y"),
        ("  state_dir: x\n", "x"),
        ("state_dir: é\n", "é"),
    ],
)
def test_the_state_dir(folder: Folder, text: str, named: str) -> None:
    config = folder.write(NAME, text)
    assert state_dir_of(config, folder.root / "home") == folder.root / named
    assert folder.load().state_dir == folder.root / named


def test_a_broken_file_keeps_its_state_dir(folder: Folder) -> None:
    config = folder.write(NAME, "state_dir: state\njobs: [\n")
    assert state_dir_of(config, folder.root) == folder.root / "state"
    config = folder.write(NAME, "state_dir: state\nother: {state_dir: [\n")
    assert state_dir_of(config, folder.root) == folder.root / "state"
    config = folder.write(NAME, "other: {state_dir: [\n")
    assert state_dir_of(config, folder.root) == folder.root / ".jobconsole"


def test_a_file_that_cannot_be_read_has_the_usual_state_dir(folder: Folder) -> None:
    usual = folder.root / ".jobconsole"
    assert state_dir_of(folder.config_path, folder.root) == usual
    os.mkfifo(folder.config_path)
    assert state_dir_of(folder.config_path, folder.root) == usual
