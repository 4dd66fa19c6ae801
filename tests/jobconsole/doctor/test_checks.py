"""Each finding appears where it should, and nothing appears where all is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from jobconsole.doctor.checks.environment import check_environment
from jobconsole.doctor.checks.logins import check_logins
from jobconsole.doctor.checks.machine import check_limits, check_machine
from jobconsole.doctor.checks.places import check_places
from jobconsole.doctor.checks.programs import check_programs
from jobconsole.doctor.checks.project import check_project
from jobconsole.doctor.facts import Answer, Facts, Login, PlaceKind, Purpose
from jobconsole.doctor.findings import Code, Level
from tests.jobconsole.doctor.sights import (
    FACTS,
    LOGIN,
    LOGIN_FILE,
    NOW_MS,
    PROJECT,
    ROOT,
    logins,
    machine,
    place,
    places,
    process,
    program,
    programs,
    sight,
    troubles,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobconsole.doctor.findings import Finding
    from jobconsole.doctor.sight import ProjectFacts, Sight

    Check = Callable[[Sight], Iterator[Finding]]

NOTE, WARNING, ERROR = Level.NOTE, Level.WARNING, Level.ERROR
CHECKS = (
    check_project,
    check_programs,
    check_logins,
    check_environment,
    check_places,
    check_limits,
    check_machine,
)
GONE = {"found": "", "real": ""}
NOWHERE = {**GONE, "outside": "", "real_outside": ""}


@pytest.mark.parametrize("check", CHECKS)
def test_where_all_is_well_nothing_else_is_said(check: Check) -> None:
    found = list(check(sight()))
    assert {it.level for it in found} == {Level.OK}


@pytest.mark.parametrize(
    ("purpose", "there", "here", "expected"),
    [
        (Purpose.AGENT, NOWHERE, NOWHERE, (ERROR, Code.PROGRAM_MISSING)),
        (Purpose.COMMAND, NOWHERE, NOWHERE, (ERROR, Code.PROGRAM_MISSING)),
        (Purpose.MCP_SERVER, NOWHERE, NOWHERE, (WARNING, Code.PROGRAM_MISSING)),
        (Purpose.SHELL_WORD, NOWHERE, NOWHERE, (WARNING, Code.PROGRAM_MISSING)),
        (Purpose.AGENT, NOWHERE, GONE, (ERROR, Code.PROGRAM_ONLY_IN_SHELL)),
        (Purpose.SCRIPT, NOWHERE, {}, (ERROR, Code.PROGRAM_OUT_OF_REACH)),
        (
            Purpose.SCRIPT,
            {**NOWHERE, "denied": "it may not be executed"},
            NOWHERE,
            (ERROR, Code.PROGRAM_NOT_EXECUTABLE),
        ),
        (
            Purpose.AGENT,
            {"answer": Answer.HUNG},
            {},
            (WARNING, Code.PROGRAM_HANGS),
        ),
        (
            Purpose.AGENT,
            {"answer": Answer.FAILED, "said": "exit 127"},
            {},
            (ERROR, Code.PROGRAM_FAILS),
        ),
        (
            Purpose.INTERPRETER,
            {"answer": Answer.UNSTARTABLE, "said": "exec format error"},
            {},
            (ERROR, Code.PROGRAM_FAILS),
        ),
        (
            Purpose.AGENT,
            {"answer": Answer.MUTE},
            {},
            (NOTE, Code.PROGRAM_VERSION_UNKNOWN),
        ),
        (
            Purpose.AGENT,
            {},
            {"real_outside": "/opt/tool"},
            (WARNING, Code.PROGRAM_OTHER_IN_SHELL),
        ),
        (
            Purpose.COMMAND,
            {},
            {"real_outside": "/opt/tool"},
            (NOTE, Code.PROGRAM_OTHER_IN_SHELL),
        ),
        (Purpose.AGENT, {"answer": Answer.UNASKED}, {}, None),
        (Purpose.COMMAND, {}, {}, None),
    ],
)
def test_programs(
    purpose: Purpose,
    there: dict[str, str],
    here: dict[str, str],
    expected: tuple[Level, Code] | None,
) -> None:
    seen = sight(
        programs(program(purpose, "tool", **there)),
        programs(program(purpose, "tool", **here)),
    )
    assert troubles(check_programs, seen) == ([expected] if expected else [])


REFRESH = "`jobconsole env --refresh` from this shell records its PATH for jobs."
ADD = "add its folder to the PATH that these jobs set themselves."


@pytest.mark.parametrize(
    ("wanted", "shell", "remedy"),
    [
        ({}, "", f"Install it or correct its name; {REFRESH}"),
        ({}, "/opt/tool", f"Name its whole path; or {REFRESH}"),
        ({"path": "/own"}, "/opt/tool", f"Name its whole path; or {ADD}"),
        ({"path": "/own"}, "", f"Install it or correct its name; {ADD}"),
        ({"name": "/nowhere/tool"}, "", "Install it or correct its name."),
    ],
)
def test_a_remedy_is_about_the_path_that_the_jobs_have(
    wanted: dict[str, str], shell: str, remedy: str
) -> None:
    lost = program(Purpose.COMMAND, "tool", found="", outside=shell)
    lost = replace(lost, wanted=replace(lost.wanted, **wanted))
    (found,) = check_programs(sight(programs(lost), programs(lost)))
    assert found.remedy == remedy


def test_what_is_named_by_its_whole_path_is_no_other_file_in_the_shell() -> None:
    there = program(Purpose.INTERPRETER, "/venv/bin/python", real="/usr/bin/python3.11")
    assert troubles(check_programs, sight(programs(there))) == []


def test_a_path_that_grew_since_it_was_recorded_is_told() -> None:
    path = "/opt/new/bin:/usr/bin:/bin:"
    here = process(variables={"PATH": path, "HOME": "/home/ann", "LANG": "C.UTF-8"})
    assert troubles(check_programs, sight(here=here)) == [(NOTE, Code.PATH_OLDER)]


@pytest.mark.parametrize(
    ("there", "here", "expected"),
    [
        (Login(LOGIN), Login(LOGIN), (WARNING, Code.LOGIN_NONE)),
        (
            Login(LOGIN, account=True),
            Login(LOGIN),
            (WARNING, Code.LOGIN_NONE),
        ),
        (
            Login(LOGIN, (replace(LOGIN_FILE, error="it may not be read"),)),
            Login(LOGIN, (LOGIN_FILE,)),
            (ERROR, Code.LOGIN_ONLY_IN_SHELL),
        ),
        (
            Login(LOGIN, keychain=False),
            Login(LOGIN, keychain=True),
            (ERROR, Code.LOGIN_ONLY_IN_SHELL),
        ),
        (
            Login(replace(LOGIN, unpassed=("ANTHROPIC_API_KEY",))),
            Login(LOGIN),
            (WARNING, Code.LOGIN_KEY_NOT_PASSED),
        ),
        (
            Login(LOGIN, (replace(LOGIN_FILE, mode=0o644),)),
            Login(LOGIN),
            (WARNING, Code.LOGIN_READABLE_BY_OTHERS),
        ),
        (Login(replace(LOGIN, keys=("ANTHROPIC_API_KEY",))), Login(LOGIN), None),
        (Login(LOGIN, keychain=True), Login(LOGIN, keychain=True), None),
    ],
)
def test_logins(there: Login, here: Login, expected: tuple[Level, Code] | None) -> None:
    found = troubles(check_logins, sight(logins(there), logins(here)))
    assert found == ([expected] if expected else [])


HOME = place(PlaceKind.HOME, "/home/ann")


@pytest.mark.parametrize(
    ("there", "here", "project", "expected"),
    [
        (
            FACTS,
            FACTS,
            PROJECT._replace(base={"LANG": "C.UTF-8"}),
            (ERROR, Code.HOME_MISSING),
        ),
        (
            places(replace(HOME, exists=False)),
            FACTS,
            PROJECT,
            (ERROR, Code.HOME_MISSING),
        ),
        (
            FACTS,
            process(variables={"HOME": "/root"}),
            PROJECT,
            (WARNING, Code.HOME_OTHER),
        ),
        (
            FACTS,
            FACTS,
            PROJECT._replace(base={"HOME": "/home/ann", "LC_ALL": "POSIX"}),
            (WARNING, Code.LOCALE_ASCII),
        ),
        (
            FACTS,
            process(variables={}),
            PROJECT._replace(base={"HOME": "/home/ann"}),
            (NOTE, Code.LOCALE_ASCII),
        ),
        (
            process(zone="Mars/North", zone_known=False),
            FACTS,
            PROJECT,
            (ERROR, Code.ZONE_UNKNOWN),
        ),
        (
            FACTS,
            process(zone="Asia/Tokyo"),
            PROJECT,
            (WARNING, Code.ZONE_OTHER),
        ),
        (
            FACTS,
            FACTS,
            PROJECT._replace(zone="Asia/Tokyo"),
            (NOTE, Code.ZONE_NOT_THE_PROJECTS),
        ),
        (process(uid=0), FACTS, PROJECT, (ERROR, Code.USER_OTHER)),
        (process(umask=0o077), FACTS, PROJECT, None),
        (
            FACTS,
            FACTS,
            PROJECT._replace(unpassed=(("GITHUB_TOKEN", ("feed",)),)),
            (WARNING, Code.VARIABLE_NOT_PASSED),
        ),
        (FACTS, FACTS, PROJECT._replace(zone=None), None),
    ],
)
def test_environment(
    there: Facts,
    here: Facts,
    project: ProjectFacts,
    expected: tuple[Level, Code] | None,
) -> None:
    found = troubles(check_environment, sight(there, here, project))
    assert found == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        (
            PlaceKind.CONFIG,
            {"error": "Operation not permitted"},
            (ERROR, Code.FILE_UNREADABLE),
        ),
        (PlaceKind.PROJECT, {"exists": False}, (ERROR, Code.FILE_MISSING)),
        (PlaceKind.ENV_FILE, {"exists": False}, (NOTE, Code.FILE_MISSING)),
        (PlaceKind.BASE, {"exists": False}, None),
        (PlaceKind.HOME, {"exists": False}, None),
        (
            PlaceKind.STATE,
            {"write_error": "Read-only file system"},
            (ERROR, Code.FOLDER_UNWRITABLE),
        ),
        (
            PlaceKind.PROJECT,
            {"write_error": "Permission denied"},
            (WARNING, Code.FOLDER_UNWRITABLE),
        ),
        (
            PlaceKind.TEMP,
            {"write_error": "No space left on device"},
            (ERROR, Code.FOLDER_UNWRITABLE),
        ),
        (PlaceKind.STATE, {"filesystem": "nfs4"}, (ERROR, Code.FILESYSTEM_UNFIT)),
        (PlaceKind.PROJECT, {"filesystem": "nfs4"}, None),
        (PlaceKind.STATE, {"mode": 0o755}, (WARNING, Code.FILE_READABLE_BY_OTHERS)),
        (PlaceKind.BASE, {"mode": 0o640}, (WARNING, Code.FILE_READABLE_BY_OTHERS)),
        (PlaceKind.ENV_FILE, {"mode": 0o644}, (WARNING, Code.FILE_READABLE_BY_OTHERS)),
        (PlaceKind.ENV_FILE, {"mode": 0o640}, None),
        (PlaceKind.CONFIG, {"mode": 0o644}, None),
        (PlaceKind.STATE, {"free_bytes": 1 << 20}, (ERROR, Code.DISK_FULL)),
        (PlaceKind.STATE, {"free_bytes": 1 << 29}, (WARNING, Code.DISK_LOW)),
        (PlaceKind.STATE, {"free_files": 100}, (WARNING, Code.INODES_LOW)),
        (PlaceKind.STATE, {"free_files": None}, None),
        (PlaceKind.STATE, {"free_bytes": None}, None),
    ],
)
def test_places(
    kind: PlaceKind, changes: dict[str, object], expected: tuple[Level, Code] | None
) -> None:
    found = troubles(check_places, sight(places(place(kind, f"{ROOT}/x", **changes))))
    assert found == ([expected] if expected else [])


def test_a_folder_that_macos_guards_has_a_remedy_of_its_own() -> None:
    path = "/home/ann/Documents/farm/teleclaude.yml"
    there = places(place(PlaceKind.CONFIG, path, error="Operation not permitted"))
    on_mac = replace(there, machine=replace(there.machine, platform="darwin"))
    (found,) = check_places(sight(on_mac))
    assert "Full Disk Access to /venv/bin/python" in found.remedy
    (found,) = check_places(sight(there))
    assert "Full Disk Access" not in found.remedy


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"open files": 255}, [(WARNING, Code.LIMIT_LOW)]),
        ({"open files": 256}, []),
        ({"processes": 20}, [(WARNING, Code.LIMIT_LOW)]),
        ({"file size": 1024}, [(WARNING, Code.LIMIT_LOW)]),
        ({"memory": 1 << 30, "CPU time": 60}, [(WARNING, Code.LIMIT_LOW)] * 2),
        ({"core": 0}, []),
        ({}, []),
    ],
)
def test_limits(limits: dict[str, int], expected: list[tuple[Level, Code]]) -> None:
    assert troubles(check_limits, sight(process(limits=limits))) == expected


@pytest.mark.parametrize(
    ("cgroup", "expected"),
    [(False, [(NOTE, Code.CGROUP_NONE)]), (None, []), (True, [])],
)
def test_cgroups_are_a_matter_of_linux(
    cgroup: bool | None, expected: list[tuple[Level, Code]]
) -> None:
    assert troubles(check_limits, sight(process(cgroup=cgroup))) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"synchronised": False}, (WARNING, Code.CLOCK_UNSYNCHRONISED)),
        ({"synchronised": None}, None),
        ({"wall_ms": NOW_MS + 600_000}, (WARNING, Code.CLOCK_OTHER)),
        (
            {
                "wall_ms": NOW_MS + 600_000,
                "awake_ms": 4_200_000,
                "continuous_ms": 4_200_000,
            },
            None,
        ),
        ({"sleeps": "it sleeps after 10 min"}, (NOTE, Code.MACHINE_SLEEPS)),
        ({"awake_ms": 0}, (NOTE, Code.MACHINE_SLEEPS)),
        ({"battery": True}, (NOTE, Code.MACHINE_HAS_BATTERY)),
        ({"battery": None}, None),
    ],
)
def test_machine(
    changes: dict[str, object], expected: tuple[Level, Code] | None
) -> None:
    found = troubles(check_machine, sight(machine(**changes)))
    assert found == ([expected] if expected else [])


@pytest.mark.parametrize("wall_ms", [0, 4_200_000_000_000])
def test_a_clock_that_is_years_off_is_an_error(wall_ms: int) -> None:
    seen = machine(wall_ms=wall_ms)
    assert troubles(check_machine, sight(seen, seen)) == [(ERROR, Code.CLOCK_WRONG)]


@pytest.mark.parametrize(
    ("there", "project", "expected"),
    [
        (FACTS, PROJECT._replace(broken=("x",)), (ERROR, Code.CONFIGURATION_BROKEN)),
        (FACTS, PROJECT._replace(invalid=("x",)), (WARNING, Code.JOBS_INVALID)),
        (process(version="0.9"), PROJECT, (WARNING, Code.VERSION_OTHER)),
        (
            replace(FACTS, failed={"logins": "OSError"}),
            PROJECT,
            (WARNING, Code.LOOK_FAILED),
        ),
    ],
)
def test_project(
    there: Facts, project: ProjectFacts, expected: tuple[Level, Code]
) -> None:
    assert troubles(check_project, sight(there, project=project)) == [expected]
