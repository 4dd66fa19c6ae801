"""Every key of a job, declared once."""

from __future__ import annotations

from runner.config import part_keys
from runner.config.agent_keys import (
    AGENT,
    BUDGET,
    MCP,
    MODEL,
    PARAMS,
    SILENCE,
    THINKING_MODE,
)
from runner.config.containers import list_of, optional
from runner.config.declaration import Key, Section
from runner.config.values import (
    VARIABLE,
    argument,
    boolean,
    choice,
    duration,
    path,
    text,
    word,
)
from runner.config.when_keys import LEGACY, WHEN
from runner.model.job import (
    CatchUp,
    Command,
    Job,
    Kind,
    Leftovers,
    Overlap,
    Where,
)

_MODEL = Job(id="", kind=Kind.COMMAND, target=Command(()), source=Where("", 1, 1))

ENABLED = Key(
    name="enabled",
    shape=boolean(),
    default=_MODEL.enabled,
    description="`false` keeps the job in the list and off the schedule.",
    example="false",
)
DESCRIPTION = Key(
    name="description",
    shape=word(),
    otherwise="none",
    description="What the job is for, in one line.",
    example="Tag new subscriptions",
)
CATEGORY = Key(
    name="category",
    shape=word(),
    otherwise="none",
    description="A label of your own.",
    example="system",
)
TAGS = Key(
    name="tags",
    shape=list_of(word()),
    otherwise="none",
    description="Labels to filter by.",
    example="[media, ai]",
)
SCRIPT = Key(
    name="script",
    shape=path(),
    otherwise="`jobs/<id>.py` if it exists",
    description="A `.py` file or an executable inside the project.",
    example="jobs/youtube_sync.py",
)
COMMAND = Key(
    name="command",
    shape=part_keys.command(),
    description="An argv list, or one string for `/bin/sh -c`. With `agent: custom`, "
    "the program that is given the prompt.",
    example="[make, report]",
)
PROMPT = Key(
    name="prompt",
    shape=text("prompt"),
    description="What an agent is told, word for word but for its blanks: see `params`.",
    example="Summarise yesterday's commits.",
)
PROMPT_FILE = Key(
    name="prompt_file",
    shape=path(),
    description="A file inside the project that says what the agent is told; it is "
    "read when a run starts.",
    example="prompts/review.md",
)
DOCUMENT = Key(
    name="job",
    shape=text("name of a document", pattern=r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}"),
    otherwise="`docs/project/spec/jobs/<id>.md`, with `-` for `_`, if it exists",
    description="An agent is told to follow `docs/project/spec/jobs/<name>.md`.",
    example="log-bug-hunter",
)
MESSAGE = Key(
    name="message",
    shape=text("prompt"),
    description="An older name of `prompt`.",
    example="Review the memory files.",
    instead="prompt",
)
TYPE = Key(
    name="type",
    shape=word(),
    otherwise="what the target says",
    description="A label (`agent`, `script`, `command`) that older tools write; the "
    "target decides.",
    example="agent",
)
ARGS = Key(
    name="args",
    shape=list_of(argument()),
    otherwise="none",
    description="Arguments for the script or command.",
    example="[--fast]",
)
PYTHON = Key(
    name="python",
    shape=path(),
    otherwise="`.venv/bin/python`, else `uv run` for scripts with inline metadata, "
    "else `python3`",
    description="The interpreter of Python jobs.",
    example=".venv/bin/python",
)
TIMEOUT = Key(
    name="timeout",
    shape=duration(),
    default=_MODEL.timeout,
    unit="seconds",
    description="How long an attempt may take while the machine is awake.",
    example="10m",
)
RETRIES = Key(
    name="retries",
    shape=part_keys.retries(),
    otherwise="0",
    description="How many more attempts a failed run gets, and when.",
    example="{max: 3, backoff: exponential, delay: 30s, max_delay: 10m}",
)
LIMITS = Key(
    name="limits",
    shape=part_keys.limits(),
    otherwise="no bounds",
    description="Bounds on one attempt.",
    example="{memory: 1GiB, cpu: 5m, output: 256MiB}",
)
CATCH_UP = Key(
    name="catch_up",
    shape=choice(CatchUp),
    default=_MODEL.catch_up,
    description="Which occurrences still run that were missed while the machine was "
    "off: one run for all of them, none, or all (at most 100).",
    example="none",
)
MISFIRE_GRACE = Key(
    name="misfire_grace",
    shape=optional(duration()),
    unit="seconds",
    otherwise="no bound",
    description="How late an occurrence may still start.",
    example="2h",
)
OVERLAP = Key(
    name="overlap",
    shape=choice(Overlap),
    default=_MODEL.overlap,
    description="What happens when the job is due while it still runs.",
    example="queue",
)
LEFTOVERS = Key(
    name="leftovers",
    shape=choice(Leftovers),
    default=_MODEL.leftovers,
    description="What happens to processes that outlive a child that succeeded.",
    example="fail",
)
POOL = Key(
    name="pool",
    shape=word(),
    otherwise="`agent` for agent jobs, else `default`",
    description="The pool of `concurrency` in which the job takes a place.",
    example="default",
)
ENV = Key(
    name="env",
    shape=part_keys.environment(),
    otherwise="none",
    description="Variables; `${NAME}` comes from the base environment or `env_file`. "
    "Those of the job are added to those of `defaults`.",
    example="{LEVEL: info}",
)
ENV_PASS = Key(
    name="env_pass",
    shape=list_of(text("name of a variable", pattern=VARIABLE)),
    otherwise="none",
    description="Variables handed on that would be left out otherwise.",
    example="[GITHUB_TOKEN]",
)
ENV_FILE = Key(
    name="env_file",
    shape=path(),
    otherwise="none",
    description="A file of `NAME=value` lines; `~` is the home directory.",
    example="~/.teleclaude/.env",
)
ROLE = Key(
    name="role",
    shape=word(),
    otherwise="the daemon's answer, else `admin`",
    description="The role the job runs under.",
    example="member",
)
ROLES = Key(
    name="roles",
    shape=list_of(word()),
    otherwise="everybody",
    description="The roles that may start the job.",
    example="[admin, member]",
)
NOTIFY = Key(
    name="notify",
    shape=part_keys.notify(),
    otherwise="nobody is told",
    description="Which outcomes are told to which gateways.",
    example="{on: [failure, recovery], to: [ops]}",
)
EXPECT = Key(
    name="expect",
    shape=part_keys.expect(),
    otherwise="none",
    description="Evidence that a good run leaves behind.",
    example="{files: [reports/*.md], answer: '(?i)done'}",
)

TARGETS = (SCRIPT, COMMAND, PROMPT, PROMPT_FILE, DOCUMENT, MESSAGE)

SHARED = (
    TIMEOUT,
    RETRIES,
    LIMITS,
    OVERLAP,
    LEFTOVERS,
    CATCH_UP,
    MISFIRE_GRACE,
    POOL,
    PYTHON,
    ENV,
    ENV_PASS,
    ENV_FILE,
    ROLE,
    AGENT,
    MODEL,
    THINKING_MODE,
    SILENCE,
    BUDGET,
    MCP,
    NOTIFY,
)
"""What `defaults` may hold, for every job that has no value of its own."""

JOB = Section(
    "a job",
    (
        DESCRIPTION,
        ENABLED,
        *TARGETS,
        ARGS,
        PARAMS,
        WHEN,
        *LEGACY,
        *SHARED,
        ROLES,
        EXPECT,
        TAGS,
        CATEGORY,
        TYPE,
    ),
)
DEFAULTS = Section("defaults", SHARED)
