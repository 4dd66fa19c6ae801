"""cron as a driver: a marked block in the user's crontab."""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchd import crontab
from launchd.service import Found, Plan
from runner.model.errors import DriverRefusedError, DriverUnavailableError
from runner.process.driver import Driver
from runner.process.table import process_table
from runner.store.folders import write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from launchd.machine import Machine
    from launchd.service import Service
    from runner.process.brief import Brief
    from runner.process.table import ProcessInfo

COMMAND = "crontab"
DAEMONS = frozenset({"cron", "crond", "cronie", "dcron", "fcron"})
"""What the process that calls is named, by whoever ships it."""

_ATTEMPTS = 5
_PLAIN = {"LC_ALL": "C", "CRONTAB_NOHEADER": "Y"}
"""Messages as we know them, and no lines that were never the user's."""

_MASKED = re.compile(rb"\\[rb]")
"""What Debian's `crontab -l` shows in place of a carriage return or a backspace."""


def _everybody() -> Mapping[int, ProcessInfo]:
    return process_table().processes()


_NO_DAEMON = "no cron daemon is running; root starts one by `service cron start`"


def daemon_runs(
    platform: str = sys.platform,
    look: Callable[[], Mapping[int, ProcessInfo]] = _everybody,
) -> bool:
    """Whether there is a cron that calls what is in crontabs.

    macOS starts it when there is a crontab, and ends it when there is none.
    """
    if platform == "darwin":
        return True
    processes = look()
    # Some systems hide what belongs to others: then there is nothing to go by.
    hidden = 1 not in processes
    daemons = [it.pid for it in processes.values() if it.command in DAEMONS]
    return hidden or any(map(_is_of_here, daemons))


def _is_of_here(pid: int) -> bool:
    """Whether it is in no container: what is in one has a number of its own there too."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return True
    lines = status.splitlines()
    numbers = next((it for it in lines if it.startswith("NSpid:")), "")
    return len(numbers.split()) <= 2  # the name of the line, and one number


def advice_for(platform: str, *, runs: bool) -> list[str]:
    said: list[str] = []
    if not runs:
        said.append(
            "Cron calls nothing without its daemon: root starts it by `systemctl enable"
            " --now cron` or `service cron start` (some systems say crond)."
        )
    if platform == "darwin":
        said.append(
            "On macOS what cron starts cannot read the keychain, nor your Documents,"
            " Desktop and Downloads: launchd is the better driver."
        )
    return said


class Cron:
    """The crontab of this user. `runs` tells whether a daemon reads it."""

    driver: Final = Driver.CRON

    def __init__(
        self, machine: Machine, runs: Callable[[], bool] = daemon_runs
    ) -> None:
        self._machine = machine
        self._runs = runs

    def obstacle(self) -> str:
        try:
            self._read()
        except (DriverRefusedError, DriverUnavailableError) as error:
            return error.message
        return ""

    def plan(self, service: Service) -> Plan:
        block = crontab.block_of(service)
        return Plan(files=(), commands=((COMMAND, "FILE"),), definition=block)

    def find(self, label: str) -> Found | None:
        return self._found(self._read(), label)

    def everything(self) -> list[Found]:
        try:
            text = self._read()
        except (DriverRefusedError, DriverUnavailableError):
            return []
        found = [self._found(text, label) for label in crontab.labels(text)]
        return [it for it in found if it]

    def foreign_ticks(self) -> list[crontab.ForeignTick]:
        """Lines that call a tick, and were written by another hand."""
        return crontab.foreign_ticks(self._read())

    def install(self, service: Service) -> None:
        block = crontab.block_of(service)
        self._change(lambda text: crontab.put(text, service.label, block))

    def remove(self, label: str) -> bool:
        was_there = crontab.find(self._read(), label) is not None
        self._change(lambda text: crontab.take(text, label))
        return was_there

    def advice(self) -> list[str]:
        return advice_for(sys.platform, runs=self._runs())

    def _found(self, text: bytes, label: str) -> Found | None:
        block = crontab.find(text, label)
        if block is None:
            return None
        runs = self._runs()
        state = "cron is running" if runs else _NO_DAEMON
        return Found(
            driver=self.driver,
            label=label,
            files=(),
            definition=block.definition,
            service=block.service,
            loaded=block.active and runs,
            enabled=block.active,
            state=state if block.active else "its line is missing or commented out",
        )

    def _change(self, edit: Callable[[bytes], bytes]) -> None:
        """Edit the crontab as it is now.

        cron has no lock for it: who saves between our reading and our writing, by
        another way than ours, loses. Who saves after us is seen and edited again.
        """
        with self._machine.alone(self._machine.home):
            for _ in range(_ATTEMPTS):
                before = self._read()
                after = edit(before)
                if after == before:
                    return
                self._write(after)
        message = "cron does not keep the crontab as it was written"
        raise DriverRefusedError(
            message, hint="Somebody else may be changing it: look with `crontab -l`."
        )

    def _read(self) -> bytes:
        """The crontab, byte for byte; nothing where there is none."""
        with tempfile.TemporaryDirectory(prefix="jobconsole-") as folder:
            listing = Path(folder) / "listing"
            script = f"exec {COMMAND} -l >{shlex.quote(str(listing))}"
            answer = self._ask("/bin/sh", "-c", script)
            if answer.exit_code == 0:
                text = listing.read_bytes()
                return self._unmasked(Path(folder)) if _MASKED.search(text) else text
        if "no crontab for" in answer.output:
            return b""
        message = f"cron cannot be used: {_told(answer)}"
        raise DriverUnavailableError(
            message, hint="Whoever administers this machine may know why."
        )

    def _unmasked(self, folder: Path) -> bytes:
        """The crontab as an editor gets it; this one only copies it."""
        editor, copy = folder / "editor", folder / "copy"
        script = f'#!/bin/sh\nexec cp -- "$1" {shlex.quote(str(copy))}\n'
        write_file(editor, script.encode())
        editor.chmod(0o700)
        name = shlex.quote(str(editor))
        answer = self._ask(COMMAND, "-e", VISUAL=name, EDITOR=name)
        if answer.exit_code != 0 or not copy.exists():
            message = f"the crontab cannot be read as it is: {_told(answer)}"
            raise DriverRefusedError(
                message, hint="Remove the control characters with `crontab -e`."
            )
        return copy.read_bytes()

    def _write(self, text: bytes) -> None:
        """Make it the crontab. An empty one is the same as none, and none is left."""
        with tempfile.TemporaryDirectory(prefix="jobconsole-") as folder:
            file = Path(folder) / "crontab"
            write_file(file, text)
            answer = self._ask(COMMAND, str(file) if text else "-r")
        if answer.exit_code != 0:
            message = f"cron did not take the crontab: {_told(answer)}"
            raise DriverRefusedError(
                message, hint="Correct the line that it names with `crontab -e`."
            )

    def _ask(self, *argv: str, **extra: str) -> Brief:
        if not self._machine.has(COMMAND):
            message = f"cron is not installed: there is no `{COMMAND}` command"
            raise DriverUnavailableError(message, hint="Install cron.")
        return self._machine.ask(*argv, extra={**_PLAIN, **extra})


def _told(answer: Brief) -> str:
    if answer.timed_out:
        return f"`{COMMAND}` does not answer"
    words = " ".join(answer.output.split())
    return words or f"`{COMMAND}` ended with {answer.exit_code}"
