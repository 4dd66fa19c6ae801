"""What must be looked at, from what jobs say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobconsole.doctor.facts import PlaceKind, Purpose
from jobconsole.doctor.project import patient_of
from jobconsole.doctor.questions import Patient, first_word, questions_about
from tests.helpers.project import opened, write_project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobconsole.doctor.facts import Questions

SECRET = "hunter2-and-more"
BASE = {"PATH": "/usr/bin:/bin", "HOME": "/home/ann", "OPENAI_API_KEY": SECRET}
SHELL = {"PATH": "/bin", "GEMINI_API_KEY": SECRET, "EMPTY_API_KEY": ""}


def patient(root: Path, jobs: str, files: Mapping[str, str] | None = None) -> Patient:
    config = write_project(root, jobs, files)
    (root / ".jobconsole").mkdir()
    (root / ".jobconsole" / "environment.json").write_text(json.dumps(BASE))
    with opened(config) as project:
        return patient_of(project, SHELL)


def questions(
    root: Path, jobs: str, files: Mapping[str, str] | None = None
) -> Questions:
    return questions_about(patient(root, jobs, files))


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("git pull && make", "git"),
        ("TOKEN=hunter2 A='b c' ./run.sh", "./run.sh"),
        ("echo hello", ""),
        ("make; true", "make"),
        ("if true; then x; fi", ""),
        ("$HOME/bin/x", ""),
        ("(cd x && make)", ""),
        ("git log 'with\nlines'", ""),
        ("\nuv run x\nmore", "uv"),
        ("cd && A=1 /usr/local/bin/backup.sh -v", "/usr/local/bin/backup.sh"),
        ("cd '/srv/my farm' && exec restic backup", "restic"),
        ("cd /srv && ./run.sh", ""),
        ("cd /srv; make", ""),
        ("exec -a x y", ""),
        ("PATH=/opt/bin:$PATH tool", ""),
        ("source venv/bin/activate", ""),
        ("", ""),
        ("A=1", ""),
    ],
)
def test_the_first_word_of_a_line_for_the_shell(line: str, word: str) -> None:
    assert first_word(line) == word


JOBS = """\
jobs:
  plain: {script: a.py}
  named: {script: a.py, python: bin/python}
  missing: {script: a.py, python: python9.9}
  shell: {script: run.sh}
  make: {command: [make, all], expect: {command: [test-it]}}
  make2: {command: [make]}
  own: {command: [tools/x]}
  line: {command: "rsync -a x y"}
  other: {command: [make], env: {PATH: "/opt/bin:${PATH}"}}
  off: {command: [gone], enabled: false}
  bug:
    prompt: Hello
    agent: claude
    mcp:
      near: {command: [bin/near]}
      home: {command: [~/bin/home]}
      found: {command: [npx, -y, thing]}
  mine: {prompt: Hello, agent: custom, command: [bin/agent, "{job}"]}
"""


def test_every_program_that_jobs_start(tmp_path: Path) -> None:
    files = {"a.py": "", "run.sh": "#!/bin/sh\n", "bin/python": "#!/bin/sh\n"}
    (tmp_path / "bin").mkdir()
    (tmp_path / "tools").mkdir()
    found = questions(tmp_path, JOBS, files)
    usual = BASE["PATH"]
    seen = {(it.purpose, it.name, it.path): it.jobs for it in found.programs}
    python3 = next(it for it in seen if it[0] is Purpose.INTERPRETER)[1]
    assert Path(python3).name == "python3"
    assert seen == {
        (Purpose.INTERPRETER, python3, usual): ("plain",),
        (Purpose.INTERPRETER, f"{tmp_path}/bin/python", usual): ("named",),
        (Purpose.INTERPRETER, "python9.9", usual): ("missing",),
        (Purpose.SCRIPT, f"{tmp_path}/run.sh", usual): ("shell",),
        (Purpose.COMMAND, "make", usual): ("make", "make2"),
        (Purpose.COMMAND, "test-it", usual): ("make",),
        (Purpose.COMMAND, f"{tmp_path}/tools/x", usual): ("own",),
        (Purpose.SHELL_WORD, "rsync", usual): ("line",),
        (Purpose.COMMAND, "make", f"/opt/bin:{usual}"): ("other",),
        (Purpose.AGENT, "claude", usual): ("bug",),
        (Purpose.MCP_SERVER, f"{tmp_path}/bin/near", usual): ("bug",),
        (Purpose.MCP_SERVER, "/home/ann/bin/home", usual): ("bug",),
        (Purpose.MCP_SERVER, "npx", usual): ("bug",),
        (Purpose.COMMAND, f"{tmp_path}/bin/agent", usual): ("mine",),
    }
    assert found.base == {"PATH": usual, "HOME": "/home/ann"}
    assert SECRET not in repr(found)


LOGINS = """\
jobs:
  a: {prompt: x, agent: claude}
  b: {prompt: y, agent: claude}
  c: {prompt: z, agent: claude, env: {CLAUDE_CONFIG_DIR: /srv/claude}}
  d: {prompt: z, agent: codex, env_pass: [OPENAI_API_KEY]}
  e: {prompt: z, agent: codex}
  f: {prompt: z, agent: gemini, env: {GEMINI_CLI_HOME: /srv/g}}
  g: {prompt: z, agent: opencode}
  h: {prompt: z, agent: claude, env_file: keys.env, env_pass: [ANTHROPIC_API_KEY]}
  j: {prompt: z, agent: claude, env_file: keys.env}
  i: {command: [x], env_pass: [OPENAI_API_KEY, NOBODY_KNOWS]}
"""


def test_where_agents_find_their_logins(tmp_path: Path) -> None:
    files = {"keys.env": f"ANTHROPIC_API_KEY={SECRET}\nIDLE=x\n"}
    examined = patient(tmp_path, LOGINS, files)
    found = questions_about(examined)
    seen = {it.jobs: it for it in found.logins}
    assert set(seen) == {
        ("a", "b"),
        ("c",),
        ("d",),
        ("e",),
        ("f",),
        ("g",),
        ("h",),
        ("j",),
    }
    claude = seen["a", "b"]
    assert claude.files == ("/home/ann/.claude/.credentials.json",)
    assert claude.account == "/home/ann/.claude.json"
    assert claude.keychain == "Claude Code-credentials"
    assert seen["c",].files == ("/srv/claude/.credentials.json",)
    assert seen["c",].account == "/srv/claude/.claude.json"
    assert seen["c",].keychain == ""
    assert seen["d",].keys == ("OPENAI_API_KEY",)
    assert seen["e",].keys == ()
    assert seen["f",].files == ("/srv/g/.gemini/oauth_creds.json",)
    assert seen["f",].unpassed == ("GEMINI_API_KEY",)
    assert seen["g",].files == ("/home/ann/.local/share/opencode/auth.json",)
    assert seen["h",].keys == ("ANTHROPIC_API_KEY",)
    assert seen["j",].unpassed == ("ANTHROPIC_API_KEY",)
    assert SECRET not in repr(found)
    _, last = examined.jobs[-1]
    assert last.unknown == ("NOBODY_KNOWS",)


def test_files_and_folders(tmp_path: Path) -> None:
    jobs = 'defaults: {env_file: ~/.env}\njobs: {a: {command: ["true"]}}\n'
    found = {it.kind: it for it in questions(tmp_path, jobs).places}
    assert set(found) == set(PlaceKind)
    assert found[PlaceKind.ENV_FILE].path == "/home/ann/.env"
    written = {kind for kind, it in found.items() if it.written}
    assert written == {PlaceKind.PROJECT, PlaceKind.STATE, PlaceKind.TEMP}
