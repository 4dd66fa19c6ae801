"""One resolved job, for people and for programs. Secrets are hidden in both."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, assert_never

import msgspec

from jobconsole import words
from jobconsole.cli import documents
from jobconsole.cli.output import SCHEMA
from jobconsole.costs import bounds
from runner.config.units import format_duration, format_size
from runner.engine.spec import without_secrets
from runner.model.job import (
    Command,
    Job,
    Prompt,
    PromptFile,
    Script,
    SpecDocument,
    Target,
)
from runner.process.environment import masked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.engine.browse import Fires, JobDetail
    from runner.model.errors import Json
    from runner.model.views import JobView

_PROMPT_SHOWN = 300

Fields = list[tuple[str, str]]


def job_document(detail: JobDetail, fires: Fires) -> Mapping[str, Json]:
    """What `show --json` prints; `definition` is null for an invalid job."""
    definition = detail.definition
    return {
        "schema": SCHEMA,
        **documents.job(detail.view),
        "schedule_words": detail.sentence,
        "fires": documents.fires(fires)["fires"],
        "definition": None if definition is None else _plain(definition.job),
    }


def job_fields(detail: JobDetail, fires: Fires, now: int) -> Fields:
    """What `show` prints below the job's name."""
    view = detail.view
    fields: Fields = []
    if view.problem is not None:
        fields.append(("problem", f"{view.problem.code}: {view.problem.message}"))
        fields.append(("", view.problem.where))
        fields.append(("hint", view.problem.hint))
    if detail.definition is not None:
        fields += _what(detail.definition.job, detail.model)
    zone = f" ({view.timezone})" if view.timezone else ""
    fields.append(("when", f"{detail.sentence}{zone}"))
    fields += [] if view.next_at is None else _coming(fires, now)
    fields.append(("state", _state(view)))
    fields += _skipped(view)
    fields.append(("last run", _last(detail, now)))
    if detail.definition is not None:
        fields += _how(detail.definition.job)
    return fields


def target_words(target: Target) -> str:
    """What runs, in one line."""
    match target:
        case Script():
            return target.path
        case Command():
            return target.argv[-1] if target.shell else shlex.join(target.argv)
        case Prompt():
            return target.text[:_PROMPT_SHOWN]
        case PromptFile() | SpecDocument():
            return target.path
    assert_never(target)


def _what(job: Job, model: str | None) -> Fields:
    who = f"agent {job.agent.name}" if job.agent else str(job.kind)
    command = " ".join([target_words(job.target), shlex.join(job.args)]).strip()
    fields = [("runs", f"{who}: {command}"), ("under", job.python or "")]
    if job.agent is not None:
        fields.append(("agent", _agent(job, model)))
        fields.append(("params", _params(job)))
    return fields


def _params(job: Job) -> str:
    """`topic (must be given), lines=5`."""
    return ", ".join(
        f"{name} (must be given)" if usual is None else f"{name}={usual}"
        for name, usual in job.params.items()
    )


def _agent(job: Job, model: str | None) -> str:
    agent = job.agent
    if agent is None:
        return ""
    parts = [
        shlex.join(agent.template),
        f"thinks {agent.thinking_mode}",
        f"model {model}" if model else "",
        *(f"at most {bound}" for bound in bounds(agent.budget)),
        *(f"at most {bound} a day" for bound in bounds(agent.daily)),
        f"MCP: {', '.join(agent.mcp)}" if agent.mcp else "",
        f"may be silent for {words.coarse(agent.silence)}" if agent.silence else "",
    ]
    return "; ".join(part for part in parts if part)


def _coming(fires: Fires, now: int) -> Fields:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(fires.zone)
    lines = [
        f"{words.moment(instant, zone)}, {words.relative(instant, now)}"
        for instant in fires.instants
    ]
    return [("next" if i == 0 else "", line) for i, line in enumerate(lines)]


def _state(view: JobView) -> str:
    """`paused by ann until ...`, `running`, `running; paused by ann`."""
    state, standing = str(view.state).replace("_", " "), words.standing(view)
    if not standing or standing.startswith(state):
        return standing or state
    return f"{state}; {standing}"


def _skipped(view: JobView) -> Fields:
    zone = words.zone_of(view)
    lines = [words.moment(instant, zone) for instant in view.skipped]
    return [("skipped" if i == 0 else "", line) for i, line in enumerate(lines)]


def _last(detail: JobDetail, now: int) -> str:
    last = detail.view.last_run
    if last is None:
        return "never"
    took = (
        "" if last.duration_ms is None else f", took {words.duration(last.duration_ms)}"
    )
    ago = words.relative(last.ended_ms / 1000, now)
    return f"{words.OUTCOMES[last.status]} {ago}{took} ({last.run_id})"


def _how(job: Job) -> Fields:
    return [
        ("acts as", job.role or "admin"),
        ("started by", ", ".join(job.roles)),
        ("timeout", format_duration(job.timeout)),
        ("limits", _limits(job)),
        ("retries", _retries(job)),
        ("overlap", f"{job.overlap}; leftovers: {job.leftovers}"),
        ("catch-up", _catch_up(job)),
        ("pool", job.pool),
        ("env", ", ".join(f"{k}={v}" for k, v in masked(job.env).items())),
        ("env_pass", ", ".join(job.env_pass)),
        ("env_file", job.env_file or ""),
        ("input", ", ".join(job.input)),
        ("notify", _notify(job)),
        ("expects", ", ".join(job.expect.files)),
        ("category", job.category),
        ("tags", ", ".join(job.tags)),
        ("defined in", str(job.source)),
    ]


def _limits(job: Job) -> str:
    limits = job.limits
    parts = [
        "" if limits.memory is None else f"memory {format_size(limits.memory)}",
        "" if limits.cpu is None else f"cpu {format_duration(limits.cpu)}",
        "" if limits.output is None else f"output {format_size(limits.output)}",
    ]
    return ", ".join(part for part in parts if part)


def _retries(job: Job) -> str:
    retries = job.retries
    if not retries.max:
        return ""
    on = f", on {', '.join(retries.on)}" if retries.on else ""
    delay, most = format_duration(retries.delay), format_duration(retries.max_delay)
    return f"{retries.max}, {retries.backoff} from {delay} to {most}{on}"


def _catch_up(job: Job) -> str:
    if job.misfire_grace is None:
        return str(job.catch_up)
    return f"{job.catch_up}, at most {format_duration(job.misfire_grace)} late"


def _notify(job: Job) -> str:
    if not job.notify.on:
        return ""
    return f"{', '.join(job.notify.to)} on {', '.join(job.notify.on)}"


def _plain(job: Job) -> Json:
    """The definition as data."""
    plain: Json = msgspec.to_builtins(without_secrets(job))
    return plain
