"""launchd, macOS's own driver, by launchctl.

What launchctl prints is no interface: what is loaded is told by exit codes. `load` and
`unload` are not used, as they succeed whatever happens.
"""

from __future__ import annotations

import re
import stat
from enum import Enum, auto
from typing import TYPE_CHECKING

from launchd import plist
from launchd.machine import write_definition
from launchd.plist import Session
from launchd.refusals import FOR_NOW, GOING, NO_SESSION, Subject, refusal
from launchd.service import PREFIX, Found, Plan, PlannedFile
from runner.model.errors import DriverRefusedError, DriverUnavailableError
from runner.process.driver import Driver

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from launchd.machine import Machine
    from launchd.service import Service
    from runner.process.brief import Brief

DRAIN_MS = 30_000
"""launchd gives a process 20 s to end, and forgets its label only then."""

BOOTSTRAP_MS = 15_000
VERIFY_MS = 5_000
LOOK_MS = 500
RETRY_MS = 1_000

_LISTED = (
    "From macOS 13 on it is listed under System Settings > General > Login Items, by "
    "the name of the Python interpreter, and must be allowed there."
)
_ASLEEP = (
    "launchd calls nothing while the Mac sleeps: what was missed is looked at with the "
    "first tick after it wakes."
)
_UNSEEN = (
    "{user} is not logged in at the Mac's own screen: jobs may not see the keychain; "
    "install again from there."
)


class _Override(Enum):
    """What launchd remembers of a label, longer than its definition is there."""

    NONE = auto()
    DISABLED = auto()
    UNKNOWN = auto()


