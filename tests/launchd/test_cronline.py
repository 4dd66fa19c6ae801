from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from launchd.cronline import LONGEST, SCHEDULES, Call, line_of, read_line, service_of
from launchd.service import Kind, Service
from runner.model.errors import DriverUnfitError
from tests.helpers.services import LABEL, PROBE_LABEL, service

if TYPE_CHECKING:
    from collections.abc import Callable

CRONS: list[Callable[[bytes], bytes]] = [
    # Debian's: a backslash matters before a percent sign only.
    lambda command: re.sub(rb"\\(.)|%", lambda m: _shown(m, b"%"), command),
    # Others': also before another one.
    lambda command: re.sub(rb"\\(.)|%", lambda m: _shown(m, b"%\\"), command),
]

NASTY = "ab /'\"$%\\`!#&;()<>*?[]{}~|=^,:-äß\u202e€\t\x01\x7f\udcff"
NAMES = st.text(NASTY.replace("/", ""), min_size=1, max_size=20).filter(
    lambda name: name not in {".", ".."}
)
WORDS = st.text(NASTY, max_size=20)


def _shown(match: re.Match[bytes], escapable: bytes) -> bytes:
    assert match[0] != b"%", "cron would give the rest to the standard input"
    return match[1] if match[1] in escapable else match[0]


def read_back(line: str, label: str = LABEL, title: str = "media") -> Service | None:
    call = read_line(line)
    assert call
    return service_of(call, label, title)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cron line")


@given(folder=NAMES, words=st.lists(WORDS, max_size=3), value=WORDS)
@example(
    folder="100% \\% \\\\ 'a' \"b\" $HOME `id`", words=["\\%", "", "a=b"], value=""
)
@example(folder="grün =b", words=["--config", "/tmp/größe/$x/%d.yml"], value="\\\\")
@settings(max_examples=60)
def test_what_arrives_is_what_was_meant(
    place: Path, folder: str, words: list[str], value: str
) -> None:
    """A real shell calls a real program, whatever it and its log are named."""
    program = place / folder / "show"
    log = place / folder / f"log of {folder}"
    if not program.exists():
        program.parent.mkdir()
        program.write_text(
            '#!/bin/sh\nprintf "%s\\0" "$0" "$@" "$JOBCONSOLE_DRIVER" "$ODD" >&2\n'
        )
        program.chmod(0o700)
    log.unlink(missing_ok=True)
    meant = service(argv=(str(program), *words), environment={"ODD": value}, log=log)
    line = line_of(meant)
    assert read_back(line) == meant
    command = os.fsencode(line).split(b" ", 5)[5]
    shells = {cron(command) for cron in CRONS}
    assert len(shells) == 1, "crons do not agree on it"
    ended = subprocess.run(
        ["/bin/sh", "-c", shells.pop()], env={}, capture_output=True, check=True
    )
    assert ended.stdout + ended.stderr == b""
    arrived = [os.fsdecode(word) for word in log.read_bytes().split(b"\0")]
    assert arrived == [str(program), *words, "cron", value, ""]


def run_line(meant: Service) -> subprocess.CompletedProcess[bytes]:
    command = line_of(meant).split(" ", 5)[5].replace("\\%", "%")
    return subprocess.run(
        ["/bin/sh", "-c", command], env={}, capture_output=True, check=False
    )


def test_the_log_is_private_and_grows(tmp_path: Path) -> None:
    log = tmp_path / "driver.log"
    meant = service(argv=("/bin/sh", "-c", "echo out; echo err >&2; umask"), log=log)
    for _ in range(2):
        run_line(meant)
    assert log.read_text() == "out\nerr\n0077\n" * 2
    assert log.stat().st_mode & 0o777 == 0o600


def test_it_is_called_where_the_folder_of_the_log_is_gone(tmp_path: Path) -> None:
    called = tmp_path / "called"
    meant = service(
        argv=("/bin/sh", "-c", 'echo heard by nobody; : >"$0"; exit 3', str(called)),
        log=tmp_path / "gone" / "driver.log",
    )
    ended = run_line(meant)
    assert called.exists()
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, b"", b"")


