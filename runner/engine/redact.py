"""Takes secrets out of what is written down and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.process.environment import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.model.errors import Json


def redact(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def redact_all(value: Json, secrets: Sequence[str]) -> Json:
    """The same for every text in a value that came from JSON."""
    match value:
        case str():
            return redact(value, secrets)
        case list():
            return [redact_all(item, secrets) for item in value]
        case dict():
            return {
                redact(str(key), secrets): redact_all(item, secrets)
                for key, item in value.items()
            }
        case _:
            return value
