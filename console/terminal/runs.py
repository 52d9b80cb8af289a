"""Marked cells cut into runs: stretches of one line that one pen writes or erases at a go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from console.terminal.glyphs import BLANK, REST_OF_WIDE, is_unsure

if TYPE_CHECKING:
    from console.terminal.grid import Row
    from console.terminal.pens import Pen

UNKNOWN = -1
_ERASE_FROM = 12
"""Inside a line, so many blanks are erased and skipped rather than written."""
_ERASE_TO_END_FROM = 4


class Run(NamedTuple):
    """What to send once the cursor is at (`x`, `y`).

    Attributes:
        y: Line.
        x: First cell.
        pen: What to send it with.
        text: Characters, or a sequence that erases.
        cursor: Where that leaves the cursor; UNKNOWN where terminals may disagree.
        is_blank: Whether any pen will do that makes a blank look the same.
    """

    y: int
    x: int
    pen: Pen
    text: str
    cursor: int
    is_blank: bool


def runs_of(y: int, row: Row, *, erases_colour: bool) -> Iterator[Run]:
    """Yield the runs that bring line `y` up to date, left to right."""
    return _Cutter(y, row, erases_colour).runs()


class _Cutter:
    """Cuts one line."""

    def __init__(self, y: int, row: Row, erases_colour: bool) -> None:
        self._y = y
        self._chars, self._pens, self._marks = row.chars, row.pens, row.marks
        self._width = len(row.chars)
        self._erases_colour = erases_colour

    def runs(self) -> Iterator[Run]:
        """Yield the runs of the line."""
        marks, width = self._marks, self._width
        start = marks.find(1)
        while start >= 0:
            end = marks.find(0, start)
            x, end = start, width if end < 0 else end
            while x < end:
                if self._chars[x] == BLANK and self._erasable(x, end):
                    run, x = self._erasing(x, end)
                else:
                    run, x = self._writing(x, end)
                yield run
            start = marks.find(1, x) if x < width else -1

    def _writing(self, x: int, end: int) -> tuple[Run, int]:
        """Return the run that writes cells from `x` on, and the first cell after it."""
        pen = self._pen_for(x, end)
        stop = self._same_pen(x, end, pen)
        cells = self._chars[x:stop]
        text = "".join(filter(None, cells))
        cursor = stop
        if not text.isascii() and (len(text) + cells.count(REST_OF_WIDE) > len(cells) or max(text) > "\uffff"):
            stop, cursor = self._after_unsure(x, stop)
            text = "".join(filter(None, self._chars[x:stop]))
        if stop == self._width:
            cursor = UNKNOWN  # after the last column terminals disagree
        return Run(self._y, x, pen, text, cursor, text.isspace()), stop

    def _erasing(self, x: int, end: int) -> tuple[Run, int]:
        """Return the run that erases the blanks at `x`, to the end of the line if they reach it."""
        stop = self._blanks_end(x)
        text = "\x1b[K"
        if stop < self._width:
            stop = min(stop, end)
            text = f"\x1b[{stop - x}X"
        return Run(self._y, x, self._pens[x], text, x, is_blank=True), stop

    def _pen_for(self, x: int, end: int) -> Pen:
        """Return the pen for the cell at `x`; for a blank, one that will do for the text after it too."""
        pen = self._pens[x]
        if self._chars[x] == BLANK:
            after = next((i for i in range(x + 1, end) if self._chars[i] != BLANK), x)
            if self._pens[after].on_blank is pen:
                return self._pens[after]
        return pen

    def _same_pen(self, x: int, end: int, pen: Pen) -> int:
        """Return the end of the cells that `pen` can write, and that are better written than erased."""
        chars, pens, blank = self._chars, self._pens, pen.on_blank
        for i in range(x + 1, end):
            char = chars[i]
            if char == BLANK:
                if pens[i] is not blank or (chars[i - 1] != BLANK and self._erasable(i, end)):
                    return i
            elif pens[i] is not pen:
                return i
        return end

    def _after_unsure(self, x: int, stop: int) -> tuple[int, int]:
        """Return the end of the first cell on whose width terminals may disagree, and the cursor after it."""
        for i in range(x, stop):
            if is_unsure(self._chars[i] or ""):
                wide = self._chars[i + 1 : i + 2] == [REST_OF_WIDE]
                return i + 1 + wide, UNKNOWN
        return stop, stop

    def _blanks_end(self, x: int) -> int:
        chars, pens, pen = self._chars, self._pens, self._pens[x]
        for i in range(x + 1, self._width):
            if chars[i] != BLANK or pens[i] is not pen:
                return i
        return self._width

    def _erasable(self, x: int, end: int) -> bool:
        """Tell whether erasing the blanks that begin at `x` is right on this terminal, and shorter."""
        pen = self._pens[x]
        if not pen.erases or (pen.bg and not self._erases_colour):
            return False
        stop = self._blanks_end(x)
        if stop == self._width:
            return stop - x >= _ERASE_TO_END_FROM
        return min(stop, end) - x >= _ERASE_FROM
