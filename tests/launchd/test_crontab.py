from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchd.cronline import line_of
from launchd.crontab import (
    ForeignTick,
    block_of,
    find,
    foreign_ticks,
    labels,
    put,
    take,
)
from tests.helpers.services import (
    CONFIG,
    LABEL,
    OTHER_LABEL,
    PROBE_LABEL,
    service,
)

SERVICE = service()
BLOCK = block_of(SERVICE)
BEGIN, CALL, END = BLOCK.encode().splitlines(keepends=True)
OTHER = block_of(service(label=OTHER_LABEL, every=3600)).encode()

USERS = (
    b"# Edit me\n"
    b"MAILTO=anna@example.org\r\n"
    b"SHELL=/usr/bin/fish\n"
    b"\n"
    b"\t0 5 * * 1  tar -zcf /var/backups/home.tgz /home/ % \xff\xfe\x00\n"
    b"@reboot caf\xc3\xa9 # >>> no marker <<<\n"
    b"# no end"
)

lines = st.one_of(
    st.sampled_from(USERS.splitlines(keepends=True)[:-1]),
    st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"") + b"\n"),
)
crontabs = st.builds(
    lambda most, last: b"".join(most) + last,
    st.lists(st.one_of(lines, st.just(OTHER))),
    st.binary(max_size=10).map(lambda line: line.replace(b"\n", b"")),
)
wrecks = st.lists(st.one_of(lines, st.sampled_from([BEGIN, CALL, END, OTHER])))
"""Crontabs in which somebody moved, doubled and lost lines of ours."""


@given(crontabs)
def test_everything_else_stays(crontab: bytes) -> None:
    with_block = put(crontab, LABEL, BLOCK)
    assert with_block == BLOCK.encode() + crontab
    assert take(with_block, LABEL) == crontab
    assert take(crontab, LABEL) == crontab
    other = block_of(service(every=60))
    assert put(with_block, LABEL, other) == other.encode() + crontab


@given(crontabs, crontabs)
def test_a_block_is_replaced_where_it_is(before: bytes, after: bytes) -> None:
    if before and not before.endswith(b"\n"):
        before += b"\n"
    new = block_of(service(every=60))
    old = before + BLOCK.encode() + after
    assert put(old, LABEL, BLOCK) == old
    assert put(old, LABEL, new) == before + new.encode() + after
    assert take(old, LABEL) == before + after


@given(wrecks)
def test_a_wreck_is_cleared_and_nobody_else_loses_a_line(wreck: list[bytes]) -> None:
    crontab = b"".join(wreck)
    cleared, repaired = take(crontab, LABEL), put(crontab, LABEL, BLOCK)
    assert find(cleared, LABEL) is None
    assert others(cleared) == others(repaired) == others(crontab)
    assert repaired.count(BEGIN) == repaired.count(END) == repaired.count(BEGIN + CALL)
    found = find(repaired, LABEL)
    assert found
    assert (found.definition, found.service) == (BLOCK, SERVICE)
    assert put(repaired, LABEL, BLOCK) == repaired


def others(crontab: bytes) -> list[bytes]:
    lines = io.BytesIO(crontab).readlines()
    return [line for line in lines if line not in {BEGIN, CALL, END}]


MINE = b"0 5 * * * mine\n"


PIECES = {"b": BEGIN, "c": CALL, "e": END, "m": MINE, "O": OTHER}


def built(pieces: str) -> bytes:
    return b"".join(PIECES[piece] for piece in pieces)


@pytest.mark.parametrize(
    ("damaged", "left"),
    [
        ("bcm", "m"),
        ("bmc", "m"),
        ("bm", "m"),
        ("mce", "m"),
        ("cme", "cm"),
        ("bbceme", "m"),
        ("bmcme", "mm"),
        ("bec", "c"),
        ("bcccm", "ccm"),
        ("bOce", "O"),
        ("bcembce", "m"),
        ("c", "c"),
    ],
)
def test_damage(damaged: str, left: str) -> None:
    """Only what has our shape, and touches a marker of its label, is ours."""
    assert take(built(damaged), LABEL) == built(left)
    assert take(put(built(damaged), LABEL, BLOCK), LABEL) == built(left)


