"""The bootstrap under a Python of its own, with nothing of ours to import."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from runner.process.bootstrap import defines_job
from runner.process.interpreter import BOOTSTRAP

if TYPE_CHECKING:
    from pathlib import Path


def bootstrapped(root: Path, text: str, *args: str) -> subprocess.CompletedProcess[str]:
    script = root / "job_file.py"
    script.write_text(textwrap.dedent(text), "utf-8")
    return subprocess.run(
        [sys.executable, "-I", str(BOOTSTRAP), str(script), *args],
        cwd="/",
        env={"JOBCONSOLE_RESULT": str(root / "result.json")},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def result(root: Path) -> object:
    return json.loads((root / "result.json").read_text("utf-8"))


def test_it_needs_the_standard_library_alone() -> None:
    tree = ast.parse(BOOTSTRAP.read_text("utf-8"))
    imported = {
        alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    imported |= {
        str(node.module).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    }
    assert imported <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("text", "defines"),
    [
        ("JOB = 1", True),
        ("JOB: object = 1", True),
        ("A = JOB = 1", True),
        ("from elsewhere import JOB", True),
        ("from elsewhere import Thing as JOB", True),
        ("import jobs.sync as JOB", True),
        ("if True:\n    JOB = 1", False),
        ("def f():\n    JOB = 1", False),
        ("print(JOB)", False),
        ("JOBS = 1", False),
        ("JOB: object", False),
        ("JOB = (", False),
        ("", False),
    ],
)
def test_what_makes_a_file_a_module_with_a_job(
    tmp_path: Path, text: str, defines: bool
) -> None:
    script = tmp_path / "a.py"
    script.write_text(text, "utf-8")
    assert defines_job(str(script)) is defines


def test_a_file_that_is_no_text_is_no_module(tmp_path: Path) -> None:
    script = tmp_path / "a.py"
    script.write_bytes(b"JOB = 1\0")
    assert not defines_job(str(script))


def test_a_traceback_shows_the_line_and_nothing_of_the_bootstrap_below(
    tmp_path: Path,
) -> None:
    done = bootstrapped(tmp_path, "def f():\n    raise KeyError('why')\nf()\n")
    assert done.returncode == 1
    assert f'File "{tmp_path / "job_file.py"}", line 2, in f' in done.stderr
    assert "    raise KeyError('why')" in done.stderr


def test_exit_codes_are_those_of_the_script(tmp_path: Path) -> None:
    assert bootstrapped(tmp_path, "raise SystemExit(9)").returncode == 9
    done = bootstrapped(tmp_path, "raise SystemExit('said so')")
    assert (done.returncode, done.stderr) == (1, "said so\n")


def test_future_imports_of_the_bootstrap_do_not_reach_the_script(
    tmp_path: Path,
) -> None:
    done = bootstrapped(tmp_path, "def f(a: int): ...\nprint(f.__annotations__)")
    assert done.stdout == "{'a': <class 'int'>}\n"


def test_processes_of_a_script_find_its_functions(tmp_path: Path) -> None:
    text = """
        import multiprocessing

        def double(number):
            return 2 * number

        if __name__ == "__main__":
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.map(double, [1, 2]))
    """
    done = bootstrapped(tmp_path, text)
    assert (done.stdout, done.stderr) == ("[2, 4]\n", "")


@pytest.mark.parametrize(
    ("returned", "code", "expected"),
    [
        ("None", 0, [True, None, None, []]),
        ("Result(success=True, message=3)", 0, [True, "3", None, []]),
        ("Result(success=0, errors=[ValueError('x')])", 1, [False, None, None, ["x"]]),
        ("Result(items_processed=4)", 0, [True, None, 4, []]),
        ("Result(errors=None)", 0, [True, None, None, []]),
    ],
)
def test_results_are_read_by_what_they_have(
    tmp_path: Path, returned: str, code: int, expected: list[object]
) -> None:
    text = f"""
        from types import SimpleNamespace as Result
        class Job:
            def run(self):
                return {returned}
        JOB = Job()
    """
    done = bootstrapped(tmp_path, text)
    assert done.returncode == code, done.stderr
    names = ("success", "message", "items_processed", "errors")
    assert result(tmp_path) == dict(zip(names, expected, strict=True))


def test_a_job_imported_from_beside_the_script(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text(
        "class Job:\n    def run(self): print(__name__)\nJOB = Job()\n", "utf-8"
    )
    assert bootstrapped(tmp_path, "from beside import JOB").stdout == "beside\n"
