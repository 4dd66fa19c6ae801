"""Maps with known keys, read into typed fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import msgspec

from runner.config.declaration import Key, Schema, Section, Shape
from runner.config.findings import Finding, Rejected, reject
from runner.config.names import nearest
from runner.config.node_views import expect_map, is_absent, repeated_keys
from runner.config.yaml_tree import Entry, MapNode, Node, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

T = TypeVar("T")


class Fields:
    """The values of one section, asked for by their declarations."""

    def __init__(
        self,
        place: Place,
        values: Mapping[str, object],
        places: Mapping[str, Place],
        *,
        readable: bool = True,
        below: Fields | None = None,
    ) -> None:
        self.place = place
        self._readable = readable
        self._below = below
        self._values = values
        self._places = places

    def get(self, key: Key[T], otherwise: T | None = None) -> T | None:
        """The value in the file, which may be null, else `otherwise`."""
        return cast("T | None", self._values.get(key.name, otherwise))

    def value(self, key: Key[T]) -> T:
        """The value in the file, else the key's default, which there must be."""
        value = self._values.get(key.name, key.default)
        return cast("T", value)

    def has(self, key: Key[object]) -> bool:
        """Whether the file names the key, be its value usable or not."""
        return key.name in self._places

    def broken(self, key: Key[object]) -> bool:
        """Whether there is no telling what the file says here."""
        named = key.name in self._places
        return not self._readable or (named and key.name not in self._values)

    def place_of(self, key: Key[object]) -> Place:
        """Where the key's value stands, else the section."""
        return self._places.get(key.name, self.place)

    def over(self, below: Fields) -> Fields:
        """These, and `below` for what these do not name; maps are put together.

        A broken value here does not let the one below through.
        """
        values = dict(self._values)
        for name, value in below._values.items():
            mine = values.get(name)
            if isinstance(mine, dict) and isinstance(value, dict):
                values[name] = {**value, **mine}
            elif name not in self._places:
                values[name] = value
        return Fields(self.place, values, self._places, below=below)

    def layers(self) -> Iterator[Fields]:
        """These, then what was put below them, one after the other."""
        yield self
        if self._below is not None:
            yield from self._below.layers()


class Reading(msgspec.Struct, frozen=True):
    """What came out of a section: the usable fields, and what is wrong."""

    fields: Fields
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...]


def read_section(section: Section, node: Node, place: Place | None = None) -> Reading:
    """Never raises: what is wrong is in the result.

    `place` stands for the section where it is better than its first key.
    """
    try:
        table = expect_map(node)
    except Rejected as rejected:
        fields = Fields(place or node, {}, {}, readable=False)
        return Reading(fields, rejected.findings, ())
    return _read(section, table, place or table)


def _read(section: Section, table: MapNode, place: Place) -> Reading:
    keys = {key.name: key for key in section.keys}
    values: dict[str, object] = {}
    places: dict[str, Place] = {}
    findings = [] if section.open else repeated_keys(table)
    warnings: list[Finding] = []
    for name, entry in table.entries.items():
        key = keys.get(name)
        if key is None:
            if not section.open:
                findings.append(unknown_key(entry, section))
            continue
        if section.open and is_absent(entry.value):
            continue
        places[name] = entry.value
        if key.instead:
            warnings.append(_deprecated(entry, key))
        try:
            values[name] = key.shape.read(entry.value)
        except Rejected as rejected:
            findings.extend(_named(key, finding) for finding in rejected.findings)
    return Reading(Fields(place, values, places), tuple(findings), tuple(warnings))


def unknown_key(entry: Entry, section: Section) -> Finding:
    name = entry.key.text
    if name == "<<":
        message = f"{section.name}: YAML 1.2 has no merge keys, only aliases"
        return Finding(entry.key, message)
    known = [key.name for key in section.keys if not key.instead]
    message = f"unknown key {name!r} in {section.name}: {nearest(name, known)}"
    return Finding(entry.key, message)


def _deprecated(entry: Entry, key: Key[object]) -> Finding:
    return Finding(entry.key, f"{key.name!r} is deprecated: write {key.instead!r}")


def _named(key: Key[object], finding: Finding) -> Finding:
    """The finding with the key before its message: `retries: max: must be …`."""
    return Finding(
        finding.place,
        f"{key.name}: {finding.message}",
        finding.hint,
        finding.code or key.code,
    )


def table(section: Section, build: Callable[[Fields], T]) -> Shape[T]:
    """A section as the value of a key. `build` may raise Rejected."""

    def read(node: Node) -> T:
        if not isinstance(node, MapNode):
            names = ", ".join(key.name for key in section.keys)
            raise reject(node, "must be a map", f"its keys are {names}")
        reading = read_section(section, node)
        if reading.findings:
            raise Rejected(*reading.findings)
        return build(reading.fields)

    return Shape("map", section_schema(section), read, section)


def section_schema(section: Section) -> Schema:
    """The JSON Schema of a section."""
    return {
        "type": "object",
        "properties": {key.name: key_schema(key) for key in section.keys},
        "additionalProperties": section.open,
    }


def key_schema(key: Key[object]) -> Schema:
    description = key.description + (f" In {key.unit}." if key.unit else "")
    schema: Schema = {**key.shape.schema, "description": description}
    if (default := plain_default(key)) is not None:
        schema["default"] = default
    if key.instead:
        schema["deprecated"] = True
    return schema


def plain_default(key: Key[object]) -> str | int | float | None:
    """The default where it is one scalar."""
    return key.default if isinstance(key.default, str | int | float) else None
