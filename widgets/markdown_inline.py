"""What stands within a block of Markdown as pieces: emphasis, code, links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runner.model.text import sanitise
from widgets.pieces import Piece, Pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_BLANKS = re.compile(r"\s+")
_VAIN_JOINERS = re.compile("(?<![^\\x00-\\x7f])\u200d+|(?<=\u200d)\u200d+")
"""They join nothing, and widths of texts with them do not add up."""

_STYLES = {"em_open": "emphasis", "strong_open": "strong", "s_open": "faint"}
_ENDS = {"em_close", "strong_close", "s_close"}


def safe(text: str) -> str:
    """Foreign text on one line: parsing may have made controls out of entities."""
    if text.isprintable():
        return text
    return _VAIN_JOINERS.sub("", _BLANKS.sub(" ", sanitise(text)))


def inline_lines(tokens: Sequence[Token], style: str = "plain") -> tuple[Pieces, ...]:
    """One line more than there are hard breaks; `style` is that of the block."""
    inline = _Inline(style)
    for token in tokens:
        inline.take(token)
    return tuple(tuple(line) for line in inline.lines)


class _Inline:
    """The lines so far and the styles that are open; the innermost one is seen."""

    def __init__(self, style: str) -> None:
        self.lines: list[list[Piece]] = [[]]
        self._styles = [style]
        self._links: list[tuple[str, int]] = []

    def take(self, token: Token) -> None:
        if token.type in _STYLES:
            self._styles.append(_STYLES[token.type])
        elif token.type == "link_open":
            self._links.append((_url(token, "href"), len(self.lines[-1])))
        elif token.type == "link_close":
            self._end_link(*self._links.pop())
        else:
            self._take_text(token)
        if token.type in {"s_open", "s_close"}:
            self._add(token.markup)  # Not every terminal strikes letters through.
        if token.type in _ENDS:
            self._styles.pop()

    def _take_text(self, token: Token) -> None:
        if token.type == "hardbreak":
            self.lines.append([])
        elif token.type == "softbreak":
            self._add(" ")
        elif token.type == "code_inline":
            self._add(token.content, "code")
        elif token.type == "image":
            self._add(f"![{token.content}]({_url(token, 'src')})")
        else:
            self._add(token.content)

    def _end_link(self, url: str, start: int) -> None:
        """Says where it leads, unless that is its text."""
        text = "".join(piece.text for piece in self.lines[-1][start:])
        if url not in {text, f"mailto:{text}"}:
            self._add(f" ({url})", "faint")

    def _add(self, text: str, style: str | None = None) -> None:
        if text := safe(text):
            self.lines[-1].append(Piece(text, style or self._styles[-1]))


def _url(token: Token, name: str) -> str:
    return safe(str(token.attrGet(name) or ""))
