"""The keys that only agents heed: models, prices, bounds, blanks, evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from runner.model.budget import NO_BUDGET, Budget, Price
from runner.model.job import Command, Expect, Job
from runner.model.mcp import McpServer

if TYPE_CHECKING:
    from runner.model.job import AgentSpec
    from tests.runner.config.folder import Folder

ASK = "prompt: x"
CUSTOM = "agent: custom, command: [llm]"
PRICED = "prices: {m: {input: 1, output: 2}}\n"
MODELS = "models: {claude: {fast: haiku, slow: opus}, custom: {med: llama3:8b}}\n"


def agent(job: Job) -> AgentSpec:
    assert job.agent is not None
    return job.agent


def spec(folder: Folder, line: str, top: str = "") -> AgentSpec:
    """How the agent of a job with this line works."""
    return agent(folder.job(f"{top}jobs: {{a: {{{ASK}{line and ', '}{line}}}}}\n"))


@pytest.mark.parametrize(
    ("top", "line", "model"),
    [
        ("", "", None),
        ("", "model: 'claude-opus-4-5[1m]'", "claude-opus-4-5[1m]"),
        (MODELS, "", None),
        (MODELS, "thinking_mode: fast", "haiku"),
        (MODELS, "thinking_mode: slow, agent: codex", None),
        (MODELS, "thinking_mode: slow, model: mine", "mine"),
        (MODELS, "agent: custom, command: [llm]", "llama3:8b"),
        ("defaults: {model: all}\n" + MODELS, "thinking_mode: slow", "all"),
        ("defaults: {model: all}\n" + MODELS, "thinking_mode: slow, model: null", "opus"),
        ("defaults: {thinking_mode: slow}\n" + MODELS, "", "opus"),
        ("defaults: {agent: codex}\n" + MODELS, "thinking_mode: slow", None),
    ],
)  # fmt: skip
def test_which_model(folder: Folder, top: str, line: str, model: str | None) -> None:
    assert spec(folder, line, top).model == model


@pytest.mark.parametrize(
    ("top", "line", "silence"),
    [
        ("", "", 600),
        ("", "silence: 90s", 90),
        ("", "silence: null", None),
        ("", "agent: custom, command: [llm]", None),
        ("", "agent: custom, command: [llm], silence: 1m", 60),
        ("defaults: {silence: 1h}\n", "", 3600),
        ("defaults: {silence: 1h}\n", "silence: 5m", 300),
        ("defaults: {silence: 1h}\n", "silence: null", None),
        ("defaults: {silence: null}\n", "", None),
        ("defaults: {silence: 1h}\n", "agent: custom, command: [llm]", 3600),
    ],
)
def test_how_long_it_may_be_silent(
    folder: Folder, top: str, line: str, silence: int | None
) -> None:
    assert spec(folder, line, top).silence == silence


@pytest.mark.parametrize(
    ("top", "line", "run", "daily"),
    [
        ("", "", NO_BUDGET, NO_BUDGET),
        ("", "budget: {}", NO_BUDGET, NO_BUDGET),
        (
            "",
            "budget: {usd: 1, tokens: 2k, turns: 3, tools: 4, time: 5m}",
            Budget(1.0, 2000, 3, 4, 300),
            NO_BUDGET,
        ),
        (
            "",
            "budget: {time: 60, per_day: {usd: 1, tokens: 2k, turns: 3, tools: 4, time: 5m}}",
            Budget(time=60),
            Budget(1.0, 2000, 3, 4, 300),
        ),
        ("defaults: {budget: {tools: 7, per_day: {usd: 5}}}\n", "", Budget(tools=7), Budget(usd=5.0)),
        ("defaults: {budget: {tools: 7, per_day: {usd: 5}}}\n", "budget: {turns: 2}", Budget(turns=2), NO_BUDGET),
        ("", "budget: {usd: null, per_day: {time: null}}", NO_BUDGET, NO_BUDGET),
    ],
)  # fmt: skip
def test_what_it_may_use(
    folder: Folder, top: str, line: str, run: Budget, daily: Budget
) -> None:
    found = spec(folder, line, top)
    assert (found.budget, found.daily) == (run, daily)


def test_what_models_cost(folder: Folder) -> None:
    top = """\
prices:
  gpt-5.5: {input: 1.25, cached: 0.125, output: 10}
  local/llama3:8b: {input: 0, output: 0}
"""
    prices = {
        "gpt-5.5": Price(1.25, 10.0, 0.125),
        "local/llama3:8b": Price(0.0, 0.0),
    }
    assert spec(folder, "", top).prices == prices
    assert folder.job(f"{top}jobs: {{a: {{command: [x]}}}}").agent is None


def test_models_and_prices_hold_for_included_jobs(folder: Folder) -> None:
    folder.write(
        "x.job.yaml", "{id: a, target: {kind: agent, id: claude, input: {prompt: x}}}"
    )
    job = folder.job("""
