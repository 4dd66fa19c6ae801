from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.jobconsole.cli.program import call

if TYPE_CHECKING:
    from pathlib import Path


def test_validate_tells_every_problem_with_its_place(project: Path) -> None:
    done = call(project, "validate")

    assert done.code == 3
    assert "teleclaude.yml:18:5: job_invalid_spec: unknown key 'comand'" in done.out
    assert done.err == "2 problems\n"
    assert not (project / ".jobconsole").exists()


def test_validate_for_programs(project: Path) -> None:
    done = call(project, "validate", "--json")

    found = done.json()
    assert isinstance(found, dict)
    assert done.code == 3
    assert (found["schema"], found["valid"]) == (1, False)
    problem = found["problems"][-1]
    assert (problem["line"], problem["column"]) == (18, 5)
    assert problem["job_id"] == "broken"


def test_what_init_writes_is_valid(tmp_path: Path) -> None:
    assert call(tmp_path, "init", "new").code == 0

    done = call(tmp_path / "new", "validate")

    assert done.code == 0, done.out
    assert "no problems" in done.out


def test_init_overwrites_nothing(project: Path) -> None:
    before = (project / "teleclaude.yml").read_text()

    done = call(project, "init")

    assert done.code == 3
    assert "is there already" in done.err
    assert (project / "teleclaude.yml").read_text() == before


def test_schema_is_a_json_schema(tmp_path: Path) -> None:
    done = call(tmp_path, "schema")

    assert done.code == 0
    assert "properties" in json.loads(done.out)


def test_no_configuration_at_all(tmp_path: Path) -> None:
    done = call(tmp_path, "validate")

    assert done.code == 3
    assert "jobconsole init" in done.err
