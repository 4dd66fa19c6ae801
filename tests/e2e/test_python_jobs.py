"""Python jobs: what they may rely on, and under which interpreter they run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from runner.model.errors import Code
from runner.model.run import RunStatus
from tests.helpers.project import run_job
from tests.helpers.site import error_log_of, log_of, receipt_of, site

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runner.model.receipt import Receipt
    from runner.model.views import RunView

PLAIN = """
    import atexit, os, pickle, sys, threading
    import beside

    class Thing:
        pass

    def later():
        threading.main_thread().join()
        assert sys.modules["__main__"].Thing is Thing
        print("thread", type(pickle.loads(pickle.dumps(Thing()))).__module__)

    if __name__ == "__main__":
        print(beside.WORD)
        print(sys.path[0] == os.path.dirname(os.path.abspath(__file__)))
        print(sys.argv)
        print(os.getcwd() == os.environ["JOBCONSOLE_PROJECT"])
        atexit.register(print, "exit")
        threading.Thread(target=later).start()
        print("main ends")
"""

MODULE = """
    import os, sys
    from dataclasses import dataclass, field

    @dataclass
    class Result:
        success: bool
        message: str = ""
        items_processed: int = 0
        errors: list[str] = field(default_factory=list)

    class Job:
        def run(self):
            match sys.argv[1:]:
                case ["fine"]:
                    return Result(True, "tagged them", 3)
                case ["failed"]:
                    return Result(False, "could not", 1, ["first", "second"])
                case ["raise"]:
                    raise RuntimeError("broken inside")
                case ["exit"]:
                    sys.exit(7)

    JOB = Job()
    assert __name__ == "tagger"
    assert sys.modules["tagger"].JOB is JOB
"""

SAYS_INTERPRETER = "import sys; print(sys.executable)"


def run(
    root: Path, job: Mapping[str, object], files: Mapping[str, str]
) -> tuple[RunView, Receipt, str, str]:
    """How a job's run ended, with its receipt and both of its logs."""
    config = {"jobs": {"a": {"python": sys.executable, **job}}}
    with site(root, config, files) as project:
        view = run_job(project, "a")
        receipt = receipt_of(project, view.run_id)
        if not receipt.attempts:
            return view, receipt, "", ""
        logs = log_of(project, view.run_id), error_log_of(project, view.run_id)
        return view, receipt, *logs


def test_a_plain_script_runs_as_if_it_were_started_directly(tmp_path: Path) -> None:
    files = {"jobs/plain.py": PLAIN, "jobs/beside.py": "WORD = 'imported'"}
    job = {"script": "jobs/plain.py", "args": ["--fast", "ü b"]}
    view, _, said, errors = run(tmp_path, job, files)
    script = str(tmp_path / "jobs/plain.py")
    assert errors == ""
    assert said.splitlines() == [
        "imported",
        "True",
        str([script, "--fast", "ü b"]),
        "True",
        "main ends",
        "thread __main__",
        "exit",
    ]
    assert view.status is RunStatus.SUCCEEDED


def module_job(root: Path, word: str) -> tuple[RunView, Receipt, str, str]:
    job = {"script": "jobs/tagger.py", "args": [word]}
    return run(root, job, {"jobs/tagger.py": MODULE})


def test_a_module_with_a_job_that_succeeds(tmp_path: Path) -> None:
    view, receipt, said, _ = module_job(tmp_path, "fine")
    assert view.status is RunStatus.SUCCEEDED
    assert receipt.message == "tagged them"
    assert receipt.payload == {
        "success": True,
        "message": "tagged them",
        "items_processed": 3,
        "errors": [],
    }
    assert said == "tagged them\n"


def test_a_module_with_a_job_that_says_it_failed(tmp_path: Path) -> None:
    view, receipt, _, errors = module_job(tmp_path, "failed")
    assert view.status is RunStatus.FAILED
    assert view.error_message == "could not"
    assert errors == "first\nsecond\n"
    assert isinstance(receipt.payload, dict)
    assert receipt.payload["errors"] == ["first", "second"]


def test_a_module_with_a_job_that_raises(tmp_path: Path) -> None:
    view, receipt, _, errors = module_job(tmp_path, "raise")
    assert view.status is RunStatus.FAILED
    assert receipt.exit_code == 1
    assert receipt.payload is None
    assert "RuntimeError: broken inside" in errors


def test_a_module_with_a_job_that_exits(tmp_path: Path) -> None:
    view, _, _, _ = module_job(tmp_path, "exit")
    assert view.error_message == "exit code 7"


def test_a_script_that_is_no_python(tmp_path: Path) -> None:
    view, _, _, errors = run(tmp_path, {"script": "a.py"}, {"a.py": "JOB = ("})
    assert view.status is RunStatus.FAILED
    assert "SyntaxError" in errors


def test_the_file_named_like_the_job(tmp_path: Path) -> None:
    view, receipt, said, _ = run(tmp_path, {}, {"jobs/a.py": "print('by name')"})
    assert view.status is RunStatus.SUCCEEDED
    assert receipt.target == "jobs/a.py"
    assert said == "by name\n"


def shim(name: str) -> str:
    """A program that says what it was called as, and does what it is given."""
    return f'#!/bin/sh\necho "{name}" "$@" >&2\n'


@pytest.mark.parametrize(
    ("python", "present", "expected"),
    [
        ("tools/py.sh", ["tools/py.sh", ".venv/bin/python"], "tools/py.sh"),
        (None, [".venv/bin/python", "bin/uv", "bin/python3"], ".venv/bin/python"),
        (None, ["bin/uv", "bin/python3"], "bin/uv"),
        (None, ["bin/python3"], "bin/python3"),
        ("other3", ["bin/other3", "bin/python3"], "bin/other3"),
    ],
    ids=["key", "venv", "uv", "python3", "key on PATH"],
)
def test_the_choice_of_an_interpreter(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    python: str | None,
    present: list[str],
    expected: str,
) -> None:
    for name in present:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(shim(name), "utf-8")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    script = "# /// script\n# dependencies = []\n# ///\nprint('never')\n"
    job = {"script": "a.py", "python": python, "args": ["word"]}
    job = {name: value for name, value in job.items() if value is not None}
    with site(tmp_path, {"jobs": {"a": job}}, {"a.py": script}) as project:
        view = run_job(project, "a")
        assert view.status is RunStatus.SUCCEEDED
        said = error_log_of(project, view.run_id).split()
    assert said[0] == expected
    assert said[-2:] == [str(tmp_path / "a.py"), "word"]
    if expected == "bin/uv":
        assert said[1:-2] == ["run", "--quiet", "--script"]


def test_an_interpreter_that_is_not_there(tmp_path: Path) -> None:
    job = {"script": "a.py", "python": "no/such/python"}
    view, receipt, _, _ = run(tmp_path, job, {"a.py": ""})
    assert view.status is RunStatus.FAILED
    assert view.error_code == Code.JOB_TARGET_UNRESOLVED
    assert "no/such/python" in str(view.error_message)
    assert receipt.attempts == ()
