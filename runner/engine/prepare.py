"""From a claimed run to a launch: argv, environment, prompt, bounds."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.agents.base import Adapter, AgentRequest
from runner.agents.registry import adapter
from runner.model.errors import PolicyDeniedError, TargetUnresolvedError
from runner.model.job import Command, Prompt, Script, SpecDocument
from runner.process.environment import (
    AGENT_KEYS,
    FALLBACK_PATH,
    RUN_VARIABLE,
    expand,
    is_usual,
    looks_secret,
    matches_any,
    read_env_file,
)
from runner.process.interpreter import python_argv

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.model.definition import Definition
    from runner.model.role import Role
    from runner.store.folders import RunFolder
    from runner.store.runs import Claim

_SECRET_LENGTH = 6
"""A shorter value is no secret worth hiding, and hiding it would garble the text."""


class Plan(NamedTuple):
    """How a run is executed. `timeout_ms` is awake time of one attempt."""

    argv: tuple[str, ...]
    cwd: Path
    environment: dict[str, str]
    prompt: str | None
    agent: Adapter | None
    timeout_ms: int
    target: str

    def secrets(self) -> list[str]:
        """Values that must not appear in what we write, longer ones first."""
        found = {
            value
            for name, value in self.environment.items()
            if looks_secret(name) and len(value) >= _SECRET_LENGTH
        }
        return sorted(found, key=len, reverse=True)


class _Program(NamedTuple):
    """What is started. `environment` is what an agent wants beside the job's."""

    argv: tuple[str, ...]
    prompt: str | None = None
    agent: Adapter | None = None
    environment: Mapping[str, str] = {}


def plan(
    claim: Claim, definition: Definition, folder: RunFolder, base: Mapping[str, str]
) -> Plan:
    """Everything that the run needs, resolved now.

    Raises TargetUnresolvedError, AgentUnavailableError, PolicyDeniedError.
    """
    job, root = definition.job, Path(definition.root)
    environment = _environment(claim, definition, folder, base)
    path = environment.get("PATH", FALLBACK_PATH)
    request = AgentRequest(
        job=job,
        role=definition.roles[claim.role],
        run_id=claim.run_id,
        root=definition.root,
        prompt_file=str(folder.prompt),
        args=job.args if claim.args is None else claim.args,
        program_path=path,
    )
    program = _program(request, environment)
    return Plan(
        argv=_located(program.argv, root, path),
        cwd=root,
        environment={**environment, **program.environment},
        prompt=program.prompt,
        agent=program.agent,
        timeout_ms=(claim.timeout or job.timeout) * 1000,
        target=_words(job.target),
    )


def _program(request: AgentRequest, environment: Mapping[str, str]) -> _Program:
    job, args = request.job, request.args
    match job.target:
        case Script(path):
            script = _script(Path(request.root), path)
            if script.suffix != ".py":
                return _Program((str(script), *args))
            root = Path(request.root)
            words = python_argv(
                script, args, root, python=job.python, environment=environment
            )
            return _Program(tuple(words))
        case Command(line, shell=True):
            # As `sh -c` has it, the word after the script is $0.
            rest = ("sh", *args) if args else ()
            return _Program(("/bin/sh", "-c", line[0], *rest))
        case Command(argv):
            return _Program((*argv, *args))
        case Prompt() | SpecDocument() as asked:
            agent = adapter(job)
            command = agent.command(request)
            prompt = _prompt(job.id, asked)
            return _Program(command.argv, prompt, agent, command.environment)


def _located(argv: tuple[str, ...], root: Path, path: str) -> tuple[str, ...]:
    """The program by its whole path: it is looked up on the child's PATH, not ours."""
    program = argv[0]
    if "/" in program:
        return (str(root / program), *argv[1:])
    found = shutil.which(program, path=path)
    if found is None:
        message = f"the program {program} is not on the PATH of the base environment"
        raise TargetUnresolvedError(
            message, hint="Install it, name its path, or `jobconsole env --refresh`."
        )
    return (found, *argv[1:])


def _script(root: Path, path: str) -> Path:
    """The script, once more found to be there and inside the project."""
    script = root / path
    real = script.resolve()
    if not real.is_relative_to(root.resolve()):
        message = f"the script {path} leads outside the project"
        raise PolicyDeniedError(message, hint="Keep scripts inside the project.")
    if not real.is_file():
        message = f"the script {path} is not there"
        raise TargetUnresolvedError(message, hint="Restore it or correct `script:`.")
    return script


def _environment(
    claim: Claim,
    definition: Definition,
    folder: RunFolder,
    base: Mapping[str, str],
) -> dict[str, str]:
    """The base, `env_file`, `env`, `env_pass`, filtered by the role; then ours."""
    job, role = definition.job, definition.roles[claim.role]
    home = base.get("HOME", "")
    known = dict(base)
    given = {name: value for name, value in base.items() if is_usual(name)}
    if job.env_file is not None:
        path = _env_file(job.env_file, definition.root, home)
        given.update(read_env_file(path))
        known.update(given)
    environment = {
        name: value
        for name, value in given.items()
        if _allowed(name, definition, role, base)
    }
    environment.update({name: expand(text, known) for name, text in job.env.items()})
    environment.update({name: known[name] for name in job.env_pass if name in known})
    ours = {
        RUN_VARIABLE: claim.run_id,
        "JOBCONSOLE_JOB": job.id,
        "JOBCONSOLE_PROJECT": definition.root,
        "JOBCONSOLE_RESULT": str(folder.result),
        "JOBCONSOLE_ROLE": claim.role,
        "TELECLAUDE_JOB_ROLE": claim.role,
        "JOBCONSOLE_ROLE_FILE": str(folder.role),
        "JOBCONSOLE_INPUT": msgspec.json.encode(job.input).decode(),
    }
    return {**environment, **ours}


def _allowed(
    name: str, definition: Definition, role: Role, base: Mapping[str, str]
) -> bool:
    job = definition.job
    if name in job.env_pass:
        return True
    if job.agent is not None and matches_any(name, AGENT_KEYS):
        return False
    if role.env_allow and name not in base and not matches_any(name, role.env_allow):
        return False
    return not matches_any(name, role.env_deny)


def _env_file(text: str, root: str, home: str) -> Path:
    expanded = f"{home}{text[1:]}" if text.startswith("~/") else text
    return Path(root) / expanded


def _prompt(job_id: str, target: Prompt | SpecDocument) -> str:
    if isinstance(target, Prompt):
        return target.text
    return (
        f"You are running the {job_id} job. Read @{target.path}"
        " for your full instructions."
    )


def _words(target: Script | Command | Prompt | SpecDocument) -> str:
    """The target in a few words, for the receipt."""
    match target:
        case Script(path):
            return path
        case Command(argv):
            return " ".join(argv)
        case Prompt(text):
            return text.partition("\n")[0][:200]
        case SpecDocument(path=path):
            return path