class Launchd:
    """Implements `launchd.service.Backend`."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._folder = machine.home / "Library" / "LaunchAgents"
        self._domains = {
            Session.AQUA: f"gui/{machine.uid}",
            Session.BACKGROUND: f"user/{machine.uid}",
        }
        self._screen_refused = False

    @property
    def driver(self) -> Driver:
        return Driver.LAUNCHD

    def obstacle(self) -> str:
        if not self._machine.has("launchctl"):
            return "there is no launchctl here: launchd is macOS's"
        if self._machine.uid == 0:
            return "launchd's agents are a user's: do it as yourself, not as root"
        if self._session() is None:
            return f"launchd has no session of {self._machine.user}: log in first"
        return ""

    def plan(self, service: Service) -> Plan:
        session, path = self._session() or Session.AQUA, self._path(service.label)
        text = plist.text_of(service, session)
        domain = self._domains[session]
        commands = (
            ("launchctl", "bootout", f"{domain}/{service.label}"),
            ("launchctl", "enable", f"{domain}/{service.label}"),
            ("launchctl", "bootstrap", domain, str(path)),
        )
        return Plan((PlannedFile(path, text),), commands, text)

    def find(self, label: str) -> Found | None:
        path = self._path(label)
        content = _content(path)
        domains = [
            domain
            for domain in self._domains.values()
            if self._knows(f"{domain}/{label}")
        ]
        if content is None and not domains:
            return None
        service = plist.service_of(plist.parsed(content or b"") or {})
        disabled = self._override(label) is _Override.DISABLED
        return Found(
            driver=self.driver,
            label=label,
            files=() if content is None else (path,),
            definition=plist.canonical(content or b""),
            service=service if service and service.label == label else None,
            loaded=bool(domains),
            enabled=_comes_back(path) and not disabled,
            state=_state(domains, disabled=disabled),
        )

    def everything(self) -> list[Found]:
        files = self._folder.glob(f"{PREFIX}*.plist")
        labels = {path.name.removesuffix(".plist") for path in files}
        # What runs without a definition stays until the next logout.
        for line in self._ask("list").output.splitlines():
            word = line.split()[-1:]
            labels |= {each for each in word if each.startswith(PREFIX)}
        found = [self.find(label) for label in sorted(labels)]
        return [each for each in found if each]

    def install(self, service: Service) -> None:
        session = self._expected_session()
        plist.text_of(service, session)  # what cannot be said changes nothing
        self._prepare(service)
        # Taken out before it is written over: whoever is killed in between leaves what
        # is not loaded, never an old definition that is loaded behind a new file.
        self._take_out(service.label)
        answer = self._put_in(service, session)
        if answer.exit_code in NO_SESSION and session is Session.AQUA:
            self._screen_refused, session = True, Session.BACKGROUND
            answer = self._put_in(service, session)
        if answer.exit_code != 0:
            raise refusal(answer, "bootstrap", self._subject(session, service.label))
        self._verify(f"{self._domains[session]}/{service.label}")

    def remove(self, label: str) -> bool:
        session = self._expected_session()
        found = self.find(label)
        self._take_out(label)
        with self._machine.changing(self._path(label)):
            self._path(label).unlink(missing_ok=True)
        if self._override(label) is _Override.DISABLED:
            # It would outlive the definition and stop the next of this label. There is
            # no way to forget it, but an enabled one is as none.
            self._ask("enable", f"{self._domains[session]}/{label}")
        return found is not None

    def advice(self) -> list[str]:
        said = [_LISTED, _ASLEEP]
        if self._session() is Session.BACKGROUND:
            said.append(_UNSEEN.format(user=self._machine.user))
        return said

    def _session(self) -> Session | None:
        """Where agents go now: to the screen, unless nobody is logged in there."""
        wanted = [Session.BACKGROUND] if self._screen_refused else [*self._domains]
        there = (it for it in wanted if self._knows(self._domains[it]))
        return next(there, None)

    def _expected_session(self) -> Session:
        """Raises DriverUnavailableError where there is an obstacle."""
        session = self._session() if self._machine.uid else None
        if session is None:
            hint = "`jobconsole up` needs no driver: it keeps running itself."
            raise DriverUnavailableError(self.obstacle(), hint=hint)
        return session

    def _take_out(self, label: str) -> None:
        """Have launchd forget it, wherever it is loaded, and wait until it has."""
        for session, domain in self._domains.items():
            if self._knows(f"{domain}/{label}"):
                self._boot_out(session, label)

    def _boot_out(self, session: Session, label: str) -> None:
        target = f"{self._domains[session]}/{label}"
        answer = self._ask("bootout", target)
        if answer.exit_code not in GOING:
            raise refusal(answer, "bootout", self._subject(session, label))
        if not self._within(DRAIN_MS, lambda: not self._knows(target)):
            message = f"launchd has not let go of {label} in {DRAIN_MS // 1000} s"
            hint = f"Do it again; `launchctl print {target}` tells what still runs."
            raise DriverRefusedError(message, hint=hint)

    def _put_in(self, service: Service, session: Session) -> Brief:
        """Write it and have launchd take it, as often as that is worth while."""
        path, label = self._path(service.label), service.label
        with self._machine.changing(path):
            write_definition(path, plist.text_of(service, session))
        domain, clock = self._domains[session], self._machine.clock
        if self._override(label) is not _Override.NONE:
            self._ask("enable", f"{domain}/{label}")
        end_ms = clock.awake_ms() + BOOTSTRAP_MS
        while True:
            answer = self._ask("bootstrap", domain, str(path))
            if answer.exit_code == 0 or self._knows(f"{domain}/{label}"):
                return answer._replace(exit_code=0)
            if answer.exit_code not in FOR_NOW or clock.awake_ms() >= end_ms:
                return answer
            # An override that the listing did not show looks like any other error.
            self._ask("enable", f"{domain}/{label}")
            clock.sleep(RETRY_MS)

    def _verify(self, target: str) -> None:
        if not self._within(VERIFY_MS, lambda: self._knows(target)):
            message = f"launchd said that it has {target}, and does not know it"
            hint = f"Do it again; `launchctl print {target}` tells what launchd has."
            raise DriverRefusedError(message, hint=hint)

    def _prepare(self, service: Service) -> None:
        """The folders that launchd expects, while nothing is changed yet."""
        with self._machine.changing(service.log):
            service.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._machine.changing(self._path(service.label)):
            self._folder.mkdir(parents=True, exist_ok=True)
        self._machine.demand_change(self._path(service.label))

    def _override(self, label: str) -> _Override:
        """By `print-disabled`, whose words have changed before.

        Both domains of a user share what is remembered; this one is always there.
        """
        answer = self._ask("print-disabled", self._domains[Session.BACKGROUND])
        if answer.exit_code != 0:
            return _Override.UNKNOWN
        told = re.search(rf'"{re.escape(label)}"\s*=>\s*(\w+)', answer.output)
        word = told[1].lower() if told else "enabled"
        if word in {"disabled", "true"}:
            return _Override.DISABLED
        known = word in {"enabled", "false"}
        return _Override.NONE if known else _Override.UNKNOWN

    def _within(self, ms: int, condition: Callable[[], bool]) -> bool:
        clock = self._machine.clock
        end_ms = clock.awake_ms() + ms
        while not condition():
            if clock.awake_ms() >= end_ms:
                return False
            clock.sleep(LOOK_MS)
        return True

    def _knows(self, target: str) -> bool:
        """Whether launchd has this domain, or this label of a domain."""
        return self._ask("print", target).exit_code == 0

    def _ask(self, *words: str) -> Brief:
        return self._machine.ask("launchctl", *words)

    def _path(self, label: str) -> Path:
        return self._folder / f"{label}.plist"

    def _subject(self, session: Session, label: str) -> Subject:
        return Subject(self._domains[session], label, str(self._path(label)))


def _content(path: Path) -> bytes | None:
    """What the file holds; nothing where it cannot be read, None where it is not."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        return b""


def _comes_back(path: Path) -> bool:
    """Whether the next login loads it: launchd passes over what others can write."""
    try:
        return not stat.S_IMODE(path.stat().st_mode) & 0o022
    except OSError:
        return False


def _state(domains: list[str], *, disabled: bool) -> str:
    where = f"loaded in {', '.join(domains)}" if domains else "not loaded"
    return f"{where}, disabled" if disabled else where
