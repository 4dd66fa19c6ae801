from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from runner.model.occurrence import Reason
from runner.store.control import (
    Entry,
    What,
    decide,
    decisions,
    entries,
    first_seen,
    in_force,
    record,
)

if TYPE_CHECKING:
    from pathlib import Path

AT_MS = 1_600_000_000_123


def seen(*jobs: str) -> list[dict[str, str]]:
    return [{"what": "first_seen", "job": job} for job in jobs]


def test_what_was_decided_is_kept_in_order(tmp_path: Path) -> None:
    path = tmp_path / "control.jsonl"
    record(path, AT_MS, [{"what": "paused", "job": "a"}])
    record(path, AT_MS + 1, [{"what": "resumed", "job": "a"}])
    assert [entry["what"] for entry in entries(path)] == ["paused", "resumed"]
    assert entries(path)[0]["at"] == "2020-09-13T12:26:40.123Z"
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_to_say_makes_no_file(tmp_path: Path) -> None:
    record(tmp_path / "control.jsonl", AT_MS, [])
    assert not (tmp_path / "control.jsonl").exists()
    assert entries(tmp_path / "control.jsonl") == []


@pytest.mark.parametrize("torn", [b"{", b'{"at": "2020', b"\xff"])
def test_a_torn_line_spoils_no_other(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "control.jsonl"
    record(path, AT_MS, seen("a"))
    with path.open("ab") as file:
        file.write(torn)
    record(path, AT_MS, seen("b"))
    assert [entry["job"] for entry in entries(path)] == ["a", "b"]


def test_the_first_sight_counts(tmp_path: Path) -> None:
    path = tmp_path / "control.jsonl"
    record(path, AT_MS, seen("a", "b"))
    record(path, AT_MS + 5000, seen("a"))
    assert first_seen(path) == {"a": AT_MS, "b": AT_MS}


def entry(what: What, **more: object) -> Entry:
    plain = {"what": what, "job": "a", "actor": "ann", **more}
    return msgspec.convert(plain, Entry)


def decided(path: Path, *entries: Entry) -> None:
    for number, it in enumerate(entries):
        decide(path, AT_MS + number, it)


def test_a_decision_reads_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "control.jsonl"
    record(path, AT_MS, seen("a"))
    asked = entry(What.PAUSED, reason="ünique", until="2020-09-14T00:00:00Z")
    decide(path, AT_MS, asked)
    ((line, found),) = decisions(path)
    assert line == 2
    assert found == msgspec.structs.replace(asked, at="2020-09-13T12:26:40.123Z")
    assert found.until_at == 1_600_041_600


def test_what_holds_in_the_end(tmp_path: Path) -> None:
    path = tmp_path / "control.jsonl"
    decided(
        path,
        entry(What.PAUSED, reason="first"),
        entry(What.PAUSED, reason="second"),
        entry(What.DISABLED),
        entry(What.ENABLED),
        entry(What.SKIPPED, instant="2020-09-14T00:00:00Z", reason="why"),
    )
    found = in_force(decisions(path))
    (((job, what), row),) = found.standing.items()
    assert (job, what) == ("a", Reason.PAUSED)
    assert (row.reason, row.since_ms) == ("second", AT_MS + 1)
    (skip,) = found.skips.values()
    assert list(found.skips) == [("a", 1_600_041_600)]
    assert skip.note == ("ann", "why")


def test_what_was_undone_never_was(tmp_path: Path) -> None:
    path = tmp_path / "control.jsonl"
    decided(
        path,
        entry(What.PAUSED, reason="first"),
        entry(What.PAUSED, reason="second"),
        entry(What.UNDONE, of=2),
        entry(What.SKIPPED, instant="2020-09-14T00:00:00Z"),
        entry(What.UNDONE, of=4),
    )
    ((line, _),) = decisions(path)
    assert line == 1
    found = in_force(decisions(path))
    assert [row.reason for row in found.standing.values()] == ["first"]
    assert found.skips == {}


@pytest.mark.parametrize(
    "line",
    [
        b'{"what": "paused"',
        b'{"what": "forgotten", "job": "a", "actor": "x", "at": "2020-09-13T12:26:40Z"}',
        b'{"what": "paused", "job": "a", "actor": "x", "at": "yesterday"}',
        b'{"what": "paused", "job": 7, "actor": "x", "at": "2020-09-13T12:26:40Z"}',
        b"\xff",
    ],
)
def test_a_line_that_makes_no_sense_counts_as_a_line(
    tmp_path: Path, line: bytes
) -> None:
    path = tmp_path / "control.jsonl"
    path.write_bytes(line + b"\n")
    decided(path, entry(What.PAUSED), entry(What.DISABLED), entry(What.UNDONE, of=2))
    assert [it.entry.what for it in decisions(path)] == [What.DISABLED]
