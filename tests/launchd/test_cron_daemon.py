"""Who reads crontabs, and what to do if nobody does."""

from __future__ import annotations

import pytest

from launchd.cron import DAEMONS, advice_for, daemon_runs
from runner.process.table import ProcessInfo


def processes(*names: str) -> dict[int, ProcessInfo]:
    """With these names, from 1 on."""
    return {
        pid: ProcessInfo(pid, 0, pid, pid, started=pid, command=name)
        for pid, name in enumerate(names, 1)
    }


@pytest.mark.parametrize("name", sorted(DAEMONS))
def test_daemons(name: str) -> None:
    assert daemon_runs("linux", lambda: processes("init", name))


def test_no_daemon() -> None:
    assert not daemon_runs("linux", lambda: processes("init", "crony", "croncat"))


def test_where_processes_of_others_are_hidden_it_is_assumed() -> None:
    own = {77: processes("sh")[1]}
    assert daemon_runs("linux", lambda: own)


def test_macos_starts_cron_by_itself() -> None:
    assert daemon_runs("darwin", lambda: processes("launchd"))


def test_advice() -> None:
    assert advice_for("linux", runs=True) == []
    assert "service cron start" in advice_for("linux", runs=False)[0]
    assert "keychain" in advice_for("darwin", runs=True)[0]
