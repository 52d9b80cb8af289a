"""From text to cells: one entry a terminal cell, nothing in it that could steer the terminal.

This is the last line. Outside strings were cleaned long before; whatever slipped through stops here.
"""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len

REST_OF_WIDE = ""
"""The entry of the second cell of a wide character."""

REPLACEMENT = "\ufffd"
BLANK = " "
MAX_MARKS = 3
"""Combining marks that one cell may carry: Thai and pointed Hebrew need up to three."""

_JOINER = "\u200d"
_EMOJI_FORM = "\ufe0f"
_FIRST_UNSURE = "\U0001f000"
_FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
_MARKS = frozenset({"Mn", "Mc", "Me"})
_HIDDEN_MARKS = frozenset(map(chr, (0x034F, 0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10))))
_HIDDEN_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")


def cells_of(text: str) -> list[str]:
    """Return the cells of `text`, as many as Textual reckons it to take.

    A cell holds a character with its combining marks; the second cell of a wide one holds `REST_OF_WIDE`.
    Control characters, bidi and other format characters, lone surrogates and unassigned code points go: where
    Textual gives them no cell they vanish, else they become U+FFFD. Joined emoji keep their first member, and
    a variation selector becomes the blank cell that it asks for: terminals disagree on the width of either.
    """
    if text.isascii() and text.isprintable():
        return list(text)
    cells: list[str] = []
    skip = False
    for char in unicodedata.normalize("NFC", text):
        if skip:
            skip = False
        elif char == _JOINER:
            skip = True
        elif char == _EMOJI_FORM:
            if cells and cells[-1] and cell_len(cells[-1][0] + _EMOJI_FORM) > cell_len(cells[-1][0]):
                cells.append(BLANK)
        else:
            _add(cells, char)
    width = cell_len(text)
    return cells if len(cells) == width else _fitted(cells, width)


def is_unsure(cell: str) -> bool:
    """Tell whether terminals may disagree on the width of `cell`, so that the cursor must be placed anew."""
    return len(cell) > 1 or cell >= _FIRST_UNSURE


def _add(cells: list[str], char: str) -> None:
    """Append the cells of one character, or hang a mark on the last one."""
    category = unicodedata.category(char)
    width = cell_len(char)
    if width == 0:
        if category in _MARKS and _is_shown(char):
            _hang(cells, char)
        return
    if category in _FORBIDDEN or char in _HIDDEN_LETTERS:
        cells.extend([REPLACEMENT, *([BLANK] * (width - 1))])
    elif char == "\xa0":
        cells.append(BLANK)
    else:
        cells.append(char)
        if width == 2:
            cells.append(REST_OF_WIDE)


def _is_shown(mark: str) -> bool:
    return mark not in _HIDDEN_MARKS and not 0xE0100 <= ord(mark) <= 0xE01EF


def _hang(cells: list[str], mark: str) -> None:
    """Put a combining mark on the last character, unless that is a blank or carries enough already."""
    if not cells:
        return
    at = -1 if cells[-1] or len(cells) < 2 else -2
    if cells[at] not in (BLANK, REST_OF_WIDE, REPLACEMENT) and len(cells[at]) <= MAX_MARKS:
        cells[at] += mark


def _fitted(cells: list[str], width: int) -> list[str]:
    """Cut or fill `cells` to `width`, never leaving half of a wide character."""
    if len(cells) < width:
        return cells + [BLANK] * (width - len(cells))
    cut = cells[:width]
    if width and cells[width] == REST_OF_WIDE:
        cut[-1] = BLANK
    return cut
