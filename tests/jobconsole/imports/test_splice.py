from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobconsole.imports.proposal import Definition, Entry, Proposal, Proposed, When
from jobconsole.imports.splice import splice
from runner.config.node_views import to_json
from runner.config.yaml_tree import read_yaml
from runner.model.errors import ImportInvalidError

ENTRY = Entry("x", "crontab:1", Definition(command="make", when=When(every="1h")))
ONE = Proposal((Proposed("new", ENTRY),))
BLOCK = """\
  # crontab:1
  new:
    command: make
    when: {every: 1h}
"""
DEEPER = """\
    # crontab:1
    new:
        command: make
        when: {every: 1h}
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"jobs:\n{BLOCK}"),
        ("# mine\n", f"# mine\n\njobs:\n{BLOCK}"),
        ("timezone: UTC", f"timezone: UTC\n\njobs:\n{BLOCK}"),
        ("timezone: UTC\n\n", f"timezone: UTC\n\njobs:\n{BLOCK}"),
        ("jobs:", f"jobs:\n{BLOCK}"),
        ("jobs:   # none\n", f"jobs:   # none\n{BLOCK}"),
        ("jobs: {}\n", f"jobs:\n{BLOCK}"),
        ("jobs: {}  # none\na: 1\n", f"jobs:   # none\n{BLOCK}\na: 1\n"),
        ("jobs: null\n\na: 1\n", f"jobs:\n{BLOCK}\na: 1\n"),
        ("jobs: ~\n", f"jobs:\n{BLOCK}"),
        (
            "jobs:\n  # old:\n  #   x\n\n# next\na: 1\n",
            f"jobs:\n  # old:\n  #   x\n\n{BLOCK}\n# next\na: 1\n",
        ),
        ("jobs:\n  a: {command: x}\n", f"jobs:\n  a: {{command: x}}\n\n{BLOCK}"),
        ("jobs:\n  a: {command: x}", f"jobs:\n  a: {{command: x}}\n\n{BLOCK}"),
        (
            "jobs:\n    a:\n        command: x\n",
            f"jobs:\n    a:\n        command: x\n\n{DEEPER}",
        ),
        (
            '"jobs":\n  a: {command: x}\n\n  # tail\n\n\n# next\nb: 1\n',
            f'"jobs":\n  a: {{command: x}}\n\n  # tail\n\n{BLOCK}\n\n# next\nb: 1\n',
        ),
        (
            "jobs:\n  a:\n    prompt: |\n      # T\n\n      x\nb: 1\n",
            f"jobs:\n  a:\n    prompt: |\n      # T\n\n      x\n\n{BLOCK}\nb: 1\n",
        ),
        (
            "---\njobs:\n  a: {command: x}\n",
            f"---\njobs:\n  a: {{command: x}}\n\n{BLOCK}",
        ),
    ],
)
def test_the_jobs_come_last(before: str, after: str) -> None:
    assert splice(before.encode(), ONE).decode() == after


def test_a_value_that_blank_lines_belong_to_keeps_them() -> None:
    before = "jobs:\n  a:\n    prompt: |+\n      x\n\n\nb: 1\n"

    after = splice(before.encode(), ONE).decode()

    assert after == before.replace("b: 1", f"{BLOCK}\nb: 1")


def test_line_ends_and_byte_order_mark_are_kept() -> None:
    before = "\ufeffjobs:\r\n  é: {command: x}\r\n# next\r\nb: 1\r\n"

    after = splice(before.encode(), ONE).decode()

    added = BLOCK.replace("\n", "\r\n")
    assert after == before.replace("# next", f"\r\n{added}\r\n# next")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{jobs: {a: {command: x}}}", "lets lines be added"),
        ("jobs: {a: {command: x}}", "lets lines be added"),
        ("a: &a {x: {command: y}}\njobs: *a\n", "lets lines be added"),
        ("a: 1\n...\n", "lets lines be added"),
        ("jobs: [1]", "`jobs` is no map"),
        ("- 1", "the configuration is no map"),
        ("a: 1\na: 2", "line 2: 'a' is defined twice"),
        ("a: [", "is not valid YAML: "),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(ImportInvalidError, match=message):
        splice(text.encode(), ONE)


pieces = st.sampled_from(
    [
        "# a comment\n",
        "\n",
        "timezone: UTC\n",
        "roles:\n    ops: {profile: full}\n",
        "include: [a.json]\n# behind\n",
        "text: |\n  # no comment\n\n  jobs: {}\n",
    ]
)
holders = st.sampled_from(
    [
        "",
        "jobs:\n",
        "jobs: {}\n",
        "jobs:\n  # none\n",
        "jobs:\n   a:\n     command: x\n\n   # indented\n",
        "jobs:\n  a: {command: x}\n\n\n",
        'jobs: !!map\n  "a": &a\n    command: >-\n      x\n      y\n  b: *a\n',
    ]
)


@given(
    before=st.lists(pieces, unique=True, max_size=3),
    jobs=holders,
    after=st.lists(pieces, unique=True, max_size=3),
    crlf=st.booleans(),
)
def test_nothing_else_changes(
    before: list[str], jobs: str, after: list[str], crlf: bool
) -> None:
    rest = [piece for piece in after if piece not in before]
    text = "".join([*before, jobs, *rest]).replace("\n", "\r\n" if crlf else "\n")

    added = splice(text.encode(), ONE).decode()

    old, new = to_json(read_yaml(text.encode())), to_json(read_yaml(added.encode()))
    assert isinstance(old, dict)
    assert isinstance(new, dict)
    assert {**new, "jobs": None} == {**old, "jobs": None}
    # In order, and but for the one line that said that there are none.
    lines = iter(added.split("\n"))
    kept = [re.sub(r"^jobs: \{\}", "jobs:", line) for line in text.split("\n")]
    assert all(line in lines for line in kept if line.strip())
    assert ("\r\n" in added) == (crlf and bool(text))
