"""A pager or an editor gets the terminal, and gives it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.orders import Order
from tests.helpers.site import site
from tests.helpers.terminal import CLEAR, ENTER, SMALL, console

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.engine.project import Project
    from tests.helpers.terminal import Terminal

pytestmark = pytest.mark.slow

PROGRAM = """
    #!/bin/sh
    stty -a | grep -q -e '-icanon' && exit 9
    echo "this is a program, given $1 and ${2##*/}"
    read -r line
    echo "$line" > said
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    config = {"jobs": {"sync": {"command": ["echo", "hello from sync"]}}}
    with site(tmp_path, config, {"program.sh": PROGRAM.lstrip()}) as project:
        api.submit(project, Order("sync", "tester"))
        yield project


def open_log(it: Terminal) -> None:
    it.wait_for(lambda: it.line_with("✓", "sync"))
    it.press("l")
    it.wait_for("hello from sync")


@pytest.mark.parametrize(
    ("variable", "key"), [("PAGER", "v"), ("EDITOR", "V"), ("VISUAL", "V")]
)
def test_a_program_with_arguments(project: Project, variable: str, key: str) -> None:
    program = f"'{project.root}/program.sh' -x"
    environment = {variable: program}
    with console(project.root, size=SMALL, environment=environment) as it:
        open_log(it)
        it.press(key)
        it.wait_for("this is a program, given -x and stdout.log")
        it.assert_restored()
        it.wipe()
        it.press("all read\r")
        it.wait_for("[Log]", "hello from sync", "? help")
        assert (project.root / "said").read_text("utf-8") == "all read\n"
        it.press("q")
        it.finish()
        it.assert_restored()


@pytest.mark.parametrize("program", ["/not/there", "false", "sh -c 'kill -9 $$'"])
def test_a_program_that_fails(project: Project, program: str) -> None:
    with console(project.root, size=SMALL, environment={"PAGER": program}) as it:
        open_log(it)
        it.press("v")
        it.wait_for(lambda: it.raw.count(b"\x1b[?1049h") == 2)
        it.wipe()
        it.press("?")
        it.wait_for("Keys", "Follow")


@pytest.mark.parametrize("program", ["", " ", "it's"])
def test_words_that_name_no_program(project: Project, program: str) -> None:
    environment = {"PAGER": program, "EDITOR": program}
    with console(project.root, environment=environment) as it:
        it.wait_for(lambda: it.line_with("✓", "sync"))


def test_saves_where_nothing_can_be_written(project: Project) -> None:
    with console(project.root, size=SMALL) as it:
        open_log(it)
        it.press("s")
        it.wait_for("Save the log as", ".log")
        it.press(CLEAR)
        it.wait_for("a path")
        it.press("/not/there/a.log")
        it.wait_for("/not/there/a.log")
        it.press(ENTER)
        it.wait_for("not saved", "[Log]")


def test_saves(project: Project) -> None:
    with console(project.root, size=SMALL) as it:
        open_log(it)
        it.press("s")
        it.wait_for("Save the log as", ".log")
        it.press(CLEAR)
        it.wait_for("a path")
        it.press("kept.log")
        it.wait_for("kept.log")
        it.press(ENTER)
        it.wait_for("saved as")
    assert (project.root / "kept.log").read_text("utf-8") == "hello from sync\n"
