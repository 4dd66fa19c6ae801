"""A resolved job as an entry of `jobs:` would say it, every key written out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, assert_never

import msgspec

from runner.config import agent_keys, when_keys
from runner.config import job_keys as keys
from runner.config.units import format_duration, format_size
from runner.model.job import Command, Prompt, PromptFile, Script, SpecDocument
from runner.model.schedule import WEEKDAYS, At, Cron, Every, Legacy, Manual, Once

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.config.declaration import Key
    from runner.model.budget import Budget, Price
    from runner.model.errors import Json
    from runner.model.job import AgentSpec, Expect, Job, Limits, Notify, Retries
    from runner.model.mcp import McpServer
    from runner.model.schedule import Schedule

Written = dict[str, "Json"]
SHELL = ("/bin/sh", "-c")


def written(job: Job) -> Written:
    """Values by the names of keys, in their order; None where nothing is set.

    Keys that mean nothing for such a job are left out. `timezone`, `input` and `prices`
    are among them: an entry says the first within `when`, and has no place for the others.
    """
    values: Written = {
        **_target(job),
        **_schedule(job.schedule),
        **_bounds(job),
        **_surroundings(job),
        **(_agent(job.agent) if job.agent is not None else {}),
        keys.DESCRIPTION.name: job.description or None,
        keys.ENABLED.name: job.enabled,
        keys.ARGS.name: job.args or None,
        keys.TAGS.name: job.tags or None,
        keys.CATEGORY.name: job.category or None,
        keys.EXPECT.name: _expect(job.expect),
    }
    ordered = {name: values[name] for name in _names() if name in values}
    return {**ordered, **_beside(job)}


def _beside(job: Job) -> Written:
    """What holds for the job and no entry could say."""
    values: Written = {"input": _plain(job.input)} if job.input else {}
    if job.agent is not None and job.agent.prices:
        prices = {name: _price(it) for name, it in job.agent.prices.items()}
        values[agent_keys.PRICES.name] = prices
    return values


def _plain(data: Mapping[str, object]) -> Json:
    plain: Json = msgspec.to_builtins(data)
    return plain


def _names() -> list[str]:
    names = [key.name for key in keys.JOB.keys]
    names.insert(names.index(when_keys.LEGACY[-1].name) + 1, when_keys.TIMEZONE.name)
    return names


def _target(job: Job) -> Written:
    values: Written = {}
    target = job.target
    match target:
        case Script():
            values[keys.SCRIPT.name] = target.path
        case Command():
            values[keys.COMMAND.name] = _command(target)
        case Prompt():
            values[keys.PROMPT.name] = target.text
            values[agent_keys.PARAMS.name] = dict(job.params) or None
        case PromptFile():
            values[keys.PROMPT_FILE.name] = target.path
            values[agent_keys.PARAMS.name] = dict(job.params) or None
        case SpecDocument():
            values[keys.DOCUMENT.name] = target.name
        case _:
            assert_never(target)
    if job.agent is not None and (argv := job.agent.template):
        shell = argv[:2] == SHELL and len(argv) == len(SHELL) + 1
        values[keys.COMMAND.name] = argv[-1] if shell else argv
    return values


def _command(command: Command) -> Json:
    return command.argv[0] if command.shell else command.argv


def _schedule(schedule: Schedule) -> Written:
    match schedule:
        case Manual():
            return {when_keys.WHEN.name: None}
        case Legacy():
            given = (
                schedule.period,
                schedule.preferred_hour,
                schedule.preferred_weekday,
                schedule.preferred_day,
            )
            names = [key.name for key in when_keys.LEGACY]
            return {**dict(zip(names, given, strict=True)), **_zone(schedule)}
        case Cron() | At():
            return {when_keys.WHEN.name: _local(schedule), **_zone(schedule)}
        case Every():
            interval: Written = {"every": format_duration(schedule.interval)}
            if schedule.offset:
                interval["offset"] = format_duration(schedule.offset)
            return {when_keys.WHEN.name: interval}
        case Once():
            moment = datetime.fromtimestamp(schedule.instant, UTC)
            return {when_keys.WHEN.name: {"once": moment.isoformat()}}
    assert_never(schedule)


def _local(schedule: Cron | At) -> Written:
    if isinstance(schedule, Cron):
        return {"cron": schedule.expression}
    times = [f"{hour:02}:{minute:02}" for hour, minute in schedule.times]
    local: Written = {"at": times[0] if len(times) == 1 else times}
    if schedule.weekdays:
        local["weekdays"] = [WEEKDAYS[day] for day in schedule.weekdays]
    return local


def _zone(schedule: Cron | At | Legacy) -> Written:
    return {when_keys.TIMEZONE.name: schedule.timezone}


def _bounds(job: Job) -> Written:
    grace = job.misfire_grace
    return {
        keys.TIMEOUT.name: format_duration(job.timeout),
        keys.RETRIES.name: _retries(job.retries),
        keys.LIMITS.name: _limits(job.limits),
        keys.OVERLAP.name: job.overlap.value,
        keys.LEFTOVERS.name: job.leftovers.value,
        keys.CATCH_UP.name: job.catch_up.value,
        keys.MISFIRE_GRACE.name: None if grace is None else format_duration(grace),
        keys.POOL.name: job.pool,
    }


def _surroundings(job: Job) -> Written:
    return {
        keys.PYTHON.name: job.python,
        keys.ENV.name: job.env or None,
        keys.ENV_PASS.name: job.env_pass or None,
        keys.ENV_FILE.name: job.env_file,
        keys.ROLE.name: job.role,
        keys.ROLES.name: job.roles or None,
        keys.NOTIFY.name: _notify(job.notify),
    }


def _agent(agent: AgentSpec) -> Written:
    silence = None if agent.silence is None else format_duration(agent.silence)
    return {
        agent_keys.AGENT.name: agent.name,
        agent_keys.MODEL.name: agent.model,
        agent_keys.THINKING_MODE.name: agent.thinking_mode.value,
        agent_keys.SILENCE.name: silence,
        agent_keys.BUDGET.name: _given(
            {**_bounds_of(agent.budget), "per_day": _given(_bounds_of(agent.daily))}
        ),
        agent_keys.MCP.name: {name: _server(it) for name, it in agent.mcp.items()}
        or None,
    }


def _bounds_of(budget: Budget) -> Written:
    return {
        "usd": budget.usd,
        "tokens": budget.tokens,
        "turns": budget.turns,
        "tools": budget.tools,
        "time": None if budget.time is None else format_duration(budget.time),
    }


def _server(server: McpServer) -> Json:
    return _given(
        {
            "command": server.command,
            "env": server.env or None,
            "read_only": server.read_only or None,
        }
    )


def _price(price: Price) -> Json:
    return _given(
        {"input": price.input, "cached": price.cached, "output": price.output}
    )


def _expect(expect: Expect) -> Json:
    return _given(
        {
            "files": expect.files or None,
            "exists": expect.exists or None,
            "command": None if expect.command is None else _command(expect.command),
            "answer": expect.answer,
        }
    )


def _retries(retries: Retries) -> Json:
    if not retries.max:
        return None
    return _given(
        {
            "max": retries.max,
            "backoff": retries.backoff.value,
            "delay": format_duration(retries.delay),
            "max_delay": format_duration(retries.max_delay),
            "on": retries.on or None,
        }
    )


def _limits(limits: Limits) -> Json:
    return _given(
        {
            "memory": None if limits.memory is None else format_size(limits.memory),
            "cpu": None if limits.cpu is None else format_duration(limits.cpu),
            "output": None if limits.output is None else format_size(limits.output),
        }
    )


def _notify(notify: Notify) -> Json:
    return _given({"on": notify.on or None, "to": notify.to or None})


def _given(values: Mapping[str, Json]) -> Json:
    """Those that are set; None where none is."""
    return {name: it for name, it in values.items() if it is not None} or None


def in_words(key: Key[object]) -> str:
    """What holds where the key is not set."""
    return (key.otherwise or "none").replace("`", "")
