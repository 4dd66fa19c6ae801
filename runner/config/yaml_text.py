"""Plain data as one line of YAML, which reads back as the same data."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from runner.config.yaml_tree import resolve

if TYPE_CHECKING:
    from runner.model.errors import Json

# What neither begins nor ends anything in YAML, wherever it stands.
_PLAIN = re.compile(r"[\w./$~+@^-](?:[\w ./$~+@^=;()!-]*[\w./$~+@^=;()!-])?|\*")
_NOT_PLAIN = re.compile(r"^(?:[-@~!]|\.\.\.)|\s[-!]|[\x80-\uffff]|\*$")
_ESCAPED = re.compile(r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_PLANES = 0x10000


def flow(value: Json) -> str:
    """`[a, b]`, `{name: value}`, or one scalar."""
    if isinstance(value, Mapping):
        pairs = (f"{_text(name)}: {flow(inner)}" for name, inner in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else _number(value)


def _number(value: float) -> str:
    text = repr(value)
    return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(text, text)


def _text(text: str) -> str:
    """Without quotes only where nothing could take it for anything but this text."""
    if _PLAIN.fullmatch(text) and not _NOT_PLAIN.search(text) and resolve(text) == text:
        return text
    return _ESCAPED.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return match[0] if code >= _PLANES else f"\\u{code:04x}"
