"""Agents and queues as of a moment, by correlated lookups, whose cost does not grow with what the store holds."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, groupby
from operator import itemgetter

from data.metrics import NOTHING, CallFigures, Goal, as_of, figures_of, ratio, service_level_parts, total
from data.model.days import DAY, INTERVAL, MINUTE, interval_start
from data.model.picture import AgentRow, QueueRow, ServiceLevel
from data.model.rows import Call
from data.model.text import safe_text
from data.model.words import Channel, State
from data.store.directory import DirectoryCache
from data.store.handled import HandledBook
from data.store.schema import CALL_COLUMNS
from data.store.sources import Present

_STATES = {str(state): state for state in State}

_AWAY = frozenset({State.OFFLINE, State.UNKNOWN})

_UNKNOWN = State.UNKNOWN
_NO_FLAGS = (0, 0, 0)
_NO_QUEUE = ("", "")

SpanRow = tuple[int, str, str, int | None, int | None, int, int | None]

_SPANS = (
    "SELECT a.id, s.state, s.reason, s.queue_id, s.call_id, s.since_ms, s.until_ms FROM agent a "
    "CROSS JOIN state_span s ON s.agent_id = a.id AND s.since_ms = "
    "(SELECT max(since_ms) FROM state_span WHERE agent_id = a.id AND since_ms <= ?)"
)
_SERVING = (
    "CROSS JOIN member m ON m.agent_id = p.agent_id AND m.queue_id = p.queue_id AND m.since_ms = (SELECT max(since_ms) "
    "FROM member WHERE agent_id = p.agent_id AND queue_id = p.queue_id AND since_ms <= ?1) "
    "WHERE m.paused IS NULL AND (m.until_ms IS NULL OR m.until_ms > ?1)"
)
_MEMBERS = f"SELECT p.agent_id, p.queue_id FROM membership p {_SERVING}"
_SOME_MEMBERS = (
    f"SELECT p.agent_id, p.queue_id FROM json_each(?2) j CROSS JOIN membership p ON p.agent_id = j.value {_SERVING}"
)

_ROLLED = (
    f"SELECT queue_id, {', '.join(f'sum({name})' for name in CALL_COLUMNS)} FROM rollup_queue "
    "WHERE start_ms >= ? AND start_ms < ? GROUP BY queue_id"
)
_LATELY = "SELECT queue_id, sum(offered) FROM rollup_queue WHERE start_ms >= ? AND start_ms < ? GROUP BY queue_id"
_MEASURED = (  # from the stretch on in which a time lies, or the next one
    "SELECT s.id, max(c.since_ms, ?1), c.until_ms FROM source s CROSS JOIN coverage c ON c.source_id = s.id "
    "AND c.since_ms >= coalesce((SELECT max(since_ms) FROM coverage WHERE source_id = s.id AND since_ms <= ?1), ?1) "
    "AND c.since_ms < ?2 ORDER BY s.id, c.since_ms"
)
_ENTERED = "SELECT * FROM call WHERE entered_ms >= ? AND entered_ms < ?"
_UNENDED = (
    # entered of late, long ago (those that took long have an index of their own), or never ended
    "FROM (SELECT * FROM call WHERE entered_ms >= ?1 AND entered_ms <= ?2 AND ended_ms > ?2 UNION ALL "
    "SELECT * FROM call WHERE ended_ms > ?2 AND ended_ms <= ?3 AND ended_ms - entered_ms > 900000 "
    "AND entered_ms < ?1 UNION ALL "
    "SELECT * FROM call WHERE ended_ms > ?3 AND ended_ms - entered_ms > 86400000 AND entered_ms < ?1 UNION ALL "
    "SELECT * FROM call WHERE ended_ms IS NULL AND entered_ms <= ?2)"
)
_WAITING = f"SELECT * {_UNENDED} WHERE answered_ms IS NULL OR answered_ms > ?2"
_TALKING = f"SELECT queue_id, count(*) {_UNENDED} WHERE answered_ms <= ?2 GROUP BY queue_id"

DEPTH_MINUTES = 30
"""How many whole minutes of depth a queue's row holds."""

LATELY_MS = 30 * MINUTE
"""How long before the quarter of an hour of the moment arrivals count as those of late."""


