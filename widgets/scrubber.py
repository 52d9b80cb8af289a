"""The day on two rows: its load as bars, where nothing was measured, the moments that matter, and where we are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.message import Message

from data.model.strip import DayMark, DayStrip
from widgets.canvas import Canvas, Line, Piece, padded
from widgets.cells import duration, fit, percent, safe, spark, width_of
from widgets.look import Look

_SIDE = 7
_BESIDE = 100
"""From this width on the words about a mark stand beside the bars; below, under them."""


class Span(NamedTuple):
    """Where the bars stand and which moments they cover."""

    x: int
    width: int
    since_ms: int
    until_ms: int

    def column(self, moment_ms: int) -> int:
        """Return the column of a moment, kept within the bars."""
        share = (moment_ms - self.since_ms) / max(1, self.until_ms - self.since_ms)
        return max(0, min(self.width - 1, int(share * self.width)))

    def moment(self, column: int) -> int:
        """Return the moment at which a column begins."""
        return self.since_ms + (self.until_ms - self.since_ms) * column // max(1, self.width)


class Scrubber(Canvas):
    """The strip of a day. `set_strip` gives it the day; `show` the position. Posts `Sought` on a click."""

    DEFAULT_CSS = "Scrubber { width: 1fr; height: 2; }"

    class Sought(Message):
        """A moment was pointed at."""

        def __init__(self, moment_ms: int) -> None:
            super().__init__()
            self.moment_ms = moment_ms

    strip: DayStrip | None = None

    def set_strip(self, strip: DayStrip | None) -> None:
        """Show a day; None while it is being read."""
        self.strip = strip
        self.sync()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the bars, and under them the marks with words about the nearest."""
        strip, look = self.strip, self.look
        if strip is None:
            return [padded((Piece(" " + look.words("Reading the day…"), "dim"),), width)]
        span = span_of(strip, width)
        bars = self._bars(strip, span, width)
        if height < 2:
            return [bars]
        return [bars, self._marks(strip, span, width)]

    def _bars(self, strip: DayStrip, span: Span, width: int) -> Line:
        """Return the load by time; gaps by their own sign, the position in the accent."""
        look = self.look
        pieces = [Piece(fit(look.clock(span.since_ms), _SIDE - 1, right=True) + " ", "dim")]
        heights = _load(strip, span)
        here = span.column(self.now_ms)
        for x, height in enumerate(heights):
            bar = self._bar(strip, span, x, height)
            pieces.append(bar._replace(tone="accent") if x == here else bar)
        pieces.append(Piece(f" {look.clock(span.until_ms)}", "dim"))
        if width >= _BESIDE:
            words, tone = self._words(strip)
            pieces.append(Piece(f"   {words}", tone))
        return padded(tuple(pieces), width, look.glyphs.ellipsis)

    def _bar(self, strip: DayStrip, span: Span, x: int, height: int) -> Piece:
        """Return a column's bar; the gap's sign where nothing was measured, a base line where nothing is yet."""
        begin, end = span.moment(x), span.moment(x + 1)
        glyphs = self.look.glyphs
        if any(since < end and begin < until for since, until in strip.measured):
            bar = spark([height], 1, glyphs.spark, max(strip.load, default=1) or 1)
            return Piece(bar, "load" if begin <= self.now_ms else "faint")
        if begin >= max((until for _, until in strip.measured), default=strip.since_ms):
            return Piece(glyphs.spark[0], "frame")
        return Piece(glyphs.gap, "level-notice")

    def _marks(self, strip: DayStrip, span: Span, width: int) -> Line:
        """Return the marks at their moments and the position; words under narrow bars."""
        look = self.look
        cells: list[Piece] = [Piece(" ")] * span.width
        for mark in sorted(strip.marks, key=lambda mark: -_WEIGHT.index(mark.kind) if mark.kind in _WEIGHT else -9):
            sign, tone = _SIGNS.get(mark.kind, ("alarm", "level-warn"))
            cells[span.column(mark.at_ms)] = Piece(self._sign(sign), tone)
        here = span.column(self.now_ms)
        cells[here] = Piece(look.glyphs.more[0], "accent")
        line = [Piece(" " * span.x), *cells]
        if width >= _BESIDE:
            beside = [Piece(" " * 9), Piece(look.clock(self.now_ms, seconds=True), "accent")]
            return padded((*line, *beside), width)
        words, tone = self._words(strip)
        room = width - 2 - width_of(words)
        if here + span.x + 2 < room:
            shown = [line[0], *cells[: room - span.x]]
            return padded((*shown, Piece(f" {words}", tone)), width, look.glyphs.ellipsis)
        return padded((*line, Piece(" "), Piece(look.clock(self.now_ms), "accent")), width)

    def _sign(self, sign: str) -> str:
        """Return the glyph of a kind of mark."""
        glyphs = self.look.glyphs
        return {"alarm": glyphs.levels[3], "warn": glyphs.levels[2], "flag": glyphs.flag, "gap": glyphs.gap}[sign]

    def _words(self, strip: DayStrip) -> tuple[str, str]:
        """Return what the last mark up to the position says, and its tone."""
        past = [mark for mark in strip.marks if mark.at_ms <= self.now_ms]
        if not past:
            return "", "dim"
        mark = max(past, key=lambda mark: mark.at_ms)
        sign, tone = _SIGNS.get(mark.kind, ("alarm", "level-warn"))
        return f"{self._sign(sign)} {self.look.clock(mark.at_ms)} {mark_words(mark, self.look)}", tone

    def on_click(self, event: events.Click) -> None:
        """Ask for the moment under the pointer."""
        if self.strip is None:
            return
        span = span_of(self.strip, self.content_size.width)
        if span.x <= event.x < span.x + span.width:
            self.post_message(self.Sought(span.moment(event.x - span.x)))


