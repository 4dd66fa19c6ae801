"""Whatever jobs are called and print, the terminal gets text, colours and places."""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.orders import Order
from tests.helpers.processes import PROGRAMS
from tests.helpers.screen import HOSTILE
from tests.helpers.site import site
from tests.helpers.terminal import CTRL_P, DOWN, ESCAPE, LARGE, MIDDLE, SMALL, console

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.terminal import Terminal

pytestmark = pytest.mark.slow

OURS = re.compile(rb"\x1b\[[0-9;]*m|\x1b\[\d+;\d+H|\r\n|\x1b\]22;[a-z-]+\x07")
"""Colours, places, ends of lines and the shape of the pointer: all that a paint needs."""

CONTROLS = {"Cc", "Cs", "Zl", "Zp"}
DIRECTIONS = {*"\u061c\u200e\u200f", *map(chr, range(0x202A, 0x202F))} | {
    *map(chr, range(0x2066, 0x206A))
}

NAMES = [text for text in HOSTILE if all(ord(it) < 0xD800 for it in text)]
"""For all that a configuration may say about a job; its id is plain by rule."""


def assert_harmless(painted: bytes) -> None:
    text = OURS.sub(b"", painted).decode()
    controls = {it for it in text if unicodedata.category(it) in CONTROLS}
    assert not controls
    assert not DIRECTIONS & set(text)


def look_around(it: Terminal) -> None:
    """See all that there is to see of the job under the cursor, and of all."""
    for key, sign in (
        ("l", "[Log]"),
        ("h", "[History]"),
        ("f", "[Files]"),
        ("d", "[Spec]"),
    ):
        it.press(key)
        it.wait_for(sign)
    for key, sign in (
        ("2", "[Runs 2]"),
        ("3", "[Agenda 3]"),
        ("5", "[System 5]"),
        ("1", "[Jobs 1]"),
    ):
        it.press(key)
        it.wait_for(sign)


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE])
def test_what_a_job_prints(tmp_path: Path, size: tuple[int, int]) -> None:
    command = [sys.executable, str(PROGRAMS / "hostile.py")]
    with site(tmp_path, {"jobs": {"sync": {"command": command}}}) as project:
        api.submit(project, Order("sync", "tester"))
        with console(tmp_path, size=size) as it:
            it.wait_for(lambda: it.line_with("✗", "sync"))
            before = len(it.raw)
            it.press("l")
            it.wait_for("[Log]", "and that was all", "open")
            it.press("W")
            it.press("g")
            it.wait_for("[red]red[/red] [@click", "copied", "title", "red by right")
            look_around(it)
            assert_harmless(bytes(it.raw[before:]))
            assert it.line_with("sync")


def test_what_a_job_is_called(tmp_path: Path) -> None:
    jobs = {
        f"job{number}": {"command": [text], "description": text, "tags": [text]}
        for number, text in enumerate(NAMES)
    }
    with site(tmp_path, {"jobs": jobs}), console(tmp_path, size=LARGE) as it:
        it.wait_for("job0")
        before = len(it.raw)
        for _ in jobs:
            it.press(DOWN)
        it.wait_for(lambda: it.line_with("▌", f"job{len(jobs) - 1}"))
        it.press("w")
        it.wait_for("Why job")
        it.press(ESCAPE)
        it.wait_without("Why job")
        it.press(CTRL_P)
        it.wait_for("Act on all")
        it.press(ESCAPE)
        it.wait_without("Act on all")
        look_around(it)
        assert_harmless(bytes(it.raw[before:]))


def test_a_folder_with_an_odd_name(tmp_path: Path) -> None:
    """The project is called as its folder is, which may be called anything."""
    root = tmp_path / "[red]\x1b]0;taken\x07\u202e"
    root.mkdir()
    jobs = {"sync": {"command": ["true"]}}
    with site(root, {"jobs": jobs}), console(root, size=LARGE) as it:
        it.wait_for("sync", "[red]")
        start = it.raw.index(b"sync")
        it.press("5")
        it.wait_for("[System 5]")
        assert_harmless(bytes(it.raw[start:]))
