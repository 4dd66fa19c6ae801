"""What an agent is told: its prompt, with the blanks filled in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from runner.model.errors import (
    BindingsInvalidError,
    PolicyDeniedError,
    TargetUnresolvedError,
)
from runner.model.job import Prompt, PromptFile, SpecDocument
from runner.model.run import RunStatus
from runner.model.text import is_text
from runner.store.folders import open_regular

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.model.job import Job
    from runner.model.receipt import Receipt

_BLANK = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_ENDED = {RunStatus.CANCELLED: "was cancelled", RunStatus.LOST: "was lost"}
_MOST_BYTES = 1024 * 1024


def prompt_of(job: Job, root: str, params: Mapping[str, str]) -> str:
    """Raises BindingsInvalidError, TargetUnresolvedError, PolicyDeniedError."""
    match job.target:
        case Prompt(text):
            return _filled(text, bindings(job, params))
        case PromptFile(path):
            return _filled(_read(Path(root), path), bindings(job, params))
        case SpecDocument(path=path):
            return (
                f"You are running the {job.id} job. Read @{path}"
                " for your full instructions."
            )
        case _:
            message = f"{job.id} has no prompt"
            raise TargetUnresolvedError(message)


def prompt_to_go_on(earlier: Receipt) -> str:
    """For an agent that goes on in the session of an earlier run."""
    how = _ENDED.get(earlier.status) or str(earlier.status).replace("_", " ")
    why = f" ({earlier.error.message})" if earlier.error else ""
    return f"Your earlier run of this job {how}{why}. Go on where you stopped."


def bindings(job: Job, given: Mapping[str, str]) -> dict[str, str]:
    """The value of every blank. Raises BindingsInvalidError."""
    for name in given:
        if name not in job.params:
            message = f"{job.id} has no parameter {name}"
            raise BindingsInvalidError(message, hint=_known(job, name))
    values = {name: given.get(name, usual) for name, usual in job.params.items()}
    filled = {name: value for name, value in values.items() if value is not None}
    for name, value in filled.items():
        if not is_text(value):
            message = f"the value of {name} is not text in UTF-8"
            raise BindingsInvalidError(message, hint="Give it in UTF-8.")
    missing = [name for name in values if name not in filled]
    if missing:
        message = f"{job.id} needs a value for {', '.join(missing)}"
        hint = f"Give it with `--param {missing[0]}=VALUE`."
        raise BindingsInvalidError(message, hint=hint)
    return filled


def _known(job: Job, name: str) -> str:
    if not job.params:
        return "Name its parameters with `params:` in the configuration."
    import difflib  # seldom, and in a client

    near = difflib.get_close_matches(name, job.params, n=1)
    names = ", ".join(job.params)
    return f"Did you mean {near[0]}?" if near else f"It has: {names}."


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Only declared blanks are replaced: other `${…}` are the prompt's own."""
    return _BLANK.sub(lambda match: values.get(match[1], match[0]), text)


def _read(root: Path, path: str) -> str:
    file = root / path
    if not file.resolve().is_relative_to(root.resolve()):
        message = f"the prompt {path} leads outside the project"
        raise PolicyDeniedError(message, hint="Keep prompts inside the project.")
    try:
        with open_regular(file.resolve()) as opened:
            body = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        message = f"the prompt {path} cannot be read: {error.strerror}"
        raise TargetUnresolvedError(
            message, hint="Restore it or correct `prompt_file:`."
        ) from error
    if len(body) > _MOST_BYTES:
        message = f"the prompt {path} is larger than 1 MiB"
        raise TargetUnresolvedError(message, hint="Tell the agent to read a file.")
    return body.decode("utf-8", "replace")
