"""From a claimed run to a launch: argv, environment, prompt, bounds."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from runner.engine.plan import Execution, Plan, Surroundings
from runner.engine.variables import env_file_of, variables_of
from runner.model.errors import PolicyDeniedError, TargetUnresolvedError
from runner.model.job import Command, Prompt, PromptFile, Script, SpecDocument
from runner.process.environment import FALLBACK_PATH, RUN_VARIABLE, read_env_file
from runner.process.interpreter import python_argv

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.engine.project import Project
    from runner.model.job import Target


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
    """The job's variables, and those that tell the run who it is."""
    claim, definition, folder, _, scratch = case
    job, role = definition.job, definition.roles[claim.role]
    path = env_file_of(definition, base)
    file = {} if path is None else read_env_file(path)
    around = variables_of(definition, role, base, file, scratch)
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
    return around._replace(environment={**around.environment, **ours})


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
