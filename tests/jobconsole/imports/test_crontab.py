from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobconsole.imports.crontab import Whose, read_crontab
from runner.model.job import Command
from runner.model.schedule import Cron
from runner.schedule import timetable
from tests.jobconsole.imports.settled import ZONE, loaded, proposed

if TYPE_CHECKING:
    from pathlib import Path

    from jobconsole.imports.proposal import Entry

YEAR = 365 * 86_400
START = 1_774_000_000  # in March 2026, before the clocks are put forward


def only(text: str, *, users: bool = False, user: str = "me") -> Entry:
    found = read_crontab(text, Whose("crontab", ZONE, user, users))
    assert found.left_out == ()
    (entry,) = found.entries
    return entry


def reason(text: str) -> str:
    found = read_crontab(text, Whose("crontab", ZONE, "me"))
    assert found.entries == ()
    (item,) = found.left_out
    return f"{item.source}: {item.reason}"


# -- commands ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("make", "cd && make"),
        ("make >> log 2>&1", "cd && make >> log 2>&1"),
        ("make &> log", "cd && make &> log"),
        ("a & b", "cd || exit; a & b"),
        ("a; b", "cd || exit; a; b"),
        ("a || b", "cd || exit; a || b"),
        ("a | b", "cd && a | b"),
        ("# nothing", "cd || exit; # nothing"),
        ("cd /srv && make", "cd /srv && make"),
        ("cd ~/x; make", "cd ~/x; make"),
        ('cd "$HOME/x" && make', 'cd "$HOME/x" && make'),
        ("cd x && make", "cd && cd x && make"),
    ],
)
def test_commands_begin_where_cron_begins_them(written: str, command: str) -> None:
    assert only(f"* * * * * {written}").definition.command == command


@pytest.mark.parametrize(
    ("written", "command"),
    [
        (r"date +\%F", "cd && date +%F"),
        (r"echo 'a\\b'", r"cd && echo 'a\b'"),
        (r"echo 'a\n'", r"cd && echo 'a\n'"),
        (r"echo \\\%", r"cd && echo \%"),
        ("echo trail\\", "cd && echo trail\\"),
    ],
)
def test_backslashes_as_cron_of_debian_takes_them(written: str, command: str) -> None:
    entry = only(f"* * * * * {written}")

    assert entry.definition.command == command
    assert entry.definition.enabled


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("cat %hunter2%b", "cd && cat"),
        (r"cat%hunter2\%b", "cd && cat"),
        (r"echo \\%hunter2", "cd && echo \\"),
        ("cat %", "cd && cat"),
    ],
)
def test_input_is_not_carried_over(written: str, command: str) -> None:
    entry = only(f"* * * * * {written}")

    assert entry.definition.command == command
    assert not entry.definition.enabled
    assert entry.notes[0].endswith("what cron gave it to read, after the first %")
    assert "hunter2" not in repr(entry)


def test_what_a_command_leaves_behind_lives_on() -> None:
    assert only("* * * * * nohup daemon &").definition.leftovers == "keep"


# -- what is in force ----------------------------------------------------------------


def test_settings_hold_from_their_line_on() -> None:
    text = 'A=1\n@daily x\nA = "2 3"\n"B"=\'4\'\n@daily y\nA=\n@daily z\n'
    found = read_crontab(text, Whose("crontab", ZONE, "me"))

    assert [entry.definition.env for entry in found.entries] == [
        {"A": "1"},
        {"A": "2 3", "B": "4"},
        {"A": "", "B": "4"},
    ]


def test_another_shell_is_called_by_name() -> None:
    entry = only("SHELL=/bin/bash\n@daily source x")

    assert entry.definition.command == ("/bin/bash", "-c", "cd && source x")
    assert entry.definition.env == {}


def test_tz_is_for_the_command_and_cron_tz_for_cron() -> None:
    entry = only("TZ=Asia/Tokyo\nCRON_TZ=America/New_York\n@daily x")

    assert entry.definition.env == {"TZ": "Asia/Tokyo"}
    assert entry.definition.when is not None
    assert entry.definition.when.timezone == "America/New_York"


def test_a_zone_that_nobody_knows() -> None:
    assert "Mars/Base" in reason("CRON_TZ=Mars/Base\n@daily x")


def test_mail_becomes_a_comment_where_there_was_some() -> None:
    assert "a@b.c" in only("MAILTO=a@b.c\n@daily x").notes[0]
    assert only('MAILTO=""\n@daily x').notes == ()


