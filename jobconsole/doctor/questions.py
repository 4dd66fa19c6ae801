"""From a project to what must be looked at: what its jobs use, and where."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jobconsole.doctor.facts import (
    PlaceKind,
    PlaceWanted,
    Purpose,
    Questions,
    Wanted,
)
from jobconsole.doctor.login_places import login_of, merged
from runner.engine.variables import env_file_of
from runner.model.errors import TargetUnresolvedError
from runner.model.job import Command, Script
from runner.process.environment import FALLBACK_PATH, is_usual
from runner.process.interpreter import python_argv

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobconsole.doctor.variables import JobVariables
    from runner.model.definition import Definition
    from runner.model.job import Job

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_PLAIN = re.compile(r"[\w./+][\w./+-]*")
_SHELLS_OWN = frozenset(
    {
        *("if", "for", "while", "until", "case", "function", "select", "time", "then"),
        *("cd", "echo", "exec", "exit", "export", "eval", "false", "printf", "pwd"),
        *("read", "set", "test", "trap", "true", "type", "ulimit", "umask", "unset"),
        *("wait", "command", ".", ":", "alias", "shift", "return", "local", "break"),
        *("continue", "declare", "typeset", "getopts", "hash", "let", "source", "bg"),
        *(
            "shopt",
            "builtin",
            "disown",
            "readonly",
            "times",
            "unalias",
            "popd",
            "pushd",
        ),
    }
)


class Patient(NamedTuple):
    """A project as far as it is examined. `shell` is the environment here.

    `jobs` are those that can run.
    """

    config: Path
    state: Path
    base: Mapping[str, str]
    shell: Mapping[str, str]
    jobs: tuple[tuple[Definition, JobVariables], ...]


def questions_about(patient: Patient) -> Questions:
    base = {name: it for name, it in patient.base.items() if is_usual(name)}
    programs: dict[tuple[Purpose, str, str], list[str]] = {}
    logins = []
    for definition, variables in patient.jobs:
        for purpose, name in _programs(definition, variables):
            path = variables.environment.get("PATH", FALLBACK_PATH)
            programs.setdefault((purpose, name, path), []).append(definition.job.id)
        login = login_of(definition.job, variables, patient.shell)
        logins += [login] if login else []
    return Questions(
        base=base,
        programs=tuple(
            Wanted(*key, tuple(dict.fromkeys(jobs))) for key, jobs in programs.items()
        ),
        logins=merged(logins),
        places=tuple(_places(patient, base)),
    )


def _programs(
    definition: Definition, variables: JobVariables
) -> Iterator[tuple[Purpose, str]]:
    """What a job starts, as a whole path wherever it names one."""
    job, root = definition.job, Path(definition.root)
    match job.target:
        case Script(path) if path.endswith(".py"):
            yield Purpose.INTERPRETER, _interpreter(job, root / path, root, variables)
        case Script(path):
            yield Purpose.SCRIPT, str(root / path)
        case Command() as command:
            yield from _of_command(command, root)
        case _:
            yield from _of_agent(job, root, variables)
    if job.expect.command is not None:
        yield from _of_command(job.expect.command, root)


def _interpreter(job: Job, script: Path, root: Path, variables: JobVariables) -> str:
    try:
        words = python_argv(
            script, (), root, python=job.python, environment=variables.environment
        )
    except (TargetUnresolvedError, OSError):
        if job.python is None:
            return "python3"
        return job.python if "/" not in job.python else str(root / job.python)
    return words[0]


def _of_command(command: Command, root: Path) -> Iterator[tuple[Purpose, str]]:
    if not command.shell:
        yield Purpose.COMMAND, _placed(command.argv[0], root)
        return
    word = first_word(command.argv[0])
    if word:
        yield Purpose.SHELL_WORD, _placed(word, root)


def _of_agent(
    job: Job, root: Path, variables: JobVariables
) -> Iterator[tuple[Purpose, str]]:
    agent = job.agent
    if agent is None:
        return
    if not agent.template:
        yield Purpose.AGENT, agent.name
    elif "{" not in agent.template[0]:  # else it depends on the run
        yield Purpose.COMMAND, _placed(agent.template[0], root)
    home = variables.environment.get("HOME", "~")
    for server in agent.mcp.values():
        program = server.command[0]
        path = f"{home}{program[1:]}" if program.startswith("~/") else program
        yield Purpose.MCP_SERVER, _placed(path, root)


def _placed(program: str, root: Path) -> str:
    return str(root / program) if "/" in program else program


def first_word(line: str) -> str:
    """The program that a line for the shell begins with; empty where it is not plain.

    `cd`, as lines that were imported begin with, and `exec` are passed over.
    """
    try:
        words = shlex.split(line.strip().partition("\n")[0])
    except ValueError:  # a quote that goes on in the next line
        return ""
    if any(word.startswith("PATH=") for word in words):
        return ""
    rest = [word for word in words if not _ASSIGNMENT.match(word)]
    elsewhere = rest[:1] == ["cd"] and "&&" in rest[:3]
    if elsewhere:
        rest = rest[rest.index("&&") + 1 :]
    if rest[:1] == ["exec"]:
        rest = rest[1:]
    word = rest[0].rstrip(";") if rest else ""
    if elsewhere and "/" in word and not word.startswith("/"):
        return ""
    return word if _PLAIN.fullmatch(word) and word not in _SHELLS_OWN else ""


def _places(patient: Patient, base: Mapping[str, str]) -> Iterator[PlaceWanted]:
    root = patient.config.parent
    yield PlaceWanted(PlaceKind.CONFIG, str(patient.config))
    yield PlaceWanted(PlaceKind.PROJECT, str(root), written=True)
    yield PlaceWanted(PlaceKind.STATE, str(patient.state), written=True)
    yield PlaceWanted(PlaceKind.BASE, str(patient.state / "environment.json"))
    if home := base.get("HOME"):
        yield PlaceWanted(PlaceKind.HOME, home)
    temp = base.get("TMPDIR") or "/tmp"  # noqa: S108  as the runner has it
    yield PlaceWanted(PlaceKind.TEMP, temp, written=True)
    files = {env_file_of(it, patient.base) for it, _ in patient.jobs}
    for path in sorted(str(it) for it in files if it is not None):
        yield PlaceWanted(PlaceKind.ENV_FILE, path)
