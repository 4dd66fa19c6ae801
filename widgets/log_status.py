"""The line below a log: where one is in it, and how it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.model.log import Streams
from widgets.pieces import Piece, clean

if TYPE_CHECKING:
    from widgets.pieces import Pieces

_NAMES = {
    Streams.BOTH: "stdout+stderr",
    Streams.STDOUT: "stdout",
    Streams.STDERR: "stderr",
}
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


class Glyphs(NamedTuple):
    """The characters that a log draws by itself."""

    stderr: str
    below: str
    more: str


UNICODE = Glyphs("┃", "▼", "→")
ASCII = Glyphs("|", "v", ">")


class Status(NamedTuple):
    """What there is to say. `bottom` and `size` are bytes, `fresh` are lines."""

    bottom: int
    size: int
    streams: Streams
    following: bool
    ended: bool
    wraps: bool
    fresh: int
    notice: str = ""


def status_line(status: Status, glyphs: Glyphs) -> Pieces:
    """The most pressing first: a narrow terminal cuts off what is last."""
    parts: list[Piece] = []
    if status.notice:
        parts.append(Piece(clean(status.notice), "busy"))
    if status.fresh:
        lines = "line" if status.fresh == 1 else "lines"
        parts.append(Piece(f"{glyphs.below} {status.fresh:,} new {lines}", "new"))
    share = 100 * status.bottom // status.size if status.size else 100
    parts.append(Piece(f"{share}% of {size_text(status.size)}"))
    parts.append(Piece(_NAMES[status.streams]))
    if status.following and not status.ended:
        parts.append(Piece("following", "good"))
    if status.wraps:
        parts.append(Piece("wrap"))
    gap = Piece("  ")
    return tuple(piece for part in parts for piece in (part, gap))


def size_text(size: int) -> str:
    """`812 B`, `1.4 MiB`."""
    scaled, unit = float(size), 0
    while scaled >= 1024 and unit < len(_UNITS) - 1:
        scaled, unit = scaled / 1024, unit + 1
    return f"{size} B" if unit == 0 else f"{scaled:.1f} {_UNITS[unit]}"
