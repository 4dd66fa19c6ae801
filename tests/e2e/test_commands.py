"""Commands and executables, what they are given, and the result that any job may write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.errors import Code
from runner.model.orders import Order
from runner.model.run import RunStatus
from tests.helpers.project import ended, run_job
from tests.helpers.site import error_log_of, log_of, receipt_of, site

if TYPE_CHECKING:
    from pathlib import Path

SAYS_ARGUMENTS = 'printf "<%s>" "$@"'


@pytest.mark.parametrize(
    "job",
    [
        {"command": ["printf", "<%s>", "a b", "$HOME", "*"]},
        {"command": SAYS_ARGUMENTS, "args": ["a b", "$HOME", "*"]},
        {"script": "tools/say.sh", "args": ["a b", "$HOME", "*"]},
        {"command": ["tools/say.sh"], "args": ["a b", "$HOME", "*"]},
    ],
    ids=["argv", "shell", "executable", "argv of an executable"],
)
def test_arguments_arrive_as_they_are(tmp_path: Path, job: dict[str, object]) -> None:
    files = {"tools/say.sh": f"#!/bin/sh\n{SAYS_ARGUMENTS}\n"}
    with site(tmp_path, {"jobs": {"a": job}}, files) as project:
        view = run_job(project, "a")
        assert view.status is RunStatus.SUCCEEDED
        assert log_of(project, view.run_id) == "<a b><$HOME><*>"


def test_arguments_of_one_run_replace_those_of_the_job(tmp_path: Path) -> None:
    job = {"command": SAYS_ARGUMENTS, "args": ["of the job"]}
    with site(tmp_path, {"jobs": {"a": job}}) as project:
        run_id = api.submit(project, Order("a", "tester", args=("of", "the run")))
        ended(project, run_id)
        assert log_of(project, run_id) == "<of><the run>"


def test_a_string_goes_to_a_shell(tmp_path: Path) -> None:
    job = {"command": "echo $0 $LEVEL | tr a-z A-Z; exit 3", "env": {"LEVEL": "info"}}
    with site(tmp_path, {"jobs": {"a": job}}) as project:
        view = run_job(project, "a")
        assert log_of(project, view.run_id) == "/BIN/SH INFO\n"
    assert (view.status, view.exit_code) == (RunStatus.FAILED, 3)
    assert view.error_message == "exit code 3"


def test_a_child_that_is_killed(tmp_path: Path) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": "kill -SEGV $$"}}}) as project:
        view = run_job(project, "a")
        receipt = receipt_of(project, view.run_id)
    assert (view.status, view.exit_code, view.signal) == (RunStatus.FAILED, None, 11)
    assert receipt.signal == 11
    assert view.error_message == "ended by SIGSEGV"


@pytest.mark.parametrize(
    ("job", "code"),
    [
        ({"command": ["no-such-program"]}, Code.JOB_TARGET_UNRESOLVED),
        ({"command": ["./plain.txt"]}, Code.JOB_EXECUTION_FAILED),
        ({"script": "no-interpreter.sh"}, Code.JOB_EXECUTION_FAILED),
    ],
    ids=["missing", "not executable", "no interpreter"],
)
def test_what_cannot_be_started_fails_with_its_reason(
    tmp_path: Path, job: dict[str, object], code: Code
) -> None:
    files = {"plain.txt": "text", "no-interpreter.sh": "#!/no/such/interpreter\n"}
    with site(tmp_path, {"jobs": {"a": job}}, files) as project:
        view = run_job(project, "a")
        receipt = receipt_of(project, view.run_id)
    assert view.status is RunStatus.FAILED
    assert view.error_code == code
    assert receipt.error is not None
    assert receipt.error.hint


@pytest.mark.parametrize(
    ("result", "code", "status", "message"),
    [
        ({"success": True, "message": "5 done"}, 0, RunStatus.SUCCEEDED, "5 done"),
        ({"success": False, "message": "no"}, 0, RunStatus.FAILED, "no"),
        ({"message": "half"}, 2, RunStatus.FAILED, "half"),
        ([1, 2], 0, RunStatus.SUCCEEDED, ""),
    ],
)
def test_any_job_may_write_its_result(
    tmp_path: Path, result: object, code: int, status: RunStatus, message: str
) -> None:
    (tmp_path / "result").write_text(json.dumps(result), "utf-8")
    command = f'cp result "$JOBCONSOLE_RESULT"; exit {code}'
    with site(tmp_path, {"jobs": {"a": {"command": command}}}) as project:
        view = run_job(project, "a")
        receipt = receipt_of(project, view.run_id)
    assert view.status is status
    assert receipt.payload == result
    assert receipt.message == message
    if status is RunStatus.FAILED:
        assert view.error_message == message


def test_nothing_to_report(tmp_path: Path) -> None:
    command = """echo '{"nothing_to_report": true}' > "$JOBCONSOLE_RESULT" """
    with site(tmp_path, {"jobs": {"a": {"command": command}}}) as project:
        view = run_job(project, "a")
        assert receipt_of(project, view.run_id).nothing_to_report


@pytest.mark.parametrize(
    "writing",
    [
        "printf '{broken' > \"$JOBCONSOLE_RESULT\"",
        "printf '\\377' > \"$JOBCONSOLE_RESULT\"",
        'head -c 1048577 /dev/zero | tr "\\0" 1 > "$JOBCONSOLE_RESULT"',
        'mkdir "$JOBCONSOLE_RESULT"',
    ],
    ids=["broken", "not UTF-8", "too large", "a folder"],
)
def test_a_result_that_cannot_be_read_fails_nobody(
    tmp_path: Path, writing: str
) -> None:
    with site(tmp_path, {"jobs": {"a": {"command": writing}}}) as project:
        view = run_job(project, "a")
        assert view.status is RunStatus.SUCCEEDED
        assert receipt_of(project, view.run_id).payload is None


def test_input_and_bindings_reach_the_child(tmp_path: Path) -> None:
    document = """
        id: bound
        title: Bound
        target: {kind: command, id: tools/say.sh, input: {depth: 3, words: [a, "ü"]}}
        bindings: {where: here}
        trigger: {type: manual}
    """
    files = {
        "jobs/bound.job.yaml": document,
        "tools/say.sh": '#!/bin/sh\nprintf %s "$JOBCONSOLE_INPUT"\n',
    }
    config = {"include": ["jobs/*.job.yaml"], "jobs": {}}
    with site(tmp_path, config, files) as project:
        view = run_job(project, "bound")
        assert view.status is RunStatus.SUCCEEDED, error_log_of(project, view.run_id)
        given = json.loads(log_of(project, view.run_id))
    assert given == {
        "input": {"depth": 3, "words": ["a", "ü"]},
        "bindings": {"where": "here"},
    }
