"""An agent is got ready: its servers are asked, its command line is made."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from runner.engine.agent.engage import engage
from runner.model.errors import AgentUnavailableError
from runner.model.job import AgentSpec
from runner.model.mcp import McpServer, McpState
from runner.model.role import ADMIN, MEMBER, VIEWER
from runner.process.environment import FALLBACK_PATH
from tests.helpers.agents import MCP_SERVER
from tests.helpers.asked import asked
from tests.helpers.leaks import nothing_kept
from tests.helpers.processes import finish, start
from tests.helpers.project import opened, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.agents.base import AgentRequest
    from runner.engine.agent.engage import Engaged
    from runner.engine.project import Project
    from runner.model.role import Role


def server(mode: str) -> McpServer:
    return McpServer((sys.executable, str(MCP_SERVER), mode))


OK = server("ok")

NOTES = """\
#!/bin/sh
env > {notes}
echo "CALLED=$0 $*" >> {notes}
exec {python} {server} ok
"""


class Office:
    """Where a claude is got ready that is there and tells nothing."""

    def __init__(self, folder: Path, project: Project) -> None:
        self.folder, self.project = folder, project
        scratch = folder / "scratch"
        scratch.mkdir()
        request = asked(folder, "claude")
        self.request: AgentRequest = request._replace(
            root=str(folder),
            scratch=str(scratch),
            environment={
                "PATH": f"{folder / 'bin'}:{FALLBACK_PATH}",
                "HOME": str(folder / "home"),
                "JOBCONSOLE_ROLE": "member",
                "TELECLAUDE_JOB_ROLE": "member",
                "JOBCONSOLE_ROLE_FILE": "/role",
            },
        )

    def engage(
        self,
        servers: Mapping[str, McpServer],
        role: Role = ADMIN,
        known: Mapping[str, str] | None = None,
    ) -> Engaged:
        agent = AgentSpec("claude", mcp=dict(servers))
        request = self.request._replace(agent=agent, role=role)
        return engage(self.project, request, known or {})

    @property
    def handed(self) -> dict[str, dict[str, object]]:
        """The servers that the agent is told of."""
        path = Path(self.request.scratch) / "claude-mcp.json"
        if not path.exists():
            return {}
        found: dict[str, dict[str, dict[str, object]]]
        found = json.loads(path.read_text("utf-8"))
        return found["mcpServers"]

    def noting(self, path: str) -> tuple[str, ...]:
        """A server that notes its environment first."""
        script = self.folder / path
        script.parent.mkdir(parents=True, exist_ok=True)
        text = NOTES.format(
            notes=self.folder / "notes", python=sys.executable, server=MCP_SERVER
        )
        script.write_text(text, "utf-8")
        script.chmod(0o755)
        return (path,)

    @property
    def noted(self) -> dict[str, str]:
        """How the server was called last, and with which variables."""
        lines = (self.folder / "notes").read_text("utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def noted_by_agent(self, name: str) -> dict[str, str]:
        """The same, when the agent starts a server as it was told to."""
        (self.folder / "notes").unlink()
        told = self.handed[name]
        args, variables = told["args"], told.get("env", {})
        assert isinstance(args, list)
        assert isinstance(variables, dict)
        environment = {"PATH": FALLBACK_PATH, "LEVEL": "its own", **variables}
        finish(start([str(told["command"]), *args], self.folder, environment))
        return self.noted


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(write_project(tmp_path, "jobs: {}")) as project:
        yield Office(tmp_path, project)


def states(engaged: Engaged) -> dict[str, McpState]:
    return {name: it.state for name, it in engaged.record.mcp.items()}


def test_none_is_asked_where_there_is_none(office: Office) -> None:
    engaged = office.engage({})
    assert engaged.record.mcp == {}
    assert engaged.command.argv[0] == str(office.folder / "bin" / "claude")
    assert not any(it.startswith("--mcp-config") for it in engaged.command.argv)
    assert office.handed == {}
    assert list(Path(office.request.scratch).iterdir()) == []


def test_only_those_that_may_answer_are_handed_on(office: Office) -> None:
    """All asked at once; one that is silent may only be slow."""
    servers = {
        "good": OK,
        "crashes": server("crash"),
        "talks": server("rubbish"),
        "hangs": server("hang"),
        "nowhere": McpServer(("no-such-server",)),
        "nor_here": McpServer(("./bin/no-such-server",)),
    }
    with nothing_kept():
        engaged = office.engage(servers)
    assert states(engaged) == {
        "good": McpState.READY,
        "crashes": McpState.ENDED,
        "talks": McpState.RUBBISH,
        "hangs": McpState.SILENT,
        "nowhere": McpState.MISSING,
        "nor_here": McpState.MISSING,
    }
    assert set(office.handed) == {"good", "hangs"}
    health = engaged.record.mcp
    assert "boom at the start" in health["crashes"].detail
    assert health["nowhere"].detail == "no-such-server"
    assert 3_000 <= health["hangs"].took_ms < 6_000


def test_one_that_answers_is_handed_on_by_its_whole_path(office: Office) -> None:
    (name, *words) = office.noting("tools/server.sh")
    engaged = office.engage({"team": McpServer((name, *words, "--all"))})
    assert states(engaged) == {"team": McpState.READY}
    called = f"{office.folder / 'tools/server.sh'} --all"
    assert office.noted["CALLED"] == called
    assert office.noted_by_agent("team")["CALLED"] == called
    config = f"--mcp-config={office.request.scratch}/claude-mcp.json"
    assert config in engaged.command.argv


@pytest.mark.parametrize(
    ("path", "command"),
    [("home/bin/server", "~/bin/server"), ("bin/server", "server")],
)
def test_where_its_program_is(office: Office, path: str, command: str) -> None:
    office.noting(path)
    office.engage({"team": McpServer((command,))})
    assert office.noted_by_agent("team")["CALLED"] == f"{office.folder / path} "


def test_what_a_server_is_told(office: Office) -> None:
    """The role always, its own variables with what the job knows, and the agent's."""
    known = {"LEVEL": "info"}
    own = {"VERBOSITY": "${LEVEL}!${NOBODY}", "TELECLAUDE_JOB_ROLE": "boss"}
    office.engage(
        {"team": McpServer(office.noting("tools/server.sh"), env=own)}, known=known
    )
    expected = {
        "VERBOSITY": "info!",
        "JOBCONSOLE_ROLE": "member",
        "TELECLAUDE_JOB_ROLE": "member",
        "JOBCONSOLE_ROLE_FILE": "/role",
    }
    assert office.noted.items() >= expected.items()
    assert office.noted["HOME"] == str(office.folder / "home")
    assert office.noted_by_agent("team").items() >= expected.items()


