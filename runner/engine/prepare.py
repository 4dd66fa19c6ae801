"""From a claimed run to a launch: argv, environment, prompt, bounds."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from runner.engine.plan import Execution, Plan, Surroundings
from runner.model.errors import PolicyDeniedError, TargetUnresolvedError
from runner.model.job import Command, Prompt, PromptFile, Script, SpecDocument
from runner.process.environment import (
    AGENT_KEYS,
    FALLBACK_PATH,
    RUN_VARIABLE,
    expand,
    is_usual,
    matches_any,
    read_env_file,
)
from runner.process.interpreter import python_argv

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.engine.project import Project
    from runner.model.definition import Definition
    from runner.model.job import Target
    from runner.model.role import Role


def plan_of(project: Project, case: Execution, base: Mapping[str, str]) -> Plan:
    """Everything that the run needs, resolved now.

    Raises TargetUnresolvedError, AgentUnavailableError, PolicyDeniedError,
    BindingsInvalidError, BudgetExceededError.
    """
    claim, job = case.claim, case.definition.job
    root = Path(case.definition.root)
    around = _surroundings(case, base)
    args = job.args if claim.args is None else claim.args
    environment = around.environment
    path = environment.get("PATH", FALLBACK_PATH)
    argv: tuple[str, ...] = ()
    if isinstance(job.target, Command | Script):
        words = _argv(job.target, root, environment, (args, job.python))
        argv = _located(words, root, path)
    chosen = Plan(
        argv=argv,
        cwd=root,
        environment=environment,
        prompt=None,
        agent=None,
        timeout_ms=(claim.timeout or job.timeout) * 1000,
        target=_words(job.target),
        scratch=case.scratch,
    )
    return chosen if argv else _for_agent(project, case, around, chosen)


def _for_agent(
    project: Project, case: Execution, around: Surroundings, chosen: Plan
) -> Plan:
    """The plan completed by what only agents need."""
    from runner.engine.agent.work import assign

    prompt, engaged = assign(project, case, around)
    environment = {**chosen.environment, **engaged.command.environment}
    path = environment.get("PATH", FALLBACK_PATH)
    argv = _located(engaged.command.argv, chosen.cwd, path)
    made = chosen._replace(
        argv=argv, environment=environment, prompt=prompt, agent=engaged
    )
    return made._replace(agent=engaged.hiding(made.secrets()))


def _argv(
    target: Command | Script,
    root: Path,
    environment: Mapping[str, str],
    settings: tuple[tuple[str, ...], str | None],
) -> tuple[str, ...]:
    """Argv of a program; `settings` are its arguments and the job's interpreter."""
    args, python = settings
    match target:
        case Script(path):
            script = _script(root, path)
            if script.suffix != ".py":
                return (str(script), *args)
            words = python_argv(
                script, args, root, python=python, environment=environment
            )
            return tuple(words)
        case Command(line, shell=True):
            # As `sh -c` has it, the word after the script is $0.
            rest = ("sh", *args) if args else ()
            return ("/bin/sh", "-c", line[0], *rest)
        case Command(argv):
            return (*argv, *args)


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


def _surroundings(case: Execution, base: Mapping[str, str]) -> Surroundings:
    """The base, `env_file`, `env`, `env_pass`, filtered by the role; then ours."""
    claim, definition, folder, _, scratch = case
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
    if scratch is not None:
        environment["TMPDIR"] = str(scratch)
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
    return Surroundings({**environment, **ours}, known)


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


def _words(target: Target) -> str:
    """The target in a few words, for the receipt."""
    match target:
        case Script(path):
            return path
        case Command(argv):
            return " ".join(argv)
        case Prompt(text):
            return text.partition("\n")[0][:200]
        case PromptFile(path) | SpecDocument(path=path):
            return path
