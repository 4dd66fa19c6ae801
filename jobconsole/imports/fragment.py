"""Jobs as YAML that a person could have written, comments and all."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from runner.config.yaml_text import flow
from runner.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobconsole.imports.proposal import LeftOut, Proposal, Proposed
    from runner.model.errors import Json

_WIDTH = 88
_UNFIT = re.compile("[\ufeff\ufffe\uffff]")


class Layout(NamedTuple):
    """How far the ids are indented, and what is below them in turn."""

    base: int = 2
    step: int = 2


def fragment(proposal: Proposal) -> str:
    """A whole document: `jobs:` and all below it."""
    if not proposal.jobs:
        return "\n".join(["jobs: {}", *entries(proposal, Layout())]) + "\n"
    return "\n".join(["jobs:", *entries(proposal, Layout())]) + "\n"


def entries(proposal: Proposal, layout: Layout) -> list[str]:
    """The lines below `jobs:`."""
    margin = " " * layout.base
    blocks = [_comments(proposal.about, margin)] if proposal.about else []
    blocks += [_job(job, layout) for job in proposal.jobs]
    blocks += [_left_out(it, margin) for it in proposal.left_out if not it.own]
    lines: list[str] = []
    for block in blocks:
        lines += [*([""] if lines else []), *block]
    return lines


def unsaid(about: Sequence[str], text: str) -> tuple[str, ...]:
    """The lines that are no comments in the text yet, however they are broken there."""
    said = " ".join(text.replace("#", " ").split())
    return tuple(line for line in about if line not in said)


def _job(job: Proposed, layout: Layout) -> list[str]:
    margin, inner = " " * layout.base, " " * (layout.base + layout.step)
    lines = _comments([job.entry.source, *job.entry.notes], margin)
    lines.append(f"{margin}{flow(job.id)}:")
    for key, value in job.entry.definition.written().items():
        lines += _pair(key, value, inner, " " * layout.step)
    return lines


def _left_out(item: LeftOut, margin: str) -> list[str]:
    return _comments([f"{item.source}: left out: {item.reason}"], margin)


def _comments(texts: Iterable[str], margin: str) -> list[str]:
    lines: list[str] = []
    for text in texts:
        plain = _UNFIT.sub("", one_line(text)) or "-"
        lines += textwrap.wrap(
            plain,
            max(_WIDTH - len(margin), 40),
            initial_indent=f"{margin}# ",
            subsequent_indent=f"{margin}#   ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines


def _pair(key: str, value: Json, margin: str, step: str) -> list[str]:
    if isinstance(value, str) and "\n" in value and _is_block(value):
        mark = "|" if value.endswith("\n") else "|-"
        inner = [f"{margin}{step}{line}" if line else "" for line in value.splitlines()]
        return [f"{margin}{key}: {mark}", *inner]
    line = f"{margin}{key}: {flow(value)}"
    if len(line) <= _WIDTH or isinstance(value, str):
        return [line]
    if isinstance(value, Mapping):
        pairs = [f"{flow(name)}: {flow(inner)}" for name, inner in value.items()]
        return [f"{margin}{key}:", *(f"{margin}{step}{pair}" for pair in pairs)]
    if isinstance(value, Sequence):
        items = [f"{margin}{step}- {flow(item)}" for item in value]
        return [f"{margin}{key}:", *items]
    return [line]


def _is_block(text: str) -> bool:
    """Whether it can stand as it is, line by line, and means the same."""
    lines = text.removesuffix("\n").split("\n")
    printable = all(line.isprintable() for line in lines)
    return printable and bool(lines[0][:1].strip()) and bool(lines[-1].strip())
