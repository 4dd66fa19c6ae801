"""The keys of the small maps inside a job: retries, limits, and so on."""

from __future__ import annotations

import re
import warnings
from enum import StrEnum

from runner.config.containers import converted, either, list_of, map_of, optional
from runner.config.declaration import Key, Section, Shape
from runner.config.findings import reject
from runner.config.section import Fields, table
from runner.config.values import (
    VARIABLE,
    argument,
    choice,
    duration,
    glob_below,
    integer,
    one_of,
    referring,
    size,
    text,
    word,
)
from runner.config.yaml_tree import ListNode, MapNode, Node, ScalarNode
from runner.model.errors import Code
from runner.model.job import (
    Backoff,
    Command,
    Expect,
    Limits,
    Notify,
    Retries,
)

RETRIED_CODES = (
    Code.JOB_EXECUTION_FAILED,
    Code.JOB_TIMEOUT,
    Code.JOB_LOST,
    Code.JOB_LIMIT_EXCEEDED,
    Code.JOB_NO_EVIDENCE,
    Code.AGENT_UNAVAILABLE,
    Code.AGENT_BUDGET_EXCEEDED,
    Code.AGENT_NO_ANSWER,
)
MOST_RETRIES = 1000


class Outcome(StrEnum):
    """What can be told to a gateway."""

    FAILURE = "failure"
    RECOVERY = "recovery"
    SUCCESS = "success"
    OUTPUT = "output"


RETRY_MAX = Key(
    name="max",
    shape=integer(0, MOST_RETRIES),
    default=Retries().max,
    description="Attempts after the first one.",
    example="3",
)
RETRY_BACKOFF = Key(
    name="backoff",
    shape=choice(Backoff),
    default=Retries().backoff,
    description="Whether the delay doubles with each retry or stays.",
    example="exponential",
)
RETRY_DELAY = Key(
    name="delay",
    shape=duration(0),
    default=Retries().delay,
    unit="seconds",
    description="How long after a failed attempt the next one starts.",
    example="30s",
)
RETRY_MAX_DELAY = Key(
    name="max_delay",
    shape=duration(0),
    default=Retries().max_delay,
    unit="seconds",
    description="Where exponential growth ends; never less than `delay`.",
    example="10m",
)
RETRY_ON = Key(
    name="on",
    shape=list_of(one_of(RETRIED_CODES)),
    otherwise="every failure except `job_lost`",
    description="The error codes that are worth another attempt.",
    example="[job_timeout, job_lost]",
)
RETRIES = Section(
    "retries", (RETRY_MAX, RETRY_BACKOFF, RETRY_DELAY, RETRY_MAX_DELAY, RETRY_ON)
)


def _retries(fields: Fields) -> Retries:
    delay = fields.value(RETRY_DELAY)
    max_delay = fields.get(RETRY_MAX_DELAY)
    if max_delay is not None and max_delay < delay:
        raise reject(
            fields.place_of(RETRY_MAX_DELAY), "max_delay is shorter than delay"
        )
    if not fields.has(RETRY_MAX):
        raise reject(fields.place, "max is missing: how many retries?")
    return Retries(
        max=fields.value(RETRY_MAX),
        backoff=fields.value(RETRY_BACKOFF),
        delay=delay,
        max_delay=max(delay, fields.value(RETRY_MAX_DELAY)),
        on=fields.get(RETRY_ON) or (),
    )


def retries() -> Shape[Retries]:
    return either(
        "whole number or map",
        {
            ScalarNode: converted(RETRY_MAX.shape, lambda most: Retries(max=most)),
            MapNode: table(RETRIES, _retries),
        },
    )


MEMORY = Key(
    name="memory",
    shape=optional(size()),
    unit="bytes",
    otherwise="no bound",
    description="Memory that the processes of an attempt may use.",
    example="1GiB",
)
CPU = Key(
    name="cpu",
    shape=optional(duration()),
    unit="seconds",
    otherwise="no bound",
    description="Processor time that an attempt may use.",
    example="5m",
)
OUTPUT = Key(
    name="output",
    shape=optional(size()),
    unit="bytes",
    otherwise="no bound",
    description="Output that an attempt may write.",
    example="256MiB",
)
LIMITS = Section("limits", (MEMORY, CPU, OUTPUT))


def limits() -> Shape[Limits]:
    return table(
        LIMITS,
        lambda fields: Limits(
            memory=fields.get(MEMORY), cpu=fields.get(CPU), output=fields.get(OUTPUT)
        ),
    )


def environment() -> Shape[dict[str, str]]:
    return map_of(referring(), names="name of a variable", pattern=VARIABLE)


NOTIFY_ON = Key(
    name="on",
    shape=list_of(one_of(tuple(Outcome))),
    otherwise="nothing",
    description="What is told.",
    example="[failure, recovery]",
)
NOTIFY_TO = Key(
    name="to",
    shape=list_of(word()),
    otherwise="nobody",
    description="The gateways that are told.",
    example="[ops]",
)
NOTIFY = Section("notify", (NOTIFY_ON, NOTIFY_TO))


def notify() -> Shape[Notify]:
    return table(
        NOTIFY,
        lambda fields: Notify(
            on=fields.get(NOTIFY_ON) or (), to=fields.get(NOTIFY_TO) or ()
        ),
    )


def _shell_command(line: str) -> Command:
    return Command((line,), shell=True)  # noqa: S604 - the model of one, not a call


def command() -> Shape[Command]:
    """An argv list; one string is for `/bin/sh -c`."""
    kinds: dict[type[Node], Shape[Command]] = {
        ListNode: converted(list_of(argument(), least=1), Command),
        ScalarNode: converted(word(), _shell_command, "shell command"),
    }
    return either("list of arguments or shell command", kinds)


def _regular_expression(written: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)  # it would mean something else
        try:
            re.compile(written)
        except (re.error, FutureWarning, OverflowError, RecursionError) as error:
            message = f"is not a regular expression: {error}"
            raise ValueError(message) from None
    return written


EXPECT_FILES = Key(
    name="files",
    shape=list_of(glob_below()),
    otherwise="none",
    description="Globs below the project: each must match a file written by the run.",
    example="[reports/*.md]",
)
EXPECT_EXISTS = Key(
    name="exists",
    shape=list_of(glob_below()),
    otherwise="none",
    description="Globs below the project: each must match a file, whoever wrote it.",
    example="[reports/index.md]",
)
EXPECT_COMMAND = Key(
    name="command",
    shape=command(),
    otherwise="none",
    description="An argv list, or one string for `/bin/sh -c`; it must succeed.",
    example="[bin/check-reports]",
)
EXPECT_ANSWER = Key(
    name="answer",
    shape=converted(text("regular expression"), _regular_expression),
    otherwise="any answer",
    description="A regular expression, as Python has them, to be found in the agent's "
    "answer.",
    example="'(?i)done'",
)
EXPECT = Section("expect", (EXPECT_FILES, EXPECT_EXISTS, EXPECT_COMMAND, EXPECT_ANSWER))


def expect() -> Shape[Expect]:
    return table(
        EXPECT,
        lambda fields: Expect(
            files=fields.get(EXPECT_FILES) or (),
            exists=fields.get(EXPECT_EXISTS) or (),
            command=fields.get(EXPECT_COMMAND),
            answer=fields.get(EXPECT_ANSWER),
        ),
    )
