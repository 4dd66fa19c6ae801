"""Projects whose agents are the real programs, talking to a scripted model server."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from runner import api
from runner.engine.admit import WORKER_MODULE
from runner.model.views import HistoryQuery
from runner.process.environment import current
from tests.helpers.lab import ROOT
from tests.helpers.processes import JOBCONSOLE
from tests.helpers.project import ended, write_project
from tests.helpers.site import end_everything, receipt_of
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.engine.project import Project
    from runner.model.errors import Json
    from runner.model.receipt import Receipt
    from runner.model.views import RunView
    from runner.store.folders import RunFolder
    from tests.helpers.lab import Lab

PLACE_VARIABLE = "JOBCONSOLE_AGENTS"
"""Names the folder that `make agents` filled, if it is not the usual one."""

MCP_SERVER = ROOT / "tests" / "lab" / "mcp_server.py"
KEY = "test-key"
COMMAND_SECONDS = 30

_CODEX_PROVIDER = (
    'model_providers.lab={{name="lab",base_url="{url}/v1",wire_api="responses",'
    'env_key="LAB_KEY",request_max_retries=0,stream_max_retries=0}}'
)
_GEMINI_SETTINGS = '{"security": {"auth": {"selectedType": "gemini-api-key"}}}'


class Program(NamedTuple):
    """An agent's program at the version that tests know. It may not be installed."""

    name: str
    package: str
    version: str

    @property
    def folder(self) -> Path:
        """Where its executable is, or would be."""
        usual = (
            Path(pwd.getpwuid(os.getuid()).pw_dir) / ".cache/jobconsole-tests/agents"
        )
        place = Path(current().get(PLACE_VARIABLE) or usual)
        return place / f"{self.name}-{self.version}" / "node_modules" / ".bin"

    @property
    def is_there(self) -> bool:
        return (self.folder / self.name).exists()


class Outcome(NamedTuple):
    """All that is known of a run that has ended."""

    run: RunView
    receipt: Receipt
    events: list[Mapping[str, Json]]
    folder: RunFolder

    def told(self, event: str) -> list[Mapping[str, Json]]:
        """The events of this name."""
        return [it for it in self.events if it["event"] == event]


class AgentSite:
    """A project that only ever acts inside the lab's namespace.

    `project` is for asking: what it started would be outside.
    """

    def __init__(self, lab: Lab, project: Project) -> None:
        self.lab = lab
        self.project = project
        self.root = project.config.parent

    def jobconsole(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The command line, as its operator has it."""
        return subprocess.run(
            self.lab.inside([*JOBCONSOLE, *words]),
            cwd=self.root,
            env=dict(self.project.start),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )

    def run(self, job_id: str, *words: str) -> Outcome:
        """Run a job to its end, by hand."""
        said = self.jobconsole("run", job_id, *words)
        return self.outcome(job_id, said.stderr)

    def begin(self, job_id: str, *words: str) -> str:
        """Start a run and let it go on; its id."""
        said = self.jobconsole("run", "--detach", job_id, *words)
        return self._newest(job_id, said.stderr).run_id

    def tick(self) -> None:
        """One pass, and the ends of all runs that it starts."""
        said = self.jobconsole("--tick", "--wait")
        assert said.returncode == 0, said.stderr

    def outcome(self, job_id: str, said: str = "") -> Outcome:
        """What came of the newest run of a job, once it has ended."""
        run_id = self._newest(job_id, said).run_id
        view = ended(self.project, run_id)
        events = [it for it in api.events(self.project, run_id) if it is not None]
        folder = api.run_detail(self.project, run_id).folder
        return Outcome(view, receipt_of(self.project, run_id), events, folder)

    def until(self, run_id: str, event: str, **details: Json) -> Mapping[str, Json]:
        """Wait for an event of a run that tells at least these details."""

        def look() -> Mapping[str, Json] | None:
            for it in api.events(self.project, run_id):
                told = {**it} if it is not None else {}
                if told | {"event": event, **details} == told:
                    return told
            return None

        return wait_until(look, f"{event} of {run_id}")

    def survivors(self) -> list[str]:
        """What still runs in the namespace beside our own workers."""
        inside = self.lab.inhabitants().values()
        return [it for it in inside if WORKER_MODULE not in it]

    def _newest(self, job_id: str, said: str) -> RunView:
        runs = api.history(self.project, HistoryQuery(job_id=job_id)).runs
        assert runs, said
        return runs[0]


def programs() -> dict[str, Program]:
    """Every program that tests may drive, by name."""
    text = (ROOT / "tests" / "lab" / "agents.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {line.split()[0]: Program(*line.split()) for line in lines}


def need(*names: str) -> None:
    """Skip where one of these programs is not installed."""
    for name in names:
        program = programs()[name]
        if not program.is_there:
            pytest.skip(
                f"{program.name} {program.version} is not in {program.folder}:"
                " get it with `make agents`"
            )


@contextlib.contextmanager
def agent_site(
    lab: Lab,
    root: Path,
    config: Mapping[str, object],
    files: Mapping[str, str] | None = None,
) -> Iterator[AgentSite]:
    """A project in `root`, its operator's home beside it; nothing is left of it."""
    home = root.with_name(f"{root.name}.home")
    make_home(home)
    path = write_project(root, json.dumps(config), files)
    start = environment(home)
    with api.open_project(path, root / ".jobconsole", start) as project:
        api.refresh(project)
        try:
            yield AgentSite(lab, project)
        finally:
            end_everything(project)


def agent_job(lab: Lab, name: str, **keys: object) -> dict[str, object]:
    """A job of an agent that asks the lab's server, and what else it says."""
    access = _access(lab, name)
    env, args = keys.pop("env", {}), keys.pop("args", [])
    assert isinstance(env, dict)
    assert isinstance(args, list)
    ours = {"env": {**access.env, **env}, "args": [*access.args, *args]}
    return {"agent": name, **ours, **keys}


def mcp_server(mode: str = "ok", *words: str) -> dict[str, object]:
    """An entry of `mcp:`, our server behaving as told."""
    return {"command": [sys.executable, str(MCP_SERVER), mode, *words]}


def environment(home: Path) -> dict[str, str]:
    """An operator's, with every program that is installed on the PATH."""
    installed = [str(it.folder) for it in programs().values() if it.is_there]
    path = os.pathsep.join([*installed, current()["PATH"]])
    return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "SHELL": "/bin/sh"}


def make_home(home: Path) -> None:
    """A home of nobody's."""
    settings = home / ".gemini" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(_GEMINI_SETTINGS, "utf-8")


class _Access(NamedTuple):
    """How an agent is told of the server, and to try again once at the most."""

    env: dict[str, str]
    args: tuple[str, ...] = ()


def _access(lab: Lab, name: str) -> _Access:
    if name == "claude":
        env = {"ANTHROPIC_BASE_URL": lab.url, "ANTHROPIC_API_KEY": KEY}
        return _Access({**env, "CLAUDE_CODE_MAX_RETRIES": "1"})
    if name == "codex":
        provider = _CODEX_PROVIDER.format(url=lab.url)
        return _Access({"LAB_KEY": KEY}, ("-c", "model_provider=lab", "-c", provider))
    return _Access({"GOOGLE_GEMINI_BASE_URL": lab.url, "GEMINI_API_KEY": KEY})
