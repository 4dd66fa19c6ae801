from __future__ import annotations

import signal

import pytest

from runner.engine.judge import Facts, Stop, StopReason, has_nothing_to_report, judge
from runner.model.errors import Code
from runner.model.job import Leftovers
from runner.model.receipt import ErrorEnvelope
from runner.model.run import RunStatus
from runner.process.waiting import Exit

FINE = Facts(
    exit=Exit(0, None),
    stopped=None,
    payload=None,
    answer_error=None,
    escaped=0,
    leftovers=Leftovers.KILL,
)
BUDGET = ErrorEnvelope(Code.AGENT_BUDGET_EXCEEDED, "too dear")
TIMEOUT = Stop(StopReason.TIMEOUT, "stopped after its timeout of 90 s")
KILLED = Exit(None, signal.SIGKILL)


def test_an_exit_code_of_zero_is_success() -> None:
    assert judge(FINE) == (RunStatus.SUCCEEDED, None)
    assert judge(FINE._replace(payload={"success": True})) == (
        RunStatus.SUCCEEDED,
        None,
    )
    assert judge(FINE._replace(payload=["anything"])) == (RunStatus.SUCCEEDED, None)


@pytest.mark.parametrize(
    ("facts", "status", "code", "message"),
    [
        (
            FINE._replace(exit=Exit(7, None)),
            "failed",
            "job_execution_failed",
            "exit code 7",
        ),
        (
            FINE._replace(exit=Exit(1, None), payload={"message": "no disk"}),
            "failed",
            "job_execution_failed",
            "no disk",
        ),
        (
            FINE._replace(exit=KILLED),
            "failed",
            "job_execution_failed",
            "ended by SIGKILL",
        ),
        (
            FINE._replace(exit=Exit(None, 250)),
            "failed",
            "job_execution_failed",
            "ended by signal 250",
        ),
        (
            FINE._replace(payload={"success": False}),
            "failed",
            "job_execution_failed",
            "its result says that it did not succeed",
        ),
        (
            FINE._replace(payload={"success": False, "message": "no mail"}),
            "failed",
            "job_execution_failed",
            "no mail",
        ),
        (
            FINE._replace(answer_error=BUDGET),
            "failed",
            "agent_budget_exceeded",
            "too dear",
        ),
        (
            FINE._replace(escaped=2, leftovers=Leftovers.FAIL),
            "failed",
            "job_execution_failed",
            "2 of its processes outlived it",
        ),
        (
            FINE._replace(exit=KILLED, stopped=TIMEOUT),
            "timed_out",
            "job_timeout",
            "stopped after its timeout of 90 s",
        ),
        (
            FINE._replace(exit=Exit(0, None), stopped=TIMEOUT),
            "timed_out",
            "job_timeout",
            "stopped after its timeout of 90 s",
        ),
        (
            FINE._replace(
                exit=KILLED, stopped=Stop(StopReason.CANCEL, "cancelled by eve")
            ),
            "cancelled",
            "job_cancelled",
            "cancelled by eve",
        ),
        (
            FINE._replace(stopped=Stop(StopReason.SILENCE, "told nothing for 9 s")),
            "timed_out",
            "job_timeout",
            "told nothing for 9 s",
        ),
        (
            FINE._replace(stopped=Stop(StopReason.BUDGET, "3 of 2 turns")),
            "failed",
            "agent_budget_exceeded",
            "3 of 2 turns",
        ),
        (
            FINE._replace(missing="no evidence"),
            "failed",
            "job_no_evidence",
            "no evidence",
        ),
        (
            FINE._replace(missing="no evidence", exit=Exit(2, None)),
            "failed",
            "job_execution_failed",
            "exit code 2",
        ),
        (
            FINE._replace(exit=Exit(None, None)),
            "lost",
            "job_lost",
            "its exit status was lost, so nobody knows how it ended",
        ),
    ],
)
def test_everything_else_is_not(
    facts: Facts, status: str, code: str, message: str
) -> None:
    assert judge(facts) == (RunStatus(status), ErrorEnvelope(code, message))


@pytest.mark.parametrize("leftovers", [Leftovers.KILL, Leftovers.KEEP])
def test_leftovers_count_only_where_the_job_says_so(leftovers: Leftovers) -> None:
    facts = FINE._replace(escaped=2, leftovers=leftovers)
    assert judge(facts) == (RunStatus.SUCCEEDED, None)


@pytest.mark.parametrize(
    ("payload", "answer", "nothing"),
    [
        (None, "ok, nothing to report", True),
        (None, "  **OK, nothing to report.**\n", True),
        (None, "OK - nothing to report", True),
        (None, "ok, nothing to report, but the disk is full", False),
        (None, "nothing to report", False),
        ({"nothing_to_report": True}, "", True),
        ({"nothing_to_report": "yes"}, "", False),
    ],
)
def test_what_counts_as_nothing_to_report(
    payload: object, answer: str, *, nothing: bool
) -> None:
    assert has_nothing_to_report(payload, answer) is nothing
