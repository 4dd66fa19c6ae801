"""One line that says which keys do what here, made from the live bindings."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding
from textual.reactive import reactive
from textual.widget import Widget

from widgets.looks import Looks, classes_of, css_of, paint
from widgets.pieces import Piece, Pieces, clean, fit, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from textual.binding import ActiveBinding
    from textual.dom import DOMNode
    from textual.screen import Screen
    from textual.strip import Strip

_GAP = Piece("  ")


class Key(NamedTuple):
    """A key by the name that people know, and what it does."""

    name: str
    does: str
    enabled: bool = True


class KeyBar(Widget):
    """Shows the bindings that want to be shown, as many as there is room for.

    Those for the actions in `last` stand at the right, always, in that order.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = classes_of("keybar")
    DEFAULT_CSS = (
        css_of("KeyBar", "keybar")
        + """
    KeyBar {
        dock: bottom;
        height: 1;
        color: $footer-foreground;
        background: $footer-background;
    }
    """
    )

    ascii: reactive[bool] = reactive(default=False)
    """Names keys in words that have a sign elsewhere: `enter`."""

    def __init__(
        self,
        last: Sequence[str] = ("help", "command_palette"),
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._last = tuple(last)
        self._looks = Looks(self, "keybar")

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._looks.forget()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        line = key_line(*self._keys(), width) if y == 0 else ()
        return paint(line, width, self._looks.on(()))

    def _bindings_changed(self, _: Screen[object]) -> None:
        self.refresh()

    def _keys(self) -> tuple[list[Key], list[Key]]:
        """Those at the left and those at the right; of two for an action, the first."""
        shown: dict[str, Key] = {}
        last: dict[str, Key] = {}
        actives = self.screen.active_bindings.values()
        declared = _declared(active.node for active in actives)
        # A key that was remapped comes last by itself, wherever it was declared.
        for active in sorted(actives, key=lambda it: _place(it, declared)):
            action = active.binding.action.rpartition(".")[2]
            if action in self._last:
                last.setdefault(action, self._key(active))
            elif active.binding.show:
                shown.setdefault(active.binding.action, self._key(active))
        return list(shown.values()), [last[it] for it in self._last if it in last]

    def _key(self, active: ActiveBinding) -> Key:
        binding = active.binding
        name = clean(self.app.get_key_display(binding))
        if self.ascii and not name.isascii():
            name = binding.key
        return Key(name, clean(binding.description), active.enabled)


def _declared(nodes: Iterable[DOMNode]) -> defaultdict[str, int]:
    """The places of actions in the order in which the classes declare their keys."""
    classes = dict.fromkeys(
        cls for node in nodes for cls in reversed(type(node).__mro__)
    )
    bindings = (it for cls in classes for it in vars(cls).get("BINDINGS", ()))
    actions = dict.fromkeys(it.action for it in bindings if isinstance(it, Binding))
    places: defaultdict[str, int] = defaultdict(lambda: len(actions))
    places.update({name: place for place, name in enumerate(actions)})
    return places


def _place(active: ActiveBinding, declared: Mapping[str, int]) -> tuple[bool, int]:
    """The way back stands first: there must always be room for it."""
    return active.binding.key != "escape", declared[active.binding.action]


def key_line(keys: Iterable[Key], last: Sequence[Key], width: int) -> Pieces:
    """`enter open  r run      ? help  ^p palette`, exactly `width` wide."""
    right: list[Piece] = []
    for key in last:
        right += [_GAP, *_pieces(key)]
    left: list[Piece] = []
    room = width - width_of(right)
    for key in keys:
        more = (_GAP, *_pieces(key)) if left else _pieces(key)
        if width_of(left) + width_of(more) > room:
            break
        left += more
    between = Piece(" " * max(room - width_of(left), 0))
    return fit((*left, between, *right), width, sign="")


def _pieces(key: Key) -> Pieces:
    style = "strong" if key.enabled else "faint"
    return (Piece(key.name, style), Piece(f" {key.does}", "faint"))
