"""From how an attempt ended to how the run ended. Pure."""

from __future__ import annotations

import signal
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from runner.model.errors import Code
from runner.model.job import Leftovers
from runner.model.receipt import ErrorEnvelope
from runner.model.run import RunStatus

if TYPE_CHECKING:
    from runner.process.waiting import Exit


class StopReason(StrEnum):
    """Why we ended a child that would have gone on."""

    TIMEOUT = "timeout"
    CANCEL = "cancel"


class Facts(NamedTuple):
    """All that counts.

    `payload` is the job's own result, `answer_error` an agent's verdict, `escaped`
    how many processes outlived the child.
    """

    exit: Exit
    stopped: StopReason | None
    stopped_by: str
    timeout_ms: int
    payload: object
    answer_error: ErrorEnvelope | None
    escaped: int
    leftovers: Leftovers


Judgement = tuple[RunStatus, ErrorEnvelope | None]


def judge(facts: Facts) -> Judgement:
    """The one place that says what counts as success."""
    if facts.stopped is StopReason.TIMEOUT:
        text = f"stopped after its timeout of {facts.timeout_ms / 1000:g} s"
        return RunStatus.TIMED_OUT, ErrorEnvelope(Code.JOB_TIMEOUT, text)
    if facts.stopped is StopReason.CANCEL:
        text = f"cancelled by {facts.stopped_by}"
        return RunStatus.CANCELLED, ErrorEnvelope(Code.JOB_CANCELLED, text)
    if facts.exit.code is None and facts.exit.signal is None:
        text = "its exit status was lost, so nobody knows how it ended"
        return RunStatus.LOST, ErrorEnvelope(Code.JOB_LOST, text)
    return _by_itself(facts)


def _by_itself(facts: Facts) -> Judgement:
    """The judgement on a child that nobody stopped."""
    if facts.answer_error is not None and facts.exit.signal is None:
        return RunStatus.FAILED, facts.answer_error
    if complaint := _complaint(facts):
        error = ErrorEnvelope(Code.JOB_EXECUTION_FAILED, complaint)
        return RunStatus.FAILED, error
    return RunStatus.SUCCEEDED, None


def _complaint(facts: Facts) -> str:
    """What is wrong with how it ended; empty if nothing is."""
    said = said_by(facts.payload)
    if facts.exit.signal is not None:
        return f"ended by {_signal_name(facts.exit.signal)}"
    if facts.exit.code != 0:
        return said or f"exit code {facts.exit.code}"
    if isinstance(facts.payload, dict) and facts.payload.get("success") is False:
        return said or "its result says that it did not succeed"
    if facts.escaped and facts.leftovers is Leftovers.FAIL:
        return f"{facts.escaped} of its processes outlived it"
    return ""


def said_by(payload: object) -> str:
    """The message in a job's own result."""
    if isinstance(payload, dict) and payload.get("message"):
        return str(payload["message"])
    return ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
