"""The items of a table with its cursor and marks, each by key; it draws nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


class Rows(Generic[T]):
    """What is shown, and where the operator is in it."""

    def __init__(self, key_of: Callable[[T], str]) -> None:
        self.key_of = key_of
        self.items: tuple[T, ...] = ()
        self.cursor = 0
        self.key: str | None = None
        """Of the item under the cursor; None while there are no items."""
        self.marks: frozenset[str] = frozenset()

    def show(self, items: Iterable[T]) -> None:
        """Cursor and marks stay with their keys; marks of what is gone are dropped."""
        self.items = tuple(items)
        if self.marks:
            self.mark(self.marks)
        self.go(self.find(self.key, self.cursor))

    def at(self, place: int) -> T | None:
        return self.items[place] if 0 <= place < len(self.items) else None

    def find(self, key: str | None, nearest: int) -> int:
        """Where the item with this key is; `nearest` if it is not among them."""
        item = self.at(nearest)
        if key is None or (item is not None and self.key_of(item) == key):
            return nearest
        places = (at for at, it in enumerate(self.items) if self.key_of(it) == key)
        return next(places, nearest)

    def go(self, place: int) -> None:
        self.cursor = max(min(place, len(self.items) - 1), 0)
        item = self.at(self.cursor)
        self.key = None if item is None else self.key_of(item)

    def mark(self, keys: Iterable[str]) -> None:
        """Marks exactly those of these that there are."""
        self.marks = frozenset(keys).intersection(map(self.key_of, self.items))

    def mark_all_or_none(self) -> None:
        everything = frozenset(map(self.key_of, self.items))
        self.marks = frozenset() if self.marks == everything else everything

    def toggle(self) -> None:
        """Marks the item under the cursor, or no longer."""
        if self.key is not None:
            self.marks ^= {self.key}

    def is_marked(self, place: int) -> bool:
        return bool(self.marks) and self.key_of(self.items[place]) in self.marks
