"""Streams that the real agent programs wrote once, and ways to read them again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from runner.agents.base import AgentEvent, Answer, Standing, StreamReader

STREAMS = Path(__file__).parents[1] / "data" / "agent-streams"

NOW = 1_795_000_000
"""When a reading ends, in epoch seconds: 2026-11-18 11:06:40 in UTC."""


class Reading(NamedTuple):
    """What a reader made of a stream."""

    events: tuple[AgentEvent, ...]
    standing: Standing
    answer: Answer


def recorded(name: str) -> bytes:
    """One recorded stream, by its file's name without `.jsonl`."""
    return (STREAMS / f"{name}.jsonl").read_bytes()


def by_bytes(stream: bytes) -> Iterator[bytes]:
    """The stream as single bytes."""
    return (stream[at : at + 1] for at in range(len(stream)))


def read(
    reader: StreamReader,
    chunks: Iterable[bytes],
    exit_code: int | None = 0,
    *,
    now: int = NOW,
) -> Reading:
    """Feed a stream in pieces to its end; `standing` is that of the end."""
    events = [event for chunk in chunks for event in reader.feed(chunk)]
    answer = reader.answer(exit_code, now)
    return Reading(tuple(events), reader.standing, answer)


def successful_cuts(
    reader: Callable[[], StreamReader], stream: bytes, exit_code: int | None = 0
) -> list[int]:
    """Every length at which the stream, cut there, counts as a success."""
    return [
        length
        for length in range(len(stream) + 1)
        if read(reader(), [stream[:length]], exit_code).answer.error is None
    ]


def figures(reader: StreamReader, chunks: Iterable[bytes]) -> list[tuple[int, ...]]:
    """The figures of `Usage` after each piece; what is not known counts as 0."""
    steps = []
    for chunk in chunks:
        reader.feed(chunk)
        usage = msgspec.structs.astuple(reader.standing.usage)
        steps.append(tuple(value or 0 for value in usage))
    return steps
