"""Units of systemd as they are written, read back, and taken by systemd itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchd.service import Kind, differences
from launchd.unit import Units, service_of, units_of
from runner.model.errors import DriverUnfitError
from tests.helpers.services import LABEL, service

if TYPE_CHECKING:
    from launchd.service import Service

NASTY = (
    "a b",
    "it's",
    'say "hi"',
    "100%",
    "%h %% %n",
    "$HOME ${HOME} $$",
    "back\\slash\\",
    "\\n",
    "夜間 é",
    "",
    ";",
    "#x",
    "-",
    "~/x",
    "*?[a]{b}",
    "\u00a0\u2028\x85 ",
)
CONTROLS = "".join(map(chr, (*range(32), 127)))
TEXT = st.text(st.characters(codec="utf-8", exclude_characters=CONTROLS), max_size=20)
NAMES = st.from_regex(r"[A-Z_a-z][A-Z_a-z0-9]{0,9}", fullmatch=True)
PROGRAMS = TEXT.map(lambda text: "/" + text.translate({34: "-", 39: "-", 92: "-"}))


GOLDEN = Path(__file__).parents[1] / "data" / "launchd"


def read_back(wanted: Service) -> Service | None:
    return service_of(wanted.label, units_of(wanted))


@pytest.mark.parametrize("kind", Kind)
def test_what_is_written_is_what_was_agreed(kind: Kind) -> None:
    """A line that goes takes a promise with it that may show on a bad day only."""
    units = units_of(service(kind=kind))

    assert units.service == (GOLDEN / f"{kind}.service").read_text("utf-8")
    if units.timer is not None:
        assert units.timer == (GOLDEN / f"{kind}.timer").read_text("utf-8")


@given(
    kind=st.sampled_from(Kind),
    program=PROGRAMS,
    words=st.lists(TEXT, max_size=4),
    environment=st.dictionaries(NAMES, TEXT, max_size=3),
    every=st.integers(1, 10**6),
)
def test_what_is_written_is_read_back(
    kind: Kind,
    program: str,
    words: list[str],
    environment: dict[str, str],
    every: int,
) -> None:
    wanted = service(
        kind=kind,
        argv=(program, *words),
        environment=environment,
        every=every if kind is Kind.TICK else 0,
    )

    assert read_back(wanted) == wanted._replace(log=Path("/dev/null"))


def test_who_names_no_driver_is_called_by_systemd() -> None:
    wanted = service()._replace(environment={"TZ": "UTC"})

    found = read_back(wanted)

    assert found is not None
    assert found.environment == {"JOBCONSOLE_DRIVER": "systemd", "TZ": "UTC"}
    assert differences(found, wanted) == []


@pytest.mark.parametrize(
    "character", ["\n", "\r", "\t", "\0", "\x1b", "\x7f", "\udc80"]
)
def test_what_no_line_can_hold_is_refused(character: str) -> None:
    with pytest.raises(DriverUnfitError, match="cannot hold"):
        units_of(service(argv=("/bin/true", f"a{character}b")))
    with pytest.raises(DriverUnfitError, match="cannot hold"):
        units_of(service(environment={"NAME": f"a{character}"}))


@pytest.mark.parametrize(
    "program", ["true", "./true", "/it's/true", '/opt/a"b/true', "/opt/a\\b/true"]
)
def test_a_program_that_systemd_would_not_call_is_refused(program: str) -> None:
    with pytest.raises(DriverUnfitError, match="calls no program"):
        units_of(service(argv=(program,)))


@pytest.mark.parametrize("name", ["", "A-B", "1A", "A B", "Ä"])
def test_what_is_no_variable_is_refused(name: str) -> None:
    with pytest.raises(DriverUnfitError, match="no name of a variable"):
        units_of(service(environment={name: "x"}))


def test_a_tick_needs_an_interval() -> None:
    with pytest.raises(DriverUnfitError, match="every 0s"):
        units_of(service(every=0))


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("100% of é", "100% of é"),
        ("two\nlines\x1b[0m", "two lines [0m"),
        (" ends with \\ \\\\", "ends with"),
        ("\\", LABEL),
        ("", LABEL),
        ("half \udc80", "half ?"),
    ],
)
def test_a_title_is_always_one_line(title: str, shown: str) -> None:
    found = read_back(service()._replace(title=title))

    assert found is not None
    assert found.title == shown


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ('ExecStart=:"/bin/true"', 'ExecStart=:"/bin/true" %h'),
        ('ExecStart=:"/bin/true"', 'ExecStart=:"/bin/true'),
        ('ExecStart=:"/bin/true"', 'ExecStart=:"/bin/%h"'),
        ('ExecStart=:"/bin/true"', 'ExecStart=:"/bin/\\x20"'),
        ('ExecStart=:"/bin/true"', 'ExecStart=:"/a"\nExecStart=:"/b"'),
        ('ExecStart=:"/bin/true"', "ExecStart="),
        ('ExecStart=:"/bin/true"', "NoExecStart=1"),
        ('"JOBCONSOLE_DRIVER=cron"', "JOBCONSOLE_DRIVER=cron"),
    ],
)
def test_what_is_not_written_as_ours_is_not_read(ours: str, theirs: str) -> None:
    text, timer = units_of(service(argv=("/bin/true",)))
    assert ours in text

    assert service_of("label", Units(text.replace(ours, theirs), timer)) is None


@pytest.mark.parametrize("interval", ["5min", "", "1h 5s"])
def test_an_interval_that_is_not_ours_is_not_read(interval: str) -> None:
    text, timer = units_of(service())
    assert timer is not None
    edited = timer.replace("OnUnitActiveSec=300s", f"OnUnitActiveSec={interval}")
    assert edited != timer

    assert service_of("label", Units(text, edited)) is None


@pytest.mark.parametrize("kind", Kind)
def test_systemd_has_nothing_to_say_of_our_units(kind: Kind, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    program = tmp_path / "its $HOME 100% 夜間 \x85" / "a program"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    environment = {f"NASTY_{n}": word for n, word in enumerate(NASTY)}
    wanted = service(kind=kind, argv=(str(program), *NASTY), environment=environment)
    wanted = wanted._replace(title="100% \\")
    text, timer = units_of(wanted)
    files = [tmp_path / f"{wanted.label}.service"]
    files[0].write_text(text)
    if timer is not None:
        files.append(tmp_path / f"{wanted.label}.timer")
        files[1].write_text(timer)

    verified = subprocess.run(
        ["systemd-analyze", "--user", "verify", "--man=no", *files],
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "XDG_RUNTIME_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert (verified.returncode, verified.stderr) == (0, "")
