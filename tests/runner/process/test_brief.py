"""Short commands, among them those that do not want to be short."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from runner.model.errors import LaunchError
from runner.process.brief import Brief, Patience, run_briefly
from runner.process.clock import SystemClock
from tests.helpers.leaks import nothing_kept
from tests.helpers.processes import PATIENCE_MS, living
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LEVEL": "info"}
SHORT_MS = 400
"""Enough for a shell to say something, on a busy machine too."""


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    with nothing_kept():
        yield


def brief(
    script: str, root: Path, *, within_ms: int = PATIENCE_MS, most_bytes: int = 1000
) -> Brief:
    return run_briefly(
        ["/bin/sh", "-c", script],
        cwd=root,
        environment=ENVIRONMENT,
        within=Patience(within_ms),
        most_bytes=most_bytes,
    )


def test_both_outputs_are_kept_as_they_came(tmp_path: Path) -> None:
    script = "echo one; echo two >&2; echo three; exit 3"
    assert brief(script, tmp_path) == Brief(3, "one\ntwo\nthree\n", timed_out=False)


def test_it_starts_from_what_it_is_given(tmp_path: Path) -> None:
    told = brief("pwd; echo $LEVEL; cat; echo over", tmp_path)
    assert told.output == f"{tmp_path}\ninfo\nover\n"
    assert told.exit_code == 0


def test_it_leads_a_session_of_its_own(tmp_path: Path) -> None:
    script = "import os; print(os.getsid(0) == os.getpgid(0) == os.getpid())"
    told = run_briefly(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        environment=ENVIRONMENT,
        within=Patience(PATIENCE_MS),
        most_bytes=100,
    )
    assert told.output == "True\n"


@pytest.mark.parametrize(("most_bytes", "kept"), [(5, "two\n"), (0, "")])
def test_only_the_last_of_the_output_is_kept(
    tmp_path: Path, most_bytes: int, kept: str
) -> None:
    told = brief("echo one; echo two", tmp_path, most_bytes=most_bytes)
    assert told.output.strip("\n") == kept.strip("\n")


def test_output_may_be_anything(tmp_path: Path) -> None:
    assert brief(r"printf 'a\377b'", tmp_path).output == "a\N{REPLACEMENT CHARACTER}b"


def test_a_signal_is_no_exit_code(tmp_path: Path) -> None:
    assert brief("kill -9 $$", tmp_path) == Brief(None, "", timed_out=False)


def test_what_goes_on_behind_it_is_not_waited_for(tmp_path: Path) -> None:
    told = brief("sleep 300 & echo $!", tmp_path)
    assert told.exit_code == 0
    assert not living([int(told.output)])


def test_its_end_is_waited_for_when_it_has_nothing_more_to_say(tmp_path: Path) -> None:
    assert brief("exec >&- 2>&-; sleep 0.05; exit 4", tmp_path).exit_code == 4


def test_its_time_is_limited(tmp_path: Path) -> None:
    told = brief("echo $$; exec sleep 300", tmp_path, within_ms=SHORT_MS)
    assert told.timed_out
    assert told.exit_code is None
    assert not living([int(told.output)])


def test_its_time_is_limited_when_it_has_nothing_more_to_say(tmp_path: Path) -> None:
    assert brief("exec sleep 300 >&- 2>&-", tmp_path, within_ms=50).timed_out


def test_one_who_never_stops_talking_is_stopped(tmp_path: Path) -> None:
    begun = SystemClock().awake_ms()
    told = brief("exec yes", tmp_path, within_ms=SHORT_MS)
    assert told.timed_out
    assert len(told.output) == 1000
    assert SystemClock().awake_ms() - begun < PATIENCE_MS


@pytest.mark.skipif(not shutil.which("setsid"), reason="needs setsid")
def test_one_who_got_away_and_never_stops_talking_is_not_heard(tmp_path: Path) -> None:
    told = brief("setsid yes & echo $! >pid; sleep 0.05", tmp_path)
    assert not told.timed_out
    pid = int((tmp_path / "pid").read_text())
    wait_until(lambda: not living([pid]), "it to find that nobody listens")


@pytest.mark.parametrize("program", ["/nowhere/program", "/etc/passwd", "a\0b"])
def test_what_cannot_start_says_so(tmp_path: Path, program: str) -> None:
    with pytest.raises(LaunchError, match="cannot start"):
        run_briefly(
            [program],
            cwd=tmp_path,
            environment=ENVIRONMENT,
            within=Patience(PATIENCE_MS),
            most_bytes=100,
        )
