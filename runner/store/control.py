"""control.jsonl: what only people decided, and when a job was first seen.

Append-only and synced. It outlives the index and is read when that is rebuilt.
A decision that was undone counts as if it had never been.
"""

from __future__ import annotations

import json
import os
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.model.instants import parse_ms, utc_text, utc_text_ms
from runner.model.occurrence import Reason
from runner.store.folders import sync
from runner.store.occurrences import SkipNote
from runner.store.standing import StandingRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from runner.model.errors import Json


class What(StrEnum):
    """What people decide about a job; `held` is for its own runs to decide."""

    PAUSED = "paused"
    RESUMED = "resumed"
    HELD = "held"
    DISABLED = "disabled"
    ENABLED = "enabled"
    SKIPPED = "skipped"
    UNDONE = "undone"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One decision. `at`, `until` and `instant` are RFC 3339.

    `of` is the number of the line that was undone; lines count from 1.
    """

    what: What
    job: str
    actor: str
    reason: str = ""
    until: str | None = None
    instant: str | None = None
    of: int | None = None
    at: str = ""

    @property
    def until_at(self) -> int | None:
        """In epoch seconds, as the next one."""
        return _seconds(self.until)

    @property
    def skipped_at(self) -> int | None:
        return _seconds(self.instant)


class Numbered(NamedTuple):
    """A decision and the number of its line."""

    line: int
    entry: Entry


class Skip(NamedTuple):
    """Who skipped an occurrence, and when that was decided."""

    note: SkipNote
    at_ms: int


class InForce(NamedTuple):
    """What holds once all decisions are taken together; skips by job and instant."""

    standing: dict[tuple[str, Reason], StandingRow]
    skips: dict[tuple[str, int], Skip]


_PUTS = {
    What.PAUSED: Reason.PAUSED,
    What.HELD: Reason.HELD,
    What.DISABLED: Reason.DISABLED,
}
LIFTS = {
    What.RESUMED: frozenset({Reason.PAUSED, Reason.HELD}),
    What.ENABLED: frozenset({Reason.DISABLED}),
}
"""Which conditions end with a decision."""

_entries = msgspec.json.Decoder(Entry)


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


def decide(path: Path, at_ms: int, entry: Entry) -> None:
    """Append a decision durably."""
    told: dict[str, Json] = msgspec.to_builtins(entry)
    record(path, at_ms, [told])


def text_of(instant: int | None) -> str | None:
    """An instant as entries have it."""
    return None if instant is None else utc_text(instant)


def decisions(path: Path) -> list[Numbered]:
    """Every decision that counts, oldest first: neither undone nor an undoing."""
    found = list(_numbered(path))
    undone = {it.entry.of for it in found if it.entry.what is What.UNDONE}
    return [
        it for it in found if it.entry.what is not What.UNDONE and it.line not in undone
    ]


def in_force(entries: Iterable[Numbered]) -> InForce:
    """What these decisions come to."""
    found = InForce({}, {})
    for _, entry in entries:
        job, what = entry.job, entry.what
        if what in _PUTS:
            found.standing[job, _PUTS[what]] = _standing(entry)
        elif what in LIFTS:
            for condition in LIFTS[what]:
                found.standing.pop((job, condition), None)
        elif entry.skipped_at is not None:
            note = SkipNote(entry.actor, entry.reason)
            found.skips[job, entry.skipped_at] = Skip(note, parse_ms(entry.at))
    return found


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


def _numbered(path: Path) -> Iterator[Numbered]:
    if not path.exists():
        return
    for line, text in enumerate(path.read_bytes().split(b"\n"), start=1):
        try:
            entry = _entries.decode(text)
            _ = entry.until_at, entry.skipped_at, parse_ms(entry.at)
        except (msgspec.MsgspecError, ValueError):
            continue  # torn, or about something else
        yield Numbered(line, entry)


def _standing(entry: Entry) -> StandingRow:
    return StandingRow(
        job_id=entry.job,
        what=_PUTS[entry.what],
        since_ms=parse_ms(entry.at),
        until=entry.until_at,
        actor=entry.actor,
        reason=entry.reason,
    )


def _seconds(text: str | None) -> int | None:
    return None if text is None else parse_ms(text) // 1000


def _mend(descriptor: int) -> bytes:
    """A line end, if a crash left the last line without one."""
    size = os.fstat(descriptor).st_size
    torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    return b"\n" if torn else b""
