"""What a process must not keep of those that it had to do with."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from runner.process.table import process_table
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def nothing_kept() -> Iterator[None]:
    """Children (zombies too), descriptors and threads are soon the same afterwards."""
    before = _kept()
    yield
    wait_until(lambda: _kept() == before, "what was begun to be gone")


def _kept() -> tuple[set[int], int, int]:
    children = set(process_table().children(os.getpid()))
    return children, len([*Path("/dev/fd").iterdir()]), threading.active_count()
