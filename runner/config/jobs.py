"""One entry of `jobs:` → the draft of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.config import agent_keys
from runner.config import job_keys as keys
from runner.config.draft import (
    Draft,
    Settings,
    unknown_gateways,
    unknown_names,
    unset_variables,
)
from runner.config.findings import Finding, Findings
from runner.config.section import Fields, read_section
from runner.config.target import CUSTOM, Resolved, target_of
from runner.config.trigger import schedule_of, stray_keys
from runner.config.when_keys import SCHEDULE, WHEN
from runner.model.job import Kind, Prompt, PromptFile
from runner.model.schedule import Manual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.config.report import About
    from runner.config.survey import Survey
    from runner.config.yaml_tree import Entry
    from runner.model.budget import Budget
    from runner.model.schedule import Schedule


def read_job(
    job_id: str, entry: Entry, about: About, settings: Settings, survey: Survey
) -> Draft:
    """Never raises: what is wrong is in the draft."""
    reading = read_section(keys.JOB, entry.value, entry.key)
    own, findings = reading.fields, Findings(reading.findings)
    merged = own.over(settings.defaults)
    schedule = resolved = None
    if not own.broken(WHEN) and not own.broken(SCHEDULE):
        schedule = findings.attempt(lambda: schedule_of(merged, settings.zones))
    if not any(own.broken(key) for key in keys.TARGETS):
        resolved = findings.attempt(lambda: target_of(job_id, merged, survey))
    findings.all.extend(unknown_names(own, settings))
    warnings = [
        *reading.warnings,
        *stray_keys(own),
        *unknown_gateways(own, settings),
        *unset_variables(merged, settings),
        *_unsaid_params(own, schedule),
    ]
    if resolved is not None:
        findings.all.extend(_out_of_place(own, resolved))
        warnings.extend(_overruled(own, resolved))
    if resolved is not None and resolved.kind is Kind.AGENT:
        warnings.extend(_in_vain(own, merged, settings))
    return Draft(
        id=job_id,
        about=about,
        place=entry.key,
        fields=merged,
        schedule=schedule,
        resolved=resolved,
        findings=tuple(findings.all),
        warnings=tuple(warnings),
    )


def _out_of_place(own: Fields, resolved: Resolved) -> Iterator[Finding]:
    """What the file counts on, and such a target cannot give."""
    asked = isinstance(resolved.target, Prompt | PromptFile)
    if own.get(agent_keys.PARAMS) is not None and not asked:
        message = f"params: only a prompt has blanks, and {_what(resolved)}"
        hint = "ask by prompt or prompt_file, or remove params"
        yield Finding(own.place_of(agent_keys.PARAMS), message, hint)
    expect = own.get(keys.EXPECT)
    answer = expect.answer if expect is not None else None
    if answer is not None and resolved.kind is not Kind.AGENT:
        message = f"expect: answer: only agents answer, and {_what(resolved)}"
        hint = "remove it, or expect files or a command"
        yield Finding(own.place_of(keys.EXPECT), message, hint)


def _unsaid_params(own: Fields, schedule: Schedule | None) -> Iterator[Finding]:
    params = own.get(agent_keys.PARAMS) or {}
    unsaid = [name for name, usual in params.items() if usual is None]
    if unsaid and not isinstance(schedule, Manual | None):
        message = f"params: nobody says {', '.join(unsaid)} when the job falls due"
        hint = "give it a usual value, or leave the schedule out"
        yield Finding(own.place_of(agent_keys.PARAMS), message, hint)


def _in_vain(own: Fields, merged: Fields, settings: Settings) -> Iterator[Finding]:
    """What such an agent does not heed, or nobody can measure."""
    agent = merged.get(agent_keys.AGENT) or agent_keys.USUAL_AGENT
    given = own.get(agent_keys.BUDGET)
    if given is not None:
        for message in _unmeasured(agent, given.run, given.daily, merged, settings):
            yield Finding(own.place_of(agent_keys.BUDGET), f"budget: {message}")
    if agent == CUSTOM and own.has(agent_keys.MCP):
        message = "mcp has no effect: agent: custom is given no servers"
        yield Finding(own.place_of(agent_keys.MCP), message)


def _unmeasured(
    agent: str, run: Budget, daily: Budget, merged: Fields, settings: Settings
) -> Iterator[str]:
    counted = [
        name
        for name in ("usd", "tokens", "turns", "tools")
        if getattr(run, name) is not None or getattr(daily, name) is not None
    ]
    if agent == CUSTOM and counted:
        names = ", ".join(counted)
        yield f"{names} has no effect: agent: custom tells no figures; time has"
    elif agent in settings.without_cost and "usd" in counted:
        usual = agent_keys.usual_model(merged)
        model = merged.get(agent_keys.MODEL) or (usual and usual.name)
        prices = merged.get(agent_keys.PRICES) or {}
        if not prices or (model and model not in prices):
            what = model or f"the model of {agent}"
            yield f"usd has no effect: name what {what} costs in `prices`"


def _overruled(own: Fields, resolved: Resolved) -> Iterator[Finding]:
    """Keys that say something else than the target, which decides."""
    label = own.get(keys.TYPE)
    if own.has(agent_keys.AGENT) and resolved.kind is not Kind.AGENT:
        message = f"agent has no effect: {_what(resolved)}"
        yield Finding(own.place_of(agent_keys.AGENT), message)
    if label is not None and not _fits(label, resolved.kind):
        message = f"type {label!r} has no effect: {_what(resolved)}"
        yield Finding(own.place_of(keys.TYPE), message)


def _what(resolved: Resolved) -> str:
    path = getattr(resolved.target, "path", "")
    return f"the job runs {path}" if path else f"this is a {resolved.kind} job"


def _fits(label: str, kind: Kind) -> bool:
    return label == kind or (label == "script" and kind is not Kind.AGENT)