@pytest.mark.parametrize(
    ("every", "schedule"),
    [
        (60, "* * * * *"),
        (300, "*/5 * * * *"),
        (1800, "*/30 * * * *"),
        (3600, "0 * * * *"),
        (7200, "0 */2 * * *"),
        (43_200, "0 */12 * * *"),
        (86_400, "0 0 * * *"),
    ],
)
def test_intervals(every: int, schedule: str) -> None:
    line = line_of(service(every=every))
    assert line.startswith(f"{schedule} umask 077; ")
    assert read_back(line) == service(every=every)


def test_every_interval_comes_in_even_steps() -> None:
    assert len(SCHEDULES) == len(set(SCHEDULES.values())) == 19
    for every in SCHEDULES:
        assert 3600 % every == 0 or (every % 3600 == 0 and 86_400 % every == 0)


@pytest.mark.parametrize(
    ("every", "said"),
    [
        (0, "0s"),
        (10, "10s"),
        (59, "59s"),
        (90, "1m30s"),
        (420, "7m"),
        (5400, "1h30m"),
        (18_000, "5h"),
        (172_800, "2d"),
    ],
)
def test_an_interval_that_cron_does_not_know(every: int, said: str) -> None:
    with pytest.raises(DriverUnfitError, match=f"call every {said}") as refused:
        line_of(service(every=every))
    assert "20 or 30 minutes" in refused.value.hint
    assert "12 or 24 hours" in refused.value.hint
    assert ("a minute" in refused.value.message) == (every < 60)


def test_nothing_is_kept_running() -> None:
    with pytest.raises(DriverUnfitError, match="keep") as refused:
        line_of(service(kind=Kind.RESIDENT, every=0))
    assert "jobconsole up" in refused.value.hint


def test_a_probe_comes_at_the_next_minute() -> None:
    probe = service(label=PROBE_LABEL, kind=Kind.PROBE, every=0)
    line = line_of(probe)
    assert line.startswith("* * * * * ")
    assert read_back(line, PROBE_LABEL) == probe


@pytest.mark.parametrize("bad", ["\n", "\r", "\b", "\0"])
def test_what_a_crontab_cannot_hold(bad: str) -> None:
    for odd in (
        service(argv=("/bin/true", f"a{bad}b")),
        service(log=Path(f"/tmp/a{bad}b")),
        service(environment={"A": bad}),
    ):
        with pytest.raises(DriverUnfitError, match="line end"):
            line_of(odd)


def test_the_longest_command() -> None:
    """Counted in bytes, as it is written."""
    length = len(line_of(service(argv=("/bin/true", "")))) - len("*/5 * * * * ''")
    fits = "é%" * ((LONGEST - length - 2 - 1) // 4)
    fits += "x" * (LONGEST - length - 2 - len(fits) * 2)
    line = line_of(service(argv=("/bin/true", fits)))
    assert len(line.encode()) == len("*/5 * * * * ") + LONGEST
    with pytest.raises(DriverUnfitError, match="999 bytes") as refused:
        line_of(service(argv=("/bin/true", f"{fits}x")))
    assert "shorter path" in refused.value.hint


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# a comment",
        "*/5 * * * * umask 077; something else",
        "*/5 * * * * JOBCONSOLE_DRIVER=cron jobconsole --tick",
        "MAILTO=anna",
        line_of(service()).replace("umask 077; ", ""),
    ],
)
def test_lines_of_others(line: str) -> None:
    assert read_line(line) is None


@pytest.mark.parametrize(
    ("change", "off"),
    [
        (lambda line: f"# {line}", True),
        (lambda line: f"#{line}\n", True),
        (lambda line: f"  {line}\r\n", False),
        (lambda line: line.replace("*/5", "*/7"), False),
        (lambda line: line.replace("*/5 * * * *", "@hourly"), False),
        (lambda line: f"{line} >/dev/null", False),
        (lambda line: f"{line} '", False),
    ],
)
def test_a_line_that_was_changed_is_still_ours(
    change: Callable[[str], str], off: bool
) -> None:
    call = read_line(change(line_of(service())))
    assert isinstance(call, Call)
    assert call.off == off


def test_a_line_that_was_changed_is_read_as_far_as_it_can_be() -> None:
    line = line_of(service())
    odd = read_back(line.replace("*/5", "*/7"))
    assert odd == service(every=0)
    for changed in (f"{line} >/dev/null", f"{line} '"):
        assert read_back(changed) is None
