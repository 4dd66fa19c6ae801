"""Reads pieces of a run's output, whatever a job may have done to the files."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, NamedTuple

from runner.store.folders import open_regular

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from runner.model.log import Stream


class Span(NamedTuple):
    """Bytes of one stream's file that follow each other in the document."""

    stream: Stream
    offset: int
    length: int


def read_spans(files: Mapping[Stream, Path], spans: Sequence[Span]) -> bytes:
    """Spans one after the other; those of one stream follow each other in its file."""
    if len(spans) == 1:
        return read_span(files[spans[0].stream], spans[0])
    # One read of each file: there may be very many short spans.
    sources = {
        stream: read_span(path, _around(own))
        for stream, path in files.items()
        if (own := [span for span in spans if span.stream is stream])
    }
    taken = dict.fromkeys(sources, 0)
    parts: list[bytes] = []
    for stream, _, length in spans:
        parts.append(sources[stream][taken[stream] : taken[stream] + length])
        taken[stream] += length
    return b"".join(parts)


def read_span(path: Path, span: Span) -> bytes:
    """The bytes of a span; zeros for what is gone since it was placed."""
    data = b""
    with contextlib.suppress(OSError), open_regular(path) as file:
        data = os.pread(file.fileno(), span.length, span.offset)
    return data.ljust(span.length, b"\0")


def size_of(path: Path) -> int:
    try:
        with open_regular(path) as file:
            return os.fstat(file.fileno()).st_size
    except OSError:
        return 0


def _around(spans: list[Span]) -> Span:
    first = spans[0]
    return first._replace(length=sum(span.length for span in spans))
