"""What goes on beside the console while it is measured."""

from __future__ import annotations

import contextlib
import itertools
import sys
import threading
import time
from typing import TYPE_CHECKING

from bench.report import until
from runner import api
from runner.model.orders import Order
from runner.store.db import open_index, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.engine.project import Project

LINES_PER_SECOND = 50_000
CHANGES_PER_SECOND = 20

WRITER = f"""
import sys, time
total, begun, written = int(sys.argv[1]), time.monotonic(), 0
while written < total:
    due = min(int((time.monotonic() - begun) * {LINES_PER_SECOND}), total)
    sys.stdout.write("".join(
        f"line {{n:09}} of a log that grows\\n" for n in range(written, due)
    ))
    sys.stdout.flush()
    written = due
    time.sleep(0.01)
"""

CHANGE = """
UPDATE jobs SET last_ended_ms = :now_ms, last_duration_ms = last_duration_ms + 1,
    outcomes = substr(outcomes, 2) || 's', durations = substr(durations, 2) || 'm'
WHERE id = :job_id
"""


def line(number: int) -> str:
    """How a line of the growing log begins."""
    return f"line {number:09} "


def chatty(name: str, root: Path, seconds: int) -> str:
    """The YAML of a job that writes 50,000 lines a second."""
    script = root / "writer.py"
    root.mkdir(parents=True, exist_ok=True)
    script.write_text(WRITER, "utf-8")
    words = (sys.executable, "-I", str(script), str(seconds * LINES_PER_SECOND))
    return f"  {name}: {{command: [{', '.join(words)}]}}"


@contextlib.contextmanager
def running(project: Project, job_id: str) -> Iterator[str]:
    """A run that is under way, and is killed in the end if it still is."""
    run_id = api.submit(project, Order(job_id, "bench"))
    until(lambda: api.resolve_run(project, run_id).started_ms is not None, run_id, 20)
    try:
        yield run_id
    finally:
        if not has_ended(project, run_id):
            api.cancel(project, run_id, actor="bench", kill=True)
        until(lambda: has_ended(project, run_id), f"the end of {run_id}", 20)


def has_ended(project: Project, run_id: str) -> bool:
    return api.resolve_run(project, run_id).status.ended


@contextlib.contextmanager
def changing(index: Path, job_ids: list[str]) -> Iterator[None]:
    """The rows of these jobs change, one after the other, 20 a second in all."""
    over = threading.Event()
    thread = threading.Thread(target=_change, args=(index, job_ids, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _change(index: Path, job_ids: list[str], over: threading.Event) -> None:
    with contextlib.closing(open_index(index)) as connection:
        for job_id in itertools.cycle(job_ids):
            if over.wait(1 / CHANGES_PER_SECOND):
                return
            with transaction(connection):
                now_ms = int(time.time() * 1000)
                connection.execute(CHANGE, {"now_ms": now_ms, "job_id": job_id})
