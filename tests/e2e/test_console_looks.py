"""What the console makes of the terminal that it finds."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from tests.helpers.processes import jobconsole
from tests.helpers.project import write_project
from tests.helpers.terminal import (
    CTRL_P,
    DOWN,
    ENTER,
    ESCAPE,
    LARGE,
    MIDDLE,
    SMALL,
    console,
    opening,
    terminal,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.terminal import Terminal

pytestmark = pytest.mark.slow

JOBS = """
    jobs:
      sync: {command: [echo, hello], when: {every: 1h}}
      digest: {command: [echo, hello]}
"""
SGR = re.compile(rb"\x1b\[([0-9;]*)m")
COLOURS = {*range(30, 39), *range(40, 49), *range(90, 108)}


def everywhere(it: Terminal) -> None:
    """Go where there is something to be drawn."""
    for key, sign in (
        ("2", "[Runs 2]"),
        ("3", "[Agenda 3]"),
        ("4", "[Board 4]"),
        ("5", "[System 5]"),
        ("1", "[Jobs 1]"),
    ):
        it.press(key)
        it.wait_for(sign)
    for key, sign in (
        ("?", "Run at once"),
        ("w", "Why sync"),
        ("r", "Timeout"),
        (":", "completion"),
        ("/", "status:failed"),
        (CTRL_P, "Act on all"),
    ):
        it.press(key)
        it.wait_for(sign)
        it.press(ESCAPE)
        it.wait_without(sign)
    it.press("l")
    it.wait_for("[Log]")


def colours(raw: bytes | bytearray) -> set[bytes]:
    """The sequences that choose a colour."""
    codes = set(SGR.findall(raw))
    return {it for it in codes if COLOURS & {int(n) for n in it.split(b";") if n}}


@pytest.mark.parametrize(
    "environment",
    [
        {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
        {"TERM": "screen"},
        {"TERM": "vt100"},
        {"TERM": "never-heard-of"},
    ],
)
def test_opens_in(tmp_path: Path, environment: dict[str, str]) -> None:
    write_project(tmp_path, JOBS)
    with console(tmp_path, environment=environment) as it:
        it.wait_for("sync", "digest")
        assert colours(it.raw)
        it.press("q")
        it.finish()
        it.assert_restored()


def test_no_color(tmp_path: Path) -> None:
    write_project(tmp_path, JOBS)
    with console(tmp_path, environment={"NO_COLOR": "1"}) as it:
        everywhere(it)
        assert not colours(it.raw)


@pytest.mark.parametrize(
    ("options", "environment"), [(["--ascii"], {}), ([], {"LC_ALL": "C"})]
)
def test_ascii(tmp_path: Path, options: list[str], environment: dict[str, str]) -> None:
    write_project(tmp_path, JOBS)
    with console(tmp_path, *options, environment=environment) as it:
        everywhere(it)
        assert not {char for char in it.raw.decode() if not char.isascii()}


@pytest.mark.parametrize("term", ["dumb", "", None])
def test_refuses_a_terminal_that_shows_no_screens(
    tmp_path: Path, term: str | None
) -> None:
    write_project(tmp_path, JOBS)
    with opening(tmp_path, environment={"TERM": term}) as it:
        assert it.finish() == (2, None)
        it.wait_for("error: the console needs a terminal", "jobconsole list")
        assert b"\x1b[?1049h" not in it.raw


def test_refuses_to_draw_into_a_pipe(tmp_path: Path) -> None:
    write_project(tmp_path, JOBS)
    done = jobconsole(cwd=tmp_path)
    assert done.returncode == 2
    assert "the console needs a terminal" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("elsewhere", [">out", "2>out", "<teleclaude.yml"])
def test_refuses_half_a_terminal(tmp_path: Path, elsewhere: str) -> None:
    write_project(tmp_path, JOBS)
    line = f"exec '{sys.executable}' -P -m jobconsole {elsewhere}"
    with terminal(["/bin/sh", "-c", line], tmp_path) as it:
        assert it.finish() == (2, None)
        assert b"\x1b" not in it.raw


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE])
def test_fills_the_terminal(tmp_path: Path, size: tuple[int, int]) -> None:
    write_project(tmp_path, JOBS)
    with console(tmp_path, size=size) as it:
        it.wait_for("sync", "digest", "? help")
        assert "? help" in it.lines[-1]
        assert all(len(line) <= size[0] for line in it.lines)


def test_resized(tmp_path: Path) -> None:
    """To nearly nothing and back; the chosen job stays chosen."""
    write_project(tmp_path, JOBS)
    with console(tmp_path) as it:
        it.press(DOWN)
        it.wait_for(lambda: it.line_with("▌", "digest"))
        it.resize(40, 10)
        it.wait_for("80 columns")
        it.resize(1, 1)
        it.resize(*SMALL)
        it.wait_for(lambda: it.line_with("▌", "digest"), lambda: "▏" not in it.text)
        it.resize(*LARGE)
        it.wait_for("[Overview]", lambda: "? help" in it.lines[-1])
        it.press("q")
        it.finish()
        it.assert_restored()


def test_a_storm_of_sizes(tmp_path: Path) -> None:
    write_project(tmp_path, JOBS)
    with console(tmp_path) as it:
        for number in range(200):
            it.resize(20 + number * 37 % 200, 5 + number * 13 % 60)
        it.resize(*SMALL)
        it.wait_for("KIND/ROLE", lambda: "? help" in it.lines[-1])


def test_narrowed_while_reading(tmp_path: Path) -> None:
    """What is beside the list goes away; keys obey what is left."""
    write_project(tmp_path, JOBS)
    with console(tmp_path) as it:
        it.press("l")
        it.wait_for("[Log]", "wrap")
        it.resize(*SMALL)
        it.wait_for("open", lambda: "[Log]" not in it.text)
        it.press(DOWN)
        it.wait_for(lambda: it.line_with("▌", "digest"))
        it.press(ENTER)
        it.wait_for("[Overview]", "digest")
