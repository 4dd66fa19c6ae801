"""A daemon that knows roles, on a unix socket: GET /roles?job=<id> → {"role": …}.

A test runs it in a thread of its own: `with daemon(path, Mode.UP) as asked: …`.
"""

from __future__ import annotations

import contextlib
import functools
import json
import socketserver
import threading
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SLOW_SECONDS = 2.0
DRIP_SECONDS = 0.05


class Mode(StrEnum):
    """How the daemon behaves."""

    UP = "up"
    SLOW = "slow"  # answers after SLOW_SECONDS
    DRIP = "drip"  # byte after byte, DRIP_SECONDS apart
    RUBBISH = "rubbish"
    ERROR = "error"  # 500
    CLOSES = "closes"  # accepts, and closes at once
    SILENT = "silent"  # accepts, and never answers


class _Handler(socketserver.StreamRequestHandler):
    def __init__(self, home: _Daemon, *connection: object) -> None:
        self._home = home
        super().__init__(*connection)  # type: ignore[arg-type]

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            self._handle()

    def _handle(self) -> None:
        home = self._home
        if home.mode is Mode.CLOSES:
            return
        target = self._read_target()
        home.asked.append(target)
        if home.mode is Mode.SILENT:
            home.leaving.wait()
        elif home.mode is Mode.SLOW:
            home.leaving.wait(SLOW_SECONDS)
        answer = _answer(home, target)
        if home.mode is not Mode.DRIP:
            self.wfile.write(answer)
            return
        for byte in answer:
            self.wfile.write(bytes([byte]))
            if home.leaving.wait(DRIP_SECONDS):
                return

    def _read_target(self) -> str:
        """What the first line asks for; the headers after it say nothing to us."""
        line = self.rfile.readline().decode()
        while self.rfile.readline().strip():
            pass
        return line.split()[1] if len(line.split()) > 1 else ""


class _Daemon(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: Path, mode: Mode, roles: dict[str, str]) -> None:
        self.mode = mode
        self.roles = roles
        self.asked: list[str] = []
        self.leaving = threading.Event()
        super().__init__(str(path), functools.partial(_Handler, self))


@contextlib.contextmanager
def daemon(
    path: Path, mode: Mode = Mode.UP, roles: dict[str, str] | None = None
) -> Iterator[list[str]]:
    """A daemon that gives each job its role, `member` to others; what it was asked."""
    with _Daemon(path, mode, roles or {}) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.asked
        finally:
            server.leaving.set()
            server.shutdown()
            thread.join()
    path.unlink()


def _answer(home: _Daemon, target: str) -> bytes:
    if home.mode is Mode.RUBBISH:
        return b"\x00\xffno HTTP at all\r\n"
    if home.mode is Mode.ERROR:
        return _response(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "it is broken"})
    asked = urlsplit(target)
    jobs = parse_qs(asked.query).get("job", [])
    if asked.path != "/roles" or len(jobs) != 1:
        return _response(HTTPStatus.NOT_FOUND, {"error": "nothing here"})
    return _response(HTTPStatus.OK, {"role": home.roles.get(jobs[0], "member")})


def _response(status: HTTPStatus, body: dict[str, str]) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + content
