"""Whom and what an act is about, as the desk needs to know it: read in the transaction in which it is carried out."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from data.model.discipline import Where
from data.model.discipline_requests import (
    ChangeFinding,
    CloseFinding,
    DisciplineRequest,
    MarkPlace,
    RaiseFinding,
)
from data.model.people import (
    ChangeFlag,
    CloseFollowUp,
    Request,
    ResolveFlag,
    StopListeningIn,
)
from data.model.text import safe_text
from data.store.asked import RefusedError
from data.store.places import Place, place_of

_OWNERS: dict[type[Request], str] = {
    ChangeFlag: "flag",
    ResolveFlag: "flag",
    CloseFollowUp: "coaching",
    StopListeningIn: "listening",
}
"""Requests that name no agent, but a row about one."""


class Target(NamedTuple):
    """The agent an act is about: the source and its own key for them, their name there and their team now."""

    agent_id: int
    source: str
    key: str
    name: str
    team: str


class Listening(NamedTuple):
    """Somebody listens to an agent's call from a phone; times as in the table."""

    id: int
    agent_id: int
    since_ms: int
    ends_ms: int
    phone: str
    listener: str


def target_of(connection: sqlite3.Connection, request: Request) -> Target | None:
    """Return whom a request is about, None where there is no such agent, flag, coaching or listening."""
    table = _OWNERS.get(type(request))
    if table is None:
        return agent(connection, getattr(request, "agent"))  # noqa: B009 (all others have it)
    row = connection.execute(
        f"SELECT agent_id FROM {table} WHERE id = ?",
        (getattr(request, "id"),),  # noqa: B009
    ).fetchone()
    return None if row is None else agent(connection, row[0])


class Concern(NamedTuple):
    """Whom an act of discipline is about: an agent, else a place with the teams of who sits there, or nobody.

    `source` is whose clock it goes by, "" for the floor's.
    """

    source: str
    agent_id: int | None = None
    team: str = ""
    teams: frozenset[str] | None = None


def concern_of(connection: sqlite3.Connection, request: DisciplineRequest) -> Concern:
    """Return whom an act of discipline is about; of what there is not, nobody: it is refused when it is carried out."""
    place = _place_of(connection, request)
    if place is not None and place.agent_id is not None:
        target = agent(connection, place.agent_id)
        if target is not None:
            return Concern(target.source, target.agent_id, target.team)
    return Concern("", teams=frozenset() if place is None else place.teams - {""})


def _place_of(connection: sqlite3.Connection, request: DisciplineRequest) -> Place | None:
    try:
        if isinstance(request, MarkPlace | RaiseFinding):
            return place_of(connection, request.where, request.place)
        if isinstance(request, ChangeFinding | CloseFinding):
            sql = "SELECT place_kind, place, agent_id FROM finding WHERE id = ?"
            row = connection.execute(sql, (request.id,)).fetchone()
            if row is not None:
                return place_of(connection, Where(row[0]), row[1] if row[2] is None else str(row[2]))
    except RefusedError:
        return None
    return None


def agent(connection: sqlite3.Connection, agent_id: int) -> Target | None:
    """Return an agent by id."""
    row = connection.execute(
        "SELECT a.id, s.name, a.key, coalesce(h.name, a.key), coalesce(h.team, '') FROM agent a "
        "JOIN source s ON s.id = a.source_id LEFT JOIN agent_history h ON h.agent_id = a.id "
        "WHERE a.id = ? ORDER BY h.since_ms DESC LIMIT 1",
        (agent_id,),
    ).fetchone()
    if row is None:
        return None
    number, source, key, name, team = row
    return Target(number, source, key, safe_text(name), safe_text(team))


def queue_key(connection: sqlite3.Connection, source: str, queue_id: int) -> str | None:
    """Return a source's own key of one of its queues, None where it has no such one."""
    row = connection.execute(
        "SELECT q.key FROM queue q JOIN source s ON s.id = q.source_id WHERE q.id = ? AND s.name = ?",
        (queue_id, source),
    ).fetchone()
    return None if row is None else str(row[0])


def served(connection: sqlite3.Connection, agent_id: int) -> list[str]:
    """Return the source's keys of the queues that an agent is signed in to."""
    rows = connection.execute(
        "SELECT q.key FROM member m JOIN queue q ON q.id = m.queue_id WHERE m.agent_id = ? AND m.until_ms IS NULL "
        "ORDER BY q.key",
        (agent_id,),
    )
    return [key for (key,) in rows.fetchall()]


def listenings(connection: sqlite3.Connection) -> list[Listening]:
    """Return the listenings that go on."""
    rows = connection.execute(
        "SELECT id, agent_id, since_ms, ends_ms, phone, listener FROM listening WHERE until_ms IS NULL ORDER BY id"
    )
    return [Listening(*row) for row in rows.fetchall()]


def listening(connection: sqlite3.Connection, listening_id: int) -> Listening | None:
    """Return a listening that goes on, by id."""
    return next((each for each in listenings(connection) if each.id == listening_id), None)


def never_listened(connection: sqlite3.Connection, listening_id: int) -> None:
    """Take back the row of a listening that did not come about, in the caller's transaction; not one that was ended."""
    connection.execute("DELETE FROM listening WHERE id = ? AND until_ms IS NULL", (listening_id,))


def superseded(connection: sqlite3.Connection, one: Listening) -> bool:
    """Whether the phone of a listening was put on another call since: it is another listening that it is on now."""
    later = connection.execute(
        "SELECT 1 FROM listening l JOIN agent a ON a.id = l.agent_id JOIN agent own ON own.id = ? "
        "WHERE l.until_ms IS NULL AND l.phone = ? AND l.id > ? AND a.source_id = own.source_id",
        (one.agent_id, one.phone, one.id),
    )
    return later.fetchone() is not None


def call_is_over(connection: sqlite3.Connection, one: Listening) -> bool:
    """Whether the agent was seen in no call since a listening began, however shortly, and whatever they do now."""
    off = connection.execute(
        "SELECT 1 FROM state_span WHERE agent_id = ? AND since_ms > ? "
        "AND state IN ('available', 'ringing', 'wrap_up', 'not_ready', 'offline')",
        (one.agent_id, one.since_ms),
    )
    return off.fetchone() is not None
