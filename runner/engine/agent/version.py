"""Which version an agent's program is: asked once for each program file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from runner.model.errors import LaunchError
from runner.process.brief import Patience, run_briefly
from runner.store import meta
from runner.store.db import transaction

if TYPE_CHECKING:
    from runner.agents.base import AgentRequest
    from runner.engine.project import Project

_WITHIN_MS = 5_000
_NUMBER = re.compile(r"\d+\.\d+(\.\d+)?[-+.\w]*")


class _Known(msgspec.Struct, frozen=True):
    """A program file as it was when it was asked."""

    stamp: tuple[int, int, int]
    version: str


_decoder = msgspec.json.Decoder(dict[str, _Known])


def agent_version(project: Project, program: str, request: AgentRequest) -> str | None:
    """`2.1.328`; None where the program does not tell."""
    file = Path(program).resolve()
    path, status = str(file), file.stat()
    stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
    known = _known(project)
    if path in known and known[path].stamp == stamp:
        return known[path].version or None
    version = _asked(program, request)
    if version is None:
        return None
    with transaction(project.index):
        known = _known(project)
        known[path] = _Known(stamp, version)
        body = msgspec.json.encode(known).decode()
        meta.put(project.index, {meta.AGENTS: body})
    return version or None


def _known(project: Project) -> dict[str, _Known]:
    return _decoder.decode(meta.get(project.index, meta.AGENTS) or "{}")


def _asked(program: str, request: AgentRequest) -> str | None:
    """None where it was too slow to tell: empty where it does not tell."""
    try:
        told = run_briefly(
            (program, "--version"),
            cwd=Path(request.scratch),
            environment=request.environment,
            within=Patience(_WITHIN_MS),
            most_bytes=4096,
        )
    except LaunchError:
        return ""
    if told.timed_out:
        return None
    found = _NUMBER.search(told.output) if told.exit_code == 0 else None
    return found[0] if found else ""
