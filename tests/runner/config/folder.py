"""A project folder for one test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.config.loader import Surroundings, load
from runner.model.job import InvalidJob, Job

if TYPE_CHECKING:
    from pathlib import Path

    from runner.model.config import Config

AGENTS = frozenset({"claude", "codex", "gemini", "opencode"})


class Folder:
    """Files below `root`, and what they mean together."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config_path = root / "teleclaude.yml"
        self.around = Surroundings(
            home=root / "home", system_zone="America/New_York", agents=AGENTS
        )

    def write(self, name: str, text: str | bytes = "") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def program(self, name: str) -> Path:
        path = self.write(name, "#!/bin/sh\n")
        path.chmod(0o755)
        return path

    def load(self, text: str | bytes | None = None) -> Config:
        """What `text` as the project's file means, else what is there."""
        if text is not None:
            self.write(self.config_path.name, text)
        return load(self.config_path, self.around).config

    def job(self, text: str, job_id: str = "a") -> Job:
        """The one valid job called `job_id`."""
        config = self.load(text)
        assert not config.problems, "\n".join(map(str, config.problems))
        (job,) = (job for job in config.jobs if job.id == job_id)
        assert isinstance(job, Job)
        return job

    def body(self, *lines: str) -> Job:
        """A job called `a` with these lines in it."""
        return self.job(body(*lines))

    def problems(self, text: str) -> list[str]:
        """Every problem as `file:line:column: code: message`."""
        return [str(problem) for problem in self.load(text).problems]

    def problems_as_they_are(self) -> list[str]:
        """Codes and messages for what stands where the project's file should."""
        return [f"{found.code}: {found.message}" for found in self.load().problems]

    def warnings(self, text: str) -> list[str]:
        return [str(warning) for warning in self.load(text).warnings]


def body(*lines: str) -> str:
    """A file whose only job, `a`, starts in line 3."""
    return "\n".join(("jobs:", "  a:", *(f"    {line}" for line in lines), ""))


def ids(config: Config) -> list[tuple[str, bool]]:
    """Every job's id and whether it is valid."""
    return [(job.id, not isinstance(job, InvalidJob)) for job in config.jobs]
