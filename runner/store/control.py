"""control.jsonl: what only people decided, and when a job was first seen.

Append-only and synced. It outlives the index and is read when that is rebuilt.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from runner.model.instants import parse_ms, utc_text_ms
from runner.store.folders import sync

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from runner.model.errors import Json


def record(path: Path, at_ms: int, entries: Iterable[Mapping[str, Json]]) -> None:
    """Append entries durably; each says `what` was decided about which `job`."""
    lines = [
        json.dumps({"at": utc_text_ms(at_ms), **entry}).encode() + b"\n"
        for entry in entries
    ]
    if not lines:
        return
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    try:
        os.write(descriptor, _mend(descriptor) + b"".join(lines))
        sync(descriptor)
    finally:
        os.close(descriptor)


def first_seen(path: Path) -> dict[str, int]:
    """When each job was first seen, in milliseconds."""
    seen: dict[str, int] = {}
    for entry in entries(path):
        if entry.get("what") == "first_seen":
            seen.setdefault(str(entry["job"]), parse_ms(str(entry["at"])))
    return seen


def entries(path: Path) -> list[Mapping[str, Json]]:
    """Everything that was decided, oldest first; torn lines are passed over."""
    found: list[Mapping[str, Json]] = []
    if not path.exists():
        return found
    for line in path.read_bytes().splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            found.append(entry)
    return found


def _mend(descriptor: int) -> bytes:
    """A line end, if a crash left the last line without one."""
    size = os.fstat(descriptor).st_size
    torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    return b"\n" if torn else b""
