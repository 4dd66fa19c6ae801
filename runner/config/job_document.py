"""One `*.job.yaml` document → the draft of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from runner.config import agent_keys, job_keys
from runner.config import foreign_keys as keys
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
from runner.config.when_keys import CRON, TIMEZONE
from runner.model.job import Kind, Overlap, Prompt, Retries
from runner.model.schedule import Manual, Schedule

if TYPE_CHECKING:
    from runner.config.declaration import Key
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
        target=_place_in(document, keys.TARGET, keys.TARGET_ID),
        trigger=_place_in(document, keys.TRIGGER, CRON),
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
    nothing = Fields(document.place, {}, {})
    target = document.get(keys.TARGET) or nothing
    runtime = document.get(keys.RUNTIME) or nothing
    trigger = document.get(keys.TRIGGER) or nothing
    retries = runtime.get(keys.RETRY_MAX)
    values: tuple[tuple[Key[object], object, Fields, Key[object]], ...] = (
        (job_keys.DESCRIPTION, document.get(keys.TITLE), document, keys.TITLE),
        (
            job_keys.TIMEOUT,
            runtime.get(keys.TIMEOUT_SECONDS),
            runtime,
            keys.TIMEOUT_SECONDS,
        ),
        (
            job_keys.RETRIES,
            None if retries is None else Retries(max=retries),
            runtime,
            keys.RETRY_MAX,
        ),
        (
            job_keys.OVERLAP,
            _overlap(runtime.get(keys.MAX_PARALLEL_RUNS)),
            runtime,
            keys.MAX_PARALLEL_RUNS,
        ),
        (agent_keys.AGENT, _agent(target, agents), target, keys.TARGET_ID),
        (job_keys.NOTIFY, output_to(gateway), document, keys.OUTPUT),
        (TIMEZONE, trigger.get(TIMEZONE), trigger, TIMEZONE),
    )
    return translated(
        document.place,
        ((key, value, part.place_of(there)) for key, value, part, there in values),
    )


def _agent(target: Fields, agents: frozenset[str]) -> str | None:
    command = target.get(keys.TARGET_ID)
    return command.argv[0] if command and command.argv[0] in agents else None


def _place_in(document: Fields, key: Key[Fields], inner: Key[object]) -> Place | None:
    """Where a value of one of the document's maps stands, if there is one."""
    part = document.get(key)
    return part.place_of(inner) if part is not None and part.has(inner) else None


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
