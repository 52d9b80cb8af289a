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


class QueueName(NamedTuple):
    """A queue as known at a moment; texts safe."""

    name: str
    channel: Channel
    goal: Goal


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

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Load nothing yet."""
        self._connection = connection
        self._revision = -1
        self._moment_ms = 0
        self._agents: dict[int, _History[AgentName]] = {}
        self._queues: dict[int, _History[QueueName]] = {}
        self._seats: dict[str, _History[Seat]] = {}
        self._current: dict[int, AgentName] = {}
        self.queues: dict[int, QueueName] = {}
        self.seats: tuple[Seat, ...] = ()
        self._dated = False
        self.stamp = 0
        """Changes whenever a name may have."""

    def revision(self, name: str) -> int:
        """Return how often the writer has changed what goes by this name."""
        row = self._connection.execute("SELECT number FROM revision WHERE name = ?", (name,)).fetchone()
        return int(row[0])

    def refresh(self, moment_ms: int) -> None:
        """Bring the directory to a moment."""
        revision = self.revision("directory")
        if revision != self._revision:
            self._load()
            self._revision = revision
        elif moment_ms == self._moment_ms or not self._dated:
            return
        self._moment_ms = moment_ms
        agents = {i: history.at(moment_ms) for i, history in self._agents.items()}
        queues = {i: history.at(moment_ms) for i, history in self._queues.items()}
        seats = (history.at(moment_ms) for history in self._seats.values())
        self.seats = tuple(sorted(seats, key=lambda seat: (seat.zone, seat.row, seat.column, seat.label)))
        if (agents, queues) != (self._current, self.queues):
            self._current, self.queues = agents, queues
            self.stamp += 1

    def agent(self, agent_id: int) -> AgentName:
        """Return an agent by id."""
        return self._current.get(agent_id) or AgentName(f"#{agent_id}")

    def queue_name(self, queue_id: int | None) -> str:
        """Return a queue's name by id, empty for none."""
        queue = self.queues.get(queue_id) if queue_id is not None else None
        return queue.name if queue else ""

    def goal_of(self, queue_id: int, moment_ms: int) -> Goal:
        """Return what a visit to a queue at a moment is measured against."""
        history = self._queues.get(queue_id)
        return history.at(moment_ms).goal if history else Goal()

    def _load(self) -> None:
        agents: dict[int, _History[AgentName]] = defaultdict(_History)
        for agent_id, since_ms, name, team, seat, skills, key in self._connection.execute(
            "SELECT a.id, coalesce(h.since_ms, 0), h.name, h.team, h.seat, h.skills, a.key FROM agent a "
            "LEFT JOIN agent_history h ON h.agent_id = a.id ORDER BY a.id, h.since_ms"
        ).fetchall():
            texts = [safe_text(text or "") for text in (name or key, team, seat)]
            held = tuple(safe_text(skill) for skill in json.loads(skills or "[]"))
            agents[agent_id].add(since_ms, AgentName(texts[0], texts[1], texts[2], held))
        queues: dict[int, _History[QueueName]] = defaultdict(_History)
        for queue_id, since_ms, key, name, channel, *goal in self._connection.execute(
            "SELECT q.id, coalesce(h.since_ms, 0), q.key, h.name, h.channel, h.threshold_ms, h.short_abandon_ms, "
            "h.target, h.formula FROM queue q LEFT JOIN queue_history h ON h.queue_id = q.id "
            "ORDER BY q.id, h.since_ms"
        ).fetchall():
            measured = Goal() if goal[0] is None else Goal(*goal)
            kind = Channel(channel) if channel else Channel.VOICE
            queues[queue_id].add(since_ms, QueueName(safe_text(name or key), kind, measured))
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
