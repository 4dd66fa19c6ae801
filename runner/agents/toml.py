"""Writes values as TOML on one line, for options of a command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

Toml: TypeAlias = "str | int | bool | Sequence[Toml] | Mapping[str, Toml]"


def written(value: Toml) -> str:
    """The value as TOML reads it back, tables inline."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        pairs = (f"{_text(name)}={written(it)}" for name, it in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, Sequence):
        return "[" + ",".join(map(written, value)) + "]"
    return str(value).lower()


def _text(text: str) -> str:
    """A basic string of TOML is one of JSON, but for one control character."""
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")
