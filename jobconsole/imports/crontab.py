"""Crontabs, by the rules of Debian's cron; those of the system have a user column.

CRON_TZ is heeded all the same, and a comment says so: whoever wrote it counts on it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from jobconsole.imports.names import shell_name
from jobconsole.imports.proposal import (
    UNBOUNDED,
    Definition,
    Entry,
    Found,
    LeftOut,
    When,
)
from jobconsole.imports.secret import note_of, suspicion, variables, without_secrets
from runner.model.errors import TriggerInvalidError
from runner.model.schedule import Cron
from runner.model.text import is_text, one_line
from runner.process.environment import DRIVER_VARIABLE
from runner.schedule import timetable

if TYPE_CHECKING:
    from collections.abc import Mapping

SHELL = "/bin/sh"

_REPLACED = "\ufffd"
"""What a decoder puts where there was no character."""

_SETTING = re.compile(
    r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s=]+))"""
    r"[ \t]*=[ \t]*(?P<value>.*)"
)
_ENTRY = re.compile(r"(?P<when>@\S+|(?:[^\s@]\S*[ \t]+){4}\S+)[ \t]+(?P<rest>\S.*)")
_USERS_ENTRY = re.compile(r"(?P<user>\S+)[ \t]+(?P<rest>\S.*)")
_UP_TO_PERCENT = re.compile(r"%|\\.?|[^%\\]+|\Z", re.DOTALL)
_ESCAPED = re.compile(r"\\([%\\])")
_GOES_SOMEWHERE = re.compile(r"""cd\s+["']?(/|~|\$HOME|\$\{HOME)""")
_TICK = re.compile(r"\bjobconsole\b.*\s--tick(?![\w-])")
_MANY_COMMANDS = re.compile(r"^#|(?<![<>&])&(?![>&])|;|\n|\|\|")
_FOR_CRON = re.compile(
    "CONTENT_TRANSFER_ENCODING|CONTENT_TYPE|CRON_TZ|LOGNAME|MAILFROM|MAILTO|"
    "RANDOM_DELAY|SHELL|USER"
)
_LONGEST_DESCRIPTION = 100
_ABOUT = (
    "cron starts commands in the home directory: `cd` does that here.",
    "cron stops nothing and never catches up: hence `timeout` and `catch_up`.",
    "cron lets live what outlives a command: `leftovers: keep` does, if it succeeds.",
    "cron starts a command again that still runs: `overlap: allow` would do so.",
)
_OF_INPUT = (
    "not carried over: what cron gave it to read, after the first %",
    "it is disabled, as it would read nothing",
)
_ABOUT_PATH = "cron's PATH was /usr/bin:/bin; here it is that of `jobconsole env`."


class Whose(NamedTuple):
    """Where a crontab is from. With `users`, every entry names its user."""

    place: str
    zone: str
    user: str
    users: bool = False


class _Line(NamedTuple):
    """An entry, and what is in force where it stands."""

    text: str
    source: str
    description: str
    settings: Mapping[str, str]


class _Refused(Exception):  # noqa: N818 - it ends as the reason for what is left out
    """An entry that is no job."""


def read_crontab(text: str, whose: Whose) -> Found:
    """Never raises: a line that is no job is left out."""
    entries: list[Entry] = []
    left_out: list[LeftOut] = []
    settings: dict[str, str] = {}
    comments: list[str] = []
    for number, raw in enumerate(text.split("\n"), 1):
        line, source = raw.strip(" \t\r"), f"{whose.place}:{number}"
        if line.startswith("#"):
            comments.append(line.strip("# \t"))
            continue
        if setting := _SETTING.fullmatch(line):
            name = setting["double"] or setting["single"] or setting["bare"] or ""
            settings[name] = _unquoted(setting["value"])
        elif line:
            try:
                described = _described(comments)
                entry = _Line(line, source, described, dict(settings))
                entries.append(_entry(entry, whose))
            except _Refused as refused:
                left_out.append(LeftOut(source, str(refused), _is_own(line)))
        comments.clear()
    return Found(tuple(entries), tuple(left_out), _about(entries))


