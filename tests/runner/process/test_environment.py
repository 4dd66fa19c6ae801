from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.process.environment import (
    AGENT_KEYS,
    FALLBACK_PATH,
    dump_base,
    expand,
    load_base,
    looks_secret,
    matches_any,
    read_env_file,
    record_base,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_the_base_holds_the_usual_names_and_what_is_asked_for() -> None:
    usual = {"PATH": "/bin", "HOME": "/h", "TZ": "UTC", "LC_TIME": "C", "USER": "u"}
    start = {**usual, "EDITOR": "vi", "TERM": "xterm", "GITHUB_TOKEN": "t"}
    assert record_base(start, ()) == usual
    assert record_base(start, ["GITHUB_TOKEN", "NOT_THERE"]) == {
        **usual,
        "GITHUB_TOKEN": "t",
    }


def test_a_base_always_has_a_path() -> None:
    assert record_base({}, ()) == {"PATH": FALLBACK_PATH}


def test_what_python_adds_to_a_c_locale_is_not_recorded() -> None:
    base = record_base({"PATH": "/bin", "LANG": "C", "LC_CTYPE": "C.UTF-8"}, ())
    assert base == {"PATH": "/bin", "LANG": "C"}


def test_a_recorded_base_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "environment.json"
    base = {"PATH": "/bin", "HOME": "/home/ünï", "LC_ALL": 'quo"te\n'}
    path.write_bytes(dump_base(base))
    assert load_base(path) == base


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff\xfe"])
def test_a_base_that_cannot_be_read_is_none(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "environment.json"
    if content is not None:
        path.write_bytes(content)
    assert load_base(path) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("A=b", {"A": "b"}),
        ("export A=b", {"A": "b"}),
        ("  A = b  ", {"A": "b"}),
        ("A=", {"A": ""}),
        ("A=b=c", {"A": "b=c"}),
        ("A='b # c'", {"A": "b # c"}),
        ('A="b\\"c"', {"A": 'b"c'}),
        ("A=two words", {"A": "two words"}),
        ("A=b # tail", {"A": "b"}),
        ("A=b#c", {"A": "b#c"}),
        ("A=it's", {"A": "it's"}),
        ("A=ünï", {"A": "ünï"}),
        ("# A=b", {}),
        ("#A=b", {}),
        ("export", {}),
        ("", {}),
    ],
)
def test_a_line_of_an_env_file(
    tmp_path: Path, line: str, expected: dict[str, str]
) -> None:
    path = tmp_path / ".env"
    path.write_text(f"FIRST=1\n{line}\r\nLAST=2", "utf-8")
    assert read_env_file(path) == {"FIRST": "1", **expected, "LAST": "2"}


def test_a_missing_env_file_holds_nothing(tmp_path: Path) -> None:
    assert read_env_file(tmp_path / ".env") == {}
    assert read_env_file(tmp_path) == {}


def test_the_last_of_two_lines_counts(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("A=1\nA=2\n", "utf-8")
    assert read_env_file(path) == {"A": "2"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${A}", "1"),
        ("x${A}y${B_2}z", "x1y2z"),
        ("${NOT_THERE}", ""),
        ("$A", "$A"),
        ("${A", "${A"),
        ("${}", "${}"),
        ("${${A}}", "${1}"),
        ("${C}", "${A}"),
    ],
)
def test_references_are_replaced_once(text: str, expected: str) -> None:
    assert expand(text, {"A": "1", "B_2": "2", "C": "${A}"}) == expected


@pytest.mark.parametrize(
    "name",
    [
        "API_KEY",
        "API_KEYS",
        "API_KEY_2",
        "APIKEY",
        "AWS_ACCESS_KEY_ID",
        "GITHUB_TOKEN",
        "TOKENS",
        "CLIENT_SECRET",
        "SECRETS",
        "DB_PASSWORD",
        "DB_PASSWD",
        "DB_PASS",
        "SSH_PASSPHRASE",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "AUTH",
        "AUTHORIZATION",
        "SESSION_COOKIE",
        "SENTRY_DSN",
        "api_token",
    ],
)
def test_names_that_look_secret(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name", ["PATH", "HOME", "LEVEL", "KEYBOARD", "AUTHOR", "COMPASS_URL", "TOKENIZER"]
)
def test_names_that_do_not(name: str) -> None:
    assert not looks_secret(name)


@pytest.mark.parametrize(
    ("name", "matches"),
    [
        ("OPENAI_API_KEY", True),
        ("ANTHROPIC_BASE_URL", True),
        ("CLAUDECODE", True),
        ("CLAUDECODE_X", False),
        ("openai_api_key", False),
        ("MY_OPENAI_KEY", False),
    ],
)
def test_patterns_on_names(name: str, matches: bool) -> None:
    assert matches_any(name, AGENT_KEYS) is matches
