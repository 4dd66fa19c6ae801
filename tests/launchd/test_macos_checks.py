"""The scripts for a Mac, as far as they can be tried without one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from docs import macos_checks, macos_machine
from tests.helpers.launchctl import Mac

DOCS = Path(macos_checks.__file__).parent


@pytest.mark.skipif(sys.platform == "darwin", reason="there it would begin")
@pytest.mark.parametrize("name", ["macos_checks.py", "macos_machine.py"])
def test_elsewhere_it_says_for_what_it_is(name: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        (sys.executable, str(DOCS / name)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 2
    assert "this is for macOS" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_check_is_told_of() -> None:
    page = (DOCS / "macos-checks.md").read_text("utf-8")
    rows = [line.split("|")[1].strip() for line in page.splitlines() if "|" in line]
    names = [check.__name__.replace("_", " ") for check in macos_checks.CHECKS]
    assert rows[-len(names) :] == names


def test_the_stand_in_answers_as_a_mac_is_expected_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a wrong line of the report says what to change in the stand-in."""
    mac = Mac(tmp_path / "mac")
    with mac.changed() as state:
        state["domains"] = [f"gui/{os.getuid()}", f"user/{os.getuid()}"]
        state["drain"] = 1
    monkeypatch.setenv("PATH", f"{mac.bin}:/usr/bin:/bin")
    seen = list(macos_machine.codes(tmp_path))
    assert [line for right, line in seen if not right] == []
    assert len(seen) > 12
