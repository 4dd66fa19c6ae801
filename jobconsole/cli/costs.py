"""`costs`: what agents cost today and this month, by job and by role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.options import config_option, json_option
from jobconsole.cli.output import SCHEMA
from jobconsole.cli.table import Cell, Column, Row
from jobconsole.costs import budget_words, dollars, tokens, totals
from jobconsole.marks import Style
from runner import api

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobconsole.cli.session import Session
    from runner.model.errors import Json
    from runner.model.spending import Share, Spending

COLUMNS = (
    Column("", least=5),
    Column("NAME", least=12),
    Column("RUNS", right=True),
    Column("TOKENS", right=True),
    Column("TODAY", right=True),
    Column("MONTH", right=True),
)


@click.command()
@json_option
@config_option
@click.pass_obj
def costs(session: Session, as_json: bool) -> int:
    """What agents cost: today, this month, by job and by role.

    Runs and tokens are those of the month. A cost behind ~ was reckoned from the prices
    in the configuration.
    """
    with session.project() as project:
        found = api.spending(project)
    if as_json:
        session.output.json(_document(found))
        return ExitCode.FINE
    session.output.line(f"{found.day} ({found.zone})")
    session.output.fields(list(totals(found)))
    if found.budgets:
        session.output.line()
        for budget in found.budgets:
            session.output.line(f"  {budget_words(budget)}")
    if rows := _rows(found):
        session.output.line()
        session.output.table(COLUMNS, rows)
    return ExitCode.FINE


def _document(found: Spending) -> Mapping[str, Json]:
    plain: dict[str, Json] = msgspec.to_builtins(found)
    budgets: list[Json] = [
        {**msgspec.to_builtins(it), "used": it.used._asdict()} for it in found.budgets
    ]
    return {"schema": SCHEMA, **plain, "budgets": budgets}


def _rows(found: Spending) -> list[Row]:
    """The month's shares, each with what was of today."""
    today = {("job", share.name): share for share in found.jobs_today}
    today |= {("role", share.name): share for share in found.roles_today}
    shares = [("job", share) for share in found.jobs_month]
    shares += [("role", share) for share in found.roles_month]
    return [_row(kind, share, today.get((kind, share.name))) for kind, share in shares]


def _row(kind: str, share: Share, today: Share | None) -> Row:
    spent_today = dollars(today.cost_usd, estimated=today.estimated) if today else ""
    return Row(
        [
            Cell(kind, Style.FAINT),
            Cell(share.name),
            Cell(str(share.runs)),
            Cell(tokens(share)),
            Cell(spent_today),
            Cell(dollars(share.cost_usd, estimated=share.estimated)),
        ]
    )
