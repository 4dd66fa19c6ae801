"""The keys that only agents heed: which model, how long, with which servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.config.budget_keys import allowance, price
from runner.config.containers import list_of, map_of, optional
from runner.config.declaration import Key, Section
from runner.config.findings import reject
from runner.config.part_keys import environment
from runner.config.section import Fields, table
from runner.config.values import (
    VARIABLE,
    argument,
    boolean,
    choice,
    duration,
    text,
    word,
)
from runner.model.job import ThinkingMode
from runner.model.mcp import McpServer

if TYPE_CHECKING:
    from runner.config.yaml_tree import Place

MODEL_NAME = r"[!-,.-~][!-~]*"
"""Printable, without spaces, and nothing that looks like an option."""

USUAL_AGENT = "claude"
_USUAL_SILENCE = 600

AGENT = Key(
    name="agent",
    shape=word(),
    otherwise="`claude`",
    description="Which agent answers: `claude`, `codex`, `gemini`, `opencode`, or "
    "`custom` with its `command`.",
    example="codex",
)
MODEL = Key(
    name="model",
    shape=optional(text("name of a model", pattern=MODEL_NAME)),
    otherwise="that of `models` for the agent and its thinking mode, else the agent's "
    "usual one",
    description="Which model the agent works with.",
    example="opus",
)
THINKING_MODE = Key(
    name="thinking_mode",
    shape=choice(ThinkingMode),
    default=ThinkingMode.MED,
    description="How much the agent may think.",
    example="fast",
)
SILENCE = Key(
    name="silence",
    shape=optional(duration()),
    default=_USUAL_SILENCE,
    unit="seconds",
    otherwise="no bound",
    description="An agent that tells nothing for so long is stopped; with null never, "
    "nor is one with `agent: custom` for which nothing is named.",
    example="10m",
)
BUDGET = Key(
    name="budget",
    shape=allowance(),
    otherwise="no bounds",
    description="Bounds on what an agent may use in one run, and in a day. That of a job "
    "replaces that of `defaults` as a whole.",
    example="{usd: 0.50, tokens: 200k, turns: 40, per_day: {usd: 5}}",
)
PARAMS = Key(
    name="params",
    shape=map_of(optional(argument()), names="name of a parameter", pattern=VARIABLE),
    otherwise="none",
    description="The blanks of a prompt, `${NAME}`, with what fills them; null where "
    "whoever starts the job must say it.",
    example='{topic: null, depth: "3"}',
)

MCP_COMMAND = Key(
    name="command",
    shape=list_of(argument(), least=1),
    description="The server's program and arguments.",
    example="[bin/mcp-wrapper.py]",
)
MCP_ENV = Key(
    name="env",
    shape=environment(),
    otherwise="none",
    description="Variables for the server; `${NAME}` is replaced.",
    example="{LEVEL: info}",
)
MCP_READ_ONLY = Key(
    name="read_only",
    shape=boolean(),
    default=False,
    description="The server changes nothing: agents that may only read get it too.",
    example="true",
)
MCP_SERVER = Section("an MCP server", (MCP_COMMAND, MCP_ENV, MCP_READ_ONLY))


def _mcp_server(fields: Fields) -> McpServer:
    command = fields.get(MCP_COMMAND)
    if command is None:
        raise reject(fields.place, "command is missing")
    return McpServer(
        command, fields.get(MCP_ENV) or {}, read_only=fields.value(MCP_READ_ONLY)
    )


MCP: Key[dict[str, McpServer]] = Key(
    name="mcp",
    shape=map_of(
        table(MCP_SERVER, _mcp_server),
        names="name of a server",
        pattern=r"[A-Za-z0-9_-]{1,64}",
    ),
    otherwise="none",
    description="MCP servers for the agent, by name.",
    example="{teleclaude: {command: [bin/mcp-wrapper.py]}}",
)

# -- the top level -----------------------------------------------------------------

MODES = {
    mode: Key(
        name=mode.value,
        shape=text("name of a model", pattern=MODEL_NAME),
        otherwise="the agent's usual one",
        description=f"The model for `thinking_mode: {mode}`.",
        example=example,
    )
    for mode, example in (
        (ThinkingMode.FAST, "haiku"),
        (ThinkingMode.MED, "sonnet"),
        (ThinkingMode.SLOW, "opus"),
    )
}
MODELS: Key[dict[str, Fields]] = Key(
    name="models",
    shape=map_of(
        table(
            Section("the models of an agent", tuple(MODES.values())),
            lambda fields: fields,
        ),
        names="name of an agent",
        pattern=r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}",
    ),
    otherwise="each agent's usual ones",
    description="The models of an agent, by its name and the thinking mode.",
    example="{claude: {fast: haiku, med: sonnet, slow: opus}}",
)
PRICES = Key(
    name="prices",
    shape=map_of(price(), names="name of a model", pattern=MODEL_NAME),
    otherwise="no cost is known where the agent tells none",
    description="What models cost, by name, for agents that do not tell it.",
    example="{gpt-5.5: {input: 1.25, cached: 0.125, output: 10}}",
)


class UsualModel(NamedTuple):
    """What `models` names, and where."""

    name: str
    place: Place


def usual_model(job: Fields) -> UsualModel | None:
    """By the job's agent and thinking mode, for a job that names no model."""
    modes = (job.get(MODELS) or {}).get(job.get(AGENT) or USUAL_AGENT)
    if modes is None:
        return None
    key = MODES[job.value(THINKING_MODE)]
    name = modes.get(key)
    return UsualModel(name, modes.place_of(key)) if name is not None else None
