"""A process that lives on and makes an orphan once a file says so.

Usage: late_orphan.py PID GATE ORPHAN: writes its pid to PID and, when GATE is there,
leaves a `sleep` of its own behind whose pid goes to ORPHAN.
"""

import os
import sys
import time
from pathlib import Path


def main():
    pid, gate, orphan = sys.argv[1:]
    if os.fork():
        wait_for(pid)
        return
    os.setsid()
    say(pid, os.getpid())
    wait_for(gate)
    child = os.fork()
    if child == 0:
        if (grandchild := os.fork()) != 0:
            say(orphan, grandchild)
            os._exit(0)
        os.execv("/bin/sleep", ["sleep", "300"])  # noqa: S606
    os.waitpid(child, 0)
    time.sleep(300)


def say(path, pid):
    new = Path(f"{path}.new")
    new.write_text(f"{pid}\n")
    new.rename(path)


def wait_for(path):
    while not Path(path).exists():
        time.sleep(0.01)


main()
