"""What calls the project: how many, in which state, and what else there is of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jobconsole.doctor.context import REMEDIES
from jobconsole.doctor.findings import Code, Context, Finding, Level, Subject
from jobconsole.standing import Ailment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobconsole.standing import Trouble


class Drivers(NamedTuple):
    """What is known of drivers. `caller` None: none calls the project.

    `troubles` are those that `status` tells too; `said` are the last words of what is
    called. `advice` is that of the driver which is asked about. `ticks` are lines of a
    crontab that are not ours and call this project. `left` are labels of probes whose
    doctor has ended; `kept` those that could not be removed. `unreadable` says of which
    driver nothing could be told, and why.
    """

    context: Context
    caller: Context | None = None
    interpreter: str = ""
    own_interpreter: str = ""
    troubles: tuple[Trouble, ...] = ()
    said: str = ""
    advice: tuple[str, ...] = ()
    ticks: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


def check_drivers(drivers: Drivers) -> Iterator[Finding]:
    yield from (_of_trouble(drivers, trouble) for trouble in drivers.troubles)
    if drivers.caller is not None and not drivers.troubles:
        message = f"{drivers.caller} calls the tick"
        yield _finding(Level.OK, Code.DRIVER_OK, message)
    if drivers.interpreter not in {"", drivers.own_interpreter}:
        message = (
            f"{drivers.caller} calls {drivers.interpreter};"
            f" this is {drivers.own_interpreter}"
        )
        remedy = "`jobconsole install` has it call this one, if that is wanted."
        yield _finding(Level.NOTE, Code.DRIVER_INTERPRETER_OTHER, message, remedy)
    for said in drivers.unreadable:
        yield _finding(Level.WARNING, Code.DRIVER_UNREADABLE, said, _LOOK_YOURSELF)
    for line in drivers.ticks:
        message = f"the crontab calls this project by a line that is not ours: {line}"
        remedy = "Remove it with `crontab -e`: one driver is enough."
        yield _finding(Level.WARNING, Code.DRIVER_FOREIGN_TICK, message, remedy)
    yield from _left(drivers)
    # launchd's holds for every Mac; the others speak of what is not as it should be.
    level = Level.NOTE if drivers.context is Context.LAUNCHD else Level.WARNING
    for said in drivers.advice:
        yield _finding(level, Code.DRIVER_ADVICE, said)


_UNSEEN = frozenset({Ailment.OVERDUE, Ailment.NEVER, Ailment.RESIDENT_GONE})
"""Of these `status` knows no more than that they are so."""

_BY_HAND = "`jobconsole --tick` shows whether it works when it is called by hand."
_LOOK_YOURSELF = "See whether the driver's own command works in this shell."


def _of_trouble(drivers: Drivers, trouble: Trouble) -> Finding:
    """What ails one driver is no error of another that is only being considered."""
    concerned = drivers.caller in {None, drivers.context}
    fatal = trouble.fatal and concerned and not _only_considered(drivers)
    level = Level.ERROR if fatal else Level.WARNING
    if trouble.code not in _UNSEEN:
        return _finding(level, trouble.code, trouble.text, trouble.hint)
    text, remedy = trouble.text, _BY_HAND
    if drivers.caller is not None:
        text += f"; its last words: {drivers.said}" if drivers.said else ""
        remedy = f"{REMEDIES[drivers.caller]} {_BY_HAND}"
    return _finding(level, trouble.code, text, remedy)


def _only_considered(drivers: Drivers) -> bool:
    """Somebody asks how it would be there, before anything is installed."""
    return drivers.caller is None and drivers.context is not Context.SHELL


def _left(drivers: Drivers) -> Iterator[Finding]:
    for label in drivers.left:
        message = f"{label} was left behind by a doctor that was killed; it is removed"
        yield _finding(Level.NOTE, Code.PROBE_LEFT, message)
    for label in drivers.kept:
        message = f"{label} was left behind by a doctor that was killed"
        remedy = "Remove it by the driver's own command."
        yield _finding(Level.WARNING, Code.PROBE_LEFT, message, remedy)


def _finding(
    level: Level, code: Code | Ailment, message: str, remedy: str = ""
) -> Finding:
    return Finding(level, Subject.DRIVER, code, message, remedy)
