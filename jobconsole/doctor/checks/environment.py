"""Home, locale, zone and user, as jobs get them and as this shell has them.

The umask is among the facts alone: jobs get one of their own, wherever they start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.doctor.facts import PlaceKind
from jobconsole.doctor.findings import Code, Finding, Level, Subject, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobconsole.doctor.sight import Sight

_REFRESH = "`jobconsole env --refresh` from this shell records it anew."
_PLAIN = frozenset({"", "C", "POSIX"})


def check_environment(sight: Sight) -> Iterator[Finding]:
    found = [
        *_home(sight),
        *_locale(sight),
        *_zone(sight),
        *_user(sight),
        *_unpassed(sight),
    ]
    yield from found
    if not found:
        home = sight.project.base.get("HOME", "")
        locale = locale_of(sight.project.base) or "no locale"
        zone = sight.there.process.zone
        message = f"home {home}, {locale}, zone {zone}"
        yield _finding(Level.OK, Code.ENVIRONMENT_OK, message)


def _home(sight: Sight) -> Iterator[Finding]:
    home = sight.project.base.get("HOME", "")
    there = {it.wanted.kind: it for it in sight.there.places}.get(PlaceKind.HOME)
    if not home:
        message = "jobs get no HOME"
        yield _finding(Level.ERROR, Code.HOME_MISSING, message, _REFRESH)
    elif there is not None and (there.error or not there.exists):
        message = f"the HOME of jobs, {home}, {there.error or 'is not there'}"
        yield _finding(Level.ERROR, Code.HOME_MISSING, message, _REFRESH)
    ours = sight.here.process.variables.get("HOME", "")
    if home and ours not in {"", home}:
        message = f"the HOME of jobs is {home}; in this shell it is {ours}"
        remedy = f"If jobs are to have that one: {_REFRESH}"
        yield _finding(Level.WARNING, Code.HOME_OTHER, message, remedy)


def locale_of(variables: Mapping[str, str]) -> str:
    """What decides on the encoding of texts."""
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    return next((variables[name] for name in names if variables.get(name)), "")


def _locale(sight: Sight) -> Iterator[Finding]:
    jobs = locale_of(sight.project.base)
    ours = locale_of(sight.here.process.variables)
    if jobs not in _PLAIN:
        return
    said = f"the locale {jobs}" if jobs else "no locale"
    message = f"jobs get {said}: many programs then write and expect ASCII alone"
    if ours in _PLAIN:
        remedy = "Set LANG (as C.UTF-8) in the shell that runs `env --refresh`."
        yield _finding(Level.NOTE, Code.LOCALE_ASCII, message, remedy)
    else:
        message = f"{message}; this shell has {ours}"
        yield _finding(Level.WARNING, Code.LOCALE_ASCII, message, _REFRESH)


def _zone(sight: Sight) -> Iterator[Finding]:
    """Jobs that name no zone follow the project's, else that of the base's TZ."""
    there, here = sight.there.process, sight.here.process
    if not there.zone_known:
        message = f"nothing is known of the zone {there.zone}"
        remedy = "Set TZ to a name such as Europe/Amsterdam, or install the zone data."
        yield _finding(Level.ERROR, Code.ZONE_UNKNOWN, message, remedy)
    elif there.zone != here.zone:
        message = f"the zone there is {there.zone}; in this shell it is {here.zone}"
        remedy = "Name one by `timezone:`, or set TZ alike and refresh `env`."
        yield _finding(Level.WARNING, Code.ZONE_OTHER, message, remedy)
    named_zone = sight.project.zone
    if named_zone and there.zone_known and named_zone != there.zone:
        message = f"schedules follow {named_zone}; programs there see {there.zone}"
        remedy = f"If jobs are to see the same: `env: {{TZ: {named_zone}}}`."
        yield _finding(Level.NOTE, Code.ZONE_NOT_THE_PROJECTS, message, remedy)


def _user(sight: Sight) -> Iterator[Finding]:
    there, here = sight.there.process, sight.here.process
    if there.uid != here.uid:
        message = f"jobs run as user {there.uid}; this shell is user {here.uid}'s"
        remedy = "Install as the user whose jobs they are."
        yield _finding(Level.ERROR, Code.USER_OTHER, message, remedy)


def _unpassed(sight: Sight) -> Iterator[Finding]:
    for name, jobs in sight.project.unpassed:
        yield _finding(
            Level.WARNING,
            Code.VARIABLE_NOT_PASSED,
            f"`env_pass` names {name} (of {named(jobs)}), which nobody knows",
            f"Put it in the `env_file`, or `jobconsole env --refresh` with {name} set.",
        )


def _finding(level: Level, code: Code, message: str, remedy: str = "") -> Finding:
    return Finding(level, Subject.ENVIRONMENT, code, message, remedy)
