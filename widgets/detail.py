"""A person's or a queue's day: the state now, the day as a bar, the figures, and the calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.breaks import is_protected
from data.model.days import HOUR, MINUTE, local_time
from data.model.picture import CallLine, Detail, Picture, TimelinePart
from data.model.words import State
from widgets.canvas import Line, Piece, padded
from widgets.cells import brief, duration, fit, long_duration, percent, safe, spark, width_of
from widgets.columns import Column
from widgets.look import REASON_WORDS, STATE_WORDS, Look
from widgets.pane import Heading
from widgets.table import Cell, Entry, TablePane

_COLUMNS = (
    Column("entered", 8, head="time"),
    Column("wait", 5, right=True, head="wait"),
    Column("talk", 6, right=True, head="talk"),
    Column("outcome", 11, head="outcome"),
    Column("queue", 8, rank=2, most=20, head="queue"),
    Column("agent", 8, rank=3, most=18, head="agent"),
    Column("caller", 11, rank=1, most=16, head="caller"),
    Column("caller_name", 8, rank=4, most=20, head="name"),
)

_OUTCOME_TONES = {"abandoned": "level-warn", "lost": "level-alarm", "timed_out": "level-warn", "": "state-talking"}
_FIGURE = 26


class DetailPane(TablePane[CallLine]):
    """What Enter opens. `set_detail` gives it the day; rows are the calls, the latest first, keyed by call id."""

    detail: Detail | None = None

    def set_detail(self, detail: Detail | None) -> None:
        """Show a day; None while it is being read."""
        if detail is None or self.detail is None or detail.title != self.detail.title:
            self.top, self.selected, self._anchored = 0, None, False
        self.detail = detail
        self.sync()

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of a call."""
        return _COLUMNS

    def heading(self) -> Heading:
        """Return whose day it is."""
        if self.detail is None:
            return Heading(self.look.words("Detail"))
        return Heading(safe(self.detail.title), self._counted(self.detail), hint=self.position())

    def _counted(self, detail: Detail) -> str:
        """Return how many calls are listed, of how many where that is not all."""
        if detail.calls_in_all > len(detail.calls):
            return self.look.say("the newest {n} of {all} calls", n=len(detail.calls), all=detail.calls_in_all)
        return self.look.say("{n} calls", n=len(detail.calls))

    def _message(self) -> str:
        """Say that the day is being read."""
        if self.error:
            return self.error
        return "" if self.detail else self.look.words("Reading the day…")

    def ordered(self, picture: Picture, now_ms: int) -> list[Entry[CallLine]]:
        """Return the calls, the latest first."""
        calls = self.detail.calls if self.detail else ()
        return [Entry(call.id, call) for call in sorted(calls, key=lambda call: -call.entered_ms)]

    def body(self, width: int, height: int) -> Sequence[Line]:
        """Return state, bar and figures, and the calls under them in what room is left."""
        if self.detail is None:
            return []
        above = self._day(self.detail, width)[: max(0, height - 3)]
        calls = super().body(width, height - len(above))
        self._above += len(above)
        return [*above, *calls]

    def _day(self, detail: Detail, width: int) -> list[Line]:
        """Return what stands above the calls."""
        look = self.look
        lines: list[Line] = []
        if detail.timeline:
            lines.append(padded(self._now(detail.timeline[-1]), width, look.glyphs.ellipsis))
            lines += timeline_lines(detail, width, look)
        lines += depth_lines(detail, width, look)
        lines += figure_lines(detail, width, look)
        if lines:
            lines.append((Piece(" " * width),))
        return lines

    def cells(self, row: CallLine, now_ms: int, widths: Mapping[str, int]) -> dict[str, Cell]:
        """Return a call's cells."""
        look = self.look
        none = look.glyphs.none
        outcome = look.words(row.outcome.replace("_", " ")) if row.outcome else look.words("in progress")
        return {
            "entered": Cell(look.clock(row.entered_ms, seconds=True), "dim"),
            "wait": Cell(duration(row.wait_ms)),
            "talk": Cell(none if row.talk_ms is None else duration(row.talk_ms)),
            "outcome": Cell(outcome, _OUTCOME_TONES.get(row.outcome, "dim")),
            "queue": Cell(row.queue),
            "agent": Cell(row.agent),
            "caller": Cell(row.caller, "dim"),
            "caller_name": Cell(row.caller_name, "dim"),
        }

    def _now(self, part: TimelinePart) -> Line:
        """Return the state of now, ticking."""
        look = self.look
        word = look.words(STATE_WORDS[part.state])
        hidden = look.wall and is_protected(part.reason, look.limits.breaks)
        reason = look.words(REASON_WORDS.get(part.reason, part.reason)) if part.reason and not hidden else ""
        said = f" {look.glyphs.dot} ".join(safe(text) for text in (word, reason, part.queue) if text)
        tone = f"state-{part.state}"
        return (
            Piece(f"{look.glyphs.states[part.state]} ", tone),
            Piece(f"{brief(self.now_ms - part.since_ms)}  ", "strong"),
            Piece(said, tone),
        )


