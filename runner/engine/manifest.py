"""Reads what a run's manifest says; `record` writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from runner.store.folders import read_regular

if TYPE_CHECKING:
    from runner.store.folders import RunFolder


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What exactly ran. `timeout` (seconds) and `args` replaced the job's own.

    `tmpdir` is the folder that an agent had to itself while it ran.
    """

    argv: tuple[str, ...]
    cwd: str
    environment: tuple[str, ...]
    timeout_ms: int
    config_sha256: str
    git_revision: str | None = None
    versions: dict[str, str] = {}
    args: tuple[str, ...] | None = None
    timeout: int | None = None
    params: dict[str, str] = {}
    resume: str | None = None
    agent: str | None = None
    model: str | None = None
    tmpdir: str | None = None


_decoder = msgspec.json.Decoder(Manifest)


def read_manifest(folder: RunFolder) -> Manifest | None:
    """The manifest, or None where there is none (or none that can be read)."""
    try:
        return _decoder.decode(read_regular(folder.manifest))
    except (OSError, msgspec.MsgspecError):
        return None
