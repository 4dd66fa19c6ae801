"""Moves from pid to pid: each process forks the next one and ends, in new sessions.

Usage: roam.py FILE: FILE appears once it roams. Ends by itself after a while, should
nobody manage to end it.
"""

import os
import sys
import time
from pathlib import Path

LIFETIME_SECONDS = 30

end = time.monotonic() + LIFETIME_SECONDS
if os.fork():
    os._exit(0)
Path(sys.argv[1]).touch()
while time.monotonic() < end:
    os.setsid()
    if os.fork():
        os._exit(0)
