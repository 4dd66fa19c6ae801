"""Each agent's program is asked once which version it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.engine.agent import version as asking
from runner.engine.agent.version import agent_version
from runner.process.environment import FALLBACK_PATH
from tests.helpers.asked import asked
from tests.helpers.project import opened, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.agents.base import AgentRequest
    from runner.engine.project import Project

TELLS = '#!/bin/sh\necho "$1" >> {notes}\necho "{said}"\nexit {code}\n'


class Shop:
    """A program, and what it was asked."""

    def __init__(self, folder: Path, project: Project) -> None:
        self.project = project
        self.program = folder / "bin" / "claude"
        self.notes = folder / "notes"
        self.request: AgentRequest = asked(folder, "claude")._replace(
            scratch=str(folder), environment={"PATH": FALLBACK_PATH}
        )

    def install(self, said: str, code: int = 0) -> None:
        """A new file, as package managers have it."""
        new = self.program.with_name("new")
        new.write_text(TELLS.format(notes=self.notes, said=said, code=code), "utf-8")
        new.chmod(0o755)
        new.replace(self.program)

    def version(self, program: Path | None = None) -> str | None:
        return agent_version(self.project, str(program or self.program), self.request)

    @property
    def asked(self) -> list[str]:
        exists = self.notes.exists()
        return self.notes.read_text("utf-8").split() if exists else []


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with opened(write_project(tmp_path, "jobs: {}")) as project:
        yield Shop(tmp_path, project)


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("2.1.328 (Claude Code)", "2.1.328"),
        ("codex-cli 0.169.0", "0.169.0"),
        ("0.57.0", "0.57.0"),
        ("v1.2.3-beta.4+build", "1.2.3-beta.4+build"),
        ("tool 3.14", "3.14"),
    ],
)
def test_the_number_in_what_it_says(shop: Shop, said: str, version: str) -> None:
    shop.install(said)
    assert shop.version() == version
    assert shop.version() == version
    assert shop.asked == ["--version"]


@pytest.mark.parametrize(("said", "code"), [("1.2.3", 1), ("no number", 0), ("", 0)])
def test_one_that_does_not_tell_is_not_asked_again(
    shop: Shop, said: str, code: int
) -> None:
    shop.install(said, code)
    assert [shop.version(), shop.version()] == [None, None]
    assert shop.asked == ["--version"]


def test_a_new_program_is_asked_again(shop: Shop) -> None:
    shop.install("1.0.0")
    assert shop.version() == "1.0.0"
    shop.install("2.0.0")
    assert [shop.version(), shop.version()] == ["2.0.0", "2.0.0"]
    assert len(shop.asked) == 2


def test_a_link_is_the_program_that_it_leads_to(shop: Shop, tmp_path: Path) -> None:
    shop.install("1.0.0")
    link = tmp_path / "link"
    link.symlink_to(shop.program)
    assert [shop.version(link), shop.version()] == ["1.0.0", "1.0.0"]
    assert len(shop.asked) == 1


def test_each_program_has_its_own(shop: Shop, tmp_path: Path) -> None:
    shop.install("1.0.0")
    shop.version()
    shop.program.rename(tmp_path / "old")
    shop.install("2.0.0")
    assert [shop.version(tmp_path / "old"), shop.version()] == ["1.0.0", "2.0.0"]


def test_one_that_cannot_start_is_none(shop: Shop) -> None:
    shop.program.write_bytes(b"\x00\x01")
    assert shop.version() is None


def test_one_that_hangs_is_in_nobodys_way(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may only have been too busy: it is asked again."""
    monkeypatch.setattr(asking, "_WITHIN_MS", 100)
    slow = "#!/bin/sh\n[ -e ready ] && echo 1.0.0 && exit\nexec sleep 60\n"
    shop.program.write_text(slow, "utf-8")
    assert shop.version() is None
    monkeypatch.undo()
    (shop.notes.parent / "ready").touch()
    assert shop.version() == "1.0.0"
