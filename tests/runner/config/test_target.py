from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.model.job import (
    Command,
    InvalidJob,
    Kind,
    Prompt,
    PromptFile,
    Script,
    SpecDocument,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runner.config.folder import Folder

DOCUMENTS = "docs/project/spec/jobs"


def reason(folder: Folder, *lines: str) -> tuple[str, str]:
    """Code and message of the only problem of a job with these lines."""
    text = "\n".join(["jobs:", "  a:", *(f"    {line}" for line in lines)])
    (problem,) = folder.load(text).problems
    return problem.code, problem.message


def test_a_python_script(folder: Folder) -> None:
    folder.write("jobs/x.py")
    job = folder.body("script: jobs/x.py")
    assert (job.kind, job.target) == (Kind.PYTHON, Script("jobs/x.py"))


def test_any_executable_is_a_script(folder: Folder) -> None:
    folder.program("bin/x")
    job = folder.body("script: bin/x")
    assert (job.kind, job.target) == (Kind.COMMAND, Script("bin/x"))


def test_scripts_that_cannot_run(folder: Folder, tmp_path: Path) -> None:
    folder.write("plain.sh")
    folder.write("folder.py/x")
    outside = tmp_path / "outside.py"
    outside.touch()
    (folder.root / "leads-out.py").symlink_to(outside)
    (folder.root / "dangles.py").symlink_to(folder.root / "nothing.py")
    messages = {
        "plain.sh": "script plain.sh is not executable",
        "folder.py": "script folder.py is not a file",
        "missing.py": "script missing.py does not exist",
        "dangles.py": "script dangles.py does not exist",
        "leads-out.py": f"script leads-out.py leads to {outside}, outside the project",
        "../outside.py": f"script ../outside.py leads to {outside}, outside the project",
        "x" * 5000: f"script {'x' * 5000} does not exist",
    }
    for path, message in messages.items():
        assert reason(folder, f"script: {path}") == ("job_target_unresolved", message)


def test_links_inside_the_project_are_followed(folder: Folder) -> None:
    folder.write("real/x.py")
    (folder.root / "linked").symlink_to(folder.root / "real")
    (folder.root / "y.py").symlink_to("linked/x.py")
    assert folder.body("script: linked/x.py").kind is Kind.PYTHON
    assert folder.body("script: y.py").kind is Kind.PYTHON


def test_a_project_may_itself_be_a_link(folder: Folder, tmp_path: Path) -> None:
    folder.write("jobs/x.py")
    (tmp_path / "link").symlink_to(folder.root)
    linked = type(folder)(tmp_path / "link")
    assert linked.body("script: jobs/x.py").kind is Kind.PYTHON
    assert linked.load().root == tmp_path / "link"


def test_a_document(folder: Folder) -> None:
    folder.write(f"{DOCUMENTS}/tidy-up.md")
    job = folder.body("job: tidy-up")
    assert job.kind is Kind.AGENT
    assert job.target == SpecDocument("tidy-up", f"{DOCUMENTS}/tidy-up.md")
    assert job.agent is not None
    assert job.agent.name == "claude"


def test_a_missing_document(folder: Folder) -> None:
    code, message = reason(folder, "job: tidy-up")
    assert code == "job_target_unresolved"
    assert message == f"{DOCUMENTS}/tidy-up.md does not exist"


def test_a_prompts_file(folder: Folder) -> None:
    folder.write("prompts/x.md")
    job = folder.body("prompt_file: prompts/x.md", "agent: codex")
    assert (job.kind, job.target) == (Kind.AGENT, PromptFile("prompts/x.md"))
    assert job.agent is not None
    assert job.agent.name == "codex"


def test_a_custom_agent_is_given_a_prompts_file(folder: Folder) -> None:
    folder.write("x.md")
    job = folder.body("prompt_file: x.md", "agent: custom", "command: [llm]")
    assert job.target == PromptFile("x.md")
    assert job.agent is not None
    assert job.agent.template == ("llm",)


def test_a_prompts_file_that_cannot_be_read(folder: Folder, tmp_path: Path) -> None:
    folder.write("prompts/x.md")
    outside = tmp_path / "outside.md"
    outside.touch()
    (folder.root / "leads-out.md").symlink_to(outside)
    messages = {
        "missing.md": "prompt_file missing.md does not exist",
        "prompts": "prompt_file prompts is not a file",
        "leads-out.md": f"prompt_file leads-out.md leads to {outside}, outside the project",
        "../outside.md": f"prompt_file ../outside.md leads to {outside}, outside the project",
    }
    for path, message in messages.items():
        found = reason(folder, f"prompt_file: {path}")
        assert found == ("job_target_unresolved", message)


def test_a_job_with_no_target_is_found_by_its_id(folder: Folder) -> None:
    text = "jobs:\n  tidy_up:\n    agent: codex\n"
    invalid = folder.load(text).jobs[0]
    assert isinstance(invalid, InvalidJob)
    assert invalid.problem.code == "job_target_unresolved"
    assert str(invalid.problem.where) == "teleclaude.yml:2:3"

    folder.write(f"{DOCUMENTS}/tidy-up.md")
    job = folder.job(text, "tidy_up")
    assert job.target == SpecDocument("tidy-up", f"{DOCUMENTS}/tidy-up.md")
    assert folder.load().warnings == ()

    folder.write("jobs/tidy_up.py")
    job = folder.job(text, "tidy_up")
    assert (job.target, job.agent) == (Script("jobs/tidy_up.py"), None)
    assert [str(warning) for warning in folder.load().warnings] == [
        (
            "teleclaude.yml:3:12: job_invalid_spec: agent has no effect: "
            "the job runs jobs/tidy_up.py"
        )
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["command: [x]", "prompt: x"],
        ["script: x.py", "command: [x]"],
        ["prompt: x", "job: x"],
        ["prompt: x", "message: x"],
        ["prompt: x", "prompt_file: x.py"],
        ["prompt_file: x.py", "job: x"],
    ],
)
def test_only_one_target(folder: Folder, lines: list[str]) -> None:
    folder.write("x.py")
    code, message = reason(folder, *lines)
    assert code == "job_invalid_spec"
    assert message.startswith("only one of ")


