"""Agent jobs that meet a scripted model, all at once, and what came of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.helpers.agents import agent_job, agent_site, need
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runner.model.receipt import ErrorEnvelope, Receipt
    from tests.helpers.agents import Outcome
    from tests.helpers.lab import Lab
    from tests.lab.script import AnyStep, Question

AT_ONCE = 4


class Meeting(NamedTuple):
    """What the model answers, and what the job says beside its prompt."""

    steps: tuple[AnyStep, ...]
    keys: Mapping[str, object] = {}


def meet(
    lab: Lab,
    root: Path,
    name: str,
    meetings: Mapping[str, Meeting],
    files: Mapping[str, str] | None = None,
    **top: object,
) -> dict[str, Outcome]:
    """Have all of them run by one tick, each in a conversation of its own.

    `top` are keys of the project. Nothing of any run may live on.
    """
    need(name)
    jobs = {}
    for job_id, (steps, keys) in meetings.items():
        prompt = prompt_of(job_id)
        lab.script(*steps, about=prompt)
        said = {"prompt": prompt, "schedule": "weekly", **keys}
        jobs[job_id] = agent_job(lab, name, **said)
    config = {"jobs": jobs, "concurrency": {"agent": AT_ONCE}, **top}
    with agent_site(lab, root, config, files) as site:
        site.tick()
        outcomes = {job_id: site.outcome(job_id) for job_id in meetings}
        assert site.survivors() == []
    return outcomes


def meet_once(
    lab: Lab, root: Path, name: str, *steps: AnyStep, **keys: object
) -> Outcome:
    """One of them."""
    return meet(lab, root, name, {"job": Meeting(steps, keys)})["job"]


def prompt_of(job_id: str) -> str:
    """No prompt is part of another."""
    return f"Do <{job_id}>."


def error_of(receipt: Receipt) -> ErrorEnvelope:
    assert receipt.error is not None, receipt.status
    return receipt.error


def await_step(lab: Lab, job_id: str, step: int) -> None:
    """Wait until the model was asked for an answer of a job's conversation."""
    asked_for = prompt_of(job_id), step

    def is_asked() -> bool:
        return asked_for in [(it.conversation, it.step) for it in lab.asked()]

    wait_until(is_asked, f"{job_id} to come to its step {step}")


def results_of(lab: Lab, job_id: str) -> tuple[str, ...]:
    """What the tools of a job's agent gave back, as the model was told last."""
    return last_question(lab, job_id).results


def last_question(lab: Lab, job_id: str) -> Question:
    about = prompt_of(job_id)
    return [it for it in lab.asked() if it.conversation == about][-1].question
