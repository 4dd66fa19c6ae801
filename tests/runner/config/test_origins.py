from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.config.loader import load
from runner.config.origins import origins_of

if TYPE_CHECKING:
    from tests.runner.config.folder import Folder

CONFIG = """\
timezone: Europe/Amsterdam
python: bin/python
include: [more/*]
defaults:
  timeout: 10m
  env: {LEVEL: info}
jobs:
  report:
    when: {cron: "30 6 * * 1-5"}
    env: {MORE: x}
    timeout: 5m
  ask:
    message: Do it
    schedule: daily
    preferred_hour: 8
  tidy_up: {when: {at: "06:00", timezone: UTC}}
  custom: {agent: custom, command: [x], prompt: y}
"""
DOCUMENT = """\
id: nightly
title: Nightly
target: {kind: script, id: report, input: {days: 7}}
trigger: {type: cron, cron: "0 6 * * *", timezone: UTC}
runtime: {timeout_seconds: 600, retry_max: 3}
"""
PACK = """\
[{"name": "Stand Up",
  "cron": "0 9 * * 1",
  "action": "agent_workflow",
  "payload": {"prompt": "sum", "output": "tg"}}]
"""


def told(folder: Folder, job_id: str) -> dict[str, str]:
    """Where the values of a job come from, what is built in aside."""
    folder.write("teleclaude.yml", CONFIG)
    folder.write("more/n.job.yaml", DOCUMENT)
    folder.write("more/pack.json", PACK)
    folder.write("jobs/report.py")
    folder.write("docs/project/spec/jobs/tidy-up.md")
    loaded = load(folder.config_path, folder.around)
    (draft,) = (draft for draft in loaded.drafts if draft.id == job_id)
    origins = origins_of(draft, "teleclaude.yml")
    texts = {name: " over ".join(map(str, it)) for name, it in origins.items()}
    return {name: text for name, text in texts.items() if text != "built in"}


def test_own_values_hide_defaults_and_variables_are_put_together(
    folder: Folder,
) -> None:
    assert told(folder, "report") == {
        "when": "teleclaude.yml:9:11",
        "timezone": "top level (teleclaude.yml:1:11)",
        "timeout": "teleclaude.yml:11:14",
        "python": "top level (teleclaude.yml:2:9)",
        "env": "teleclaude.yml:10:10 over defaults (teleclaude.yml:6:8)",
        "script": "found on disk (jobs/report.py)",
        "input": "teleclaude.yml:8:3",
    }


def test_older_keys_have_their_places(folder: Folder) -> None:
    origins = told(folder, "ask")
    assert origins["prompt"] == "teleclaude.yml:13:14"
    assert origins["schedule"] == "teleclaude.yml:14:15"
    assert origins["preferred_hour"] == "teleclaude.yml:15:21"
    assert "preferred_weekday" not in origins


def test_a_document_is_found_and_a_zone_of_ones_own_counts(folder: Folder) -> None:
    origins = told(folder, "tidy_up")
    assert origins["job"] == "found on disk (docs/project/spec/jobs/tidy-up.md)"
    assert origins["timezone"] == "teleclaude.yml:16:43"


def test_an_agent_of_ones_own_has_a_command_and_a_prompt(folder: Folder) -> None:
    origins = told(folder, "custom")
    assert origins["command"] == "teleclaude.yml:17:36"
    assert origins["prompt"] == "teleclaude.yml:17:49"
    assert origins["agent"] == "teleclaude.yml:17:19"


def test_a_job_file_is_told_in_its_own_lines(folder: Folder) -> None:
    origins = told(folder, "nightly")
    assert origins["description"] == "more/n.job.yaml:2:8"
    assert origins["script"] == "more/n.job.yaml:3:28"
    assert origins["when"] == "more/n.job.yaml:4:29"
    assert origins["timezone"] == "more/n.job.yaml:4:52"
    assert origins["timeout"] == "more/n.job.yaml:5:28"
    assert origins["retries"] == "more/n.job.yaml:5:44"
    assert origins["env"] == "defaults (teleclaude.yml:6:8)"


def test_a_pack_is_told_in_its_own_lines(folder: Folder) -> None:
    origins = told(folder, "stand-up")
    assert origins["description"] == "more/pack.json:1:11"
    assert origins["when"] == "more/pack.json:2:11"
    assert origins["prompt"] == "more/pack.json:4:25"
    assert origins["notify"] == "more/pack.json:4:42"
    assert origins["timezone"] == "top level (teleclaude.yml:1:11)"


def test_the_systems_zone_is_called_that(folder: Folder) -> None:
    folder.write("teleclaude.yml", 'jobs: {a: {command: [x], when: {at: "06:00"}}}')
    loaded = load(folder.config_path, folder.around)
    (origin,) = origins_of(loaded.drafts[0], "teleclaude.yml")["timezone"]
    assert str(origin) == "the system"


MODELS = """\
models:
  claude: {fast: haiku, slow: opus}
prices: {opus: {input: 5, output: 25}}
defaults: {silence: 5m, budget: {per_day: {usd: 5}}}
jobs:
  a: {prompt: x, thinking_mode: slow}
  b: {prompt: x, thinking_mode: slow, model: mine, budget: {usd: 1}}
  c: {prompt: x}
  d: {prompt: x, thinking_mode: fast, model: null}
  e: {prompt_file: ask.md, params: {topic: null}, silence: null}
"""


def told_of(folder: Folder, job_id: str, *names: str) -> list[str]:
    folder.write("ask.md")
    folder.write("teleclaude.yml", MODELS)
    loaded = load(folder.config_path, folder.around)
    (draft,) = (draft for draft in loaded.drafts if draft.id == job_id)
    origins = origins_of(draft, "teleclaude.yml")
    return [" over ".join(map(str, origins[name])) for name in names]


@pytest.mark.parametrize(
    ("job_id", "origin"),
    [
        ("a", "top level (teleclaude.yml:2:31)"),
        ("b", "teleclaude.yml:7:46"),
        ("c", "built in"),
        ("d", "top level (teleclaude.yml:2:18)"),
    ],
)
def test_a_model_comes_from_the_job_or_from_models(
    folder: Folder, job_id: str, origin: str
) -> None:
    assert told_of(folder, job_id, "model") == [origin]


def test_bounds_and_prices_have_their_places(folder: Folder) -> None:
    assert told_of(folder, "a", "silence", "budget", "prices") == [
        "defaults (teleclaude.yml:4:21)",
        "defaults (teleclaude.yml:4:33)",
        "top level (teleclaude.yml:3:9)",
    ]
    assert told_of(folder, "b", "budget") == ["teleclaude.yml:7:60"]


def test_a_prompts_file_and_its_blanks_have_their_places(folder: Folder) -> None:
    assert told_of(folder, "e", "prompt_file", "params", "silence") == [
        "teleclaude.yml:10:20",
        "teleclaude.yml:10:36",
        "teleclaude.yml:10:60",
    ]
