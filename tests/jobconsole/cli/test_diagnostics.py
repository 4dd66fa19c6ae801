from __future__ import annotations

import json
import tempfile
from typing import TYPE_CHECKING

import pytest

from jobconsole.cli.diagnostics import ExitCode, exit_code, guarded
from jobconsole.cli.session import Session
from runner.model.errors import (
    Code,
    JobconsoleError,
    JobInvalidError,
    OverlapError,
    PolicyDeniedError,
)
from tests.jobconsole.cli.program import surroundings, text_of

if TYPE_CHECKING:
    from pathlib import Path


def attempt(
    folder: Path, words: list[str], error: BaseException
) -> tuple[int, str, str]:
    here = surroundings(folder)

    def operation() -> int:
        raise error

    code = guarded(Session(here), words, operation)
    return code, text_of(here.stdout), text_of(here.stderr)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (Code.JOB_EXECUTION_FAILED, 1),
        (Code.JOB_CANCELLED, 1),
        (Code.CONFIG_NOT_FOUND, 3),
        (Code.JOB_TRIGGER_INVALID, 3),
        (Code.JOB_NOT_FOUND, 4),
        (Code.JOB_POLICY_DENIED, 5),
        (Code.JOB_OVERLAP, 6),
        (Code.LOCK_HELD, 6),
    ],
)
def test_each_code_has_its_exit_code(code: Code, expected: int) -> None:
    assert exit_code(JobInvalidError(code, "")) == expected


def test_a_foreseen_error_is_a_message_and_a_hint(tmp_path: Path) -> None:
    error = PolicyDeniedError("no \x1b[2Jway", hint="Ask.")

    code, out, err = attempt(tmp_path, ["run", "x"], error)

    assert (code, out) == (ExitCode.DENIED, "")
    assert err == "error: no way\nhint: Ask.\n"


def test_for_a_program_it_is_an_envelope_too(tmp_path: Path) -> None:
    error = OverlapError("busy", data={"pid": 7})

    code, out, err = attempt(tmp_path, ["list", "--json"], error)

    assert code == ExitCode.REFUSED
    assert json.loads(out) == {
        "schema": 1,
        "error": {
            "code": "job_overlap",
            "message": "busy",
            "hint": "",
            "data": {"pid": 7},
        },
    }
    assert err == "error: busy\n"


def test_what_follows_two_dashes_is_the_jobs(tmp_path: Path) -> None:
    words = ["run", "x", "--", "--json"]

    assert attempt(tmp_path, words, JobconsoleError("no"))[1] == ""


def test_a_bug_is_reported_in_a_file_and_shows_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    code, out, err = attempt(tmp_path, ["list"], ZeroDivisionError("oh"))

    (report,) = tmp_path.glob("bug-*.txt")
    assert (code, out) == (ExitCode.BUG, "")
    assert "ZeroDivisionError: oh" in err
    assert str(report) in err
    assert "Traceback" not in err
    assert "Traceback" in report.read_text()
    assert report.stat().st_mode & 0o777 == 0o600


def test_ctrl_c_is_no_error(tmp_path: Path) -> None:
    assert attempt(tmp_path, ["tail"], KeyboardInterrupt()) == (130, "", "")
