"""Jobs from foreign text, made valid in a project of the test's making."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from jobconsole.imports.fragment import fragment
from jobconsole.imports.settle import Ground, settle
from runner.agents.registry import AGENT_NAMES
from runner.config.loader import load
from runner.config.surroundings import Surroundings
from runner.model.job import Job

if TYPE_CHECKING:
    from jobconsole.imports.proposal import Found, Proposal

DATA = Path("tests/data/imports").absolute()
ZONE = "Europe/Amsterdam"


def ground(root: Path) -> Ground:
    around = Surroundings(home=root, system_zone=ZONE, agents=AGENT_NAMES)
    return Ground(root, around)


def proposed(found: Found, root: Path) -> Proposal:
    return settle(found, ground(root))


def loaded(proposal: Proposal, root: Path) -> dict[str, Job]:
    """The jobs as the program reads them from a file. Every one has to be valid."""
    path = root / "teleclaude.yml"
    path.write_bytes(fragment(proposal).encode())
    config = load(path, ground(root).around).config
    assert [str(problem) for problem in config.problems] == []
    jobs = {job.id: job for job in config.jobs if isinstance(job, Job)}
    assert list(jobs) == [job.id for job in proposal.jobs]
    return jobs


def in_test(name: str, root: Path) -> Path:
    """A copy of the data, named from the root, where the test has to be."""
    if (DATA / name).is_dir():
        shutil.copytree(DATA / name, root / name, symlinks=True)
    else:
        shutil.copy(DATA / name, root / name)
    return Path(name)
