"""Which folders macOS keeps from agents."""

from __future__ import annotations

from pathlib import Path

import pytest

from launchd.privacy import unreadable_place


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("Documents/media/teleclaude.yml", "Documents"),
        ("Documents", "Documents"),
        ("documents/media", "Documents"),
        ("Desktop/x", "Desktop"),
        ("Downloads/x", "Downloads"),
        ("Library/Mobile Documents/com~apple~CloudDocs/x", "Library/Mobile Documents"),
        ("Library/CloudStorage/Dropbox/x", "Library/CloudStorage"),
        ("code/Documents/x", None),
        ("Documents2/x", None),
        ("Library/LaunchAgents/x", None),
        ("code/media", None),
        ("", None),
    ],
)
def test_the_folder_is_named(tmp_path: Path, path: str, place: str | None) -> None:
    home = tmp_path / "anna"
    expected = None if place is None else home / place
    assert unreadable_place(home / path, home) == expected


def test_a_link_does_not_hide_it(tmp_path: Path) -> None:
    (tmp_path / "Documents" / "media").mkdir(parents=True)
    (tmp_path / "media").symlink_to(tmp_path / "Documents" / "media")
    place = unreadable_place(tmp_path / "media" / "teleclaude.yml", tmp_path)
    assert place == tmp_path / "Documents"


def test_other_disks_are_asked_about(tmp_path: Path) -> None:
    assert unreadable_place(Path("/Volumes/Stick/x"), tmp_path) == Path("/Volumes")
