"""Moves from pid to pid: each process forks the next one and ends, in new sessions.

Usage: roam.py FILE: FILE appears once it roams.
"""

import os
import sys
from pathlib import Path

if os.fork():
    os._exit(0)
Path(sys.argv[1]).touch()
while True:
    os.setsid()
    if os.fork():
        os._exit(0)
