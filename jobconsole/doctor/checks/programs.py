"""Programs: what jobs find, what only this shell finds, and what will not start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.doctor.facts import TELLING, Answer, Program, Purpose
from jobconsole.doctor.findings import Code, Finding, Level, Subject, named
from runner.process.environment import FALLBACK_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobconsole.doctor.facts import Wanted
    from jobconsole.doctor.sight import Sight

_REFRESH = "`jobconsole env --refresh` from this shell records its PATH for jobs"
_LESS = frozenset({Purpose.MCP_SERVER, Purpose.SHELL_WORD})
"""Without an MCP server a run goes on; what a line for the shell needs is a guess."""


def check_programs(sight: Sight) -> Iterator[Finding]:
    here = {_key(program): program for program in sight.here.programs}
    fine = 0
    for there in sight.there.programs:
        other = here.get(_key(there), there)
        if not there.found:
            yield _not_found(sight, there, other)
            continue
        trouble = list(_of_answer(there))
        yield from trouble
        if not trouble:
            yield from _of_other(sight, there, other)
            fine += there.wanted.purpose not in TELLING
            yield from _told(there)
    if fine:
        yield _finding(Level.OK, Code.PROGRAM_OK, f"{_count(fine)} found")
    yield from _older_path(sight)


def _key(program: Program) -> tuple[Purpose, str, str]:
    return program.wanted.purpose, program.wanted.name, program.wanted.path


def _not_found(sight: Sight, there: Program, here: Program) -> Finding:
    """The nearest reason why jobs do not find it."""
    wanted = there.wanted
    level = Level.WARNING if wanted.purpose in _LESS else Level.ERROR
    what, data = _what(there), _data(there)
    if there.denied:
        message = f"{what} cannot be executed: {there.denied}"
        remedy = f"Repair {wanted.name} or name another."
        if wanted.purpose is Purpose.SCRIPT:
            remedy = f"`chmod +x {wanted.name}`, if it is to be executed."
        return _finding(level, Code.PROGRAM_NOT_EXECUTABLE, message, remedy, data)
    if here.found:
        message = f"{what} is {here.found} in this shell, and out of reach there"
        remedy = f"See who may read its folders; {sight.context} may be kept from them."
        return _finding(level, Code.PROGRAM_OUT_OF_REACH, message, remedy, data)
    if here.outside:
        message = f"{what} is {here.outside} in this shell, and jobs do not find it"
        remedy = f"Name its whole path; or {_to_find(sight, wanted)}."
        data = {**data, "shell": here.outside}
        return _finding(level, Code.PROGRAM_ONLY_IN_SHELL, message, remedy, data)
    message = f"{what} is not there"
    return _finding(level, Code.PROGRAM_MISSING, message, _to_get(sight, wanted), data)


def _to_get(sight: Sight, wanted: Wanted) -> str:
    if wanted.purpose is Purpose.INTERPRETER:
        return "Make the project's .venv, or name an interpreter with `python:`."
    if "/" in wanted.name:
        return "Install it or correct its name."
    if wanted.purpose is Purpose.AGENT:
        return f"Install it, then {_to_find(sight, wanted)}."
    return f"Install it or correct its name; {_to_find(sight, wanted)}."


def _to_find(sight: Sight, wanted: Wanted) -> str:
    """What to do about the PATH of its jobs."""
    if wanted.path != sight.project.base.get("PATH", FALLBACK_PATH):
        return "add its folder to the PATH that these jobs set themselves"
    return _REFRESH


def _of_answer(program: Program) -> Iterator[Finding]:
    """What is wrong with one that was asked for its version."""
    what, data = _what(program), _data(program)
    by_hand = f"Try `{program.found} --version` in a terminal"
    match program.answer:
        case Answer.HUNG:
            message = f"{what}: {program.found} --version does not come to an end"
            remedy = f"{by_hand}: it may wait for an answer or the network."
            yield _finding(Level.WARNING, Code.PROGRAM_HANGS, message, remedy, data)
        case Answer.FAILED | Answer.UNSTARTABLE:
            message = f"{what}: {program.found} --version fails: {program.said}"
            remedy = f"{by_hand}; what it needs itself must be on the PATH of jobs too."
            yield _finding(Level.ERROR, Code.PROGRAM_FAILS, message, remedy, data)
        case Answer.MUTE:
            message = f"{what}: {program.found} does not tell its version"
            remedy = f"{by_hand}: it may be another program of that name."
            code = Code.PROGRAM_VERSION_UNKNOWN
            yield _finding(Level.NOTE, code, message, remedy, data)
        case _:
            return


def _of_other(sight: Sight, there: Program, here: Program) -> Iterator[Finding]:
    """Only where the name is looked up can it be another file."""
    if "/" in there.wanted.name or here.real_outside in {"", there.real}:
        return
    agent = there.wanted.purpose is Purpose.AGENT
    version = f" ({there.version})" if there.version else ""
    yield _finding(
        Level.WARNING if agent else Level.NOTE,
        Code.PROGRAM_OTHER_IN_SHELL,
        f"{_what(there)} is {there.found}{version}; in this shell it is {here.outside}",
        f"If jobs are to use that one: {_to_find(sight, there.wanted)}.",
        {**_data(there), "shell": here.outside},
    )


def _told(program: Program) -> Iterator[Finding]:
    if program.wanted.purpose in TELLING:
        message = " ".join(
            filter(None, (program.wanted.purpose, program.version, program.found))
        )
        yield _finding(Level.OK, Code.PROGRAM_OK, message, data=_data(program))


def _older_path(sight: Sight) -> Iterator[Finding]:
    """What this shell's PATH has and the recorded one has not."""
    recorded = sight.project.base.get("PATH", "").split(":")
    ours = sight.here.process.variables.get("PATH", "").split(":")
    fresh = tuple(dict.fromkeys(it for it in ours if it and it not in recorded))
    if fresh:
        yield _finding(
            Level.NOTE,
            Code.PATH_OLDER,
            f"jobs do not have all of this shell's PATH: {named(fresh)}",
            f"If they are to: {_REFRESH}.",
            {"folders": fresh},
        )


def _what(program: Program) -> str:
    wanted = program.wanted
    return f"{wanted.purpose} {wanted.name} (of {named(wanted.jobs)})"


def _data(program: Program) -> dict[str, str | tuple[str, ...]]:
    wanted = program.wanted
    return {
        "purpose": str(wanted.purpose),
        "name": wanted.name,
        "jobs": wanted.jobs,
        "found": program.found,
        "version": program.version,
    }


def _count(number: int) -> str:
    return "1 other program" if number == 1 else f"{number} other programs"


def _finding(
    level: Level,
    code: Code,
    message: str,
    remedy: str = "",
    data: dict[str, str | tuple[str, ...]] | None = None,
) -> Finding:
    return Finding(level, Subject.PROGRAMS, code, message, remedy, data or {})
