"""The lab's other pieces: its namespace, its MCP server, its daemon."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.helpers.agents import MCP_SERVER
from tests.lab.daemon import Mode, daemon

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.lab import Lab

GETS = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).status)"
REACHES = "import socket; print(socket.socket().connect_ex(('192.0.2.1', 80)))"
STAYS = "sleep 1000 >&- 2>&- & echo $!"

INITIALIZE: dict[str, object] = {
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "1"},
}
INITIALIZED: dict[str, object] = {"method": "notifications/initialized"}
LIST: dict[str, object] = {"id": 2, "method": "tools/list"}
PING: dict[str, object] = {"id": 3, "method": "tools/call", "params": {"name": "ping"}}


def inside(lab: Lab, *argv: str) -> str:
    run = subprocess.run(
        lab.inside(argv), capture_output=True, text=True, check=True, timeout=20
    )
    return run.stdout.strip()


def test_who_is_inside_reaches_the_server(lab: Lab) -> None:
    url = f"{lab.url}/v1/models"
    assert inside(lab, sys.executable, "-c", GETS, url) == "200"


def test_nobody_gets_out(lab: Lab) -> None:
    unreachable = 101  # ENETUNREACH
    assert int(inside(lab, sys.executable, "-c", REACHES)) == unreachable


def test_who_stays_is_seen(lab: Lab) -> None:
    assert lab.inhabitants() == {}
    pid = int(inside(lab, "setsid", "sh", "-c", STAYS))
    assert lab.inhabitants() == {pid: "sleep 1000"}


def mcp(*words: str, said: list[dict[str, object]]) -> subprocess.CompletedProcess[str]:
    lines = "".join(json.dumps({"jsonrpc": "2.0", **it}) + "\n" for it in said)
    return subprocess.run(
        [sys.executable, str(MCP_SERVER), *words],
        input=lines,
        env={"TELECLAUDE_JOB_ROLE": "viewer"},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


@pytest.mark.parametrize("words", [(), ("ok",), ("slow", "0.01")])
def test_an_mcp_server_tells_the_role(words: tuple[str, ...]) -> None:
    done = mcp(*words, said=[INITIALIZE, INITIALIZED, LIST, PING])
    first, tools, pong = map(json.loads, done.stdout.splitlines())
    assert first["result"]["protocolVersion"] == "1"
    assert tools["result"]["tools"][0]["name"] == "ping"
    assert pong["result"]["content"][0]["text"] == "role=viewer"


def test_mcp_servers_that_misbehave() -> None:
    assert mcp("crash", said=[INITIALIZE]).returncode == 1
    assert mcp("rubbish", said=[INITIALIZE]).stdout == "this is not JSON\n"
    crashed = mcp("crash-in-call", said=[INITIALIZE, PING])
    assert (crashed.returncode, len(crashed.stdout.splitlines())) == (9, 1)


def ask(path: Path, target: str = "/roles?job=sync") -> bytes:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(str(path))
        line.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        with line.makefile("rb") as answer:
            return answer.read()


def test_a_daemon_that_is_up(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    with daemon(path, roles={"sync": "viewer"}) as asked:
        assert ask(path).endswith(b'{"role": "viewer"}')
        assert ask(path, "/roles?job=else").endswith(b'{"role": "member"}')
        assert b" 404 " in ask(path, "/jobs")
        assert asked == ["/roles?job=sync", "/roles?job=else", "/jobs"]
    assert not path.exists()


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (Mode.DRIP, b"HTTP/1.1 200"),
        (Mode.RUBBISH, b"\x00\xffno HTTP"),
        (Mode.ERROR, b"HTTP/1.1 500"),
    ],
)
def test_a_daemon_that_answers_oddly(tmp_path: Path, mode: Mode, said: bytes) -> None:
    with daemon(tmp_path / "s", mode), socket.socket(socket.AF_UNIX) as line:
        line.connect(str(tmp_path / "s"))
        line.sendall(b"GET /roles?job=a HTTP/1.1\r\n\r\n")
        with line.makefile("rb") as answer:
            assert answer.read(len(said)) == said


def test_a_daemon_that_closes(tmp_path: Path) -> None:
    with daemon(tmp_path / "s", Mode.CLOSES), socket.socket(socket.AF_UNIX) as line:
        line.connect(str(tmp_path / "s"))
        assert line.recv(1) == b""


@pytest.mark.parametrize("mode", [Mode.SILENT, Mode.SLOW])
def test_a_daemon_that_keeps_one_waiting(tmp_path: Path, mode: Mode) -> None:
    with daemon(tmp_path / "s", mode), socket.socket(socket.AF_UNIX) as line:
        line.settimeout(0.3)
        line.connect(str(tmp_path / "s"))
        line.sendall(b"GET /roles?job=a HTTP/1.1\r\n\r\n")
        with pytest.raises(TimeoutError):
            line.recv(1)
