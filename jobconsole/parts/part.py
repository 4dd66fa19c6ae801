"""What all parts of the console can do: find it, and ask the core."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar, cast

from runner.model.errors import JobconsoleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message_pump import MessagePump
    from textual.widget import Widget

    from jobconsole.desk import Desk
    from jobconsole.seat import Seat
    from runner.api import Project

P = ParamSpec("P")
T = TypeVar("T")


class Part:
    """Mixed into the screens and widgets of the console."""

    @property
    def console(self) -> Seat:
        return cast("Seat", cast("MessagePump", self).app)

    async def ask(
        self,
        question: Callable[Concatenate[Project, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | None:
        """The answer to a question; None where it failed, which is told."""
        return await self._asked(self.console.questions, question, *args, **kwargs)

    async def bring_about(
        self,
        deed: Callable[Concatenate[Project, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | None:
        """The result of what changes the project; None where it failed."""
        return await self._asked(self.console.deeds, deed, *args, **kwargs)

    async def _asked(
        self,
        desk: Desk,
        question: Callable[Concatenate[Project, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | None:
        try:
            answer = await desk.ask(question, *args, **kwargs)
        except JobconsoleError as error:
            self.console.complain(error)
            return None
        widget = cast("Widget", self)
        if widget._pruning or not widget.is_attached:  # noqa: SLF001
            # It was closed meanwhile and has nothing left to show the answer in.
            raise asyncio.CancelledError
        return answer
