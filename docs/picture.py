"""Takes the README's picture of the console: `python docs/picture.py docs/console.svg`.

The project is made up; its jobs are run for real.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from jobconsole.app import Console
from jobconsole.preferences import Preferences
from jobconsole.stage import Called, Stage
from runner import api
from runner.model.orders import Decision, Order
from runner.process.clock import SystemClock
from runner.process.environment import current
from widgets.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SIZE = (132, 34)
ROUNDS = 9
DEADLINE_SECONDS = 60

CONFIG = """
timezone: Europe/Amsterdam
concurrency: {default: 4, agent: 2}
jobs:
  log_bug_hunter:
    description: Reads last night's logs and files what looks like a bug
    agent: custom
    command: [sh, agent.sh]
    prompt: Look for errors in logs/ that nobody has reported yet.
    when: {every: 1h}
    role: member
    timeout: 30m
  memory_review:
    description: Weekly review of what the agents remember
    agent: custom
    command: [sh, -c, "sleep 0.$((RANDOM_SEED % 4)); echo nothing new"]
    env: {RANDOM_SEED: "2"}
    prompt: Review the memory.
    when: {at: "08:00", weekdays: [mon]}
    role: admin
  youtube_sync:
    description: Tag new subscriptions
    script: youtube_sync.py
    when: {cron: "0 6 * * *"}
    timeout: 10m
  backup_photos:
    command: "sleep 0.$(date +%N | cut -c4); echo 214 photos, 1.3 GiB"
    when: {cron: "30 2 * * *"}
  disk_report:
    command: "sleep 0.$(date +%N | cut -c5); df -h /"
    when: {every: 6h}
  weekly_digest:
    command: "sleep 0.$(date +%N | cut -c6); echo sent"
    when: {cron: "0 9 * * 5"}
  stale_branches:
    command: "echo none"
    when: {cron: "15 25 * * *"}
  tidy_downloads:
    command: "sleep 0.$(date +%N | cut -c7); echo moved 3 files"
    when: {at: ["09:00", "18:00"]}
"""
AGENT = """
cat > /dev/null
echo 'reading logs/app.log (12,481 lines)'
( sleep 300 ) &
for file in worker.log web.log; do sleep 0.1; echo "reading logs/$file"; done
[ "$WAIT" = no ] || sleep 300
"""
SCRIPT = """
import sys
import time

time.sleep(0.05)
print("14 subscriptions")
sys.exit("quota exceeded: try again after 09:00")
"""
TOLD = ("backup_photos", "disk_report", "weekly_digest", "tidy_downloads")


class NoCommands:
    """Nobody types anything into a picture."""

    def call(self, words: Sequence[str]) -> Called:
        raise NotImplementedError

    def acts(self, words: Sequence[str]) -> bool:
        raise NotImplementedError

    def complete(self, words: Sequence[str], incomplete: str) -> list[str]:
        raise NotImplementedError


def main(target: Path) -> None:
    """Make the project, run its jobs, and write what the console shows."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "home-server")
        root.mkdir()
        (root / "teleclaude.yml").write_text(CONFIG, "utf-8")
        (root / "agent.sh").write_text(AGENT, "utf-8")
        (root / "youtube_sync.py").write_text(SCRIPT, "utf-8")
        with _opened(root) as project:
            _live_through(project)
            try:
                target.write_text(asyncio.run(_take(root)), "utf-8")
            finally:
                _end(project)


@contextlib.contextmanager
def _opened(root: Path) -> Iterator[api.Project]:
    config = root / "teleclaude.yml"
    with api.open_at(config, current(), root) as project:
        api.refresh(project)
        yield project


def _live_through(project: api.Project) -> None:
    """A history, a tick, and one agent that is at work."""
    for _ in range(ROUNDS):
        runs = [api.submit(project, Order(job, "anna")) for job in TOLD]
        api.wait_until_ended(project, runs, lambda: True)
    for _ in range(3):
        runs = [api.submit(project, Order("youtube_sync", "anna"))]
        api.wait_until_ended(project, runs, lambda: True)
    runs = [api.submit(project, Order("memory_review", "anna"))]
    api.wait_until_ended(project, runs, lambda: True)
    api.pause(project, "weekly_digest", Decision("anna", "until the office is open"))
    api.submit(project, Order("log_bug_hunter", "anna"))
    api.tick(project)


async def _take(root: Path) -> str:
    """The screen, once it shows the job at work."""
    stage = Stage(
        opened=lambda: _opened(root),
        clock=SystemClock(),
        user="anna",
        project=root.name,
        host="mac-mini",
        preferences=Preferences(),
        memory=root / "console.json",
        command_line=NoCommands(),
        read_only=False,
    )
    console = Console(stage)
    async with asyncio.timeout(DEADLINE_SECONDS), console.run_test(size=SIZE) as pilot:
        while not _has_processes(console):
            await pilot.pause(0.1)
        return console.export_screenshot(title="jobconsole")


def _has_processes(console: Console) -> bool:
    """Whether the overview of the job at work has been filled in."""
    table = console.screen.query_one("#jobs > Table", Table)
    return bool(table.items) and "processes" in console.export_screenshot()


def _end(project: api.Project) -> None:
    view = api.resolve_run(project, "log_bug_hunter")
    api.cancel(project, view.run_id, actor="anna", kill=True)
    api.wait_until_ended(project, [view.run_id], lambda: True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
