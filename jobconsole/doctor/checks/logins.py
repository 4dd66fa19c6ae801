"""Logins of agents: whether one is to be seen from there, and who else can read it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from jobconsole.doctor.findings import Code, Finding, Level, Subject, named
from jobconsole.words import coarse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobconsole.doctor.facts import Login
    from jobconsole.doctor.sight import Sight

_OTHERS = 0o077


def check_logins(sight: Sight) -> Iterator[Finding]:
    here = {login.wanted: login for login in sight.here.logins}
    now_ms = sight.there.machine.wall_ms
    for there in sight.there.logins:
        if there.seen:
            yield _seen(there, now_ms)
        else:
            yield _unseen(there, here.get(there.wanted, there))
        yield from _open(there)


def _seen(login: Login, now_ms: int) -> Finding:
    wanted = login.wanted
    if wanted.keys:
        where = f"by {named(wanted.keys)}"
    elif login.keychain:
        where = "in the keychain"
    else:
        file = next(it for it in login.files if not it.error)
        age = coarse(max(now_ms - file.written_ms, 0) // 1000)
        where = f"{file.path}, written {age} ago"
    return _finding(Level.OK, Code.LOGIN_OK, login, f"{wanted.agent}: {where}")


def _unseen(there: Login, here: Login) -> Finding:
    wanted = there.wanted
    who = f"{wanted.agent} (of {named(wanted.jobs)})"
    if here.seen:
        message = f"{who} has a login in this shell that is out of reach there"
        remedy = (
            "Install with launchd from the Mac's own screen: others cannot see its"
            " keychain. Or give it a key, in the `env_file` and by `env_pass`."
            if here.keychain
            else "See who may read the file and its folders."
        )
        return _finding(Level.ERROR, Code.LOGIN_ONLY_IN_SHELL, there, message, remedy)
    if wanted.unpassed:
        names = ", ".join(wanted.unpassed)
        message = f"{who} has no login, and does not get {names}, which is set"
        remedy = (
            f"`env_pass: [{names}]` in the job; what only this shell has needs"
            " `jobconsole env --refresh` too, or a line in the `env_file`."
        )
        return _finding(
            Level.WARNING, Code.LOGIN_KEY_NOT_PASSED, there, message, remedy
        )
    account = ", though an account is named" if there.account else ""
    message = f"no login of {who} can be seen{account}"
    remedy = (
        f"Log in with `{wanted.agent}` once, or give the job a key: in its `env_file`,"
        " and named by `env_pass`."
    )
    return _finding(Level.WARNING, Code.LOGIN_NONE, there, message, remedy)


def _open(login: Login) -> Iterator[Finding]:
    for file in login.files:
        if file.mode & _OTHERS:
            message = f"{file.path} is open to others: mode {file.mode:04o}"
            yield _finding(
                Level.WARNING,
                Code.LOGIN_READABLE_BY_OTHERS,
                login,
                message,
                f"`chmod 600 {shlex.quote(file.path)}`",
            )


def _finding(
    level: Level, code: Code, login: Login, message: str, remedy: str = ""
) -> Finding:
    data = {
        "agent": login.wanted.agent,
        "jobs": login.wanted.jobs,
        "files": tuple(file.path for file in login.files),
        "variables": login.wanted.keys,
    }
    return Finding(level, Subject.LOGINS, code, message, remedy, data)
