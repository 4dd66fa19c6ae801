"""Every change that matters is noticed, and by a handful of looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.config.fingerprint import Sources, fingerprint, loaded_fingerprint
from runner.config.loader import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.runner.config.folder import Folder

TEXT = """
include: [packs/*.job.yaml, "odd\\tname.job.yaml"]
jobs:
  scripted: {script: jobs/scripted.py}
  missing: {script: later/on/missing.py}
  implied: {}
  linked: {script: linked.py}
  program: {script: bin/program}
  asked: {prompt_file: prompts/asked.md}
"""
ONE = "{id: one, target: {kind: command, id: x}}"


@pytest.fixture
def sources(folder: Folder) -> Sources:
    folder.write("teleclaude.yml", TEXT)
    folder.write("jobs/scripted.py")
    folder.write("real.py")
    folder.write("bin/program")
    folder.write("odd\tname.job.yaml", "{id: odd, target: {kind: command, id: x}}")
    folder.write("packs/one.job.yaml", ONE)
    (folder.root / "linked.py").symlink_to("real.py")
    return load(folder.config_path, folder.around).sources


def now(sources: Sources) -> str:
    return fingerprint(sources, "UTC", "1")


def test_nothing_changed(sources: Sources) -> None:
    assert now(sources) == loaded_fingerprint(sources, "UTC", "1")
    assert now(Sources.from_text(sources.to_text())) == now(sources)


def test_zone_and_versions_count(sources: Sources) -> None:
    assert (
        len(
            {
                now(sources),
                fingerprint(sources, "Asia/Tokyo", "1"),
                fingerprint(sources, "UTC", "2"),
            }
        )
        == 3
    )


def make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


DOCUMENT = "docs/project/spec/jobs/implied.md"
CHANGES: dict[str, Callable[[Path], object]] = {
    "the file is edited": lambda root: (root / "teleclaude.yml").write_text(TEXT + "#"),
    "the file is replaced": lambda root: (root / "real.py").replace(root / "teleclaude.yml"),
    "the file goes": lambda root: (root / "teleclaude.yml").unlink(),
    "an included file is edited": lambda root: (root / "packs/one.job.yaml").write_text(ONE + "#"),
    "an included file goes": lambda root: (root / "packs/one.job.yaml").unlink(),
    "a file to include comes": lambda root: make(root / "packs/two.job.yaml"),
    "a script goes": lambda root: (root / "jobs/scripted.py").unlink(),
    "a script that was missing comes": lambda root: make(root / "later/on/missing.py"),
    "a script comes for an id": lambda root: make(root / "jobs/implied.py"),
    "a document comes for an id": lambda root: make(root / DOCUMENT),
    "a prompt's file that was missing comes": lambda root: make(root / "prompts/asked.md"),
    "what a link leads to goes": lambda root: (root / "real.py").unlink(),
    "a script becomes executable": lambda root: (root / "bin/program").chmod(0o755),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed(folder: Folder, sources: Sources, change: str) -> None:
    before = now(sources)
    CHANGES[change](folder.root)
    assert now(sources) != before
    again = load(folder.config_path, folder.around).sources
    assert now(again) == loaded_fingerprint(again, "UTC", "1")


def test_what_no_job_names_does_not_count(folder: Folder, sources: Sources) -> None:
    before = now(sources)
    folder.write("jobs/other.py")
    folder.write("jobs/scripted.py", "print()")
    folder.write("packs/other.txt")
    assert now(sources) == before


@pytest.mark.parametrize("change", ["comes", "goes"])
def test_many_scripts_in_one_folder_cost_one_look(folder: Folder, change: str) -> None:
    names = [f"s{number}" for number in range(1000)]
    for name in names:
        folder.write(f"jobs/{name}.py")
    (folder.root / "jobs/s7.py").unlink()
    text = "\n".join(f"  {name}: {{script: jobs/{name}.py}}" for name in names)
    folder.write("teleclaude.yml", f"jobs:\n{text}\n")
    sources = load(folder.config_path, folder.around).sources
    assert len(sources.to_text().splitlines()) == 2
    before = now(sources)
    if change == "comes":
        folder.write("jobs/s7.py")
    else:
        (folder.root / "jobs/s8.py").unlink()
    assert now(sources) != before


def test_a_change_while_it_was_read_is_not_lost(
    folder: Folder, sources: Sources
) -> None:
    loaded = loaded_fingerprint(sources, "UTC", "1")
    folder.write("teleclaude.yml", TEXT + "# edited before the load was over")
    assert now(sources) != loaded
