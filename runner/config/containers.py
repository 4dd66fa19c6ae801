"""Shapes made of shapes: lists, maps, alternatives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from runner.config.declaration import Schema, Shape
from runner.config.findings import Finding, Rejected, reject
from runner.config.node_views import (
    describe,
    expect_map,
    is_absent,
    repeated_keys,
    to_json,
)
from runner.config.yaml_tree import ListNode, MapNode, Node, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from runner.model.errors import Json

T = TypeVar("T")
S = TypeVar("S")


def optional(shape: Shape[T]) -> Shape[T | None]:
    """`shape`, or null where a bound from `defaults` is to be lifted."""

    def read(node: Node) -> T | None:
        return None if is_absent(node) else shape.read(node)

    schema: Schema = {"anyOf": [shape.schema, {"type": "null"}]}
    return Shape(f"{shape.label}, or null", schema, read, shape.section)


def list_of(shape: Shape[T], *, least: int = 0) -> Shape[tuple[T, ...]]:
    def read(node: Node) -> tuple[T, ...]:
        if not isinstance(node, ListNode):
            hint = "" if isinstance(node, MapNode) else f"write [{_plain(node)}]"
            raise reject(node, f"must be a list, not {describe(node)}", hint)
        if len(node.items) < least:
            raise reject(node, "the list is empty")
        return tuple(gather((item, shape) for item in node.items))

    schema: Schema = {"type": "array", "items": shape.schema, "minItems": least}
    return Shape(f"list of {shape.label}", schema, read, shape.section)


def _plain(node: Node) -> str:
    return node.text if isinstance(node, ScalarNode) else ""


def gather(items: Iterable[tuple[Node, Shape[T]]]) -> list[T]:
    """Every value, or Rejected with what is wrong in any of them."""
    values = []
    findings: list[Finding] = []
    for node, shape in items:
        try:
            values.append(shape.read(node))
        except Rejected as rejected:
            findings.extend(rejected.findings)
    if findings:
        raise Rejected(*findings)
    return values


def map_of(shape: Shape[T], *, names: str, pattern: str) -> Shape[dict[str, T]]:
    """A map whose keys are the file's own and match `pattern`."""
    allowed = re.compile(pattern)

    def read(node: Node) -> dict[str, T]:
        table = expect_map(node)
        findings = repeated_keys(table)
        values: dict[str, T] = {}
        for name, entry in table.entries.items():
            if not allowed.fullmatch(name):
                findings.append(Finding(entry.key, f"{name!r} is not a {names}"))
            try:
                values[name] = shape.read(entry.value)
            except Rejected as rejected:
                findings.extend(rejected.findings)
        if findings:
            raise Rejected(*findings)
        return values

    schema: Schema = {
        "type": "object",
        "propertyNames": {"pattern": f"^(?:{pattern})$"},
        "additionalProperties": shape.schema,
    }
    return Shape(f"map of {names} to {shape.label}", schema, read, shape.section)


def either(label: str, shapes: Mapping[type[Node], Shape[T]]) -> Shape[T]:
    """One shape or another, by the kind of node that is there."""

    def read(node: Node) -> T:
        shape = shapes.get(type(node))
        if shape is None or is_absent(node):
            raise reject(node, f"must be {label}, not {describe(node)}")
        return shape.read(node)

    schema: Schema = {"anyOf": [shape.schema for shape in shapes.values()]}
    sections = [shape.section for shape in shapes.values() if shape.section]
    return Shape(label, schema, read, sections[0] if sections else None)


def converted(shape: Shape[T], convert: Callable[[T], S], label: str = "") -> Shape[S]:
    """`shape`'s value in another form; `convert` raises ValueError to refuse it."""

    def read(node: Node) -> S:
        value = shape.read(node)
        try:
            return convert(value)
        except ValueError as error:
            raise reject(node, f"{describe(node)} {error}") from None

    return Shape(label or shape.label, shape.schema, read, shape.section)


def anything() -> Shape[Json]:
    """Data that is passed on as it is."""
    return Shape("anything", {}, to_json)
