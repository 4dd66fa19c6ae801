"""Adds jobs to the text of a configuration; every other character stays as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import yaml

from jobconsole.imports.fragment import Layout, entries, fragment
from runner.config.findings import Rejected
from runner.config.node_views import to_json
from runner.config.yaml_source import UnreadableError
from runner.config.yaml_tree import read_yaml
from runner.model.errors import ImportInvalidError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobconsole.imports.proposal import Proposal
    from runner.model.errors import Json

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BYTE_ORDER_MARK = "\ufeff"
_BY_HAND = "Without --append the jobs are printed: add them by hand."
_NULL_TAG = "tag:yaml.org,2002:null"


class _Gap(NamedTuple):
    """Where lines can go: from `start`, within a line, up to `end`, before another.

    What is from `cut` to `start` says that there are no jobs, and has to go. They are
    not the `first` below `jobs:`; with `heading`, there is no such line yet.
    """

    cut: int
    start: int
    end: int
    layout: Layout
    first: bool = False
    heading: bool = False


def splice(content: bytes, proposal: Proposal) -> bytes:
    """The configuration with the jobs at the end of its `jobs:`.

    Raises ImportInvalidError where its form does not allow for that.
    """
    try:
        wanted = _expected(content, proposal)
        text = content.decode()
        mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
        for candidate in _candidates(text.removeprefix(mark), proposal):
            added = (mark + candidate).encode()
            if _meaning(added) == wanted:
                return added
    except UnreadableError as error:
        message = f"the configuration {error.message} (line {error.line})"
        raise ImportInvalidError(message, hint=error.hint) from None
    except Rejected as rejected:
        found = rejected.findings[0]
        message = f"the configuration's line {found.place.line}: {found.message}"
        raise ImportInvalidError(message) from None
    message = "`jobs:` is not written in a way that lets lines be added below it"
    raise ImportInvalidError(message, hint=_BY_HAND)


def _expected(content: bytes, proposal: Proposal) -> str:
    """What the configuration is to mean afterwards."""
    whole = _map(content)
    jobs = whole.get("jobs") or {}
    added = _map(fragment(proposal).encode())["jobs"]
    if not isinstance(jobs, dict) or not isinstance(added, dict):
        message = "`jobs` is no map in the configuration"
        raise ImportInvalidError(message)
    return json.dumps({**whole, "jobs": {**jobs, **added}})


def _meaning(content: bytes) -> str | None:
    """None for what is no configuration any more."""
    try:
        return json.dumps(_map(content))
    except (UnreadableError, Rejected, ImportInvalidError):
        return None


def _map(content: bytes) -> dict[str, Json]:
    tree = read_yaml(content)
    plain = to_json(tree)
    if isinstance(plain, dict):
        return plain
    if plain is None:
        return {}
    message = "the configuration is no map"
    raise ImportInvalidError(message)


def _candidates(text: str, proposal: Proposal) -> Iterator[str]:
    """Texts with the jobs in them, the most beautiful first."""
    gap = _gap(text)
    if gap is None:
        return
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = [*(["jobs:"] if gap.heading else []), *entries(proposal, gap.layout)]
    block = newline.join(lines) + newline
    for at in dict.fromkeys((_end_of_section(text, gap), gap.end)):
        before = _without(text[: gap.cut], text[gap.start : at])
        if before and not before.endswith("\n"):
            before += newline
        below_heading = gap.first and "\n" not in text[gap.start : at].rstrip()
        if before.strip() and not below_heading and not before.endswith(newline * 2):
            before += newline
        after = text[at:]
        between = newline if after.partition("\n")[0].strip() else ""
        yield before + block + between + after


def _without(before: str, after: str) -> str:
    """A line from which a value was cut; it does not end in blanks for that."""
    at_end = not after.partition("\n")[0].strip()
    return (before.rstrip(" ") if at_end else before) + after


def _gap(text: str) -> _Gap | None:
    """None where no lines can go: within braces, or where an alias stands."""
    root = yaml.compose(text, Loader=_LOADER)
    end = len(text)
    if root is None:
        return _Gap(end, end, end, Layout(), heading=True)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return None
    usual = _usual_layout(root)
    starts = [key.start_mark.index for key, _ in root.value]
    for number, (key, value) in enumerate(root.value):
        if key.value == "jobs":
            following = starts[number + 1] if number + 1 < len(starts) else end
            return _gap_of(key, value, following, usual)
    return _Gap(end, end, end, usual, heading=True)


def _gap_of(key: yaml.Node, value: yaml.Node, end: int, usual: Layout) -> _Gap | None:
    start, stop = value.start_mark.index, value.end_mark.index
    if start < key.end_mark.index:  # an alias for what is written above
        return None
    if isinstance(value, yaml.MappingNode) and value.value:
        if value.flow_style:
            return None
        # The end of a block is where the next thing begins: from its last key, then.
        last = value.value[-1][0].end_mark.index
        return _Gap(last, last, end, _layout(value))
    if isinstance(value, yaml.MappingNode) or value.tag == _NULL_TAG:
        if start == stop:
            start = stop = key.end_mark.index + 1  # behind the colon
        return _Gap(start, stop, end, usual, first=True)
    return None


def _end_of_section(text: str, gap: _Gap) -> int:
    """Behind the last line that belongs to the jobs, indented comments included."""
    at = gap.end
    if not text[gap.start : at].endswith("\n"):
        return at
    while True:
        start = text.rfind("\n", 0, at - 1) + 1
        line = text[start:at]
        if start <= gap.start or (line.strip() and not line.startswith("#")):
            return at
        at = start


def _layout(jobs: yaml.MappingNode) -> Layout:
    # A map's own mark may be that of its tag or anchor: its first key tells.
    base = int(jobs.value[0][0].start_mark.column)
    first = jobs.value[0][1]
    if isinstance(first, yaml.MappingNode) and first.value and not first.flow_style:
        step = int(first.value[0][0].start_mark.column) - base
        return Layout(base, step) if step > 0 else Layout(base, base)
    return Layout(base, base)


def _usual_layout(root: yaml.MappingNode) -> Layout:
    """As the other maps of the file are indented."""
    columns = (
        value.value[0][0].start_mark.column
        for _, value in root.value
        if isinstance(value, yaml.MappingNode) and value.value and not value.flow_style
    )
    step = next(columns, Layout().step)
    return Layout(step, step)
