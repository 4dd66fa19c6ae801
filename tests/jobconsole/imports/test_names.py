from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobconsole.imports.names import shell_name, unique_id
from runner.config.names import is_job_id


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("/usr/local/bin/backup.sh --all", "backup"),
        ("cd /srv && ./manage.py poll", "manage"),
        ("PATH=/x nice -n 10 ionice -c3 /opt/sync", "sync"),
        ("flock -n /tmp/x.lock timeout 1h rsync -a a b", "rsync"),
        ("python3 -u -m reports.monthly", "reports.monthly"),
        ("/usr/bin/php -f /var/www/cron.php", "cron"),
        ("bash -lc 'cd /x; make all'", "make"),
        ("test -x /usr/bin/mrtg && env LANG=C mrtg", "mrtg"),
        ("[ -d /run ] || exit; ( fsck )", "fsck"),
        ("run-parts /etc/cron.daily", "cron.daily"),
        ("uv run script.py", "script"),
        ("sleep 30 >/dev/null 2>&1 &", "sleep"),
        ("true && false > /dev/null", "true"),
        ("< in.txt &> log make", "make"),
        ("python3 > log 2>&1", "python3"),
        ("[ -s <(date) ]; make", "date"),
        ("bash", "bash"),
        ("echo 'unclosed", "echo"),
        ("cd /x && export A=b", "cd"),
        ("'unclosed", "job"),
        ("", "job"),
    ],
)
def test_what_a_command_is_called(command: str, name: str) -> None:
    assert shell_name(command) == name


@given(
    command=st.text(max_size=60), taken=st.sets(st.sampled_from(["job", "a", "job-2"]))
)
def test_ids_are_valid_and_new(command: str, taken: set[str]) -> None:
    found = unique_id(shell_name(command), taken)

    assert is_job_id(found)
    assert found not in taken


def test_long_names_keep_room_for_a_number() -> None:
    name = "x" * 80
    first = unique_id(name, set())
    second = unique_id(name, {first})

    assert (len(first), len(second)) == (64, 64)
    assert second.endswith("x-2")