def test_the_deprecated_message_is_a_prompt(folder: Folder) -> None:
    assert folder.body("message: Hello").target == Prompt("Hello")


def test_a_custom_agent_is_called_by_its_command(folder: Folder) -> None:
    job = folder.body("agent: custom", "command: [llm, -m, x]", "prompt: Hello")
    assert (job.kind, job.target) == (Kind.AGENT, Prompt("Hello"))
    assert job.agent is not None
    assert (job.agent.name, job.agent.template) == ("custom", ("llm", "-m", "x"))


def test_a_custom_agent_in_a_shell(folder: Folder) -> None:
    job = folder.body("agent: custom", "command: llm | tee x", "prompt: Hello")
    assert job.agent is not None
    assert job.agent.template == ("/bin/sh", "-c", "llm | tee x")


def test_a_custom_agent_finds_its_document_by_id(folder: Folder) -> None:
    folder.write(f"{DOCUMENTS}/a.md")
    job = folder.body("agent: custom", "command: [llm]")
    assert job.target == SpecDocument("a", f"{DOCUMENTS}/a.md")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["prompt: x"], "agent: custom needs a command"),
        (["command: [x]"], f"no prompt, no job, and no {DOCUMENTS}/a.md"),
        (["command: [x]", "prompt: x", "job: y"], "only one of prompt, job can be"),
        (
            ["command: [x]", "prompt_file: x", "prompt: y"],
            "only one of prompt, prompt_file can be",
        ),
        (["command: [x]", "prompt_file: x"], "prompt_file x does not exist"),
        (["script: x"], "agent: custom takes a command and a prompt, not a script"),
    ],
)
def test_a_custom_agent_that_cannot_be_called(
    folder: Folder, lines: list[str], message: str
) -> None:
    assert message in reason(folder, "agent: custom", *lines)[1]


def test_a_command_is_what_runs_where_only_the_defaults_name_an_agent(
    folder: Folder,
) -> None:
    job = folder.job("defaults: {agent: codex}\njobs: {a: {command: [x]}}")
    assert (job.target, job.agent) == (Command(("x",)), None)
    assert folder.load().warnings == ()