@pytest.mark.parametrize(
    "edited",
    [
        BEGIN + b"# " + CALL + END,
        BEGIN + CALL.replace(b"*/5", b"*/7") + END,
        BLOCK.encode().replace(b"\n", b"\r\n"),
    ],
    ids=["commented out", "another interval", "other line ends"],
)
def test_an_edited_block_is_still_ours(edited: bytes) -> None:
    assert take(edited + MINE, LABEL) == MINE
    assert take(MINE + edited, LABEL) == MINE


def test_the_end_of_the_last_line_may_be_gone() -> None:
    assert take(MINE + BLOCK.encode().rstrip(), LABEL) == MINE


@pytest.mark.parametrize("before", [b" ", b"# a\r", b"x\f", b"\xc2\x85"])
def test_a_marker_has_a_line_of_its_own(before: bytes) -> None:
    assert take(before + BEGIN + MINE, LABEL) == before + BEGIN + MINE


def test_labels_that_begin_alike_are_apart() -> None:
    longer = block_of(service(label=f"{LABEL}0")).encode()
    both = longer + BLOCK.encode()
    assert take(both, LABEL) == longer
    assert labels(both) == [f"{LABEL}0", LABEL]


def test_what_there_is_of_a_label() -> None:
    probe = service(label=PROBE_LABEL)
    crontab = put(put(USERS, LABEL, BLOCK), PROBE_LABEL, block_of(probe))
    assert labels(crontab) == [PROBE_LABEL, LABEL]
    found = find(crontab, LABEL)
    assert found == (LABEL, BLOCK, SERVICE, True)
    assert find(crontab, OTHER_LABEL) is None


@pytest.mark.parametrize(
    ("crontab", "readable", "active"),
    [
        (BEGIN + b"#" + CALL + END, True, False),
        (BEGIN + END, False, False),
        (BEGIN + CALL, True, True),
        (BEGIN + CALL + MINE + CALL + END, False, True),
        (BEGIN + CALL.replace(b"\n", b" # mine\n") + END, False, True),
        (CALL + END, True, True),
    ],
)
def test_what_there_is_of_a_damaged_block(
    crontab: bytes, readable: bool, active: bool
) -> None:
    found = find(crontab, LABEL)
    assert found
    assert (found.service is not None, found.active) == (readable, active)
    assert found.definition != BLOCK


def test_a_title_stays_on_its_line() -> None:
    odd = service()._replace(title="a\nb\r >>> größe\x1b")
    crontab = put(b"", LABEL, block_of(odd))
    assert crontab.count(b"\n") == 3
    found = find(crontab, LABEL)
    assert found
    assert found.service
    assert found.service.title == "a b  >>> größe"
    assert take(crontab, LABEL) == b""


@pytest.mark.parametrize(
    ("line", "config"),
    [
        (f"*/5 * * * * /home/anna/bin/jobconsole --config {CONFIG} --tick", CONFIG),
        (f"* * * * * jobconsole --tick --config={CONFIG} >/dev/null", CONFIG),
        ("* * * * * jobconsole --config '/a b/100\\%.yml' --tick", "/a b/100%.yml"),
        ("@hourly cd /farm && .venv/bin/python -m jobconsole --tick", None),
        ("0 * * * * sh -c 'cd /farm; jobconsole --tick", None),
        (line_of(service()), CONFIG),
    ],
)
def test_ticks_by_another_hand(line: str, config: str | None) -> None:
    text = f"{line}\n".encode()
    assert foreign_ticks(BLOCK.encode() + text + OTHER) == [ForeignTick(line, config)]


@pytest.mark.parametrize(
    "line",
    [
        "# * * * * * jobconsole --tick",
        "* * * * * jobconsole --ticking",
        "* * * * * jobconsole list",
        "* * * * * metronome --tick",
        "JOB=jobconsole--tick",
    ],
)
def test_lines_that_call_no_tick(line: str) -> None:
    assert foreign_ticks(BLOCK.encode() + line.encode()) == []
