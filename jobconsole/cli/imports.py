"""`import`: what other schedulers hold, as jobs to look at or to add."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobconsole.cli.import_delivery import Delivery, deliver, zone
from jobconsole.cli.options import config_option, json_option
from jobconsole.wiring import machine
from runner.model.errors import ImportInvalidError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Unpack

    from jobconsole.cli.options import F
    from jobconsole.cli.session import Session

STDIN = "-"
_SYSTEM_CRONTABS = (Path("/etc/crontab"), Path("/etc/cron.d"))
_CRONS_NAME = re.compile(r"[A-Za-z0-9_-]+")
_MOST_BYTES = 4 * 1024 * 1024
_MOST_LISTED = 200_000
"""Of what a command says, the beginning is lost where it says more."""


@click.group()
def import_jobs() -> None:
    """Jobs from a crontab, systemd, launchd or a jobs.json.

    They are printed as YAML, with comments on what could not be carried over, or added
    to the configuration with --append. Nothing that is read is run or changed.
    """


def _delivery(command: F) -> F:
    """The options of every source."""
    for option in (
        config_option,
        json_option,
        click.option("--yes", is_flag=True, help="With --append: do not ask."),
        click.option(
            "--append", is_flag=True, help="Add them to the configuration, once shown."
        ),
    ):
        command = option(command)
    return command


@import_jobs.command()
@click.argument("file", required=False)
@click.option("--system", is_flag=True, help="Entries name a user, as in /etc/crontab.")
@_delivery
@click.pass_obj
def crontab(
    session: Session, file: str | None, system: bool, **how: Unpack[Delivery]
) -> int:
    """Your crontab, or FILE (- is standard input).

    Of the system without a FILE: /etc/crontab and those in /etc/cron.d.
    """
    from jobconsole.imports.crontab import Whose, read_crontab
    from jobconsole.imports.proposal import together

    here, local = session.surroundings, zone(session)
    found = [
        read_crontab(text, Whose(place, local, here.user(), users=users))
        for place, text, users in _crontabs(session, file, system=system)
    ]
    return deliver(session, together(found), how, "cron has them too: `crontab -e`")


@import_jobs.command()
@click.argument("units", nargs=-1)
@click.option("--system", is_flag=True, help="The system's timers, not your own.")
@_delivery
@click.pass_obj
def systemd(
    session: Session, units: tuple[str, ...], system: bool, **how: Unpack[Delivery]
) -> int:
    """Your timers and what they start, or UNITS: names, files or folders."""
    from jobconsole.imports.systemd import read_timers, system_manager, user_manager

    here, local = session.surroundings, zone(session)
    config = here.environment.get("XDG_CONFIG_HOME") or here.home / ".config"
    data = here.environment.get("XDG_DATA_HOME") or here.home / ".local/share"
    manager = (
        system_manager(Path("/root"), local)
        if system
        else user_manager(Path(config), Path(data), here.home, here.user(), local)
    )
    named = [_path_or_name(here.cwd, unit) for unit in units]
    advice = "systemd has them too: `systemctl disable --now`"
    return deliver(session, read_timers(named, manager), how, advice)


@import_jobs.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@_delivery
@click.pass_obj
def launchd(session: Session, files: tuple[Path, ...], **how: Unpack[Delivery]) -> int:
    """Your agents in ~/Library/LaunchAgents, or FILES: property lists or folders."""
    from jobconsole.imports.launchd import read_agents

    here = session.surroundings
    named = [_placed(here.cwd, file) for file in files]
    usual = here.home / "Library/LaunchAgents"
    found = read_agents(named or [usual], zone(session))
    return deliver(session, found, how, "launchd has them too: `launchctl bootout`")


@import_jobs.command("jobs.json")
@click.argument("file", type=click.Path(path_type=Path))
@_delivery
@click.pass_obj
def jobs_json(session: Session, file: Path, **how: Unpack[Delivery]) -> int:
    """The jobs of a pack in JSON; `include: [FILE]` uses one as it is."""
    from jobconsole.imports.jobs_json import read_pack

    path = _placed(session.surroundings.cwd, file)
    advice = "see to it that nothing else runs them"
    return deliver(session, read_pack(path, zone(session)), how, advice)


def _crontabs(
    session: Session, file: str | None, *, system: bool
) -> Iterator[tuple[str, str, bool]]:
    """Place, text, and whether entries name users. Raises ImportInvalidError."""
    if file == STDIN:
        yield "stdin", _text(sys.stdin.buffer.read(_MOST_BYTES + 1), "stdin"), system
    elif file is None and not system:
        yield "crontab", _own_crontab(session), False
    else:
        named = (file,) if file else map(str, _SYSTEM_CRONTABS)
        for path in (session.surroundings.cwd / name for name in named):
            for one in _files(path):
                place = file if file and one == path else str(one)
                yield place, _content(one), system or _is_of_system(one)


def _files(path: Path) -> list[Path]:
    """The file, or those of a folder that cron reads."""
    if not path.is_dir():
        return [path]
    return sorted(it for it in path.iterdir() if _CRONS_NAME.fullmatch(it.name))


def _own_crontab(session: Session) -> str:
    listed = machine(session.surroundings).ask("crontab", "-l")
    if listed.exit_code == 0 and len(listed.output) < _MOST_LISTED:
        return listed.output
    said = listed.output.strip() if listed.exit_code else "your crontab is too long"
    message = said or "crontab -l failed"
    raise ImportInvalidError(message, hint="Name the file to import.")


def _content(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            return _text(opened.read(_MOST_BYTES + 1), str(path))
    except OSError as error:
        message = f"cannot read {path}: {error.strerror}"
        raise ImportInvalidError(message) from None


def _text(content: bytes, place: str) -> str:
    """Bytes that are not UTF-8 stay recognisable."""
    if len(content) > _MOST_BYTES:
        message = f"{place} is too long for a crontab"
        raise ImportInvalidError(message)
    return content.decode("utf-8", "surrogateescape")


def _is_of_system(path: Path) -> bool:
    return any(it in {path, path.parent} for it in _SYSTEM_CRONTABS)


def _path_or_name(cwd: Path, unit: str) -> Path | str:
    path = _placed(cwd, Path(unit))
    return path if "/" in unit or path.exists() else unit


def _placed(cwd: Path, named: Path) -> Path:
    """Without `..`, as it is written into the configuration; a file may be a link."""
    path = cwd / named
    return path.resolve() if path.is_dir() else path.parent.resolve() / path.name
