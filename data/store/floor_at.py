"""The floor as of a moment, put together of what each part of the store tells; in the transaction of who asks."""

from __future__ import annotations

import sqlite3
from zoneinfo import ZoneInfo

from data.alerts import LIMITS, Limits
from data.flags import Severity
from data.model.days import day_around
from data.model.picture import AgentRow, Picture, Totals, worst_of
from data.model.words import State
from data.store.asof import AgentsAsOf, QueuesAsOf
from data.store.directory import DirectoryCache
from data.store.discipline_at import DisciplineAsOf
from data.store.loads import LoadBook
from data.store.people_at import PeopleAsOf
from data.store.sources import present_at


class FloorAsOf:
    """Answers for any moment. `people`, `loads` and `discipline` tell more of the moment that was asked for last."""

    def __init__(self, connection: sqlite3.Connection, directory: DirectoryCache, limits: Limits = LIMITS) -> None:
        """Read nothing yet; by the site's `limits` the load is reckoned."""
        self._connection = connection
        self._directory = directory
        self._agents = AgentsAsOf(connection, directory)
        self._queues = QueuesAsOf(connection, directory)
        self.people = PeopleAsOf(connection, directory)
        self.loads = LoadBook(connection, directory, limits)
        self.discipline = DisciplineAsOf(connection, directory, limits)

    def at(self, moment_ms: int, zone: ZoneInfo, *, loads: bool = True) -> Picture:
        """Return the picture of a moment; `loads` False gives of the loads only those at hand."""
        day = day_around(moment_ms, zone)
        sources = present_at(self._connection, moment_ms)
        self._directory.refresh(moment_ms, sources.here)
        people = self.people.at(moment_ms, day)
        flags = people.flags
        counts: dict[int, list[int]] = {}  # flags, praise, and of the flags the urgent
        for flag in flags:
            count = counts.setdefault(flag.agent_id, [0, 0, 0])
            count[flag.severity == Severity.PRAISE] += 1
            count[2] += flag.severity == Severity.URGENT
        agents = self._agents.at(moment_ms, day.since_ms, sources, counts)
        free = self._agents.free(agents)
        queues, overall = self._queues.at(moment_ms, day.since_ms, free, self._agents.members, sources)
        oldest = min((q.oldest_ms for q in queues if q.oldest_ms is not None), default=None)
        totals = Totals(
            waiting=sum(q.waiting for q in queues),
            oldest_ms=oldest,
            service=overall,
            states=_count_states(agents),
            flags=sum(flag.severity != Severity.PRAISE for flag in flags),
        )
        discipline, checklist = self.discipline.at(agents, moment_ms, day, zone)
        source, seats = worst_of(sources.states), self._directory.seats
        return Picture(
            *(moment_ms, *day, source, queues, agents, flags, checklist, seats, totals, sources.states),
            loads=self.loads.at(agents, moment_ms, day, at_hand=not loads),
            moods=people.moods,
            offers=people.offers,
            follow_ups=people.follow_ups,
            listening=people.listening,
            lapsed=people.lapsed,
            discipline=discipline,
        )


def _count_states(agents: tuple[AgentRow, ...]) -> tuple[tuple[State, int], ...]:
    counts = dict.fromkeys(State, 0)
    for agent in agents:
        counts[agent.state] += 1
    return tuple(counts.items())
