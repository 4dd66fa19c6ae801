"""Writes a line, waits for a file, and writes another: babble.py FILE"""

import os
import sys
import time

print("begin", flush=True)
while not os.path.exists(sys.argv[1]):
    time.sleep(0.01)
print("end")
