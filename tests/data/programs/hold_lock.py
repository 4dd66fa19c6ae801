"""Takes a lock and keeps it: hold_lock.py PATH."""

import signal
import sys
from pathlib import Path

from runner.process.identity import own_identity
from runner.process.locks import Holder, PidLock

lock = PidLock(Path(sys.argv[1]))
assert lock.acquire(Holder(own_identity(), 0, None))
signal.pause()
