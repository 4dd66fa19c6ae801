"""What the protocols of models have in common."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.script import Figures, Question, Reply


class Event(NamedTuple):
    """One event of a stream; a str as `data` is sent as it is."""

    data: object
    name: str = ""

    def encoded(self, encode: Encoder) -> bytes:
        head = f"event: {self.name}\n".encode() if self.name else b""
        body = self.data.encode() if isinstance(self.data, str) else encode(self.data)
        return head + b"data: " + body + b"\n\n"


class Encoder(Protocol):
    def __call__(self, value: object, /) -> bytes: ...


class Wire(Protocol):
    """One protocol."""

    @property
    def name(self) -> str: ...

    def read(self, body: bytes, path: str) -> Question:
        """Raises msgspec.MsgspecError for a body that the protocol does not know."""
        ...

    def opening(self, model: str, figures: Figures) -> Iterator[Event]:
        """How a stream begins, whatever comes then."""
        ...

    def rest(self, reply: Reply, model: str) -> Iterator[Event]: ...

    def whole(self, reply: Reply, model: str) -> object:
        """The answer to a request that wants no stream."""
        ...

    def failure(self, status: int, message: str) -> object: ...


def new_id(kind: str) -> str:
    return f"{kind}_{uuid.uuid4().hex[:12]}"
