"""Packs of jobs in JSON: a list of them, or a map that has one under `jobs`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from jobconsole.imports.proposal import Definition, Entry, Found, LeftOut, When
from jobconsole.imports.secret import suspicion
from runner.config.findings import Rejected
from runner.config.node_views import to_json
from runner.config.units import MAX_SECONDS, format_duration
from runner.config.yaml_source import UnreadableError, join_surrogates, read_source
from runner.config.yaml_tree import ListNode, MapNode, Node, read_yaml
from runner.model.errors import ImportInvalidError, TriggerInvalidError
from runner.model.schedule import Cron
from runner.model.text import one_line
from runner.schedule import timetable

if TYPE_CHECKING:
    from pathlib import Path

    from runner.model.errors import Json

_HEEDED = re.compile(
    "action|args|command|cron|description|enabled|every|everyMs|id|message|name|path|"
    "payload|prompt|schedule|script|timezone|title|trigger|tz|when"
)
_WHEN_HEEDED = re.compile("cron|every|everyMs|expr|expression|kind|timezone|type|tz")
_PAYLOAD_HEEDED = re.compile("args|command|kind|message|output|path|prompt|script")


class _Unusable(Exception):  # noqa: N818 - it ends as the reason for what is left out
    """An entry that is no job."""


class _Timing(NamedTuple):
    """`when`, and what it says that cannot be carried over."""

    when: When | None
    notes: tuple[str, ...]


def read_pack(path: Path, zone: str) -> Found:
    """Raises ImportInvalidError for what is no such file."""
    entries: list[Entry] = []
    left_out: list[LeftOut] = []
    for name, node in _listed(path, _tree(path)):
        source = f"{path}:{node.line}"
        try:
            entries.append(_entry(name, node, source, zone))
        except _Unusable as reason:
            left_out.append(LeftOut(source, str(reason)))
    return Found(tuple(entries), tuple(left_out))


def _tree(path: Path) -> Node:
    try:
        return read_yaml(join_surrogates(read_source(path).content))
    except OSError as error:
        message = f"cannot read {path}: {error.strerror}"
        raise ImportInvalidError(message) from None
    except UnreadableError as error:
        message = f"{path}:{error.line}: it {error.message}"
        raise ImportInvalidError(message) from None


def _listed(path: Path, tree: Node) -> list[tuple[str, Node]]:
    """The jobs, with their names where a map gives them. Raises ImportInvalidError."""
    jobs: Node = tree
    if isinstance(tree, MapNode) and "jobs" in tree.entries:
        jobs = tree.entries["jobs"].value
    if isinstance(jobs, ListNode):
        return [("", item) for item in jobs.items]
    if isinstance(jobs, MapNode) and jobs is not tree:
        return [(name, entry.value) for name, entry in jobs.entries.items()]
    message = f"{path}:{tree.line}: there is neither a list of jobs nor a map `jobs`"
    raise ImportInvalidError(message)


def _entry(given_name: str, node: Node, source: str, zone: str) -> Entry:
    """Raises _Unusable."""
    item = _map(_plain(node), "a job")
    name = _text(item, "id", "name", "title") or given_name
    if not name:
        message = "it has no name"
        raise _Unusable(message)
    payload = _map(item.get("payload") or {}, "payload")
    timing = _timing(item, zone)
    target = _target(item, payload)
    output = _text(payload, "output")
    title = _text(item, "description", "title", "name")
    said = one_line(title) if title != name or " " in name else ""
    others = [key for key in item if not _HEEDED.fullmatch(key)]
    others += [
        f"payload.{key}" for key in payload if not _PAYLOAD_HEEDED.fullmatch(key)
    ]
    notes = (f"not carried over: {one_line(', '.join(others))}",) if others else ()
    definition = Definition(
        description=said or None,
        enabled=item.get("enabled") is not False,
        script=target.script,
        command=target.command,
        prompt=target.prompt,
        args=_words(item.get("args") or payload.get("args") or []),
        when=timing.when,
        notify={"on": ("output",), "to": (output,)} if output else {},
    )
    doubt = suspicion(target.command) if target.command else ()
    return Entry(name, source, definition, (*timing.notes, *notes, *doubt))


def _plain(node: Node) -> Json:
    try:
        return to_json(node)
    except Rejected as rejected:
        raise _Unusable(rejected.findings[0].message) from None


def _map(value: Json, what: str) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        message = f"{what} is no map"
        raise _Unusable(message)
    return value


def _text(item: Mapping[str, Json], *names: str) -> str:
    """The first of the keys that holds text."""
    found = (item.get(name) for name in names)
    return next((it for it in found if isinstance(it, str) and it.strip()), "")


def _words(value: Json) -> tuple[str, ...]:
    if isinstance(value, Sequence) and all(isinstance(it, str | int) for it in value):
        return tuple(map(str, value))
    message = "what should be a list of words is none"
    raise _Unusable(message)


def _target(item: Mapping[str, Json], payload: Mapping[str, Json]) -> Definition:
    """What runs, alone. Raises _Unusable."""
    both = {**item, **payload}
    script = _text(both, "path", "script")
    command = both.get("command")
    prompt = _text(both, "prompt", "message")
    if script:
        return Definition(script=script)
    if isinstance(command, str) and command.strip():
        return Definition(command=command)
    if command:
        return Definition(command=_words(command))
    if prompt:
        return Definition(prompt=prompt)
    message = "it names no script, no command and no prompt"
    raise _Unusable(message)


def _timing(item: Mapping[str, Json], zone: str) -> _Timing:
    """Raises _Unusable."""
    ways = (item.get(name) for name in ("schedule", "when", "trigger"))
    given: Json = next((way for way in ways if way), None)
    rest: Mapping[str, Json] = given if isinstance(given, Mapping) else {"expr": given}
    both: dict[str, Json] = {**item, **{k: v for k, v in rest.items() if v is not None}}
    expression = _text(both, "cron", "expr", "expression")
    milliseconds, length = both.get("everyMs"), both.get("every")
    if isinstance(milliseconds, int) and milliseconds % 1000 == 0:
        length = milliseconds // 1000
    zone = _text(both, "timezone", "tz") or zone
    if expression:
        when = _cron(expression, zone)
    elif isinstance(length, int) and 0 < length <= MAX_SECONDS:
        when = When(every=format_duration(length))
    elif isinstance(length, str):
        when = When(every=length)
    else:
        said = json.dumps(given)
        return _Timing(None, (f"not carried over: schedule {said}",) if given else ())
    others = [f"schedule.{key}" for key in rest if not _WHEN_HEEDED.fullmatch(key)]
    notes = (f"not carried over: {one_line(', '.join(others))}",) if others else ()
    return _Timing(when, notes)


def _cron(expression: str, zone: str) -> When:
    try:
        timetable(Cron(expression, zone))
    except TriggerInvalidError as error:
        message = f"{expression}: {error.message}"
        raise _Unusable(message) from None
    return When(cron=expression, timezone=zone)
