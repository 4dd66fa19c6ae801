"""The real launchd, where there is one."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING

import pytest

from launchd.launchctl import Launchd
from launchd.machine import Machine
from launchd.service import PROBE_PREFIX, Kind, Service
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.launchctl,
    pytest.mark.skipif(sys.platform != "darwin", reason="launchd is macOS's"),
]


def test_it_is_loaded_called_and_removed(tmp_path: Path) -> None:
    path = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
    machine = Machine(tmp_path / "home", os.getuid(), getpass.getuser(), path)
    launchd = Launchd(machine)
    label = f"{PROBE_PREFIX}tests-{os.getpid()}"
    log = tmp_path / "Küche & Söhne" / "driver.log"
    argv = ("/bin/echo", '100% $HOME "it\'s"')
    service = Service(label, "", argv, {}, log, Kind.PROBE)
    assert launchd.obstacle() == ""
    try:
        launchd.install(service)
        found = launchd.find(label)
        assert found is not None
        assert (found.loaded, found.enabled) == (True, True)
        assert found.service == service
        assert found.definition == launchd.plan(service).definition
        wait_until(lambda: log.exists() and log.read_text(), "its output")
        assert log.read_text() == '100% $HOME "it\'s"\n'
        launchd.install(service._replace(argv=("/bin/echo", "again")))
        wait_until(lambda: "again" in log.read_text(), "the new one's output")
    finally:
        assert launchd.remove(label) is True
    assert launchd.find(label) is None
