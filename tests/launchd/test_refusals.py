"""Every code of launchctl has a message that says what to do."""

from __future__ import annotations

import re

import pytest

from launchd.refusals import FOR_NOW, GOING, NO_SESSION, REFUSALS, Subject, refusal
from runner.model.errors import DriverRefusedError, DriverUnavailableError
from runner.process.brief import Brief

SUBJECT = Subject("gui/501", "jobconsole.a-1", "/Users/anna/{odd}/a.plist")
REPORTED = {3, 5, 36, 37, 64, 78, 113, 119, 125, 134}


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_it_says_what_was_done_what_was_said_and_what_to_do(code: int) -> None:
    answer = Brief(code, "\n Bootstrap failed: x\nTry as root.\n", timed_out=False)
    error = refusal(answer, "bootstrap", SUBJECT)
    what = REFUSALS[code].what
    assert error.message == (
        f"launchctl bootstrap of jobconsole.a-1 answered {code}: {what}"
        " (Bootstrap failed: x)"
    )
    assert error.hint
    blanks = re.findall(r"{(\w+)}", REFUSALS[code].hint)
    for blank in blanks:
        assert getattr(SUBJECT, blank) in error.hint


def test_every_reported_code_is_there() -> None:
    assert REPORTED | FOR_NOW | NO_SESSION | (GOING - {0}) <= REFUSALS.keys()


def test_a_session_that_is_not_there_is_another_error_than_a_refusal() -> None:
    kinds = {
        code: type(refusal(Brief(code, "", timed_out=False), "bootstrap", SUBJECT))
        for code in REFUSALS
    }
    unavailable = {
        code for code, kind in kinds.items() if kind is not DriverRefusedError
    }
    assert unavailable == {112, 124, 125, 127, 134}
    assert kinds[125] is DriverUnavailableError


def test_a_code_that_nobody_reported_is_told() -> None:
    error = refusal(Brief(141, "", timed_out=False), "bootout", SUBJECT)
    assert error.message == (
        "launchctl bootout of jobconsole.a-1 answered 141: it refused"
    )
    assert "launchctl error 141" in error.hint


def test_one_that_does_not_answer_is_told() -> None:
    error = refusal(Brief(None, "", timed_out=True), "bootstrap", SUBJECT)
    assert error.message.endswith("of jobconsole.a-1: it did not answer")
