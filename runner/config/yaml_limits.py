"""Bounds on a YAML document, counted on its events: nothing has been built yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import yaml

from runner.config.yaml_source import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yaml._yaml import Mark as CMark
    from yaml.error import Mark

MAX_DEPTH = 64
MAX_NODES = 1_000_000


def check_limits(events: Iterable[yaml.Event]) -> None:
    """Raises UnreadableError for a second document, or one too deep or too large."""
    counter = _Counter()
    for event in events:
        counter.count(event)


class _Open(msgspec.Struct):
    """A list or map that has not ended.

    `before` nodes came before it; `deepest` is the deepest level in it so far.
    """

    anchor: str | None
    before: int
    deepest: int


class _Counter:
    """Counts nodes, and levels of lists and maps, as if aliases were written out."""

    def __init__(self) -> None:
        self._nodes = 0
        self._documents = 0
        self._open = [_Open(None, 0, 0)]
        self._anchored: dict[str, tuple[int, int]] = {}  # nodes, levels

    def count(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._add(event, 1)
            if event.anchor is not None:
                self._anchored[event.anchor] = (1, 0)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open.append(_Open(event.anchor, self._nodes, len(self._open)))
            self._add(event, 1)
            self._deepen(event, 0)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()
        elif isinstance(event, yaml.AliasEvent):
            nodes, levels = self._meaning(event)
            self._add(event, nodes)
            self._deepen(event, levels)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _refused(event, "holds more than one document")

    def _add(self, event: yaml.Event, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise _refused(event, f"holds more than {MAX_NODES:,} values")

    def _deepen(self, event: yaml.Event, levels: int) -> None:
        depth = len(self._open) - 1 + levels
        if depth > MAX_DEPTH:
            raise _refused(event, f"is nested more than {MAX_DEPTH} levels deep")
        self._open[-1].deepest = max(self._open[-1].deepest, depth)

    def _close(self) -> None:
        ended = self._open.pop()
        if ended.anchor is not None:
            levels = ended.deepest - len(self._open) + 1
            self._anchored[ended.anchor] = (self._nodes - ended.before, levels)
        self._open[-1].deepest = max(self._open[-1].deepest, ended.deepest)

    def _meaning(self, event: yaml.AliasEvent) -> tuple[int, int]:
        meaning = self._anchored.get(event.anchor or "")
        if meaning is None:
            message = f"uses the alias *{event.anchor}, which nothing before it names"
            raise _refused(event, message)
        return meaning


def _refused(event: yaml.Event, message: str) -> UnreadableError:
    return UnreadableError(message, *place_of(event.start_mark))


def place_of(mark: Mark | CMark | None) -> tuple[int, int]:
    """Line and column, from 1."""
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
