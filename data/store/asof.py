"""Agents and queues as of a moment, by correlated lookups, whose cost does not grow with what the store holds."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import inf

from data.metrics import NOTHING, CallFigures, Goal, as_of, figures_of, ratio, service_level_parts, total
from data.model.days import DAY, INTERVAL, MINUTE, interval_start
from data.model.picture import AgentRow, QueueRow, ServiceLevel
from data.model.rows import Call
from data.model.words import State
from data.store.directory import DirectoryCache
from data.store.schema import CALL_COLUMNS

_STATES = {str(state): state for state in State}

_AWAY = (State.OFFLINE, State.UNKNOWN)

SpanRow = tuple[int, str, str, int | None, int | None, int, int | None]

DEPTH_MINUTES = 30
"""How many whole minutes of depth a queue's row holds."""


def _last_known(span: SpanRow, over: bool) -> float:
    """Return the moment that must lie in the day for an agent to be of the day: the last of what is known of them."""
    if over:
        return span[6] or 0
    return span[5] if span[1] in _AWAY else inf


class AgentsAsOf:
    """The agents' rows. A row is rebuilt only when the agent's span, flags or membership is another one."""

    def __init__(self, connection: sqlite3.Connection, directory: DirectoryCache) -> None:
        """Read through `connection`; names come from `directory`."""
        self._connection = connection
        self._directory = directory
        self._rows: dict[int, tuple[object, AgentRow]] = {}
        self.members: dict[int, tuple[int, ...]] = {}
        """The ids of the queues each agent serves, unpaused, at the moment of the last `at`."""
        self._members_key: tuple[int, bool] = (-1, False)
        self._day_ms = -1

    def at(
        self, moment_ms: int, day_ms: int, blind_ms: int | None, flags: Mapping[int, Sequence[int]]
    ) -> tuple[AgentRow, ...]:
        """Return the agents of the day at a moment.

        `day_ms` is the day's start; `blind_ms` since when nothing is known (None: the moment was measured);
        `flags` gives each agent's (open flags, praises). Who has been off since before the day is left out.
        """
        spans: list[SpanRow] = self._connection.execute(
            "SELECT a.id, s.state, s.reason, s.queue_id, s.call_id, s.since_ms, s.until_ms FROM agent a "
            "CROSS JOIN state_span s ON s.agent_id = a.id AND s.since_ms = "
            "(SELECT max(since_ms) FROM state_span WHERE agent_id = a.id AND since_ms <= ?)",
            (moment_ms,),
        ).fetchall()
        self._load_members(moment_ms)
        stamp = self._directory.stamp
        kept: dict[int, tuple[object, AgentRow]] = {}
        changed: list[tuple[SpanRow, object]] = []
        for span in spans:
            until_ms = span[6]
            over = until_ms is not None and until_ms <= moment_ms
            if _last_known(span, over) < day_ms:
                continue
            agent_id = span[0]
            key: object = (span[:6], over, blind_ms, day_ms, stamp, flags.get(agent_id), self.members.get(agent_id))
            known = self._rows.get(agent_id)
            if known is not None and known[0] == key:
                kept[agent_id] = known
            else:
                changed.append((span if over else (*span[:6], None), key))
        figures = self._figures([span[0] for span, _ in changed], day_ms, moment_ms)
        for span, key in changed:
            row = self._row(span, blind_ms, flags.get(span[0], (0, 0)), figures[span[0]])
            kept[span[0]] = (key, row)
        self._rows = kept
        return tuple(kept[span[0]][1] for span in spans if span[0] in kept)

    def _row(
        self, span: SpanRow, blind_ms: int | None, flags: Sequence[int], figures: tuple[int, int, int | None]
    ) -> AgentRow:
        agent_id, word, reason, queue_id, _, since_ms, until_ms = span
        state = _STATES[word]
        if until_ms is not None:
            state, reason, queue_id, since_ms = State.UNKNOWN, "", None, until_ms
        elif blind_ms is not None and state != State.OFFLINE:
            state, reason, queue_id, since_ms = State.UNKNOWN, "", None, max(blind_ms, since_ms)
        name = self._directory.agent(agent_id)
        calls, handle_ms, rested_ms = figures
        return AgentRow(
            agent_id,
            name.name,
            name.team,
            name.seat,
            state,
            reason,
            self._directory.queue_name(queue_id),
            since_ms,
            calls,
            handle_ms,
            flags[0],
            flags[1],
            tuple(self._directory.queue_name(queue) for queue in self.members.get(agent_id, ())),
            None if state in (State.OFFLINE, State.UNKNOWN) else rested_ms,
        )

    def _figures(self, agents: list[int], day_ms: int, moment_ms: int) -> dict[int, tuple[int, int, int | None]]:
        """Return, by agent, the day's handled visits, their talk + hold + wrap-up, and when the last rest ended.

        A rest is a break of 5 minutes or more, or the time before the first sign-in.
        """
        if not agents:
            return {}
        given = (json.dumps(agents), moment_ms, day_ms)
        handled = {
            agent: (calls, handle_ms)
            for agent, calls, handle_ms in self._connection.execute(
                "SELECT j.value, count(*), sum(talk_ms + coalesce(hold_ms, 0) + CASE WHEN ended_ms + wrap_up_ms <= ?2 "
                "THEN wrap_up_ms ELSE 0 END) FROM json_each(?1) j CROSS JOIN call c ON c.agent_id = j.value "
                "AND entered_ms >= ?3 AND entered_ms <= ?2 AND ended_ms <= ?2 AND talk_ms IS NOT NULL GROUP BY j.value",
                given,
            ).fetchall()
        }
        rested = self._connection.execute(
            "SELECT j.value, coalesce((SELECT max(until_ms) FROM state_span WHERE agent_id = j.value AND until_ms > ?3 "
            "AND until_ms <= ?2 AND state IN ('not_ready', 'offline') AND until_ms - since_ms >= 300000), "
            "(SELECT min(since_ms) FROM state_span WHERE agent_id = j.value AND since_ms >= ?3)) FROM json_each(?1) j",
            given,
        ).fetchall()
        return {agent: (*handled.get(agent, (0, 0)), rested_ms) for agent, rested_ms in rested}

    def _load_members(self, moment_ms: int) -> None:
        """Load who serves which queue, unless the writer has changed nothing and this is the live edge still."""
        revision = self._directory.revision("member")
        if self._members_key == (revision, True):
            return
        serving: dict[int, list[int]] = defaultdict(list)
        for agent_id, queue_id, until_ms, paused in self._connection.execute(
            "SELECT p.agent_id, p.queue_id, m.until_ms, m.paused FROM membership p CROSS JOIN member m "
            "ON m.agent_id = p.agent_id AND m.queue_id = p.queue_id AND m.since_ms = (SELECT max(since_ms) "
            "FROM member WHERE agent_id = p.agent_id AND queue_id = p.queue_id AND since_ms <= ?)",
            (moment_ms,),
        ).fetchall():
            if paused is None and (until_ms is None or until_ms > moment_ms):
                serving[agent_id].append(queue_id)
        self.members = {agent: tuple(queues) for agent, queues in serving.items()}
        edge = self._connection.execute("SELECT max(until_ms) FROM coverage").fetchone()[0]
        self._members_key = (revision, edge is not None and moment_ms >= edge)

    @staticmethod
    def free(agents: Iterable[AgentRow]) -> frozenset[int]:
        """Return the ids of the agents that are available."""
        return frozenset(agent.id for agent in agents if agent.state == State.AVAILABLE)


