"""Editors, which know the JSON Schema alone, accept and refuse what the loader does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.config.jsonschema import json_schema
from runner.config.node_views import to_json
from runner.config.yaml_tree import read_yaml
from tests.runner.config.schema import fits
from tests.runner.config.test_real_file import EXAMPLE, REAL

if TYPE_CHECKING:
    from tests.runner.config.folder import Folder


def in_an_editor(text: str) -> bool:
    return fits(to_json(read_yaml(text.encode())), json_schema())


def a_job(line: str) -> str:
    return f"jobs: {{a: {{prompt: x, {line}}}}}\n"


ACCEPTED = [
    a_job("model: 'claude-opus-4-5[1m]', silence: 90s"),
    a_job("model: null, silence: null"),
    a_job("silence: 600, params: {topic: null, depth: 3, note: '', sure: true}"),
    a_job("budget: {usd: 0.5, tokens: 200k, turns: 4, tools: 9, time: 1h30m}"),
    a_job("budget: {per_day: {usd: 1, tokens: 5, turns: 4, tools: null, time: 2h}}"),
    a_job("expect: {files: [a], exists: [b], command: [c, 1], answer: '(?i)x'}"),
    a_job("expect: {command: c | d}"),
    a_job("mcp: {x: {command: [y], read_only: true}}"),
    "jobs: {a: {prompt_file: x.md}}\n",
    "defaults: {model: x, silence: null, budget: {per_day: {usd: 1}}}\n",
    "roles: {member: {budget: {per_day: {usd: 1}}}}\n",
    "budget: {per_day: {time: 2h}}\n",
    "models: {claude: {fast: haiku, slow: opus}}\n",
    "prices: {gpt-5.5: {input: 1.25, cached: 0.125, output: 10}}\n",
    "prices: {free: {input: 0, output: 0}}\n",
    "daemon: {socket: x.sock}\n",
]
REFUSED = [
    a_job("model: --yolo"),
    a_job("model: [x]"),
    a_job("silence: none"),
    a_job("silence: 0"),
    a_job("params: {a-b: c}"),
    a_job("params: {a: [c]}"),
    a_job("params: [a]"),
    a_job("budget: {tools: 0}"),
    a_job("budget: {time: soon}"),
    a_job("budget: {tols: 1}"),
    a_job("budget: {per_day: {usd: 0}}"),
    a_job("budget: {per_day: {per_day: {}}}"),
    a_job("expect: {exists: x}"),
    a_job("expect: {command: []}"),
    a_job("expect: {answer: 5}"),
    a_job("expect: {exist: [x]}"),
    a_job("mcp: {x: {command: [y], read_only: 'yes'}}"),
    "jobs: {a: {prompt_file: ''}}\n",
    "defaults: {params: {a: b}}\n",
    "roles: {member: {budget: {usd: 1}}}\n",
    "budget: {usd: 1}\n",
    "models: {claude: {quick: x}}\n",
    "models: {claude: opus}\n",
    "models: {claude: {fast: 'a b'}}\n",
    "prices: {x: {input: -1, output: 1}}\n",
    "prices: {a b: {input: 1, output: 1}}\n",
    "prices: {x: 5}\n",
    "daemon: {socket: 5}\n",
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_both_accept(folder: Folder, text: str) -> None:
    folder.write("x.md")
    assert folder.problems(text) == []
    assert in_an_editor(text)


@pytest.mark.parametrize("text", REFUSED)
def test_both_refuse(folder: Folder, text: str) -> None:
    assert folder.problems(text) != []
    assert not in_an_editor(text)


@pytest.mark.parametrize("text", [EXAMPLE, REAL.read_text(encoding="utf-8")])
def test_real_files_are_accepted(text: str) -> None:
    assert in_an_editor(text)
