"""Call the command line as an operator does: in a process, from any folder."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def jobconsole(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "jobconsole", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
