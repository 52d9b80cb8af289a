"""The load of each agent as of the last whole minute that was measured.

Live or past, a row is made from what the store knows up to that minute and from nothing later, so that the same moment
gives the same row. Rows, and the days that they are made from, are kept in memory: for a minute until the writer says
that something was written about the time before it (`revision` "past"), and in a replay for the half hour around it.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from data.alerts import LIMITS, Limits
from data.baselines import Baseline
from data.load import LOOK_BACK_MINUTES
from data.model.days import HOUR, INTERVAL, MINUTE, Window, interval_start
from data.model.picture import AgentRow, LoadRow
from data.model.words import SIGNED_IN
from data.store.directory import DirectoryCache
from data.workday import MEMORY_MS, REST_MS, Stretch, Usual, Visit, Workday

_BLOCK_MS = 2 * INTERVAL
"""Days are read for so long around a moment asked for again: whoever plays on from it needs nothing new."""

_BACK_MS = LOOK_BACK_MINUTES * MINUTE
"""How far before a moment scores matter, for which there are states for an hour before and calls for `MEMORY_MS`."""

_LONGEST_MS = 12 * HOUR
"""A visit that began longer than this before it matters is no longer looked for."""

_LOW = (
    "WITH low (agent_id, since_ms) AS MATERIALIZED (SELECT value, coalesce("
    "(SELECT max(since_ms) FROM state_span WHERE agent_id = value AND since_ms <= ?2 AND since_ms >= ?3), "
    "(SELECT min(since_ms) FROM state_span WHERE agent_id = value AND since_ms >= max(?2, ?3))) FROM json_each(?1))"
)
_STRETCH = "SELECT s.agent_id, s.state, s.reason, s.since_ms, s.until_ms FROM"
_WHOLE = (
    f"{_LOW} {_STRETCH} low CROSS JOIN state_span s ON s.agent_id = low.agent_id AND s.since_ms >= low.since_ms "
    "AND s.since_ms < ?4"
)
_SPARSE = (
    # the first of each agent, the pauses after it, and of late all
    f"{_LOW}, recent (agent_id, low_ms, since_ms) AS MATERIALIZED (SELECT agent_id, since_ms, max(since_ms, coalesce("
    "(SELECT max(since_ms) FROM state_span WHERE agent_id = low.agent_id AND since_ms <= ?5), 0)) FROM low) "
    f"{_STRETCH} recent r CROSS JOIN state_span s ON s.agent_id = r.agent_id AND s.since_ms = r.low_ms "
    "WHERE r.low_ms < r.since_ms UNION ALL "
    f"{_STRETCH} recent r CROSS JOIN state_span s INDEXED BY span_pause ON s.agent_id = r.agent_id "
    "AND s.since_ms > r.low_ms AND s.since_ms < r.since_ms WHERE s.state IN ('not_ready', 'offline', 'unknown') "
    f"UNION ALL {_STRETCH} recent r CROSS JOIN state_span s ON s.agent_id = r.agent_id AND s.since_ms >= r.since_ms "
    "AND s.since_ms < ?4"
)
_VISITS = (
    "SELECT c.agent_id, c.queue_id, c.answered_ms, c.ended_ms, c.talk_ms, c.hold_ms, c.wrap_up_ms, "
    "c.outcome IS 'transferred' FROM json_each(?1) CROSS JOIN call c ON c.agent_id = value "
    "AND c.entered_ms >= ?2 AND c.entered_ms < ?3 WHERE (c.ended_ms IS NULL OR c.ended_ms > ?4) "
    "AND c.answered_ms IS NOT NULL"
)
_BASELINES = (
    "SELECT b.agent_id, b.queue_id, b.handle_n, b.handle_median, b.handle_mad, b.wrap_up_n, b.wrap_up_median, "
    "b.wrap_up_mad, b.long_talk_ms FROM json_each(?1) CROSS JOIN baseline b ON b.agent_id = value "
    "AND b.start_ms = (SELECT max(start_ms) FROM baseline WHERE agent_id = value AND start_ms <= ?2)"
)


class _Covered(NamedTuple):
    """A source's measuring around a day."""

    measured_ms: int
    """Up to when it was measured, as known at the moment."""
    known_ms: int
    """Up to when without a gap, as known by now."""
    since_ms: int
    """Since when, where there is no gap around the day; else 0."""


