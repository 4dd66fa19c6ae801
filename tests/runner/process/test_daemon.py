"""Asking a daemon for roles: whatever it does, nothing but an answer comes of it."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from runner.process.clock import SystemClock
from runner.process.daemon import ANSWER_MS, roles_told
from tests.helpers.leaks import nothing_kept
from tests.helpers.processes import PATIENCE_MS
from tests.lab.daemon import Mode, daemon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD = b"HTTP/1.1 200 OK\r\n"
BODY = b'{"role": "member"}'
FAR_LATER_MS = 1_500
"""What a deadline of 200 ms is surely kept by, on a busy machine too."""


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    with nothing_kept():
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "daemon.sock"


@contextlib.contextmanager
def saying(path: Path, answer: bytes, *, hangs_up: bool) -> Iterator[None]:
    """A daemon that always says the same, and then hangs up or not."""
    leaving = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            with contextlib.suppress(OSError):  # who asked may have heard enough
                self.request.sendall(answer)
            if not hangs_up:
                leaving.wait()

    with socketserver.ThreadingUnixStreamServer(str(path), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield
        finally:
            leaving.set()
            server.shutdown()
            thread.join()


def test_a_daemon_tells_the_role_of_each_job(path: Path) -> None:
    roles = {"night": "viewer", "day": "admin"}
    with daemon(path, Mode.UP, roles):
        told = roles_told(str(path), [*roles, "other", "day"], PATIENCE_MS)
    assert told == {**roles, "other": "member"}


def test_a_job_is_named_in_the_words_of_http(path: Path) -> None:
    with daemon(path) as asked:
        told = roles_told(str(path), ["a b/ü&x=1"], PATIENCE_MS)
    assert asked == ["/roles?job=a%20b%2F%C3%BC%26x%3D1"]
    assert told == {"a b/ü&x=1": "member"}


@pytest.mark.parametrize(
    "mode", [Mode.SLOW, Mode.DRIP, Mode.RUBBISH, Mode.ERROR, Mode.CLOSES, Mode.SILENT]
)
def test_a_daemon_in_trouble_is_no_trouble(path: Path, mode: Mode) -> None:
    with daemon(path, mode):
        begun = SystemClock().awake_ms()
        told = roles_told(str(path), [f"job-{number}" for number in range(20)])
        assert SystemClock().awake_ms() - begun < FAR_LATER_MS
    assert told == {}


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"\r\n" + BODY,
        HEAD + b"Content-Length: 18\r\n\r\n" + BODY,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n12\r\n" + BODY + b"\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\n\n" + BODY,
        b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"\r\n" + BODY,
    ],
)
@pytest.mark.parametrize("hangs_up", [True, False])
def test_answers_may_be_framed_in_any_way(
    path: Path, answer: bytes, hangs_up: bool
) -> None:
    with saying(path, answer, hangs_up=hangs_up):
        assert roles_told(str(path), ["job"], PATIENCE_MS) == {"job": "member"}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        BODY,
        b"HTTP/1.1 404 Not Found\r\n\r\n" + BODY,
        b"HTTP/1.1 204 No Content\r\n\r\n" + BODY,
        HEAD + b"Content-Length: 99\r\n\r\n" + BODY,
        HEAD + b"Content-Length: 1" + b"0" * 30 + b"\r\n\r\n" + BODY,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n" + BODY,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 99 + b"\r\n" + BODY,
        HEAD + b"a: b\r\n" * 200 + b"\r\n" + BODY,
        HEAD + b"\r\n" + b"[" * 60_000 + b"}",
        HEAD + b"\r\n" + b" " * 100_000 + BODY,
        HEAD + b"\r\n" + b'{"role": 1}',
        HEAD + b"\r\n" + b'{"role": null}',
        HEAD + b"\r\n" + b'{"roles": "member"}',
        HEAD + b"\r\n" + b'["role", {}]',
        HEAD + b"\r\n" + b'{"role": "member"',
        HEAD + b"\r\n" + b'{"role": "\xff"}',
    ],
    ids=lambda answer: str(answer[:60]),
)
def test_what_is_no_answer_is_none(path: Path, answer: bytes) -> None:
    with saying(path, answer, hangs_up=True):
        assert roles_told(str(path), ["job"], PATIENCE_MS) == {}


def test_nobody_is_there(path: Path) -> None:
    assert roles_told(str(path), ["job"]) == {}
    assert roles_told(str(path), []) == {}


def test_somebody_was_there(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(path))
    assert roles_told(str(path), ["job"]) == {}


def test_somebody_is_there_and_opens_to_nobody(path: Path) -> None:
    jobs = [f"job-{number}" for number in range(100)]
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(path))
        deaf.listen(1)
        begun = SystemClock().awake_ms()
        assert roles_told(str(path), jobs) == {}
        assert SystemClock().awake_ms() - begun < FAR_LATER_MS


@pytest.mark.parametrize("name", ["/etc/passwd", "/", "", "a\0b", "/x" * 500, "\ud800"])
def test_a_path_may_lead_nowhere(name: str) -> None:
    assert roles_told(name, ["job"]) == {}


def test_a_name_that_no_url_can_hold_is_not_asked_for(path: Path) -> None:
    with daemon(path):
        told = roles_told(str(path), ["\ud800", "job"], PATIENCE_MS)
    assert told == {"job": "member"}


def test_many_jobs_find_their_way_through_a_narrow_door(path: Path) -> None:
    jobs = [f"job-{number}" for number in range(300)]
    with daemon(path):
        told = roles_told(str(path), jobs, PATIENCE_MS)
    assert told == dict.fromkeys(jobs, "member")


def test_what_came_in_time_is_told(path: Path) -> None:
    jobs = [f"job-{number}" for number in range(100_000)]
    with daemon(path):
        begun = SystemClock().awake_ms()
        told = roles_told(str(path), jobs, ANSWER_MS)
        assert SystemClock().awake_ms() - begun < FAR_LATER_MS
    assert 0 < len(told) < len(jobs)


def test_it_costs_a_tick_nothing_until_somebody_is_asked() -> None:
    script = "import sys, runner.process.daemon; print(*sys.modules)"
    imported = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"http.client", "socket", "email.parser", "asyncio"} & set(imported)
