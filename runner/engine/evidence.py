"""Looks for the evidence that a good run leaves behind (`expect:`)."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from runner.model.errors import LaunchError
from runner.model.text import sanitise
from runner.process.brief import Patience, run_briefly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from runner.engine.plan import Plan
    from runner.model.job import Command, Expect

COMMAND_MS = 60_000
"""How long the command that judges a run may take."""

_SAID_BYTES = 4096
_SAID_LENGTH = 300

Stamps = dict[Path, tuple[int, int, int]]
"""What tells whether a file was written: its time of change, size and inode."""


class Witness(NamedTuple):
    """How the expected files were before the run."""

    expect: Expect
    root: Path
    before: Stamps


def witness(expect: Expect, root: Path) -> Witness:
    return Witness(expect, root, _stamps(root, expect.files))


def missing_evidence(
    seen: Witness, plan: Plan, answer: str, proceed: Callable[[], bool]
) -> str:
    """The first thing that is missing, in words; empty where nothing is.

    `proceed` is asked while a command is waited for.
    """
    return next(_missing(seen, plan, answer, proceed), "")


def _missing(
    seen: Witness, plan: Plan, answer: str, proceed: Callable[[], bool]
) -> Iterator[str]:
    expect, root, before = seen
    for pattern in expect.exists:
        if not any(path.is_file() for path in root.glob(pattern)):
            yield f"no evidence: nothing matches {pattern}"
    for pattern in expect.files:
        after = _stamps(root, (pattern,))
        if not any(before.get(path) != stamp for path, stamp in after.items()):
            yield f"no evidence: it wrote nothing that matches {pattern}"
    if expect.answer is not None and not re.search(expect.answer, answer, re.MULTILINE):
        yield f"no evidence: its answer has nothing that matches {expect.answer}"
    if expect.command is not None:
        yield from _objections(expect.command, plan, proceed)


def _objections(
    command: Command, plan: Plan, proceed: Callable[[], bool]
) -> Iterator[str]:
    line = command.argv
    argv = ("/bin/sh", "-c", line[0]) if command.shell else line
    words, within_ms = " ".join(line), min(COMMAND_MS, plan.timeout_ms)
    try:
        end = run_briefly(
            argv,
            cwd=plan.cwd,
            environment=plan.environment,
            within=Patience(within_ms, proceed),
            most_bytes=_SAID_BYTES,
        )
    except LaunchError as error:
        yield f"no evidence: {error.message}"
        return
    if end.timed_out:
        yield f"no evidence: {words} took more than {within_ms / 1000:g} s"
    elif end.exit_code != 0:
        said = " ".join(sanitise(end.output).split())[-_SAID_LENGTH:]
        how = f"ended with exit code {end.exit_code}"
        if end.exit_code is None:
            how = "was ended by a signal"
        yield f"no evidence: {words} {how}{': ' if said else ''}{said}"


def _stamps(root: Path, patterns: Iterable[str]) -> Stamps:
    found: Stamps = {}
    for pattern in patterns:
        for path in root.glob(pattern):
            try:
                status = path.stat()
            except OSError:
                continue  # it has just been removed
            if stat.S_ISREG(status.st_mode):
                found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found
