"""Which programs are found, and what they say when they are asked for their version."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from jobconsole.doctor.facts import TELLING, Answer, Program
from runner.model.errors import LaunchError
from runner.model.text import one_line
from runner.process.brief import Patience, run_briefly

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jobconsole.doctor.facts import Questions, Wanted
    from runner.process.brief import Brief
    from runner.process.clock import Clock

_EACH_MS = 5_000
_ALL_MS = 10_000
"""What is not asked by then stays unasked: whoever asked waits."""

_MOST_BYTES = 4_096
_LONGEST_LINE = 160
_NUMBER = re.compile(r"\d+\.\d+(\.\d+)?[-+.\w]{0,40}")

_QUIETLY = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "GEMINI_CLI_NO_RELAUNCH": "true",
    "OPENCODE_DISABLE_AUTOUPDATE": "1",
    "OPENCODE_DISABLE_MODELS_FETCH": "1",
}
"""Keeps agents from asking the network for anything."""


class _Told(NamedTuple):
    answer: Answer
    version: str = ""
    said: str = ""


def look_at_programs(
    questions: Questions, outside: str, scratch: Path, clock: Clock
) -> tuple[Program, ...]:
    """`outside` is the PATH of this process, `scratch` a folder to ask in."""
    end_ms = clock.awake_ms() + _ALL_MS
    told: dict[tuple[str, str], _Told] = {}
    seen = []
    for wanted in questions.programs:
        program = _located(wanted, outside)
        if questions.versions and wanted.purpose in TELLING and program.found:
            key = program.found, wanted.path
            if key not in told:
                environment = _environment(questions.base, wanted.path, scratch)
                left_ms = min(end_ms - clock.awake_ms(), _EACH_MS)
                told[key] = _ask(program.found, environment, scratch, left_ms)
            program = msgspec.structs.replace(program, **told[key]._asdict())
        seen.append(program)
    return tuple(seen)


def _located(wanted: Wanted, outside: str) -> Program:
    found = shutil.which(wanted.name, path=wanted.path) or ""
    other = shutil.which(wanted.name, path=outside) or ""
    denied = "" if found or "/" not in wanted.name else _denied(wanted.name)
    return Program(
        wanted, found, _real(found), other, _real(other) if other else "", denied
    )


def _real(path: str) -> str:
    return os.path.realpath(path) if path else ""


def _denied(path: str) -> str:
    """Why a path cannot be executed; empty where there is nothing."""
    try:
        os.stat(path)  # noqa: PTH116  of any name, however long
    except (FileNotFoundError, NotADirectoryError):
        broken = os.path.islink(path)  # noqa: PTH114
        return "it is a link that leads nowhere" if broken else ""
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    return "it may not be executed"


def _environment(base: Mapping[str, str], path: str, scratch: Path) -> dict[str, str]:
    return {**base, **_QUIETLY, "PATH": path, "TMPDIR": str(scratch)}


def _ask(
    program: str, environment: Mapping[str, str], scratch: Path, within_ms: int
) -> _Told:
    if within_ms <= 0:
        return _Told(Answer.UNASKED)
    try:
        brief = run_briefly(
            (program, "--version"),
            cwd=scratch,
            environment=environment,
            within=Patience(within_ms),
            most_bytes=_MOST_BYTES,
        )
    except LaunchError as error:
        return _Told(Answer.UNSTARTABLE, said=error.message)
    return _judged(brief)


def _judged(brief: Brief) -> _Told:
    if brief.timed_out:
        return _Told(Answer.HUNG)
    if brief.exit_code != 0:
        lines = [line for line in map(one_line, brief.output.splitlines()) if line]
        how = "a signal" if brief.exit_code is None else f"exit {brief.exit_code}"
        said = ": ".join((how, *lines[-1:]))
        return _Told(Answer.FAILED, said=said[:_LONGEST_LINE])
    number = _NUMBER.search(brief.output)
    return _Told(Answer.TOLD, number[0]) if number else _Told(Answer.MUTE)
