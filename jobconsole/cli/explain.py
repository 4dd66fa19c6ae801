"""`explain`: what a job resolves to, and where each value came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jobconsole.cli import documents
from jobconsole.cli.completion import complete_jobs
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import config_option, json_option
from jobconsole.cli.output import SCHEMA
from jobconsole.cli.table import Cell, Column, Row
from jobconsole.marks import Style
from runner import api
from runner.model.spec import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobconsole.cli.session import Session
    from runner.model.errors import Json
    from runner.model.job import Problem
    from runner.model.spec import Spec, SpecValue

COLUMNS = (Column("KEY"), Column("VALUE", least=16), Column("FROM", least=16))
WIDEST = 30
"""A value that is wider than this stands below its row, whole."""
_NOBODY = frozenset({Source.BUILT_IN, Source.SYSTEM, Source.UNKNOWN})
"""Origins that no line of a file stands for."""


@click.command()
@click.argument("job", shell_complete=complete_jobs)
@json_option
@config_option
@click.pass_obj
def explain(session: Session, job: str, as_json: bool) -> int:
    """What a job resolves to, and where each value came from.

    Of an invalid job, every problem.
    """
    with session.project() as project:
        spec = api.spec(project, job)
        sentence = api.job_detail(project, job).sentence
    if as_json:
        session.output.json(_document(spec, sentence))
        return ExitCode.FINE
    if spec.note:
        session.diagnostics.warn(spec.note)
    name = session.output.painted(spec.job_id, Style.STRONG)
    session.output.line(f"{name}, defined in {spec.defined_in}")
    session.output.fields(_told(spec, sentence))
    if spec.values:
        session.output.line()
        session.output.table(COLUMNS, [_row(value) for value in spec.values])
    return ExitCode.FINE


def _told(spec: Spec, sentence: str) -> list[tuple[str, str]]:
    fields = [("when", sentence)] if spec.values else []
    fields += _each("problem", spec.problems)
    return fields + _each("warning", spec.warnings)


def _each(name: str, problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    return [
        field
        for problem in problems
        for field in ((name, str(problem)), ("hint", problem.hint))
    ]


def _row(value: SpecValue) -> Row:
    given = value.origins[0].source not in _NOBODY
    style = Style.PLAIN if given else Style.FAINT
    name = Cell(value.name, Style.STRONG if given else Style.PLAIN)
    if len(value.value) > WIDEST:
        return Row([name, Cell(""), Cell(value.origin, style)], [value.value])
    return Row([name, Cell(value.value, style), Cell(value.origin, style)])


def _document(spec: Spec, sentence: str) -> Mapping[str, Json]:
    return {
        "schema": SCHEMA,
        "job": spec.job_id,
        "defined_in": spec.defined_in,
        "schedule_words": sentence,
        "note": spec.note,
        "values": [_value(value) for value in spec.values],
        "problems": [documents.problem(problem) for problem in spec.problems],
        "warnings": [documents.problem(problem) for problem in spec.warnings],
    }


def _value(value: SpecValue) -> Mapping[str, Json]:
    return {
        "key": value.name,
        "value": value.value,
        "from": [
            {"source": str(origin.source), "where": origin.where}
            for origin in value.origins
        ],
    }
