"""`tail` and `logs`: what a run did and wrote, as it does and writes it."""

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import TYPE_CHECKING

import click

from jobconsole.cli.completion import complete_jobs_and_runs
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import config_option, json_option
from jobconsole.cli.relay import Relay
from runner import api
from runner.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jobconsole.cli.session import Session
    from runner.engine.browse import RunDetail
    from runner.model.errors import Json

_WINDOW = 64 * 1024
AGENT = "agent"

_HEAD = ("seq", "at", "event")


@click.command()
@click.argument("run", metavar="RUN|JOB", shell_complete=complete_jobs_and_runs)
@click.option("-f", "--follow", is_flag=True, help="Go on until the run has ended.")
@json_option
@config_option
@click.pass_obj
def tail(session: Session, run: str, follow: bool, as_json: bool) -> int:
    """A run's events in order. For a job: those of its latest run.

    With --json each is an object on a line of its own.
    """
    with session.project() as project:
        run_id = api.resolve_run(project, run).run_id
        for event in api.events(project, run_id, follow=follow):
            if event is None:
                session.output.flush()
            elif as_json:
                session.output.json(event, compact=True)
            else:
                session.output.foreign(event_line(event))
    return ExitCode.FINE


@click.command()
@click.argument("run", metavar="RUN|JOB", shell_complete=complete_jobs_and_runs)
@click.option(
    "--stream",
    type=click.Choice(["stdout", "stderr", "both", "agent"]),
    default="both",
    show_default=True,
    help="One of them goes to standard output; both go each to its own. `agent` is what"
    " an agent said and did, in words for people.",
)
@click.option("-f", "--follow", is_flag=True, help="Go on until the run has ended.")
@click.option(
    "--tail",
    "lines",
    type=click.IntRange(0),
    metavar="N",
    help="Only the last N lines.",
)
@config_option
@click.pass_obj
def logs(
    session: Session, run: str, stream: str, follow: bool, lines: int | None
) -> int:
    """A run's raw output. For a job: that of its latest run."""
    with session.project() as project:
        view = api.resolve_run(project, run)
        raw, wanted = stream != AGENT, "stdout" if stream == AGENT else stream
        skip = _skipped(api.run_detail(project, view.run_id), lines, raw=raw)
        relay = Relay(session)
        output = api.follow(project, view.run_id, until_ended=follow, raw=raw)
        for name, data in output:
            passed = min(skip.get(name, 0), len(data))
            if passed:
                skip[name] -= passed
            if data[passed:] and wanted in (name, "both"):
                # One stream alone is the data that was asked for.
                relay.pass_on("stdout" if wanted != "both" else name, data[passed:])
        relay.finish()
    return ExitCode.FINE


def event_line(event: Mapping[str, Json]) -> str:
    """`07:00:00.125  attempt_started  attempt=1 pid=4711`, on the local clock."""
    moment = datetime.fromisoformat(str(event["at"])).astimezone()
    clock = moment.isoformat(timespec="milliseconds")[11:23]
    details = " ".join(
        f"{name}={_value(value)}" for name, value in event.items() if name not in _HEAD
    )
    return f"{clock}  {one_line(str(event['event'])):<16}  {details}".rstrip()


def _value(value: Json) -> str:
    if isinstance(value, str) and value and not set(value) & set(" \t\n\"'="):
        return one_line(value)
    return one_line(json.dumps(value, ensure_ascii=False))


def _skipped(detail: RunDetail, lines: int | None, *, raw: bool) -> dict[str, int]:
    """How many bytes of each stream come before its last lines."""
    if lines is None:
        return {}
    folder = detail.folder
    paths = {"stdout": folder.stdout if raw else folder.said, "stderr": folder.stderr}
    return {name: start_of_tail(path, lines) for name, path in paths.items()}


def start_of_tail(path: Path, lines: int) -> int:
    """The offset at which the last `lines` lines of a file begin.

    It is read from its end, a window at a time.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return 0
    with file:
        end = size = file.seek(0, os.SEEK_END)
        # The newline that ends the file ends its last line; it begins no other.
        wanted = lines + 1
        while end > 0:
            start = max(end - _WINDOW, 0)
            file.seek(start)
            window = file.read(end - start)
            if end == size and not window.endswith(b"\n"):
                wanted -= 1
            found = window.count(b"\n")
            if found >= wanted > 0:
                return start + _nth_newline_from_end(window, wanted) + 1
            wanted -= found
            end = start
        return size if lines == 0 else 0


def _nth_newline_from_end(window: bytes, number: int) -> int:
    position = len(window)
    for _ in range(number):
        position = window.rfind(b"\n", 0, position)
    return position
