"""What README.md and the guide show must be true."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import click
import msgspec
import pytest

from jobconsole.cli import documents
from jobconsole.cli.main import COMMANDS, program
from jobconsole.cli.session import Session
from jobconsole.doctor.findings import Code, Subject
from jobconsole.standing import Ailment
from jobconsole.wiring import surroundings
from runner.model.system import Absence, Gap
from tests.examples.command import jobconsole
from tests.examples.program import ROOT

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("agents", "agent-hygiene", "console", "drivers", "guide", "macos-checks")
DOCUMENTS = [ROOT / "README.md", *(ROOT / "docs" / f"{name}.md" for name in NAMES)]
NAMED_IN_EXAMPLES = [
    "bin/rotate",
    "docs/project/spec/jobs/doc-drift.md",
    "docs/project/spec/jobs/log-review.md",
    "jobs/disk_use.py",
    "jobs/stale_branches.py",
]
KEYS_OF_JOBS = {"env_file", "env_pass"}
"""Named beside findings, and none themselves."""


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


def test_the_guide_lists_each_command() -> None:
    guide = (ROOT / "docs/guide.md").read_text()
    table = guide.partition("## Commands and exit codes")[2].partition("\n\nData")[0]
    listed = {
        name for row in table.splitlines() for name in re.findall(r"`([a-z]+)[ `]", row)
    }

    assert listed & COMMANDS.keys() == COMMANDS.keys()
    assert {*re.findall(r"^\| `([a-z]+)", table, re.MULTILINE)} <= COMMANDS.keys()


def named_in_tables(page: str) -> set[str]:
    text = (ROOT / "docs" / page).read_text()
    rows = [row for row in text.splitlines() if row.startswith("|")]
    return {name for row in rows for name in re.findall(r"`([a-z]+_[a-z_]+)`", row)}


def test_each_command_line_is_one() -> None:
    lines = [
        (page.name, line)
        for page in DOCUMENTS
        for line in re.findall(r"^\$ jobconsole\b(.*)$", page.read_text(), re.MULTILINE)
    ]
    assert len(lines) > 50

    for page, line in lines:
        command: click.Command = program
        words = shlex.split(line, comments=True)
        while isinstance(command, click.Group) and words:
            found = command.get_command(click.Context(command), words[0])
            assert found is not None, f"{page}: {line}"
            command, words = found, words[1:]
        try:
            command.make_context("jobconsole", words, obj=Session(surroundings()))
        except click.UsageError as error:
            pytest.fail(f"{page}: {line}: {error.format_message()}")


def test_what_can_be_wrong_with_a_driver_is_told() -> None:
    assert named_in_tables("drivers.md") >= {*Ailment}


def test_each_finding_of_the_doctor_is_told() -> None:
    told = named_in_tables("drivers.md")
    text = (ROOT / "docs/drivers.md").read_text()

    assert told >= {code for code in Code if not code.endswith("_ok")}
    assert told <= {*Code, *Ailment} | KEYS_OF_JOBS
    for subject in Subject:
        assert re.search(rf"^\| {subject}\b", text, re.MULTILINE), subject


def test_the_time_in_which_nobody_looked_is_told_as_it_is_printed() -> None:
    text = (ROOT / "docs/drivers.md").read_text()
    gap = msgspec.convert(documents.gap(Gap(0, 0, Absence.ASLEEP)), dict[str, object])

    for name in (*gap, *Absence):
        assert f"`{name}`" in text, name


def test_the_house_is_as_it_is_described() -> None:
    text = (ROOT / "docs/ARCHITECTURE.md").read_text()
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    rows = text.partition("| contract | why |")[2].partition("\n\n")[0]

    assert rows.count("\n|") - 1 == len(contracts)
    for path in set(re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", text)):
        homes = (ROOT / room / path for room in (".", "runner", "jobconsole"))
        assert any(home.exists() for home in homes), path


@each_block("python")
def test_each_program_is_python(text: str) -> None:
    compile(text, "guide.md", "exec")


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
