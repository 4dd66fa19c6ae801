"""What goes wrong with the real programs, and what the receipt says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from runner.model.errors import Code
from runner.model.run import RunStatus
from tests.helpers.agents import agent_job, agent_site, need
from tests.lab.script import Cut, Fail, Figures, Hang, Refuse, Say
from tests.lab.vocabulary import shell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runner.model.receipt import ErrorEnvelope, Receipt
    from tests.helpers.lab import Lab
    from tests.lab.script import AnyStep

PROMPT = "Write the proof."
FOR_EVER = 100
AGENTS = pytest.mark.parametrize("name", ["claude", "codex"])


@pytest.fixture
def run_once(lab: Lab, tmp_path: Path) -> Callable[..., Receipt]:
    """A run of this agent that meets these steps, with these keys in its job."""

    def run(name: str, *steps: AnyStep, **keys: object) -> Receipt:
        need(name)
        lab.script(*steps)
        job = agent_job(lab, name, prompt=PROMPT, **keys)
        with agent_site(lab, tmp_path / "project", {"jobs": {"job": job}}) as site:
            receipt = site.run("job").receipt
            assert site.survivors() == []
            return receipt

    return run


def error_of(receipt: Receipt, status: RunStatus = RunStatus.FAILED) -> ErrorEnvelope:
    assert receipt.status is status
    assert receipt.error is not None
    return receipt.error


@AGENTS
def test_a_refusal(run_once: Callable[..., Receipt], name: str) -> None:
    error = error_of(run_once(name, Refuse(times=None)))
    assert error.code == Code.AGENT_NO_ANSWER


@AGENTS
def test_an_answer_without_words(run_once: Callable[..., Receipt], name: str) -> None:
    error = error_of(run_once(name, Say("", times=None)))
    assert error.code == Code.AGENT_NO_ANSWER


@AGENTS
def test_a_key_that_is_refused(run_once: Callable[..., Receipt], name: str) -> None:
    error = error_of(run_once(name, Fail(401, "no such key", times=None)))
    assert error.code == Code.JOB_EXECUTION_FAILED
    assert "401" in error.message


@AGENTS
def test_a_server_that_is_broken(run_once: Callable[..., Receipt], name: str) -> None:
    error = error_of(run_once(name, Fail(500, times=None)))
    assert error.code == Code.JOB_EXECUTION_FAILED


def test_codex_and_a_stream_that_breaks_off(run_once: Callable[..., Receipt]) -> None:
    error = error_of(run_once("codex", Cut(times=None)))
    assert error.code == Code.JOB_EXECUTION_FAILED


def test_claude_asks_once_more_after_a_cut(run_once: Callable[..., Receipt]) -> None:
    receipt = run_once("claude", Cut(), Say("It is done."))
    assert receipt.status is RunStatus.SUCCEEDED, receipt.error


@AGENTS
def test_a_model_that_hangs(run_once: Callable[..., Receipt], name: str) -> None:
    receipt = run_once(name, Hang(times=None), timeout=2)
    error = error_of(receipt, RunStatus.TIMED_OUT)
    assert error.code == Code.JOB_TIMEOUT


@AGENTS
def test_a_loop_of_tools(run_once: Callable[..., Receipt], name: str) -> None:
    call = msgspec.structs.replace(shell(name, "true"), times=None)
    receipt = run_once(name, call, budget={"turns": 3})
    assert error_of(receipt).code == Code.AGENT_BUDGET_EXCEEDED
    assert receipt.usage is not None
    assert receipt.usage.turns is not None
    assert 3 <= receipt.usage.turns < FOR_EVER


@AGENTS
def test_too_many_tokens(run_once: Callable[..., Receipt], name: str) -> None:
    dear = Say("It is done.", usage=Figures(input=9_000, cached=0, output=1_000))
    receipt = run_once(name, dear, budget={"tokens": 5_000})
    error = error_of(receipt)
    assert error.code == Code.AGENT_BUDGET_EXCEEDED
    assert receipt.usage is not None
    assert receipt.usage.tokens == 10_000
