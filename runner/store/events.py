"""events.jsonl: what happened in a run, in order, each event with `seq` and time."""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING

from runner.model.instants import utc_text_ms
from runner.store.folders import open_own, read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from runner.model.errors import Json


class EventLog:
    """Appends events; `seq` goes on where an earlier writer stopped."""

    def __init__(self, path: Path, *, last_seq: int = 0) -> None:
        self._descriptor = open_own(path, os.O_APPEND)
        self._seq = last_seq

    def append(self, at_ms: int, event: str, **details: Json) -> None:
        """Write one event. A single write keeps lines of two writers apart."""
        self._seq += 1
        line = {"seq": self._seq, "at": utc_text_ms(at_ms), "event": event, **details}
        os.write(self._descriptor, json.dumps(line).encode() + b"\n")

    def close(self) -> None:
        os.close(self._descriptor)


def reopen(path: Path) -> EventLog:
    """Continue a log whose writer died: a torn last line is cut off."""
    whole = 0
    last_seq = 0
    content = b""
    with contextlib.suppress(OSError):
        content = read_regular(path)
    if content:
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(path, whole)
        for event in parse(content[:whole]):
            last_seq = int(str(event["seq"]))
    return EventLog(path, last_seq=last_seq)


def parse(content: bytes) -> Iterator[Mapping[str, Json]]:
    """The events of whole lines; a line that is no event is passed over."""
    for line in content.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and isinstance(event.get("seq"), int):
            yield event