class QueuesAsOf:
    """The queues' rows: rollups for the day's full intervals, the visits themselves for what is not settled."""

    def __init__(self, connection: sqlite3.Connection, directory: DirectoryCache) -> None:
        """Read through `connection`; names and goals come from `directory`."""
        self._connection = connection
        self._directory = directory

    def at(
        self,
        moment_ms: int,
        day_ms: int,
        free: frozenset[int],
        members: Mapping[int, Sequence[int]],
        known: bool,
    ) -> tuple[tuple[QueueRow, ...], ServiceLevel]:
        """Return the queues at a moment and the floor's service level; nobody waits where nothing is `known`."""
        figures, waiting, talking = self._figures(moment_ms, day_ms)
        if not known:
            waiting, talking = {}, {}
        depth = self._depth(moment_ms)
        serving: dict[int, int] = defaultdict(int)
        available: dict[int, int] = defaultdict(int)
        for agent, queues in members.items():
            for queue in queues:
                serving[queue] += 1
                available[queue] += agent in free
        rows = []
        within = n = 0
        for queue_id, (name, channel, goal) in self._directory.queues.items():
            f = figures.get(queue_id, NOTHING)
            service = _service(f, goal)
            within, n = within + service.within, n + service.n
            entered = waiting.get(queue_id, [])
            rows.append(
                QueueRow(
                    id=queue_id,
                    name=name,
                    channel=channel,
                    waiting=len(entered),
                    oldest_ms=min(entered, default=None),
                    talking=talking.get(queue_id, 0),
                    service=service,
                    offered=f.offered,
                    answered=f.answered,
                    abandoned=f.abandoned,
                    available=available[queue_id],
                    members=serving[queue_id],
                    free_elsewhere=len(free) - available[queue_id] if entered else 0,
                    depth=depth.get(queue_id, (0,) * DEPTH_MINUTES),
                )
            )
        return tuple(rows), self._overall(rows, within, n)

    @staticmethod
    def _overall(rows: list[QueueRow], within: int, n: int) -> ServiceLevel:
        """Sum numerators and denominators; where queues differ in formula or threshold, say so by an empty name."""
        formulas = {row.service.formula for row in rows}
        thresholds = {row.service.threshold_ms for row in rows}
        target = min((row.service.target for row in rows), default=Goal().target)
        formula = formulas.pop() if len(formulas) == 1 else ""
        return ServiceLevel(ratio(within, n), within, n, formula, max(thresholds, default=0), target)

    def _figures(
        self, moment_ms: int, day_ms: int
    ) -> tuple[dict[int, CallFigures], dict[int, list[int]], dict[int, int]]:
        """Return the day's figures up to a moment, the entries of who waits then, and how many talk, by queue."""
        edge_ms = max(interval_start(moment_ms), day_ms)
        figures: dict[int, list[CallFigures]] = defaultdict(list)
        for queue_id, rolled in self._rolled(day_ms, edge_ms):
            figures[queue_id].append(rolled)
        waiting: dict[int, list[int]] = defaultdict(list)
        talking: dict[int, int] = defaultdict(int)
        for call in self._unsettled(moment_ms, edge_ms):
            queue_id = call.queue_id
            settled = call.ended_ms is not None and call.ended_ms <= moment_ms
            if not settled:
                if call.answered_ms is not None and call.answered_ms <= moment_ms:
                    talking[queue_id] += 1
                else:
                    waiting[queue_id].append(call.entered_ms)
            if call.entered_ms < day_ms or (settled and call.entered_ms < edge_ms):
                continue
            goal = self._directory.goal_of(queue_id, call.entered_ms)
            now = figures_of(call if settled else as_of(call, moment_ms), goal)
            if call.entered_ms < edge_ms:
                now = now.minus(figures_of(call, goal))
            figures[queue_id].append(now)
        return {queue_id: total(parts) for queue_id, parts in figures.items()}, waiting, talking

    def _rolled(self, day_ms: int, edge_ms: int) -> list[tuple[int, CallFigures]]:
        """Return the sums of the rollups from the day's start to the interval that is not full yet."""
        sums = ", ".join("max(max_wait_ms)" if name == "max_wait_ms" else f"sum({name})" for name in CALL_COLUMNS)
        rows = self._connection.execute(
            f"SELECT queue_id, {sums} FROM rollup_queue WHERE start_ms >= ? AND start_ms < ? GROUP BY queue_id",
            (day_ms, edge_ms),
        ).fetchall()
        return [(row[0], CallFigures(*row[1:])) for row in rows]

    def _unsettled(self, moment_ms: int, edge_ms: int) -> list[Call]:
        """Return the visits that may not be as the rollups have them: recent ones, long ones and open ones."""
        recent_ms = edge_ms - INTERVAL
        rows = self._connection.execute(
            "SELECT * FROM call WHERE entered_ms >= ?4 AND entered_ms <= ?2 UNION ALL "
            "SELECT * FROM call WHERE entered_ms >= ?1 AND entered_ms < ?4 AND ended_ms > ?2 UNION ALL "
            "SELECT * FROM call WHERE ended_ms > ?2 AND ended_ms <= ?3 AND ended_ms - entered_ms > 900000 "
            "AND entered_ms < ?1 UNION ALL "
            "SELECT * FROM call WHERE ended_ms IS NULL AND entered_ms < ?4",
            (recent_ms, moment_ms, moment_ms + DAY, edge_ms),
        ).fetchall()
        return [Call(*row) for row in rows]

    def _depth(self, moment_ms: int) -> dict[int, tuple[int, ...]]:
        last = moment_ms - moment_ms % MINUTE
        first = last - (DEPTH_MINUTES - 1) * MINUTE
        depth: dict[int, list[int]] = {}
        for queue_id, at_ms, waiting in self._connection.execute(
            "SELECT queue_id, at_ms, waiting FROM queue_sample WHERE at_ms >= ? AND at_ms <= ?", (first, last)
        ).fetchall():
            depth.setdefault(queue_id, [0] * DEPTH_MINUTES)[(at_ms - first) // MINUTE] = waiting
        return {queue_id: tuple(values) for queue_id, values in depth.items()}


def _service(f: CallFigures, goal: Goal) -> ServiceLevel:
    within, n = service_level_parts(f, goal.formula)
    return ServiceLevel(ratio(within, n), within, n, goal.formula, goal.threshold_ms, goal.target)
