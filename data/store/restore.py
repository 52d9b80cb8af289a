"""What the recorder knew, read back from the store, so that a poller or an import goes on where it stopped."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict

from data.model.known import AgentKnown, Known, Seen, Standing, doing
from data.model.observation import AgentEntry, QueueEntry, SeatEntry
from data.model.rows import Call, Coverage, Member, Span
from data.model.words import Channel, State

_KEEP_MS = 6 * 3_600_000
"""How far back ended visits are read: a late word on one may still come."""

IDS_OF_A_SOURCE = 1 << 40
"""How many ids of agents, queues and calls each source has for itself, one source's after the other's."""

_LATEST = "SELECT max(since_ms) FROM {table} WHERE {owner} = h.{owner}"


def known(connection: sqlite3.Connection, source: str) -> Known:
    """Return the knowledge that a source's last written observation left behind."""
    source_id, cursor = connection.execute("SELECT id, cursor FROM source WHERE name = ?", (source,)).fetchone()
    covered = connection.execute(
        "SELECT * FROM coverage WHERE source_id = ? ORDER BY since_ms DESC LIMIT 1", (source_id,)
    ).fetchone()
    coverage = Coverage(*covered) if covered else None
    queues = dict(connection.execute("SELECT key, id FROM queue WHERE source_id = ?", (source_id,)).fetchall())
    open_calls, closed = _calls(connection, coverage, set(queues.values()))
    derived = (call.id for call in open_calls.values() if _was_derived(call))
    entries, channels = _entries(connection, source_id)
    return Known(
        source_id=source_id,
        agents=_agents(connection, source_id, open_calls),
        queues=queues,
        channels=channels,
        entries=entries,
        open=open_calls,
        closed=closed,
        derived=frozenset(derived),
        coverage=coverage,
        cursor=cursor,
        next_agent=_next(connection, "agent", source_id),
        next_queue=_next(connection, "queue", source_id),
        next_call=_next(connection, "call", source_id),
    )


def _next(connection: sqlite3.Connection, table: str, source_id: int) -> int:
    """Return the id after the last one in the source's own range: recorders side by side number without asking."""
    before = (source_id - 1) * IDS_OF_A_SOURCE
    sql = f"SELECT coalesce(max(id), ?1) + 1 FROM {table} WHERE id > ?1 AND id <= ?1 + {IDS_OF_A_SOURCE}"
    return int(connection.execute(sql, (before,)).fetchone()[0])


def _calls(
    connection: sqlite3.Connection, coverage: Coverage | None, queues: set[int]
) -> tuple[dict[tuple[str, int, int], Call], dict[tuple[str, int], Call]]:
    since_ms = coverage.until_ms - _KEEP_MS if coverage else 0
    rows = connection.execute(
        "SELECT * FROM call WHERE ended_ms IS NULL UNION ALL "
        "SELECT * FROM call WHERE ended_ms IS NOT NULL AND entered_ms >= ? ORDER BY entered_ms",
        (since_ms,),
    ).fetchall()
    calls = [Call(*row) for row in rows if row[2] in queues]
    open_calls: dict[tuple[str, int, int], Call] = {}
    for call in calls:
        if call.ended_ms is None:
            back = open_calls.pop((call.contact, call.queue_id, 0), None)
            if back is not None:
                open_calls[call.contact, call.queue_id, back.agent_id or -back.id] = back
            open_calls[call.contact, call.queue_id, 0] = call
    return open_calls, {(c.contact, c.queue_id): c for c in calls if c.ended_ms is not None}


def _was_derived(call: Call) -> bool:
    """Whether an open visit's entry was most likely worked out from its answer: it names no caller and fits exactly."""
    if call.answered_ms is None or call.caller or call.caller_name:
        return False
    return call.entered_ms == call.answered_ms - (call.wait_ms or 0)


def _agents(
    connection: sqlite3.Connection, source_id: int, open_calls: dict[tuple[str, int, int], Call]
) -> dict[str, AgentKnown]:
    members: dict[int, dict[int, Member]] = defaultdict(dict)
    for row in connection.execute("SELECT * FROM member WHERE until_ms IS NULL"):
        members[row[0]][row[1]] = Member(*row)
    talking: dict[int, list[Call]] = defaultdict(list)
    for call in open_calls.values():
        if call.agent_id is not None and call.answered_ms is not None:
            talking[call.agent_id].append(call)
    agents: dict[str, AgentKnown] = {}
    for agent_id, key, signed_in, presumed, paused, *row in connection.execute(
        "SELECT a.id, a.key, a.signed_in, a.presumed, a.paused, "
        "s.state, s.reason, s.queue_id, s.call_id, s.since_ms FROM agent a "
        "LEFT JOIN state_span s ON s.agent_id = a.id AND s.until_ms IS NULL AND s.since_ms = "
        "(SELECT max(since_ms) FROM state_span WHERE agent_id = a.id) WHERE a.source_id = ?",
        (source_id,),
    ):
        span = None if row[0] is None else Span(agent_id, State(row[0]), row[1], row[2], row[3], row[4])
        standing = Standing(bool(signed_in), bool(presumed), paused)
        agents[key] = _agent(agent_id, key, standing, span, members[agent_id], talking[agent_id])
    return agents


def _agent(
    agent_id: int, key: str, standing: Standing, span: Span | None, members: dict[int, Member], calls: list[Call]
) -> AgentKnown:
    state = span.state if span else State.UNKNOWN
    visit = (span.call_id, span.queue_id) if span and span.call_id and span.queue_id else None
    agent = AgentKnown(
        agent_id,
        key,
        members,
        *standing,
        calls=tuple(c.id for c in sorted(calls, key=lambda c: c.answered_ms or 0)),
        held=state == State.HOLD and bool(calls),
        ringing=visit if state == State.RINGING else None,
        wrapping=visit if state == State.WRAP_UP else None,
        span=span,
    )
    if span is not None and not agent.calls and doing(agent, {}) != span[1:5]:
        agent = agent._replace(seen=Seen(*span[1:4]))
    return agent


def _entries(
    connection: sqlite3.Connection, source_id: int
) -> tuple[dict[str, AgentEntry | QueueEntry | SeatEntry], dict[int, str]]:
    entries: dict[str, AgentEntry | QueueEntry | SeatEntry] = {}
    channels: dict[int, str] = {}
    latest = _LATEST.format(table="agent_history", owner="agent_id")
    for key, name, team, seat, skills in connection.execute(
        "SELECT a.key, h.name, h.team, h.seat, h.skills FROM agent a JOIN agent_history h ON h.agent_id = a.id "
        f"WHERE a.source_id = ? AND h.since_ms = ({latest})",
        (source_id,),
    ):
        entries[f"a:{key}"] = AgentEntry(key, name, team, seat, tuple(json.loads(skills)))
    latest = _LATEST.format(table="queue_history", owner="queue_id")
    for queue_id, key, name, channel, *goal in connection.execute(
        "SELECT q.id, q.key, h.name, h.channel, h.threshold_ms, h.short_abandon_ms, h.target, h.formula "
        f"FROM queue q JOIN queue_history h ON h.queue_id = q.id WHERE q.source_id = ? AND h.since_ms = ({latest})",
        (source_id,),
    ):
        entries[f"q:{key}"] = QueueEntry(key, name, Channel(channel), *goal)
        channels[queue_id] = channel
    latest = _LATEST.format(table="seat", owner="label")
    for row in connection.execute(
        f"SELECT label, zone, row_index, column_index FROM seat h WHERE since_ms = ({latest})"
    ):
        entries[f"s:{row[0]}"] = SeatEntry(*row)
    return entries, channels
