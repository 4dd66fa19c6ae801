"""Packs of jobs in JSON: a list of them, or a map that has one under `jobs`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from jobconsole.imports.pack_timing import UnusableError, read_timing, unheeded
from jobconsole.imports.proposal import Definition, Entry, Found, LeftOut
from jobconsole.imports.secret import suspicion
from runner.config.findings import Rejected
from runner.config.node_views import to_json
from runner.config.yaml_source import UnreadableError, join_surrogates, read_source
from runner.config.yaml_tree import ListNode, MapNode, Node, read_yaml
from runner.model.errors import ImportInvalidError
from runner.model.text import one_line

if TYPE_CHECKING:
    from pathlib import Path

    from runner.model.errors import Json

_HEEDED = re.compile(
    "action|args|command|description|id|message|name|path|payload|prompt|script|title"
)
_PAYLOAD_HEEDED = re.compile("args|command|kind|message|output|path|prompt|script")


def read_pack(path: Path, zone: str) -> Found:
    """Raises ImportInvalidError for what is no such file."""
    entries: list[Entry] = []
    left_out: list[LeftOut] = []
    for name, node in _listed(path, _tree(path)):
        source = f"{path}:{node.line}"
        try:
            entries.append(_entry(name, node, source, zone))
        except UnusableError as reason:
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
    """Raises UnusableError."""
    item = _map(_plain(node), "a job")
    name = _text(item, "id", "name", "title") or given_name
    if not name:
        message = "it has no name"
        raise UnusableError(message)
    payload = _map(item.get("payload") or {}, "payload")
    timing = read_timing(item, zone)
    target = _target(item, payload)
    args = _words(item.get("args") or payload.get("args") or [])
    output = _text(payload, "output")
    title = _text(item, "description", "title", "name")
    said = one_line(title) if title != name or " " in name else ""
    definition = Definition(
        description=said or None,
        enabled=timing.enabled,
        script=target.script,
        command=target.command,
        prompt=target.prompt,
        args=args,
        when=timing.when,
        notify={"on": ("output",), "to": (output,)} if output else {},
    )
    suspect = suspicion(target.command or "") or suspicion(args)
    notes = (*timing.notes, *_others(item, payload), *suspect)
    return Entry(name, source, definition, notes)


def _others(item: Mapping[str, Json], payload: Mapping[str, Json]) -> tuple[str, ...]:
    others = [key for key in unheeded(item) if not _HEEDED.fullmatch(key)]
    others += [
        f"payload.{key}" for key in payload if not _PAYLOAD_HEEDED.fullmatch(key)
    ]
    return (f"not carried over: {one_line(', '.join(others))}",) if others else ()


def _plain(node: Node) -> Json:
    try:
        return to_json(node)
    except Rejected as rejected:
        raise UnusableError(rejected.findings[0].message) from None


def _map(value: Json, what: str) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        message = f"{what} is no map"
        raise UnusableError(message)
    return value


def _text(item: Mapping[str, Json], *names: str) -> str:
    """The first of the keys that holds text."""
    found = (item.get(name) for name in names)
    return next((it for it in found if isinstance(it, str) and it.strip()), "")


def _words(value: Json) -> tuple[str, ...]:
    """Text is no list of its letters, and true no word."""
    if isinstance(value, list) and all(type(it) in {str, int} for it in value):
        return tuple(map(str, value))
    message = "what should be a list of words is none"
    raise UnusableError(message)


def _target(item: Mapping[str, Json], payload: Mapping[str, Json]) -> Definition:
    """What runs, alone. Raises UnusableError."""
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
    raise UnusableError(message)
