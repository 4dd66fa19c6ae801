from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from runner.model.errors import LaunchError
from runner.process.environment import current
from runner.process.spawn import (
    Launch,
    shed_inherited_signals,
    spawn_child,
    spawn_detached,
)
from tests.helpers.processes import finish

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def launch(root: Path, argv: Sequence[str], stdout: int, **env: str) -> Launch:
    return Launch(
        argv=argv,
        cwd=root,
        environment={"PATH": "/usr/bin:/bin", **env},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        umask=0o027,
    )


def said(root: Path, script: str, **env: str) -> list[str]:
    """What a shell script says that is started as a run's child."""
    reading, writing = os.pipe()
    pid = spawn_child(launch(root, ["/bin/sh", "-c", script], writing, **env))
    os.close(writing)
    with os.fdopen(reading) as output:
        text = output.read()
    assert finish(pid).code == 0
    return text.splitlines()


def test_a_child_starts_from_its_launch_alone(tmp_path: Path) -> None:
    inherited = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(inherited, True)
    try:
        script = "pwd; umask; echo $LEVEL $HOME; cat; ls /dev/fd | wc -l"
        lines = said(tmp_path, script, LEVEL="info")
    finally:
        os.close(inherited)
    assert lines[:3] == [str(tmp_path), "0027", "info"]
    assert int(lines[3]) == 4  # with the one that `ls` reads the folder by


def test_a_child_leads_its_own_session(tmp_path: Path) -> None:
    [pid, session, group] = said(
        tmp_path, "echo $$; ps -o sid=,pgid= -p $$ | xargs -n1"
    )
    assert pid == session == group
    assert int(session) != os.getsid(0)


@pytest.mark.parametrize(
    "argv",
    [["/no/such/program"], ["/etc/passwd"], ["/bin/echo", "nul\0byte"]],
    ids=["missing", "not executable", "impossible"],
)
def test_what_cannot_be_started(tmp_path: Path, argv: list[str]) -> None:
    with pytest.raises(LaunchError, match=f"cannot start {argv[0]}") as caught:
        spawn_child(launch(tmp_path, argv, subprocess.DEVNULL))
    assert caught.value.hint


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with pytest.raises(LaunchError):
        spawn_child(launch(gone, ["/bin/true"], subprocess.DEVNULL))


DETACHED = """
import os, sys
*words, word = sys.argv[1:]
print(words, os.getsid(0) == os.getpid(), os.getcwd(), sys.flags.safe_path,
      sorted(os.environ), sys.stdin.read(), file=sys.stderr, flush=True)
os.write(int(word), b"1")
"""


def test_a_detached_process_gives_its_word_and_logs_errors(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/detached.py").write_text(DETACHED, "utf-8")
    environment = {"PYTHONPATH": str(tmp_path / "lib"), "LC_ALL": "C.UTF-8"}
    log = tmp_path / "worker.log"
    detached = spawn_detached("detached", ["a", "b c"], environment, log)
    assert os.read(detached.ready, 1) == b"1"
    assert os.read(detached.ready, 1) == b""
    os.close(detached.ready)
    assert finish(detached.pid).code == 0
    assert log.read_text("utf-8") == (
        f"['a', 'b c'] True {tmp_path} True {sorted(environment)} \n"
    )
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_detached_process_that_dies_gives_no_word(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    detached = spawn_detached("no_such_module", [], current(), log)
    assert os.read(detached.ready, 1) == b""
    os.close(detached.ready)
    assert finish(detached.pid).code == 1
    assert "no_such_module" in log.read_text("utf-8")


def test_signals_that_a_starter_ignored_or_blocked_are_shed() -> None:
    before = {number: signal.getsignal(number) for number in signal.valid_signals()}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        shed_inherited_signals()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL
        assert signal.getsignal(signal.SIGCHLD) is signal.SIG_DFL
        assert signal.getsignal(signal.SIGINT) is before[signal.SIGINT]
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
    finally:
        for number in (signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, before[number])
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
