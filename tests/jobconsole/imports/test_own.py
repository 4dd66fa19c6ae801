"""What calls a tick is never taken for a job, whoever put it there."""

from __future__ import annotations

from pathlib import Path

from jobconsole.imports.crontab import Whose, read_crontab
from launchd.crontab import block_of
from launchd.service import Kind, Service
from tests.jobconsole.imports.settled import ZONE


def test_the_block_of_install() -> None:
    service = Service(
        label="jobconsole.media-3f2a9c1b",
        title="/srv/media",
        argv=("/usr/bin/python3", "-P", "-m", "jobconsole", "--tick", "--every", "300"),
        environment={},
        log=Path("/srv/media/.jobconsole/driver.log"),
        kind=Kind.TICK,
        every=300,
    )

    found = read_crontab(f"{block_of(service)}@daily x\n", Whose("crontab", ZONE, "me"))

    assert [entry.source for entry in found.entries] == ["crontab:4"]
    assert [(item.source, item.own) for item in found.left_out] == [("crontab:2", True)]


def test_a_tick_by_another_hand() -> None:
    text = "*/5 * * * * cd /srv && .venv/bin/jobconsole --tick\n"

    (item,) = read_crontab(text, Whose("crontab", ZONE, "me")).left_out

    assert item.own
