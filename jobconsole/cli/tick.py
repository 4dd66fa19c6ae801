"""`--tick`: one pass, for launchd, systemd and cron. Imports nothing that it may not use.

Nobody reads what a driver prints: it is silent about what went well, unless standard
output is a terminal or `--json` asks.
"""

from __future__ import annotations

import argparse
import gc
from typing import TYPE_CHECKING

from jobconsole.cli.diagnostics import ExitCode, guarded
from jobconsole.cli.output import SCHEMA
from jobconsole.cli.session import Session
from jobconsole.wiring import surroundings
from runner import api
from runner.model.instants import utc_text, utc_text_ms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.engine.ledger import Declined
    from runner.engine.tick import TickReport
    from runner.model.errors import Json
    from runner.process.locks import Holder


LONGEST_PERIOD = 86_400


def main(words: list[str]) -> int:
    """The exit code of `jobconsole --tick …`."""
    return call(Session(surroundings()), words)


def call(session: Session, words: list[str]) -> int:
    """The same in surroundings that are given."""
    asked = _parse(words)
    session.config = asked.config
    operation = _force if asked.force else _tick
    return guarded(session, words, lambda: operation(session, asked))


class _Asked(argparse.Namespace):
    """The options of a tick."""

    config: str | None
    job: str | None
    force: bool
    wait: bool
    dry_run: bool
    every: int | None
    json: bool


def _parse(words: list[str]) -> _Asked:
    parser = argparse.ArgumentParser(
        prog="jobconsole",
        description="One pass: repair, enqueue what is due, start workers, leave.",
        allow_abbrev=False,
        # Without a width it would import shutil to ask for the terminal's.
        formatter_class=lambda prog: argparse.HelpFormatter(prog, width=80),
    )
    flag = "store_true"
    parser.add_argument("--tick", action=flag, required=True, help="make one pass")
    parser.add_argument("--config", metavar="FILE", help="the configuration to use")
    parser.add_argument(
        "--every", type=int, metavar="SECONDS", help="when the next pass is to come"
    )
    parser.add_argument("--wait", action=flag, help="stay until the started runs end")
    parser.add_argument("--dry-run", action=flag, help="only say what is due")
    parser.add_argument(
        "--force", action=flag, help="run the job of --job now, by hand"
    )
    parser.add_argument("--job", metavar="ID", help="the job that --force runs")
    parser.add_argument("--json", action=flag, help="say what was done as JSON")
    asked = parser.parse_args(words, _Asked())
    if asked.force != (asked.job is not None):
        parser.error("--force and --job ID go together")
    if asked.every is not None and not 1 <= asked.every <= LONGEST_PERIOD:
        parser.error(f"--every is 1 to {LONGEST_PERIOD} seconds")
    if asked.force and asked.dry_run:
        parser.error("--force and --dry-run exclude each other")
    return asked


def _tick(session: Session, asked: _Asked) -> int:
    with session.opened() as project:
        report = api.tick(project, every=asked.every, dry_run=asked.dry_run)
        tell(session, report)
        if asked.json:
            session.output.json(_document(report))
        elif asked.dry_run:
            _show_due(session, project, report)
        elif session.output.terminal.interactive:
            _show(session, project, report)
        if asked.wait and not asked.dry_run:
            _wait(session, project, report.started)
    return ExitCode.FINE


def _force(session: Session, asked: _Asked) -> int:
    from runner.model.orders import Order

    with session.project() as project:
        order = Order(job_id=asked.job or "", actor_user=session.surroundings.user())
        run_id = api.submit(project, order)
        if asked.json:
            session.output.json(
                {
                    "schema": SCHEMA,
                    "started": [run_id],
                    "skipped": [],
                    "repaired": [],
                    "busy": None,
                }
            )
        else:
            session.output.line(run_id)
        if asked.wait:
            _wait(session, project, [run_id])
    return ExitCode.FINE


def _wait(session: Session, project: api.Project, run_ids: Sequence[str]) -> None:
    """How the runs end is their own affair: it is in the history."""
    session.output.flush()
    gc.enable()
    api.wait_until_ended(project, run_ids, lambda: True)


def tell(session: Session, report: TickReport) -> None:
    """What a driver's log should hold."""
    for message in report.messages:
        session.diagnostics.warn(message)
    if report.silent_workers:
        session.diagnostics.warn(
            f"{report.silent_workers} of the started workers did not report in time;"
            " the next tick looks after their runs"
        )
    if report.busy:
        session.diagnostics.say(
            f"another tick is at work: process {report.busy.identity.pid}, since"
            f" {utc_text_ms(report.busy.since_ms)}; this one leaves it at that"
        )


def _show(session: Session, project: api.Project, report: TickReport) -> None:
    """The same for a person."""
    lines = list(done(project, report))
    for line in lines:
        session.output.line(line)
    if not (lines or report.busy):
        session.output.line("nothing is due")


def done(project: api.Project, report: TickReport) -> Iterator[str]:
    """A line for each thing that was done."""
    for run_id in report.repaired:
        yield f"repaired  {run_id}  {api.resolve_run(project, run_id).job_id}"
    for run_id in report.started:
        yield f"started   {run_id}  {api.resolve_run(project, run_id).job_id}"
    for declined in report.skipped:
        yield f"skipped   {declined.job_id}, {_stretch(declined)}: {declined.reason}"


def _show_due(session: Session, project: api.Project, report: TickReport) -> None:
    """What a tick would do. The runs of a dry one do not exist; their jobs do."""
    skipped = {declined.job_id for declined in report.skipped}
    now = project.now()
    due = [
        view.id
        for view in api.list_jobs(project)
        if view.next_at is not None and view.next_at <= now and view.id not in skipped
    ]
    for job_id in due:
        session.output.line(f"due      {job_id}")
    for declined in report.skipped:
        why = f"{_stretch(declined)}: {declined.reason}"
        session.output.line(f"skipped  {declined.job_id}, {why}")
    if not (due or report.skipped or report.busy):
        session.output.line("nothing is due")


def _stretch(declined: Declined) -> str:
    first, last, fires = declined.stretch
    if fires == 1:
        return utc_text(first)
    return f"{utc_text(first)} to {utc_text(last)}, {fires} times"


def _document(report: TickReport) -> Json:
    return {
        "schema": SCHEMA,
        "started": report.started,
        "skipped": [
            {
                "job_id": declined.job_id,
                "scheduled_for": utc_text(declined.stretch.first),
                "last": utc_text(declined.stretch.last),
                "count": declined.stretch.fires,
                "reason": str(declined.reason),
            }
            for declined in report.skipped
        ],
        "repaired": report.repaired,
        "busy": _holder(report.busy),
    }


def _holder(holder: Holder | None) -> Json:
    if holder is None:
        return None
    return {"pid": holder.identity.pid, "since": utc_text_ms(holder.since_ms)}
