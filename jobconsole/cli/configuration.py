"""`validate`, `schema` and `init`: the configuration itself; no state is touched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobconsole.cli import documents
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import config_option, json_option
from runner import api
from runner.model.errors import ConfigInvalidError

if TYPE_CHECKING:
    from jobconsole.cli.session import Session
    from runner.model.config import Config
    from runner.model.job import Problem


@click.command()
@json_option
@config_option
@click.pass_obj
def validate(session: Session, as_json: bool) -> int:
    """Every problem in the configuration, with file, line and column."""
    here = session.surroundings
    config = api.validate(session.find_config(), here.environment, here.home)
    if as_json:
        session.output.json(documents.configuration(config))
    else:
        _report(session, config)
    return ExitCode.CONFIGURATION if config.problems else ExitCode.FINE


@click.command()
@click.pass_obj
def schema(session: Session) -> int:
    """The configuration's JSON Schema, for editors that check as one types."""
    from runner.config.jsonschema import json_schema

    session.output.json(json_schema())
    return ExitCode.FINE


@click.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@click.pass_obj
def init(session: Session, folder: Path) -> int:
    """Write a first teleclaude.yml into FOLDER (here, if none is named)."""
    from runner.config.init import starter
    from runner.config.locate import CONFIG_NAME

    place = session.surroundings.cwd / folder
    path = place / CONFIG_NAME
    try:
        place.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(starter(place))
    except FileExistsError:
        message = f"{path} is there already"
        raise ConfigInvalidError(
            message, hint="Edit it; nothing was changed."
        ) from None
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}"
        raise ConfigInvalidError(message) from error
    session.output.foreign(str(path))
    session.diagnostics.say("Next: `jobconsole validate`, then `jobconsole list`.")
    return ExitCode.FINE


def _report(session: Session, config: Config) -> None:
    for problem in config.problems:
        _tell(session, problem, "")
    for warning in config.warnings:
        _tell(session, warning, "warning: ")
    warned = _count(len(config.warnings), "warning") if config.warnings else ""
    if config.problems:
        found = _count(len(config.problems), "problem")
        session.diagnostics.say(f"{found}, {warned}" if warned else found)
        return
    jobs = _count(len(config.jobs), "job")
    fine = f"{jobs}, no problems"
    session.output.line(f"{fine}, {warned}" if warned else fine)


def _tell(session: Session, problem: Problem, kind: str) -> None:
    what = f"{kind}{problem.code}: {problem.message}"
    session.output.foreign(f"{problem.where}: {what}")
    if problem.hint:
        session.output.foreign(f"    hint: {problem.hint}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
