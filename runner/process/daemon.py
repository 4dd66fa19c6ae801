"""Asks the daemon which roles jobs have. Any trouble is no answer, and no error.

Light by itself: what speaks to it is imported where there is something to ask.
"""

from __future__ import annotations

import contextlib
import io
import json
import select
from collections import deque
from typing import TYPE_CHECKING, cast

from runner.process.clock import SystemClock

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

ANSWER_MS = 200
"""How long the daemon may take, however many jobs it is asked about."""

_AT_ONCE = 8
_LOOK_MS = 5
"""How soon it is tried again where too many were waiting at its door."""

_CHUNK = 65_536
_MOST_BYTES = 65_536
_OK = 200


def roles_told(
    path: str, job_ids: Iterable[str], within_ms: int = ANSWER_MS
) -> dict[str, str]:
    """The roles by job that the daemon behind this socket told in time.

    `within_ms` is awake time for all of them together.
    """
    clock = SystemClock()
    deadline = clock.awake_ms() + within_ms
    with contextlib.closing(_Inquiry(path, job_ids)) as inquiry:
        while inquiry.goes_on and (left_ms := deadline - clock.awake_ms()) > 0:
            inquiry.step(min(left_ms, _LOOK_MS))
        return inquiry.roles


class _Question:
    """One job's question, sent; the connection ends with its answer."""

    def __init__(self, job_id: str, connection: socket.socket) -> None:
        self.job_id = job_id
        self.connection = connection
        self._received = b""

    def hear(self) -> bool:
        """Take what there is to read; False where nothing more is of interest."""
        with contextlib.suppress(OSError):
            chunk = self.connection.recv(_CHUNK)
            self._received = (self._received + chunk)[:_MOST_BYTES]
            return bool(chunk) and len(self._received) < _MOST_BYTES
        return False

    def role(self) -> str | None:
        """The role, once the answer is whole."""
        return _role_in(self._received) if b"}" in self._received else None


class _Inquiry:
    """A few questions under way at a time, until none is left."""

    def __init__(self, path: str, job_ids: Iterable[str]) -> None:
        self.roles: dict[str, str] = {}
        self._path = path
        self._waiting = deque(dict.fromkeys(job_ids))
        self._asked: dict[int, _Question] = {}
        self._poll = select.poll()

    @property
    def goes_on(self) -> bool:
        return bool(self._waiting or self._asked)

    def step(self, timeout_ms: int) -> None:
        """Ask as many as may be asked, and hear who answers within the time."""
        while self._waiting and len(self._asked) < _AT_ONCE and self._ask_next():
            pass
        for descriptor, _ in self._poll.poll(timeout_ms if self.goes_on else 0):
            question = self._asked[descriptor]
            goes_on = question.hear()
            role = question.role()
            if role is not None:
                self.roles[question.job_id] = role
            if role is not None or not goes_on:
                self._drop(descriptor)

    def close(self) -> None:
        for descriptor in list(self._asked):
            self._drop(descriptor)

    def _ask_next(self) -> bool:
        """Ask for one more job; False where the daemon has its hands full."""
        job_id = self._waiting.popleft()
        try:
            connection = _connected(self._path, job_id)
        except BlockingIOError:
            self._waiting.appendleft(job_id)
            return False
        except (OSError, ValueError):  # nobody there, or a path that none can have
            return True
        self._asked[connection.fileno()] = _Question(job_id, connection)
        self._poll.register(connection, select.POLLIN)
        return True

    def _drop(self, descriptor: int) -> None:
        self._poll.unregister(descriptor)
        self._asked.pop(descriptor).connection.close()


class _Collected:
    """What was received, in the place of the socket that it came by."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._received)


def _connected(path: str, job_id: str) -> socket.socket:
    """A connection on which the question was asked.

    Raises BlockingIOError where too many wait already, OSError and ValueError where
    nothing can be asked.
    """
    import socket
    from urllib.parse import quote

    target = f"/roles?job={quote(job_id, safe='')}"
    request = f"GET {target} HTTP/1.1\r\nHost: daemon\r\nConnection: close\r\n\r\n"
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(0)
        connection.connect(path)
        connection.send(request.encode())  # far less than a socket's buffer takes
    except (OSError, ValueError):
        connection.close()
        raise
    return connection


def _role_in(received: bytes) -> str | None:
    """The role in an answer that is whole, and that says so; None in any other."""
    from http.client import HTTPException, HTTPResponse

    # It asks a socket for nothing but a file to read.
    response = HTTPResponse(cast("socket.socket", _Collected(received)))
    try:
        response.begin()
        answer: object = json.loads(response.read())
    except (HTTPException, ValueError, OverflowError, RecursionError):
        return None
    role = answer.get("role") if isinstance(answer, dict) else None
    return role if isinstance(role, str) and response.status == _OK else None
