"""`env` and `reindex`: what is kept in the state directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import config_option, json_option
from jobconsole.cli.output import SCHEMA
from runner import api
from runner.process.environment import masked

if TYPE_CHECKING:
    from jobconsole.cli.session import Session


@click.command()
@click.option("--refresh", is_flag=True, help="Record it again, from this terminal.")
@json_option
@config_option
@click.pass_obj
def env(session: Session, refresh: bool, as_json: bool) -> int:
    """The environment that jobs start from. Values that look secret are hidden."""
    with session.project() as project:
        variables = masked(api.environment(project, renew=refresh))
        place = project.state.base_environment
    if as_json:
        session.output.json({"schema": SCHEMA, "environment": variables})
        return ExitCode.FINE
    for name, value in sorted(variables.items()):
        session.output.foreign(f"{name}={value}")
    if refresh:
        session.diagnostics.say(f"recorded in {place}")
    return ExitCode.FINE


@click.command()
@config_option
@click.pass_obj
def reindex(session: Session) -> int:
    """Build the index again from the run folders and control.jsonl."""
    here = session.surroundings
    rebuilt = api.reindex(session.find_config(), here.environment, here.home)
    found = "1 run" if rebuilt.runs == 1 else f"{rebuilt.runs} runs"
    session.diagnostics.say(f"the index is built again from {found}")
    if rebuilt.set_aside:
        session.diagnostics.say(f"the old one is kept as {rebuilt.set_aside}")
    return ExitCode.FINE
