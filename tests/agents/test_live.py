"""What is known of an agent while it works: by its events, and by who looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from runner import api
from runner.engine.activity import Observer
from runner.model.instants import parse_ms
from runner.model.run import RunStatus
from tests.helpers.agent_runs import prompt_of
from tests.helpers.agents import agent_job, agent_site, need
from tests.helpers.wait import wait_until
from tests.lab.script import Say
from tests.lab.vocabulary import shell

if TYPE_CHECKING:
    from pathlib import Path

    from runner.model.activity import AgentState
    from tests.helpers.agents import AgentSite
    from tests.helpers.lab import Lab

WITHIN_MS = 1_000
WAITS = "date +%s%3N > begun; until [ -e gate ]; do sleep 0.02; done"


class Live(NamedTuple):
    """The name of the shell, and what is known of the tokens while it works."""

    tool: str
    model: str
    tokens: int


LIVE = {
    # Claude tells of what it wrote at the end only, Codex in its diary at once.
    "claude": Live("Bash", "claude-sonnet-5-5", 1_000),
    "codex": Live("command_execution", "gpt-6.1-sol", 1_050),
}


@pytest.mark.parametrize("name", LIVE)
def test_a_tool_at_work(lab: Lab, tmp_path: Path, name: str) -> None:
    need(name)
    hold = tmp_path / "hold"
    about = prompt_of("job")
    last = Say("It is done.", after=str(hold))
    lab.script(shell(name, WAITS), last, about=about)
    job = agent_job(lab, name, prompt=about)
    with agent_site(lab, tmp_path / "project", {"jobs": {"job": job}}) as site:
        run_id = site.begin("job")
        assert_known(site, run_id, LIVE[name])
        (site.root / "gate").touch()
        site.until(run_id, "agent_tool", tool=None, ok=True)
        assert seen(site, run_id).tool is None
        assert api.resolve_run(site.project, run_id).status is RunStatus.RUNNING
        hold.touch()
        receipt = site.outcome("job").receipt
        assert receipt.status is RunStatus.SUCCEEDED, receipt.error


def assert_known(site: AgentSite, run_id: str, live: Live) -> None:
    """A second after the tool has begun everybody knows."""
    told = site.until(run_id, "agent_tool", tool=live.tool)
    turn = site.until(run_id, "agent_turn", turn=1)
    session = site.until(run_id, "agent_session", model=live.model)["session"]
    begun = site.root / "begun"
    wait_until(lambda: begun.exists() and begun.read_text("ascii"), "the tool")
    begun_ms = int(begun.read_text("ascii"))
    for event in (told, turn):
        assert parse_ms(str(event["at"])) - begun_ms < WITHIN_MS
    tokens = wait_until(lambda: seen(site, run_id).tokens, "what is used")
    assert live.tokens <= tokens <= 1_050
    state = seen(site, run_id)
    assert (state.tool, state.turn) == (live.tool, 1)
    assert (state.session, state.model) == (session, live.model)


def seen(site: AgentSite, run_id: str) -> AgentState:
    return api.activity(site.project, Observer(), run_id).agent
