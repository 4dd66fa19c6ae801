from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.config.units import (
    MAX_SECONDS,
    format_duration,
    format_size,
    parse_count,
    parse_duration,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86400), ("1h30m", 5400)],
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "s", "10", "1.5h", "-1s", "30m1h", "10 m", "1w", "٣s", "1h\n", "999999999d"],
)
def test_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match=r"is (not a duration|longer than)"):
        parse_duration(text)


@given(st.integers(0, MAX_SECONDS))
def test_a_formatted_duration_is_read_back(seconds: int) -> None:
    assert parse_duration(format_duration(seconds)) == seconds


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512MiB", 512 * 2**20),
        ("1GB", 10**9),
        ("256KiB", 256 * 1024),
        ("1kB", 1000),
        ("1KB", 1000),
        ("3 TiB", 3 * 2**40),
        ("7B", 7),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text", ["", "MiB", "1.5GB", "-1B", "1mb", "512", "99999999TiB"]
)
def test_no_sizes(text: str) -> None:
    with pytest.raises(ValueError, match=r"is (not a size|larger than)"):
        parse_size(text)


@given(st.integers(0, 2**63 - 1))
def test_a_formatted_size_is_read_back(size: int) -> None:
    assert parse_size(format_size(size)) == size


@pytest.mark.parametrize(("size", "text"), [(2**30, "1GiB"), (10**9, "1GB"), (0, "0B")])
def test_formatted_sizes(size: int, text: str) -> None:
    assert format_size(size) == text


@pytest.mark.parametrize(
    ("text", "count"), [("200k", 200_000), ("200K", 200_000), ("1M", 10**6), ("12", 12)]
)
def test_counts(text: str, count: int) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize("text", ["", "k", "1.5k", "-1", "1G"])
def test_no_counts(text: str) -> None:
    with pytest.raises(ValueError, match="is not a count"):
        parse_count(text)
