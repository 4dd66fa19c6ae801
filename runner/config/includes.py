"""The jobs of included files: `*.job.yaml` documents and cron packs."""

from __future__ import annotations

import os
from glob import has_magic
from typing import TYPE_CHECKING

from runner.config import project_keys as keys
from runner.config.cron_pack import read_entry
from runner.config.findings import Finding
from runner.config.job_document import read_document
from runner.config.names import slug
from runner.config.node_views import describe
from runner.config.report import About
from runner.config.yaml_tree import ListNode, MapNode, Node
from runner.model.errors import Code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.config.draft import Draft, Settings
    from runner.config.files import Files
    from runner.config.section import Fields

DOCUMENT_SUFFIXES = (".job.yaml", ".job.yml", ".job.json")


def included_jobs(
    project: Fields, main_file: str, settings: Settings, files: Files
) -> Iterator[Draft]:
    """Every job of every file that `include` names; each file once."""
    patterns = project.get(keys.INCLUDE) or ()
    places = project.place_of(keys.INCLUDE)
    seen = {os.path.realpath(main_file)}
    for index, pattern in enumerate(patterns):
        matches = files.survey.matches(pattern)
        if not matches and not has_magic(pattern):
            place = places.items[index] if isinstance(places, ListNode) else places
            finding = Finding(place, f"include: {pattern} does not exist")
            files.report.wrong(About(files.label(main_file)), [finding])
        for path in matches:
            real = os.path.realpath(path)
            if real not in seen:
                seen.add(real)
                yield from _jobs_of(path, settings, files)


def _jobs_of(path: str, settings: Settings, files: Files) -> Iterator[Draft]:
    tree = files.read(path)
    if tree is None:
        return
    about = About(files.label(path), Code.JOB_INVALID_SPEC)
    name = _plain_name(path)
    if isinstance(tree, MapNode):
        yield read_document(tree, name, about, settings, files.survey)
    elif isinstance(tree, ListNode) and not path.endswith(DOCUMENT_SUFFIXES):
        for number, item in enumerate(tree.items, 1):
            yield read_entry(item, f"{name}-{number}", about, settings, files.survey)
    else:
        files.report.wrong(About(about.file), [_no_jobs(tree)])


def _no_jobs(tree: Node) -> Finding:
    return Finding(
        tree,
        f"must be a job (a map) or a cron pack (a list), not {describe(tree)}",
        "jobs are in *.job.yaml files, lists of them in cron packs",
    )


def _plain_name(path: str) -> str:
    name = os.path.basename(path)  # noqa: PTH119 - paths are text here
    return slug(name.split(".")[0]) or "unnamed"
