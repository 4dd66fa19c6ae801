"""Asks for a run from inside a run: ask_for.py CONFIG (JOB | --tick)."""

import os
import sys
from pathlib import Path

from runner import api
from runner.model.orders import Order

config, what = sys.argv[1:]
with api.open_at(Path(config), os.environ, Path.home()) as project:
    if what == "--tick":
        print(*api.tick(project).started)
    else:
        print(api.submit(project, Order(what, "nobody")))
