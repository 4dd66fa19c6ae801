"""One firing of a real cron."""

from __future__ import annotations

import faulthandler
import json
import os
import select
from typing import TYPE_CHECKING

import psutil
import pytest

from launchd.cron import Cron, daemon_runs
from launchd.service import Kind
from runner.process.table import ProcessInfo, process_table
from runner.store.folders import StateDir
from tests.helpers.crontabs import cron_place
from tests.helpers.processes import JOBCONSOLE
from tests.helpers.project import write_project
from tests.helpers.services import OTHER_LABEL, PROBE_LABEL, service
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from launchd.service import Service
    from tests.helpers.crontabs import CronPlace

MINUTE_SECONDS = 90
"""How long a firing may take; it is due after at most sixty."""

ODD = "größe 100% of 'a' \"b\" $x \\%\\\\n"
JOBS = {
    "jobs": {
        "sync": {
            "command": "echo here >here; until [ -e gate ]; do sleep 0.02; done; env",
            "schedule": "daily",
            "preferred_hour": 0,
        }
    }
}


@pytest.mark.slow
@pytest.mark.idle
def test_debian_calls_it(tmp_path: Path) -> None:
    """One firing, for which a real cron waits up to a minute, has to show it all."""
    faulthandler.cancel_dump_traceback_later()  # to wait so long is in order
    project = write_project(tmp_path / ODD, json.dumps(JOBS)).parent
    os.mkfifo(project / "here")
    StateDir(project / ".jobconsole").prepare()
    services = [real_tick(project), probe(project), heard_by_nobody(tmp_path)]
    with cron_place(tmp_path / "place", daemon=True) as place:
        # Of no concern to a block that is in front.
        users = b"SHELL=/bin/false\nMAILTO=anna\n"
        place.write(users)
        cron = Cron(place.machine(tmp_path), runs=lambda: True)
        for one in services:
            cron.install(one)
        place.wake()
        assert [found.loaded for found in cron.everything()] == [True] * 3
        # A daemon in a container reads no crontab out here.
        assert "cron" in {it.command for it in inside(place).values()}
        assert not daemon_runs("linux", lambda: inside(place))

        with (project / "here").open("rb+", buffering=0) as here:
            assert select.select([here], [], [], MINUTE_SECONDS)[0], "nobody called"
        for one in services:
            assert cron.remove(one.label)
        assert place.crontab() == users
        wait_until((tmp_path / "called").exists, "the call whose log has no folder")
        wait_until(lambda: not called_by_cron(place), "the calls to be over")

        # The tick is gone, and what it started goes on.
        (project / "gate").touch()
        runs = project / ".jobconsole" / "runs"
        wait_until(lambda: [*runs.rglob("run_receipt.json")], "the end of the run")
    assert statuses(runs) == ["succeeded"]
    assert_heard(services)


def real_tick(project: Path) -> Service:
    config = str(project / "teleclaude.yml")
    return service(
        argv=(*JOBCONSOLE, "--config", config, "--tick", "--every", "60"),
        log=project / ".jobconsole" / "driver.log",
        every=60,
    )


def probe(project: Path) -> Service:
    return service(
        label=PROBE_LABEL,
        argv=("/bin/sh", "-c", "env; umask; cat; echo $#", "sh", ODD, ""),
        environment={"ODD": ODD},
        log=project / f"{ODD}.log",
        kind=Kind.PROBE,
        every=0,
    )


def heard_by_nobody(folder: Path) -> Service:
    return service(
        label=OTHER_LABEL,
        argv=("/bin/sh", "-c", 'echo hello; : >"$0"', str(folder / "called")),
        log=folder / "no folder" / "driver.log",
        every=60,
    )


def inside(place: CronPlace) -> dict[int, ProcessInfo]:
    """The processes of the place as they are seen from outside, and the first of all."""
    pids = {it.pid for it in psutil.Process(place.pid).children(recursive=True)}
    processes = process_table().processes()
    return {pid: it for pid, it in processes.items() if pid in {1, *pids}}


def called_by_cron(place: CronPlace) -> list[str]:
    """What runs below the daemon now."""
    below = psutil.Process(place.pid).children(recursive=True)
    pids = {it.pid for it in below if it.name() == "cron"}
    (daemon,) = [it for it in below if it.pid in pids and it.ppid() not in pids]
    return [it.name() for it in daemon.children(recursive=True)]


def statuses(runs: Path) -> list[str]:
    receipts = [path.read_bytes() for path in runs.rglob("run_receipt.json")]
    return [json.loads(receipt)["status"] for receipt in receipts]


def assert_heard(services: list[Service]) -> None:
    ticked, probed, unheard = (one.log for one in services)
    assert ticked.read_bytes() == b""
    assert ticked.stat().st_mode & 0o777 == 0o600
    *environment, umask, count = probed.read_text("utf-8").splitlines()
    assert (umask, count) == ("0077", "2")
    assert {*environment} >= {
        f"ODD={ODD}",
        "JOBCONSOLE_DRIVER=cron",
        "LOGNAME=root",
        "SHELL=/bin/sh",
    }
    assert not unheard.parent.exists()
