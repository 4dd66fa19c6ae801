"""The environment: read here, and built here for children.

A child's environment comes from its definition and the base environment, never from
whoever started it. The base is recorded once per state directory.
"""

from __future__ import annotations

import fnmatch
import functools
import itertools
import json
import os
import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FAILPOINT_VARIABLE = "JOBCONSOLE_FAILPOINT"
DRIVER_VARIABLE = "JOBCONSOLE_DRIVER"
"""Says who calls a tick, set by what was installed to call it."""

RUN_VARIABLE = "JOBCONSOLE_RUN_ID"
"""Marks every process of a run, and tells a nested jobconsole where it is."""

BASE_NAMES = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR")
_COERCED = "C.UTF-8"
"""What Python itself sets where it finds no locale (PEP 538): nobody chose it."""

HIDDEN = "[hidden]"
"""Stands for a secret wherever variables are shown."""

FALLBACK_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"

AGENT_KEYS = (
    *("*_API_KEY", "*_API_TOKEN", "*_AUTH_TOKEN", "*_OAUTH_TOKEN"),
    *("ANTHROPIC_*", "AWS_*", "AZURE_*", "GEMINI_*", "GOOGLE_*", "OPENAI_*"),
    *("OPENROUTER_*", "CLAUDE_*", "CLAUDECODE", "CODEX_*", "CURSOR_*", "OPENCODE*"),
    *("GH_TOKEN", "GITHUB_TOKEN", "GITLAB_TOKEN"),
)
"""Keys and markers of other tools: agents get them only where `env_pass` names them."""

_SECRET = re.compile(
    r"((KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|COOKIE)S?\d*"
    r"|(^|_)(PASS|AUTH|AUTHORIZATION|DSN))(_|$)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def current() -> Mapping[str, str]:
    """The environment that this process was started with."""
    return os.environ


@functools.cache
def failpoint_name() -> str | None:
    return os.environ.get(FAILPOINT_VARIABLE)


def looks_secret(name: str) -> bool:
    """Whether a variable of this name probably holds a secret."""
    return _SECRET.search(name) is not None


def masked(variables: Mapping[str, str]) -> dict[str, str]:
    """The same variables, without the values of those that look secret."""
    return {
        name: HIDDEN if looks_secret(name) else value
        for name, value in variables.items()
    }


def is_usual(name: str) -> bool:
    """Whether every job gets this variable of the base; the rest is for `env_pass`."""
    return name in BASE_NAMES or name.startswith("LC_")


def record_base(start: Mapping[str, str], passed: Iterable[str]) -> dict[str, str]:
    """The part of an environment that jobs may build on.

    The usual names, every `LC_*`, and those that some job's `env_pass` asks for.
    """
    wanted = set(passed)
    base = {
        name: value
        for name, value in sorted(start.items())
        if is_usual(name) or name in wanted
    }
    if base.get("LC_CTYPE") == _COERCED and "LC_ALL" not in base:
        del base["LC_CTYPE"]
    base.setdefault("PATH", FALLBACK_PATH)
    return base


def load_base(path: Path) -> dict[str, str] | None:
    """The recorded base environment, or None where none was recorded yet."""
    try:
        recorded = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return {str(name): str(value) for name, value in recorded.items()}


def dump_base(base: Mapping[str, str]) -> bytes:
    return (json.dumps(base, indent=2, sort_keys=True) + "\n").encode()


def read_env_file(path: Path) -> dict[str, str]:
    """Variables of a file of `NAME=value` lines, shell quoting understood.

    A missing file holds none: the same configuration serves several machines.
    """
    variables: dict[str, str] = {}
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return variables
    for line in lines:
        name, separator, value = line.strip().removeprefix("export ").partition("=")
        if not separator or name.strip().startswith("#"):
            continue
        lexer = shlex.shlex(value, posix=True)
        lexer.whitespace_split = True
        lexer.commenters = ""  # a comment begins with a word, never inside one
        try:
            words = list(itertools.takewhile(lambda word: word[:1] != "#", lexer))
        except ValueError:  # a quote that is never closed
            words = [value.strip()]
        variables[name.strip()] = " ".join(words)
    return variables


def expand(value: str, known: Mapping[str, str]) -> str:
    """Replace `${NAME}`; a name that is not known becomes the empty string."""
    return _REFERENCE.sub(lambda match: known.get(match[1], ""), value)


def matches_any(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
