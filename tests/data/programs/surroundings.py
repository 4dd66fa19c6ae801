"""Prints as JSON what a process finds around it, without what names its run."""

import json
import os
import signal
import sys
from pathlib import Path

OF_THE_RUN = ("JOBCONSOLE_RESULT", "JOBCONSOLE_ROLE_FILE", "JOBCONSOLE_RUN_ID")


def main():
    umask = os.umask(0)
    environment = dict(os.environ)
    for name in OF_THE_RUN:
        environment.pop(name)
    found = {
        "environment": environment,
        "arguments": sys.argv[1:],
        "cwd": str(Path.cwd()),
        "umask": umask,
        "ignored": sorted(
            number.name
            for number in signal.valid_signals()
            if isinstance(number, signal.Signals)
            and signal.getsignal(number) is signal.SIG_IGN
        ),
        "blocked": len(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "descriptors": descriptors(),
        "stdin": sys.stdin.read(),
        "leads_its_session": os.getsid(0) == os.getpid() == os.getpgrp(),
    }
    print(json.dumps(found))


def descriptors():
    found = []
    for number in range(256):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found


main()
