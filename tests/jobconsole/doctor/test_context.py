"""A probe that really runs somewhere else, and drivers that do not let it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobconsole.doctor import probe
from jobconsole.doctor.context import (
    MODULE,
    Errand,
    Returned,
    abandoned,
    probe_label,
    send,
)
from jobconsole.doctor.ending import ending_tidily
from jobconsole.doctor.facts import (
    Answer,
    PlaceKind,
    PlaceWanted,
    Purpose,
    Questions,
    Wanted,
)
from jobconsole.doctor.findings import Code, Level
from launchd.service import Kind
from runner.model.errors import DriverRefusedError
from runner.process.clock import SystemClock
from runner.process.driver import Driver
from tests.fakes.backend import FakeBackend
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from jobconsole.standing import Ailment
    from launchd.service import Service

SOON_MS = 300


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the two sides meet: in the end nothing is left of it."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def errand(config: Path, **changes: object) -> Errand:
    usual = Errand(
        config=config,
        python=sys.executable,
        environment={"JOBCONSOLE_DRIVER": "systemd"},
        questions=Questions(),
        clock=SystemClock(),
        say=lambda _: None,
        journal=lambda _: "",
    )
    return usual._replace(**changes)  # type: ignore[arg-type]


def code_of(returned: Returned) -> Code | Ailment:
    """Of the only finding, which has a remedy."""
    (finding,) = returned.findings
    assert returned.facts is None
    assert finding.level is Level.ERROR
    assert finding.remedy
    return finding.code


def test_a_probe_tells_what_it_sees_there(tmp_path: Path, temp: Path) -> None:
    config = tmp_path / "teleclaude.yml"
    config.write_text("jobs: {}")
    questions = Questions(
        base={"PATH": "/bin", "HOME": "/nowhere"},
        programs=(Wanted(Purpose.INTERPRETER, sys.executable, "/bin", ("a",)),),
        places=(PlaceWanted(PlaceKind.PROJECT, str(tmp_path), written=True),),
    )
    extra = {"API_TOKEN": "hunter2", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    backend = FakeBackend(tmp_path, extra=extra)
    returned = send(backend, errand(config, questions=questions))

    assert returned.findings == ()
    facts = returned.facts
    assert facts is not None
    assert facts.failed == {}
    assert facts.process.variables == {
        "PATH": "/usr/bin:/bin",
        "SHELL": "/bin/sh",
        "TZ": "Asia/Tokyo",
        "LC_ALL": "C",
    }
    assert facts.process.zone == "Asia/Tokyo"
    assert "hunter2" not in repr(facts)
    (program,) = facts.programs
    assert (program.answer, program.found) == (Answer.TOLD, sys.executable)
    (place,) = facts.places
    assert (place.error, place.write_error) == ("", "")
    assert sorted(it.name for it in tmp_path.iterdir()) == ["teleclaude.yml", "temp"]
    assert list(temp.iterdir()) == []
    assert backend.has == {}


def test_a_probe_is_called_as_the_service_is(tmp_path: Path, temp: Path) -> None:
    backend = FakeBackend(tmp_path)
    given = {"JOBCONSOLE_DRIVER": "systemd", "LANG": "C.UTF-8"}
    returned = send(backend, errand(tmp_path / "teleclaude.yml", environment=given))
    (service,) = backend.installed
    assert (service.kind, service.environment) == (Kind.PROBE, given)
    assert service.argv[:4] == (
        sys.executable,
        "-P",
        "-m",
        "jobconsole.doctor.probe",
    )
    assert service.log.is_relative_to(temp)
    assert service.label.endswith(f"-{os.getpid()}")
    assert returned.facts is not None


@pytest.mark.parametrize(
    ("content", "failed"),
    [(b"{", "DecodeError"), (b'{"base": 3}', "ValidationError"), (None, "NotFound")],
)
def test_a_probe_without_questions_still_looks_around(
    tmp_path: Path, content: bytes | None, failed: str
) -> None:
    class Spoiled(FakeBackend):
        def install(self, service: Service) -> None:
            questions = Path(service.argv[-1]).with_name("questions.json")
            questions.unlink()
            if content is not None:
                questions.write_bytes(content)
            super().install(service)

    config = tmp_path / "teleclaude.yml"
    facts = send(Spoiled(tmp_path), errand(config)).facts
    assert facts is not None
    assert failed in facts.failed["questions"]
    (place,) = facts.places
    assert (place.wanted.path, place.exists) == (str(config), False)


def test_a_driver_that_refuses_is_quoted(tmp_path: Path, temp: Path) -> None:
    backend = FakeBackend(tmp_path)
    backend.refusal = DriverRefusedError("no session of ann", hint="Log in.")
    returned = send(backend, errand(tmp_path))
    assert code_of(returned) is Code.PROBE_REFUSED
    assert "no session of ann" in returned.findings[0].message
    assert backend.has == {}
    assert list(temp.iterdir()) == []


def test_what_does_not_come_back_is_told_with_what_the_driver_says(
    tmp_path: Path,
) -> None:
    backend = FakeBackend(tmp_path, starts=False)
    going = errand(
        tmp_path, within_ms=SOON_MS, journal=lambda label: f"start\n{label} failed\n"
    )
    returned = send(backend, going)
    assert code_of(returned) is Code.PROBE_SILENT
    message = returned.findings[0].message
    assert "it sits there; start / jobconsole.probe-" in message
    assert message.endswith("failed")
    assert backend.has == {}


def test_what_breaks_there_is_quoted_from_its_log(tmp_path: Path) -> None:
    class Swift(FakeBackend):
        def install(self, service: Service) -> None:
            super().install(service)
            wait_until(lambda: b"module" in service.log.read_bytes(), "its last words")

    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nprintf 'one\\n\\033[2Jno module\\n'; exit 1\n")
    program.chmod(0o755)
    going = errand(tmp_path, python=str(program), within_ms=SOON_MS)
    returned = send(Swift(tmp_path), going)
    assert code_of(returned) is Code.PROBE_SILENT
    assert returned.findings[0].message.endswith("; one / no module")


def test_what_another_version_writes_may_be_unreadable(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text('#!/bin/sh\necho "[1]" >"$5.new"; mv "$5.new" "$5"\n')
    program.chmod(0o755)
    returned = send(FakeBackend(tmp_path), errand(tmp_path, python=str(program)))
    assert code_of(returned) is Code.PROBE_GARBLED


def test_nobody_waits_for_a_cron_that_does_not_run(tmp_path: Path) -> None:
    backend = FakeBackend(tmp_path, Driver.CRON, starts=False)
    backend.loads = False
    said: list[str] = []
    returned = send(backend, errand(tmp_path, say=said.append))
    assert code_of(returned) is Code.PROBE_SILENT
    assert "nobody reads it" in returned.findings[0].message
    assert said == []


def test_who_waits_for_cron_is_told_so(tmp_path: Path) -> None:
    said: list[str] = []
    returned = send(
        FakeBackend(tmp_path, Driver.CRON), errand(tmp_path, say=said.append)
    )
    assert returned.facts is not None
    (line,) = said
    assert "minute" in line


def test_a_probe_that_stays_is_told_beside_what_it_saw(tmp_path: Path) -> None:
    backend = FakeBackend(tmp_path)
    backend.refusal_to_remove = DriverRefusedError("busy", hint="Again.")
    returned = send(backend, errand(tmp_path))
    assert returned.facts is not None
    assert [it.code for it in returned.findings] == [Code.PROBE_LEFT]


def test_who_loses_patience_leaves_nothing(tmp_path: Path, temp: Path) -> None:
    class Impatient(SystemClock):
        def sleep(self, ms: int) -> None:  # noqa: ARG002
            raise KeyboardInterrupt

    backend = FakeBackend(tmp_path, starts=False)
    with pytest.raises(KeyboardInterrupt):
        send(backend, errand(tmp_path, clock=Impatient()))
    assert backend.has == {}
    assert list(temp.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_who_is_told_to_end_leaves_nothing(
    tmp_path: Path, temp: Path, number: signal.Signals
) -> None:
    class Closed(SystemClock):
        def sleep(self, ms: int) -> None:
            os.kill(os.getpid(), number)
            super().sleep(ms)

    ignored = signal.signal(number, lambda *_: None)
    backend = FakeBackend(tmp_path, starts=False)
    going = errand(tmp_path, clock=Closed(), within_ms=SOON_MS)
    try:
        with pytest.raises(SystemExit, match=str(128 + number)), ending_tidily():
            send(backend, going)
    finally:
        signal.signal(number, ignored)
    assert backend.has == {}
    assert list(temp.iterdir()) == []


def test_what_a_killed_doctor_left_is_removed_by_the_next(
    tmp_path: Path, temp: Path
) -> None:
    ours = temp / f"jobconsole-doctor-{os.getpid()}-x"
    for folder in (ours, temp / "jobconsole-doctor-4194305-x"):
        folder.mkdir()
    send(FakeBackend(tmp_path), errand(tmp_path))
    assert list(temp.iterdir()) == [ours]


def test_a_probe_that_is_started_again_looks_no_more(tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text("of the first time")
    with pytest.raises(SystemExit, match="is written"):
        probe.main(str(tmp_path), facts)
    assert facts.read_text() == "of the first time"


def test_a_probe_that_nobody_waits_for_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    words = ("-P", "-m", MODULE, str(tmp_path), str(folder / "facts.json"))
    ended = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        f"{folder} is not to be seen here, or nobody waits any more"
    ]


HEAVY = ("click", "textual", "yaml", "sqlite3", "launchd", "croniter")


def test_a_probe_loads_little() -> None:
    program = f"import sys, {MODULE}; print({{*{HEAVY}}} & sys.modules.keys())"
    said = subprocess.run(
        [sys.executable, "-P", "-c", program],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "set()\n"


def test_probes_of_the_dead_are_known_by_their_labels(tmp_path: Path) -> None:
    dead = probe_label(tmp_path, 4_194_305)
    ours = probe_label(tmp_path, os.getpid())
    others = ["jobconsole.media-3f2a9c1b", "jobconsole.probe-x"]
    assert abandoned([dead, ours, *others]) == [dead]
