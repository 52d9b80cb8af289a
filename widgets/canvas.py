"""The ground of every live widget: it draws whole lines and sends only the cells that changed.

A subclass gives `draw(width, height)`: the lines for the picture it was last shown. Each tick the new lines
are compared with those on the screen, and only the columns that differ are refreshed. Texts go into segments
as they are and are never read as markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from data.model.picture import Picture
from widgets.cells import fit, width_of
from widgets.look import Look
from widgets.palette import Palette


class Piece(NamedTuple):
    """A text of one tone on one ground; its width is that of its text."""

    text: str
    tone: str = "text"
    ground: str = ""


Line = tuple[Piece, ...]
"""One line of a widget; the widths of its pieces sum to the widget's."""


def text_of(line: Line) -> str:
    """Return what a line says, without its tones."""
    return "".join(piece.text for piece in line)


def on_ground(line: Line, ground: str) -> Line:
    """Return a line as it stands on another ground."""
    return tuple(Piece(text, tone, ground) for text, tone, _ in line)


def padded(line: Line, width: int, ellipsis: str = "…") -> Line:
    """Return a line in exactly `width` cells: padded, or its last pieces cut."""
    pieces: list[Piece] = []
    left = width
    for piece in line:
        length = width_of(piece.text)
        if length > left:
            pieces.append(piece._replace(text=fit(piece.text, left, ellipsis=ellipsis)))
            return tuple(pieces)
        pieces.append(piece)
        left -= length
    if left:
        pieces.append(Piece(" " * left, "text", line[-1].ground if line else ""))
    return tuple(pieces)


def changed_span(old: Line, new: Line) -> tuple[int, int] | None:
    """Return the columns [start, end) in which two lines of one width differ, or None.

    Where the pieces do not fall on the same columns the span reaches to the end of the line.
    """
    if old == new:
        return None
    start = end = x = 0
    found = False
    for before, after in zip(old, new, strict=False):
        length = width_of(after.text)
        if width_of(before.text) != length:
            return (start if found else x, sum(width_of(piece.text) for piece in new))
        if before != after:
            start, end, found = (start if found else x), x + length, True
        x += length
    if len(old) != len(new):
        end = max(x, sum(width_of(piece.text) for piece in new))
        start = start if found else x
    return start, end


class Canvas(Widget):
    """A widget of whole lines. `show` gives it a picture and a moment; it refreshes what changed, if seen."""

    ALLOW_SELECT = False

    def __init__(self, look: Look, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.look = look
        self.picture: Picture | None = None
        self.now_ms = 0
        self._lines: Sequence[Line] = ()
        self._drawn = Size(0, 0)
        self._hidden = False
        self._palette: Palette | None = None

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the widget's lines, each `width` cells wide; missing ones are blank."""
        raise NotImplementedError

    def show(self, picture: Picture, now_ms: int) -> None:
        """Show a picture at a moment; the same picture with a later moment ticks."""
        self.picture = picture
        self.now_ms = now_ms
        self.sync()

    def set_look(self, look: Look) -> None:
        """Change words, glyphs, limits or keys, in force at once."""
        self.look = look
        self.sync()

    def sync(self) -> None:
        """Compare what should stand here with what does, and refresh the difference; nothing while unseen."""
        if not self.is_mounted or self._hidden or not self.screen.is_current:
            self._drawn = Size(0, 0)
            return
        size = self.content_size
        if size != self._drawn:
            self.refresh()
            return
        old, new = self._lines, self.draw(*size)
        self._lines = new
        if len(old) != len(new):
            self.refresh()
            return
        regions = list(_joined(_differences(old, new)))
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """Return one line as a strip, its colours from the theme in force."""
        size = self.content_size
        if size != self._drawn:
            self._lines, self._drawn = self.draw(*size), size
        palette = self.palette
        if y >= len(self._lines):
            return Strip.blank(size.width, palette.style("text"))
        segments: list[Segment] = []
        for text, tone, ground in self._lines[y]:
            style = palette.style(tone, ground)
            if segments and segments[-1].style is style:
                segments[-1] = Segment(segments[-1].text + text, style)
            else:
                segments.append(Segment(text, style))
        return Strip(segments, size.width)

    @property
    def palette(self) -> Palette:
        """The styles under the theme in force."""
        if self._palette is None:
            self._palette = self._resolve()
        return self._palette

    def _resolve(self) -> Palette:
        """Read the theme's colours; a class on the screen says whether this is a replay."""
        mode = next((mode for mode in ("paused", "replay") if self.screen.has_class(f"-{mode}")), "live")
        return Palette(self.app.theme_variables, mode)

    def notify_style_update(self) -> None:
        """Read the colours anew after a change of theme or of the screen's classes."""
        super().notify_style_update()
        if self._palette is not None and self.is_attached:
            fresh = self._resolve()
            if fresh.key != self._palette.key:
                self._palette = fresh
                self.refresh()

    def on_show(self, _event: events.Show) -> None:
        """Catch up with what was shown while nobody could see it."""
        self._hidden = False
        self.sync()

    def on_hide(self, _event: events.Hide) -> None:
        """Stop drawing while out of sight."""
        self._hidden = True


def _differences(old: Sequence[Line], new: Sequence[Line]) -> Iterator[Region]:
    """Give the region of each line that changed."""
    for y, (before, after) in enumerate(zip(old, new, strict=True)):
        span = changed_span(before, after)
        if span is not None:
            yield Region(span[0], y, span[1] - span[0], 1)


def _joined(regions: Iterator[Region]) -> Iterator[Region]:
    """Join regions of the same columns on lines that follow one another."""
    last: Region | None = None
    for region in regions:
        if last and last.column_span == region.column_span and last.bottom == region.y:
            last = last.grow((0, 0, 1, 0))
            continue
        if last:
            yield last
        last = region
    if last:
        yield last
