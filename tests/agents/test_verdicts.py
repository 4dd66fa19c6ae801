"""What each real program makes of a failure, and the code that the receipt gives it.

Gemini tries again and again, for far more than ten seconds, at errors of the server, at
no answer and at a stream that breaks off: those are told from recorded streams.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pytest

from runner import api
from runner.model.errors import Code
from runner.model.instants import utc_text
from runner.model.run import RunStatus
from runner.model.views import JobState
from runner.process.clock import SystemClock
from tests.helpers.agent_runs import Meeting, error_of, meet, prompt_of
from tests.helpers.agents import agent_job, agent_site, mcp_server, need
from tests.lab.script import Cut, Fail, Hang, Refuse, Say
from tests.lab.vocabulary import shell, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.agents import Outcome
    from tests.helpers.lab import Lab
    from tests.lab.script import AnyStep, Call

NOBODY_LISTENS = "http://127.0.0.1:9"
HOUR_MS = 3_600_000

FAILED, NO_ANSWER = Code.JOB_EXECUTION_FAILED, Code.AGENT_NO_ANSWER
DENIED, OVER = Code.JOB_POLICY_DENIED, Code.AGENT_BUDGET_EXCEEDED


class Verdict(NamedTuple):
    """A receipt's code, and how the program itself had ended."""

    code: Code | None
    exit_code: int | None


VERDICTS = {
    "claude": {
        "refuses": Verdict(NO_ANSWER, 1),
        "says nothing": Verdict(NO_ANSWER, 0),
        "401": Verdict(FAILED, 1),
        "429": Verdict(FAILED, 1),
        "500": Verdict(FAILED, 1),
        "529": Verdict(FAILED, 1),
        "cut": Verdict(FAILED, 1),
        "cut once": Verdict(None, 0),
        "down": Verdict(FAILED, 1),
        "unknown flag": Verdict(FAILED, 1),
        "denied": Verdict(DENIED, 0),
        "not offered": Verdict(DENIED, 0),
        "denied, and says so": Verdict(None, 0),
        "turns": Verdict(OVER, 1),
        "silent": Verdict(Code.JOB_TIMEOUT, 0),
    },
    "codex": {
        "refuses": Verdict(NO_ANSWER, 0),
        "says nothing": Verdict(NO_ANSWER, 0),
        "401": Verdict(FAILED, 1),
        "429": Verdict(FAILED, 1),
        "500": Verdict(FAILED, 1),
        "529": Verdict(FAILED, 1),
        "cut": Verdict(FAILED, 1),
        "cut once": Verdict(FAILED, 1),
        "down": Verdict(FAILED, 1),
        "unknown flag": Verdict(FAILED, 2),
        # Neither its stream nor its diary tells what the sandbox stopped.
        "denied": Verdict(NO_ANSWER, 0),
        "not offered": Verdict(NO_ANSWER, 0),
        "denied, and says so": Verdict(None, 0),
        "turns": Verdict(OVER, 1),
        "silent": Verdict(Code.JOB_TIMEOUT, 1),
    },
    "gemini": {
        "turns": Verdict(OVER, 53),
    },
}

MESSAGES = {
    "401": "no such key",
    "down": "Connection",
    "denied": "Write",
    "unknown flag": "exit code",
    "turns": "turns",
    "silent": "told nothing for 3 s",
}
"""What the receipt says of it, where it can say anything."""


def always(*steps: AnyStep) -> tuple[AnyStep, ...]:
    """The last of them for ever."""
    return (*steps[:-1], msgspec.structs.replace(steps[-1], times=None))


def nobody_listens(name: str) -> dict[str, object]:
    """Keys of a job that looks for its model where there is none."""
    if name == "codex":
        provider = f'model_providers.lab.base_url="{NOBODY_LISTENS}/v1"'
        return {"args": ["-c", provider]}
    return {"env": {"ANTHROPIC_BASE_URL": NOBODY_LISTENS}}


