"""An MCP server on stdio with one tool: `mcp_server.py [MODE [SECONDS]]`.

Its tool `ping` tells the role that the server was started with. The modes: ok; crash
(at the start); hang (never answers); slow (answers after SECONDS); rubbish (says what
is no JSON); crash-in-call. Any Python 3 runs it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any

PING = {
    "name": "ping",
    "description": "Return the job role",
    "inputSchema": {"type": "object", "properties": {}},
}


def answer(method: str, params: dict[str, Any], mode: str) -> dict[str, Any] | None:
    """The result of a request; None for a method that is not here."""
    if method == "initialize":
        return {
            "protocolVersion": params.get("protocolVersion", "2025-06-18"),
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "lab", "version": "1"},
        }
    if method == "ping":
        return {}
    if method == "tools/list":
        return {"tools": [PING]}
    if method == "tools/call" and params.get("name") == "ping":
        if mode == "crash-in-call":
            os._exit(9)
        role = os.environ.get("TELECLAUDE_JOB_ROLE")
        return {"content": [{"type": "text", "text": f"role={role}"}]}
    return None


def serve(mode: str) -> None:
    """Answer requests until stdin ends."""
    for line in sys.stdin:
        request = json.loads(line)
        if "id" not in request:
            continue
        result = answer(request["method"], request.get("params") or {}, mode)
        reply: dict[str, Any] = {"jsonrpc": "2.0", "id": request["id"]}
        if result is None:
            reply["error"] = {"code": -32601, "message": "no such method"}
        else:
            reply["result"] = result
        print(json.dumps(reply), flush=True)


def main(mode: str = "ok", seconds: str = "4") -> None:
    """Behave as the mode says."""
    if mode == "crash":
        sys.exit("boom at the start")
    if mode in {"hang", "slow"}:
        threading.Event().wait(float(seconds) if mode == "slow" else None)
    if mode == "rubbish":
        print("this is not JSON", flush=True)
        sys.stdin.read()
    else:
        serve(mode)


if __name__ == "__main__":
    main(*sys.argv[1:])
