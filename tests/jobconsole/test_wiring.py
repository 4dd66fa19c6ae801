from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from jobconsole import wiring

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("encoding", "variables", "expected"),
    [
        ("utf-8", {}, True),
        ("UTF8", {"LANG": "nl_NL.UTF-8"}, True),
        ("utf-8", {"LANG": "C"}, False),
        ("utf-8", {"LC_ALL": "POSIX", "LANG": "nl_NL.UTF-8"}, False),
        ("utf-8", {"LC_ALL": "C.UTF-8", "LANG": "C"}, True),
        ("latin-1", {}, False),
    ],
)
def test_marks_are_ascii_where_unicode_is_not_wanted(
    monkeypatch: pytest.MonkeyPatch,
    encoding: str,
    variables: dict[str, str],
    expected: bool,
) -> None:
    for name in ("LC_ALL", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding))

    assert wiring.surroundings().out.unicode is expected


class Screen(io.TextIOWrapper):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_colour_can_be_declined(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: bool
) -> None:
    for name, value in {"TERM": "xterm", **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Screen(io.BytesIO(), "utf-8"))

    assert wiring.surroundings().out.colour is expected


@pytest.mark.parametrize(
    ("columns", "width"), [("120", 120), ("7", 40), ("0", 80), ("wide", 80)]
)
def test_columns(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "utf-8"))

    assert wiring.surroundings().out.width == width


def test_the_user_is_not_what_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("USER", "LOGNAME"):
        monkeypatch.setenv(name, "somebody-else")

    assert wiring.surroundings().user() != "somebody-else"


def test_streams_that_are_closed_and_a_folder_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "teleclaude.yml").write_text("jobs:\n")
    gone = tmp_path / "gone"
    gone.mkdir()
    config = tmp_path / "teleclaude.yml"
    program = f'rmdir "$1"; exec "$0" -P -m jobconsole --config {config}'
    for words, code in (("--tick >&- 2>&- <&-", 0), ("list >&- 2>&-", 0)):
        gone.mkdir(exist_ok=True)
        done = subprocess.run(
            ["sh", "-c", f"{program} {words}", sys.executable, str(gone)],
            cwd=gone,
            check=False,
            timeout=60,
        )

        assert done.returncode == code
    assert (tmp_path / ".jobconsole/index.db").exists()
