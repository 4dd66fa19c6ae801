"""One `*.job.yaml` document → the draft of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from runner.config import foreign_keys as keys
from runner.config import job_keys
from runner.config.draft import Draft, Settings
from runner.config.findings import Finding, Findings, Rejected
from runner.config.foreign import output_to, translated, unknown_output
from runner.config.names import job_id_of
from runner.config.section import Fields, read_section
from runner.config.target import (
    Resolved,
    is_file,
    resolve_document,
    resolve_script,
    unresolved,
)
from runner.config.trigger import Zones, cron_schedule, required_zone
from runner.config.when_keys import TIMEZONE
from runner.model.job import Kind, Overlap, Prompt, Retries
from runner.model.schedule import Manual, Schedule

if TYPE_CHECKING:
    from runner.config.report import About
    from runner.config.survey import Survey
    from runner.config.yaml_tree import Node, Place


def read_document(
    node: Node, file_id: str, about: About, settings: Settings, survey: Survey
) -> Draft:
    """Never raises. `file_id`, from the file's name, stands in for a missing id."""
    reading = read_section(keys.JOB_DOCUMENT, node)
    document, findings = reading.fields, Findings(reading.findings)
    job_id = findings.attempt(lambda: _id(document)) or file_id
    schedule = resolved = None
    if not document.broken(keys.TRIGGER):
        schedule = findings.attempt(lambda: _schedule(document, settings.zones))
    if not document.broken(keys.TARGET):
        resolved = findings.attempt(
            lambda: _target(job_id, document, settings.agents, survey)
        )
    gateway = _gateway(document)
    return Draft(
        id=job_id,
        about=msgspec.structs.replace(about, job_id=job_id),
        place=node,
        fields=_fields(document, settings.agents, gateway).over(settings.defaults),
        schedule=schedule,
        resolved=resolved,
        findings=tuple(findings.all),
        warnings=unknown_output(gateway, document.place_of(keys.OUTPUT), settings),
        input=_input(document),
    )


def _id(document: Fields) -> str | None:
    name = document.get(keys.ID)
    if document.broken(keys.ID):
        return None
    if name is None:
        raise Rejected(Finding(document.place, "id is missing"))
    if not job_id_of(name):
        message = f"{name!r} has no letter or digit for an id"
        raise Rejected(Finding(document.place_of(keys.ID), message))
    return job_id_of(name)


def _schedule(document: Fields, zones: Zones) -> Schedule:
    trigger = document.get(keys.TRIGGER)
    if trigger is None or trigger.value(keys.TRIGGER_TYPE) is keys.TriggerType.MANUAL:
        return Manual()
    zone = trigger.get(TIMEZONE)
    return cron_schedule(trigger, zone or required_zone(zones, trigger.place))


def _target(
    job_id: str, document: Fields, agents: frozenset[str], survey: Survey
) -> Resolved:
    target = document.get(keys.TARGET)
    if target is None:
        raise unresolved(document.place, "target is missing")
    kind, command = target.get(keys.TARGET_KIND), target.get(keys.TARGET_ID)
    if kind is None or command is None:
        raise unresolved(target.place, "target needs a kind and an id")
    if kind == "command":
        return Resolved(Kind.COMMAND, command)
    place = target.place_of(keys.TARGET_ID)
    if not command.shell:
        raise unresolved(place, f"target: the id of kind {kind} is one name")
    if kind == "script":
        return _script(command.argv[0], place, survey)
    if kind == "agent":
        return _asked(job_id, target, agents, survey)
    message = f"nobody provides targets of kind {kind!r}"
    hint = "known kinds are script, command, agent"
    raise unresolved(target.place_of(keys.TARGET_KIND), message, hint)


def _asked(
    job_id: str, target: Fields, agents: frozenset[str], survey: Survey
) -> Resolved:
    """A document by its name, or a known agent with the job's prompt or document."""
    place, name = target.place_of(keys.TARGET_ID), target.value(keys.TARGET_ID).argv[0]
    if name not in agents:
        return resolve_document(name, place, survey)
    prompt = (target.get(keys.TARGET_INPUT) or {}).get("prompt")
    if isinstance(prompt, str):
        return Resolved(Kind.AGENT, Prompt(prompt))
    return resolve_document(job_id.replace("_", "-"), place, survey)


def _script(name: str, place: Place, survey: Survey) -> Resolved:
    """A path, or the name of a script in `jobs/`."""
    named = f"jobs/{name}.py"
    path = named if not is_file(name, survey) and is_file(named, survey) else name
    return resolve_script(path, place, survey)


def _fields(document: Fields, agents: frozenset[str], gateway: str | None) -> Fields:
    """The document in the words of `jobs:`."""
    target, runtime = document.get(keys.TARGET), document.get(keys.RUNTIME)
    retries = parallel = timeout = agent = None
    if runtime is not None:
        timeout = runtime.get(keys.TIMEOUT_SECONDS)
        retries = runtime.get(keys.RETRY_MAX)
        parallel = runtime.get(keys.MAX_PARALLEL_RUNS)
    command = target.get(keys.TARGET_ID) if target is not None else None
    if command is not None and command.argv[0] in agents:
        agent = command.argv[0]
    return translated(
        document.place,
        (
            (job_keys.DESCRIPTION, document.get(keys.TITLE)),
            (job_keys.TIMEOUT, timeout),
            (job_keys.RETRIES, None if retries is None else Retries(max=retries)),
            (job_keys.OVERLAP, _overlap(parallel)),
            (job_keys.AGENT, agent),
            (job_keys.NOTIFY, output_to(gateway)),
        ),
    )


def _overlap(parallel: int | None) -> Overlap | None:
    if parallel is None:
        return None
    return Overlap.SKIP if parallel == 1 else Overlap.ALLOW


def _gateway(document: Fields) -> str | None:
    """Only a name says where output goes; other tools keep other things here."""
    output = document.get(keys.OUTPUT)
    return output if isinstance(output, str) else None


def _input(document: Fields) -> dict[str, object]:
    """What the child is given as JSON."""
    target = document.get(keys.TARGET)
    given = {
        "input": target.get(keys.TARGET_INPUT) if target is not None else None,
        "bindings": document.get(keys.BINDINGS),
    }
    return {name: value for name, value in given.items() if value is not None}
