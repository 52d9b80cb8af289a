"""How the floor's sources are, in few cells for the header, in words for the panes, in full for the page of help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from data.alerts import Level
from data.model.picture import SourceState, worst_of
from data.model.words import Health
from widgets.canvas import Piece
from widgets.cells import age, fit, safe, width_of
from widgets.look import Look

_TONES = {
    Health.UP: "level-good",
    Health.LATE: "level-warn",
    Health.STALE: "level-alarm",
    Health.DOWN: "reverse-level-alarm",
    Health.NONE: "level-notice",
}
_WORDS = {
    Health.UP: "UP",
    Health.LATE: "LATE",
    Health.STALE: "STALE",
    Health.DOWN: "DOWN",
    Health.NONE: "not measured",
}
_SILENT = frozenset({Health.STALE, Health.DOWN, Health.NONE})
_NAME = 16
"""So many cells of a source's name are shown where room is short."""


def source_pieces(sources: Sequence[SourceState], now_ms: int, look: Look, at_length: bool = True) -> tuple[Piece, ...]:
    """Return a source's health and the age of its last good observation; of several the worst one's with its name.

    `at_length`: with the name of the only source, or how many of several answer.
    """
    worst = worst_of(sources)
    name = _short(worst, look)
    word, tone = look.words(_WORDS[worst.health]), _TONES[worst.health]
    health = Piece(f" {word} " if worst.health is Health.DOWN else word, tone)
    old = "" if worst.measured_ms is None else age(now_ms - worst.measured_ms)
    aged = [Piece(f" {fit(old, 3)}", "dim")] if old else []
    if len(sources) < 2:
        return (*([Piece(f"{name} ", "dim")] if at_length else []), health, *aged)
    well = sum(source.health is Health.UP for source in sources)
    count = look.say("{n}/{all} up", n=well, all=len(sources))
    if well == len(sources):
        return (Piece(count, tone), *aged)
    if at_length:
        told = f" {look.glyphs.dot} ".join(part for part in (old, count) if part)
        aged = [Piece(f" {told}" + " " * max(0, 3 - width_of(old)), "dim")]
    return (health, Piece(f" {name}", "strong"), *aged)


def source_level(sources: Sequence[SourceState]) -> Level:
    """Return how much the sources ask for attention: ALARM where any is down, WARN where one is stale."""
    healths = {source.health for source in sources}
    if Health.DOWN in healths:
        return Level.ALARM
    return Level.WARN if Health.STALE in healths else Level.CALM


def _short(source: SourceState, look: Look) -> str:
    """Return a source's name, cut where it is long."""
    return fit(source.name, min(_NAME, width_of(safe(source.name))), ellipsis=look.glyphs.ellipsis).rstrip()


def told_apart(name: str, width: int, sources: Sequence[SourceState], look: Look) -> str:
    """Return a queue's name, cut to a width so that the source which it may carry still stands."""
    if len(sources) < 2:
        return name
    tails = (f"{look.glyphs.dot}{safe(source.name)}" for source in sources)
    tail = next((tail for tail in tails if name.endswith(tail)), "")
    room = width - width_of(tail)
    if not tail or room < 2 or width_of(safe(name)) <= width:
        return name
    return fit(name.removesuffix(tail), room, ellipsis=look.glyphs.ellipsis).rstrip() + tail


def silence(sources: Sequence[SourceState], look: Look) -> str:
    """Return which sources what is shown is old of, "" where they all answer."""
    silent = [source for source in sources if source.health in _SILENT]
    measured = [source.measured_ms for source in silent if source.measured_ms is not None]
    if not silent or (len(sources) == 1 and (silent[0].health is Health.NONE or not measured)):
        return ""
    if len(silent) == len(sources) and measured:
        return look.say("as at {time}, silent since", time=look.clock(max(measured), seconds=True))
    if len(silent) == 1 and measured:
        name = _short(silent[0], look)
        return look.say("{name} silent since {time}", name=name, time=look.clock(measured[0], seconds=True))
    return look.say("{n} of {all} sources silent", n=len(silent), all=len(sources))


def source_rows(sources: Sequence[SourceState], now_ms: int, look: Look) -> Iterator[tuple[str, str]]:
    """Yield each source as (name, health and age; and its error where it has one), in the floor's order."""
    for source in sources:
        parts = [look.words(_WORDS[source.health])]
        if source.measured_ms is not None:
            parts.append(age(now_ms - source.measured_ms))
        if source.error:
            parts.append(safe(source.error))
        yield safe(source.name), f" {look.glyphs.dot} ".join(parts)
