"""What living processes use: the only place that measures them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.model.activity import ProcessView
from runner.process.identity import start_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import psutil

_FACTS = (
    "ppid",
    "name",
    "cmdline",
    "status",
    "create_time",
    "cpu_times",
    "memory_info",
    "num_threads",
)
_COMMAND_SHOWN = 200


class Moment(NamedTuple):
    """When a look is taken, by two clocks in milliseconds."""

    wall_ms: int
    awake_ms: int


class _Sample(NamedTuple):
    """A process, its parent, and the CPU time (seconds) that it had used by then."""

    parent: int
    view: ProcessView
    cpu_seconds: float


class _Known(NamedTuple):
    """A process that was looked at before, and what it had used at that time."""

    process: psutil.Process
    cpu_seconds: float
    awake_ms: int


class Sampler:
    """Measures processes again and again; one thread at a time may use it.

    A process is known by its pid and start: who gets the pid next is another one.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], _Known] = {}

    def look(
        self, processes: Mapping[int, int], moment: Moment
    ) -> tuple[ProcessView, ...]:
        """Those of the processes (pid to start) that live, as a tree."""
        samples: dict[int, _Sample] = {}
        known: dict[tuple[int, int], _Known] = {}
        for pid, started in processes.items():
            found = self._sample(pid, started, moment)
            if found is not None:
                samples[pid], known[pid, started] = found
        self._known = known
        return tuple(_tree(samples))

    def _sample(
        self, pid: int, started: int, moment: Moment
    ) -> tuple[_Sample, _Known] | None:
        import psutil

        before = self._known.get((pid, started))
        with contextlib.suppress(psutil.Error):
            process = before.process if before else psutil.Process(pid)
            sample = _measured(process, before, moment)
            # Asked last: what was measured is then known to be of this very process.
            if start_of(pid) == started:
                return sample, _Known(process, sample.cpu_seconds, moment.awake_ms)
        return None


def _measured(
    process: psutil.Process, before: _Known | None, moment: Moment
) -> _Sample:
    """Raises psutil.NoSuchProcess. What may not be seen of the process is None."""
    facts = process.as_dict(_FACTS, ad_value=None)
    times, memory = facts["cpu_times"], facts["memory_info"]
    cpu_seconds = times.user + times.system if times else 0.0
    command = " ".join(facts["cmdline"] or ()) or facts["name"] or ""
    created_ms = int((facts["create_time"] or 0) * 1000)
    view = ProcessView(
        pid=process.pid,
        depth=0,
        command=command[:_COMMAND_SHOWN],
        status=facts["status"] or "",
        running_ms=max(moment.wall_ms - created_ms, 0) if created_ms else 0,
        cpu_percent=_percent(cpu_seconds, before, moment) if times else None,
        rss=memory.rss if memory else None,
        threads=facts["num_threads"],
    )
    return _Sample(facts["ppid"] or 0, view, cpu_seconds)


def _percent(cpu_seconds: float, before: _Known | None, moment: Moment) -> float | None:
    if before is None or moment.awake_ms <= before.awake_ms:
        return None
    used_ms = (cpu_seconds - before.cpu_seconds) * 1000
    return max(used_ms, 0.0) * 100 / (moment.awake_ms - before.awake_ms)


def _tree(samples: Mapping[int, _Sample]) -> Iterator[ProcessView]:
    """Parents before their children, each with its depth; orphans are topmost."""
    below: dict[int, list[int]] = {}
    for pid in sorted(samples):
        parent = samples[pid].parent
        below.setdefault(parent if parent in samples else 0, []).append(pid)
    waiting = [(pid, 0) for pid in reversed(below.get(0, []))]
    while waiting:
        pid, depth = waiting.pop()
        yield msgspec.structs.replace(samples[pid].view, depth=depth)
        waiting += [(child, depth + 1) for child in reversed(below.get(pid, []))]
