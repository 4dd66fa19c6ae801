from __future__ import annotations

from datetime import datetime
from itertools import islice, pairwise
from pathlib import Path

import msgspec
import pytest

from runner.model.schedule import Cron
from runner.schedule import fires, timetable

DATA = Path(__file__).parents[2] / "data" / "cron_vectors.json"


class Vector(msgspec.Struct):
    id: str
    expr: str
    tz: str
    start: str
    expect: list[str]
    note: str


VECTORS = msgspec.json.decode(DATA.read_bytes(), type=list[Vector])


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_there_are_41_vectors() -> None:
    assert len({vector.id for vector in VECTORS}) == 41


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.id)
def test_vector(vector: Vector) -> None:
    times = timetable(Cron(vector.expr, vector.tz))
    start, expected = instant(vector.start), [instant(text) for text in vector.expect]
    assert list(islice(fires(times, start), len(expected))) == expected, vector.note
    assert times.count(start, expected[-1]) == len(expected)
    for earlier, later in pairwise(expected):
        assert times.latest(later - 1) == earlier
        assert times.latest(later) == later
