"""What the doctor says: findings, each with its remedy."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobconsole.doctor.facts import Facts
    from jobconsole.standing import Ailment
    from runner.model.errors import Json


class Context(StrEnum):
    """Where jobs are started from."""

    LAUNCHD = "launchd"
    SYSTEMD = "systemd"
    CRON = "cron"
    SHELL = "shell"


class Level(StrEnum):
    """How much a finding matters. Only errors make the doctor fail."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


class Subject(StrEnum):
    """What a finding is about; findings are shown in this order."""

    DRIVER = "driver"
    PROJECT = "project"
    PROGRAMS = "programs"
    LOGINS = "logins"
    ENVIRONMENT = "environment"
    FILES = "files"
    LIMITS = "limits"
    MACHINE = "machine"


class Code(StrEnum):
    """Stable names that scripts may depend on. What ails a driver has its own."""

    DRIVER_OK = "driver_ok"
    DRIVER_UNREADABLE = "driver_unreadable"
    DRIVER_ADVICE = "driver_advice"
    DRIVER_INTERPRETER_OTHER = "driver_interpreter_other"
    DRIVER_FOREIGN_TICK = "driver_foreign_tick"
    PROBE_REFUSED = "probe_refused"
    PROBE_SILENT = "probe_silent"
    PROBE_GARBLED = "probe_garbled"
    PROBE_LEFT = "probe_left"
    LOOK_FAILED = "look_failed"
    VERSION_OTHER = "version_other"
    PROJECT_OK = "project_ok"
    PROJECT_UNUSABLE = "project_unusable"
    CONFIGURATION_BROKEN = "configuration_broken"
    JOBS_INVALID = "jobs_invalid"
    PROGRAM_OK = "program_ok"
    PROGRAM_MISSING = "program_missing"
    PROGRAM_ONLY_IN_SHELL = "program_only_in_shell"
    PROGRAM_OUT_OF_REACH = "program_out_of_reach"
    PROGRAM_NOT_EXECUTABLE = "program_not_executable"
    PROGRAM_FAILS = "program_fails"
    PROGRAM_HANGS = "program_hangs"
    PROGRAM_VERSION_UNKNOWN = "program_version_unknown"
    PROGRAM_OTHER_IN_SHELL = "program_other_in_shell"
    PATH_OLDER = "path_older"
    LOGIN_OK = "login_ok"
    LOGIN_NONE = "login_none"
    LOGIN_ONLY_IN_SHELL = "login_only_in_shell"
    LOGIN_KEY_NOT_PASSED = "login_key_not_passed"
    LOGIN_READABLE_BY_OTHERS = "login_readable_by_others"
    ENVIRONMENT_OK = "environment_ok"
    HOME_MISSING = "home_missing"
    HOME_OTHER = "home_other"
    LOCALE_ASCII = "locale_ascii"
    ZONE_UNKNOWN = "zone_unknown"
    ZONE_OTHER = "zone_other"
    ZONE_NOT_THE_PROJECTS = "zone_not_the_projects"
    USER_OTHER = "user_other"
    VARIABLE_NOT_PASSED = "variable_not_passed"
    FILES_OK = "files_ok"
    FILE_UNREADABLE = "file_unreadable"
    FILE_MISSING = "file_missing"
    FOLDER_UNWRITABLE = "folder_unwritable"
    FILE_READABLE_BY_OTHERS = "file_readable_by_others"
    FILESYSTEM_UNFIT = "filesystem_unfit"
    DISK_FULL = "disk_full"
    DISK_LOW = "disk_low"
    INODES_LOW = "inodes_low"
    LIMITS_OK = "limits_ok"
    LIMIT_LOW = "limit_low"
    CGROUP_NONE = "cgroup_none"
    MACHINE_OK = "machine_ok"
    CLOCK_WRONG = "clock_wrong"
    CLOCK_OTHER = "clock_other"
    CLOCK_UNSYNCHRONISED = "clock_unsynchronised"
    MACHINE_SLEEPS = "machine_sleeps"
    MACHINE_HAS_BATTERY = "machine_has_battery"


class Finding(NamedTuple):
    """One thing that was looked at. Texts may quote what is foreign."""

    level: Level
    subject: Subject
    code: Code | Ailment
    message: str
    remedy: str = ""
    data: Mapping[str, Json] = {}


class Diagnosis(NamedTuple):
    """All findings in the order in which they are shown, and what they come from.

    `there` None: nothing came back from there.
    """

    context: Context
    findings: tuple[Finding, ...]
    here: Facts | None = None
    there: Facts | None = None

    def count(self, level: Level) -> int:
        return sum(finding.level is level for finding in self.findings)


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """By subject, and the worst first within one."""
    subjects, levels = list(Subject), list(Level)
    return tuple(
        sorted(
            findings,
            key=lambda it: (subjects.index(it.subject), -levels.index(it.level)),
        )
    )


def named(names: tuple[str, ...], most: int = 3) -> str:
    """`a, b, c and 4 more`."""
    shown = ", ".join(names[:most])
    more = len(names) - most
    return f"{shown} and {more} more" if more > 0 else shown
