"""Who and what there is, kept in memory until the writer says that it has changed."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections import defaultdict
from typing import Generic, NamedTuple, TypeVar

from data.metrics import Goal
from data.model.picture import Seat
from data.model.text import safe_text
from data.model.words import Channel

T = TypeVar("T")


class AgentName(NamedTuple):
    """An agent as known at a moment; texts safe."""

    name: str
    team: str = ""
    seat: str = ""
    skills: tuple[str, ...] = ()
    source: int = 0
    """The id of the source that knows them."""


class QueueName(NamedTuple):
    """A queue as known at a moment; texts safe."""

    name: str
    channel: Channel
    goal: Goal
    key: str = ""
    """The source's own word for it, as it stands in settings."""
    source: int = 0
    """The id of the source that has it."""


Named = TypeVar("Named", AgentName, QueueName)


class _History(Generic[T]):
    """Values by when they began to hold."""

    def __init__(self) -> None:
        self.since: list[int] = []
        self.values: list[T] = []

    def add(self, since_ms: int, value: T) -> None:
        self.since.append(since_ms)
        self.values.append(value)

    def at(self, moment_ms: int) -> T:
        """Return the value of a moment; before the first one, the first."""
        return self.values[max(bisect_right(self.since, moment_ms) - 1, 0)]


class DirectoryCache:
    """The agents, queues and seats as of the moment of the last `refresh`."""

    def __init__(self, connection: sqlite3.Connection, joint: str = "·") -> None:
        """Load nothing yet. `joint` stands between a name that several sources have and the source that it is of."""
        self._connection = connection
        self._joint = joint
        self._revision = -1
        self._moment_ms = 0
        self._agents: dict[int, _History[AgentName]] = {}
        self._queues: dict[int, _History[QueueName]] = {}
        self._seats: dict[str, _History[Seat]] = {}
        self._here: frozenset[int] | None = None
        self._sources: dict[int, str] = {}
        self._current: dict[int, AgentName] = {}
        self._all_queues: dict[int, QueueName] = {}
        self.queues: dict[int, QueueName] = {}
        """The queues of the sources on the floor, by id."""
        self.seats: tuple[Seat, ...] = ()
        self._dated = False
        self.stamp = 0
        """Changes whenever a name may have."""

    def revision(self, name: str) -> int:
        """Return how often the writer has changed what goes by this name."""
        row = self._connection.execute("SELECT number FROM revision WHERE name = ?", (name,)).fetchone()
        return int(row[0])

    def refresh(self, moment_ms: int, here: frozenset[int] | None = None) -> None:
        """Bring the directory to a moment; `here` are the ids of the sources on the floor then, None for all."""
        revision = self.revision("directory")
        if revision != self._revision:
            self._load()
            self._revision = revision
        elif here == self._here and (moment_ms == self._moment_ms or not self._dated):
            return
        self._moment_ms, self._here = moment_ms, here
        agents = self._told_apart({i: history.at(moment_ms) for i, history in self._agents.items()})
        queues = self._told_apart({i: history.at(moment_ms) for i, history in self._queues.items()})
        seats = (history.at(moment_ms) for history in self._seats.values())
        self.seats = tuple(sorted(seats, key=lambda seat: (seat.zone, seat.row, seat.column, seat.label)))
        shown = queues if here is None else {i: queue for i, queue in queues.items() if queue.source in here}
        if (agents, queues, shown) != (self._current, self._all_queues, self.queues):
            self._current, self._all_queues, self.queues = agents, queues, shown
            self.stamp += 1

    def _told_apart(self, named: dict[int, Named]) -> dict[int, Named]:
        """Return agents or queues of which none of one source has the name of one of another source on the floor."""
        if len(self._sources) < 2:
            return named
        bearers: dict[str, set[int]] = defaultdict(set)
        for each in named.values():
            if self._here is None or each.source in self._here:
                bearers[each.name].add(each.source)
        return {
            i: each._replace(name=f"{each.name}{self._joint}{self._sources[each.source]}")
            if bearers[each.name] - {each.source}
            else each
            for i, each in named.items()
        }

    def agent(self, agent_id: int) -> AgentName:
        """Return an agent by id."""
        return self._current.get(agent_id) or AgentName(f"#{agent_id}")

    def source_name(self, source: int) -> str:
        """Return a source's name by id, empty for none."""
        return self._sources.get(source, "")

    def queue_name(self, queue_id: int | None) -> str:
        """Return a queue's name by id, empty for none."""
        queue = self._all_queues.get(queue_id) if queue_id is not None else None
        return queue.name if queue else ""

    def queue_key(self, queue_id: int) -> str:
        """Return what settings call a queue, empty where that is not known."""
        queue = self._all_queues.get(queue_id)
        return queue.key if queue else ""

    def queue_words(self) -> dict[int, tuple[str, str]]:
        """Return each queue's name and what settings call it, on the floor or not, by id."""
        return {i: (queue.name, queue.key) for i, queue in self._all_queues.items()}

    def goal_of(self, queue_id: int, moment_ms: int) -> Goal:
        """Return what a visit to a queue at a moment is measured against."""
        history = self._queues.get(queue_id)
        return history.at(moment_ms).goal if history else Goal()

    def _load(self) -> None:
        names = self._connection.execute("SELECT id, name FROM source").fetchall()
        self._sources = {source_id: safe_text(name) for source_id, name in names}
        agents: dict[int, _History[AgentName]] = defaultdict(_History)
        for agent_id, since_ms, name, team, seat, skills, key, source in self._connection.execute(
            "SELECT a.id, coalesce(h.since_ms, 0), h.name, h.team, h.seat, h.skills, a.key, a.source_id FROM agent a "
            "LEFT JOIN agent_history h ON h.agent_id = a.id ORDER BY a.id, h.since_ms"
        ).fetchall():
            texts = [safe_text(text or "") for text in (name or key, team, seat)]
            held = tuple(safe_text(skill) for skill in json.loads(skills or "[]"))
            agents[agent_id].add(since_ms, AgentName(texts[0], texts[1], texts[2], held, source))
        queues: dict[int, _History[QueueName]] = defaultdict(_History)
        for queue_id, since_ms, source, key, name, channel, *goal in self._connection.execute(
            "SELECT q.id, coalesce(h.since_ms, 0), q.source_id, q.key, h.name, h.channel, h.threshold_ms, "
            "h.short_abandon_ms, h.target, h.formula FROM queue q LEFT JOIN queue_history h ON h.queue_id = q.id "
            "ORDER BY q.id, h.since_ms"
        ).fetchall():
            measured = Goal() if goal[0] is None else Goal(*goal)
            kind = Channel(channel) if channel else Channel.VOICE
            queues[queue_id].add(since_ms, QueueName(safe_text(name or key), kind, measured, key, source))
        self._agents, self._queues = dict(agents), dict(queues)
        seats: dict[str, _History[Seat]] = defaultdict(_History)
        for label, since_ms, zone, row, column in self._connection.execute(
            "SELECT label, since_ms, zone, row_index, column_index FROM seat ORDER BY label, since_ms"
        ).fetchall():
            seats[label].add(since_ms, Seat(safe_text(label), safe_text(zone), row, column))
        self._seats = dict(seats)
        times: list[list[int]] = [history.since for history in agents.values()]
        times += [history.since for history in queues.values()] + [history.since for history in seats.values()]
        self._dated = any(len(since) > 1 for since in times)
