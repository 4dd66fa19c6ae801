"""Replaces a configuration by one with more jobs, once that is known to be good."""

from __future__ import annotations

import contextlib
import difflib
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from runner.model.errors import ImportInvalidError
from runner.store.folders import sync, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runner.model.config import Config
    from runner.model.errors import Code
    from runner.model.job import Problem

_AGAIN = "Nothing was changed: import again."


class Amendment(NamedTuple):
    """The bytes of a configuration as they were, and as they are to be."""

    path: Path
    before: bytes
    after: bytes


def difference(amendment: Amendment) -> list[str]:
    """The lines of a unified diff."""
    before, after = (
        content.decode(errors="replace").splitlines()
        for content in (amendment.before, amendment.after)
    )
    name = amendment.path.name
    return list(difflib.unified_diff(before, after, name, name, lineterm=""))


def amend(amendment: Amendment, read: Callable[[Path], Config]) -> None:
    """Put it in place, whole or not at all; a link is followed.

    `read` tells what a file at such a path would mean. Raises ImportInvalidError where
    that has problems that were not there, or the file is no longer what it was.
    """
    _check(amendment, read)
    real = amendment.path.resolve()
    there = real.stat()
    with _beside(real, amendment.after) as new:
        os.chmod(new, there.st_mode & 0o7777)  # noqa: PTH101
        _give(new, there, real)
        if real.read_bytes() != amendment.before:
            message = f"{amendment.path} was changed meanwhile"
            raise ImportInvalidError(message, hint=_AGAIN)
        new.replace(real)
    sync_folder(real.parent)


def _check(amendment: Amendment, read: Callable[[Path], Config]) -> None:
    known = Counter(map(_what, read(amendment.path).problems))
    with _beside(amendment.path, amendment.after) as candidate:
        problems = read(candidate).problems
    # By their kinds: messages name files and lines, which are others there.
    more = Counter(map(_what, problems)) - known
    for problem in problems:
        if _what(problem) in more:
            message = f"the configuration would have a problem: {problem.message}"
            raise ImportInvalidError(message, hint="Nothing was changed.")


def _what(problem: Problem) -> tuple[Code, str | None]:
    return problem.code, problem.job_id


@contextlib.contextmanager
def _beside(path: Path, content: bytes) -> Iterator[Path]:
    """A file with that content in the same folder, gone afterwards if it is still there."""
    try:
        descriptor, name = tempfile.mkstemp(".yml", ".teleclaude-", path.parent)
    except OSError as error:
        message = f"cannot write in {path.parent}: {error.strerror}"
        raise ImportInvalidError(message) from None
    new = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            sync(file.fileno())
        yield new
    finally:
        new.unlink(missing_ok=True)


def _give(new: Path, there: os.stat_result, real: Path) -> None:
    """Leave it to whom it belongs."""
    made = new.stat()
    if (made.st_uid, made.st_gid) == (there.st_uid, there.st_gid):
        return
    try:
        os.chown(new, there.st_uid, there.st_gid)
    except PermissionError:
        message = f"{real} belongs to somebody else, to whom it cannot be left"
        raise ImportInvalidError(message, hint="Nothing was changed.") from None
