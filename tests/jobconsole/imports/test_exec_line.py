from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobconsole.imports.exec_line import (
    UnreadableLineError,
    command_of,
    read_exec,
    split_words,
)

HERE = {"h": "/home/me", "i": "shop"}


def command(text: str, folder: str = "") -> str | tuple[str, ...]:
    return command_of(read_exec(text, HERE), folder)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/bin/a b", ("/bin/a", "b")),
        ("/bin/a 'b c' \"d 'e'\" f\\x20g\\101", ("/bin/a", "b c", "d 'e'", "f gA")),
        ("/bin/a b=\"c d\"e ''", ("/bin/a", "b=c de", "")),
        ("/bin/a %h/x 50%% %i", ("/bin/a", "/home/me/x", "50%", "shop")),
        ("@/bin/a zero one", ("/bin/a", "one")),
        (":/bin/a $HOME ${X}", ("/bin/a", "$HOME", "${X}")),
        ("+!/bin/a", ("/bin/a",)),
        ("/bin/a \\; b", ("/bin/a", ";", "b")),
        ("-/bin/a b", "{ /bin/a b || true; }"),
        ("/bin/a $OPTS x${Y}z", '/bin/a $OPTS x"${Y}"z'),
        ("/bin/a $$5 'it''s'", "/bin/a '$'5 its"),
        ("/bin/a b ; /bin/c", "/bin/a b && /bin/c"),
    ],
)
def test_commands(text: str, expected: str | tuple[str, ...]) -> None:
    assert command(text) == expected


def test_a_folder_to_start_in() -> None:
    assert command("/bin/a", "/srv/my app") == "cd '/srv/my app' && exec /bin/a"
    assert command("/bin/a", "~") == "cd ~ && exec /bin/a"
    assert command("-/bin/a", "/x") == "cd /x && { /bin/a || true; }"


@pytest.mark.parametrize(
    "text", ["/bin/a %b", "/bin/a 'b", "/bin/a \\q", "-", "/bin/a \\"]
)
def test_what_only_systemd_understands(text: str) -> None:
    with pytest.raises(UnreadableLineError):
        read_exec(text, HERE)


@given(text=st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    try:
        words = split_words(text)
    except UnreadableLineError:
        return
    assert all(isinstance(word, str) for word in words)


words = st.text(st.sampled_from(" ab'\"$\\*~{}%;\n"), min_size=1, max_size=8)


@settings(max_examples=40)
@given(arguments=st.lists(words, max_size=4))
def test_a_shell_gives_the_same_words(arguments: list[str]) -> None:
    escaped = (
        "".join(f"\\x{ord(letter):02x}" for letter in word).replace("\\x25", "%%")
        for word in arguments
    )
    text = " ".join(("/usr/bin/printf '[%%s]'", *escaped))
    said = command(text.replace("\\x24", "$$"), "/")

    assert isinstance(said, str)
    done = subprocess.run(["/bin/sh", "-c", said], capture_output=True, check=True)
    assert done.stdout.decode() == "".join(f"[{word}]" for word in arguments) or (
        not arguments and done.stdout == b"[]"
    )
