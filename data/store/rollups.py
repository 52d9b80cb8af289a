"""Rollups of 15 minutes per queue and per agent, kept exact by adding what each changed row changes."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from data.metrics import STATE_FIELD, CallFigures, Goal, figures_of, total
from data.model.days import INTERVAL, interval_start
from data.model.rows import Call, Span
from data.store.schema import CALL_COLUMNS, TIME_COLUMNS

Key = tuple[int, int]
"""(start of the interval in ms, id of the queue or agent)."""

_ZERO_TIMES = (0,) * len(TIME_COLUMNS)


class Deltas:
    """What one batch of rows adds to the rollups."""

    def __init__(self, goal_of: Callable[[int, int], Goal]) -> None:
        """`goal_of(queue_id, entered_ms)` says what a visit is measured against."""
        self._goal_of = goal_of
        self.queues: dict[Key, list[CallFigures]] = defaultdict(list)
        self.agents: dict[Key, list[CallFigures]] = defaultdict(list)
        self.times: dict[Key, list[int]] = {}
        self._lower: dict[tuple[str, str], set[Key]] = {}
        """Where a visit's wait became shorter, so that the longest may be another one's; by table and owner."""

    def call(self, before: Call | None, after: Call) -> None:
        """Add what a visit's row counts now, less what it counted before."""
        goal = self._goal_of(after.queue_id, after.entered_ms)
        figures = figures_of(after, goal)
        start = interval_start(after.entered_ms)
        delta = figures if before is None else figures.minus(figures_of(before, goal))
        lower = before is not None and (after.wait_ms or 0) < (before.wait_ms or 0)
        self.queues[start, after.queue_id].append(delta)
        if lower:
            self._lower.setdefault(("rollup_queue", "queue_id"), set()).add((start, after.queue_id))
        if after.agent_id is not None:
            seen = before is not None and before.agent_id is not None
            self.agents[start, after.agent_id].append(delta if seen else figures)
            if lower:
                self._lower.setdefault(("rollup_agent", "agent_id"), set()).add((start, after.agent_id))

    def span(self, span: Span) -> None:
        """Add a closed span, split at the intervals' edges; an open one counts nothing yet."""
        if span.until_ms is None or span.until_ms == span.since_ms:
            return
        field = STATE_FIELD[span.state]
        start, length = interval_start(span.since_ms), span.until_ms - span.since_ms
        parts = ((start, length),) if span.until_ms <= start + INTERVAL else split(span.since_ms, span.until_ms)
        for start, length in parts:
            key = (start, span.agent_id)
            times = self.times.get(key)
            if times is None:
                times = self.times[key] = list(_ZERO_TIMES)
            times[field] += length

    def write(self, connection: sqlite3.Connection) -> None:
        """Add the sums to the store, in the caller's transaction, after the visits themselves."""
        queues = ((key, total(figures)) for key, figures in self.queues.items())
        _upsert(connection, "rollup_queue", "queue_id", CALL_COLUMNS, queues)
        both = (
            (key, (*total(self.agents.get(key, ())), *self.times.get(key, _ZERO_TIMES)))
            for key in self.agents | self.times
        )
        _upsert(connection, "rollup_agent", "agent_id", (*CALL_COLUMNS, *TIME_COLUMNS), both)
        for (table, owner), keys in self._lower.items():
            connection.executemany(
                f"UPDATE {table} SET max_wait_ms = (SELECT coalesce(max(wait_ms), 0) FROM call WHERE {owner} = ?2 "
                f"AND entered_ms >= ?1 AND entered_ms < ?1 + {INTERVAL}) WHERE start_ms = ?1 AND {owner} = ?2",
                keys,
            )


def split(since_ms: int, until_ms: int) -> Iterable[Key]:
    """Yield (interval start, ms in it) for a stretch of time; the lengths sum to its length exactly."""
    start = interval_start(since_ms)
    while since_ms < until_ms:
        end = min(start + INTERVAL, until_ms)
        yield start, end - since_ms
        since_ms = start = start + INTERVAL


def _upsert(
    connection: sqlite3.Connection,
    table: str,
    owner: str,
    columns: Sequence[str],
    rows: Iterable[tuple[Key, Sequence[int]]],
) -> None:
    places = ", ".join("?" * (len(columns) + 2))
    sums = ", ".join(
        f"{name} = max({name}, excluded.{name})" if name == "max_wait_ms" else f"{name} = {name} + excluded.{name}"
        for name in columns
    )
    connection.executemany(
        f"INSERT INTO {table} (start_ms, {owner}, {', '.join(columns)}) VALUES ({places}) "
        f"ON CONFLICT (start_ms, {owner}) DO UPDATE SET {sums}",
        ((*key, *values) for key, values in rows),
    )
