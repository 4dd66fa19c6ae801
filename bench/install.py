"""From `jobconsole install` to the first tick, under a systemd user manager of its own."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

from bench.report import Line, spread
from tests.helpers.user_manager import lacking, user_manager

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.helpers.user_manager import UserManager

INSTALL = (sys.executable, "-P", "-m", "jobconsole", "install")


def lines(place: Path, quick: bool) -> Iterator[Line]:  # noqa: FBT001
    if reason := lacking():
        yield Line("install", reason)
        return
    with user_manager(place) as manager:
        rounds = 3 if quick else 10
        ticks = [_first_tick(manager, number) for number in range(rounds)]
        stays = [_first_tick(manager, -n, "--resident") for n in range(1, rounds + 1)]
    yield Line("install to first tick", spread(ticks))
    yield Line("install --resident to first tick", spread(stays))


def _first_tick(manager: UserManager, number: int, *options: str) -> float:
    """Seconds, of a project that was never seen before."""
    root = manager.home / f"project{number}"
    root.mkdir()
    config = root / "teleclaude.yml"
    config.write_text("jobs: {job: {command: [/bin/true]}}\n", "utf-8")
    began = time.time()
    environment = {"JOBCONSOLE_CONFIG": str(config)}
    installed = manager.run([*INSTALL, *options], environment)
    assert installed.returncode == 0, installed.stderr
    shown = manager.run([*INSTALL[:-1], "status", "--json"], environment)
    first = json.loads(shown.stdout)["last_tick"]
    manager.run([*INSTALL[:-1], "uninstall"], environment)
    return _epoch(first) - began


def _epoch(text: str) -> float:
    from runner.model.instants import parse_ms

    return parse_ms(text) / 1000
