from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.store.control import entries, first_seen, record

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
