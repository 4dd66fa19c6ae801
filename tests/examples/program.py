"""Run an example job as jobconsole does: through the bootstrap, in a process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from runner.process import bootstrap

ROOT = Path(__file__).parents[2]


class Outcome(NamedTuple):
    """How a job's process ended, and what it left in its result file."""

    exit_code: int
    stdout: str
    stderr: str
    success: bool | None
    message: str
    items_processed: int
    errors: list[str]


def run_job(name: str, *arguments: str | Path, result_file: Path) -> Outcome:
    """Run `jobs/<name>.py`. A result file that was not written reads as no result."""
    program = [sys.executable, bootstrap.__file__, f"{ROOT}/jobs/{name}.py"]
    done = subprocess.run(
        ["env", f"JOBCONSOLE_RESULT={result_file}", *program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    written = json.loads(result_file.read_text()) if result_file.exists() else {}
    return Outcome(
        exit_code=done.returncode,
        stdout=done.stdout,
        stderr=done.stderr,
        success=written.get("success"),
        message=written.get("message", ""),
        items_processed=written.get("items_processed", 0),
        errors=written.get("errors", []),
    )
