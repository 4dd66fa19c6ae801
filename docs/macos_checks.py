"""Tries on a Mac what was built without one: `python3 docs/macos_checks.py`.

In a checkout, after `make init`. It makes a project of its own, has launchd drive it,
looks, and removes it again; what it and macos_machine.py saw goes to macos-report.txt.
`--long` also waits for the second tick, `--ask` also asks you to put the Mac to sleep.
What is tried, and why, is told in macos-checks.md. Any Python from 3.9 on runs it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv" / "bin" / "python"
REPORT = Path("macos-report.txt")

CONFIG = """
jobs:
  sleeper: {command: "echo $$ > sleeper.pid; exec sleep 600", when: {every: 1m}}
  looker: {command: "sh look.sh", when: {every: 1m}}
  leaver: {command: "sleep 600 & echo $! > left.pid"}
"""
UNREADABLE = (OSError, ValueError, LookupError, AttributeError, EOFError)
SPIN = "import time; t = time.time(); sum(range(30_000_000)); print(time.time() - t)"
LOOK = f"""
{{ {shlex.quote(str(PYTHON))} -c "{SPIN}"; umask
security show-keychain-info >/dev/null 2>&1; echo $?
ls ~/Documents >/dev/null 2>&1; echo $?; }} > look.new; mv look.new look.txt
"""


class Verdict(Enum):
    """How a check ended."""

    OK = "ok"
    WRONG = "wrong"
    NOT_TRIED = "not tried"


class Result(NamedTuple):
    """`said` is what was seen."""

    verdict: Verdict
    said: str


class Site(NamedTuple):
    """The project that is tried with."""

    folder: Path
    long: bool
    ask: bool

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Ask jobconsole."""
        config = str(self.folder / "teleclaude.yml")
        program = (str(PYTHON), "-P", "-m", "jobconsole", "--config", config)
        return run(*program, *words)

    def status(self) -> dict[str, Any]:
        """What `status` tells."""
        document: dict[str, Any] = json.loads(self.call("status", "--json").stdout)
        return document

    def is_known(self, label: str) -> bool:
        """Whether launchd has it."""
        target = f"gui/{os.getuid()}/{label}"
        return run("launchctl", "print", target).returncode == 0

    def pid(self, name: str) -> int:
        """The process that a job noted, 0 where it has not."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.folder / name).read_text())
        return 0


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    """A command to its end, whatever it answers."""
    return subprocess.run(
        argv, capture_output=True, text=True, timeout=120, check=False
    )


def judged(right: object, said: str) -> Result:
    """The verdict by whether something is right."""
    return Result(Verdict.OK if right else Verdict.WRONG, said)


def within(seconds: float, condition: Callable[[], object]) -> float | None:
    """After how long it came true; None where it did not."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            return None
        threading.Event().wait(0.1)
    return time.monotonic() - start


