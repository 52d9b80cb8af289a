"""Texts that are held to a file: `FLOORWALK_GOLDEN=update` writes the files anew."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from rich.cells import cell_len

from widgets.canvas import Canvas, text_of

GOLDEN = Path(__file__).parent / "golden"


def hold(name: str, text: str) -> None:
    """Compare a text with the one that is kept under a name."""
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("FLOORWALK_GOLDEN") == "update":
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


def drawn(pane: Canvas, width: int, height: int) -> list[str]:
    """Return the lines of a pane that no app holds, each of exactly that width."""
    pane.sync()
    lines = [text_of(line) for line in pane.draw(width, height)]
    assert {cell_len(line) for line in lines} == {width}
    return lines


def page(drawings: Mapping[str, Iterable[str]] | Mapping[int, Iterable[str]]) -> str:
    """Return drawings under their names as one text."""
    return "\n".join(f"{name}\n" + "\n".join(lines) for name, lines in drawings.items()) + "\n"
