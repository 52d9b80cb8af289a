"""The cells of the screen: what they should show, and which of them the terminal has yet to be told.

An update from Textual is painted into the grid, which marks the cells that really change. `encode` turns the
marks into bytes. Between the two any number of updates may come: a slow terminal gets the newest state only.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.color import ColorSystem
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

from console.terminal.encoder import Encoder
from console.terminal.glyphs import BLANK, REST_OF_WIDE, cells_of
from console.terminal.pens import PLAIN, Pen, pen_of

_RUNS_KEPT = 2048


class Row:
    """One line of cells.

    Attributes:
        chars: What each cell shows; None before anything was painted there.
        pens: The pen of each cell.
        marks: 1 for each cell that the terminal has yet to be told.
        strips: Where which strip was painted last: first cell → (strip, cell after its last).
    """

    __slots__ = ("chars", "marks", "pens", "strips")

    def __init__(self, width: int) -> None:
        self.chars: list[str | None] = [None] * width
        self.pens: list[Pen] = [PLAIN] * width
        self.marks = bytearray(width)
        self.strips: dict[int, tuple[Strip, int]] = {}

    def mark_all(self) -> None:
        """Mark every cell that was ever painted."""
        self.marks[:] = bytes(char is not None for char in self.chars)

    def set(self, x: int, chars: list[str], pens: list[Pen]) -> bool:
        """Put cells at `x` and mark those that differ; tell whether any does."""
        end = x + len(chars)
        if self.chars[x:end] == chars and self.pens[x:end] == pens:
            return False
        self._mend_left(x, chars)
        marks, last = self.marks, len(chars) - 1
        old = zip(self.chars[x:end], self.pens[x:end], strict=True)
        for i, ((old_char, old_pen), char, pen) in enumerate(zip(old, chars, pens, strict=True)):
            if old_char != char or old_pen is not pen:
                marks[x + i] = 1
                if i < last and chars[i + 1] == REST_OF_WIDE:
                    marks[x + i + 1] = 1
        self.chars[x:end] = chars
        self.pens[x:end] = pens
        self._mend_right(end)
        return True

    def _mend_left(self, x: int, chars: list[str]) -> None:
        """Blank the first half of a wide character whose second half is about to be overwritten."""
        if self.chars[x] == REST_OF_WIDE and chars[0] != REST_OF_WIDE:
            self._blank(x - 1)

    def _mend_right(self, end: int) -> None:
        """Blank the second half of a wide character whose first half was overwritten."""
        if end < len(self.chars) and self.chars[end] == REST_OF_WIDE:
            self._blank(end)

    def _blank(self, x: int) -> None:
        self.chars[x] = BLANK
        self.pens[x] = self.pens[x].on_blank
        self.marks[x] = 1
        self.strips.clear()


class Grid:
    """The screen as it should be, and the part of it that the terminal does not show yet.

    Attributes:
        colours: What colours the terminal has; None for none.
        encoder: What writes marked cells as bytes.
    """

    def __init__(self, colours: ColorSystem | None, encoder: Encoder) -> None:
        self.colours = colours
        self.encoder = encoder
        self._width = 0
        self._rows: list[Row] = []
        self._marked: set[int] = set()
        self._runs: dict[tuple[str, Pen], tuple[list[str], list[Pen]]] = {}

    def forget(self) -> None:
        """Mark all cells: the terminal may show anything now."""
        self.encoder.forget()
        for y, row in enumerate(self._rows):
            row.mark_all()
            self._marked.add(y)

    def paint(self, update: LayoutUpdate | ChopsUpdate) -> None:
        """Put an update into the grid, and mark the cells that it changes."""
        if isinstance(update, LayoutUpdate):
            self._paint_layout(update)
        else:
            self._paint_chops(update)

    def encode(self) -> str:
        """Return the bytes that bring the terminal up to date, "" if it is; they count as sent."""
        if not self._marked:
            return ""
        text = self.encoder.frame(self._rows, self._marked)
        for y in self._marked:
            self._rows[y].marks = bytearray(self._width)
        self._marked.clear()
        return text

    def _resize(self, width: int, height: int) -> None:
        self.encoder.forget()
        self._width = width
        self._rows = [Row(width) for _ in range(height)]
        self._marked.clear()

    def _paint_layout(self, update: LayoutUpdate) -> None:
        region = update.region
        if (region.width, region.height) != (self._width, len(self._rows)):
            self._resize(region.width, region.height)
        for y, line in enumerate(update.strips):
            x = 0
            for strip in line:
                self._paint_strip(y, x, strip)
                x += strip.cell_length

    def _paint_chops(self, update: ChopsUpdate) -> None:
        for y, x, strip in _touched(update):
            if y < len(self._rows):
                self._paint_strip(y, x, strip)

    def _paint_strip(self, y: int, x: int, strip: Strip) -> None:
        row = self._rows[y]
        known = row.strips.get(x)
        if known is not None and known[0] is strip:
            return
        end = start = x
        changed = False
        for text, style, control in strip:
            if control or not text or end >= self._width:
                continue
            chars, pens = self._run(text, pen_of(style, self.colours))
            room = self._width - end
            if len(chars) > room:
                chars, pens = _cut(chars, pens, room)
            changed = (bool(chars) and row.set(end, chars, pens)) or changed
            end += len(chars)
        if changed:
            self._marked.add(y)
        strips = row.strips
        for other in [at for at, (_, stop) in strips.items() if at < end and stop > start]:
            del strips[other]
        strips[start] = (strip, end)

    def _run(self, text: str, pen: Pen) -> tuple[list[str], list[Pen]]:
        """Return the cells and pens of a text; of pens that make a blank look alike, one is taken."""
        runs = self._runs
        run = runs.get((text, pen))
        if run is None:
            chars = cells_of(text)
            blank = pen.on_blank
            if blank is pen or BLANK not in chars:
                pens = [pen] * len(chars)
            else:
                pens = [blank if char == BLANK else pen for char in chars]
            if len(runs) >= _RUNS_KEPT:
                runs.clear()
            run = runs[text, pen] = (chars, pens)
        return run


def _cut(chars: list[str], pens: list[Pen], room: int) -> tuple[list[str], list[Pen]]:
    """Return the cells that fit into `room`, with a blank for half of a wide character."""
    kept, kept_pens = chars[:room], pens[:room]
    if chars[room] == REST_OF_WIDE and kept:
        kept[-1], kept_pens[-1] = BLANK, kept_pens[-1].on_blank
    return kept, kept_pens


def _touched(update: ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Yield the line, first cell and strip of each chop that the spans of an update touch.

    Whole chops, where Textual would cut them at the edge of the span: what did not change costs nothing, and
    no wide character is halved at the edge.
    """
    for y, start, stop in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < stop and end > start:
                yield y, x, strip
