"""The baselines of each agent and queue: kept for each day, from the calls of the thirty days before it."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from data.baselines import BASELINE_DAYS, Baseline, Handled, baseline_of
from data.model.days import Window, day_of, day_window

_CALLS = (
    "SELECT queue_id, entered_ms, ended_ms, talk_ms, hold_ms, wrap_up_ms FROM call WHERE agent_id = ? "
    "AND entered_ms >= ? AND entered_ms < ? AND ended_ms IS NOT NULL AND talk_ms IS NOT NULL "
    "ORDER BY queue_id, entered_ms"
)
_WITHOUT = (
    "SELECT id FROM agent WHERE EXISTS (SELECT 1 FROM call WHERE agent_id = agent.id AND entered_ms >= ? "
    "AND entered_ms < ?) AND NOT EXISTS (SELECT 1 FROM baseline WHERE agent_id = agent.id AND start_ms = ?)"
)

_Row = tuple[int, int, int | None, int, int | None, int | None]
"""A call as (queue, entered, ended, talk, hold, wrap-up)."""


def days_touched(window: Window, zone: ZoneInfo) -> list[Window]:
    """Return for each local day in which something of a window lies the time that its baselines are drawn from."""
    days = []
    day, last = day_of(window.since_ms, zone), day_of(max(window.since_ms, window.until_ms - 1), zone)
    while day <= last:
        start_ms = day_window(day, zone).since_ms
        days.append(Window(day_window(day - timedelta(days=BASELINE_DAYS), zone).since_ms, start_ms))
        day += timedelta(days=1)
    return days


def without_baseline(connection: sqlite3.Connection, drawn_from: Window) -> list[int]:
    """Return the agents who have no baseline of the day that follows a window, though they handled calls in it."""
    rows = connection.execute(_WITHOUT, (*drawn_from, drawn_from.until_ms)).fetchall()
    return [agent_id for (agent_id,) in rows]


def write_baselines(connection: sqlite3.Connection, agents: Iterable[int], days: Sequence[Window]) -> None:
    """Write the baselines of agents on days, in the caller's transaction.

    Args:
        connection: The writer's.
        agents: Whose.
        days: For each day the window that its baselines are drawn from, which ends where the day begins; in order.
    """
    for agent_id in agents:
        values = [
            (agent_id, queue_id, start_ms, *baseline)
            for queue_id, start_ms, baseline in baselines_of(connection, agent_id, days)
        ]
        connection.executemany(f"INSERT OR REPLACE INTO baseline VALUES ({', '.join('?' * 10)})", values)
    connection.execute("UPDATE revision SET number = number + 1 WHERE name = 'past'")


def baselines_of(
    connection: sqlite3.Connection, agent_id: int, days: Sequence[Window]
) -> Iterable[tuple[int, int, Baseline]]:
    """Yield an agent's (queue, day's start, baseline) for each queue with calls before each of some days."""
    if not days:
        return
    rows: list[_Row] = connection.execute(_CALLS, (agent_id, days[0].since_ms, days[-1].until_ms)).fetchall()
    for queue_id, group in groupby(rows, key=itemgetter(0)):
        calls = list(group)
        entered = [call[1] for call in calls]
        for since_ms, start_ms in days:
            drawn = calls[bisect_left(entered, since_ms) : bisect_left(entered, start_ms)]
            handled = [each for call in drawn if (each := _as_of(call, start_ms)) is not None]
            if handled:
                yield queue_id, start_ms, baseline_of(handled)


def _as_of(call: _Row, moment_ms: int) -> Handled | None:
    """Return what a call took as known at a moment, None where it was not over."""
    _, _, ended_ms, talk_ms, hold_ms, wrap_up_ms = call
    if ended_ms is None or ended_ms > moment_ms:
        return None
    if wrap_up_ms is not None and ended_ms + wrap_up_ms > moment_ms:
        wrap_up_ms = None
    return Handled(talk_ms, hold_ms, wrap_up_ms)
