"""Runs a command, adopts every process it leaves (Linux), and tells how each ended.

Usage: adopt.py COMMAND... - prints a JSON list of [pid, signal] (0: it exited) and
leaves when none is left, or as soon as one was killed by SIGKILL.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys


def main():
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    process.returncode = 0  # its status is read here
    endings = []
    while not any(number == signal.SIGKILL for _, number in endings):
        try:
            pid, status = os.wait()
        except ChildProcessError:
            break
        endings.append([pid, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0])
    print(json.dumps(endings))


main()
