"""Writes a line, waits for a file, and writes another: babble.py FILE"""

import sys
import time
from pathlib import Path

print("begin", flush=True)
while not Path(sys.argv[1]).exists():
    time.sleep(0.01)
print("end")
