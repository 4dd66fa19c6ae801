"""Tells where each value of a job comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.config import agent_keys
from runner.config import job_keys as keys
from runner.config.when_keys import TIMEZONE, WHEN
from runner.model.job import Prompt, PromptFile, Script, SpecDocument, Where
from runner.model.spec import Origin, Source

if TYPE_CHECKING:
    from runner.config.declaration import Key
    from runner.config.draft import Draft
    from runner.config.section import Fields
    from runner.config.yaml_tree import Place
    from runner.model.job import Target

Origins = dict[str, tuple[Origin, ...]]

PUT_TOGETHER: tuple[Key[object], ...] = (keys.ENV, agent_keys.MCP)
"""Maps to which every layer adds its own entries."""

_USUAL = (Origin(Source.BUILT_IN),)


def origins_of(draft: Draft, main_file: str) -> Origins:
    """By the names that `written` uses; what nobody set is built in.

    `main_file` is what the project's file is called.
    """
    own, defaults, top = draft.fields.layers()
    layers = (
        (Source.JOB, draft.about.file, own),
        (Source.DEFAULTS, main_file, defaults),
        (Source.PROJECT, main_file, top),
    )
    found: Origins = {}
    for key in (*keys.JOB.keys, TIMEZONE, agent_keys.PRICES):
        given = tuple(
            _at(source, file, fields.place_of(key))
            for source, file, fields in layers
            if fields.has(key)
        )
        found[key.name] = (given if key in PUT_TOGETHER else given[:1]) or _USUAL
    usual_model = agent_keys.usual_model(draft.fields)
    if draft.fields.get(agent_keys.MODEL) is None and usual_model is not None:
        origin = _at(Source.PROJECT, main_file, usual_model.place)
        found[agent_keys.MODEL.name] = (origin,)
    return {**found, **_of_target(draft), **_of_schedule(draft, own, found)}


def _at(source: Source, file: str, place: Place) -> Origin:
    return Origin(source, str(Where(file, place.line, place.column)))


def _own(draft: Draft, place: Place) -> tuple[Origin, ...]:
    return (_at(Source.JOB, draft.about.file, place),)


def _of_target(draft: Draft) -> Origins:
    """What runs may stand under an older name, in another format, or nowhere."""
    target = draft.resolved.target if draft.resolved is not None else None
    key = _key_of(target)
    written_as = keys.MESSAGE if draft.fields.has(keys.MESSAGE) else key
    if draft.fields.has(written_as):
        return {key.name: _own(draft, draft.fields.place_of(written_as))}
    if draft.target is not None:
        return {key.name: _own(draft, draft.target)}
    if isinstance(target, Script | SpecDocument):
        return {key.name: (Origin(Source.DISK, target.path),)}
    return {}


def _key_of(target: Target | None) -> Key[object]:
    match target:
        case Script():
            return keys.SCRIPT
        case Prompt():
            return keys.PROMPT
        case PromptFile():
            return keys.PROMPT_FILE
        case SpecDocument():
            return keys.DOCUMENT
        case _:
            return keys.COMMAND


def _of_schedule(draft: Draft, own: Fields, found: Origins) -> Origins:
    origins: Origins = {"input": _own(draft, draft.place)}
    if draft.trigger is not None:
        origins[WHEN.name] = _own(draft, draft.trigger)
    when = own.get(WHEN)
    if when is not None and when.has(TIMEZONE):
        origins[TIMEZONE.name] = _own(draft, when.place_of(TIMEZONE))
    elif found[TIMEZONE.name] == _USUAL:
        origins[TIMEZONE.name] = (Origin(Source.SYSTEM),)
    return origins
