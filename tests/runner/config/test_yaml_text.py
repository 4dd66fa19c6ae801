from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.config.node_views import to_json
from runner.config.yaml_text import flow
from runner.config.yaml_tree import read_yaml

if TYPE_CHECKING:
    from runner.model.errors import Json


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("10m", "10m"),
        ("reports/*.md", '"reports/*.md"'),
        ("Europe/Amsterdam", "Europe/Amsterdam"),
        ("two words", "two words"),
        ("1.10", '"1.10"'),
        ("true", '"true"'),
        ("", '""'),
        ("Tag: new", '"Tag: new"'),
        ("[hidden]", '"[hidden]"'),
        ("a\nb", '"a\\nb"'),
        (True, "true"),
        (None, "null"),
        (0.5, "0.5"),
        (["a", 1], "[a, 1]"),
        ({"on": ["failure"], "to": []}, "{on: [failure], to: []}"),
    ],
)
def test_data_is_written_as_a_person_would(value: Json, text: str) -> None:
    assert flow(value) == text


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text(
    "-?:,[]{}#&*!|>'\"%@`~ .0x1e+\n\t\\\x85\u2028a", max_size=6
)
SCALARS = TEXTS | st.booleans() | st.none() | st.integers() | st.floats(allow_nan=False)
DATA = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=8,
)


@given(DATA)
def test_what_is_written_reads_back(value: Json) -> None:
    text = flow({"key": value})
    assert "\n" not in text
    assert to_json(read_yaml(text.encode())) == {"key": value}
