"""One entry of a cron pack → the draft of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from runner.config import foreign_keys as keys
from runner.config import job_keys
from runner.config.draft import Draft, Settings
from runner.config.findings import Finding, Findings, Rejected
from runner.config.foreign import output_to, translated, unknown_output
from runner.config.names import slug
from runner.config.section import Fields, read_section
from runner.config.target import Resolved, resolve_script, unresolved
from runner.config.trigger import Zones, cron_schedule
from runner.model.job import Kind, Prompt

if TYPE_CHECKING:
    from runner.config.report import About
    from runner.config.survey import Survey
    from runner.config.yaml_tree import Node


def read_entry(
    node: Node, file_id: str, about: About, settings: Settings, survey: Survey
) -> Draft:
    """Never raises. `file_id`, from the entry's place, stands in for a missing name."""
    reading = read_section(keys.PACK_ENTRY, node)
    entry, findings = reading.fields, Findings(reading.findings)
    payload = entry.get(keys.PAYLOAD) or Fields(entry.place, {}, {})
    schedule = resolved = None
    if not entry.broken(keys.PACK_CRON):
        schedule = findings.attempt(lambda: cron_schedule(entry, settings.zones.local))
    if not entry.broken(keys.ACTION) and not entry.broken(keys.PAYLOAD):
        resolved = findings.attempt(lambda: _target(entry, payload, survey))
    job_id = findings.attempt(lambda: _id(entry)) or file_id
    gateway = payload.get(keys.PAYLOAD_OUTPUT)
    fields = translated(
        node,
        (
            (job_keys.DESCRIPTION, entry.get(keys.NAME), entry.place_of(keys.NAME)),
            (
                job_keys.ARGS,
                payload.get(keys.PAYLOAD_ARGS),
                payload.place_of(keys.PAYLOAD_ARGS),
            ),
            (
                job_keys.NOTIFY,
                output_to(gateway),
                payload.place_of(keys.PAYLOAD_OUTPUT),
            ),
        ),
    )
    output = unknown_output(gateway, payload.place_of(keys.PAYLOAD_OUTPUT), settings)
    return Draft(
        id=job_id,
        about=msgspec.structs.replace(about, job_id=job_id),
        place=node,
        fields=fields.over(settings.defaults),
        schedule=schedule,
        resolved=resolved,
        findings=tuple(findings.all),
        warnings=(*_zone_warning(entry, settings.zones), *output),
        target=payload.place_of(
            keys.PAYLOAD_PATH if payload.has(keys.PAYLOAD_PATH) else keys.PAYLOAD_PROMPT
        ),
        trigger=entry.place_of(keys.PACK_CRON),
    )


def _id(entry: Fields) -> str | None:
    name = entry.get(keys.NAME)
    if entry.broken(keys.NAME):
        return None
    if name is None:
        raise Rejected(Finding(entry.place, "name is missing"))
    if not slug(name):
        message = f"{name!r} has no letter or digit for an id"
        raise Rejected(Finding(entry.place_of(keys.NAME), message))
    return slug(name)


def _target(entry: Fields, payload: Fields, survey: Survey) -> Resolved:
    action = entry.get(keys.ACTION)
    if action is None:
        raise unresolved(entry.place, "action is missing")
    if action == keys.Action.SCRIPT:
        path = payload.get(keys.PAYLOAD_PATH)
        if path is None:
            raise unresolved(payload.place, "payload: a script needs its path")
        return resolve_script(path, payload.place_of(keys.PAYLOAD_PATH), survey)
    prompt = payload.get(keys.PAYLOAD_PROMPT)
    if prompt is None:
        raise unresolved(payload.place, "payload: an agent needs its prompt")
    return Resolved(Kind.AGENT, Prompt(prompt))


def _zone_warning(entry: Fields, zones: Zones) -> tuple[Finding, ...]:
    if zones.project is not None:
        return ()
    message = f"no timezone at the top level: {zones.system} is used, the system's"
    return (Finding(entry.place_of(keys.PACK_CRON), message),)
