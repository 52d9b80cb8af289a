"""From marked cells to bytes: the cheapest moves, the smallest changes of the pen, erasing for blanks."""

from __future__ import annotations

from collections.abc import Sequence

from console.terminal.glyphs import BLANK, REST_OF_WIDE, is_unsure
from console.terminal.pens import Pen, change

_UNKNOWN = -1
_ERASE_FROM = 12
"""Inside a line, so many blanks are erased and skipped rather than written."""
_ERASE_TO_END_FROM = 4
_DOWN, _BACK = "\x1bD", "\b"


class Encoder:
    """Writes cells, top to bottom, for a terminal that does not wrap lines.

    Args:
        erases_colour: Whether erased cells take the background of the pen (`bce` in terminfo).
    """

    def __init__(self, *, erases_colour: bool) -> None:
        self._erases_colour = erases_colour
        self._out: list[str] = []
        self._chars: Sequence[str | None] = ()
        self._pens: Sequence[Pen] = ()
        self._x = self._y = _UNKNOWN
        self._pen: Pen | None = None

    def forget(self) -> None:
        """Take nothing for granted about the terminal's pen."""
        self._pen = None

    def begin(self) -> None:
        """Begin a frame. Its first move is absolute: others may have written to the terminal since."""
        self._x = self._y = _UNKNOWN

    def taken(self) -> str:
        """Return what was written since the last call."""
        text = "".join(self._out)
        self._out.clear()
        return text

    def write_row(self, y: int, chars: Sequence[str | None], pens: Sequence[Pen], marks: bytearray) -> None:
        """Write the marked cells of line `y`."""
        self._chars, self._pens = chars, pens
        width = len(chars)
        start = marks.find(1)
        while start >= 0:
            end = marks.find(0, start)
            if end < 0:
                end = width
            x = start
            while x < end:
                self._move(y, x)
                if chars[x] == BLANK and self._erasable(x, end):
                    x = self._erase(x, end)
                else:
                    x = self._write(x, end)
            start = marks.find(1, x) if x < width else -1

    # ---------------------------------------------------------------- cells

    def _write(self, x: int, end: int) -> int:
        """Write cells from `x` on in one pen; return the first cell that was not written."""
        pen = self._ink(x, end)
        stop = self._same_pen(x, end, pen)
        cells = self._chars[x:stop]
        text = "".join(filter(None, cells))
        self._x = stop
        if not text.isascii() and (len(text) + cells.count(REST_OF_WIDE) > len(cells) or max(text) > "\uffff"):
            stop = self._after_unsure(x, stop)
            text = "".join(filter(None, self._chars[x:stop]))
            self._x = _UNKNOWN
        if stop == len(self._chars):
            self._x = _UNKNOWN  # in the last column terminals differ on where the cursor is
        self._out.append(text)
        return stop

    def _ink(self, x: int, end: int) -> Pen:
        """Take up the pen for the cell at `x`; for a blank, one that will do for the text after it too."""
        pen, now = self._pens[x], self._pen
        if self._chars[x] == BLANK:
            if now is not None and now.on_blank is pen:
                return now
            after = next((i for i in range(x + 1, end) if self._chars[i] != BLANK), x)
            if self._pens[after].on_blank is pen:
                pen = self._pens[after]
        self._out.append(change(now, pen))
        self._pen = pen
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

    def _after_unsure(self, x: int, stop: int) -> int:
        """Return the end of the first cell on whose width terminals may disagree, `stop` if there is none."""
        for i in range(x, stop):
            if is_unsure(self._chars[i] or ""):
                return min(stop, i + 2) if self._chars[i + 1 : i + 2] == [REST_OF_WIDE] else i + 1
        return stop

    # --------------------------------------------------------------- blanks

    def _blanks_end(self, x: int) -> int:
        chars, pens, pen = self._chars, self._pens, self._pens[x]
        for i in range(x + 1, len(chars)):
            if chars[i] != BLANK or pens[i] is not pen:
                return i
        return len(chars)

    def _erasable(self, x: int, end: int) -> bool:
        """Tell whether erasing the blanks that begin at `x` is right on this terminal, and shorter."""
        pen = self._pens[x]
        if not pen.erases or (pen.bg and not self._erases_colour):
            return False
        stop = self._blanks_end(x)
        if stop == len(self._chars):
            return stop - x >= _ERASE_TO_END_FROM
        return min(stop, end) - x >= _ERASE_FROM

    def _erase(self, x: int, end: int) -> int:
        """Erase the blanks at `x`, to the end of the line if they reach it; return the cell after them."""
        pen, now = self._pens[x], self._pen
        if now is None or now.on_blank is not pen:
            self._out.append(change(now, pen))
            self._pen = pen
        stop = self._blanks_end(x)
        if stop == len(self._chars):
            self._out.append("\x1b[K")
            return stop
        stop = min(stop, end)
        self._out.append(f"\x1b[{stop - x}X")
        return stop

    # ---------------------------------------------------------------- moves

    def _move(self, y: int, x: int) -> None:
        """Bring the cursor to the cell, never upwards."""
        if (y, x) == (self._y, self._x):
            return
        best = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"
        if self._y != _UNKNOWN:
            down = y - self._y
            steps = _DOWN * down if down <= 2 else f"\x1b[{down}B"
            best = min(best, steps + self._sideways(x, same_line=not down), key=len)
        self._out.append(best)
        self._y, self._x = y, x

    def _sideways(self, x: int, *, same_line: bool) -> str:
        """Return the shortest way to column `x` of the line where the cursor is."""
        if x == 0:
            return "" if self._x == 0 else "\r"
        there = f"\x1b[{x + 1}G"
        if self._x == _UNKNOWN:
            return there
        by = x - self._x
        if by <= 0:
            return min(there, _BACK * -by, f"\x1b[{-by}D", key=len)
        forward = "\x1b[C" if by == 1 else f"\x1b[{by}C"
        if same_line and by < len(forward):
            forward = self._retyped(self._x, x) or forward
        return min(forward, there, key=len)

    def _retyped(self, start: int, end: int) -> str:
        """Return the text of the cells between, if the pen in hand writes them as they are, else ""."""
        pen = self._pen
        for i in range(start, end):
            char = self._chars[i]
            if pen is None or char is None or self._pens[i] is not (pen.on_blank if char == BLANK else pen):
                return ""
        text = "".join(filter(None, self._chars[start:end]))
        return text if text.isascii() and len(text) == end - start else ""
