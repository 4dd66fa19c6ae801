"""What an agent is told: its prompt, from wherever it comes, with its blanks filled."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from runner.engine.agent.prompt import bindings, prompt_of, prompt_to_go_on
from runner.model.errors import (
    BindingsInvalidError,
    Code,
    PolicyDeniedError,
    TargetUnresolvedError,
)
from runner.model.job import (
    Command,
    Job,
    Kind,
    Prompt,
    PromptFile,
    SpecDocument,
    Where,
)
from runner.model.receipt import ErrorEnvelope
from runner.model.run import RunStatus
from tests.helpers.receipts import receipt

if TYPE_CHECKING:
    from pathlib import Path

    from runner.model.job import Target

PARAMS = {"topic": None, "depth": "3"}
MEBIBYTE = 1024 * 1024


def job_of(target: Target, params: dict[str, str | None] | None = None) -> Job:
    where = Where("teleclaude.yml", 1, 1)
    return Job(
        id="review", kind=Kind.AGENT, target=target, source=where, params=params or {}
    )


def test_blanks_are_filled_by_whoever_starts_it_else_as_usual() -> None:
    job = job_of(Prompt("Look at ${topic}, ${depth} deep, then ${topic}."), PARAMS)
    assert prompt_of(job, "/", {"topic": "logs"}) == "Look at logs, 3 deep, then logs."
    everything = {"topic": "logs", "depth": ""}
    assert prompt_of(job, "/", everything) == "Look at logs,  deep, then logs."


def test_only_declared_blanks_are_filled() -> None:
    """And what fills one is not looked at again."""
    text = "${HOME} $topic $${topic} ${ topic } ${topic:-x} ${other} {topic}"
    job = job_of(Prompt(text), {"topic": None})
    assert prompt_of(job, "/", {"topic": "${topic} \\1 ${HOME}"}) == (
        "${HOME} $topic $${topic} \\1 ${HOME} ${ topic } ${topic:-x} ${other} {topic}"
    )


def test_a_value_that_is_missing() -> None:
    job = job_of(Prompt("${topic}"), {"topic": None, "who": None, "depth": "3"})
    with pytest.raises(BindingsInvalidError) as caught:
        prompt_of(job, "/", {})
    assert caught.value.message == "review needs a value for topic, who"
    assert caught.value.hint == "Give it with `--param topic=VALUE`."
    assert caught.value.code is Code.JOB_BINDINGS_INVALID


@pytest.mark.parametrize(
    ("name", "params", "hint"),
    [
        ("topc", PARAMS, "Did you mean topic?"),
        ("zzz", PARAMS, "It has: topic, depth."),
        ("topic", {}, "Name its parameters with `params:` in the configuration."),
    ],
)
def test_a_name_that_is_unknown(
    name: str, params: dict[str, str | None], hint: str
) -> None:
    job = job_of(Prompt("Hello"), params)
    with pytest.raises(BindingsInvalidError, match=f"no parameter {name}") as caught:
        bindings(job, {"topic": "x", name: "y"} if params else {name: "y"})
    assert caught.value.hint == hint


def test_a_value_that_is_no_text() -> None:
    """Words of a command line may be any bytes; a prompt is text."""
    job = job_of(Prompt("${topic}"), {"topic": None})
    with pytest.raises(BindingsInvalidError, match="topic is not text in UTF-8"):
        prompt_of(job, "/", {"topic": "a\udcffb"})


def test_a_job_without_blanks_needs_nothing() -> None:
    assert bindings(job_of(Command(("true",))), {}) == {}


def test_a_prompt_from_a_file(tmp_path: Path) -> None:
    """As it is when the run starts; the file's blanks are filled as well."""
    file = tmp_path / "prompts" / "review.md"
    file.parent.mkdir()
    file.write_bytes("Look at ${topic} \N{SNOWMAN} \r\n".encode() + b"\xff\n")
    job = job_of(PromptFile("prompts/review.md"), {"topic": None})

    first = prompt_of(job, str(tmp_path), {"topic": "logs"})
    file.write_text("Now ${topic}", "utf-8")
    second = prompt_of(job, str(tmp_path), {"topic": "logs"})

    assert first == "Look at logs \N{SNOWMAN} \r\n\N{REPLACEMENT CHARACTER}\n"
    assert second == "Now logs"


def test_a_document_is_for_the_agent_to_read(tmp_path: Path) -> None:
    path = "docs/project/spec/jobs/bug-hunter.md"
    told = prompt_of(job_of(SpecDocument("bug-hunter", path)), str(tmp_path), {})
    assert told == (
        f"You are running the review job. Read @{path} for your full instructions."
    )


@pytest.mark.parametrize("path", ["../secret.md", "link.md"])
def test_a_prompt_stays_inside_the_project(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.md").write_text("secret", "utf-8")
    root = tmp_path / "project"
    root.mkdir()
    (root / "link.md").symlink_to("../secret.md")
    with pytest.raises(PolicyDeniedError, match="leads outside the project"):
        prompt_of(job_of(PromptFile(path)), str(root), {})


def test_a_link_inside_the_project_will_do(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_text("Hello", "utf-8")
    (tmp_path / "link.md").symlink_to("real.md")
    assert prompt_of(job_of(PromptFile("link.md")), str(tmp_path), {}) == "Hello"


@pytest.mark.parametrize("what", ["nothing", "folder", "fifo"])
def test_a_prompt_that_cannot_be_read(tmp_path: Path, what: str) -> None:
    """A pipe is not waited for."""
    path = tmp_path / "prompt.md"
    if what == "folder":
        path.mkdir()
    elif what == "fifo":
        os.mkfifo(path)
    with pytest.raises(TargetUnresolvedError, match="cannot be read") as caught:
        prompt_of(job_of(PromptFile("prompt.md")), str(tmp_path), {})
    assert "prompt_file" in caught.value.hint


def test_a_prompt_of_a_mebibyte_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "prompt.md"
    job = job_of(PromptFile("prompt.md"))
    path.write_bytes(b"x" * MEBIBYTE)
    assert len(prompt_of(job, str(tmp_path), {})) == MEBIBYTE
    path.write_bytes(b"x" * (MEBIBYTE + 1))
    with pytest.raises(TargetUnresolvedError, match="larger than 1 MiB"):
        prompt_of(job, str(tmp_path), {})


def test_a_program_has_none() -> None:
    with pytest.raises(TargetUnresolvedError, match="review has no prompt"):
        prompt_of(job_of(Command(("true",))), "/", {})


def test_what_it_is_told_to_go_on() -> None:
    error = ErrorEnvelope(Code.JOB_TIMEOUT, "stopped after its timeout of 60 s")
    timed_out = receipt(status=RunStatus.TIMED_OUT, error=error)
    assert prompt_to_go_on(timed_out) == (
        "Your earlier run of this job timed out (stopped after its timeout of 60 s)."
        " Go on where you stopped."
    )
    assert prompt_to_go_on(receipt(status=RunStatus.SUCCEEDED)) == (
        "Your earlier run of this job succeeded. Go on where you stopped."
    )


def test_json_in_a_prompt_stays_json() -> None:
    text = json.dumps({"a": {"b": "${depth}"}})
    assert prompt_of(job_of(Prompt(text), PARAMS), "/", {"topic": "x"}) == (
        '{"a": {"b": "3"}}'
    )
