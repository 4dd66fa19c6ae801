"""Options and kinds of values that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from jobconsole.cli.session import Session

F = TypeVar("F", bound=Callable[..., object])


def config_option(command: F) -> F:
    """`--config`, before or after the command's name."""
    return click.option(
        "--config",
        metavar="FILE",
        expose_value=False,
        callback=_take_config,
        help="The configuration to use.",
    )(command)


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="JSON, for programs.")(
        command
    )


def ascii_option(command: F) -> F:
    return click.option(
        "--ascii",
        is_flag=True,
        expose_value=False,
        callback=_take_ascii,
        help="Marks in ASCII only.",
    )(command)


def role_option(command: F) -> F:
    return click.option("--role", metavar="ROLE", help="Act as this role.")(command)


def detach_option(command: F) -> F:
    return click.option("--detach", is_flag=True, help="Print the run id and leave.")(
        command
    )


def _take_config(
    ctx: click.Context, _parameter: click.Parameter, value: str | None
) -> None:
    if value is not None:
        ctx.ensure_object(Session).config = value


def _take_ascii(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Session).use_ascii()


def duration(text: str) -> int:
    """Seconds, written as `90s`, `10m`, `1h30m` or a number."""
    from runner.config.units import parse_seconds

    try:
        return parse_seconds(text)
    except ValueError as error:
        message = f"{text} {error}"
        raise click.BadParameter(message) from error


LEAST_PERIOD = 60
MOST_PERIOD = 86_400


def period(text: str) -> int:
    """Seconds between two ticks."""
    seconds = duration(text)
    if not LEAST_PERIOD <= seconds <= MOST_PERIOD:
        message = f"{text} is not between 1m and 1d"
        raise click.BadParameter(message)
    return seconds


def binding(text: str) -> tuple[str, str]:
    """A name and its value, written as `topic=logs`."""
    name, separator, value = text.partition("=")
    if not (name and separator):
        message = f"{text} is not NAME=VALUE"
        raise click.BadParameter(message)
    return name, value


def moment(text: str) -> str:
    """A time as people write it, with its offset or without: see `placed`."""
    from runner.engine.why.named_instant import read

    try:
        read(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return text


def placed(
    session: Session, text: str, zone: str, now: int, *, ahead: bool = True
) -> int:
    """Epoch seconds of such a time in a zone; says how an unclear one is taken.

    `06:00` is the first from `now` on; not `ahead`, the latest until then.
    """
    from runner.engine.why.named_instant import resolve

    named = resolve(text, zone, now, ahead=ahead)
    if named.note:
        session.diagnostics.say(named.note)
    return named.instant
