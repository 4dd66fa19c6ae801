"""`compare`: what differs between two runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jobconsole import words
from jobconsole.cli.completion import complete_jobs_and_runs
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import ascii_option, config_option, json_option
from jobconsole.cli.output import SCHEMA
from jobconsole.cli.table import Cell, Column, Row
from jobconsole.marks import Style
from runner import api
from runner.model.comparison import Fact, Section

if TYPE_CHECKING:
    from jobconsole.cli.session import Session
    from runner.model.comparison import Comparison
    from runner.model.errors import Json, JsonScalar

_HASH_SHOWN = 12


@click.command()
@click.argument("left", metavar="RUN", shell_complete=complete_jobs_and_runs)
@click.argument("right", metavar="RUN", shell_complete=complete_jobs_and_runs)
@click.option("--all", "everything", is_flag=True, help="What is the same, too.")
@json_option
@ascii_option
@config_option
@click.pass_obj
def compare(
    session: Session, left: str, right: str, everything: bool, as_json: bool
) -> int:
    """What differs between two runs. A job's name means its latest run."""
    with session.project() as project:
        found = api.compare(project, left, right)
    if as_json:
        session.output.json(document(found))
        return ExitCode.FINE
    for gap in found.gaps:
        session.diagnostics.say(gap)
    facts = [fact for fact in found.facts if everything or not fact.same]
    if facts:
        titles = ("", "", found.left.run_id, found.right.run_id)
        columns = [Column(title, least=12) for title in titles]
        session.output.table(columns, [_row(fact) for fact in facts])
    else:
        session.diagnostics.say("no differences")
    return ExitCode.FINE


def document(found: Comparison) -> Json:
    return {
        "schema": SCHEMA,
        "left": found.left.run_id,
        "right": found.right.run_id,
        "gaps": list(found.gaps),
        "facts": [
            {
                "section": str(fact.section),
                "name": fact.name,
                "left": fact.left,
                "right": fact.right,
                "same": fact.same,
            }
            for fact in found.facts
        ],
    }


def _row(fact: Fact) -> Row:
    style = Style.FAINT if fact.same else Style.PLAIN
    name = fact.name.removesuffix("_ms").removesuffix("_sha256").replace("_", " ")
    return Row(
        [
            Cell(str(fact.section), Style.FAINT),
            Cell(name if fact.section is not Section.ENVIRONMENT else fact.name, style),
            Cell(_value(fact, fact.left), style),
            Cell(_value(fact, fact.right), style),
        ]
    )


def _value(fact: Fact, value: JsonScalar) -> str:
    """A side in the words of a table."""
    if value is None or value is False:
        return "-"
    if value is True:
        return "set"
    if fact.name.endswith("_ms"):
        return words.duration(int(value))
    if fact.name.endswith("_sha256") or fact.section is Section.FILES:
        return str(value)[:_HASH_SHOWN]
    return str(value)
