"""The sums behind a window's KPI rows: rollups for its whole intervals, the rows themselves for its edges."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from data.metrics import NOTHING, STATE_FIELD, CallFigures, Goal, TimeFigures, figures_of
from data.model.days import INTERVAL, Window, interval_start
from data.model.rows import Call
from data.store.rollups import split
from data.store.schema import CALL_COLUMNS, TIME_COLUMNS

Slot = int
"""The start of an interval in ms, or 0 where the window is not cut into intervals."""

_EDGE = "WITH edge AS MATERIALIZED (SELECT source_id, max(until_ms) AS edge_ms FROM coverage GROUP BY source_id) "
"""Up to when an open span or membership is known to hold."""

_FIRST = "coalesce((SELECT max(since_ms) FROM state_span WHERE agent_id = a.id AND since_ms <= {at}), {at})"
"""Where the spans begin that may reach beyond a moment: spans of one agent never overlap."""


class QueueTimes(NamedTuple):
    """What the agents of one queue did in a window, in ms: each membership counted apart."""

    available_ms: int = 0
    """Members available and not paused in this queue."""
    not_ready_ms: int = 0
    """Members paused in this queue."""
    signed_in_ms: int = 0
    busy_ms: int = 0
    """Talk, hold and wrap-up with this queue's contacts."""


def _parts(window: Window) -> tuple[Window | None, list[Window]]:
    """Cut a window into its whole intervals (None: it has none) and its edges."""
    since_ms, until_ms = window
    first, last = interval_start(since_ms + INTERVAL - 1), interval_start(until_ms)
    if first >= last:
        return None, [window]
    edges = [Window(since_ms, first), Window(last, until_ms)]
    return Window(first, last), [edge for edge in edges if edge.length_ms]


def _sum(name: str) -> str:
    return "max(max_wait_ms)" if name == "max_wait_ms" else f"sum({name})"


def visits(
    connection: sqlite3.Connection,
    owner: str,
    window: Window,
    by_interval: bool,
    goal_of: Callable[[int, int], Goal],
) -> dict[tuple[Slot, int], CallFigures]:
    """Return the sums over the visits that entered in a window, by slot and id of the `owner` (queue or agent)."""
    whole, edges = _parts(window)
    found: dict[tuple[Slot, int], CallFigures] = {}
    if whole is not None:
        start = "start_ms" if by_interval else "0"
        rows = connection.execute(
            f"SELECT {start}, {owner}_id, {', '.join(map(_sum, CALL_COLUMNS))} FROM rollup_{owner} "
            "WHERE start_ms >= ? AND start_ms < ? GROUP BY 1, 2",
            whole,
        ).fetchall()
        found = {row[:2]: CallFigures(*row[2:]) for row in rows}
    for edge in edges:
        for row in connection.execute("SELECT * FROM call WHERE entered_ms >= ? AND entered_ms < ?", edge).fetchall():
            call = Call(*row)
            owner_id = call.queue_id if owner == "queue" else call.agent_id
            if owner_id is not None:
                key = (interval_start(call.entered_ms) if by_interval else 0, owner_id)
                figures = figures_of(call, goal_of(call.queue_id, call.entered_ms))
                found[key] = found.get(key, NOTHING).plus(figures)
    return found


def times(connection: sqlite3.Connection, window: Window, by_interval: bool) -> dict[int, TimeFigures]:
    """Return the time in each state within a window, by interval over all agents, or by agent."""
    whole, edges = _parts(window)
    found: dict[int, list[int]] = defaultdict(lambda: [0] * len(TIME_COLUMNS))
    if whole is not None:
        key = "start_ms" if by_interval else "agent_id"
        rows = connection.execute(
            f"SELECT {key}, {', '.join(map(_sum, TIME_COLUMNS))} FROM rollup_agent "
            "WHERE start_ms >= ? AND start_ms < ? GROUP BY 1",
            whole,
        ).fetchall()
        found.update({row[0]: list(row[1:]) for row in rows})
    for agent_id, state, since_ms, until_ms in _loose_spans(connection, window, edges):
        field = STATE_FIELD[state]
        if not by_interval:
            found[agent_id][field] += max(until_ms - since_ms, 0)
            continue
        for slot, length_ms in split(since_ms, until_ms):
            found[slot][field] += length_ms
    return {key: TimeFigures(*values) for key, values in found.items()}


