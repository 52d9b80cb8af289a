"""The sources of one floor: when each was measured, which are on the floor at a moment, and how they are then."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from data.model.days import DAY, Window
from data.model.picture import SourceState
from data.model.text import safe_text
from data.model.words import Health

STALE_MS = 15_000
"""How long after the last measured moment states still count as known (see `SourceState`)."""

LONGEST_SILENCE_MS = 90_000
"""A poller that lives gives a sign of life in this time: it pauses for a minute at most, and tries take a while."""

LATE_INTERVALS, STALE_INTERVALS = 2, 5
"""A source is late after this many intervals without an answer, and stale after that many (but 15 s at least)."""

_GONE_MS = DAY
"""A source that was neither measured nor polled for so long belongs to the floor no longer."""

_EVER = 1 << 62

_SOURCES = (
    "SELECT s.id, s.name, (SELECT min(since_ms) FROM coverage WHERE source_id = s.id), "
    "(SELECT until_ms FROM coverage WHERE source_id = s.id ORDER BY since_ms DESC LIMIT 1), "
    "(SELECT until_ms FROM coverage WHERE source_id = s.id AND since_ms <= ? ORDER BY since_ms DESC LIMIT 1), "
    "h.at_ms, h.interval_ms FROM source s LEFT JOIN heartbeat h ON h.source_id = s.id ORDER BY s.id"
)


class SourceTimes(NamedTuple):
    """A source as seen from a moment. Times are ms; its name is safe."""

    id: int
    name: str
    first_ms: int
    """When it was first measured; one that never was has a time beyond all others."""
    last_ms: int
    """Up to when it was ever measured."""
    seen_ms: int | None
    """Where the stretch ends that was begun at the moment or last before it, if there is one."""
    gone_ms: int
    """From when on it is missed no longer."""
    interval_ms: int

    def state_at(self, moment_ms: int) -> SourceState:
        """Say whether a moment was measured: it was within a covered stretch, or shortly after one."""
        if self.seen_ms is None:
            return SourceState(self.name, Health.NONE, None, self.interval_ms)
        limit = max(STALE_INTERVALS * self.interval_ms, STALE_MS)
        health = Health.UP if moment_ms - self.seen_ms <= limit else Health.NONE
        return SourceState(self.name, health, min(self.seen_ms, moment_ms), self.interval_ms)


def sources_at(connection: sqlite3.Connection, moment_ms: int) -> list[SourceTimes]:
    """Return every source of the store, as seen from a moment, in the order in which they were first taken up."""
    found = []
    for source_id, name, first_ms, last_ms, seen_ms, beat_ms, interval_ms in connection.execute(
        _SOURCES, (moment_ms,)
    ).fetchall():
        gone_ms = max(last_ms or 0, beat_ms or 0) + _GONE_MS
        first_ms = _EVER if first_ms is None else first_ms
        times = (first_ms, last_ms or 0, seen_ms, gone_ms, interval_ms or 0)
        found.append(SourceTimes(source_id, safe_text(name), *times))
    return found


class Present(NamedTuple):
    """The sources at one moment."""

    states: tuple[SourceState, ...]
    """How those on the floor are."""
    blind: Mapping[int, int]
    """Of all that were not measured then, by id: since when nothing is known."""
    here: frozenset[int] | None
    """The ids of those on the floor; None: all there are."""
    live: bool
    """Whether the store knows of nothing after the moment."""


def present_at(connection: sqlite3.Connection, moment_ms: int) -> Present:
    """Return which sources are on the floor at a moment, and how they are.

    One is on it from its first measured moment until it was missed for a day; the last one stays for ever.
    """
    sources = sources_at(connection, moment_ms)
    begun = [source for source in sources if source.seen_ms is not None]
    here = [source for source in begun if moment_ms <= source.gone_ms]
    here = here or [source for source in begun if source.gone_ms == max(each.gone_ms for each in begun)]
    states, blind = [], {}
    for source in sources:
        state = source.state_at(moment_ms)
        if state.health != Health.UP and source.seen_ms is not None:
            blind[source.id] = moment_ms if state.measured_ms is None else state.measured_ms
        if source in here:
            states.append(state)
    ids = frozenset(source.id for source in here) if here and len(here) < len(sources) else None
    edge_ms = max((source.last_ms for source in sources), default=0)
    return Present(tuple(states), blind, ids, bool(edge_ms) and moment_ms >= edge_ms)


def expected(sources: Iterable[SourceTimes]) -> dict[int, Window]:
    """Return by id when a source belonged to the floor, so that what it did not measure then is missing.

    What lies before the first one is missing of that one, and what comes after the last one of that.
    """
    measured = [source for source in sources if source.first_ms != _EVER]
    first_ms = min((source.first_ms for source in measured), default=0)
    gone_ms = max((source.gone_ms for source in measured), default=0)
    return {
        source.id: Window(
            0 if source.first_ms == first_ms else source.first_ms,
            _EVER if source.gone_ms == gone_ms else source.gone_ms,
        )
        for source in measured
    }


Stretches = list[tuple[int, int]]
"""(since, until) in ms, in order, none touching another."""


def coverage(connection: sqlite3.Connection, window: Window = Window(0, _EVER)) -> dict[int, Stretches]:  # noqa: B008
    """Return what each source measured within a window, by its id."""
    found: dict[int, Stretches] = defaultdict(list)
    for source_id, *stretch in connection.execute(
        "SELECT source_id, max(since_ms, ?1), min(until_ms, ?2) FROM coverage WHERE since_ms < ?2 AND until_ms > ?1",
        window,
    ).fetchall():
        found[source_id].append((stretch[0], stretch[1]))
    return {source_id: merged(stretches) for source_id, stretches in found.items()}


def merged(stretches: Iterable[tuple[int, int]]) -> Stretches:
    """Return the moments that lie in any of some stretches."""
    whole: Stretches = []
    for since_ms, until_ms in sorted(stretches):
        if whole and since_ms <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], until_ms))
        else:
            whole.append((since_ms, until_ms))
    return whole


def within(stretches: Iterable[tuple[int, int]], window: Window) -> int:
    """Return how many ms of a window lie in stretches that do not overlap."""
    return sum(max(0, min(end, window.until_ms) - max(start, window.since_ms)) for start, end in stretches)
