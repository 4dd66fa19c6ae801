"""From a real systemd user manager."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.helpers.processes import JOBCONSOLE
from tests.helpers.project import write_project
from tests.helpers.user_manager import user_manager

if TYPE_CHECKING:
    from pathlib import Path


def test_a_probe_comes_back_from_systemd_and_leaves_nothing(tmp_path: Path) -> None:
    write_project(tmp_path / "farm", 'jobs: {fine: {command: ["true"]}}')
    with user_manager(tmp_path) as manager:
        config = str(tmp_path / "farm")
        words = ("doctor", "--in", "systemd", "--json", "--config", config)
        said = manager.run([*JOBCONSOLE, *words], {"API_TOKEN": "hunter2"})
    assert said.returncode == 0, said.stderr
    assert "hunter2" not in said.stdout
    document = json.loads(said.stdout)
    there, here = (document[it]["process"] for it in ("facts_there", "facts_here"))
    assert there["variables"]["HOME"] == here["variables"]["HOME"]
    assert there["uid"] == here["uid"]
    assert there["cgroup"] is True
    assert there["umask"] == 0o077
    errors = [it for it in document["findings"] if it["level"] == "error"]
    assert errors == []
    units = manager.home / ".config" / "systemd" / "user"
    assert not units.exists() or list(units.iterdir()) == []
