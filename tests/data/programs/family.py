"""A job that writes down that it ran, and leaves a grandchild in another session.

Usage: family.py LOG [HOLD] - appends `RUN PID KIND` lines to LOG in one write each,
and goes on for as long as the file HOLD is there.
"""

import os
import sys
import time
from pathlib import Path


def main():
    log = sys.argv[1]
    hold = sys.argv[2] if len(sys.argv) > 2 else ""
    note(log, "child")
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            note(log, "grandchild")
            os.write(writing, b"1")
            time.sleep(300)
        os._exit(0)
    os.wait()
    os.read(reading, 1)
    while hold and Path(hold).exists():
        time.sleep(0.01)


def note(log, kind):
    line = f"{os.environ['JOBCONSOLE_RUN_ID']} {os.getpid()} {kind}\n"
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, line.encode())
    os.close(descriptor)


main()
