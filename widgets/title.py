"""One line that says what a screen is about: what stands at its left, and what gives way at its right."""

from __future__ import annotations

from collections.abc import Sequence

from widgets.canvas import Canvas, Line, Piece, on_ground, padded
from widgets.cells import width_of


class TitleLine(Canvas):
    """A line of pieces; what is at the right falls away where there is no room."""

    DEFAULT_CSS = "TitleLine { width: 1fr; height: 1; }"

    left: Line = ()
    right: Line = ()

    def set_title(self, left: Line, right: Line = ()) -> None:
        """Say something else."""
        self.left, self.right = left, right
        self.sync()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the line."""
        used, beside = (sum(width_of(piece.text) for piece in line) for line in (self.left, self.right))
        line = (Piece(" "), *self.left)
        if self.right and used + beside + 4 <= width:
            line = (*line, Piece(" " * (width - used - beside - 2)), *self.right)
        return [on_ground(padded(line, width, self.look.glyphs.ellipsis), "bar")]
