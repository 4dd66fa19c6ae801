"""What README.md and the guide show must be true."""

from __future__ import annotations

import plistlib
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.examples.command import jobconsole
from tests.examples.program import ROOT

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("agents", "agent-hygiene", "console", "guide")
DOCUMENTS = [ROOT / "README.md", *(ROOT / "docs" / f"{name}.md" for name in NAMES)]
NAMED_IN_EXAMPLES = [
    "bin/rotate",
    "docs/project/spec/jobs/doc-drift.md",
    "docs/project/spec/jobs/log-review.md",
    "jobs/disk_use.py",
    "jobs/stale_branches.py",
]


def blocks(language: str) -> dict[str, str]:
    """The fenced blocks of one language, by document and line."""
    fence = re.compile(rf"^```{language}\n(.*?)^```", re.DOTALL | re.MULTILINE)
    return {
        f"{page.name}:{page.read_text()[: block.start()].count(chr(10)) + 1}": block[1]
        for page in DOCUMENTS
        for block in fence.finditer(page.read_text())
    }


def each_block(language: str) -> pytest.MarkDecorator:
    found = blocks(language)
    return pytest.mark.parametrize("text", found.values(), ids=found.keys())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in NAMED_IN_EXAMPLES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    return tmp_path


@each_block("yaml")
def test_each_configuration_is_valid(project: Path, text: str) -> None:
    zone = "" if text.startswith("timezone:") else "timezone: Europe/Amsterdam\n"
    (project / "teleclaude.yml").write_text(zone + text)

    done = jobconsole(project, "validate")

    assert done.returncode == 0, done.stdout + done.stderr


def test_each_command_in_the_guide_exists(tmp_path: Path) -> None:
    guide = (ROOT / "docs/guide.md").read_text()
    table = guide.partition("## Commands and exit codes")[2]
    commands = re.findall(r"^\| `([a-z]+)", table, re.MULTILINE)

    offered = jobconsole(tmp_path, "--help").stdout

    assert "run" in commands
    for command in commands:
        assert re.search(rf"^\s+{command}\s", offered, re.MULTILINE), command


@each_block("python")
def test_each_program_is_python(text: str) -> None:
    compile(text, "guide.md", "exec")


def test_the_property_list_for_launchd_ticks_every_five_minutes() -> None:
    (text,) = blocks("xml").values()

    agent = plistlib.loads(text.encode())

    assert agent["StartInterval"] == 300
    assert agent["ProgramArguments"][-1] == "--tick"


def test_links_lead_somewhere() -> None:
    for page in DOCUMENTS:
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def anchors_of(page: Path) -> set[str]:
    headings = re.findall(r"^##+ (.*)$", page.read_text(), re.MULTILINE)
    return {
        re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


def test_headings_that_are_linked_exist() -> None:
    for page in DOCUMENTS:
        for name, anchor in re.findall(r"\]\(([^)#\s]*)#([^)]+)\)", page.read_text()):
            target = page.parent / name if name else page
            assert anchor in anchors_of(target), f"{page.name}: {name}#{anchor}"


def test_the_keys_of_the_console_are_those_that_it_has() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs/keys.py"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )

    assert done.stdout in (ROOT / "docs/console.md").read_text()
