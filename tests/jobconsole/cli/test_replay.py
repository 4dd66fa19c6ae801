"""`replay` streams and ends as `run` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobconsole.cli.replay import told
from runner.engine.replay import Replayed
from tests.jobconsole.cli.program import call

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_a_replay_streams_and_exits_by_its_outcome(project: Path) -> None:
    first = call(project, "run", "says", "--detach", "--", "more").out.strip()
    call(project, "logs", first, "-f")

    again = call(project, "replay", first)
    shown = call(project, "runs", "show", "says", "--json").json()
    page = call(project, "runs", "show", "says").out

    assert (again.code, again.out) == (0, "nothing more\n")
    assert again.err.startswith("✓ says succeeded after ")
    assert isinstance(shown, dict)
    assert (shown["trigger"], shown["references"]) == ("replay", [first])
    assert ["repeats", first] in [line.split() for line in page.splitlines()]
    assert call(project, "run", "fails").code == 1
    assert call(project, "replay", "fails").code == 1


def test_a_replay_can_be_left_to_itself(project: Path) -> None:
    call(project, "run", "hello")

    done = call(project, "replay", "hello", "--detach", "--role", "member")
    run_id = done.out.strip()
    call(project, "logs", run_id, "-f")
    shown = call(project, "runs", "show", run_id, "--json").json()

    assert (done.code, done.err) == (0, "")
    assert isinstance(shown, dict)
    assert (shown["role"], shown["status"]) == ("member", "succeeded")


def test_it_says_that_the_job_has_changed(project: Path) -> None:
    config = project / "teleclaude.yml"
    call(project, "run", "says")
    config.write_text(config.read_text().replace("nothing", "something"))

    done = call(project, "replay", "says")

    assert done.out == "nothing\n"
    assert done.err.startswith("the job has changed since: it runs as it was then\n")
    assert "as it is now" in told(Replayed("", changed=True, as_now=True))


def test_what_is_refused(project: Path) -> None:
    assert call(project, "replay", "nobody").code == 4
    assert call(project, "replay", "hello").code == 4
    call(project, "run", "hello")
    assert call(project, "replay", "hello", "--role", "nobody").code == 5
