"""Values written as TOML are read back as they were."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from runner.agents.toml import Toml, written

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES: st.SearchStrategy[Toml] = st.recursive(
    TEXT | st.booleans() | st.integers(-(2**63), 2**63 - 1),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_it_is_read_back_as_it_was(value: Toml) -> None:
    assert tomllib.loads(f"it = {written(value)}") == {"it": value}


@given(VALUES)
def test_it_is_one_line(value: Toml) -> None:
    assert "\n" not in written(value)
