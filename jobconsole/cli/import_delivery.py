"""What becomes of imported jobs: they are printed, or added to the configuration."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypedDict

import click

from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.output import SCHEMA
from runner import api
from runner.model.errors import ConfigInvalidError, ConfigNotFoundError
from runner.process.clock import system_timezone

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from jobconsole.cli.session import Session
    from jobconsole.imports.amend import Amendment
    from jobconsole.imports.proposal import Found, Proposal
    from jobconsole.imports.settle import Ground
    from runner.model.config import Config
    from runner.model.errors import Json


class Delivery(TypedDict):
    """What is to be done with what was found."""

    append: bool
    yes: bool
    as_json: bool


def zone(session: Session) -> str:
    """The machine's, by which other schedulers go."""
    return system_timezone(session.surroundings.environment.get("TZ"))


def deliver(session: Session, found: Found, how: Delivery, advice: str) -> int:
    """Print the jobs, or add them. `advice` is for who has them twice then."""
    from jobconsole.imports.fragment import fragment
    from jobconsole.imports.settle import settle

    if how["append"]:
        return _append(session, found, how, advice)
    proposal = settle(found, _ground(session, _root(session)))
    _tell(session, proposal)
    if how["as_json"]:
        session.output.json(_document(proposal))
    else:
        session.output.raw(fragment(proposal).encode())
    return ExitCode.FINE


def _append(session: Session, found: Found, how: Delivery, advice: str) -> int:
    from jobconsole.imports.amend import Amendment, amend, difference
    from jobconsole.imports.fragment import unsaid
    from jobconsole.imports.settle import settle
    from jobconsole.imports.splice import splice

    path = session.find_config()
    before = path.read_bytes()
    config = _read(session)(path)
    if config.fatal:
        problem = config.problems[0]
        message = f"{problem.where}: {problem.message}"
        raise ConfigInvalidError(message)
    about = unsaid(found.about, before.decode("utf-8", "replace"))
    found = found._replace(about=about)
    proposal = settle(found, _ground(session, config.root, config))
    _tell(session, proposal)
    if how["as_json"]:
        session.output.json(_document(proposal))
    if not proposal.jobs:
        session.diagnostics.say(f"nothing to add to {path}")
        return ExitCode.FINE
    amendment = Amendment(path, before, splice(before, proposal))
    if not how["as_json"]:
        for line in difference(amendment):
            session.output.foreign(line)
    if not how["yes"] and not _agrees(session, amendment):
        session.diagnostics.say("nothing was changed")
        return ExitCode.FINE
    amend(amendment, _read(session))
    added = _count(len(proposal.jobs), "job")
    session.diagnostics.say(f"{added} added to {path}; {advice}")
    return ExitCode.FINE


def _agrees(session: Session, amendment: Amendment) -> bool:
    """Ask; without a terminal there is nobody to ask."""
    session.output.flush()
    if not (sys.stdin.isatty() and session.diagnostics.terminal.interactive):
        message = "there is no terminal to ask on: with --yes it is done without asking"
        raise click.UsageError(message)
    session.diagnostics.say(f"Write this to {amendment.path}? [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _read(session: Session) -> Callable[[Path], Config]:
    here = session.surroundings
    return lambda path: api.validate(path, here.environment, here.home)


def _root(session: Session) -> Path:
    """Where the jobs would be; here, as long as there is no project."""
    try:
        return session.find_config().parent
    except ConfigNotFoundError:
        return session.surroundings.cwd


def _ground(session: Session, root: Path, config: Config | None = None) -> Ground:
    from jobconsole.imports.settle import Ground
    from runner.agents.registry import AGENT_NAMES, WITHOUT_COST
    from runner.config.surroundings import Surroundings

    around = Surroundings(
        home=session.surroundings.home,
        system_zone=zone(session),
        agents=AGENT_NAMES,
        without_cost=WITHOUT_COST,
    )
    return Ground(root, around, config.jobs if config is not None else ())


def _tell(session: Session, proposal: Proposal) -> None:
    for item in proposal.left_out:
        session.diagnostics.say(f"{item.source}: left out: {item.reason}")
    noted = sum(bool(job.entry.notes) for job in proposal.jobs)
    jobs = _count(len(proposal.jobs), "job")
    changed = f", {noted} with comments on what is otherwise" if noted else ""
    left_out = f", {len(proposal.left_out)} left out" if proposal.left_out else ""
    session.diagnostics.say(f"{jobs}{changed}{left_out}")


def _document(proposal: Proposal) -> Json:
    jobs: Sequence[Json] = [
        {
            "id": job.id,
            "source": job.entry.source,
            "definition": job.entry.definition.written(),
            "notes": job.entry.notes,
        }
        for job in proposal.jobs
    ]
    left_out: Sequence[Json] = [
        {"source": it.source, "reason": it.reason} for it in proposal.left_out
    ]
    return {"schema": SCHEMA, "jobs": jobs, "left_out": left_out}


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
