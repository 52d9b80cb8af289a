"""The screen as a terminal shows it, and what a plain encoder of changed cells would have sent for the same frames."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pyte

from bench.ptymeter import Chunk, bursts

_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;:]*[a-zA-Z]|\x1b\[\??[0-9;]*\$p")
_COLOUR = re.compile(r"[0-9a-f]{6}")

Style = tuple[str, str, bool, bool, bool, bool, bool, bool]
Cell = tuple[str, Style]


class Emulator:
    """A terminal of a size; `feed` it what a program wrote."""

    def __init__(self, columns: int, rows: int) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, data: bytes) -> None:
        """Show what was written."""
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))

    def lines(self) -> list[str]:
        """Return the text of the screen, one character a column: the right half of a wide one is a blank."""
        columns, buffer = range(self._screen.columns), self._screen.buffer
        return ["".join(buffer[y][x].data or " " for x in columns) for y in range(self._screen.lines)]

    def cells(self) -> list[list[Cell]]:
        """Return every cell with its style."""
        screen = self._screen
        return [
            [(cell.data, cell[1:9]) for cell in (screen.buffer[y][x] for x in range(screen.columns))]
            for y in range(screen.lines)
        ]


def _sgr_cost(new: Style, pen: Style | None) -> int:
    """Return the bytes that lead from pen to pen, colours of 256 and all attributes anew where one changes."""
    if pen is None or pen[2:] != new[2:]:
        return 3 + 2 * sum(map(bool, new[2:])) + sum(_colour_cost(c) for c in new[:2] if c != "default")
    return 3 + sum(_colour_cost(after) for after, before in zip(new[:2], pen[:2], strict=True) if after != before)


def _colour_cost(colour: str) -> int:
    return 9 if _COLOUR.fullmatch(colour) else 3


def _move_cost(row: Sequence[Cell], y: int, x: int, cursor: tuple[int, int], pen: Style | None) -> int:
    """Return the bytes of the cheapest of an absolute move, a move forward and writing what lies between again."""
    absolute = 4 + len(str(y + 1)) + len(str(x + 1))
    at_y, at_x = cursor
    if at_y != y or x <= at_x:
        return absolute
    gap = x - at_x
    forward = 3 + len(str(gap)) if gap > 1 else 3
    if all(style == pen for _, style in row[at_x:x]):
        forward = min(forward, gap)
    return min(absolute, forward)


def _frame_cost(old: Sequence[Sequence[Cell]], new: Sequence[Sequence[Cell]]) -> int:
    cost, pen, cursor = 0, None, (-1, -1)
    for y, (before, after) in enumerate(zip(old, new, strict=True)):
        for x, cell in enumerate(after):
            if cell == before[x]:
                continue
            if cursor != (y, x):
                cost += _move_cost(after, y, x, cursor, pen)
            if cell[1] != pen:
                cost += _sgr_cost(cell[1], pen)
                pen = cell[1]
            cost += len(cell[0].encode())
            cursor = (y, x + 1)
    return cost


def cell_diff_bytes(columns: int, rows: int, before: Iterable[Chunk], during: Sequence[Chunk]) -> int:
    """Return what an encoder that sends each changed cell would have sent for the frames `during`.

    It is a reference, not a minimum: erasing, repeating and sorting by pen can go below it.
    """
    emulator = Emulator(columns, rows)
    for chunk in before:
        emulator.feed(chunk.data)
    cost, old = 0, emulator.cells()
    for burst in bursts(during):
        for chunk in burst:
            emulator.feed(chunk.data)
        new = emulator.cells()
        cost += _frame_cost(old, new)
        old = new
    return cost
