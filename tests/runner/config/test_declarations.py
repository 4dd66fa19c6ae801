"""What is made from the declarations: the schema, the reference, the starter file."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.config.foreign_keys import JOB_DOCUMENT, PACK_ENTRY
from runner.config.init import starter
from runner.config.job_keys import DEFAULTS, JOB
from runner.config.jsonschema import json_schema
from runner.config.project_keys import PROJECT
from runner.config.reference import reference_markdown
from runner.config.yaml_tree import MapNode, read_yaml
from tests.runner.config.folder import ids

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.config.declaration import Key, Section
    from tests.runner.config.folder import Folder

ROOT = Path(__file__).parents[3]
LIGHT = ["runner.config.locate", "runner.config.fingerprint"]
HEAVY = {"yaml", "msgspec", "json", "typing", "glob", "subprocess", "datetime"}


def declared(section: Section, path: str = "") -> Iterator[tuple[str, Key[object]]]:
    for key in section.keys:
        yield f"{path}{key.name}", key
        inner = key.shape.section
        if inner is not None and inner not in (JOB, DEFAULTS):
            yield from declared(inner, f"{path}{key.name}.")


KEYS = [
    *(("top", *found) for found in declared(PROJECT)),
    *(("job", *found) for found in declared(JOB)),
    *(("file", *found) for found in declared(JOB_DOCUMENT)),
    *(("pack", *found) for found in declared(PACK_ENTRY)),
]


@pytest.mark.parametrize(("where", "path", "key"), KEYS)
def test_every_example_can_be_read(where: str, path: str, key: Key[object]) -> None:
    document = read_yaml(f"{key.name}: {key.example}\n".encode())
    assert isinstance(document, MapNode)
    key.shape.read(document.entries[key.name].value)
    assert key.description.endswith(".")
    assert where
    assert path


def test_the_committed_reference_is_what_the_declarations_say() -> None:
    committed = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert committed == reference_markdown(), "write reference_markdown() to it"


def test_the_reference_has_a_row_for_every_key() -> None:
    reference = reference_markdown()
    for _, _, key in KEYS:
        assert f"| `{key.name}` | {key.description}" in reference


def test_the_schema_knows_every_key_and_closes_what_is_ours() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is True
    assert set(schema["properties"]) == {key.name for key in PROJECT.keys}
    job, nothing = schema["properties"]["jobs"]["additionalProperties"]["anyOf"]
    assert nothing == {"type": "null"}
    assert job["additionalProperties"] is False
    assert set(job["properties"]) == {key.name for key in JOB.keys}
    timeout = job["properties"]["timeout"]
    assert timeout["default"] == 1800
    assert timeout["description"].endswith("In seconds.")
    assert job["properties"]["message"]["deprecated"] is True
    for pattern in re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', json.dumps(schema)):
        re.compile(json.loads(pattern))


def test_the_starter_proposes_what_is_there(folder: Folder) -> None:
    folder.write("jobs/sync.py", '"""It\'s a sync: all of it.\n\nMore."""\n')
    folder.write("jobs/broken.py", "def (")
    folder.write("jobs/Not An Id.py")
    folder.write("docs/project/spec/jobs/tidy-up.md", "---\na: 1\n---\n# Tidy *up*\n")
    folder.write("docs/project/spec/jobs/sync.md", "# Something else\n")
    text = starter(folder.root)
    config = folder.load(text)
    assert (config.problems, config.warnings) == ((), ())
    assert ids(config) == [("broken", True), ("sync", True), ("tidy_up", True)]
    described = {job.id: getattr(job, "description", "") for job in config.jobs}
    assert described == {
        "broken": "Run broken.py",
        "sync": "It's a sync: all of it.",
        "tidy_up": "Tidy *up*",
    }


def test_the_starter_of_an_empty_folder_has_an_example(folder: Folder) -> None:
    text = starter(folder.root)
    assert ids(folder.load(text)) == []
    uncommented = re.sub(r"^( *)# ?(?=[ a-z]+:)", r"\1", text, flags=re.MULTILINE)
    config = folder.load(uncommented)
    assert (config.problems, config.warnings) == ((), ())
    assert ids(config) == [("hello", True)]


@pytest.mark.parametrize("module", LIGHT)
def test_what_a_tick_loads_imports_next_to_nothing(module: str) -> None:
    script = f"""
import enum, pathlib, sys
before = set(sys.modules)
import {module}
print(*sorted(set(sys.modules) - before))
"""
    child = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    loaded = {name for name in child.stdout.split() if not name.startswith("runner")}
    assert not loaded & HEAVY
