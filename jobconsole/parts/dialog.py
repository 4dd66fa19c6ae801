"""What all questions have in common: nothing that is typed goes astray."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.screen import ModalScreen

from jobconsole.parts.part import Part

if TYPE_CHECKING:
    from textual import events
    from textual.widget import Widget

Answer = TypeVar("Answer")


class Dialog(Part, ModalScreen[Answer]):
    """A question in front of a view.

    `FOCUS` selects what takes the keys; a dialog without settles that itself.

    People type ahead: what comes before the question is on the screen is kept for it,
    and must not act on the view below.
    """

    AUTO_FOCUS = ""
    FOCUS: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__()
        self._early: list[events.Key] | None = []

    def keeps(self, event: events.Key) -> bool:
        """Whether the key was taken, as nothing is here yet that could have it."""
        if self._early is None or event.key == "escape":
            return False
        self._early.append(event)
        return True

    def on_mount(self) -> None:
        if self.FOCUS:
            self.settle(self.query_one(self.FOCUS))

    def settle(self, widget: Widget) -> None:
        """From here on the widget has the keys: those first that were kept."""
        self.set_focus(widget)
        early, self._early = self._early or (), None
        for event in early:
            (self.focused or self)._forward_event(event)  # noqa: SLF001
