"""Named places where a test may kill the process, to prove that no step loses a run.

The variable `JOBCONSOLE_FAILPOINT` names one place. Nothing is named in production.
"""

from __future__ import annotations

import os

from runner.process.environment import failpoint_name


def failpoint(name: str) -> None:
    """Die here by SIGKILL if this place was named."""
    if failpoint_name() == name:
        import signal

        os.kill(os.getpid(), signal.SIGKILL)
