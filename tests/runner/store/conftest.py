from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from runner.store.db import Connection, open_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Connection]:
    """An index of its own, empty."""
    with contextlib.closing(open_index(tmp_path / "index.db")) as connection:
        yield connection
