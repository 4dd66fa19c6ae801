from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.runner.config.folder import Folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    root = tmp_path / "project"
    root.mkdir()
    return Folder(root)
