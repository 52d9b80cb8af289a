"""What was seen of a floor in a stretch of time, for the facts and the attendance that are told of it."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from data.discipline.seen import EARLY_MS, Seen
from data.model.days import HOUR, Window
from data.model.discipline_seen import Duty
from data.model.rows import Member, Ring, Span
from data.model.words import State
from data.store.directory import DirectoryCache

_LONGEST_WAIT_MS = 4 * HOUR
"""Nobody waits in a queue for longer and is still to be answered by somebody who is idle."""
_EVER = 1 << 62

_SPANS = (
    "SELECT s.agent_id, s.state, s.reason, s.queue_id, s.call_id, s.since_ms, s.until_ms FROM json_each(?1) "
    "CROSS JOIN state_span s ON s.agent_id = value AND s.since_ms >= coalesce((SELECT max(since_ms) FROM state_span "
    "WHERE agent_id = value AND since_ms <= ?2), ?2) AND s.since_ms <= ?3"
)
_STATES = {str(state): state for state in State}


class SeenAsOf:
    """What is known of agents as of a moment; the directory is brought to that moment before."""

    def __init__(self, connection: sqlite3.Connection, directory: DirectoryCache) -> None:
        """Read nothing yet."""
        self._connection = connection
        self._directory = directory

    def seen(self, window: Window, agents: Collection[int], duties: Sequence[Duty], *, idle: bool) -> Seen:
        """Return what is known of agents in a window, up to its end; `idle`: with who waited while they were free."""
        queues = {queue_id: key for queue_id, (_, key) in self._directory.queue_words().items()}
        rings = self._missed(window, agents) if idle else {}
        served = self._members(window, rings)
        return Seen(
            self.spans(window, agents),
            self.measured(window, agents),
            duties,
            self._waits(window) if rings else {},
            served,
            rings,
            {agent: self._directory.agent(agent).team for agent in agents},
            queues,
        )

    def spans(self, window: Window, agents: Collection[int]) -> Mapping[int, Sequence[Span]]:
        """Return what each agent did from `EARLY_MS` before a window to its end."""
        values = (json.dumps(list(agents)), window.since_ms - EARLY_MS, window.until_ms)
        found: dict[int, list[Span]] = defaultdict(list)
        for agent_id, state, *rest in self._connection.execute(_SPANS, values).fetchall():
            found[agent_id].append(Span(agent_id, _STATES[state], *rest))
        return found

    def measured(self, window: Window, agents: Collection[int]) -> Mapping[int, Sequence[tuple[int, int]]]:
        """Return the stretches in which each agent's source was watched, up to the end of a window."""
        rows = self._connection.execute(
            "SELECT source_id, since_ms, min(until_ms, ?2) FROM coverage WHERE until_ms > ?1 AND since_ms < ?2 "
            "ORDER BY since_ms",
            (window.since_ms - EARLY_MS, window.until_ms),
        ).fetchall()
        by_source: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for source, since_ms, until_ms in rows:
            by_source[source].append((since_ms, until_ms))
        return {agent: by_source.get(self._directory.agent(agent).source, ()) for agent in agents}

    def _missed(self, window: Window, agents: Collection[int]) -> dict[int, list[Ring]]:
        """Return when the phone of each agent rang in vain."""
        rows = self._connection.execute(
            "SELECT agent_id, queue_id, call_id, at_ms, ring_ms, cancelled FROM ring WHERE at_ms >= ? AND at_ms <= ? "
            "ORDER BY at_ms",
            window,
        ).fetchall()
        wanted = set(agents)
        found: dict[int, list[Ring]] = defaultdict(list)
        for agent_id, queue_id, call_id, at_ms, ring_ms, cancelled in rows:
            if agent_id in wanted:
                found[agent_id].append(Ring(agent_id, queue_id, call_id, at_ms, ring_ms, bool(cancelled)))
        return found

    def _waits(self, window: Window) -> dict[int, list[tuple[int, int | None]]]:
        """Return when somebody came into each queue and left it, as known at the end of the window."""
        rows = self._connection.execute(
            "SELECT queue_id, entered_ms, coalesce(answered_ms, ended_ms) FROM call WHERE entered_ms >= ? "
            "AND entered_ms <= ? ORDER BY entered_ms",
            (window.since_ms - _LONGEST_WAIT_MS, window.until_ms),
        ).fetchall()
        found: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
        for queue_id, entered_ms, left_ms in rows:
            is_left = left_ms is not None and left_ms <= window.until_ms
            found[queue_id].append((entered_ms, left_ms if is_left else None))
        return found

    def _members(self, window: Window, agents: Collection[int]) -> dict[int, list[Member]]:
        """Return which queues agents served in a window."""
        rows = self._connection.execute(
            "SELECT m.agent_id, m.queue_id, m.since_ms, m.until_ms, m.paused FROM json_each(?1) "
            "CROSS JOIN member m ON m.agent_id = value AND m.since_ms <= ?3 AND coalesce(m.until_ms, ?4) > ?2 "
            "ORDER BY m.since_ms",
            (json.dumps(list(agents)), *window, _EVER),
        ).fetchall()
        found: dict[int, list[Member]] = defaultdict(list)
        for row in rows:
            found[row[0]].append(Member(*row))
        return found
