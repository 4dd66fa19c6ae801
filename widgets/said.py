"""What a widget says: messages whose handlers can be bound to one widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from textual.widget import Widget


class Said(Message):
    """The base of the messages nested in our widgets; `control` is who said it."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self._widget = widget

    @property
    def control(self) -> Widget:
        return self._widget
