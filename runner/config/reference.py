"""`docs/configuration.md`, written from the declarations that the loader reads by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.config.foreign_keys import JOB_DOCUMENT, PACK_ENTRY
from runner.config.job_keys import DEFAULTS, JOB
from runner.config.project_keys import PROJECT
from runner.config.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.config.declaration import Key, Section

_OPENING = """\
# Configuration

A project is the folder that holds `teleclaude.yml`. The file is shared with other
tools: top-level keys that are not listed here are left alone. Everywhere else an
unknown key is an error that names the nearest known one. `jobconsole validate` reports
every problem at once; one broken job never stops the others.

The file is YAML 1.2: `on`, `no` and `10:00` are text. Durations are `90s`, `10m`, `2h`,
`1d` or `1h30m`, and plain integers are seconds. Sizes are `512MiB`, `1GB` or plain
bytes. `jobconsole schema` prints the JSON Schema of the file for editors.

This page is generated from the declarations that the loader reads by.
"""

_CHAPTERS: tuple[tuple[str, str, Section], ...] = (
    ("Top level", "What `teleclaude.yml` holds.", PROJECT),
    ("Jobs", "What each entry of `jobs` holds.", JOB),
    (
        "Job files",
        "What a `*.job.yaml` file holds. What it does not say comes from `defaults`.",
        JOB_DOCUMENT,
    ),
    (
        "Cron packs",
        "What each entry of the list in a cron pack (`jobs.json`) holds.",
        PACK_ENTRY,
    ),
)


def reference_markdown() -> str:
    """Every key with its type, default, unit and an example."""
    parts = [_OPENING]
    for title, text, section in _CHAPTERS:
        parts.append(f"## {title}\n\n{text}\n\n{_table(section)}")
        parts.extend(_below(section, ""))
    return "\n".join(parts)


def _below(section: Section, path: str) -> Iterator[str]:
    """A table for each map in the section, and for those in them."""
    for key in section.keys:
        inner = key.shape.section
        if inner is JOB or inner is None:
            continue
        name = f"{path}{key.name}"
        if inner is DEFAULTS:
            names = ", ".join(f"`{shared.name}`" for shared in DEFAULTS.keys)
            yield f"### `{name}`\n\n{key.description} It may hold {names}: see Jobs.\n"
        else:
            yield f"### `{name}`\n\n{key.description}\n\n{_table(inner)}"
            yield from _below(inner, f"{name}.")


def _table(section: Section) -> str:
    rows = [
        "| key | what it is | type | default | example |",
        "|---|---|---|---|---|",
        *(_row(key) for key in section.keys),
    ]
    return "\n".join(rows) + "\n"


def _row(key: Key[object]) -> str:
    description = key.description
    if key.instead:
        description += f" Deprecated: write `{key.instead}`."
    kind = key.shape.label + (f" ({key.unit})" if key.unit else "")
    cells = (f"`{key.name}`", description, kind, _default(key), f"`{key.example}`")
    return "| " + " | ".join(cells) + " |"


def _default(key: Key[object]) -> str:
    """What holds without the key; nothing where the key is not optional."""
    default = key.default
    if default is None:
        return key.otherwise or "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if key.unit == "seconds" and isinstance(default, int):
        return f"`{format_duration(default)}`"
    return f"`{default}`"
