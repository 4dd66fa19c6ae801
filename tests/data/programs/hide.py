"""Leaves processes behind, each hidden in the ways that one argument names.

Usage: hide.py PIDS STAY HIDEOUT... - a hideout is words joined with `+`: `double`
(forks twice), `setsid`, `clean` (an empty environment), `deaf` (ignores TERM and HUP),
`closed` (no descriptors). Their pids go to the file PIDS, one a line in order. With
STAY `stay` the program waits to be ended, else it ends once all are in place.
"""

import os
import signal
import sys
from pathlib import Path


def main():
    pids, stay, *hideouts = sys.argv[1:]
    found = [leave(hideout.split("+")) for hideout in hideouts]
    new = Path(f"{pids}.new")
    new.write_text("".join(f"{pid}\n" for pid in found))
    new.rename(pids)
    if stay == "stay":
        signal.pause()


def leave(ways):
    """The pid of a process that has become `sleep` by the time this returns."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        if "setsid" in ways:
            os.setsid()
        if "double" in ways and os.fork():
            os._exit(0)
        become_sleep(ways, writing)
    os.close(writing)
    pid = b""
    while chunk := os.read(reading, 64):
        pid += chunk  # ends when exec has closed the other end
    os.close(reading)
    if "double" in ways:
        os.waitpid(child, 0)
    return int(pid)


def become_sleep(ways, writing):
    if "deaf" in ways:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.write(writing, b"%d" % os.getpid())
    if "closed" in ways:
        os.closerange(0, 3)
    environment = {} if "clean" in ways else dict(os.environ)
    os.execve("/bin/sleep", ["sleep", "300"], environment)  # noqa: S606


main()