def timeline_lines(detail: Detail, width: int, look: Look) -> list[Line]:
    """Return the day as a bar of states, the hours under it, and what each fill means with its total."""
    since, until = detail.timeline[0].since_ms, max(detail.moment_ms, detail.timeline[-1].until_ms)
    states = _by_column(detail.timeline, since, until, width)
    bar: Line = tuple(
        Piece(look.glyphs.bars[state] if state else " ", f"state-{state}" if state else "text") for state in states
    )
    blank: Line = (Piece(" " * width),)
    return [blank, bar, _hours(since, until, width, look), *_legend(detail.timeline, width, look)]


def depth_lines(detail: Detail, width: int, look: Look) -> list[Line]:
    """Return a queue's depth over the day as a strip, the hours under it, and its deepest minute in words."""
    if len(detail.depth) < 2:
        return []
    deepest = max(detail.depth)
    at_ms = detail.depth_since_ms + detail.depth.index(deepest) * MINUTE
    said = look.say("most waiting: {n} at {time}", n=deepest, time=look.clock(at_ms)) if deepest else ""
    columns = [detail.depth[x * len(detail.depth) // width] for x in range(width)]
    if len(detail.depth) > width:
        columns = list(detail.depth)
    strip = spark(columns, width, look.glyphs.spark, look.limits.of(detail.queue_key).waiting[2])
    blank: Line = (Piece(" " * width),)
    words = [padded((Piece(said, "dim"),), width)] if said else []
    return [blank, (Piece(strip, "spark"),), _hours(detail.depth_since_ms, detail.moment_ms, width, look), *words]


def _by_column(parts: Sequence[TimelinePart], since_ms: int, until_ms: int, width: int) -> list[State | None]:
    """Return for each column the state that fills most of it, None where there is none."""
    length = max(1, until_ms - since_ms)
    shares: list[dict[State, int]] = [{} for _ in range(width)]
    for part in parts:
        first = (part.since_ms - since_ms) * width // length
        last = (part.until_ms - since_ms) * width // length
        for x in range(max(0, first), min(width - 1, last) + 1):
            begin, end = since_ms + x * length // width, since_ms + (x + 1) * length // width
            share = min(end, part.until_ms) - max(begin, part.since_ms)
            if share > 0:
                shares[x][part.state] = shares[x].get(part.state, 0) + share
    return [max(share, key=lambda state: share[state]) if share else None for share in shares]


def _hours(since_ms: int, until_ms: int, width: int, look: Look) -> Line:
    """Return the full hours under the bar, as many as have room."""
    length = max(1, until_ms - since_ms)
    text = ""
    at = since_ms - since_ms % HOUR
    while at <= until_ms:
        x = (at - since_ms) * width // length
        label = f"{local_time(at, look.zone):%H}"
        if x >= 0 and x >= len(text) + (1 if text else 0) and x + 2 <= width:
            text = text.ljust(x) + label
        at += HOUR
    return (Piece(fit(text, width), "dim"),)


def _legend(parts: Sequence[TimelinePart], width: int, look: Look) -> list[Line]:
    """Return each state of the day with its fill and its total, wrapped."""
    totals: dict[State, int] = {}
    for part in parts:
        totals[part.state] = totals.get(part.state, 0) + part.until_ms - part.since_ms
    entries: list[Line] = []
    for state, total in sorted(totals.items(), key=lambda item: -item[1]):
        fill = look.glyphs.bars[state].strip() or look.glyphs.states[state]
        word = f" {look.words(STATE_WORDS[state])} "
        entries.append((Piece(fill, f"state-{state}"), Piece(word, "dim"), Piece(duration(total))))
    return _wrapped(entries, width)


def figure_lines(detail: Detail, width: int, look: Look) -> list[Line]:
    """Return the figures in columns: name and value."""
    entries: list[Line] = []
    for name, value, unit in detail.figures:
        shown = figure_text(value, unit, look)
        label = fit(look.words(name), _FIGURE - 4 - width_of(shown), ellipsis=look.glyphs.ellipsis)
        entries.append((Piece(f"{label} ", "dim"), Piece(shown, "strong")))
    return [(Piece(" " * width),), *_wrapped(entries, width)] if entries else []


def figure_text(value: float | int | None, unit: str, look: Look) -> str:
    """Return a figure as its unit wants it: a number, a length of time, a ratio."""
    if value is None:
        return look.glyphs.none
    if unit == "ms":
        return long_duration(int(value)) if value >= HOUR else duration(int(value))
    if unit == "ratio":
        return percent(float(value), 1)
    return str(int(value)) if float(value).is_integer() else f"{value:.1f}"


def _wrapped(entries: Sequence[Line], width: int) -> list[Line]:
    """Return entries side by side, on as many lines as they need."""
    lines: list[Line] = []
    line: Line = ()
    for entry in entries:
        used = sum(width_of(piece.text) for piece in (*line, *entry)) + 3
        if line and used > width:
            lines.append(padded(line, width))
            line = ()
        line = (*line, Piece("   "), *entry) if line else entry
    return [*lines, padded(line, width)] if line else lines
