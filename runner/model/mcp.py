"""MCP servers: how one is started, and whether it answered before a run."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class McpServer(msgspec.Struct, frozen=True):
    """How an agent starts one MCP server.

    `read_only` says that it changes nothing: then agents that may only read get it too.
    """

    command: tuple[str, ...]
    env: dict[str, str] = {}
    read_only: bool = False


class McpState(StrEnum):
    """What came of asking an MCP server who it is."""

    READY = "ready"
    MISSING = "missing"  # its program is not there or cannot be started
    ENDED = "ended"  # it ended before it answered
    RUBBISH = "rubbish"  # what it said was no answer
    SILENT = "silent"  # it said nothing in time
    WITHHELD = "withheld"  # the role may only read, and the server is not `read_only`


class McpHealth(msgspec.Struct, frozen=True):
    """One server's answer before a run. `detail` is foreign text."""

    state: McpState
    took_ms: int = 0
    detail: str = ""
