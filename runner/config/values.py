"""Shapes of single values: text, numbers, durations, sizes, names."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from runner.config.declaration import Schema, Shape
from runner.config.findings import reject
from runner.config.node_views import describe
from runner.config.units import parse_count, parse_duration, parse_size
from runner.config.yaml_tree import Node, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

S = TypeVar("S", bound=StrEnum)

MAX_INTEGER = 2**63 - 1
VARIABLE = "[A-Za-z_][A-Za-z0-9_]*"

_REFERENCE = re.compile(rf"\$\{{({VARIABLE})\}}")


def scalar_text(node: Node) -> str:
    """The text of a scalar as it was written: `1.10` stays `1.10`."""
    if isinstance(node, ScalarNode) and node.value is not None:
        return node.text
    raise reject(node, f"must be text, not {describe(node)}")


def text(label: str = "text", *, pattern: str = "", hint: str = "") -> Shape[str]:
    """A string, not empty; with a pattern, all of it must match."""
    allowed = re.compile(pattern or r"(?s).*\S.*")

    def read(node: Node) -> str:
        if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
            quoting = hint
            if isinstance(node, ScalarNode) and node.value is not None:
                quoting = f'put it in quotes: "{node.text}"'
            raise reject(node, f"must be {label}, not {describe(node)}", quoting)
        if not allowed.fullmatch(node.value):
            raise reject(node, f"{describe(node)} is not {label}", hint)
        return node.value

    schema: Schema = {"type": "string", "minLength": 1}
    if pattern:
        schema = {"type": "string", "pattern": f"^(?:{pattern})$"}
    return Shape(label, schema, read)


def boolean() -> Shape[bool]:
    def read(node: Node) -> bool:
        if isinstance(node, ScalarNode) and isinstance(node.value, bool):
            return node.value
        raise reject(node, f"must be true or false, not {describe(node)}")

    return Shape("true or false", {"type": "boolean"}, read)


def integer(least: int, most: int = MAX_INTEGER) -> Shape[int]:
    bounds = f"{least} to {most}" if most < MAX_INTEGER else f"{least} or more"
    schema: Schema = {"type": "integer", "minimum": least, "maximum": most}
    return _quantity(f"whole number, {bounds}", schema, least, most, None)


def duration(least: int = 1) -> Shape[int]:
    """Seconds."""
    schema: Schema = {
        "oneOf": [
            {"type": "integer", "minimum": least},
            {"type": "string", "pattern": r"^(?=\d)(\d+d)?(\d+h)?(\d+m)?(\d+s)?$"},
        ]
    }
    return _quantity("duration", schema, least, MAX_INTEGER, parse_duration)


def size() -> Shape[int]:
    """Bytes."""
    schema: Schema = {
        "oneOf": [
            {"type": "integer", "minimum": 1},
            {"type": "string", "pattern": r"^\d+ ?([kKMGT]i?)?B$"},
        ]
    }
    return _quantity("size", schema, 1, MAX_INTEGER, parse_size)


def count() -> Shape[int]:
    schema: Schema = {
        "oneOf": [
            {"type": "integer", "minimum": 1},
            {"type": "string", "pattern": r"^\d+ ?[kKM]?$"},
        ]
    }
    return _quantity("count", schema, 1, MAX_INTEGER, parse_count)


def _quantity(
    label: str,
    schema: Schema,
    least: int,
    most: int,
    parse: Callable[[str], int] | None,
) -> Shape[int]:
    """A whole number, or a text that `parse` understands."""

    def read(node: Node) -> int:
        value = node.value if isinstance(node, ScalarNode) else None
        if isinstance(value, str) and parse is not None:
            try:
                value = parse(value)
            except ValueError as error:
                raise reject(node, f"{describe(node)} {error}") from None
        if not isinstance(value, int) or isinstance(value, bool):
            raise reject(node, f"must be a {label}, not {describe(node)}")
        if value < least:
            raise reject(node, f"{describe(node)} is too small: at least {least}")
        if value > most:
            raise reject(node, f"{describe(node)} is too large: at most {most}")
        return value

    return Shape(label, schema, read)


def money(*, free: bool = False) -> Shape[float]:
    """A positive amount; nothing at all where it may be `free`."""
    wanted = "an amount of zero or more" if free else "a positive amount"

    def read(node: Node) -> float:
        value = node.value if isinstance(node, ScalarNode) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise reject(node, f"must be an amount, not {describe(node)}")
        if not (0 < value < MAX_INTEGER or (free and value == 0)):
            raise reject(node, f"{describe(node)} is not {wanted}")
        return float(value)

    least = "minimum" if free else "exclusiveMinimum"
    return Shape("amount", {"type": "number", least: 0}, read)


def choice(options: type[S]) -> Shape[S]:
    """One member of an enumeration."""
    read_name = one_of(tuple(options))
    return Shape(
        read_name.label, read_name.schema, lambda node: options(read_name.read(node))
    )


def one_of(options: Sequence[str]) -> Shape[str]:
    names = [str(option) for option in options]
    expected = ", ".join(names)

    def read(node: Node) -> str:
        value = node.value if isinstance(node, ScalarNode) else None
        if not isinstance(value, str) or value not in names:
            raise reject(node, f"{describe(node)} is not one of {expected}")
        return value

    return Shape(" \\| ".join(f"`{name}`" for name in names), {"enum": names}, read)


def word() -> Shape[str]:
    """Text as it is written, numbers included: `1.10` stays `1.10`."""

    def read(node: Node) -> str:
        written = scalar_text(node)
        if not written.strip():
            raise reject(node, "must not be empty")
        return written

    return Shape("text", {"type": ["string", "number", "boolean"]}, read)


def argument() -> Shape[str]:
    """A word of a command line: anything but a NUL, and it may be empty."""

    def read(node: Node) -> str:
        value = scalar_text(node)
        if "\0" in value:
            raise reject(node, "contains a NUL, which no process can be given")
        return value

    return Shape("argument", {"type": ["string", "number", "boolean"]}, read)


def path() -> Shape[str]:
    return text("path", pattern=r"(?=\s*\S)[^\0]+")


def glob_below() -> Shape[str]:
    """A pattern for files below the project; `**` is a whole part of it."""
    outside = r"(?![/~])(?!(?:.*/)?\.\.(?:/|$))"
    return text(
        "glob below the project",
        pattern=rf"{outside}(?!.*(?:[^/]\*\*|\*\*[^/]))(?=\s*\S)[^\0]+",
    )


def references(value: str) -> list[str]:
    """The variables that a value refers to."""
    return _REFERENCE.findall(value)


def referring() -> Shape[str]:
    """An argument in which `${NAME}` stands for a variable."""
    plain = argument()

    def read(node: Node) -> str:
        value = plain.read(node)
        if "${" in _REFERENCE.sub("", value):
            # The rest of it may be secret.
            raise reject(node, "has a '${' without a NAME and '}'")
        return value

    return Shape("text, `${NAME}` allowed", plain.schema, read)
