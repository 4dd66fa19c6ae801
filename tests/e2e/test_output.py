"""What a job writes is stored byte for byte, followed and summarised; none of it
passes through the worker.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from runner import api
from runner.model.orders import Order
from runner.model.run import RunStatus
from tests.helpers.processes import python_program
from tests.helpers.project import ended, run_job
from tests.helpers.site import receipt_of, site, until, worker_of
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from runner.engine.project import Project

GIB = 1 << 30
HASHED = 16 << 20
"""The largest file that the receipt still has a checksum of."""

SLACK_KB = 8 * 1024
"""What a worker may grow by, whatever the jobs write."""

ODD = (
    b"plain\n"
    + bytes(range(256))  # NUL, escapes, and no valid UTF-8
    + b"x" * 1_000_000  # one long line
    + b"\n\xff\xfe\r\n\x1b[31mred\x1b[0m\n"
    + "ünïcödé 漢字\n".encode()
    + b"cut in the middle of a character: \xe6\xbc"
)


def peak_memory(pid: int) -> int:
    """The most memory that a process has had, in KiB."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def waiting_at(project: Project, run_id: str, gate: str) -> int:
    """The worker of a run that has come as far as its gate."""
    wait_until((project.root / f"at-{gate}").exists, f"{run_id} at {gate}")
    return worker_of(project, run_id)


def at(gate: str) -> str:
    return f"touch at-{gate}; {until(gate)}"


def test_a_gibibyte_of_output_leaves_the_worker_as_it_was(tmp_path: Path) -> None:
    config = {
        "concurrency": {"default": 1},
        "jobs": {
            "before": {"command": at("first")},
            "big": {
                "command": f"head -c {GIB} /dev/zero; head -c {HASHED} /dev/zero >&2"
            },
            "after": {"command": at("second")},
        },
    }
    with site(tmp_path, config) as project:
        orders = [Order(name, "tester") for name in ("before", "big", "after")]
        before, big, after = [api.submit(project, order) for order in orders]
        worker = waiting_at(project, before, "first")
        peak = peak_memory(worker)
        (tmp_path / "first").touch()
        assert waiting_at(project, after, "second") == worker
        grown = peak_memory(worker) - peak
        (tmp_path / "second").touch()
        folder = api.run_detail(project, big).folder
        try:
            assert folder.stdout.stat().st_size == GIB
            assert folder.stderr.stat().st_size == HASHED
            assert folder.summary.stat().st_size < 100_000
            artifacts = {a.path: a for a in receipt_of(project, big).artifacts}
        finally:
            folder.stdout.unlink()
        ended(project, after)
    assert artifacts["stdout.log"].bytes == GIB
    assert artifacts["stdout.log"].sha256 is None
    digest = hashlib.sha256(bytes(HASHED)).hexdigest()
    assert artifacts["stderr.log"].sha256 == digest
    assert grown < SLACK_KB


def test_output_is_stored_byte_for_byte(tmp_path: Path) -> None:
    (tmp_path / "odd").write_bytes(ODD)
    config = {"jobs": {"a": {"command": "cat odd; cat odd odd >&2"}}}
    with site(tmp_path, config) as project:
        view = run_job(project, "a")
        folder = api.run_detail(project, view.run_id).folder
        artifacts = {a.path: a for a in receipt_of(project, view.run_id).artifacts}
        assert view.status is RunStatus.SUCCEEDED
        assert folder.stdout.read_bytes() == ODD
        assert folder.stderr.read_bytes() == ODD * 2
        assert artifacts["stdout.log"].sha256 == hashlib.sha256(ODD).hexdigest()
        summary = folder.summary.read_text("utf-8")
    assert "    ünïcödé 漢字\n" in summary
    assert (
        "    cut in the middle of a character: \N{REPLACEMENT CHARACTER}\n" in summary
    )


def test_a_page_quotes_a_long_last_line_in_part(tmp_path: Path) -> None:
    command = "head -c 1000000 /dev/zero | tr '\\0' x"
    with site(tmp_path, {"jobs": {"a": {"command": command}}}) as project:
        view = run_job(project, "a")
        folder = api.run_detail(project, view.run_id).folder
        assert folder.stdout.stat().st_size == 1_000_000
        assert 1_000 < folder.summary.stat().st_size < 20_000


def test_output_is_followed_while_it_grows(tmp_path: Path) -> None:
    """Two streams and a gate between them: the first half is there before the end."""
    (tmp_path / "odd").write_bytes(ODD)
    command = f"cat odd; {until('gate')}; cat odd >&2; printf end"
    with site(tmp_path, {"jobs": {"a": {"command": command}}}) as project:
        run_id = api.submit(project, Order("a", "tester"))
        got = {"stdout": b"", "stderr": b""}
        for chunk in api.follow(project, run_id):
            if chunk.data:
                got[chunk.stream] += chunk.data
            if got["stdout"] == ODD:
                (tmp_path / "gate").touch()
        assert api.resolve_run(project, run_id).status is RunStatus.SUCCEEDED
    assert got == {"stdout": ODD + b"end", "stderr": ODD}


def test_output_marks_add_up_to_what_was_written(tmp_path: Path) -> None:
    command = [*python_program("babble.py"), "marked"]
    with site(tmp_path, {"jobs": {"a": {"command": command}}}) as project:
        run_id = api.submit(project, Order("a", "tester"))
        for event in api.events(project, run_id, follow=True):
            if event is not None and event["event"] == "output":
                (tmp_path / "marked").touch()
        events = [e for e in api.events(project, run_id) if e is not None]
        size = api.run_detail(project, run_id).folder.stdout.stat().st_size
    marks = [event for event in events if event["event"] == "output"]
    assert len(marks) >= 2
    end = 0
    for mark in marks:
        assert mark["offset"] == end
        end += int(str(mark["bytes"]))
    assert end == size
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
