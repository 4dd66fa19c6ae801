"""Tells what differs between two runs, by their manifests and receipts."""

from __future__ import annotations

import itertools
import shlex
from typing import TYPE_CHECKING, NamedTuple

from runner.engine.browse import resolve_run
from runner.engine.manifest import Manifest, read_manifest
from runner.engine.settle import read_receipt
from runner.model.comparison import Comparison, Fact, Section
from runner.model.receipt import Receipt, Usage
from runner.store.folders import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.engine.project import Project
    from runner.model.errors import JsonScalar
    from runner.model.views import RunView
    from runner.store.folders import RunFolder

_TOLD_OTHERWISE = frozenset(
    {"events.jsonl", "manifest.json", "processes.jsonl", "summary.md", "role"}
)
"""Files that no two runs share, as they tell times and process ids; and the role's."""


_PROMPT_SHOWN = 200


class _Side(NamedTuple):
    """One of the two runs, with the documents that it left."""

    view: RunView
    manifest: Manifest | None
    receipt: Receipt | None
    prompt: tuple[str, ...]


def compare(project: Project, left: str, right: str) -> Comparison:
    """Two runs side by side. References as in `resolve_run`."""
    one, other = _side(project, left), _side(project, right)
    facts = [*_views(one.view, other.view)]
    if one.manifest and other.manifest:
        facts += _manifests(one.manifest, other.manifest)
    facts += _prompts(one.prompt, other.prompt)
    if one.receipt and other.receipt:
        facts += _receipts(one.receipt, other.receipt)
    order = list(Section)
    facts.sort(key=lambda fact: order.index(fact.section))
    gaps = (*_gaps(one), *_gaps(other))
    return Comparison(one.view, other.view, tuple(facts), gaps)


def _side(project: Project, reference: str) -> _Side:
    view = resolve_run(project, reference)
    folder = project.state.run_folder(view.job_id, view.run_id)
    return _Side(view, read_manifest(folder), read_receipt(folder), _lines(folder))


def _lines(folder: RunFolder) -> tuple[str, ...]:
    """What the agent was told; nothing where the run was no agent's."""
    try:
        body = read_regular(folder.prompt)
    except OSError:
        return ()
    return tuple(body.decode("utf-8", "replace").splitlines())


def _prompts(one: tuple[str, ...], other: tuple[str, ...]) -> Iterator[Fact]:
    """The first line in which they differ."""
    for before, after in itertools.zip_longest(one, other):
        if before != after:
            yield Fact(Section.WHAT, "prompt", _cut(before), _cut(after))
            return


def _cut(line: str | None) -> str | None:
    return line and line[:_PROMPT_SHOWN]


def _gaps(side: _Side) -> Iterator[str]:
    view = side.view
    if side.manifest is None:
        yield f"run {view.run_id} has no manifest that can be read"
    if side.receipt is None:
        ended = view.status.ended
        why = "has no receipt that can be read" if ended else "has not ended"
        yield f"run {view.run_id} {why}"


def _views(one: RunView, other: RunView) -> Iterator[Fact]:
    """What the index knows of every run."""
    yield Fact(Section.WHAT, "job", one.job_id, other.job_id)
    yield Fact(Section.WHO, "trigger", one.trigger, other.trigger)
    yield Fact(Section.WHO, "actor", one.actor, other.actor)
    yield Fact(Section.WHO, "role", one.role, other.role)
    yield Fact(Section.OUTCOME, "status", one.status, other.status)
    yield Fact(Section.OUTCOME, "exit_code", one.exit_code, other.exit_code)
    yield Fact(Section.OUTCOME, "signal", one.signal, other.signal)
    yield Fact(Section.OUTCOME, "error", _error(one), _error(other))
    yield Fact(Section.OUTCOME, "duration_ms", one.duration_ms, other.duration_ms)
    yield Fact(Section.OUTCOME, "cost_usd", one.cost_usd, other.cost_usd)


def _error(view: RunView) -> str | None:
    if view.error_code is None:
        return None
    return f"{view.error_code}: {view.error_message}"


def _manifests(one: Manifest, other: Manifest) -> Iterator[Fact]:
    """What exactly ran, in which surroundings."""
    what = (
        ("argv", shlex.join(one.argv), shlex.join(other.argv)),
        ("agent", one.agent, other.agent),
        ("model", one.model, other.model),
        ("cwd", one.cwd, other.cwd),
        ("timeout_ms", one.timeout_ms, other.timeout_ms),
        ("config_sha256", one.config_sha256, other.config_sha256),
        ("git_revision", one.git_revision, other.git_revision),
    )
    for name, left, right in what:
        yield Fact(Section.WHAT, name, left, right)
    yield from _paired(Section.WHAT, one.params, other.params)
    before, after = set(one.environment), set(other.environment)
    for name in sorted(before | after):
        yield Fact(Section.ENVIRONMENT, name, name in before, name in after)
    yield from _paired(Section.WHERE, one.versions, other.versions)


def _receipts(one: Receipt, other: Receipt) -> Iterator[Fact]:
    """What came of it."""
    yield Fact(Section.WHAT, "kind", one.kind, other.kind)
    yield from _paired(Section.WHERE, _servers(one), _servers(other))
    yield Fact(Section.WHERE, "host", one.host.name, other.host.name)
    yield Fact(Section.WHERE, "platform", one.host.platform, other.host.platform)
    attempts = len(one.attempts), len(other.attempts)
    yield Fact(Section.OUTCOME, "attempts", *attempts)
    yield from _paired(Section.OUTCOME, _usage(one.usage), _usage(other.usage))
    leftovers = len(one.leftovers), len(other.leftovers)
    yield Fact(Section.OUTCOME, "leftovers", *leftovers)
    yield from _paired(Section.FILES, _files(one), _files(other))


def _servers(receipt: Receipt) -> dict[str, JsonScalar]:
    """How the agent's MCP servers answered."""
    asked = receipt.agent.mcp if receipt.agent else {}
    return {f"mcp {name}": str(health.state) for name, health in asked.items()}


def _usage(usage: Usage | None) -> dict[str, JsonScalar]:
    used = usage or Usage()
    return {name: getattr(used, name) for name in Usage.__struct_fields__}


def _files(receipt: Receipt) -> dict[str, JsonScalar]:
    return {
        file.path: file.sha256 or file.bytes
        for file in receipt.artifacts
        if file.path not in _TOLD_OTHERWISE
    }


def _paired(
    section: Section,
    one: Mapping[str, JsonScalar],
    other: Mapping[str, JsonScalar],
) -> Iterator[Fact]:
    for name in dict.fromkeys((*one, *other)):
        yield Fact(section, name, one.get(name), other.get(name))