def _is_of_day(span: SpanRow, moment_ms: int, day_ms: int) -> bool:
    """Whether the last of what is known of an agent lies in the day."""
    until_ms = span[6]
    if until_ms is not None and until_ms <= moment_ms:
        return until_ms >= day_ms
    return span[5] >= day_ms or span[1] not in _AWAY


class AgentsAsOf:
    """The agents' rows.

    At the live edge a row is built anew only when the agent's span, flags or membership is another one: the writer
    says (`revision`) when anything else of an agent changed. In the past all rows are built.
    """

    def __init__(self, connection: sqlite3.Connection, directory: DirectoryCache) -> None:
        """Read through `connection`; names come from `directory`."""
        self._connection = connection
        self._directory = directory
        self._handled = HandledBook(connection)
        self.members: dict[int, tuple[int, ...]] = {}
        """The ids of the queues each agent serves, unpaused, at the moment of the last `at`."""
        self._kept_for: object = None
        self._spans: list[SpanRow] = []
        self._flags: Mapping[int, Sequence[int]] = {}
        self._rows: dict[int, AgentRow] = {}

    def at(
        self, moment_ms: int, day_ms: int, sources: Present, flags: Mapping[int, Sequence[int]]
    ) -> tuple[AgentRow, ...]:
        """Return the agents of the day at a moment.

        `day_ms` is the day's start; `sources` how their sources are at the moment; `flags` gives each agent's (open
        flags, praises). Who has been off since before the day is left out, and who is of no source on the floor.
        """
        blind, here, live = sources.blind, sources.here, sources.live
        spans: list[SpanRow] = self._connection.execute(_SPANS, (moment_ms,)).fetchall()
        revisions = [self._directory.revision(name) for name in ("member", "rollup")]
        kept_for = (day_ms, blind, here, self._directory.stamp, revisions, len(spans)) if live else None
        if live and kept_for == self._kept_for:
            changed = {new[0]: new for new, old in zip(spans, self._spans, strict=True) if new != old}
            before = self._flags
            flagged = {agent for agent in flags.keys() | before.keys() if flags.get(agent) != before.get(agent)}
            changed |= {span[0]: span for span in spans if span[0] in flagged} if flagged else {}
            rows = self._rows
        else:
            changed, rows, self.members = {span[0]: span for span in spans}, {}, {}
        self._load_members(moment_ms, changed, everybody=not rows)
        shown = [span for span in changed.values() if _is_of_day(span, moment_ms, day_ms)]
        if here is not None:
            shown = [span for span in shown if self._directory.agent(span[0]).source in here]
        for agent in changed:
            rows.pop(agent, None)
        rows |= {row[0]: row for row in self._built(shown, moment_ms, day_ms, blind, flags)}
        self._kept_for, self._spans, self._flags, self._rows = kept_for, spans, flags, rows
        return tuple([rows[span[0]] for span in spans if span[0] in rows])

    def _built(
        self,
        spans: Sequence[SpanRow],
        moment_ms: int,
        day_ms: int,
        blind: Mapping[int, int],
        flags: Mapping[int, Sequence[int]],
    ) -> list[AgentRow]:
        """Return the rows of agents who are in these spans; `blind` as in `Present`."""
        handled = self._handled.of([span[0] for span in spans], day_ms, moment_ms)
        agent_of, members = self._directory.agent, self.members
        source_name = self._directory.source_name
        queue_of = self._directory.queue_words()
        named = {queues: tuple([queue_of.get(i, _NO_QUEUE)[0] for i in queues]) for queues in {(), *members.values()}}
        rows = []
        for span, (calls, handle_ms, rested_ms) in zip(spans, handled, strict=True):
            agent_id, word, reason, queue_id, _, since_ms, until_ms = span
            name, team, seat, _skills, source = agent_of(agent_id)
            state, queue = _STATES[word], queue_of.get(queue_id or 0, _NO_QUEUE)
            if until_ms is not None and until_ms <= moment_ms:
                state, reason, queue, since_ms = _UNKNOWN, "", _NO_QUEUE, until_ms
            elif blind and source in blind and word != "offline":
                state, reason, queue, since_ms = _UNKNOWN, "", _NO_QUEUE, max(blind[source], since_ms)
            raised, praise, urgent = flags.get(agent_id, _NO_FLAGS)
            queues = named[members.get(agent_id, ())]
            rested = None if state in _AWAY else rested_ms
            doing = (state, safe_text(reason), queue[0], since_ms, calls, handle_ms, raised, praise, queues)
            more = (rested, urgent, queue[1], source_name(source))
            rows.append(AgentRow._make((agent_id, name, team, seat, *doing, *more)))
        return rows

    def _load_members(self, moment_ms: int, agents: Collection[int], everybody: bool) -> None:
        """Load which queues some agents serve, or all do."""
        if everybody:
            rows = self._connection.execute(_MEMBERS, (moment_ms,)).fetchall()
        else:
            rows = self._connection.execute(_SOME_MEMBERS, (moment_ms, json.dumps(list(agents)))).fetchall()
            for agent in agents:
                self.members.pop(agent, None)
        for agent, group in groupby(rows, key=itemgetter(0)):
            self.members[agent] = tuple([queue_id for _, queue_id in group])

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
        sources: Present,
    ) -> tuple[tuple[QueueRow, ...], ServiceLevel]:
        """Return the queues at a moment and the floor's service level; nobody waits where a source was not measured."""
        figures, waiting, talking, lately = self._figures(moment_ms, day_ms, sources.live)
        lately_ms = self._measured(moment_ms, sources)
        free_of = self._free_of(free, sources)
        depth = self._depth(moment_ms)
        serving = Counter(chain.from_iterable(members.values()))
        available = Counter(chain.from_iterable(members.get(agent, ()) for agent in free))
        rows = []
        within = n = 0
        for queue_id, (name, channel, goal, key, source) in self._directory.queues.items():
            f = figures.get(queue_id, NOTHING)
            service = _service(f, goal)
            within, n = within + service.within, n + service.n
            known = source not in sources.blind
            entered = waiting.get(queue_id, []) if known else []
            row = _row_of_day(queue_id, name, channel, key, service, f)
            rows.append(
                row._replace(
                    waiting=len(entered),
                    oldest_ms=min(entered, default=None),
                    talking=talking.get(queue_id, 0) if known else 0,
                    available=available[queue_id],
                    members=serving[queue_id],
                    free_elsewhere=free_of[source] - available[queue_id] if entered else 0,
                    depth=depth.get(queue_id, row.depth),
                    unknown=not known,
                    lately=lately.get(queue_id, 0),
                    lately_ms=lately_ms.get(source, 0),
                    source=self._directory.source_name(source),
                )
            )
        return tuple(rows), self._overall(rows, within, n)

    def _free_of(self, free: frozenset[int], sources: Present) -> Mapping[int, int]:
        """Return how many agents are free at each source: a queue is served by agents of its own one only."""
        if len(sources.states) < 2:
            return defaultdict(lambda: len(free))
        return Counter(self._directory.agent(agent).source for agent in free)

    @staticmethod
    def _overall(rows: list[QueueRow], within: int, n: int) -> ServiceLevel:
        """Sum numerators and denominators; where queues differ in formula or threshold, say so by an empty name."""
        formulas = {row.service.formula for row in rows}
        thresholds = {row.service.threshold_ms for row in rows}
        target = min((row.service.target for row in rows), default=Goal().target)
        formula = formulas.pop() if len(formulas) == 1 else ""
        return ServiceLevel(ratio(within, n), within, n, formula, max(thresholds, default=0), target)

    def _figures(
        self, moment_ms: int, day_ms: int, live: bool
    ) -> tuple[dict[int, CallFigures], dict[int, list[int]], dict[int, int], Counter[int]]:
        """Return the day's figures up to a moment, who waits then since when, how many talk and came of late, by queue.

        The interval of the moment is taken whole and what came later in it taken off, or, early in it, only what
        came so far added: whichever is less to read. Of the figures only those hold that a row shows: they count a
        visit the same from its answer on.
        """
        start_ms = interval_start(moment_ms)
        whole = live or moment_ms - start_ms > INTERVAL // 2
        edge_ms = start_ms + INTERVAL if whole else start_ms
        figures: dict[int, list[CallFigures]] = defaultdict(list)
        for queue_id, rolled in self._rolled(day_ms, edge_ms):
            figures[queue_id].append(rolled)
        goal_of = self._directory.goal_of
        loose: dict[int, list[CallFigures]] = defaultdict(list)
        entered = (moment_ms + 1, edge_ms) if whole else (edge_ms, moment_ms + 1)
        for row in self._connection.execute(_ENTERED, entered).fetchall():
            call = Call._make(row)
            seen = call if whole else as_of(call, moment_ms)
            loose[call.queue_id].append(figures_of(seen, goal_of(call.queue_id, call.entered_ms)))
        lately = Counter(dict(self._connection.execute(_LATELY, (start_ms - LATELY_MS, edge_ms)).fetchall()))
        for queue_id, each in loose.items():
            lately[queue_id] += -len(each) if whole else len(each)
            figures[queue_id].append(NOTHING.minus(total(each)) if whole else total(each))
        unended = (start_ms - INTERVAL, moment_ms, moment_ms + DAY)
        waiting: dict[int, list[int]] = defaultdict(list)
        for row in self._connection.execute(_WAITING, unended).fetchall():
            call = Call._make(row)
            waiting[call.queue_id].append(call.entered_ms)
            if day_ms <= call.entered_ms < edge_ms:
                goal = goal_of(call.queue_id, call.entered_ms)
                now = figures_of(as_of(call, moment_ms), goal).minus(figures_of(call, goal))
                figures[call.queue_id].append(now)
        talking = dict(self._connection.execute(_TALKING, unended).fetchall())
        return {queue_id: total(parts) for queue_id, parts in figures.items()}, waiting, talking, lately

    def _measured(self, moment_ms: int, sources: Present) -> dict[int, int]:
        """Return how much of the time of late each source was measured, by its id; while it is, up to the moment."""
        since_ms = interval_start(moment_ms) - LATELY_MS
        found: dict[int, int] = {}
        rows = self._connection.execute(_MEASURED, (since_ms, moment_ms)).fetchall()
        for source, stretches in groupby(rows, key=itemgetter(0)):
            *ended, (_, from_ms, until_ms) = stretches
            until_ms = until_ms if source in sources.blind else moment_ms
            found[source] = sum(
                max(0, min(until, moment_ms) - since) for _, since, until in [*ended, (0, from_ms, until_ms)]
            )
        return found

    def _rolled(self, day_ms: int, edge_ms: int) -> list[tuple[int, CallFigures]]:
        """Return the sums of the rollups from the day's start to an interval's start."""
        rows = self._connection.execute(_ROLLED, (day_ms, edge_ms)).fetchall()
        return [(row[0], CallFigures._make(row[1:])) for row in rows]

    def _depth(self, moment_ms: int) -> dict[int, tuple[int, ...]]:
        last = moment_ms - moment_ms % MINUTE
        first = last - (DEPTH_MINUTES - 1) * MINUTE
        depth: dict[int, list[int]] = {}
        for queue_id, at_ms, waiting in self._connection.execute(
            "SELECT queue_id, at_ms, waiting FROM queue_sample WHERE at_ms >= ? AND at_ms <= ?", (first, last)
        ).fetchall():
            depth.setdefault(queue_id, [0] * DEPTH_MINUTES)[(at_ms - first) // MINUTE] = waiting
        return {queue_id: tuple(values) for queue_id, values in depth.items()}


def _row_of_day(
    queue_id: int, name: str, channel: Channel, key: str, service: ServiceLevel, f: CallFigures
) -> QueueRow:
    """Return a queue's row with what the day brought; nobody waits, talks or is there yet."""
    return QueueRow(
        id=queue_id,
        name=name,
        channel=channel,
        waiting=0,
        oldest_ms=None,
        talking=0,
        service=service,
        offered=f.offered,
        answered=f.answered,
        abandoned=f.abandoned,
        available=0,
        members=0,
        free_elsewhere=0,
        depth=(0,) * DEPTH_MINUTES,
        key=key,
        other=f.overflowed + f.timed_out + f.lost,
        waited_ms=f.wait_answered_ms + f.wait_abandoned_ms,
    )


def _service(f: CallFigures, goal: Goal) -> ServiceLevel:
    within, n = service_level_parts(f, goal.formula)
    return ServiceLevel(ratio(within, n), within, n, goal.formula, goal.threshold_ms, goal.target)
