"""The keys of `*.job.yaml` files and of cron packs."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from runner.config.containers import anything, list_of, map_of
from runner.config.declaration import Key, Section
from runner.config.part_keys import command
from runner.config.section import Fields, table
from runner.config.values import (
    argument,
    choice,
    duration,
    integer,
    one_of,
    path,
    text,
    word,
)
from runner.config.when_keys import CRON, TIMEZONE
from runner.model.errors import Code


class TriggerType(StrEnum):
    """What starts the job of a `*.job.yaml` file."""

    MANUAL = "manual"
    CRON = "cron"


class Action(StrEnum):
    """What an entry of a cron pack does."""

    SCRIPT = "script"
    AGENT_WORKFLOW = "agent_workflow"


ANY_NAME = r"[\s\S]+"

# -- *.job.yaml ------------------------------------------------------------------

ID = Key(
    name="id",
    shape=text("id"),
    description="The job's id.",
    example="nightly_report",
)
TITLE = Key(
    name="title",
    shape=word(),
    otherwise="none",
    description="What the job is for.",
    example="Nightly report",
)
TARGET_KIND = Key(
    name="kind",
    shape=word(),
    description="`script`, `command` or `agent`.",
    example="script",
)
TARGET_ID = Key(
    name="id",
    shape=command(),
    description="A script's path or the name of one in `jobs/`; a command; an agent, "
    "whose prompt is `input.prompt`, or the name of a spec document.",
    example="jobs/report.py",
)
TARGET_INPUT = Key(
    name="input",
    shape=map_of(anything(), names="name", pattern=ANY_NAME),
    otherwise="none",
    description="Data for the child, in `JOBCONSOLE_INPUT`.",
    example="{days: 7}",
)
TARGET_SECTION = Section("target", (TARGET_KIND, TARGET_ID, TARGET_INPUT))
TARGET: Key[Fields] = Key(
    name="target",
    shape=table(TARGET_SECTION, lambda fields: fields),
    description="What runs.",
    example="{kind: script, id: jobs/report.py}",
    code=Code.JOB_TARGET_UNRESOLVED,
)
BINDINGS = Key(
    name="bindings",
    shape=map_of(anything(), names="name", pattern=ANY_NAME),
    otherwise="none",
    description="Data for the child, in `JOBCONSOLE_INPUT`.",
    example="{repository: main}",
    code=Code.JOB_BINDINGS_INVALID,
)
TRIGGER_TYPE = Key(
    name="type",
    shape=choice(TriggerType),
    default=TriggerType.MANUAL,
    description="Whether a person or a schedule starts it.",
    example="cron",
)
TRIGGER_SECTION = Section("trigger", (TRIGGER_TYPE, CRON, TIMEZONE))
TRIGGER: Key[Fields] = Key(
    name="trigger",
    shape=table(TRIGGER_SECTION, lambda fields: fields),
    otherwise="manual",
    description="When it runs.",
    example='{type: cron, cron: "0 6 * * *", timezone: Europe/Amsterdam}',
    code=Code.JOB_TRIGGER_INVALID,
)
TIMEOUT_SECONDS = Key(
    name="timeout_seconds",
    shape=duration(),
    unit="seconds",
    otherwise="that of `defaults`",
    description="How long an attempt may take.",
    example="600",
)
RETRY_MAX = Key(
    name="retry_max",
    shape=integer(0, 1000),
    otherwise="that of `defaults`",
    description="Attempts after the first one.",
    example="3",
)
MAX_PARALLEL_RUNS = Key(
    name="max_parallel_runs",
    shape=integer(1),
    otherwise="that of `defaults`",
    description="1 is `overlap: skip`; more is `overlap: allow`.",
    example="1",
)
RUNTIME_SECTION = Section("runtime", (TIMEOUT_SECONDS, RETRY_MAX, MAX_PARALLEL_RUNS))
RUNTIME: Key[Fields] = Key(
    name="runtime",
    shape=table(RUNTIME_SECTION, lambda fields: fields),
    otherwise="that of `defaults`",
    description="Bounds on a run.",
    example="{timeout_seconds: 600, retry_max: 3, max_parallel_runs: 1}",
)
OUTPUT = Key(
    name="output",
    shape=anything(),
    otherwise="nobody is told",
    description="The name of a gateway that is sent the output; else left alone.",
    example="telegram",
)
JOB_DOCUMENT = Section(
    "a job file", (ID, TITLE, TARGET, BINDINGS, TRIGGER, RUNTIME, OUTPUT)
)

# -- cron packs --------------------------------------------------------------------

NAME = Key(
    name="name",
    shape=text("name"),
    description="The job's name; its slug is the id.",
    example="Daily Standup Summary",
)
ACTION = Key(
    name="action",
    shape=one_of(tuple(Action)),
    description="What it does.",
    example="script",
    code=Code.JOB_TARGET_UNRESOLVED,
)
PAYLOAD_PATH = Key(
    name="path",
    shape=path(),
    description="The script, from the project.",
    example="scripts/clean_tmp.sh",
)
PAYLOAD_ARGS = Key(
    name="args",
    shape=list_of(argument()),
    otherwise="none",
    description="The script's arguments.",
    example="[--fast]",
)
PAYLOAD_PROMPT = Key(
    name="prompt",
    shape=text("prompt"),
    description="What the agent is told.",
    example="Summarize git commits from the last 24 hours.",
)
PAYLOAD_OUTPUT = Key(
    name="output",
    shape=word(),
    otherwise="nobody is told",
    description="The gateway that is sent the output.",
    example="telegram",
)
PAYLOAD_SECTION = Section(
    "payload", (PAYLOAD_PATH, PAYLOAD_ARGS, PAYLOAD_PROMPT, PAYLOAD_OUTPUT)
)
PAYLOAD: Key[Fields] = Key(
    name="payload",
    shape=table(PAYLOAD_SECTION, lambda fields: fields),
    description="What the action needs.",
    example="{path: scripts/clean_tmp.sh}",
)
PACK_CRON = msgspec.structs.replace(CRON, code=Code.JOB_TRIGGER_INVALID)
PACK_ENTRY = Section("a pack entry", (NAME, PACK_CRON, ACTION, PAYLOAD))
