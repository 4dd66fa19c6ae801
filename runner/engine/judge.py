"""From how an attempt ended to how the run ended. Pure."""

from __future__ import annotations

import re
import signal
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from runner.model.errors import Code
from runner.model.job import Leftovers
from runner.model.receipt import ErrorEnvelope
from runner.model.run import RunStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.model.errors import Json
    from runner.process.waiting import Exit


_NOTHING = re.compile(r"[\W_]*ok[\W_]+nothing to report[\W_]*", re.IGNORECASE)


class StopReason(StrEnum):
    """Why we ended a child that would have gone on."""

    TIMEOUT = "timeout"
    CANCEL = "cancel"
    SILENCE = "silence"
    BUDGET = "budget"


class Stop(NamedTuple):
    """That a child is to end. `why` completes its message; `now`: without a grace."""

    reason: StopReason
    why: str
    now: bool = False
    data: Mapping[str, Json] = MappingProxyType({})


class Facts(NamedTuple):
    """All that counts.

    `payload` is the job's own result, `answer_error` an agent's verdict, `escaped`
    how many processes outlived the child, `missing` the evidence that is not there.
    """

    exit: Exit
    stopped: Stop | None
    payload: object
    answer_error: ErrorEnvelope | None
    escaped: int
    leftovers: Leftovers
    missing: str = ""


Judgement = tuple[RunStatus, ErrorEnvelope | None]


_STOPPED: dict[StopReason, tuple[RunStatus, Code]] = {
    StopReason.TIMEOUT: (RunStatus.TIMED_OUT, Code.JOB_TIMEOUT),
    StopReason.SILENCE: (RunStatus.TIMED_OUT, Code.JOB_TIMEOUT),
    StopReason.CANCEL: (RunStatus.CANCELLED, Code.JOB_CANCELLED),
    StopReason.BUDGET: (RunStatus.FAILED, Code.AGENT_BUDGET_EXCEEDED),
}


def judge(facts: Facts) -> Judgement:
    """The one place that says what counts as success."""
    if facts.stopped is not None:
        return judge_stop(facts.stopped)
    if facts.exit.code is None and facts.exit.signal is None:
        text = "its exit status was lost, so nobody knows how it ended"
        return RunStatus.LOST, ErrorEnvelope(Code.JOB_LOST, text)
    return _by_itself(facts)


def judge_stop(stop: Stop) -> Judgement:
    """The judgement on what we ended ourselves, or never began."""
    status, code = _STOPPED[stop.reason]
    return status, ErrorEnvelope(code, stop.why, data=dict(stop.data))


def _by_itself(facts: Facts) -> Judgement:
    """The judgement on a child that nobody stopped."""
    if facts.answer_error is not None and facts.exit.signal is None:
        return RunStatus.FAILED, facts.answer_error
    if complaint := _complaint(facts):
        error = ErrorEnvelope(Code.JOB_EXECUTION_FAILED, complaint)
        return RunStatus.FAILED, error
    if facts.missing:
        error = ErrorEnvelope(Code.JOB_NO_EVIDENCE, facts.missing)
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


def has_nothing_to_report(payload: object, answer: str) -> bool:
    """By the job's own result, or as an agent's whole answer: `ok, nothing to report`."""
    if isinstance(payload, dict) and payload.get("nothing_to_report") is True:
        return True
    return _NOTHING.fullmatch(answer.strip()) is not None


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
