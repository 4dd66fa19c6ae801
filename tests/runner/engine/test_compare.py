"""Two runs side by side, by what real runs left behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.comparison import Fact, Section
from runner.model.errors import JobNotFoundError
from runner.model.orders import Order, ReplayOrder
from tests.helpers.project import ended, run_job, write_project
from tests.helpers.site import site, started, until

if TYPE_CHECKING:
    from pathlib import Path

    from runner.engine.project import Project
    from runner.model.comparison import Comparison
    from runner.model.errors import JsonScalar

pytestmark = pytest.mark.slow

SAID = {"command": "echo $LEVEL", "env": {"LEVEL": "low"}}


def fact(found: Comparison, section: Section, name: str) -> Fact:
    (fact,) = (
        fact for fact in found.facts if (fact.section, fact.name) == (section, name)
    )
    return fact


def differing(found: Comparison) -> dict[str, tuple[JsonScalar, JsonScalar]]:
    return {fact.name: (fact.left, fact.right) for fact in found.facts if not fact.same}


def edit(project: Project, jobs: dict[str, object]) -> None:
    write_project(project.root, json.dumps({"jobs": jobs}))
    api.refresh(project)


def test_a_run_and_its_replay_differ_in_little(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": SAID}}) as project:
        first = run_job(project, "a")
        done = api.replay(project, first.run_id, ReplayOrder("tester"))
        ended(project, done.run_id)

        found = api.compare(project, first.run_id, done.run_id)

        assert (found.left, found.right.replay_of) == (first, first.run_id)
        assert found.gaps == ()
        assert differing(found).keys() <= {"trigger", "duration_ms"}
        assert fact(found, Section.WHO, "trigger").right == "replay"
        assert fact(found, Section.ENVIRONMENT, "LEVEL").left is True


def test_what_was_edited_between_two_runs_is_told(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": SAID}}) as project:
        first = run_job(project, "a")
        edit(
            project,
            {"a": {"command": "echo no; exit 3", "env": {"DEPTH": "1"}, "timeout": 9}},
        )
        second = ended(project, api.submit(project, Order("a", "other", role="member")))

        found = api.compare(project, first.run_id, "a")
        told = differing(found)

        assert found.right == second
        assert told["argv"] == (
            "/bin/sh -c 'echo $LEVEL'",
            "/bin/sh -c 'echo no; exit 3'",
        )
        assert told["LEVEL"] == (True, False)
        assert told["DEPTH"] == (False, True)
        assert told["timeout_ms"] == (1_800_000, 9_000)
        assert told["role"] == ("admin", "member")
        assert told["actor"] == ("tester", "other")
        assert told["status"] == ("succeeded", "failed")
        assert told["exit_code"] == (0, 3)
        assert told["config_sha256"][0] != told["config_sha256"][1]
        left, right = told["stdout.log"]
        assert left != right
        assert "cwd" not in told
        assert "stderr.log" not in told
        assert {"events.jsonl", "manifest.json"}.isdisjoint(told)


def test_facts_come_section_by_section(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": SAID}}) as project:
        run_job(project, "a")

        found = api.compare(project, "a", "a")
        sections = list(dict.fromkeys(fact.section for fact in found.facts))

        assert sections == list(Section)
        assert all(fact.same for fact in found.facts)


def test_documents_that_are_missing_are_said(tmp_path: Path) -> None:
    jobs = {"a": SAID, "waits": {"command": until("gate")}}
    with site(tmp_path, {"jobs": jobs}) as project:
        first = run_job(project, "a")
        api.run_detail(project, first.run_id).folder.manifest.write_text("{")
        waiting = api.submit(project, Order("waits", "tester"))
        started(project, waiting)

        found = api.compare(project, "a", waiting)
        (tmp_path / "gate").touch()

        assert found.gaps == (
            f"run {first.run_id} has no manifest that can be read",
            f"run {waiting} has not ended",
        )
        assert differing(found)["job"] == ("a", "waits")
        assert {fact.section for fact in found.facts} == {
            Section.WHAT,
            Section.WHO,
            Section.OUTCOME,
        }
        with pytest.raises(JobNotFoundError):
            api.compare(project, "a", "nobody")


def test_where_two_prompts_part(tmp_path: Path) -> None:
    """One line of what the agents were told, not all of it."""
    asks: dict[str, object] = {"agent": "custom", "command": ["cat"]}
    asks |= {
        "prompt": "Be brief.\nTell of ${topic}.\nStop.",
        "params": {"topic": "cats"},
    }
    with site(tmp_path, {"jobs": {"a": asks}}) as project:
        first = run_job(project, "a")
        second = api.submit(project, Order("a", "tester", params=(("topic", "dogs"),)))
        ended(project, second)
        found = api.compare(project, first.run_id, second)
        told = fact(found, Section.WHAT, "prompt")
        assert (told.left, told.right) == ("Tell of cats.", "Tell of dogs.")
        assert fact(found, Section.WHAT, "topic").right == "dogs"
        same = api.compare(project, first.run_id, first.run_id)
        assert "prompt" not in {it.name for it in same.facts}