@pytest.mark.parametrize(
    ("role", "read_only", "state"),
    [
        (VIEWER, False, McpState.WITHHELD),
        (VIEWER, True, McpState.READY),
        (MEMBER, False, McpState.READY),
        (ADMIN, False, McpState.READY),
    ],
)
def test_who_may_only_read_gets_only_what_changes_nothing(
    office: Office, role: Role, read_only: bool, state: McpState
) -> None:
    command = office.noting("tools/server.sh")
    engaged = office.engage({"team": McpServer(command, read_only=read_only)}, role)
    withheld = state is McpState.WITHHELD
    assert states(engaged) == {"team": state}
    assert set(office.handed) == (set() if withheld else {"team"})
    assert (office.folder / "notes").exists() is not withheld


def test_an_agent_that_is_not_there_starts_nothing(office: Office) -> None:
    (office.folder / "bin" / "claude").unlink()
    office.request = office.request._replace(
        environment={**office.request.environment, "PATH": str(office.folder / "bin")}
    )
    command = office.noting("tools/server.sh")
    with pytest.raises(AgentUnavailableError, match="claude is not on the PATH") as e:
        office.engage({"team": McpServer(command)})
    assert "npm install -g @anthropic-ai/claude-code" in e.value.hint
    assert not (office.folder / "notes").exists()


def test_one_that_cannot_go_on_says_so(office: Office) -> None:
    agent = AgentSpec("custom", template=("cat",))
    request = office.request._replace(agent=agent, resume="session")
    with pytest.raises(AgentUnavailableError, match="custom cannot go on") as caught:
        engage(office.project, request, {})
    assert "--resume" in caught.value.hint
    fresh = engage(office.project, request._replace(resume=None), {})
    assert fresh.version is None


def test_what_is_written_down_of_it(office: Office) -> None:
    request = office.request._replace(resume="4f28621a")
    (office.folder / "bin" / "claude").write_text("#!/bin/sh\necho 2.1.328", "utf-8")
    engaged = engage(office.project, request, {})
    assert engaged.version == "2.1.328"
    assert msgspec.to_builtins(engaged.record) == {
        "name": "claude",
        "model": "sonnet",
        "session": None,
        "resumed": "4f28621a",
        "mcp": {},
    }


def test_its_files_are_for_nobody_else(office: Office) -> None:
    """They hold what a server's variables hold."""
    office.engage({"team": OK})
    files = [*Path(office.request.scratch).iterdir()]
    assert files
    assert not any(path.stat().st_mode & 0o077 for path in files)
