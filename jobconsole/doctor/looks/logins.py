"""Which logins of agents can be seen. Nothing of what they hold is kept or told."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from jobconsole.doctor.facts import Login, LoginFile
from runner.model.errors import LaunchError
from runner.process.brief import Patience, run_briefly

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobconsole.doctor.facts import LoginWanted, Questions

_MOST_BYTES = 16 * 1024 * 1024
_KEYCHAIN_MS = 3_000
_SECURITY = "/usr/bin/security"


def look_at_logins(questions: Questions, platform: str) -> tuple[Login, ...]:
    return tuple(
        Login(
            wanted,
            files=tuple(_files(wanted)),
            account=_mentions(wanted.account, wanted.mention),
            keychain=_in_keychain(wanted.keychain, questions.base)
            if platform == "darwin" and wanted.keychain
            else None,
        )
        for wanted in questions.logins
    )


def _files(wanted: LoginWanted) -> Iterator[LoginFile]:
    for path in wanted.files:
        try:
            status = Path(path).stat()
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode):
            mode, written_ms = stat.S_IMODE(status.st_mode), status.st_mtime_ns
            error = "" if os.access(path, os.R_OK) else "it may not be read"
            yield LoginFile(path, mode, written_ms // 1_000_000, error)


def _mentions(path: str, key: str) -> bool:
    """Whether a file of JSON has this key: what it says there is not looked at."""
    try:
        if not path or not stat.S_ISREG(Path(path).stat().st_mode):
            return False
        with Path(path).open("rb") as file:
            return f'"{key}"'.encode() in file.read(_MOST_BYTES)
    except OSError:
        return False


def _in_keychain(item: str, environment: Mapping[str, str]) -> bool | None:
    """Whether the keychain has it. Without -w no secret is told, and nobody is asked."""
    try:
        brief = run_briefly(
            (_SECURITY, "find-generic-password", "-s", item),
            cwd=Path("/"),
            environment=environment,
            within=Patience(_KEYCHAIN_MS),
            most_bytes=1,
        )
    except LaunchError:
        return None
    return None if brief.timed_out else brief.exit_code == 0
