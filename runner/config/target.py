"""What a job runs: its script, command, prompt or document, found in the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from runner.config import agent_keys
from runner.config import job_keys as keys
from runner.config.findings import Finding, Rejected
from runner.config.fingerprint import FILE, OTHER, PROGRAM
from runner.model.errors import Code
from runner.model.job import (
    Kind,
    Prompt,
    PromptFile,
    Script,
    SpecDocument,
    Target,
)

if TYPE_CHECKING:
    from runner.config.declaration import Key
    from runner.config.section import Fields
    from runner.config.survey import Found, Survey
    from runner.config.yaml_tree import Place

CUSTOM = "custom"
DOCUMENTS = "docs/project/spec/jobs"

_ASKED: tuple[Key[object], ...] = (
    keys.PROMPT,
    keys.PROMPT_FILE,
    keys.DOCUMENT,
    keys.MESSAGE,
)


class Resolved(msgspec.Struct, frozen=True):
    """A target, and the agent that is given it where it is for one."""

    kind: Kind
    target: Target
    template: tuple[str, ...] = ()


def unresolved(place: Place, message: str, hint: str = "") -> Rejected:
    return Rejected(Finding(place, message, hint, Code.JOB_TARGET_UNRESOLVED))


def resolve_script(path: str, place: Place, survey: Survey) -> Resolved:
    """Raises Rejected for what is missing, outside the project or no program."""
    found = _file_inside(keys.SCRIPT, path, place, survey)
    if path.endswith(".py"):
        return Resolved(Kind.PYTHON, Script(path))
    if found.kind != PROGRAM:
        survey.watch(found)
        raise unresolved(place, f"script {path} is not executable", f"chmod +x {path}")
    return Resolved(Kind.COMMAND, Script(path))


def resolve_prompt_file(path: str, place: Place, survey: Survey) -> Resolved:
    """Raises Rejected for what is missing or outside the project."""
    _file_inside(keys.PROMPT_FILE, path, place, survey)
    return Resolved(Kind.AGENT, PromptFile(path))


def _file_inside(key: Key[str], path: str, place: Place, survey: Survey) -> Found:
    found = survey.find(path)
    if not survey.inside(found):
        message = f"{key.name} {path} leads to {found.real}, outside the project"
        raise unresolved(place, message)
    if not found.exists:
        raise unresolved(place, f"{key.name} {path} does not exist")
    if found.kind == OTHER:
        raise unresolved(place, f"{key.name} {path} is not a file")
    return found


def resolve_document(name: str, place: Place, survey: Survey) -> Resolved:
    """Raises Rejected if there is no such document."""
    path = document_path(name)
    if not is_file(path, survey):
        raise unresolved(place, f"{path} does not exist")
    return Resolved(Kind.AGENT, SpecDocument(name, path))


def document_path(name: str) -> str:
    return f"{DOCUMENTS}/{name}.md"


def is_file(path: str, survey: Survey) -> bool:
    return survey.find(path).kind in (FILE, PROGRAM)


def target_of(job_id: str, job: Fields, survey: Survey) -> Resolved:
    """Raises Rejected."""
    if job.get(agent_keys.AGENT) == CUSTOM:
        return _custom(job_id, job, survey)
    _check_single(job, keys.TARGETS)
    if (path := job.get(keys.SCRIPT)) is not None:
        return resolve_script(path, job.place_of(keys.SCRIPT), survey)
    if (command := job.get(keys.COMMAND)) is not None:
        return Resolved(Kind.COMMAND, command)
    return _asked(job, survey) or _implied(job_id, job, survey)


def _custom(job_id: str, job: Fields, survey: Survey) -> Resolved:
    """`command` is how the agent is called; the rest is what it is told."""
    if job.has(keys.SCRIPT):
        message = "agent: custom takes a command and a prompt, not a script"
        raise unresolved(job.place_of(keys.SCRIPT), message)
    _check_single(job, _ASKED)
    command = job.get(keys.COMMAND)
    if command is None:
        raise unresolved(
            job.place_of(agent_keys.AGENT), "agent: custom needs a command"
        )
    asked = _asked(job, survey) or _document_of(job_id, job, survey)
    if asked is None:
        message = f"no prompt, no job, and no {document_path(_document_name(job_id))}"
        raise unresolved(job.place, message)
    argv = ("/bin/sh", "-c", *command.argv) if command.shell else command.argv
    return msgspec.structs.replace(asked, template=argv)


def _check_single(job: Fields, targets: tuple[Key[object], ...]) -> None:
    given = [key for key in targets if job.has(key)]
    if len(given) > 1:
        names = ", ".join(key.name for key in given)
        message = f"only one of {names} can be what the job runs"
        raise Rejected(Finding(job.place_of(given[1]), message))


def _asked(job: Fields, survey: Survey) -> Resolved | None:
    prompt = job.get(keys.PROMPT) or job.get(keys.MESSAGE)
    if prompt is not None:
        return Resolved(Kind.AGENT, Prompt(prompt))
    if (path := job.get(keys.PROMPT_FILE)) is not None:
        return resolve_prompt_file(path, job.place_of(keys.PROMPT_FILE), survey)
    if (name := job.get(keys.DOCUMENT)) is not None:
        return resolve_document(name, job.place_of(keys.DOCUMENT), survey)
    return None


def _implied(job_id: str, job: Fields, survey: Survey) -> Resolved:
    script = f"jobs/{job_id}.py"
    if is_file(script, survey):
        return resolve_script(script, job.place, survey)
    if document := _document_of(job_id, job, survey):
        return document
    raise unresolved(
        job.place,
        "nothing to run: no script, command, prompt, prompt_file or job, and neither "
        f"{script} nor {document_path(_document_name(job_id))} exists",
    )


def _document_of(job_id: str, job: Fields, survey: Survey) -> Resolved | None:
    name = _document_name(job_id)
    if not is_file(document_path(name), survey):
        return None
    return resolve_document(name, job.place, survey)


def _document_name(job_id: str) -> str:
    return job_id.replace("_", "-")
