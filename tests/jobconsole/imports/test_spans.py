from __future__ import annotations

import pytest

from jobconsole.imports.spans import memory, seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90", 90),
        ("5min", 300),
        ("1h 30min", 5400),
        ("1h30m", 5400),
        ("2weeks 1 day", 15 * 86_400),
        ("1.5h", 5400),
        ("1month", 2_629_800),
        ("2000ms", 2),
        ("500ms", None),
        ("0", None),
        ("infinity", None),
        ("often", None),
        ("", None),
    ],
)
def test_time_spans(text: str, expected: int | None) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1024", 1024),
        ("512M", 512 << 20),
        ("2G", 2 << 30),
        ("50%", None),
        ("infinity", None),
    ],
)
def test_sizes(text: str, expected: int | None) -> None:
    assert memory(text) == expected
