"""Which words start a Python job; that they do is shown with real runs elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.model.errors import TargetUnresolvedError
from runner.process.interpreter import BOOTSTRAP, python_argv

if TYPE_CHECKING:
    from pathlib import Path

METADATA = "# /// script\n# dependencies = ['httpx']\n# ///\n"


def program(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", "utf-8")
    path.chmod(0o755)
    return str(path)


def argv(root: Path, text: str, *, python: str | None = None) -> list[str]:
    script = root / "a.py"
    script.write_text(text, "utf-8")
    environment = {"PATH": str(root / "bin"), "HOME": str(root / "home")}
    return python_argv(script, ["-x"], root, python=python, environment=environment)


def test_uv_runs_a_plain_script_itself(tmp_path: Path) -> None:
    uv = program(tmp_path / "bin/uv")
    script = str(tmp_path / "a.py")
    assert argv(tmp_path, METADATA) == [uv, "run", "--quiet", "--script", script, "-x"]


def test_uv_gives_a_module_with_a_job_its_requirements(tmp_path: Path) -> None:
    uv = program(tmp_path / "bin/uv")
    words = argv(tmp_path, f"{METADATA}JOB = None\n")
    script = str(tmp_path / "a.py")
    assert words[0] == uv
    assert words[words.index("--with-requirements") + 1] == script
    assert words[-4:] == ["python", str(BOOTSTRAP), script, "-x"]


def test_a_script_without_metadata_needs_no_uv(tmp_path: Path) -> None:
    program(tmp_path / "bin/uv")
    python = program(tmp_path / "bin/python3")
    assert argv(tmp_path, "print()")[0] == python


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("~/own/python", "home/own/python"),
        ("tools/python", "tools/python"),
        ("python3.13", "bin/python3.13"),
    ],
)
def test_the_key_names_a_path_or_a_program(
    tmp_path: Path, key: str, expected: str
) -> None:
    named = program(tmp_path / expected)
    program(tmp_path / ".venv/bin/python")
    assert argv(tmp_path, METADATA, python=key)[0] == named


def test_an_absolute_path(tmp_path: Path) -> None:
    named = program(tmp_path / "elsewhere/python")
    assert argv(tmp_path, "", python=named)[0] == named


@pytest.mark.parametrize("key", [None, "python9", "tools/python"])
def test_none_is_there(tmp_path: Path, key: str | None) -> None:
    with pytest.raises(TargetUnresolvedError) as caught:
        argv(tmp_path, "", python=key)
    assert "python" in caught.value.message
    assert caught.value.hint