def _loose_spans(
    connection: sqlite3.Connection, window: Window, edges: list[Window]
) -> Iterator[tuple[int, str, int, int]]:
    """Yield (agent, state, since, until) of what no rollup counts: the edges of the window, and the open spans."""
    for edge in edges:
        rows = connection.execute(
            "SELECT a.id, s.state, max(s.since_ms, ?1), min(s.until_ms, ?2) FROM agent a CROSS JOIN state_span s "
            f"ON s.agent_id = a.id AND s.since_ms >= {_FIRST.format(at='?1')} AND s.since_ms < ?2 "
            "WHERE s.until_ms > ?1",
            edge,
        ).fetchall()
        yield from rows
    rows = connection.execute(
        f"{_EDGE} SELECT a.id, s.state, max(s.since_ms, ?1), min(e.edge_ms, ?2) FROM agent a "
        "JOIN edge e ON e.source_id = a.source_id CROSS JOIN state_span s ON s.agent_id = a.id AND s.since_ms = "
        "(SELECT max(since_ms) FROM state_span WHERE agent_id = a.id) WHERE s.until_ms IS NULL",
        window,
    ).fetchall()
    yield from rows


_MEMBERS = (
    f"{_EDGE} SELECT m.queue_id, m.paused IS NOT NULL, sum(min(coalesce(m.until_ms, e.edge_ms), ?2) "
    "- max(m.since_ms, ?1)) FROM agent a JOIN edge e ON e.source_id = a.source_id "
    "CROSS JOIN member m ON m.agent_id = a.id "
    "WHERE m.since_ms < min(?2, e.edge_ms) AND coalesce(m.until_ms, e.edge_ms) > ?1 GROUP BY 1, 2"
)
_AVAILABLE = (
    f"{_EDGE} SELECT m.queue_id, sum(max(0, min(coalesce(m.until_ms, e.edge_ms), coalesce(s.until_ms, e.edge_ms), ?2) "
    "- max(m.since_ms, s.since_ms, ?1))) FROM agent a JOIN edge e ON e.source_id = a.source_id "
    "CROSS JOIN member m ON m.agent_id = a.id AND m.paused IS NULL AND m.since_ms < ?2 "
    "AND coalesce(m.until_ms, e.edge_ms) > ?1 CROSS JOIN state_span s ON s.agent_id = a.id "
    f"AND s.since_ms >= {_FIRST.format(at='max(m.since_ms, ?1)')} "
    "AND s.since_ms < min(coalesce(m.until_ms, e.edge_ms), ?2) WHERE s.state = 'available' GROUP BY 1"
)
_BUSY = (
    f"{_EDGE} SELECT s.queue_id, sum(max(0, min(coalesce(s.until_ms, e.edge_ms), ?2) - max(s.since_ms, ?1))) "
    "FROM agent a JOIN edge e ON e.source_id = a.source_id CROSS JOIN state_span s ON s.agent_id = a.id "
    f"AND s.since_ms >= {_FIRST.format(at='?1')} AND s.since_ms < ?2 "
    "WHERE s.state IN ('talking', 'hold', 'wrap_up') AND s.queue_id IS NOT NULL GROUP BY 1"
)


def queue_times(connection: sqlite3.Connection, window: Window) -> dict[int, QueueTimes]:
    """Return what the agents of each queue did in a window."""
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for queue_id, paused, length_ms in connection.execute(_MEMBERS, window).fetchall():
        found[queue_id][2] += length_ms
        found[queue_id][1] += length_ms if paused else 0
    for queue_id, length_ms in connection.execute(_AVAILABLE, window).fetchall():
        found[queue_id][0] += length_ms
    for queue_id, length_ms in connection.execute(_BUSY, window).fetchall():
        found[queue_id][3] += length_ms
    return {queue_id: QueueTimes(*values) for queue_id, values in found.items()}


def rings(connection: sqlite3.Connection, window: Window, key: str) -> dict[int, int]:
    """Return how often a phone rang in vain, by `queue`, `agent` or `interval`; a caller's own leaving apart.

    Whose rings those of erased agents were nobody knows: their ids are negative.
    """
    column = f"at_ms - at_ms % {INTERVAL}" if key == "interval" else f"{key}_id"
    named = "AND agent_id > 0 " if key == "agent" else ""
    return dict(
        connection.execute(
            f"SELECT {column}, count(*) FROM ring WHERE at_ms >= ? AND at_ms < ? AND NOT cancelled {named}GROUP BY 1",
            window,
        ).fetchall()
    )


def goals(connection: sqlite3.Connection, window: Window) -> dict[int, set[Goal]]:
    """Return what the visits to each queue are measured against in the course of a window."""
    found: dict[int, set[Goal]] = defaultdict(set)
    for queue_id, since_ms, *goal in connection.execute(
        "SELECT queue_id, since_ms, threshold_ms, short_abandon_ms, target, formula FROM queue_history "
        "WHERE since_ms < ?2 ORDER BY queue_id, since_ms",
        window,
    ).fetchall():
        if since_ms <= window.since_ms:
            found[queue_id].clear()
        found[queue_id].add(Goal(*goal))
    return found
