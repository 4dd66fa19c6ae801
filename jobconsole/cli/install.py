"""`install` and `uninstall`: what calls the tick."""

from __future__ import annotations

import contextlib
import shlex
from typing import TYPE_CHECKING

import click

from jobconsole import driving, words
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import config_option, period
from jobconsole.wiring import machine
from launchd.service import Kind
from runner import api
from runner.config.units import format_duration
from runner.model.errors import ConfigNotFoundError, JobconsoleError
from runner.process.driver import Driver

if TYPE_CHECKING:
    from pathlib import Path

    from jobconsole.cli.session import Session
    from jobconsole.driving import Wish
    from launchd.machine import Machine
    from launchd.service import Found

BACKENDS = ("launchd", "systemd", "cron")
FIRST_TICK_MS = 10_000
"""How long to wait for it: drivers that can call at once do so within a second or two."""


@click.command()
@click.option("--backend", type=click.Choice(BACKENDS), help="Not the usual one here.")
@click.option(
    "--every", type=period, metavar="DURATION", help="How often to tick (5m)."
)
@click.option("--resident", is_flag=True, help="Keep `jobconsole up` running instead.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@config_option
@click.pass_obj
def install(
    session: Session,
    backend: str | None,
    every: int | None,
    resident: bool,
    dry_run: bool,
) -> int:
    """Have launchd, systemd or cron call the tick, from now on and after every start.

    Whatever called this project before is replaced. The environment that jobs start
    from is recorded from this terminal.
    """
    if resident and every is not None:
        message = "--every and --resident exclude each other"
        raise click.UsageError(message)
    wish = driving.Wish(backend, 0 if resident else every or driving.USUAL_PERIOD)
    host = machine(session.surroundings)
    if dry_run:
        _show_plan(session, host, wish)
        return ExitCode.FINE
    with session.project() as project:
        _install(session, project, host, wish)
    return ExitCode.FINE


@click.command()
@config_option
@click.pass_obj
def uninstall(session: Session) -> int:
    """Have nothing call the tick any more. What runs goes on; nothing else is touched."""
    host, config = machine(session.surroundings), _config(session)
    gone = driving.uninstall(config, host)
    for found in gone:
        session.diagnostics.say(f"{found.driver} does not call {found.label} any more")
    if driving.written_by_hand(config, host):
        session.diagnostics.warn(
            "a line of the crontab that is not ours still calls it (`crontab -e`)"
        )
    if gone:
        _release(session)
    else:
        said = "; `jobconsole status --all` shows what is installed"
        session.diagnostics.say(f"nothing calls {config}{said}")
        for reason in driving.unasked(host):
            session.diagnostics.warn(reason)
    return ExitCode.FINE


def _release(session: Session) -> None:
    """Let those go who wait for what falls due; a project that is gone has none."""
    with contextlib.suppress(JobconsoleError), session.opened() as project:
        api.release(project)


def _config(session: Session) -> Path:
    """The one that is meant. Of a project that is gone, what is named has to do."""
    try:
        return session.find_config()
    except ConfigNotFoundError:
        if session.config is None:
            raise
        return session.surroundings.cwd / session.config


def _show_plan(session: Session, host: Machine, wish: Wish) -> None:
    chosen, plan = driving.plan(session.find_config(), host, wish)
    line = session.output.foreign
    for path, text in plan.files or [("in the crontab", plan.definition)]:
        line(f"# {path}")
        for written in text.splitlines():
            line(written)
        line("")
    for command in plan.commands:
        line(f"$ {shlex.join(command)}")
    session.diagnostics.say(f"nothing was done; {chosen.driver} would call it")


def _install(session: Session, project: api.Project, host: Machine, wish: Wish) -> None:
    say = session.diagnostics.say
    stays = api.attendance(project).resident
    began_ms = project.clock.wall_ms()
    done = driving.install(project, host, wish)
    found, same = done.installed.found, done.installed.is_as_before
    if done.recorded:
        names = ", ".join(done.recorded)
        say(f"the environment that jobs start from is recorded anew: {names}")
    say(f"{_said(found, wish)}{' already' if same else ''}")
    for difference in done.installed.changed:
        say(f"  found: {difference}")
    for path in () if same else found.files:
        say(f"  {path}")
    for other in done.installed.replaced:
        say(f"it replaces {other.driver}'s {other.label}")
    for sentence in driving.advice(found, host):
        session.diagnostics.warn(sentence)
    if stays is not None and not same and not wish.every:
        say(f"process {stays.pid} keeps running too; it takes over when that one ends")
    elif not same and found.driver is not Driver.CRON:
        _await_tick(session, project, found, began_ms)


def _await_tick(
    session: Session, project: api.Project, found: Found, began_ms: int
) -> None:
    """The proof that it works."""
    stays = found.service is not None and found.service.kind is Kind.RESIDENT
    driver = Driver.RESIDENT if stays else found.driver
    tick_ms = driving.first_tick(project, driver, began_ms, FIRST_TICK_MS)
    if tick_ms is not None:
        took = words.duration(tick_ms - began_ms)
        session.diagnostics.say(f"the first tick came after {took}")
        return
    session.diagnostics.say(
        "no tick has come yet; `jobconsole status` tells when one has"
    )


def _said(found: Found, wish: Wish) -> str:
    if not wish.every:
        return f"{found.driver} keeps {found.label} running"
    return f"{found.driver} calls {found.label} every {format_duration(wish.every)}"
