"""Every top-level key that is ours, and those of roles, board and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.config.agent_keys import MCP, MODELS, PRICES
from runner.config.budget_keys import daily_budget
from runner.config.containers import anything, list_of, map_of
from runner.config.declaration import Key, Schema, Section, Shape
from runner.config.job_keys import DEFAULTS, JOB, PYTHON
from runner.config.node_views import expect_map
from runner.config.section import Fields, section_schema, table
from runner.config.values import (
    argument,
    choice,
    duration,
    integer,
    path,
    referring,
    text,
)
from runner.config.when_keys import zone
from runner.model.role import Profile

if TYPE_CHECKING:
    from runner.config.yaml_tree import MapNode

NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"

PROFILE = Key(
    name="profile",
    shape=choice(Profile),
    otherwise="that of the built-in role; a role of your own needs one",
    description="What an agent may touch.",
    example="workspace",
)
MAY_TRIGGER = Key(
    name="may_trigger",
    shape=list_of(text("name of a role")),
    otherwise="none",
    description="Roles, besides narrower ones, that it may start runs as; `*` is all.",
    example="[member]",
)
ENV_ALLOW = Key(
    name="allow",
    shape=list_of(text("pattern")),
    otherwise="all",
    description="Patterns of variables that its runs may see.",
    example='["LANG", "GITHUB_*"]',
)
ENV_DENY = Key(
    name="deny",
    shape=list_of(text("pattern")),
    otherwise="none",
    description="Patterns of variables that its runs never see.",
    example='["*_TOKEN"]',
)
ROLE_ENV_SECTION = Section("the env of a role", (ENV_ALLOW, ENV_DENY))
ROLE_ENV = Key(
    name="env",
    shape=table(ROLE_ENV_SECTION, lambda fields: fields),
    otherwise="all variables",
    description="Which variables reach its runs.",
    example='{deny: ["*_TOKEN"]}',
)
AGENT_FLAGS = Key(
    name="agent_flags",
    shape=map_of(list_of(argument()), names="name of an agent", pattern=NAME),
    otherwise="none",
    description="Extra arguments for the agents, by the agent's name.",
    example="{claude: [--max-turns, 40]}",
)
ROLE_BUDGET = Key(
    name="budget",
    shape=daily_budget(),
    otherwise="no bounds",
    description="Bounds on what all agents together may use under the role.",
    example="{per_day: {usd: 10}}",
)
ROLE = Section("a role", (PROFILE, MAY_TRIGGER, ROLE_ENV, AGENT_FLAGS, ROLE_BUDGET))

BOARD_FILE = Key(
    name="file",
    shape=path(),
    otherwise="`SPRINT_QUEUE.json`",
    description="The board's file.",
    example=".oodatcaa/work/SPRINT_QUEUE.json",
)
WIP_LIMITS = Key(
    name="wip_limits",
    shape=map_of(integer(0), names="name of a role", pattern=NAME),
    otherwise="those in the board's file",
    description="How many tasks each role may have in progress.",
    example="{builder: 3, tester: 2}",
)
FLOW = Key(
    name="flow",
    shape=map_of(anything(), names="name of a status", pattern=NAME),
    otherwise="needs_plan → planning → ready → in_progress → awaiting_test → testing",
    description="What follows a status on success and on failure.",
    example="{in_progress: {success: awaiting_test, failure: ready}}",
)
BOARD_SECTION = Section("board", (BOARD_FILE, WIP_LIMITS, FLOW))

SOCKET = Key(
    name="socket",
    shape=path(),
    otherwise="none",
    description="The unix socket that answers which role holds, from the project; `~` "
    "is the home directory.",
    example="/tmp/teleclaude-api.sock",  # noqa: S108 - where it is, not ours
)
DAEMON_SECTION = Section("daemon", (SOCKET,), open=True)

AGE = Key(
    name="age",
    shape=duration(),
    unit="seconds",
    otherwise="no bound",
    description="How long runs are kept after their end.",
    example="90d",
)
RUNS = Key(
    name="runs",
    shape=integer(1),
    otherwise="no bound",
    description="How many runs of a job are kept.",
    example="500",
)
RETENTION_SECTION = Section("retention", (AGE, RUNS))


def _jobs() -> Shape[MapNode]:
    """The jobs as they are: each is read on its own, so that one stops no other."""
    job: Schema = {"anyOf": [section_schema(JOB), {"type": "null"}]}
    schema: Schema = {"type": "object", "additionalProperties": job}
    return Shape("map of ids to jobs", schema, expect_map, JOB)


TIMEZONE = Key(
    name="timezone",
    shape=zone(),
    otherwise="none for `cron`, the system's for the rest",
    description="The IANA zone of schedules that name none.",
    example="Europe/Amsterdam",
)
STATE_DIR = Key(
    name="state_dir",
    shape=path(),
    default=".jobconsole",
    description="Where runs and their index are kept; `~` is the home directory.",
    example=".jobconsole",
)
CONCURRENCY = Key(
    name="concurrency",
    shape=map_of(integer(1), names="name of a pool", pattern=NAME),
    otherwise="`{default: 4, agent: 1}`",
    description="How many runs each pool holds at once.",
    example="{default: 4, agent: 1, heavy: 2}",
)
DEFAULTS_KEY: Key[Fields] = Key(
    name="defaults",
    shape=table(DEFAULTS, lambda fields: fields),
    otherwise="none",
    description="Values for jobs that do not have their own.",
    example="{timeout: 30m, retries: 0, catch_up: latest}",
)
INCLUDE = Key(
    name="include",
    shape=list_of(path()),
    otherwise="nothing",
    description="Globs of `*.job.yaml` files and cron packs, from the project.",
    example="[jobs/*.job.yaml, packs/*.json]",
)
JOBS = Key(
    name="jobs",
    shape=_jobs(),
    otherwise="none",
    description="The jobs by id: lower-case letters, digits, `_`, `.` and `-`.",
    example="{report: {command: [make, report]}}",
)
ROLES = Key(
    name="roles",
    shape=map_of(
        table(ROLE, lambda fields: fields), names="name of a role", pattern=NAME
    ),
    otherwise="`admin`, `member`, `viewer`",
    description="Roles of your own, and changes to the built-in ones.",
    example="{ops: {profile: full, may_trigger: [member]}}",
)
GATEWAYS = Key(
    name="gateways",
    shape=map_of(referring(), names="name of a gateway", pattern=NAME),
    otherwise="none",
    description="Where results are sent: Apprise URLs; `${NAME}` is replaced.",
    example="{ops: 'tgram://${BOT_TOKEN}/${CHAT_ID}'}",
)
DAEMON = Key(
    name="daemon",
    shape=table(DAEMON_SECTION, lambda fields: fields),
    otherwise="none",
    description="The daemon that is asked for a role.",
    example="{socket: /tmp/teleclaude-api.sock}",
)
BUDGET = Key(
    name="budget",
    shape=daily_budget(),
    otherwise="no bounds",
    description="Bounds on what all agents of the project may use.",
    example="{per_day: {usd: 20, tokens: 5M}}",
)
BOARD = Key(
    name="board",
    shape=table(BOARD_SECTION, lambda fields: fields),
    otherwise="none",
    description="The work queue of the role agents.",
    example="{file: SPRINT_QUEUE.json}",
)
RETENTION = Key(
    name="retention",
    shape=table(RETENTION_SECTION, lambda fields: fields),
    otherwise="everything is kept",
    description="What `jobconsole prune` removes.",
    example="{age: 90d, runs: 500}",
)

PROJECT = Section(
    "teleclaude.yml",
    (
        TIMEZONE,
        STATE_DIR,
        CONCURRENCY,
        DEFAULTS_KEY,
        INCLUDE,
        JOBS,
        ROLES,
        GATEWAYS,
        PYTHON,
        MCP,
        MODELS,
        PRICES,
        BUDGET,
        DAEMON,
        BOARD,
        RETENTION,
    ),
    open=True,
)

ISOLATED: tuple[Key[object], ...] = (GATEWAYS, DAEMON, BOARD, RETENTION)
"""Keys that no job's run depends on: a mistake there stops no job."""
