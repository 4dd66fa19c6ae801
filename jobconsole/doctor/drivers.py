"""Asks the drivers what they have of ours, and clears away what doctors left there."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jobconsole.doctor.checks.drivers import Drivers
from jobconsole.doctor.context import abandoned, last_words
from jobconsole.doctor.findings import Context
from launchd.cron import Cron
from runner.model.errors import JobconsoleError
from runner.process.environment import HIDDEN, looks_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jobconsole.standing import Trouble
    from launchd.service import Backend, Found


_SET = re.compile(r"(\b[A-Za-z_]\w*)=(\"[^\"]*\"|'[^']*'|\S+)")


class Called(NamedTuple):
    """What `status` knows: who calls the project, and what is wrong with that."""

    found: tuple[Found, ...] = ()
    troubles: tuple[Trouble, ...] = ()

    @property
    def by(self) -> Found | None:
        return self.found[0] if self.found else None

    @property
    def context(self) -> Context | None:
        return Context(str(self.by.driver)) if self.by else None


def ask_drivers(
    config: Path,
    usable: Sequence[Backend],
    called: Called,
    context: Context,
    journal: Callable[[str], str],
) -> Drivers:
    """What they have; of what calls the project in vain also its last words."""
    ticks: list[str] = []
    left: dict[bool, list[str]] = {True: [], False: []}
    unreadable: list[str] = []
    advice: list[str] = []
    for backend in usable:
        try:
            for label in abandoned(it.label for it in backend.everything()):
                left[_remove(backend, label)].append(label)
            if str(backend.driver) == context:
                advice += backend.advice()
            ticks += _foreign_ticks(backend, config)
        except JobconsoleError as error:
            unreadable.append(f"{backend.driver} does not answer: {error.message}")
    service = called.by.service if called.by else None
    return Drivers(
        context=context,
        caller=called.context,
        interpreter=service.argv[0] if service and service.argv else "",
        own_interpreter=sys.executable,
        troubles=called.troubles,
        said=last_words(service, journal) if service and called.troubles else "",
        advice=tuple(advice),
        ticks=tuple(ticks),
        left=tuple(left[True]),
        kept=tuple(left[False]),
        unreadable=tuple(unreadable),
    )


def _remove(backend: Backend, label: str) -> bool:
    try:
        return backend.remove(label)
    except JobconsoleError:
        return False


def _foreign_ticks(backend: Backend, config: Path) -> list[str]:
    """Lines for this project, or for whichever one a bare tick finds."""
    if not isinstance(backend, Cron):
        return []
    return [
        _without_secrets(tick.line)
        for tick in backend.foreign_ticks()
        if tick.config in {None, str(config), str(config.parent)}
    ]


def _without_secrets(line: str) -> str:
    """Lines of a crontab may set variables for what they call."""
    return _SET.sub(
        lambda it: f"{it[1]}={HIDDEN}" if looks_secret(it[1]) else it[0], line
    )


def service_environment(
    called: Called, context: Context, otherwise: Mapping[str, str]
) -> Mapping[str, str]:
    """That of what is installed there, else of what would be."""
    by = called.by
    if by is None or by.service is None or called.context is not context:
        return otherwise
    return by.service.environment


def interpreter_of(called: Called, context: Context) -> str:
    """That of what is installed there, if it can be started at all."""
    by = called.by
    if by is None or by.service is None or called.context is not context:
        return sys.executable
    program = by.service.argv[0] if by.service.argv else ""
    return program if Path(program).is_file() else sys.executable
