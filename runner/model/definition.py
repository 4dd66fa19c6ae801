"""What a run executes: the job as it was when the run was queued."""

from __future__ import annotations

import hashlib

import msgspec

from runner.model.job import Job
from runner.model.role import Role


class Definition(msgspec.Struct, frozen=True):
    """A job with all that it needs from its project. `root` is the project folder."""

    job: Job
    root: str
    roles: dict[str, Role]

    def encode(self) -> tuple[str, bytes]:
        """Content hash and JSON."""
        body = msgspec.json.encode(self, order="deterministic")
        return hashlib.sha256(body).hexdigest()[:32], body


_decoder = msgspec.json.Decoder(Definition)


def decode_definition(body: bytes) -> Definition:
    return _decoder.decode(body)
