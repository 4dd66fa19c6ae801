from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from runner.config import yaml_tree
from runner.config.node_views import to_json
from runner.config.yaml_source import UnreadableError, join_surrogates
from runner.config.yaml_tree import ListNode, MapNode, ScalarNode, read_yaml, resolve

if TYPE_CHECKING:
    from runner.model.errors import Json

PLAIN = (
    st.none() | st.booleans() | st.integers() | st.text("abc #:-é😀'\"\n", max_size=8)
)
TREES = st.recursive(
    PLAIN,
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.text("abcxyz", min_size=1, max_size=4), below, max_size=3)
    ),
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("yes", "yes"),
        ("10:00", "10:00"),
        ("2026-12-01", "2026-12-01"),
        ("1_000", "1_000"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("-3", -3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.INF", -math.inf),
        ("9" * 101, 1e101),
        ("0b1", "0b1"),
        ("1.2.3", "1.2.3"),
        ("-", "-"),
    ],
)
def test_scalars_follow_the_core_schema(text: str, value: object) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


def test_quoted_scalars_are_text() -> None:
    tree = read_yaml(
        b"""a: ["1", 'true', !!str 5, ! 6, "", |\n  x\n]""".replace(b", |\n  x\n", b"")
    )
    assert to_json(tree) == {"a": ["1", "true", "5", "6", ""]}


def test_tagged_scalars_of_the_core_schema() -> None:
    assert to_json(read_yaml(b"[!!int 5, !!bool true, !!float '1.5']")) == [
        5,
        True,
        1.5,
    ]


def test_nodes_know_their_place() -> None:
    tree = read_yaml("é: [1,\n    {b: x}]\n".encode())
    assert isinstance(tree, MapNode)
    listed = tree.entries["é"].value
    assert isinstance(listed, ListNode)
    inner = listed.items[1]
    assert isinstance(inner, MapNode)
    entry = inner.entries["b"]
    assert (listed.line, listed.column) == (1, 4)
    assert (entry.key.line, entry.key.column) == (2, 6)
    assert (entry.value.line, entry.value.column) == (2, 9)


def test_keys_are_the_text_they_are_written_as() -> None:
    assert to_json(read_yaml(b"{1: a, true: b, 06:00: c, ~: d}")) == {
        "1": "a",
        "true": "b",
        "06:00": "c",
        "~": "d",
    }


def test_aliases_stand_for_their_anchor_and_merge_keys_for_themselves() -> None:
    tree = read_yaml(b"a: &x {k: 1}\nb: *x\n<<: *x\n")
    assert to_json(tree) == {"a": {"k": 1}, "b": {"k": 1}, "<<": {"k": 1}}


def test_repeated_keys_are_kept_apart() -> None:
    tree = read_yaml(b"a: 1\nb: 2\na: 3\n")
    assert isinstance(tree, MapNode)
    first, again = tree.entries["a"].value, tree.repeated[0].value
    assert isinstance(first, ScalarNode)
    assert isinstance(again, ScalarNode)
    assert (first.value, again.value, again.line) == (1, 3, 3)


@pytest.mark.parametrize(
    "content", [b"", b"# only comments\n", b"---\n", b"\xef\xbb\xbf"]
)
def test_nothing_is_an_empty_map_or_null(content: bytes) -> None:
    assert to_json(read_yaml(content)) in ({}, None)


def test_a_byte_order_mark_is_no_character() -> None:
    tree = read_yaml(b"\xef\xbb\xbfa: 1")
    assert (tree.line, tree.column) == (1, 1)
    assert to_json(tree) == {"a": 1}


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (b"a: 1\n\tb: 2\n", (2, 1), "tab"),
        (b"a: [1", (2, 1), "not valid YAML"),
        (b"a: \xff", (1, 4), "not UTF-8"),
        ("é: 1\nb: \0".encode(), (2, 4), r"control character '\\x00'"),
        (b"a: \x1b[2J", (1, 4), r"control character '\\x1b'"),
        (b"a: 1\n---\nb: 1\n", (2, 1), "more than one document"),
        (b"a: !!python/name:os.system x", (1, 4), "tag .*python.*: only plain"),
        (b"a: !mine {b: 1}", (1, 4), "tag !mine: only plain"),
        (b"? [a]\n: 1\n", (1, 3), "a list or map as a key"),
        (b"a: *x", (1, 4), r"\*x, which nothing"),
        (b"a: &x [*x]", (1, 8), r"\*x, which nothing"),
        (b"%YAML 1.2\n%YAML 1.2\n---\n", (2, 1), "not valid YAML"),
        (b"[" * 65 + b"]" * 65, (1, 65), "more than 64 levels"),
        (
            b"a: &x " + b"[" * 40 + b"]" * 40 + b"\nb: " + b"[" * 30 + b"*x",
            (2, 34),
            "64",
        ),
    ],
)
def test_what_cannot_be_read_says_where(
    content: bytes, place: tuple[int, int], message: str
) -> None:
    with pytest.raises(UnreadableError, match=message) as caught:
        read_yaml(content)
    assert (caught.value.line, caught.value.column) == place


def test_64_levels_are_allowed() -> None:
    assert isinstance(read_yaml(b"[" * 64 + b"]" * 64), ListNode)


def test_a_place_is_found_beyond_the_first_chunk() -> None:
    content = "# é\n".encode() * 300_000 + b"a: \xff"
    with pytest.raises(UnreadableError) as caught:
        read_yaml(content)
    assert (caught.value.line, caught.value.column) == (300_001, 4)


@given(TREES)
def test_what_yaml_writes_is_read_back(tree: Json) -> None:
    written = yaml.safe_dump(tree, allow_unicode=True).encode()
    assert to_json(read_yaml(written)) == tree


@given(TREES)
def test_the_pure_parser_sees_the_same(tree: Json) -> None:
    written = yaml.safe_dump(tree).encode()
    fast = read_yaml(written)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_tree, "_LOADER", yaml.SafeLoader)
        assert read_yaml(written) == fast


@given(st.binary(max_size=60) | st.text("{}[]&*a:-!\"'|>%?,# \n\t", max_size=40))
def test_no_content_surprises(content: bytes | str) -> None:
    with suppress(UnreadableError):
        read_yaml(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize(
    ("written", "joined"),
    [
        (rb'"\ud83d\ude00"', rb'"\U0001f600"'),
        (rb'"\\\uD83D\uDE00"', rb'"\\\U0001f600"'),
        (rb'"\\ud83d\\ude00"', rb'"\\ud83d\\ude00"'),
        (rb'"\ud83d"', rb'"\ud83d"'),
    ],
)
def test_escapes_of_json_become_those_of_yaml(written: bytes, joined: bytes) -> None:
    assert join_surrogates(written) == joined
