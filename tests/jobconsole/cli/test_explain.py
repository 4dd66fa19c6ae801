from __future__ import annotations

from typing import TYPE_CHECKING

from tests.jobconsole.cli.program import call

if TYPE_CHECKING:
    from pathlib import Path


def test_each_value_comes_with_its_place(project: Path) -> None:
    called = call(project, "explain", "hello")
    assert called.code == 0
    lines = called.out.splitlines()
    assert lines[:2] == [
        "hello, defined in teleclaude.yml:3:3",
        "  when  At 07:00",
    ]
    assert any(
        line.split()
        == ["timezone", "Europe/Amsterdam", "top", "level", "(teleclaude.yml:1:11)"]
        for line in lines
    )
    assert "hunter2" not in called.out


def test_wide_values_are_whole(project: Path) -> None:
    called = call(project, "explain", "waits")
    assert "trap 'echo bye; exit 0' TERM; echo waiting; sleep 60 & wait" in called.out


def test_every_problem_of_an_invalid_job_is_told(project: Path) -> None:
    called = call(project, "explain", "broken")
    assert called.code == 0
    assert called.out.count("  problem  ") == 2
    assert "did you mean 'command'" in " ".join(called.out.split())
    assert "KEY" not in called.out


def test_programs_get_json(project: Path) -> None:
    document = call(project, "explain", "hello", "--json").json()
    assert isinstance(document, dict)
    assert document["schedule_words"] == "At 07:00"
    (when,) = (value for value in document["values"] if value["key"] == "when")
    assert when == {
        "key": "when",
        "value": '{cron: "0 7 * * *"}',
        "from": [{"source": "job", "where": "teleclaude.yml:6:11"}],
    }


def test_an_edit_that_broke_everything_is_told(project: Path) -> None:
    assert call(project, "list").code == 0
    (project / "teleclaude.yml").write_text("jobs: [")
    called = call(project, "explain", "hello")
    assert called.code == 0
    assert "the last good configuration" in called.err
    assert "not known" in called.out


def test_an_unknown_job_is_exit_code_4(project: Path) -> None:
    called = call(project, "explain", "helo")
    assert called.code == 4
    assert "hello" in called.err
