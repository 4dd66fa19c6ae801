"""Secrets that are ordinary words garble at most the text that they are in."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jobconsole.doctor.facts import Facts, PlaceKind
from jobconsole.doctor.findings import Code, Context, Diagnosis, Finding, Level, Subject
from jobconsole.doctor.secrets import hidden
from tests.jobconsole.doctor.sights import FACTS


def diagnosis(facts: Facts, message: str) -> Diagnosis:
    data = {"kind": PlaceKind.PROJECT, "folders": [message]}
    finding = Finding(
        Level.OK, Subject.FILES, Code.FILES_OK, message, message, data=data
    )
    return Diagnosis(Context.SHELL, (finding,), here=facts, there=None)


@pytest.mark.parametrize(
    "word", ["project", "unasked", "process", "variables", "folders"]
)
def test_the_words_of_the_format_are_no_secret(word: str) -> None:
    failing = replace(FACTS, failed={"programs": f"{word}!"})

    assert hidden(diagnosis(failing, f"by {word}"), [word]) == diagnosis(
        replace(FACTS, failed={"programs": "[hidden]!"}), "by [hidden]"
    )
