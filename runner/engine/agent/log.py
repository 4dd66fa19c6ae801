"""agent.log: what an agent tells, in words for people.

It takes the place of the agent's stdout, which is for programs, wherever people look at
what a run wrote.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runner.agents.base import Told
from runner.store.folders import open_own

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from runner.model.errors import Json
    from runner.store.events import EventLog

STREAM = "agent"
"""What the marks of output call it."""


class AgentLog:
    """Appends to the file, and marks in the events how it grows."""

    def __init__(self, path: Path, events: EventLog) -> None:
        self._descriptor = open_own(path, os.O_APPEND)
        self._events = events
        self._size = os.fstat(self._descriptor).st_size

    def write(self, now_ms: int, text: str) -> None:
        """Whole lines; nothing where there is no text."""
        if not text:
            return
        data = f"{text.rstrip()}\n".encode("utf-8", "replace")
        os.write(self._descriptor, data)
        self._events.append(
            now_ms, "output", stream=STREAM, offset=self._size, bytes=len(data)
        )
        self._size += len(data)

    def close(self) -> None:
        os.close(self._descriptor)


def in_words(event: str, details: Mapping[str, Json]) -> str:
    """What an event tells a person; empty where it is only for counting."""
    words = _WORDS.get(event)
    return words(details) if words else ""


def _session(details: Mapping[str, Json]) -> str:
    model = f", {details['model']}" if details.get("model") else ""
    return f"# session {details.get('session')}{model}"


def _tool(details: Mapping[str, Json]) -> str:
    if not details.get("tool"):
        why = f": {details['why']}" if details.get("why") else ""
        failed = f"! {details.get('of') or 'the call'} failed{why}"
        return "" if details.get("ok") else failed
    about = f": {details['about']}" if details.get("about") else ""
    return f"> {details['tool']}{about}"


_WORDS: dict[str, Callable[[Mapping[str, Json]], str]] = {
    Told.SESSION: _session,
    Told.TOOL: _tool,
    Told.MESSAGE: lambda details: str(details.get("text", "")),
    Told.NOTICE: lambda details: f"! {details.get('message', '')}",
    "agent_budget": lambda details: f"! budget: {details.get('budget', '')}",
}