def test_secrets_are_not_written() -> None:
    text = "DB_PASSWORD=hunter2\n@daily API_TOKEN='hunter2 x' make LEVEL=1"
    entry = only(text)

    assert entry.definition.command == 'cd && API_TOKEN="$API_TOKEN" make LEVEL=1'
    assert entry.definition.env_pass == ("DB_PASSWORD", "API_TOKEN")
    assert "hunter2" not in repr(entry)


# -- lines ---------------------------------------------------------------------------


def test_a_users_column() -> None:
    entry = only("5 4 * * * www-data  php cron.php", users=True)

    assert entry.definition.command == "cd && php cron.php"
    assert entry.notes == ("cron ran it as www-data",)
    assert only("@daily me x", users=True).notes == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("\n@reboot x", "crontab:2: @reboot: it starts with the machine"),
        ("1 2 3 4", "crontab:1: it has not five fields and a command"),
        ("@daily", "crontab:1: it has not five fields and a command"),
        ("61 * * * * x", "crontab:1: 61 * * * *: minute: '61' lies outside 0-59"),
        ("@often x", "crontab:1: @often: @often is not known here"),
        ("* * * * * \udcff", "crontab:1: it is not text in UTF-8"),
        ("* * * * * a\0b", "crontab:1: it is not text in UTF-8"),
    ],
)
def test_what_is_no_job(text: str, why: str) -> None:
    assert reason(text).startswith(why)


def test_our_own_is_not_imported() -> None:
    text = "*/5 * * * * JOBCONSOLE_DRIVER=cron /opt/python -m jobconsole --tick"
    (item,) = read_crontab(text, Whose("crontab", ZONE, "me")).left_out

    assert item.own


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("# Nightly backup\n@daily x", "Nightly backup"),
        ("# Nightly backup\n\n@daily x", None),
        ("# one\n# two\n@daily x", None),
        ("# 0 1 * * * off\n@daily x", None),
        ("# -------\n@daily x", None),
    ],
)
def test_a_comment_above_describes(text: str, description: str | None) -> None:
    assert only(text).definition.description == description


# -- any text ------------------------------------------------------------------------

fields = [
    st.sampled_from(choices.split())
    for choices in (
        "* 0 59 */15 5,35 10-20/5 30-30",
        "* 0 2 3 23 */2 9-17 1,2,3",
        "* 1 31 */2 1-7 1,15",
        "* 1 12 jan-mar JUL */3",
        "* 0 7 1-5 sun Mon-Fri */2 6,7",
    )
]
schedules = st.one_of(
    st.tuples(*fields).map(" ".join),
    st.sampled_from(["@daily", "@hourly", "@weekly", "@MONTHLY", "@yearly"]),
)
words = st.text(st.characters(exclude_characters="\n"), max_size=30)
settings = st.builds(
    "{}={}".format, st.from_regex(r"[A-Z_]{1,9}", fullmatch=True), words
)
lines = st.one_of(
    words,
    settings,
    st.builds("{} {}".format, schedules, words),
    st.builds("# {}".format, words),
)


@given(text=st.lists(lines, max_size=12).map("\n".join), users=st.booleans())
def test_whatever_is_proposed_is_valid(text: str, users: bool, root: Path) -> None:
    found = read_crontab(text, Whose("crontab", ZONE, "me", users))

    proposal = proposed(found, root)

    assert len(proposal.jobs) == len(found.entries)
    loaded(proposal, root)


@given(expression=schedules, blanks=st.sampled_from([" ", "\t", "  \t "]))
def test_a_job_fires_when_cron_did(expression: str, blanks: str, root: Path) -> None:
    text = f"{re.sub(' ', blanks, expression)}{blanks}true"

    proposal = proposed(read_crontab(text, Whose("crontab", ZONE, "me")), root)

    (job,) = loaded(proposal, root).values()
    assert isinstance(job.schedule, Cron)
    ours, theirs = timetable(job.schedule), timetable(Cron(expression, ZONE))
    assert ours.next(START) == theirs.next(START) is not None
    assert ours.count(START, START + YEAR) == theirs.count(START, START + YEAR)
    assert job.target == Command(("cd && true",), True)


def test_two_with_one_name(tmp_path: Path) -> None:
    text = "@daily /opt/sync.sh a\n@daily /opt/sync.py b\n@daily 'É!' x\n"

    proposal = proposed(read_crontab(text, Whose("crontab", ZONE, "me")), tmp_path)

    assert [job.id for job in proposal.jobs] == ["sync", "sync-2", "e"]