class _Kept(NamedTuple):
    """An agent's day in memory: good for the minutes in [since_ms, until_ms]."""

    since_ms: int
    until_ms: int
    day: Workday


class LoadBook:
    """Answers for any agents, day and moment."""

    def __init__(self, connection: sqlite3.Connection, directory: DirectoryCache, limits: Limits = LIMITS) -> None:
        """Read through `connection`; what settings call a queue is told by `directory`."""
        self._connection = connection
        self._directory = directory
        self._limits = limits
        self._key: tuple[int, int, int] | None = None
        self._days: dict[int, _Kept] = {}
        self._rows: dict[int, tuple[int, LoadRow]] = {}
        self._usual: dict[int, Usual] = {}
        self._block_ms = 0

    def at(self, agents: Iterable[AgentRow], moment_ms: int, day: Window, at_hand: bool = False) -> dict[int, LoadRow]:
        """Return the loads at a moment of the day, by agent, of those who are signed in; only those `at_hand` if so."""
        self._renew(day)
        covered = self._covered(moment_ms, day)
        rows: dict[int, LoadRow] = {}
        missing: dict[int, list[int]] = defaultdict(list)
        source_of = self._directory.agent
        for agent in agents:
            source = source_of(agent.id).source
            if agent.state not in SIGNED_IN or source not in covered:
                continue
            minute_ms = covered[source].measured_ms // MINUTE * MINUTE
            kept = self._rows.get(agent.id)
            if kept is not None and kept[0] == minute_ms:
                rows[agent.id] = kept[1]
            else:
                missing[source].append(agent.id)
        for source, wanted in () if at_hand else missing.items():
            minute_ms = covered[source].measured_ms // MINUTE * MINUTE
            for agent_id, workday in self._workdays(wanted, minute_ms, covered[source], day).items():
                row = rows[agent_id] = workday.load_at(agent_id, minute_ms)
                self._rows[agent_id] = minute_ms, row
        return rows

    def person(
        self, agent_id: int, moment_ms: int, day: Window, blind: Container[int]
    ) -> tuple[LoadRow | None, tuple[float | None, ...], int]:
        """Return an agent's load at a moment of the day, the score at each quarter of an hour before, and since when.

        None where they were not signed in, or too little is known; `blind` are the ids of sources of which nothing is
        known at the moment.
        """
        self._renew(day)
        source = self._directory.agent(agent_id).source
        covered = self._covered(moment_ms, day).get(source)
        if covered is None:
            return None, (), day.since_ms
        window = Window(day.since_ms, covered.measured_ms + 1)
        stretches = self._stretches([agent_id], day, window, 0)[agent_id]
        visits = self._visits([agent_id], day, window)[agent_id]
        workday = Workday(stretches, visits, day.since_ms, self._usual_of([agent_id], day)[agent_id])
        known = source not in blind and workday.is_signed_in(covered.measured_ms)
        row = workday.load_at(agent_id, covered.measured_ms // MINUTE * MINUTE) if known else None
        first_ms = interval_start(day.since_ms)
        quarters = range(first_ms, covered.measured_ms + 1, INTERVAL)
        scores = [workday.score_at(at_ms) if workday.is_signed_in(at_ms) else None for at_ms in quarters]
        left_out = next((i for i, score in enumerate(scores) if score is not None), len(scores))
        return row, tuple(scores[left_out:]), first_ms + left_out * INTERVAL

    def _renew(self, day: Window) -> None:
        """Forget what may be another one by now."""
        key = (day.since_ms, self._directory.stamp, self._directory.revision("past"))
        if key != self._key:
            self._key, self._days, self._rows, self._usual = key, {}, {}, {}

    def _covered(self, moment_ms: int, day: Window) -> dict[int, _Covered]:
        """Return how each source that was ever measured by a moment is measured around the day."""
        found: dict[int, _Covered] = {}
        for source, since_ms, until_ms in self._connection.execute(
            "SELECT source_id, since_ms, until_ms FROM coverage WHERE until_ms > ? AND since_ms < ? ORDER BY since_ms",
            (day.since_ms - MEMORY_MS - REST_MS, moment_ms + _BLOCK_MS),
        ).fetchall():
            if since_ms <= moment_ms:
                alone = source not in found
                found[source] = _Covered(min(until_ms, moment_ms), until_ms, since_ms if alone else 0)
            elif source in found:
                found[source] = found[source]._replace(since_ms=0)
        return found

    def _workdays(
        self, agents: Collection[int], minute_ms: int, covered: _Covered, day: Window
    ) -> Mapping[int, Workday]:
        """Return the days of agents of one source, good for a minute."""
        found: dict[int, Workday] = {}
        missing = []
        for agent in agents:
            kept = self._days.get(agent)
            if kept is not None and kept.since_ms <= minute_ms <= kept.until_ms:
                found[agent] = kept.day
            else:
                missing.append(agent)
        if not missing:
            return found
        block_ms = minute_ms - minute_ms % _BLOCK_MS
        again, self._block_ms = block_ms == self._block_ms, block_ms
        whole = Window(block_ms, block_ms + _BLOCK_MS) if again else Window(minute_ms, minute_ms + 1)
        window = Window(whole.since_ms - _BACK_MS, whole.until_ms)
        until_ms = min(window.until_ms - 1, covered.known_ms)
        stretches = self._stretches(missing, day, window, covered.since_ms)
        visits = self._visits(missing, day, window)
        usual = self._usual_of(missing, day)
        for agent in missing:
            workday = Workday(stretches[agent], visits[agent], day.since_ms, usual[agent], bool(covered.since_ms))
            self._days[agent] = _Kept(whole.since_ms, until_ms, workday)
            found[agent] = workday
        return found

    def _stretches(
        self, agents: Collection[int], day: Window, window: Window, since_ms: int
    ) -> Mapping[int, Sequence[Stretch]]:
        """Return what each agent did since before the day, up to the window's end.

        Where the measuring has had no gap since `since_ms`, only what matters in the window; 0: there was one.
        """
        before_ms = day.since_ms - MEMORY_MS - REST_MS
        values = (json.dumps(list(agents)), before_ms, since_ms, window.until_ms)
        if since_ms:
            rows = self._connection.execute(_SPARSE, (*values, window.since_ms - HOUR)).fetchall()
        else:
            rows = self._connection.execute(_WHOLE, values).fetchall()
        found: dict[int, list[Stretch]] = {agent: [] for agent in agents}
        for agent_id, group in groupby(rows, key=itemgetter(0)):
            found[agent_id] += group
        return found

    def _visits(self, agents: Collection[int], day: Window, window: Window) -> Mapping[int, Sequence[Visit]]:
        """Return the visits of each agent that matter in a window."""
        since_ms = window.since_ms - MEMORY_MS - INTERVAL
        values = (json.dumps(list(agents)), since_ms - _LONGEST_MS, window.until_ms, since_ms)
        rows = self._connection.execute(_VISITS, values).fetchall()
        found: dict[int, list[Visit]] = {agent: [] for agent in agents}
        for agent_id, group in groupby(rows, key=itemgetter(0)):
            found[agent_id] += group
        return found

    def _usual_of(self, agents: Collection[int], day: Window) -> Mapping[int, Usual]:
        """Return what each agent's work is held against on a day."""
        missing = [agent for agent in agents if agent not in self._usual]
        if missing:
            baselines: dict[int, dict[int, Baseline]] = defaultdict(dict)
            for agent_id, queue_id, *figures in self._connection.execute(
                _BASELINES, (json.dumps(missing), day.since_ms)
            ).fetchall():
                baselines[agent_id][queue_id] = Baseline(*figures)
            policy, breaks = self._limits.load, self._limits.breaks
            words = self._directory.queue_words() if policy.hard_queues else {}
            hard = frozenset(queue_id for queue_id, (_, key) in words.items() if key in policy.hard_queues)
            for agent in missing:
                self._usual[agent] = Usual(breaks, policy, hard, baselines.get(agent, {}))
        return self._usual
