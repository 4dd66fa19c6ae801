"""Facts of a machine on which all is well, and what a test wants to be otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from jobconsole.doctor.facts import (
    UNLIMITED,
    Answer,
    Facts,
    Login,
    LoginFile,
    LoginWanted,
    Machine,
    Place,
    PlaceKind,
    PlaceWanted,
    Process,
    Program,
    Purpose,
    Wanted,
)
from jobconsole.doctor.findings import Context
from jobconsole.doctor.sight import ProjectFacts, Sight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jobconsole.doctor.findings import Code, Finding, Level
    from jobconsole.standing import Ailment

NOW_MS = 1_795_150_800_000
HOUR_MS = 3_600_000
ROOT = "/home/ann/farm"
BASE = {"PATH": "/usr/bin:/bin", "HOME": "/home/ann", "LANG": "nl_NL.UTF-8"}

LOGIN = LoginWanted(
    agent="claude", jobs=("bug",), files=("/home/ann/.claude/.credentials.json",)
)
LOGIN_FILE = LoginFile(LOGIN.files[0], 0o600, NOW_MS - 72 * HOUR_MS)

PROCESS = Process(
    version="1.0",
    python="/venv/bin/python",
    uid=1000,
    variables=BASE,
    umask=0o022,
    limits={"open files": 1024, "processes": 4096, "file size": UNLIMITED},
    zone="Europe/Amsterdam",
    zone_known=True,
    cgroup=True,
)
MACHINE = Machine(
    platform="linux",
    wall_ms=NOW_MS,
    awake_ms=HOUR_MS,
    continuous_ms=HOUR_MS,
    synchronised=True,
    battery=False,
)


def program(purpose: Purpose, name: str, **changes: Any) -> Program:
    """One that is found by jobs and by the shell, and tells its version."""
    path = name if "/" in name else f"/usr/bin/{name}"
    seen = Program(
        Wanted(purpose, name, BASE["PATH"], ("feed",)),
        found=path,
        real=path,
        outside=path,
        real_outside=path,
        answer=Answer.TOLD,
        version="2.1.3",
    )
    return replace(seen, **changes)


def place(kind: PlaceKind, path: str, **changes: Any) -> Place:
    """One that can be used, on a disk with room."""
    written = kind in {PlaceKind.STATE, PlaceKind.PROJECT, PlaceKind.TEMP}
    mode = 0o600 if kind in {PlaceKind.BASE, PlaceKind.ENV_FILE} else 0o700
    seen = Place(
        PlaceWanted(kind, path, written),
        exists=True,
        mode=mode,
        free_bytes=1 << 40,
        free_files=1 << 20,
        filesystem="ext4",
    )
    return replace(seen, **changes)


FACTS = Facts(
    process=PROCESS,
    machine=MACHINE,
    programs=(
        program(Purpose.AGENT, "claude"),
        program(Purpose.INTERPRETER, f"{ROOT}/.venv/bin/python"),
        program(Purpose.COMMAND, "git", answer=Answer.UNASKED, version=""),
    ),
    logins=(Login(LOGIN, (LOGIN_FILE,)),),
    places=(
        place(PlaceKind.CONFIG, f"{ROOT}/teleclaude.yml", mode=0o644),
        place(PlaceKind.PROJECT, ROOT, mode=0o755),
        place(PlaceKind.STATE, f"{ROOT}/.jobconsole"),
        place(PlaceKind.HOME, "/home/ann"),
        place(PlaceKind.ENV_FILE, f"{ROOT}/.env"),
    ),
)
PROJECT = ProjectFacts(
    config=Path(ROOT) / "teleclaude.yml",
    base=BASE,
    zone="Europe/Amsterdam",
    jobs=3,
    home=Path("/home/ann"),
)


def sight(
    there: Facts = FACTS,
    here: Facts = FACTS,
    project: ProjectFacts = PROJECT,
    context: Context = Context.SYSTEMD,
) -> Sight:
    return Sight(context, here, there, project)


def process(**changes: Any) -> Facts:
    return replace(FACTS, process=replace(PROCESS, **changes))


def machine(**changes: Any) -> Facts:
    return replace(FACTS, machine=replace(MACHINE, **changes))


def programs(*seen: Program) -> Facts:
    return replace(FACTS, programs=seen)


def places(*seen: Place) -> Facts:
    return replace(FACTS, places=seen)


def logins(*seen: Login) -> Facts:
    return replace(FACTS, logins=seen)


def troubles(
    check: Callable[[Sight], Iterable[Finding]], seen: Sight
) -> list[tuple[Level, Code | Ailment]]:
    """What a check finds, without what is fine. Each has a remedy."""
    found = [it for it in check(seen) if it.level != "ok"]
    assert all(it.remedy and it.message for it in found)
    return [(it.level, it.code) for it in found]
