"""Executes its arguments from odd surroundings, as some program might start a tick."""

import os
import signal
import sys

os.umask(0o077)
os.chdir("/")
os.set_inheritable(os.open("/dev/null", os.O_RDONLY), True)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})
os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606
