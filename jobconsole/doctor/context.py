"""Has a driver start the probe once, and waits for what it saw."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from jobconsole.doctor.facts import Facts
from jobconsole.doctor.findings import Code, Finding, Level, Subject
from jobconsole.doctor.probe import FACTS, QUESTIONS
from launchd.service import PROBE_PREFIX, Kind, Service, label_of
from runner.model.errors import JobconsoleError
from runner.model.text import one_line
from runner.process.driver import Driver
from runner.process.identity import identity_of
from runner.store.folders import write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jobconsole.doctor.facts import Questions
    from launchd.service import Backend
    from runner.process.clock import Clock

MODULE = "jobconsole.doctor.probe"
WITHIN_MS = {Driver.CRON: 75_000}
USUALLY_WITHIN_MS = 20_000
"""Agents are asked for their versions meanwhile."""

_FOLDER = "jobconsole-doctor-"
_LOOK_MS = 50
_LOG_BYTES = 4_096
_LINES_QUOTED = 3


class Errand(NamedTuple):
    """A probe that is to be started. `python` and `environment` are the real service's.

    `say` tells whoever waits why. `journal` tells the last lines of a label, if the
    driver keeps them itself.
    """

    config: Path
    python: str
    environment: Mapping[str, str]
    questions: Questions
    clock: Clock
    say: Callable[[str], None]
    journal: Callable[[str], str]
    within_ms: int | None = None


class Returned(NamedTuple):
    """What came back: facts, or why there are none."""

    facts: Facts | None
    findings: tuple[Finding, ...]


def send(backend: Backend, errand: Errand) -> Returned:
    """Have it started there; nothing is left of it, whatever happens."""
    left: list[Finding] = []
    with _exchange() as folder:
        write_file(folder / QUESTIONS, msgspec.json.encode(errand.questions))
        service = service_of(errand, folder)
        try:
            backend.install(service)
            returned = _awaited(backend, errand, service, folder)
        except JobconsoleError as error:
            message = f"{backend.driver} does not start a probe: {error.message}"
            returned = _failure(Code.PROBE_REFUSED, message, error.hint)
        finally:  # also what was installed by half, or while somebody loses patience
            left += _removed(backend, service.label)
    return returned._replace(findings=(*returned.findings, *left))


def service_of(errand: Errand, folder: Path) -> Service:
    """The probe as a driver is to call it. Its log is of the folder too."""
    argv = (errand.python, "-P", "-m", MODULE)
    return Service(
        label=probe_label(errand.config, os.getpid()),
        title=f"{errand.config.parent} (a look by doctor)",
        argv=(*argv, str(errand.config), str(folder / FACTS)),
        environment=errand.environment,
        log=folder / "probe.log",
        kind=Kind.PROBE,
    )


def probe_label(config: Path, pid: int) -> str:
    """It names the doctor, so that a later one sees whether this one still lives."""
    return f"{PROBE_PREFIX}{label_of(config)[-8:]}-{pid}"


def abandoned(labels: Iterable[str]) -> list[str]:
    """Those of probes whose doctor is no more."""
    return [
        label
        for label in labels
        if label.startswith(PROBE_PREFIX)
        and (pid := label.rpartition("-")[2]).isdecimal()
        and identity_of(int(pid)) is None
    ]


@contextlib.contextmanager
def _exchange() -> Iterator[Path]:
    """A private folder that both sides can reach. Projects may be out of reach there."""
    _clear_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear_abandoned() -> None:
    """Folders of doctors that were killed say much about a machine."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*-*"):
        pid = folder.name.removeprefix(_FOLDER).partition("-")[0]
        if pid.isdecimal() and identity_of(int(pid)) is None:
            shutil.rmtree(folder, ignore_errors=True)  # others' cannot be removed


def _removed(backend: Backend, label: str) -> Iterator[Finding]:
    try:
        backend.remove(label)
    except JobconsoleError as error:
        message = f"{backend.driver} keeps the probe {label}: {error.message}"
        subject, code = Subject.DRIVER, Code.PROBE_LEFT
        yield Finding(Level.WARNING, subject, code, message, error.hint)


def _awaited(
    backend: Backend, errand: Errand, service: Service, folder: Path
) -> Returned:
    within_ms = errand.within_ms or WITHIN_MS.get(backend.driver, USUALLY_WITHIN_MS)
    if backend.driver is Driver.CRON:
        found = backend.find(service.label)
        if found is None or not found.loaded:
            return _silent(backend, errand, service, 0)
        errand.say("waiting for cron, which starts things at the full minute")
    deadline = errand.clock.awake_ms() + within_ms
    path = folder / FACTS
    while not path.exists():
        if errand.clock.awake_ms() >= deadline:
            return _silent(backend, errand, service, within_ms)
        errand.clock.sleep(_LOOK_MS)
    try:
        return Returned(msgspec.json.decode(path.read_bytes(), type=Facts), ())
    except (OSError, msgspec.DecodeError) as error:
        message = f"what the probe wrote there cannot be read: {error}"
        remedy = f"Another version may have written it: see `{errand.python}`."
        return _failure(Code.PROBE_GARBLED, message, remedy)


def _silent(
    backend: Backend, errand: Errand, service: Service, within_ms: int
) -> Returned:
    """With what the driver has to say of it."""
    try:
        found = backend.find(service.label)
    except JobconsoleError as error:
        state = error.message
    else:
        state = found.state if found else f"{backend.driver} does not know it any more"
    said = last_words(service, errand.journal)
    message = f"nothing came back from {backend.driver} within {within_ms // 1000} s"
    for more in filter(None, (one_line(state), said)):
        message = f"{message}; {more}"
    remedy = REMEDIES.get(backend.driver, "See what the driver has to say.")
    return _failure(Code.PROBE_SILENT, message, remedy)


REMEDIES: Mapping[str, str] = {
    Driver.CRON: "See whether a cron daemon runs (`pgrep cron`), and its mail and log.",
    Driver.SYSTEMD: "See `journalctl --user -e` and `systemctl --user status`.",
    Driver.LAUNCHD: "See Login Items in the System Settings, and Console.app.",
}


def last_words(service: Service, journal: Callable[[str], str]) -> str:
    """The end of what it wrote, or of what the driver keeps of it; of either may be none."""
    try:
        written = service.log.read_bytes()[-_LOG_BYTES:].decode("utf-8", "replace")
    except OSError:
        written = ""
    return _last_lines_of(written) or _last_lines_of(journal(service.label))


def _last_lines_of(text: str) -> str:
    lines = [line for line in map(one_line, text.splitlines()) if line]
    return " / ".join(lines[-_LINES_QUOTED:])


def _failure(code: Code, message: str, remedy: str) -> Returned:
    finding = Finding(Level.ERROR, Subject.DRIVER, code, message, remedy)
    return Returned(None, (finding,))
