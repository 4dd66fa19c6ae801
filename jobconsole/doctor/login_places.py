"""Where each agent keeps its login, and by which variables it can be given one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from jobconsole.doctor.facts import LoginWanted
from runner.process.environment import matches_any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jobconsole.doctor.variables import JobVariables
    from runner.model.job import Job


class _Places(NamedTuple):
    """`variable` names the folder instead of `folder` below the home.

    `below` is what an agent puts between the variable's folder and `file`.
    """

    variable: str
    folder: str
    file: str
    keys: tuple[str, ...]
    below: str = ""
    account: str = ""
    mention: str = ""
    keychain: str = ""


_PLACES = {
    "claude": _Places(
        "CLAUDE_CONFIG_DIR",
        ".claude",
        ".credentials.json",
        (
            *("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"),
            *("CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX"),
        ),
        account=".claude.json",
        mention="oauthAccount",
        keychain="Claude Code-credentials",
    ),
    "codex": _Places(
        "CODEX_HOME", ".codex", "auth.json", ("CODEX_API_KEY", "OPENAI_API_KEY")
    ),
    "gemini": _Places(
        "GEMINI_CLI_HOME",
        ".gemini",
        "oauth_creds.json",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS"),
        below=".gemini/",
    ),
    "opencode": _Places(
        "XDG_DATA_HOME",
        ".local/share/opencode",
        "auth.json",
        ("*_API_KEY", "*_API_TOKEN", "AWS_*"),
        below="opencode/",
    ),
}


def login_of(
    job: Job, variables: JobVariables, shell: Mapping[str, str]
) -> LoginWanted | None:
    """Where the agent of a job finds its login; None where we do not know the agent."""
    places = _PLACES.get(job.agent.name) if job.agent is not None else None
    if job.agent is None or places is None:
        return None
    given = variables.environment
    home, own = given.get("HOME", ""), given.get(places.variable, "")
    folder = f"{own}/{places.below}".rstrip("/") if own else f"{home}/{places.folder}"
    keys = _named(given, places.keys)
    about = {**shell, **variables.known}
    return LoginWanted(
        agent=job.agent.name,
        jobs=(job.id,),
        files=(f"{folder}/{places.file}",),
        account=f"{own or home}/{places.account}" if places.account else "",
        mention=places.mention,
        keychain="" if own else places.keychain,
        keys=keys,
        unpassed=tuple(it for it in _named(about, places.keys) if it not in keys),
    )


def merged(logins: Iterable[LoginWanted]) -> tuple[LoginWanted, ...]:
    """One for all jobs that see the same."""
    found: dict[LoginWanted, list[str]] = {}
    for login in logins:
        same = msgspec.structs.replace(login, jobs=())
        found.setdefault(same, []).extend(login.jobs)
    return tuple(
        msgspec.structs.replace(login, jobs=tuple(jobs))
        for login, jobs in found.items()
    )


def _named(variables: Mapping[str, str], patterns: tuple[str, ...]) -> tuple[str, ...]:
    """The names, never the values, of those that say anything."""
    return tuple(
        sorted(it for it in variables if variables[it] and matches_any(it, patterns))
    )