def meetings(name: str, outside: Path) -> dict[str, Meeting]:
    """Every failure that there is, by its name in `VERDICTS`."""
    forbidden: Call = write(name, outside, "no")
    withheld: Call = shell(name, "echo no > no.txt")
    viewer, member = {"role": "viewer"}, {"role": "member"}
    # With a server gemini is told of its limit, and keeps it by itself.
    turns = {"budget": {"turns": 2}, "mcp": {"lab": mcp_server()}}
    return {
        "refuses": Meeting(always(Refuse())),
        "says nothing": Meeting(always(Say(""))),
        "401": Meeting(always(Fail(401, "no such key"))),
        "429": Meeting(always(Fail(429, "too much"))),
        "500": Meeting(always(Fail(500))),
        "529": Meeting(always(Fail(529))),
        "cut": Meeting(always(Cut())),
        "cut once": Meeting((Cut(), Say("It is done."))),
        "down": Meeting((), nobody_listens(name)),
        "unknown flag": Meeting((), {"args": ["--no-such-flag"]}),
        "denied": Meeting(always(forbidden, Say("")), member),
        "not offered": Meeting(always(withheld, Say("")), viewer),
        "denied, and says so": Meeting((forbidden, Say("I may not.")), member),
        "turns": Meeting(always(shell(name, "true")), turns),
        "silent": Meeting(always(Hang()), {"silence": "3s"}),
    }


def verdict_of(outcome: Outcome) -> Verdict:
    receipt = outcome.receipt
    return Verdict(
        Code(receipt.error.code) if receipt.error else None, receipt.exit_code
    )


@pytest.mark.parametrize("name", VERDICTS)
def test_a_verdict(lab: Lab, tmp_path: Path, name: str) -> None:
    expected = VERDICTS[name]
    outside = tmp_path / "outside.txt"
    every = meetings(name, outside)
    ids = {f"case-{number}": case for number, case in enumerate(expected)}
    chosen = {job_id: every[case] for job_id, case in ids.items()}
    came_of_it = meet(lab, tmp_path / "project", name, chosen)
    outcomes = {case: came_of_it[job_id] for job_id, case in ids.items()}
    assert {case: verdict_of(it) for case, it in outcomes.items()} == expected
    assert not outside.exists()
    assert not (tmp_path / "project" / "no.txt").exists()
    for case, outcome in outcomes.items():
        assert_told(outcome, MESSAGES.get(case, ""))


def assert_told(outcome: Outcome, words: str) -> None:
    """Whoever looks at a run that failed is told why."""
    receipt = outcome.receipt
    if receipt.error is None:
        assert receipt.status is RunStatus.SUCCEEDED
        return
    late = receipt.error.code == Code.JOB_TIMEOUT
    assert receipt.status is (RunStatus.TIMED_OUT if late else RunStatus.FAILED)
    if receipt.error.code != NO_ANSWER:
        assert words in receipt.error.message, receipt.error
    summary = outcome.folder.summary.read_text("utf-8")
    assert receipt.error.code in summary
    assert outcome.run.error_message == receipt.error.message


def test_a_provider_that_serves_nobody_for_an_hour(lab: Lab, tmp_path: Path) -> None:
    """Only a subscriber has such a limit. The job is held until the provider is back."""
    need("claude")
    resets_at = (SystemClock().wall_ms() + HOUR_MS) // 1000
    headers = {
        "anthropic-ratelimit-unified-status": "rejected",
        "anthropic-ratelimit-unified-reset": str(resets_at),
        "anthropic-ratelimit-unified-representative-claim": "five_hour",
    }
    lab.script(*always(Fail(429, "the limit is reached", headers)))
    env = {"CLAUDE_CODE_OAUTH_TOKEN": "test-token", "ANTHROPIC_API_KEY": ""}
    job = agent_job(lab, "claude", prompt=prompt_of("job"), env=env)
    with agent_site(lab, tmp_path / "project", {"jobs": {"job": job}}) as site:
        error = error_of(site.run("job").receipt)
        assert error.code == Code.AGENT_UNAVAILABLE
        assert error.data["resets_at"] == utc_text(resets_at)
        view = api.job_detail(site.project, "job").view
        assert view.state is JobState.HELD
        assert view.standing is not None
        assert view.standing.until == resets_at
