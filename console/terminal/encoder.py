"""From runs to bytes: the cheapest moves of the cursor, the smallest changes of the pen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from console.terminal.glyphs import BLANK
from console.terminal.pens import Pen, change
from console.terminal.runs import UNKNOWN, Run, runs_of

if TYPE_CHECKING:
    from console.terminal.grid import Row

_DOWN, _BACK = "\x1bD", "\b"
_SORT_FROM = 16
"""With so many runs it is worth trying to write all of one pen before the next."""


class Encoder:
    """Writes the marked cells of a screen, for a terminal that does not wrap lines.

    Args:
        erases_colour: Whether erased cells take the background of the pen (`bce` in terminfo).
    """

    def __init__(self, *, erases_colour: bool) -> None:
        self._erases_colour = erases_colour
        self._pen: Pen | None = None

    def forget(self) -> None:
        """Take nothing for granted about the terminal's pen."""
        self._pen = None

    def frame(self, rows: Sequence[Row], marked: Iterable[int]) -> str:
        """Return the bytes that write the marked cells of the lines `marked`.

        A pen in true colour costs twenty bytes, a move across the screen eight: of line by line and pen by pen
        the shorter is taken. The first move is absolute: others may have written to the terminal since.
        """
        colour = self._erases_colour
        runs = [run for y in sorted(marked) for run in runs_of(y, rows[y], erases_colour=colour)]
        best = _Frame(rows, self._pen).write(runs)
        if len(runs) >= _SORT_FROM:
            order: dict[Pen, list[Run]] = {}
            for run in runs:
                order.setdefault(run.pen, []).append(run)
            by_pen = _Frame(rows, self._pen).write(run for group in order.values() for run in group)
            best = min(best, by_pen, key=lambda frame: frame.length)
        self._pen = best.pen
        return "".join(best.out)


class _Frame:
    """One frame as it is written: the bytes, the cursor, the pen."""

    def __init__(self, rows: Sequence[Row], pen: Pen | None) -> None:
        self._rows = rows
        self._x = self._y = UNKNOWN
        self.pen = pen
        self.out: list[str] = []

    @property
    def length(self) -> int:
        """How many characters were written."""
        return sum(map(len, self.out))

    def write(self, runs: Iterable[Run]) -> _Frame:
        """Write the runs in the order in which they come."""
        out = self.out
        for run in runs:
            if run.y != self._y or run.x != self._x:
                out.append(self._move(run.y, run.x))
                self._y = run.y
            pen = self.pen
            if pen is not run.pen and not (run.is_blank and pen and pen.on_blank is run.pen.on_blank):
                out.append(change(pen, run.pen))
                self.pen = run.pen
            out.append(run.text)
            self._x = run.cursor
        return self

    def _move(self, y: int, x: int) -> str:
        """Return the shortest way of the cursor to a cell."""
        there = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"
        down = y - self._y
        if self._y == UNKNOWN or down < 0:
            return there
        steps = _DOWN * down if down <= 2 else f"\x1b[{down}B"
        return min(there, steps + self._sideways(y, x, same_line=not down), key=len)

    def _sideways(self, y: int, x: int, *, same_line: bool) -> str:
        """Return the shortest way to column `x` of the line where the cursor is."""
        if x == 0:
            return "\r"
        there = f"\x1b[{x + 1}G"
        if self._x == UNKNOWN:
            return there
        by = x - self._x
        if by <= 0:
            return min(there, _BACK * -by, f"\x1b[{-by}D", key=len)
        forward = "\x1b[C" if by == 1 else f"\x1b[{by}C"
        if same_line and by < len(forward):
            forward = self._retyped(self._rows[y], self._x, x) or forward
        return min(forward, there, key=len)

    def _retyped(self, row: Row, start: int, end: int) -> str:
        """Return the text of the cells between, if the pen in hand writes them as they are, else ""."""
        pen = self.pen
        for i in range(start, end):
            char = row.chars[i]
            if pen is None or char is None or row.pens[i] is not (pen.on_blank if char == BLANK else pen):
                return ""
        text = "".join(filter(None, row.chars[start:end]))
        return text if text.isascii() and len(text) == end - start else ""
