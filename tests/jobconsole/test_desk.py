from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

import pytest

from jobconsole.desk import Desk
from runner import api
from runner.model.errors import JobNotFoundError
from tests.helpers.still import Still, at, still

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.api import Project


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Still]:
    with still(tmp_path, {"zeta": {}}, at("2026-11-20 05:00")) as it:
        yield it


class Door:
    """Counts how often the project is opened, and in which threads it is closed."""

    def __init__(self, it: Still) -> None:
        self._it = it
        self.opened: list[str] = []
        self.closed: list[str] = []

    @contextlib.contextmanager
    def __call__(self) -> Iterator[Project]:
        state = self._it.project.state.root
        start = self._it.project
        with api.open_project(start.config, state, {}, self._it.clock) as project:
            self.opened.append(threading.current_thread().name)
            yield project
        self.closed.append(threading.current_thread().name)


async def test_answers_in_a_thread_of_its_own(farm: Still) -> None:
    door = Door(farm)
    desk = Desk(door)
    assert not door.opened
    jobs, detail = await asyncio.gather(
        desk.ask(api.list_jobs), desk.ask(api.job_detail, "zeta")
    )
    assert [job.id for job in jobs] == ["zeta"]
    assert detail.view == jobs[0]
    with pytest.raises(JobNotFoundError):
        await desk.ask(api.job_detail, "nobody")
    desk.close()
    assert door.opened == door.closed
    assert len(door.opened) == 1
    assert door.opened != [threading.current_thread().name]


async def test_answers_in_the_order_of_asking(farm: Still) -> None:
    desk = Desk(Door(farm))
    said: list[int] = []

    def say(_: Project, number: int) -> None:
        said.append(number)

    await asyncio.gather(*(desk.ask(say, number) for number in range(20)))
    assert said == list(range(20))
    desk.close()


def test_a_desk_that_was_never_asked_closes(farm: Still) -> None:
    door = Door(farm)
    Desk(door).close()
    assert not door.opened
