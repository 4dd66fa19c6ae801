"""MCP servers start with variables of their own, just as they were given."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from runner.agents.base import Served
from runner.agents.launcher import launchers
from tests.helpers.asked import asked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TELLS = "import json, os, sys; print(json.dumps([sys.argv[1:], dict(os.environ)]))"
ODD = 'a\'b "c" $HOME `id` {env:PATH} \\ é\x7f\n\n'


class Seen(NamedTuple):
    """What a server was started with."""

    words: list[str]
    environment: dict[str, str]


def started(folder: Path, servers: Mapping[str, Served]) -> dict[str, Seen]:
    """Every server, as an agent starts it that has one variable of its own."""
    request = asked(folder, "codex")
    launch = launchers(request._replace(scratch=str(folder), servers=servers))
    for name, body in launch.files.items():
        (folder / name).write_bytes(body)
    agent = {"PYTHONUTF8": "1", "OF_AGENT": "1", "LEVEL": "0"}
    seen = {}
    for name, command in launch.commands.items():
        said = subprocess.run(command, env=agent, capture_output=True, check=True)
        seen[name] = Seen(*json.loads(said.stdout))
    return seen


def served(*words: str, **environment: str) -> Served:
    return Served((sys.executable, "-c", TELLS, *words), environment)


def test_words_and_values_arrive_as_they_are(tmp_path: Path) -> None:
    seen = started(tmp_path, {"odd": served(ODD, "", "-x", "a=b", LEVEL=ODD, EMPTY="")})
    assert seen["odd"].words == [ODD, "", "-x", "a=b"]
    told = {"OF_AGENT": "1", "LEVEL": ODD, "EMPTY": ""}
    assert told.items() <= seen["odd"].environment.items()


def test_a_value_of_any_bytes_arrives(tmp_path: Path) -> None:
    seen = started(tmp_path, {"one": served(LEVEL="\udcff")})
    assert seen["one"].environment["LEVEL"] == "\udcff"


def test_servers_that_disagree_on_a_variable_get_their_own(tmp_path: Path) -> None:
    servers = {"a": served(LEVEL="1", OF_A="1"), "A": served(LEVEL="2")}
    seen = started(tmp_path, servers)
    assert {it: seen[it].environment["LEVEL"] for it in seen} == {"a": "1", "A": "2"}
    assert "OF_A" not in seen["A"].environment
