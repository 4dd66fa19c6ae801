"""YAML as a tree of nodes that know where they stand, by the 1.2 core schema.

PyYAML's own schema turns `on` into true and `10:00` into 600, so only its events
are used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import yaml

from runner.config.yaml_limits import check_limits, place_of
from runner.config.yaml_source import UnreadableError, checked_text

if TYPE_CHECKING:
    from collections.abc import Iterator

ScalarValue = str | int | float | bool | None

# The C parser is about ten times faster; a PyYAML built without it still works.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INT = re.compile(r"[-+]?[0-9]{1,100}|0o[0-7]{1,100}|0x[0-9a-fA-F]{1,100}")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_HINTS = {
    "found character that cannot start any token": (
        "indent with spaces, not tabs; put a value that starts with @ or ` in quotes"
    ),
}
_TAG = "tag:yaml.org,2002:"
_CORE_TAGS = frozenset(_TAG + name for name in ("int", "float", "bool", "null"))
_TEXT_TAGS = frozenset({"!", _TAG + "str"})
_LIST_TAGS = frozenset({None, "!", _TAG + "seq"})
_MAP_TAGS = frozenset({None, "!", _TAG + "map"})


class Place(msgspec.Struct, frozen=True):
    """A place in the file. Lines and columns count from 1."""

    line: int
    column: int


class ScalarNode(Place, frozen=True):
    """One value, and the text that it was written as."""

    value: ScalarValue
    text: str


class ListNode(Place, frozen=True):
    """Values in order."""

    items: tuple[Node, ...]


class Entry(msgspec.Struct, frozen=True):
    """One key of a map with its value."""

    key: ScalarNode
    value: Node


class MapNode(Place, frozen=True):
    """Entries in the file's order; the second and later of one key are `repeated`."""

    entries: dict[str, Entry]
    repeated: tuple[Entry, ...] = ()


Node = ScalarNode | ListNode | MapNode


def read_yaml(content: bytes) -> Node:
    """The only document in `content`; an empty one is an empty map.

    Raises UnreadableError.
    """
    text = checked_text(content)
    try:
        check_limits(_events(text))
        return _Composer(_events(text)).document()
    except yaml.YAMLError as error:
        raise _unreadable(error) from None


def _events(text: bytes) -> Iterator[yaml.Event]:
    # yaml.parse() asks twice for each event, which is a quarter of all time.
    return iter(_LOADER(text).get_event, None)


def read_top_level_text(content: bytes, key: str) -> str | None:
    """The text of one scalar at the top level. Raises UnreadableError."""
    tree = read_yaml(content)
    entry = tree.entries.get(key) if isinstance(tree, MapNode) else None
    value = entry.value if entry is not None else None
    return value.text if isinstance(value, ScalarNode) else None


def resolve(text: str) -> ScalarValue:
    """What a plain scalar means in the core schema."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if text[0] not in "+-.0123456789":
        return text
    return _number(text)


def _number(text: str) -> int | float | str:
    if _INT.fullmatch(text):
        return int(text, 0 if text[:2] in ("0o", "0x") else 10)
    if _FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


class _Composer:
    """Builds nodes from events that `check_limits` found to be within limits."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events
        self._anchored: dict[str, Node] = {}

    def document(self) -> Node:
        for event in self._events:
            if isinstance(event, yaml.NodeEvent):
                return self._node(event)
        return MapNode(1, 1, {})

    def _node(self, event: yaml.Event) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            node: Node = _scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._list(event)
        elif isinstance(event, yaml.MappingStartEvent):
            node = self._map(event)
        else:
            return self._anchored[_anchor(event)]
        self._anchored[_anchor(event)] = node
        return node

    def _list(self, start: yaml.SequenceStartEvent) -> ListNode:
        _check_tag(start, _LIST_TAGS)
        items = []
        while isinstance(event := next(self._events), yaml.NodeEvent):
            items.append(self._node(event))
        return ListNode(*_place(start), tuple(items))

    def _map(self, start: yaml.MappingStartEvent) -> MapNode:
        _check_tag(start, _MAP_TAGS)
        entries: dict[str, Entry] = {}
        repeated = []
        while isinstance(event := next(self._events), yaml.NodeEvent):
            key = self._node(event)
            if not isinstance(key, ScalarNode):
                message = "has a list or map as a key"
                raise UnreadableError(message, key.line, key.column)
            entry = Entry(key, self._node(next(self._events)))
            if entries.setdefault(key.text, entry) is not entry:
                repeated.append(entry)
        return MapNode(*_place(start), entries, tuple(repeated))


def _scalar(event: yaml.ScalarEvent) -> ScalarNode:
    tag, text = event.tag, event.value
    if tag in _CORE_TAGS or (tag is None and event.implicit[0]):
        return ScalarNode(*_place(event), resolve(text), text)
    if tag is not None and tag not in _TEXT_TAGS:
        _check_tag(event, _TEXT_TAGS)
    return ScalarNode(*_place(event), text, text)


def _anchor(event: yaml.Event) -> str:
    """The name that an event gives or refers to; nothing refers to the empty one."""
    return getattr(event, "anchor", None) or ""


def _check_tag(
    event: yaml.ScalarEvent | yaml.CollectionStartEvent,
    allowed: frozenset[str] | frozenset[str | None],
) -> None:
    if event.tag not in allowed:
        message = f"has the tag {event.tag}: only plain data is read"
        raise UnreadableError(message, *_place(event))


def _place(event: yaml.Event) -> tuple[int, int]:
    return place_of(event.start_mark)


def _unreadable(error: yaml.YAMLError) -> UnreadableError:
    problem = getattr(error, "problem", None) or getattr(error, "context", None)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    message = f"is not valid YAML: {problem or 'it cannot be parsed'}"
    hint = _HINTS.get(problem or "", "")
    return UnreadableError(message, *place_of(mark), hint=hint)
