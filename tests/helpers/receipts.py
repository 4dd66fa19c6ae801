"""Receipts of runs that never were."""

from __future__ import annotations

from typing import Any

import msgspec

from runner.model.receipt import HostRecord, Receipt
from runner.model.run import RunStatus, Trigger

_PLAIN = Receipt(
    run_id="20261120T060000Z-7f3k9q",
    sequence=1,
    job_id="a",
    kind="agent",
    trigger=Trigger.MANUAL,
    role="admin",
    actor="tester",
    status=RunStatus.FAILED,
    queued_at="2026-11-20T06:00:00.000Z",
    host=HostRecord("h", "linux", "3.11", "1", "b"),
)


def receipt(**changes: Any) -> Receipt:
    """Of a run of job `a` that failed, but for the changes."""
    return msgspec.structs.replace(_PLAIN, **changes)
