"""Reads a Markdown text into blocks, with what each of them is nested in."""

from __future__ import annotations

import re
from itertools import islice, takewhile
from typing import TYPE_CHECKING, NamedTuple

from markdown_it import MarkdownIt

from runner.model.text import sanitise
from widgets.markdown_bodies import (
    ASCII,
    UNICODE,
    Blank,
    Body,
    Heading,
    Paragraph,
    Rule,
    Shapes,
    Verbatim,
)
from widgets.markdown_inline import inline_lines, safe
from widgets.markdown_table import Table
from widgets.pieces import Piece, Pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from markdown_it.token import Token

_MOST_WORK = 5_000
"""Signs to look at: each takes up to 30 microseconds, and the screen must not wait."""

_MOST_INLINE = 500
"""Signs in one block: the time that brackets take grows with their square."""

_DEEPEST = 16
"""Levels; a list takes two of them."""

_WORK = re.compile(r"[!#$%&*+\-:<=>@\[\\\]^_`{|}~\n]|\d[.)]")
"""Where the parser stops to see whether a construct begins."""

_TASK = re.compile(r"\[[ xX]\] ")


class Margin(NamedTuple):
    """What stands left of the first line of a block, and of the others; as wide."""

    first: Piece
    rest: Piece


class Block(NamedTuple):
    """The outermost margin comes first."""

    margins: tuple[Margin, ...]
    body: Body


class Document(NamedTuple):
    """`is_whole` says that nothing had to be left as it was written."""

    blocks: tuple[Block, ...]
    is_whole: bool


def read_document(text: str, *, unicode: bool = True) -> Document:
    """Foreign text as blocks of clean pieces; the end of an intricate one is raw."""
    text = sanitise(text)
    end = _readable(text)
    env: dict[str, Any] = {}
    parser = _parser()
    tokens = parser.parse(text[:end], env)
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        end, tokens = 0, []  # The parser drops what is nested more deeply.
    reader = _Reader(parser, env, UNICODE if unicode else ASCII)
    reader.read(iter(tokens))
    if end < len(text):
        reader.add(_verbatim(text[end:]))
    is_whole = reader.is_whole and end == len(text)
    return Document(tuple(reader.blocks), is_whole=is_whole)


def _readable(text: str) -> int:
    """Up to where it can be parsed in good time: the end of a line."""
    beyond = next(islice(_WORK.finditer(text), _MOST_WORK, None), None)
    return len(text) if beyond is None else text.rfind("\n", 0, beyond.start()) + 1


def _parser() -> MarkdownIt:
    """Blocks only: what is in them is parsed one by one, if it is not too much."""
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST})
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def _verbatim(text: str, style: str = "plain", bar: str = "") -> Verbatim:
    lines = text.removesuffix("\n").expandtabs(4).split("\n")
    return Verbatim(tuple(map(safe, lines)), style, bar)


class _Nest:
    """A list item or a quote; only the first block in it shows the marker."""

    def __init__(self, margin: Margin) -> None:
        self.margin = margin
        self.is_begun = False

    @property
    def is_new_item(self) -> bool:
        return not self.is_begun and self.margin.rest.text.isspace()

    def begin(self) -> None:
        self.margin = Margin(self.margin.rest, self.margin.rest)
        self.is_begun = True


def _hanging(marker: str) -> Margin:
    return Margin(Piece(marker), Piece(" " * len(marker)))


class _Reader:
    """Walks over the flat tokens, so that no nesting is too deep for it."""

    def __init__(self, parser: MarkdownIt, env: dict[str, Any], shapes: Shapes) -> None:
        self.blocks: list[Block] = []
        self._parser = parser
        self._env = env
        self._shapes = shapes
        self._nests: list[_Nest] = []
        self._lists = 0
        self._is_apart = False
        self.is_whole = True

    def add(self, body: Body, *, is_tight: bool = False) -> None:
        """`is_tight` says that no blank line comes behind it."""
        if self._is_apart:
            begun = tuple(it.margin for it in self._nests if it.is_begun)
            self.blocks.append(Block(begun, Blank()))
        self.blocks.append(Block(tuple(it.margin for it in self._nests), body))
        for nest in self._nests:
            nest.begin()
        self._is_apart = not is_tight

    def read(self, tokens: Iterator[Token]) -> None:
        for token in tokens:
            if token.nesting:
                self._nest(token)
            if token.type == "table_open":
                self.add(self._table(tokens))
            elif token.type in {"heading_open", "paragraph_open"}:
                self._text(token, next(tokens))
            elif (body := self._leaf(token)) is not None:
                self.add(body)

    def _leaf(self, token: Token) -> Body | None:
        match token.type:
            case "fence" | "code_block":
                return _verbatim(token.content, "code", self._shapes.bar)
            case "html_block":
                return _verbatim(token.content.rstrip("\n"))
            case "hr":
                return Rule(self._shapes.rule)
            case _:
                return None

    def _nest(self, token: Token) -> None:
        match token.type:
            case "list_item_open":
                number = token.info + token.markup if token.info else ""
                marker = number or self._shapes.bullet
                self._nests.append(_Nest(_hanging(f"{marker} ")))
            case "blockquote_open":
                bar = Piece(f"{self._shapes.bar} ", "faint")
                self._nests.append(_Nest(Margin(bar, bar)))
            case "list_item_close" | "blockquote_close":
                if not self._nests[-1].is_begun:
                    self.add(Paragraph(((),)), is_tight=self._lists > 0)
                self._nests.pop()
            case "bullet_list_open" | "ordered_list_open":
                self._lists += 1
            case "bullet_list_close" | "ordered_list_close":
                self._lists -= 1
                self._is_apart = self._is_apart or not self._lists
            case _:
                pass

    def _text(self, opening: Token, inline: Token) -> None:
        if opening.type == "heading_open":
            shape = {"h1": self._shapes.double_rule, "h2": self._shapes.rule}
            parts = self._inline(inline.content, "strong")
            self.add(Heading(parts, shape.get(opening.tag, "")))
            return
        text = inline.content
        if self._nests and self._nests[-1].is_new_item and _TASK.match(text):
            self._nests[-1].margin = _hanging(text[:4])
            text = text[4:]
        self.add(Paragraph(self._inline(text)), is_tight=opening.hidden)

    def _table(self, tokens: Iterator[Token]) -> Table:
        rows: list[list[Pieces]] = []
        right: list[bool] = []
        for token in takewhile(lambda it: it.type != "table_close", tokens):
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "th_open":
                right.append(token.attrGet("style") == "text-align:right")
            elif token.type == "inline":
                style = "strong" if len(rows) == 1 else "plain"
                (cell,) = self._inline(token.content, style)
                rows[-1].append(cell)
        return Table(tuple(map(tuple, rows)), tuple(right), self._shapes.rule)

    def _inline(self, text: str, style: str = "plain") -> tuple[Pieces, ...]:
        if next(islice(_WORK.finditer(text), _MOST_INLINE, None), None):
            self.is_whole = False
            return tuple((Piece(safe(line), style),) for line in text.split("\n"))
        children: list[Token] = []
        self._parser.inline.parse(text, self._parser, self._env, children)
        return inline_lines(children, style)
