"""Projects in front of which the console is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from runner import api
from tests.helpers.project import run_job
from tests.helpers.screen import HOSTILE
from tests.helpers.site import site
from tests.helpers.still import Still, at, still

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.engine.project import Project

FIVE = at("2026-11-20 05:00")
"""A Friday."""

JOBS = {
    "zeta": {"when": {"every": "1h"}, "tags": ["nightly"], "role": "member"},
    "alpha": {"when": {"at": "06:00"}, "description": "Feeds the cat"},
    "mid": {"args": ["one", "two words"]},
    "broken": {"comand": "true"},
}

FOREIGN = (
    "[red]red[/red] [@click=app.quit]quit[/] \x1b]52;c;aGk=\x07\x1b]0;t\x07\u202ertl"
)
"""What a description, an argument or a reason may hold."""

SHOWN: dict[str, object] = {
    "says": {"command": "echo 'fed 3 cats'; echo odd >&2"},
    "fails": {"command": "echo 'no such table: cats' >&2; exit 3"},
    "long": {"command": "seq 1 3000; echo 'ValueError: it broke'; seq 3001 6000"},
    "hostile": {
        "description": FOREIGN,
        "command": ["cat", "noise"],
        "args": [FOREIGN],
        "tags": [FOREIGN],
        "when": {"at": "06:00"},
    },
    "never": {"command": ["true"], "description": "It waits"},
}
EVER_RAN = ("says", "fails", "long", "hostile")

FILE_NAMES = ("[red]x[bold].txt", "\x1b]52;c;aGk=\x07.txt", "\u202egpj.md")


class Showroom(NamedTuple):
    """A project, and the latest run of each of its jobs."""

    project: Project
    runs: dict[str, str]


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Still]:
    """Four jobs at five o'clock, one of them invalid; nothing of them ever starts."""
    with still(tmp_path, JOBS, FIVE) as it:
        yield it


@pytest.fixture(scope="session")
def showroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Showroom]:
    """Runs that really ran, to be looked at and left as they are."""
    folder = tmp_path_factory.mktemp("showroom")
    noise = "\n".join(HOSTILE).encode("utf-8", "surrogateescape")
    (folder / "noise").write_bytes(noise)
    with site(folder, {"timezone": "UTC", "jobs": SHOWN}) as project:
        runs = {job_id: run_job(project, job_id).run_id for job_id in EVER_RAN}
        for _ in range(2):
            runs["fails"] = run_job(project, "fails").run_id
        hostile = api.run_detail(project, runs["hostile"]).folder.path
        for number, name in enumerate(FILE_NAMES):
            (hostile / name).write_bytes(noise[: 1000 + number])
        (hostile / "summary.md").write_bytes(noise)
        says = api.run_detail(project, runs["says"]).folder.path
        (says / "summary.md").write_text("# It went well\n\n- *one*\n- **two**\n")
        (says / "data.json").write_text('{"cats": [1, 2]}')
        yield Showroom(project, runs)
