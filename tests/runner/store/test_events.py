from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runner.store.events import EventLog, parse, reopen

if TYPE_CHECKING:
    from pathlib import Path


def written(path: Path) -> list[tuple[int, str]]:
    lines = path.read_bytes().splitlines()
    return [(event["seq"], event["event"]) for event in map(json.loads, lines)]


def append(log: EventLog, *names: str) -> None:
    for name in names:
        log.append(1_600_000_000_123, name)
    log.close()


def test_events_are_numbered_and_timed(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.append(1_600_000_000_123, "a", bytes=7, why=None)
    log.close()
    assert json.loads(path.read_bytes()) == {
        "seq": 1,
        "at": "2020-09-13T12:26:40.123Z",
        "event": "a",
        "bytes": 7,
        "why": None,
    }
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("torn", [b"", b"{", b'{"seq": 3, "at": "20', b"\xff\xfe"])
def test_a_torn_line_is_cut_off_and_the_numbers_go_on(
    tmp_path: Path, torn: bytes
) -> None:
    path = tmp_path / "events.jsonl"
    append(EventLog(path), "a", "b")
    with path.open("ab") as file:
        file.write(torn)
    append(reopen(path), "c")
    assert written(path) == [(1, "a"), (2, "b"), (3, "c")]


@pytest.mark.parametrize("content", [None, b"", b'{"seq": 1'])
def test_a_log_without_a_whole_line_begins_anew(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "events.jsonl"
    if content is not None:
        path.write_bytes(content)
    append(reopen(path), "a")
    assert written(path) == [(1, "a")]


def test_what_is_no_event_is_passed_over() -> None:
    content = b'{"seq": 1}\nnot json\n[1]\n{"seq": "2"}\n{"other": 1}\n\n{"seq": 3}\n'
    assert [event["seq"] for event in parse(content)] == [1, 3]
