from __future__ import annotations

import pytest

from jobconsole.shown.file import file_lines
from runner.engine.run_files import FileText
from tests.helpers.views import page_of


def shown(name: str, text: str, *, is_cut: bool = False) -> list[str]:
    return page_of(file_lines(name, FileText("/state/it", text, is_cut))).split("\n")


def test_a_text_is_shown_as_it_is() -> None:
    assert shown("notes.txt", "one\n\tb\n") == ["/state/it", "", "one", "    b"]


def test_json_on_one_line_is_laid_out() -> None:
    assert shown("a.json", '{"b":["ä"]}\n')[2:] == [
        "{",
        '  "b": [',
        '    "ä"',
        "  ]",
        "}",
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.txt", '{"b":1}'), ("a.json", '{"b":'), ("a.json", '{\n"b":\n1}')],
)
def test_what_is_no_json_or_laid_out_already_stays(name: str, text: str) -> None:
    assert shown(name, text)[2:] == text.split("\n")


@pytest.mark.parametrize("depth", [900, 3_000, 60_000])
def test_deep_json_is_shown_as_it_is(depth: int) -> None:
    text = "[" * depth + "]" * depth
    lines = shown("a.json", text)
    assert lines[2] in {"[", text}


def test_says_that_there_is_more() -> None:
    lines = shown("a.json", "[1]", is_cut=True)
    assert lines[1].startswith("cut: there is more")
    assert lines[-1] == "[1]"


def test_an_empty_file_has_a_path() -> None:
    assert shown("a.txt", "") == ["/state/it", ""]
