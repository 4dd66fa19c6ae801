"""Adds a line to the file named first: with what it was called, and where it is."""

import json
import os
import sys
from pathlib import Path

call = {
    "argv": sys.argv[2:],
    "environment": dict(os.environ),
    "cwd": str(Path.cwd()),
}
with Path(sys.argv[1]).open("a", encoding="utf-8") as file:
    file.write(json.dumps(call) + "\n")