_WEIGHT = ("queue", "gap", "service", "break", "flag")
"""Which mark is seen where several fall into one column: the first of these."""
_SIGNS = {
    "queue": ("alarm", "level-alarm"),
    "service": ("warn", "level-warn"),
    "break": ("warn", "level-warn"),
    "flag": ("flag", "flag"),
    "gap": ("gap", "level-notice"),
}


def mark_words(mark: DayMark, look: Look) -> str:
    """Return in words what happened at a mark."""
    subject, value = safe(mark.subject), mark.value
    if mark.kind == "queue":
        return look.say("{queue}: {n} waiting", queue=subject, n=int(value or 0))
    if mark.kind == "service":
        return look.say("service level at {ratio} {queue}", ratio=percent(value), queue=subject).strip()
    if mark.kind == "break":
        return look.say("{name} past the {time} of a break", name=subject, time=duration(int(value or 0)))
    if mark.kind == "gap" and subject:
        return look.say("{name} not measured for {time}", name=subject, time=duration(int(value or 0)))
    if mark.kind == "gap":
        return look.say("not measured for {time}", time=duration(int(value or 0)))
    return look.say("{name} flagged", name=subject)


def span_of(strip: DayStrip, width: int) -> Span:
    """Return where the bars stand: across the row, leaving room for words where it is wide."""
    bars = width - 2 * _SIDE
    if width >= _BESIDE:
        bars = width * 3 // 5 - _SIDE
    return Span(_SIDE, max(1, bars), strip.since_ms, strip.until_ms)


def _load(strip: DayStrip, span: Span) -> list[int]:
    """Return the load at each column: the highest of the steps that fall into it."""
    heights = []
    for x in range(span.width):
        first = (span.moment(x) - strip.since_ms) // strip.step_ms
        last = max(first + 1, -((strip.since_ms - span.moment(x + 1)) // strip.step_ms))
        heights.append(max(strip.load[first:last], default=0))
    return heights