include: [x.job.yaml]
models: {claude: {med: sonnet}}
prices: {sonnet: {input: 3, output: 15}}
defaults: {budget: {tools: 7, per_day: {usd: 5}}}
""")
    assert agent(job).model == "sonnet"
    assert agent(job).prices == {"sonnet": Price(3.0, 15.0)}
    assert (agent(job).budget, agent(job).daily) == (Budget(tools=7), Budget(usd=5.0))
    assert agent(job).silence == 600


def test_any_agent_may_have_models_while_none_are_known(folder: Folder) -> None:
    folder.around = structs.replace(folder.around, agents=frozenset())
    top = "models: {mine: {med: x}}\n"
    assert spec(folder, "agent: mine", top).model == "x"


def test_a_server_that_changes_nothing(folder: Folder) -> None:
    line = "mcp: {r: {command: [x], read_only: true}, w: {command: [y]}}"
    assert spec(folder, line).mcp == {
        "r": McpServer(("x",), read_only=True),
        "w": McpServer(("y",)),
    }


@pytest.mark.parametrize("target", ["prompt: x", "message: x", "prompt_file: x.md"])
def test_blanks_of_a_prompt(folder: Folder, target: str) -> None:
    folder.write("x.md")
    line = 'params: {topic: null, depth: 3, Version_2: 1.10, sure: yes, empty: ""}'
    assert folder.body(target, line).params == {
        "topic": None,
        "depth": "3",
        "Version_2": "1.10",
        "sure": "yes",
        "empty": "",
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("expect: {exists: [out/*.md, index.md]}", Expect(exists=("out/*.md", "index.md"))),
        ("expect: {command: [test, -s, x]}", Expect(command=Command(("test", "-s", "x")))),
        ("expect: {command: test -s x}", Expect(command=Command(("test -s x",), True))),
        (r"expect: {answer: '(?im)^done: \d+$'}", Expect(answer=r"(?im)^done: \d+$")),
        (
            "expect: {files: [a], exists: [b], command: [c], answer: d}",
            Expect(("a",), ("b",), Command(("c",)), "d"),
        ),
    ],
)  # fmt: skip
def test_evidence(folder: Folder, line: str, expected: Expect) -> None:
    assert folder.body(ASK, line).expect == expected


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("model: --yolo", "4:12: job_invalid_spec: model: '--yolo' is not name of a model"),
        ("model: 5", "4:12: job_invalid_spec: model: must be name of a model, not '5'"),
        ("model: a b", "4:12: job_invalid_spec: model: 'a b' is not name of a model"),
        (r'model: "a\0"', r"4:12: job_invalid_spec: model: 'a\x00' is not name of a model"),
        ("silence: none", "4:14: job_invalid_spec: silence: 'none' is not a duration: write 90s, 10m, 2h, 1d or 1h30m"),
        ("silence: 0", "4:14: job_invalid_spec: silence: '0' is too small: at least 1"),
        ("budget: {tools: 0}", "4:21: job_invalid_spec: budget: tools: '0' is too small: at least 1"),
        ("budget: {time: 1.5}", "4:20: job_invalid_spec: budget: time: must be a duration, not '1.5'"),
        ("budget: {tols: 1}", "4:14: job_invalid_spec: budget: unknown key 'tols' in budget: did you mean 'tools'?"),
        ("budget: {per_day: 5}", "4:23: job_invalid_spec: budget: per_day: must be a map"),
        ("budget: {per_day: {usd: x}}", "4:29: job_invalid_spec: budget: per_day: usd: must be an amount, not 'x'"),
        ("budget: {per_day: {per_day: {}}}", "4:24: job_invalid_spec: budget: per_day: unknown key 'per_day' in per_day: known are usd, tokens, turns, tools, time"),
        ("mcp: {x: {command: [y], read_only: yes}}", "4:40: job_invalid_spec: mcp: read_only: must be true or false, not 'yes'"),
        ("mcp: {x: {command: [y], readonly: true}}", "4:29: job_invalid_spec: mcp: unknown key 'readonly' in an MCP server: did you mean 'read_only'?"),
        ("params: {a-b: c}", "4:14: job_invalid_spec: params: 'a-b' is not a name of a parameter"),
        ("params: {a: [c]}", "4:17: job_invalid_spec: params: must be text, not a list"),
        ("params: [a]", "4:13: job_invalid_spec: params: must be a map, not a list"),
        ("expect: {answer: '('}", "4:22: job_invalid_spec: expect: answer: '(' is not a regular expression: missing ), unterminated subpattern at position 0"),
        ("expect: {answer: 'x{99999999999999}'}", "4:22: job_invalid_spec: expect: answer: 'x{99999999999999}' is not a regular expression: the repetition number is too large"),
        ("expect: {answer: '[[a]'}", "4:22: job_invalid_spec: expect: answer: '[[a]' is not a regular expression: Possible nested set at position 1"),
        ("expect: {answer: 5}", "4:22: job_invalid_spec: expect: answer: must be regular expression, not '5'"),
        ("expect: {command: []}", "4:23: job_invalid_spec: expect: command: the list is empty"),
        ("expect: {exists: x}", "4:22: job_invalid_spec: expect: exists: must be a list, not 'x'"),
        ("expect: {exist: [x]}", "4:14: job_invalid_spec: expect: unknown key 'exist' in expect: did you mean 'exists'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_and_where(folder: Folder, line: str, problem: str) -> None:
    text = f"jobs:\n  a:\n    {ASK}\n    {line}\n"
    assert folder.problems(text) == [f"teleclaude.yml:{problem}"]


def test_a_regular_expression_too_deep_to_compile(folder: Folder) -> None:
    pattern = "(" * 5_000 + ")" * 5_000
    (problem,) = folder.problems(
        f"jobs: {{a: {{{ASK}, expect: {{answer: {pattern}}}}}}}"
    )
    assert "is not a regular expression: " in problem


@pytest.mark.parametrize(
    ("lines", "problem", "hint"),
    [
        (
            ["command: [x]", "params: {a: b}"],
            "4:13: job_invalid_spec: params: only a prompt has blanks, and this is a command job",
            "ask by prompt or prompt_file, or remove params",
        ),
        (
            ["script: x.py", "params: {}"],
            "4:13: job_invalid_spec: params: only a prompt has blanks, and the job runs x.py",
            "ask by prompt or prompt_file, or remove params",
        ),
        (
            ["job: tidy", "params: {a: b}"],
            "4:13: job_invalid_spec: params: only a prompt has blanks, and the job runs docs/project/spec/jobs/tidy.md",
            "ask by prompt or prompt_file, or remove params",
        ),
        (
            ["command: [x]", "expect: {answer: ok}"],
            "4:13: job_invalid_spec: expect: answer: only agents answer, and this is a command job",
            "remove it, or expect files or a command",
        ),
    ],
)  # fmt: skip
def test_what_such_a_job_cannot_give(
    folder: Folder, lines: list[str], problem: str, hint: str
) -> None:
    folder.write("x.py")
    folder.write("docs/project/spec/jobs/tidy.md")
    config = folder.load("\n".join(["jobs:", "  a:", *(f"    {it}" for it in lines)]))
    (found,) = config.problems
    assert (str(found), found.hint) == (f"teleclaude.yml:{problem}", hint)


def test_a_blank_that_no_schedule_fills_is_a_warning(folder: Folder) -> None:
    job = "prompt: x, params: {topic: null, depth: 1}"
    assert folder.warnings(f"jobs: {{a: {{{job}}}}}") == []
    assert folder.warnings(f"jobs: {{a: {{when: {{every: 1h}}, {job}}}}}") == [
        (
            "teleclaude.yml:1:50: job_invalid_spec: params: nobody says topic when the "
            "job falls due"
        )
    ]


@pytest.mark.parametrize(
    ("top", "job", "warning"),
    [
        ("", "agent: codex, budget: {usd: 1}", "name what the model of codex costs"),
        ("", "agent: codex, budget: {per_day: {usd: 1}}", "the model of codex costs"),
        ("", "agent: codex, model: m, budget: {usd: 1}", "name what m costs"),
        (PRICED, "agent: codex, model: n, budget: {usd: 1}", "name what n costs"),
        (PRICED, "agent: codex, model: m, budget: {usd: 1}", ""),
        (PRICED, "agent: codex, budget: {usd: 1}", ""),
        ("", "agent: codex, budget: {tokens: 1}", ""),
        ("", "agent: claude, budget: {usd: 1}", ""),
        ("", f"{CUSTOM}, budget: {{usd: 1, turns: 2, time: 3}}", "usd, turns has no"),
        ("", f"{CUSTOM}, budget: {{time: 3}}", ""),
        ("", f"{CUSTOM}, mcp: {{x: {{command: [y]}}}}", "mcp has no effect"),
    ],
)
def test_bounds_that_nobody_can_measure(
    folder: Folder, top: str, job: str, warning: str
) -> None:
    folder.around = structs.replace(folder.around, without_cost=frozenset({"codex"}))
    found = folder.warnings(f"{top}jobs: {{a: {{prompt: x, {job}}}}}\n")
    assert [warning in it for it in found] == ([True] if warning else []), found


@pytest.mark.parametrize(
    ("glob", "allowed"),
    [
        ("reports/*.md", True),
        ("**/*.md", True),
        ("a/**/b", True),
        (".hidden/x", True),
        ("a..b", True),
        ("/etc/*", False),
        ("~/x", False),
        ("../x", False),
        ("a/../b", False),
        ("a/..", False),
        ("x**y", False),
        ("a/**b", False),
    ],
)
def test_evidence_is_below_the_project(
    folder: Folder, glob: str, *, allowed: bool
) -> None:
    for name in ("files", "exists"):
        job = f"command: [x], expect: {{{name}: ['{glob}']}}"
        problems = folder.problems(f"jobs: {{a: {{{job}}}}}\n")
        assert (problems == []) is allowed, problems
