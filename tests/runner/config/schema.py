"""Whether a value fits a JSON Schema: as much of it as the declarations use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from runner.config.declaration import Schema
    from runner.model.errors import Json

TYPES: dict[str, Callable[[Json], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: (
        isinstance(value, int | float) and not isinstance(value, bool)
    ),
}
TOLD = {"description", "default", "deprecated", "title", "$schema", "properties"}
"""Keywords that refuse nothing; `properties` are heeded with `additionalProperties`."""


def fits(value: Json, schema: Schema) -> bool:
    """Fails for a keyword that it does not know."""
    return all(
        RULES[keyword](value, told, schema)
        for keyword, told in schema.items()
        if keyword not in TOLD
    )


def _of_type(value: Json, told: Json, _: Schema) -> bool:
    names = told if isinstance(told, list) else [told]
    return any(TYPES[str(name)](value) for name in names)


def _names(value: Json, told: Json, _: Schema) -> bool:
    return not isinstance(value, dict) or all(
        fits(name, cast("Schema", told)) for name in value
    )


def _below(value: Json, told: Json, schema: Schema) -> bool:
    if not isinstance(value, dict):
        return True
    known = cast("Mapping[str, Schema]", schema.get("properties", {}))
    rest: Schema = cast("Schema", told) if isinstance(told, dict) else {}
    return all(
        fits(inner, known[name]) if name in known else told and fits(inner, rest)
        for name, inner in value.items()
    )


def _how_many(value: Json, told: Json) -> int:
    return sum(fits(value, one) for one in cast("Sequence[Schema]", told))


def _number(value: Json) -> float | None:
    return value if isinstance(value, int | float) else None


RULES: dict[str, Callable[[Json, Json, Schema], bool]] = {
    "type": _of_type,
    "enum": lambda value, told, _: value in cast("Sequence[Json]", told),
    "pattern": lambda value, told, _: (
        not isinstance(value, str) or bool(re.search(str(told), value))
    ),
    "minLength": lambda value, told, _: (
        not isinstance(value, str) or len(value) >= cast("int", told)
    ),
    "minItems": lambda value, told, _: (
        not isinstance(value, list) or len(value) >= cast("int", told)
    ),
    "minimum": lambda value, told, _: (
        (number := _number(value)) is None or number >= cast("float", told)
    ),
    "maximum": lambda value, told, _: (
        (number := _number(value)) is None or number <= cast("float", told)
    ),
    "exclusiveMinimum": lambda value, told, _: (
        (number := _number(value)) is None or number > cast("float", told)
    ),
    "items": lambda value, told, _: (
        not isinstance(value, list)
        or all(fits(item, cast("Schema", told)) for item in value)
    ),
    "propertyNames": _names,
    "additionalProperties": _below,
    "anyOf": lambda value, told, _: _how_many(value, told) > 0,
    "oneOf": lambda value, told, _: _how_many(value, told) == 1,
}
