"""`install` and `uninstall`: what calls the tick."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from jobconsole import driving, words
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import config_option, period
from jobconsole.wiring import machine
from runner import api
from runner.config.units import format_duration
from runner.model.errors import ConfigNotFoundError
from runner.process.driver import Driver

if TYPE_CHECKING:
    from pathlib import Path

    from jobconsole.cli.session import Session
    from jobconsole.driving import Wish
    from launchd.machine import Machine

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
    with session.project() as project:
        if dry_run:
            _show_plan(session, project, host, wish)
        else:
            _install(session, project, host, wish)
    return ExitCode.FINE


@click.command()
@config_option
@click.pass_obj
def uninstall(session: Session) -> int:
    """Have nothing call the tick any more. What runs goes on; nothing else is touched."""
    host = machine(session.surroundings)
    gone = driving.uninstall(_config(session), host)
    for found in gone:
        session.diagnostics.say(f"{found.driver} does not call {found.label} any more")
    if not gone:
        session.diagnostics.say("nothing was installed")
        for reason in driving.unasked(host):
            session.diagnostics.warn(reason)
    return ExitCode.FINE


def _config(session: Session) -> Path:
    """The one that is meant. Of a project that is gone, what is named has to do."""
    try:
        return session.find_config()
    except ConfigNotFoundError:
        if session.config is None:
            raise
        return session.surroundings.cwd / session.config


def _show_plan(
    session: Session, project: api.Project, host: Machine, wish: Wish
) -> None:
    chosen, plan = driving.plan(project, host, wish)
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
    _record_environment(session, project)
    began_ms = project.clock.wall_ms()
    done = driving.install(project, host, wish)
    found = done.found
    if done.changed:
        say(f"{found.driver} calls {found.label} {_often(wish)}")
        for difference in done.changed:
            say(f"  until now {difference}")
        for path in found.files:
            say(f"  {path}")
    else:
        say(f"{found.driver} calls {found.label} {_often(wish)} already")
    for other in done.replaced:
        say(f"it replaces {other.driver}'s {other.label}")
    for sentence in driving.advice(found, host):
        session.diagnostics.warn(sentence)
    if done.changed and found.driver is not Driver.CRON:
        _await_tick(session, project, began_ms)


def _record_environment(session: Session, project: api.Project) -> None:
    """Record what jobs start from, and say so where it was recorded otherwise."""
    before = api.environment(project)
    after = api.environment(project, renew=True)
    names = sorted(before.keys() | after.keys())
    other = [name for name in names if before.get(name) != after.get(name)]
    if other:
        session.diagnostics.say(
            f"the environment that jobs start from is recorded anew: {', '.join(other)}"
        )


def _await_tick(session: Session, project: api.Project, began_ms: int) -> None:
    """The proof that it works."""
    tick_ms = driving.first_tick(project, began_ms, FIRST_TICK_MS)
    if tick_ms is not None:
        took = words.duration(tick_ms - began_ms)
        session.diagnostics.say(f"the first tick came after {took}")
        return
    session.diagnostics.say(
        "no tick has come yet; `jobconsole status` tells when one has"
    )


def _often(wish: Wish) -> str:
    return f"every {format_duration(wish.every)}" if wish.every else "for good"
