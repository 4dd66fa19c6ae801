"""A model that answers nothing: what the receipt of the real programs says then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.model.errors import Code
from runner.model.run import RunStatus
from tests.helpers.agents import agent_job, agent_site, need
from tests.lab.script import Hang

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.lab import Lab


@pytest.mark.parametrize("name", ["claude", "codex"])
def test_a_model_that_hangs(lab: Lab, tmp_path: Path, name: str) -> None:
    need(name)
    lab.script(Hang(times=None))
    job = agent_job(lab, name, prompt="Write the proof.", silence=2)
    with agent_site(lab, tmp_path / "project", {"jobs": {"job": job}}) as site:
        receipt = site.run("job").receipt
        assert receipt.status is RunStatus.TIMED_OUT
        assert receipt.error is not None
        assert receipt.error.code == Code.JOB_TIMEOUT
        assert "told nothing for 2 s" in receipt.error.message
        assert site.survivors() == []
