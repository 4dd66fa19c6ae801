"""Answers the console's questions in a thread, so that nothing blocks the screen."""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from runner.model.errors import StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from runner.api import Project

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    """One thread with a project of its own, which answers in the order of asking.

    The project is opened by the first question.
    """

    def __init__(self, opened: Callable[[], AbstractContextManager[Project]]) -> None:
        self._opened = opened
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._stack = contextlib.ExitStack()
        self._project: Project | None = None

    async def ask(
        self,
        question: Callable[Concatenate[Project, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """What the question returns, asked of the project. Raises what it raises."""

        def answer() -> T:
            project = self._ready()
            try:
                with project.state_errors():
                    return question(project, *args, **kwargs)
            except OSError as error:
                message = f"the state cannot be used: {error}"
                raise StateUnavailableError(message) from error

        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, answer)

    def close(self, *, wait: bool = True) -> None:
        """Answer what was asked, and close the project where it was opened."""
        self._thread.submit(self._stack.close)
        self._thread.shutdown(wait=wait)

    def _ready(self) -> Project:
        if self._project is None:
            self._project = self._stack.enter_context(self._opened())
        self._project.demand_index()
        return self._project