def alive(pid: int) -> bool:
    """Whether there is such a process."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return pid > 0
    return False


def first_tick(site: Site) -> Result:
    """It is loaded, the first tick comes at once, and doing it again is nothing."""
    installed = site.call("install", "--backend", "launchd")
    if installed.returncode:
        return judged(right=False, said=installed.stderr.strip())
    ticked = within(20, lambda: site.status()["last_tick"])
    loaded = site.is_known(site.status()["drivers"][0]["label"])
    again = "already" in site.call("install", "--backend", "launchd").stderr
    said = f"loaded: {loaded}; first tick: {ticked} s; again is nothing: {again}"
    return judged(loaded and again and ticked is not None, said)


def definition(site: Site) -> Result:
    """The plutil of the Mac understands what was written."""
    linted = run("plutil", "-lint", site.status()["drivers"][0]["files"][0])
    return judged(linted.returncode == 0, linted.stdout.strip())


def worker(site: Site) -> Result:
    """What a tick starts goes on when the tick has left."""
    within(90, lambda: site.pid("sleeper.pid"))
    pid = site.pid("sleeper.pid")
    here = site.folder.name
    gone = within(20, lambda: run("pgrep", "-f", f"{here}.*--tick").returncode == 1)
    return judged(gone is not None and alive(pid), f"job {pid}, tick left: {gone} s")


def looked(site: Site) -> Result:
    """A job by launchd: not throttled, umask 077; what it sees is told."""
    if within(90, (site.folder / "look.txt").exists) is None:
        return judged(right=False, said="the job did not run")
    lines = (site.folder / "look.txt").read_text().split()
    spun, mask, keychain, documents = float(lines[0]), *lines[1:4]
    here = float(run(str(PYTHON), "-c", SPIN).stdout)
    said = (
        f"{spun / here:.2f} times as slow as here; umask {mask}; keychain {keychain} "
        f"(0: it is open); ~/Documents {documents} (0: allowed)"
    )
    return judged(spun < 1.5 * here and keychain == "0", said)


def leftovers(site: Site) -> Result:
    """What a job leaves behind is found by libproc and ended."""
    ended = site.call("run", "leaver")
    gone = within(10, lambda: not alive(site.pid("left.pid")))
    left = site.pid("left.pid")
    return judged(left and gone is not None, f"exit {ended.returncode}, left {left}")


def doctor(site: Site) -> Result:
    """It finds nothing wrong from within launchd."""
    report = site.call("doctor", "--in", "launchd")
    return judged(report.returncode == 0, report.stdout.strip() or report.stderr)


def clocks(site: Site) -> Result:
    """Awake and continuous time are two clocks; asleep only one of them goes on."""
    names = ("CLOCK_UPTIME_RAW", "CLOCK_MONOTONIC_RAW")
    awake, continuous = (getattr(time, name) for name in names)

    def slept() -> float:
        return time.clock_gettime(continuous) - time.clock_gettime(awake)

    before = slept()
    if not site.ask:
        return Result(Verdict.NOT_TRIED, f"asleep since boot: {before:.0f} s; --ask")
    input("Put the Mac to sleep for two minutes, wake it, and press Enter: ")
    asleep = slept() - before
    ticked = within(330, lambda: site.status()["overdue_ms"] == 0)
    gaps = site.status()["gaps"]
    said = f"asleep {asleep:.0f} s; in time after {ticked} s; gaps {gaps}"
    return judged(asleep > 60 and ticked is not None, said)


def boot(_site: Site) -> Result:
    """The id of this boot is found, as the system tells it."""
    asked = "from runner.process.identity import boot_id; print(boot_id())"
    ours = run(str(PYTHON), "-c", asked).stdout.strip()
    theirs = run("sysctl", "-n", "kern.bootsessionuuid").stdout.strip()
    return judged(ours == theirs != "", f"{ours} and {theirs}")


def second_tick(site: Site) -> Result:
    """The next one comes five minutes after the first."""
    if not site.long:
        return Result(Verdict.NOT_TRIED, "--long")
    first = site.status()["last_tick"]
    took = within(420, lambda: site.status()["last_tick"] != first)
    late = site.status()["late_ms"]
    return judged(took is not None, f"after {took} s more; late by {late} ms")


def named(site: Site) -> Result:
    """Under which name the Mac shows it to its user."""
    if not site.ask:
        return Result(Verdict.NOT_TRIED, "--ask")
    place = "System Settings > General > Login Items"
    return Result(Verdict.OK, input(f"Which name has the newest item under {place}? "))


def resident(site: Site) -> Result:
    """One that is killed is started again, not sooner than every 10 s."""
    site.call("install", "--backend", "launchd", "--resident")
    within(20, lambda: site.status()["resident_pid"])
    pid = site.status()["resident_pid"]
    if pid is None:
        return judged(right=False, said="it did not start")
    os.kill(pid, signal.SIGKILL)
    back = within(30, lambda: site.status()["resident_pid"] not in {None, pid})
    return judged(back is not None, f"back after {back} s")


def removed(site: Site) -> Result:
    """Nothing is left behind, and the job that runs goes on."""
    driver, pid = site.status()["drivers"][0], site.pid("sleeper.pid")
    answered = site.call("uninstall").returncode
    gone = not Path(driver["files"][0]).exists() and not site.is_known(driver["label"])
    said = f"exit {answered}; gone: {gone}; the job goes on: {alive(pid)}"
    return judged(gone and alive(pid), said)


CHECKS: tuple[Callable[[Site], Result], ...] = (
    *(boot, first_tick, definition, worker, looked, leftovers, doctor),
    *(named, second_tick, clocks, resident, removed),
)


def tried(check: Callable[[Site], Result], site: Site) -> Result:
    """What a check came to, whatever happened in it."""
    try:
        return check(site)
    except (*UNREADABLE, subprocess.SubprocessError) as error:
        return judged(right=False, said=f"what came could not be read: {error!r}")


def main() -> int:
    """Try everything, and report."""
    parser = argparse.ArgumentParser(description="Try on a Mac what needs one.")
    parser.add_argument("--long", action="store_true", help="wait for a second tick")
    parser.add_argument("--ask", action="store_true", help="ask you to help")
    options = parser.parse_args()
    if platform.system() != "Darwin":
        sys.stderr.write("this is for macOS; here there is nothing to try\n")
        return 2
    machine = run(sys.executable, str(ROOT / "docs" / "macos_machine.py"))
    lines = machine.stdout.splitlines()
    sys.stdout.write(machine.stdout + machine.stderr)
    wrong = machine.returncode != 0
    # In the home, as macOS keeps other places from agents.
    folder = Path(tempfile.mkdtemp(prefix="jobconsole-checks-", dir=Path.home()))
    (folder / "teleclaude.yml").write_text(CONFIG)
    (folder / "look.sh").write_text(LOOK)
    site = Site(folder, options.long, options.ask)
    try:
        for check in CHECKS:
            result = tried(check, site)
            wrong = wrong or result.verdict is Verdict.WRONG
            said = " / ".join(result.said.splitlines())
            name = check.__name__.replace("_", " ")
            lines.append(f"{result.verdict.value:<10}{name:<12}{said}")
            sys.stdout.write(f"{lines[-1]}\n")
            REPORT.write_text("\n".join(lines) + "\n", "utf-8")
    finally:
        site.call("uninstall")
        site.call("cancel", "sleeper")
        within(20, lambda: not alive(site.pid("sleeper.pid")))
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(f"The report is in {REPORT.resolve()}\n")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
