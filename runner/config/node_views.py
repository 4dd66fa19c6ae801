"""Looking at nodes: what is there, in words, and as a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.config.findings import Finding, Rejected, reject
from runner.config.yaml_tree import ListNode, MapNode, Node, ScalarNode

if TYPE_CHECKING:
    from runner.model.errors import Json


def describe(node: Node) -> str:
    """The value as the file has it, shortened."""
    if isinstance(node, ListNode):
        return "a list"
    if isinstance(node, MapNode):
        return "a map"
    if node.value is None:
        return "nothing"
    return repr(node.text if len(node.text) <= 60 else node.text[:57] + "...")


def is_absent(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.value is None


def expect_map(node: Node) -> MapNode:
    """The map at `node`.

    Nothing at all (`jobs:` with all below it commented out) is an empty one.
    """
    if isinstance(node, MapNode):
        return node
    if is_absent(node):
        return MapNode(node.line, node.column, {})
    raise reject(node, f"must be a map, not {describe(node)}")


def repeated_keys(node: MapNode) -> list[Finding]:
    return [
        Finding(
            entry.key,
            f"{entry.key.text!r} is defined twice: first in line "
            f"{first.line}, column {first.column}",
        )
        for entry in node.repeated
        for first in (node.entries[entry.key.text].key,)
    ]


def to_json(node: Node) -> Json:
    """Plain data. Raises Rejected for repeated keys."""
    if isinstance(node, MapNode):
        if node.repeated:
            raise Rejected(*repeated_keys(node))
        return {name: to_json(entry.value) for name, entry in node.entries.items()}
    if isinstance(node, ListNode):
        return [to_json(item) for item in node.items]
    return node.value
