"""One line on why a source does not answer, there only while one does not: what is wrong, and what would mend it."""

from __future__ import annotations

from collections.abc import Sequence

from data.model.picture import Picture, SourceState
from data.model.words import Health
from widgets.canvas import Canvas, Line, Piece, padded
from widgets.cells import safe
from widgets.look import Look


class Notice(Canvas):
    """The line; the screen shows it where `notice` has something to say."""

    DEFAULT_CSS = "Notice { width: 1fr; height: 1; }"

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the words of the source that is down, in one line."""
        source = notice(self.picture) if self.picture is not None else None
        return [padded(_words(source, self.look) if source else (Piece(" "),), width, self.look.glyphs.ellipsis)]


def notice(picture: Picture) -> SourceState | None:
    """Return the source to tell of: of those that are down and say why, the one measured longest ago."""
    down = [source for source in picture.each_source if source.health is Health.DOWN and source.error]
    return min(down, key=lambda source: source.measured_ms or 0, default=None)


def _words(source: SourceState, look: Look) -> Line:
    again = "tries again by itself" if source.fed else "the poller has ended: mend it, then start the poller again"
    return (
        Piece(" "),
        Piece(f" {safe(source.name)} ", "reverse-level-alarm"),
        Piece(f" {safe(source.error)} ", "strong"),
        Piece(f"{look.glyphs.dot} {look.words(again)}", "dim"),
    )
