"""The colours that a job's own escapes ask for (SGR), as styles."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from rich.color import Color
from rich.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_CODE = 3
_LONGEST_REMEMBERED = 32

_ATTRIBUTES = {
    1: ("bold", True),
    2: ("dim", True),
    3: ("italic", True),
    4: ("underline", True),
    7: ("reverse", True),
    9: ("strike", True),
    23: ("italic", False),
    24: ("underline", False),
    27: ("reverse", False),
    29: ("strike", False),
}


class Pen(NamedTuple):
    """What the next text is written with; no colour: that of its surroundings."""

    colour: Color | None = None
    ground: Color | None = None
    attributes: frozenset[str] = frozenset()

    def after(self, codes: str) -> Pen:
        """The pen after an escape; `codes` is what stands between `[` and `m`."""
        if len(codes) > _LONGEST_REMEMBERED:
            return _changed(self, codes)
        return _remembered(self, codes)

    def style(self) -> Style:
        return _style(self)


@functools.lru_cache(maxsize=1024)
def _style(pen: Pen) -> Style:
    look = Style(color=pen.colour, bgcolor=pen.ground)
    for attribute in pen.attributes:
        look += Style.parse(attribute)
    return look


def _changed(pen: Pen, codes: str) -> Pen:
    fields = iter(codes.split(";"))
    for field in fields:
        code = _number(field.partition(":")[0])
        if code in {38, 48}:
            # Either `38:5:1` in one field, or `38;5;1` in several.
            parts = iter(field.split(":")[1:]) if ":" in field else fields
            pen = _coloured(pen, _extended(parts), ground=code == 48)
        else:
            pen = _plain(pen, code, off=field.endswith(":0"))
    return pen


_remembered = functools.lru_cache(maxsize=1024)(_changed)


def _plain(pen: Pen, code: int, *, off: bool) -> Pen:
    """A code that stands by itself; `off` is how `4:0` ends an underline."""
    if code == 0:
        return Pen()
    if code == 22:
        return pen._replace(attributes=pen.attributes - {"bold", "dim"})
    if code in _ATTRIBUTES:
        name, on = _ATTRIBUTES[code]
        chosen = pen.attributes | {name} if on and not off else pen.attributes - {name}
        return pen._replace(attributes=chosen)
    return _basic(pen, code)


def _basic(pen: Pen, code: int) -> Pen:
    """One of the sixteen colours, or the end of a colour."""
    tens, unit = divmod(code, 10)
    if code in {39, 49} or (tens in {3, 4, 9, 10} and unit < 8):
        colour = None if unit == 9 else Color.from_ansi(unit + 8 * (tens > 4))
        return _coloured(pen, colour, ground=tens in {4, 10})
    return pen


def _coloured(pen: Pen, colour: Color | None, *, ground: bool) -> Pen:
    return pen._replace(ground=colour) if ground else pen._replace(colour=colour)


def _extended(parts: Iterator[str]) -> Color | None:
    """One of 256 colours, or one of red, green and blue; None for neither."""
    kind = next(parts, "")
    if kind == "5":
        number = _number(next(parts, ""))
        return Color.from_ansi(number) if number < 256 else None
    if kind != "2":
        return None
    values = [next(parts, "") for _ in range(3)]
    if not values[0]:
        # `38:2::1:2:3`: there may be a colour space in between.
        values = [*values[1:], next(parts, "")]
    red, green, blue = (min(_number(value), 255) for value in values)
    return Color.from_rgb(red, green, blue)


def _number(text: str) -> int:
    """An empty field is 0; one that is no number of ours is far above all codes."""
    if not text:
        return 0
    return int(text) if len(text) <= _LONGEST_CODE and text.isdecimal() else 9999
