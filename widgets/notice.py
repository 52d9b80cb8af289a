"""One line on what everybody has to know, there only while there is something to tell.

Why a source does not answer, and what would mend it; which incident goes on, and since when.
"""

from __future__ import annotations

from collections.abc import Sequence

from data.alerts import Level
from data.model.discipline import IncidentRow
from data.model.picture import Picture, SourceState
from data.model.words import Health
from widgets.canvas import Canvas, Line, Piece, padded
from widgets.cells import brief, safe
from widgets.incidents import going_on
from widgets.look import Look
from widgets.person import when_text
from widgets.walk_words import in_language


class Notice(Canvas):
    """The line; the screen shows it where `notice` has something to say."""

    DEFAULT_CSS = "Notice { width: 1fr; height: 1; }"

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the words of the incidents that go on and of the source that is down, in one line."""
        picture, look = self.picture, self.look
        if picture is None:
            return [padded((Piece(" "),), width)]
        source, going = notice(picture), going_on(picture.discipline.incidents)
        line = _incident(going, self.now_ms, look) if going else (Piece(" "),)
        line += _words(source, look) if source else ()
        return [padded(line, width, look.glyphs.ellipsis)]


def tells(picture: Picture) -> bool:
    """Tell whether there is something to say."""
    return notice(picture) is not None or any(row.ended_ms is None for row in picture.discipline.incidents)


def notice(picture: Picture) -> SourceState | None:
    """Return the source to tell of: of those that are down and say why, the one measured longest ago."""
    down = [source for source in picture.each_source if source.health is Health.DOWN and source.error]
    return min(down, key=lambda source: source.measured_ms or 0, default=None)


def _incident(going: Sequence[IncidentRow], now_ms: int, look: Look) -> Line:
    """Return which incident began last, since when it goes on, and how many others do."""
    row = going[0]
    since = look.say("since {time}", time=when_text(row.at_ms, now_ms, look))
    said = [f"{since} ({brief(now_ms - row.at_ms)})", safe(row.title)]
    if len(going) > 1:
        said.insert(1, look.say("and {n} more", n=len(going) - 1))
    return (
        Piece(" "),
        Piece(f" {look.level(Level.ALARM)} {in_language(row.en, row.zh, look)} ", "reverse-level-alarm"),
        Piece(f" {f' {look.glyphs.dot} '.join(part for part in said if part)} ", "strong"),
    )


def _words(source: SourceState, look: Look) -> Line:
    again = "tries again by itself" if source.fed else "the poller has ended: mend it, then start the poller again"
    return (
        Piece(" "),
        Piece(f" {safe(source.name)} ", "reverse-level-alarm"),
        Piece(f" {safe(source.error)} ", "strong"),
        Piece(f"{look.glyphs.dot} {look.words(again)}", "dim"),
    )
