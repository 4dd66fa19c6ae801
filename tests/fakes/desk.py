"""A desk that knows some answers by heart: those that only a machine could give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from jobconsole.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from runner.api import Project

P = ParamSpec("P")
T = TypeVar("T")


class PreparedDesk(Desk):
    """Answers by question; what is not among them is asked of the project."""

    def __init__(
        self,
        opened: Callable[[], AbstractContextManager[Project]],
        answers: Mapping[Callable[..., Any], Any],
    ) -> None:
        super().__init__(opened)
        self._answers = answers

    async def ask(
        self,
        question: Callable[Concatenate[Project, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        if question in self._answers:
            answer: T = self._answers[question]
            return answer
        return await super().ask(question, *args, **kwargs)
