"""The line above a walk: which round, how far it is, what failed, until when, and who else is on it."""

from __future__ import annotations

from data.model.days import MINUTE
from widgets.canvas import Line, Piece
from widgets.cells import safe
from widgets.look import Look
from widgets.walk_words import counted, in_language
from widgets.walking import Walk

_SOON_MS = 10 * MINUTE


def walk_title(walk: Walk | None, own: str, now_ms: int, look: Look) -> tuple[Line, Line]:
    """Return what stands at the left of the line, and what gives way at its right."""
    if walk is None:
        return (Piece(look.words("Round"), "title"),), ()
    row, dot = walk.view.round, Piece(f" {look.glyphs.dot} ", "dim")
    done = look.say("{done} of {n} places", done=walk.done, n=len(walk.halts))
    pieces = [Piece(in_language(row.en, row.zh, look), "title"), dot, Piece(done, "strong")]
    if walk.failed:
        pieces += [dot, Piece(counted("{n} findings", len(walk.failed), look), "level-alarm")]
    if walk.refused:
        pieces += [dot, Piece(look.say("{n} not taken", n=walk.refused), "level-alarm")]
    others = walk.others(own)
    right = (Piece(f"{look.glyphs.other} {' '.join(map(safe, others))}", "accent"),) if others else ()
    return (*pieces, dot, _due(walk, now_ms, look)), right


def _due(walk: Walk, now_ms: int, look: Look) -> Piece:
    """Return until when a round is to be done, or when it was ended."""
    row = walk.view.round
    if row.ended_ms is not None:
        return Piece(look.say("ended {time}", time=look.clock(row.ended_ms)), "dim")
    if row.opens_ms > now_ms:
        return Piece(look.say("opens {time}", time=look.clock(row.opens_ms)), "level-warn")
    if walk.left and now_ms > row.due_ms:
        return Piece(look.say("overdue since {time}", time=look.clock(row.due_ms)), "level-alarm")
    soon = walk.left and row.due_ms - now_ms < _SOON_MS
    return Piece(look.say("due {time}", time=look.clock(row.due_ms)), "level-warn" if soon else "dim")
