"""What the console looks like: every page in its sizes and themes, as pictures.

Look at what changed and, where it is meant, keep it:

    pytest tests/tui/test_snapshots.py --snapshot-update

A failure writes snapshot_report.html, which shows both pictures side by side. They are
drawn by one Python and the locked Textual; under others these tests are skipped.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import textual
from textual.widgets import Input

from tests.helpers import gallery
from tests.helpers.picture import Look, console, posing
from tests.helpers.still import at
from tests.helpers.story import run_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.helpers.picture import Pose
    from tests.helpers.stage import Operator

PYTHON = (3, 11)
LOCK = Path(__file__).parents[2] / "uv.lock"


def locked(name: str) -> str:
    """The version of a package in uv.lock."""
    packages = tomllib.loads(LOCK.read_text("utf-8"))["package"]
    return next(str(it["version"]) for it in packages if it["name"] == name)


pytestmark = pytest.mark.skipif(
    sys.version_info[:2] != PYTHON or textual.__version__ != locked("textual"),
    reason=f"drawn by Python {PYTHON[0]}.{PYTHON[1]} and textual {locked('textual')}",
)


async def jobs(operator: Operator) -> None:
    await operator.sees("odd_letters")
    await operator.goes_to("youtube_sync")


def page(job_id: str, key: str, *seen: str) -> Pose:
    """A page of a job: on the whole screen, or beside the list."""

    async def pose(operator: Operator) -> None:
        await operator.goes_to(job_id)
        await operator.press(key)
        await operator.sees(*seen)

    return pose


async def chosen_run(operator: Operator) -> None:
    """From the history to one run of it, and on to its overview."""
    await page("youtube_sync", "h", "OUTCOME")(operator)
    await operator.press("down", "enter")
    await operator.sees("QuotaError")
    await operator.press("v")
    await operator.sees("last run")


async def bulk(operator: Operator) -> None:
    await operator.sees("odd_letters")
    await operator.press("asterisk", "b")
    await operator.sees("17 marked jobs", "disable")


async def filtered(operator: Operator) -> None:
    await operator.press("slash")
    await operator.types("kind:agent role:member")
    await operator.press("enter")
    await operator.sees_no("odd_letters")


async def refused_filter(operator: Operator) -> None:
    await operator.press("slash")
    await operator.types("status:failled")
    await operator.sees("no status 'failled'")


def why(job_id: str, text: str, *seen: str) -> Pose:
    """Why a job ran, or not, at the time that a text names."""

    async def pose(operator: Operator) -> None:
        await operator.goes_to(job_id)
        await operator.press("w")
        await operator.sees(f"Why {job_id}", "verdict")
        if text:
            await operator.press("slash")
            await operator.focuses(operator.console.screen.query_one(Input))
            await operator.types(text)
            await operator.press("enter")
        await operator.sees(*seen)

    return pose


def view(key: str, *seen: str) -> Pose:
    async def pose(operator: Operator) -> None:
        await operator.press(key)
        await operator.sees(*seen)

    return pose


async def compare(operator: Operator) -> None:
    await view("2", "youtube_sync")(operator)
    first, second = (
        run_id("youtube_sync", at(f"2026-10-{day} 04:00")) for day in (23, 24)
    )
    for chosen in (first, second):
        await operator.goes_to(chosen)
        await operator.press("space")
    await operator.press("equals_sign")
    await operator.sees("Two runs", "WHAT", "OUTCOME")


async def completions(operator: Operator) -> None:
    await operator.press("colon")
    await operator.sees("agenda  board")
    await operator.types("re")
    await operator.sees("replay")


async def palette(operator: Operator) -> None:
    await operator.press("ctrl+p")
    await operator.sees("Search for commands")
    await operator.types("theme safe")
    await operator.sees("Theme safe-dark", "Theme safe-light")
    await operator.sees_no("key ")


async def system(operator: Operator) -> None:
    await view("5", "ticks  ", "broken")(operator)
    operator.console.clear_notifications()
    await operator.sees_no("shows more")


async def broken(operator: Operator) -> None:
    await operator.sees("broken configuration", "(5")


async def nothing(operator: Operator) -> None:
    await operator.sees("There are no jobs yet.")


async def too_small(operator: Operator) -> None:
    await operator.sees("needs 80 columns")


SMALL, MIDDLE, LARGE = (80, 24), (120, 40), (200, 60)
DARK = Look(SMALL)
TWO = (DARK, Look(MIDDLE, "light"))
THREE = (*TWO, Look(LARGE))
ALL = (
    *(
        Look(size, theme)
        for size in (SMALL, MIDDLE, LARGE)
        for theme in ("dark", "light")
    ),
    Look(MIDDLE, "safe-dark"),
    Look(MIDDLE, "safe-light"),
    Look(MIDDLE, ascii=True),
    Look(MIDDLE, colour=False),
)


class Scene(NamedTuple):
    name: str
    looks: tuple[Look, ...]
    pose: Pose
    project: str = "farm"


SCENES = (
    Scene("jobs", ALL, jobs),
    Scene("overview", THREE, page("youtube_sync", "enter", "asking for page 2")),
    Scene("overview-running", THREE, page("log_bug_hunter", "enter", "processes")),
    Scene("overview-invalid", (DARK,), page("stale_branches", "enter", "where")),
    Scene("log", TWO, page("disk_report", "l", "done")),
    Scene("history", TWO, page("thumbnails", "h", "OUTCOME", "1m43s")),
    Scene("run", (DARK,), chosen_run),
    Scene("files", TWO, page("youtube_sync", "f", "summary.md", "failed")),
    Scene("spec", TWO, page("youtube_sync", "d", "defined in")),
    Scene("run-dialog", TWO, page("youtube_sync", "r", "not allowed", "10m")),
    Scene("stop-dialog", (DARK,), page("log_bug_hunter", "x", "Stop log_bug", "hunt ")),
    Scene("bulk", (DARK,), bulk),
    Scene("filter", (DARK,), filtered),
    Scene("filter-problem", TWO, refused_filter),
    Scene("why-ran", (DARK,), why("youtube_sync", "", "ran")),
    Scene("why-overlap", (DARK,), why("log_bug_hunter", "15:00", "overlap")),
    Scene("why-no-fire", (DARK,), why("youtube_sync", "07:00", "not a fire")),
    Scene("runs", THREE, view("2", "youtube_sync")),
    Scene("compare", TWO, compare),
    Scene("agenda", (*THREE, Look(SMALL, ascii=True)), view("3", "24 h", "now")),
    Scene("board", (DARK,), view("4", "not part of this version")),
    Scene("system", THREE, system, "broken"),
    Scene("broken", (DARK,), broken, "broken"),
    Scene("command", (DARK,), completions),
    Scene("help", (DARK,), view("question_mark", "Keys")),
    Scene("palette", TWO, palette),
    Scene("empty", (DARK,), nothing, "empty"),
    Scene("too-small", (Look((70, 18)),), too_small),
)
SHOTS = [
    pytest.param(scene, look, id=f"{scene.name}-{look}")
    for scene in SCENES
    for look in scene.looks
]


@pytest.fixture(scope="session")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Their configurations by name; nobody changes anything in front of a picture."""
    made = {
        name: gallery.make(tmp_path_factory.mktemp(name)) for name in ("farm", "broken")
    }
    gallery.edit(made["broken"], f"{gallery.CONFIG}\njobs: {{}}\n")
    made["empty"] = tmp_path_factory.mktemp("empty") / "teleclaude.yml"
    gallery.edit(made["empty"], "jobs: {}\n")
    return made


@pytest.mark.parametrize(("scene", "look"), SHOTS)
def test_looks_as_it_did(
    projects: dict[str, Path],
    snap_compare: Callable[..., bool],
    monkeypatch: pytest.MonkeyPatch,
    scene: Scene,
    look: Look,
) -> None:
    if not look.colour:
        monkeypatch.setenv("NO_COLOR", "1")
    app = console(projects[scene.project], look)
    pose = posing(scene.pose)
    assert snap_compare(app, terminal_size=look.size, run_before=pose)
