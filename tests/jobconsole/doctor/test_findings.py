from __future__ import annotations

import itertools

import pytest

from jobconsole.doctor.findings import (
    Code,
    Context,
    Diagnosis,
    Finding,
    Level,
    Subject,
    in_order,
    named,
)


def finding(level: Level, subject: Subject, message: str = "") -> Finding:
    return Finding(level, subject, Code.DRIVER_OK, message)


IN_ORDER = (
    finding(Level.WARNING, Subject.DRIVER),
    finding(Level.OK, Subject.DRIVER, "b"),
    finding(Level.ERROR, Subject.PROGRAMS),
    finding(Level.NOTE, Subject.MACHINE),
)


def test_findings_are_told_by_subject_and_the_worst_first() -> None:
    for mixed in itertools.permutations(IN_ORDER):
        assert in_order(list(mixed)) == IN_ORDER


def test_what_is_as_bad_stays_as_it_was_found() -> None:
    found = [finding(Level.NOTE, Subject.LOGINS, text) for text in ("b", "a", "c")]
    assert in_order(found) == tuple(found)


def test_levels_are_counted() -> None:
    diagnosis = Diagnosis(Context.SHELL, (*IN_ORDER, *IN_ORDER))
    assert [diagnosis.count(level) for level in Level] == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ((), ""),
        (("a",), "a"),
        (("a", "b", "c"), "a, b, c"),
        (("a", "b", "c", "d", "e"), "a, b, c and 2 more"),
    ],
)
def test_many_names_are_cut_short(names: tuple[str, ...], text: str) -> None:
    assert named(names) == text