def _entry(line: _Line, whose: Whose) -> Entry:
    """Raises _Refused."""
    if _is_own(line.text):
        message = "it calls jobconsole itself"
        raise _Refused(message)
    if "\0" in line.text or _REPLACED in line.text or not is_text(line.text):
        message = "it is not text in UTF-8"
        raise _Refused(message)
    expression, user, rest = _parts(line.text, whose)
    when, zone_notes = _when(expression, line.settings, whose)
    command, reads = _halves(rest)
    command, names = without_secrets(command)
    around = variables(_handed_on(line.settings))
    secrets = tuple(dict.fromkeys((*around.env_pass, *names)))
    definition = Definition(
        description=line.description or None,
        enabled=not reads,
        command=_placed(command, line.settings.get("SHELL", SHELL)),
        when=when,
        timeout=UNBOUNDED,
        leftovers="keep",
        catch_up="none",
        env=around.env,
        env_pass=secrets,
    )
    notes = (
        *zone_notes,
        *(_OF_INPUT if reads else ()),
        *_notes_of_mail(line.settings),
        *((f"cron ran it as {user}",) if user not in {"", whose.user} else ()),
        *around.notes,
        *note_of(secrets),
        *suspicion(command),
    )
    return Entry(shell_name(command), line.source, definition, notes)


def _handed_on(settings: Mapping[str, str]) -> dict[str, str]:
    """Those that are for the command."""
    return {name: it for name, it in settings.items() if not _FOR_CRON.fullmatch(name)}


def _parts(line: str, whose: Whose) -> tuple[str, str, str]:
    """The expression, the user if there is a column for it, the rest."""
    match = _ENTRY.fullmatch(line)
    if match is None:
        message = "it has not five fields and a command"
        raise _Refused(message)
    expression = " ".join(match["when"].split())
    if not whose.users:
        return expression, "", match["rest"]
    column = _USERS_ENTRY.fullmatch(match["rest"])
    if column is None:
        message = "it has no command behind the user's name"
        raise _Refused(message)
    return expression, column["user"], column["rest"]


def _when(
    expression: str, settings: Mapping[str, str], whose: Whose
) -> tuple[When, tuple[str, ...]]:
    """Cron of Debian knows no CRON_TZ, others do; TZ is for the command alone."""
    if expression.lower() == "@reboot":
        message = "@reboot: it starts with the machine, which is no schedule"
        raise _Refused(message)
    zone = whose.zone
    notes: tuple[str, ...] = ()
    if named := settings.get("CRON_TZ"):
        zone, notes = named, ("CRON_TZ is heeded, which Debian's cron does not do",)
    try:
        timetable(Cron(expression, zone))
    except TriggerInvalidError as error:
        message = f"{expression}: {one_line(error.message)}"
        raise _Refused(message) from None
    return When(cron=expression, timezone=zone), notes


def _halves(rest: str) -> tuple[str, bool]:
    r"""The command, and whether it gets standard input: all after a `%`.

    A backslash keeps `%` and itself from meaning anything.
    """
    end = next(it.start() for it in _UP_TO_PERCENT.finditer(rest) if it[0] in {"%", ""})
    command = _ESCAPED.sub(r"\1", rest[:end])
    reads = end < len(rest)
    return command.rstrip(" \t") if reads else command, reads


def _placed(command: str, shell: str) -> str | tuple[str, ...]:
    """The command as it starts in the home directory."""
    if not _GOES_SOMEWHERE.match(command):
        between = " || exit; " if _MANY_COMMANDS.search(command) else " && "
        command = f"cd{between}{command}"
    return command if shell == SHELL else (shell, "-c", command)


def _notes_of_mail(settings: Mapping[str, str]) -> tuple[str, ...]:
    address = settings.get("MAILTO")
    if not address:
        return ()
    return (
        f"cron mailed what it wrote to {address}: `notify: {{on: [output]}}` is for that",
    )


def _described(comments: list[str]) -> str:
    """The comment above an entry, where it is a line by itself that says something."""
    if len(comments) != 1 or comments[0].startswith((*"0123456789*@",)):
        return ""
    said = one_line(comments[0])
    fits = 0 < len(said) <= _LONGEST_DESCRIPTION
    return said if fits and any(map(str.isalpha, said)) else ""


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]:
        return value[1:-1]
    return value


def _is_own(line: str) -> bool:
    return f"{DRIVER_VARIABLE}=" in line or _TICK.search(line) is not None


def _about(entries: list[Entry]) -> tuple[str, ...]:
    if not entries:
        return ()
    pathless = any("PATH" not in entry.definition.env for entry in entries)
    return (*_ABOUT, _ABOUT_PATH) if pathless else _ABOUT
