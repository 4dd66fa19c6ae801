from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from jobconsole.imports.amend import Amendment, amend, difference
from runner.config.loader import load
from runner.model.errors import ImportInvalidError
from tests.jobconsole.imports.settled import ground

if TYPE_CHECKING:
    from pathlib import Path

    from runner.model.config import Config

BEFORE = b"jobs:\n  a: {command: x}\n"
AFTER = BEFORE + b"  b: {command: y}\n"


def read(path: Path) -> Config:
    return load(path, ground(path.parent).around).config


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "teleclaude.yml"
    path.write_bytes(BEFORE)
    return path


def test_it_is_replaced_and_keeps_its_mode(config: Path) -> None:
    config.chmod(0o640)

    amend(Amendment(config, BEFORE, AFTER), read)

    assert config.read_bytes() == AFTER
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
    assert [it.name for it in config.parent.iterdir()] == ["teleclaude.yml"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_it_keeps_its_owner(config: Path) -> None:
    os.chown(config, 12, 34)

    amend(Amendment(config, BEFORE, AFTER), read)

    assert (config.stat().st_uid, config.stat().st_gid) == (12, 34)


def test_a_link_is_followed(config: Path, tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real = config.rename(tmp_path / "dotfiles/jobs.yml")
    config.symlink_to("dotfiles/jobs.yml")

    amend(Amendment(config, BEFORE, AFTER), read)

    assert config.is_symlink()
    assert real.read_bytes() == AFTER


def test_what_was_changed_meanwhile_stays(config: Path) -> None:
    config.write_bytes(b"jobs:\n  other: {command: z}\n")

    with pytest.raises(ImportInvalidError, match="was changed meanwhile"):
        amend(Amendment(config, BEFORE, AFTER), read)
    assert config.read_bytes() == b"jobs:\n  other: {command: z}\n"
    assert [it.name for it in config.parent.iterdir()] == ["teleclaude.yml"]


def test_what_would_be_broken_is_not_written(config: Path) -> None:
    broken = BEFORE + b"  b: {comand: y}\n"

    with pytest.raises(ImportInvalidError, match="would have a problem: "):
        amend(Amendment(config, BEFORE, broken), read)
    assert config.read_bytes() == BEFORE


def test_what_was_broken_before_may_stay_so(config: Path) -> None:
    before = b"jobs:\n  a: {comand: x}\n"
    config.write_bytes(before)

    amend(Amendment(config, before, before + b"  b: {command: y}\n"), read)

    assert config.read_bytes().endswith(b"  b: {command: y}\n")


def test_the_difference(config: Path) -> None:
    assert difference(Amendment(config, BEFORE, AFTER)) == [
        "--- teleclaude.yml",
        "+++ teleclaude.yml",
        "@@ -1,2 +1,3 @@",
        " jobs:",
        "   a: {command: x}",
        "+  b: {command: y}",
    ]
