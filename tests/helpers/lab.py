"""A model server in a network namespace with nothing but loopback, and the way in."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import psutil
import pytest

from runner.process.environment import current
from runner.process.spawn import Launch, spawn_child
from tests.helpers.processes import finish
from tests.helpers.wait import wait_until
from tests.lab.script import AnyStep, Asked, Script

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
SERVER = (sys.executable, "-m", "tests.lab.model_server", "--alone")
TRIAL = (sys.executable, "-m", "tests.lab.alone", "true")
TRIAL_SECONDS = 20


class Way(NamedTuple):
    """How a namespace is made, and how one is entered."""

    make: tuple[str, ...]
    enter: tuple[str, ...]


WAYS = (
    Way(("unshare", "--net"), ("nsenter", "--net")),  # root's
    Way(
        ("unshare", "--map-root-user", "--net"),
        ("nsenter", "--user", "--preserve-credentials", "--net"),
    ),
)


class Lab:
    """A running model server and whoever enters its namespace.

    `url` is the server's; from outside of the namespace nobody reaches it.
    """

    def __init__(self, folder: Path, pid: int, way: Way) -> None:
        self.folder = folder
        self.pid = pid
        self._way = way
        self._conversations: dict[str, tuple[AnyStep, ...]] = {}
        self.script()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{(self.folder / 'port').read_text('ascii')}"

    def script(self, *steps: AnyStep, about: str = "") -> None:
        """What to answer to whom says these words, "" being anybody else."""
        self._conversations[about] = steps
        new = self.folder / "script.new"
        new.write_bytes(msgspec.json.encode(Script(self._conversations)))
        new.rename(self.folder / "script.json")

    def asked(self) -> list[Asked]:
        """Every question so far, in order."""
        record = self.folder / "requests.jsonl"
        lines = record.read_bytes().splitlines() if record.exists() else []
        return [msgspec.json.decode(line, type=Asked) for line in lines]

    def inside(self, argv: Sequence[str]) -> list[str]:
        """The command that runs another one in the namespace."""
        return [*self._way.enter, "--target", str(self.pid), "--", *argv]

    def inhabitants(self) -> dict[int, str]:
        """What every living process in the namespace runs, but the server itself."""
        here = _network_of(self.pid)
        found = {it.pid: _command_of(it) for it in psutil.process_iter()}
        del found[self.pid]
        return {pid: it for pid, it in found.items() if it and _network_of(pid) == here}


@functools.cache
def way_in() -> Way | str:
    """How namespaces are had here; else the reason why they are not."""
    if sys.platform != "linux":
        return "network namespaces are Linux's"
    reasons = []
    for way in WAYS:
        try:
            tried = subprocess.run(
                [*way.make, *TRIAL],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
                timeout=TRIAL_SECONDS,
            )
        except OSError as error:
            return f"{way.make[0]}: {error.strerror}"
        if tried.returncode == 0:
            return way
        reasons.append(tried.stderr.strip().rpartition("\n")[2])
    return f"no network namespace is to be had: {'; '.join(reasons)}"


@contextlib.contextmanager
def lab(folder: Path) -> Iterator[Lab]:
    """A model server until the end; skips where it could not be kept to itself."""
    way = way_in()
    if isinstance(way, str):
        pytest.skip(way)
    folder.mkdir(parents=True)
    with _server(folder, way) as pid:
        opened = Lab(folder, pid, way)
        try:
            wait_until((folder / "port").exists, "the model server to listen")
            yield opened
        finally:
            _evict(opened)


@contextlib.contextmanager
def _server(folder: Path, way: Way) -> Iterator[int]:
    """The process, which ends with its stdin, so with us in any case."""
    reading, writing = os.pipe()
    with (folder / "server.log").open("wb") as log:
        launch = Launch(
            argv=(*way.make, *SERVER, str(folder)),
            cwd=ROOT,
            environment=current(),
            stdin=reading,
            stdout=log.fileno(),
            stderr=log.fileno(),
            umask=0o022,
        )
        pid = spawn_child(launch)
    os.close(reading)
    try:
        yield pid
    finally:
        os.close(writing)
        finish(pid)
    assert (folder / "server.log").read_text("utf-8") == ""


def _evict(lab: Lab) -> None:
    """End whoever is still there: a test that failed leaves nothing behind either."""

    def empty() -> bool:
        left = lab.inhabitants()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return not left

    wait_until(empty, "the namespace to be empty")


def _network_of(pid: int) -> str | None:
    try:
        return str(Path(f"/proc/{pid}/ns/net").readlink())
    except OSError:
        return None


def _command_of(process: psutil.Process) -> str:
    """Its words; empty for a process that is no more, a zombie too."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
