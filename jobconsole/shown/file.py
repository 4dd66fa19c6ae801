"""A file of a run, as lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from widgets.pieces import Piece

if TYPE_CHECKING:
    from runner.engine.run_files import FileText
    from widgets.pieces import Pieces


def file_lines(name: str, text: FileText) -> list[Pieces]:
    """A file as it is; JSON on one line is laid out."""
    body = text.text
    if name.endswith(".json") and not text.is_cut and body.count("\n") <= 1:
        try:
            body = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            body = text.text
    lines: list[Pieces] = [(Piece(text.path, "faint"),), ()]
    if text.is_cut:
        lines.insert(1, (Piece("cut: there is more in the file", "odd"),))
    return lines + [(Piece(line.expandtabs(4)),) for line in body.splitlines()]
