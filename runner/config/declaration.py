"""How keys are declared: once, with all that anybody needs to know of them.

Reading, suggestions for misspelt keys, the JSON Schema and the reference all come
from these declarations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from runner.config.yaml_tree import Node
from runner.model.errors import Code, Json

T_co = TypeVar("T_co", covariant=True)
Schema = dict[str, Json]


class Shape(msgspec.Struct, Generic[T_co], frozen=True):
    """What a value may look like.

    `read` returns it or raises Rejected with everything wrong in it. `schema` is its
    JSON Schema; `section` declares the keys of the maps in it.
    """

    label: str
    schema: Schema
    read: Callable[[Node], T_co]
    section: Section | None = None


class Key(msgspec.Struct, Generic[T_co], frozen=True, kw_only=True):
    """One key of a section.

    `otherwise` says in words what holds without a value: without the key where `default`
    is no plain value, else where null lifts the default. `instead` names the key that a deprecated one gave way to. `code` is that of
    problems below the key.
    """

    name: str
    shape: Shape[T_co]
    description: str
    example: str
    default: T_co | None = None
    otherwise: str = ""
    unit: str = ""
    instead: str = ""
    code: Code | None = None


class Section(msgspec.Struct, frozen=True):
    """A map with known keys.

    An `open` one is shared with other tools: their keys are left alone, and a key with
    nothing below it is as good as absent.
    """

    name: str
    keys: tuple[Key[object], ...]
    open: bool = False
