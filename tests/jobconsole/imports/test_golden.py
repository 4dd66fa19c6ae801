"""What is proposed for whole files, word for word; `tests/data/imports/*.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobconsole.imports.crontab import Whose, read_crontab
from jobconsole.imports.fragment import fragment
from jobconsole.imports.jobs_json import read_pack
from jobconsole.imports.launchd import read_agents
from jobconsole.imports.systemd import Manager, read_timers
from tests.jobconsole.imports.settled import DATA, ZONE, in_test, loaded, proposed

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobconsole.imports.proposal import Found


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, in which the test is: places are the same everywhere."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def user_crontab(root: Path) -> Found:
    return _crontab(root, "user.crontab", users=False)


def system_crontab(root: Path) -> Found:
    return _crontab(root, "system.crontab", users=True)


def systemd(root: Path) -> Found:
    folder = in_test("systemd", root)
    return read_timers([folder], Manager(ZONE, Path("/home/me"), "me", (folder,), 1))


def launchd(root: Path) -> Found:
    return read_agents([in_test("launchd", root)], ZONE)


def pack(root: Path) -> Found:
    (root / "scripts").mkdir()
    script = root / "scripts/clean_tmp.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    return read_pack(in_test("jobs.json", root), ZONE)


def agent_pack(root: Path) -> Found:
    return read_pack(in_test("agent-jobs.json", root), ZONE)


def _crontab(root: Path, name: str, *, users: bool) -> Found:
    text = (root / in_test(name, root)).read_text("utf-8")
    return read_crontab(text, Whose("crontab", ZONE, "me", users))


@pytest.mark.parametrize(
    "read", [user_crontab, system_crontab, systemd, launchd, pack, agent_pack]
)
def test_what_is_proposed(read: Callable[[Path], Found], here: Path) -> None:
    text = fragment(proposed(read(here), here))

    assert text == (DATA / f"{read.__name__}.yml").read_text("utf-8")


@pytest.mark.parametrize(
    "read", [user_crontab, system_crontab, systemd, launchd, pack, agent_pack]
)
def test_all_of_it_is_valid(read: Callable[[Path], Found], here: Path) -> None:
    proposal = proposed(read(here), here)

    jobs = loaded(proposal, here)

    assert len(jobs) == len(proposal.jobs) >= 2
