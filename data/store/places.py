"""Where something is marked or found, as it is at the moment: checked against the map, the agents and the zones."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from data.model.days import DAY
from data.model.discipline import Where
from data.model.people import Refusal
from data.model.text import safe_text
from data.store.asked import RefusedError, name_of

_LATEST = "h.since_ms = (SELECT max(since_ms) FROM agent_history WHERE agent_id = h.agent_id)"
_AWAY = ("offline", "unknown")


class Place(NamedTuple):
    """A place that there is, and whose it is: `seat` is that of an agent, `team` of who sits there, "" for none.

    `teams` are those of all who are known to sit at a seat, of an agent the own one; empty: everybody's. `sitter` is
    who sits at a seat now, None where that is nobody or not one alone.
    """

    where: Where
    place: str
    name: str
    zone: str = ""
    seat: str = ""
    team: str = ""
    agent_id: int | None = None
    teams: frozenset[str] = frozenset()
    sitter: int | None = None

    @property
    def of_sitter(self) -> Place:
        """The same place as that of the one who sits there, where that is known."""
        return self if self.sitter is None else self._replace(agent_id=self.sitter)


def place_of(connection: sqlite3.Connection, where: Where, place: str) -> Place:
    """Return a place. Raises RefusedError for one that there is not, saying what is expected."""
    match where:
        case Where.AGENT:
            return _agent(connection, place)
        case Where.SEAT:
            return _seat(connection, place)
        case Where.ZONE:
            return _zone(connection, place)
        case Where.FLOOR:
            if place:
                raise RefusedError("place: the floor is one, it has no name")
            return Place(where, "", "the floor")


def _agent(connection: sqlite3.Connection, place: str) -> Place:
    if not place.isascii() or not place.isdecimal() or len(place) > 18:
        raise RefusedError("place: of an agent it is the number", Refusal.UNKNOWN)
    agent_id = int(place)
    name = name_of(connection, agent_id)
    row = connection.execute(
        f"SELECT coalesce(h.team, ''), coalesce(h.seat, '') FROM agent_history h WHERE h.agent_id = ? AND {_LATEST}",
        (agent_id,),
    ).fetchone()
    told = row or ("", "")
    team, seat = (safe_text(text) for text in told)
    zone = _zone_of(connection, told[1]) or ""
    return Place(Where.AGENT, str(agent_id), name, zone, seat, team, agent_id, frozenset({team}))


def _seat(connection: sqlite3.Connection, place: str) -> Place:
    seat = _as_kept(connection, "SELECT label FROM seat UNION SELECT seat FROM agent_history WHERE seat <> ''", place)
    people = connection.execute(
        f"SELECT h.agent_id, coalesce(h.team, ''), (SELECT state FROM state_span WHERE agent_id = h.agent_id "
        f"ORDER BY since_ms DESC LIMIT 1) FROM agent_history h WHERE h.seat = ? AND {_LATEST} ORDER BY h.agent_id",
        (seat,),
    ).fetchall()
    zone = _zone_of(connection, seat)
    if zone is None and not people:
        raise RefusedError(f"there is no seat {safe_text(place, 60)!r}", Refusal.UNKNOWN)
    present = [row for row in people if row[2] is not None and row[2] not in _AWAY]
    teams = [safe_text(team) for _, team, _ in present or people if team]
    sitter = present[0][0] if len(present) == 1 else None
    label = safe_text(seat)
    return Place(Where.SEAT, label, label, zone or "", label, teams[0] if teams else "", None, frozenset(teams), sitter)


def _as_kept(connection: sqlite3.Connection, names: str, shown: str) -> str:
    """Return the name of a place as a source told it, of which a screen shows what is safe."""
    if connection.execute(f"SELECT ? IN ({names})", (shown,)).fetchone() == (1,):
        return shown
    return next((name for (name,) in connection.execute(names).fetchall() if safe_text(name) == shown), shown)


def _zone(connection: sqlite3.Connection, place: str) -> Place:
    zones = sorted({safe_text(zone) for (zone,) in connection.execute("SELECT DISTINCT zone FROM seat").fetchall()})
    zone = safe_text(place)
    if zone in (zones or [""]):
        return Place(Where.ZONE, zone, zone or "the floor", zone)
    known = f"there are {', '.join(zones)}" if zones else "without a map the floor is one"
    raise RefusedError(f"there is no zone {safe_text(place, 60)!r}; {known}", Refusal.UNKNOWN)


def _zone_of(connection: sqlite3.Connection, seat: str) -> str | None:
    """Return the zone of a seat of the map, None for any other."""
    sql = "SELECT zone FROM seat WHERE label = ? ORDER BY since_ms DESC LIMIT 1"
    row = connection.execute(sql, (seat,)).fetchone()
    return None if row is None else safe_text(row[0])


def has_seats(connection: sqlite3.Connection, at_ms: int) -> bool:
    """Whether seats are known: of a map, or of anybody who was there of late. Else rules for seats are of agents."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM seat) OR EXISTS (SELECT 1 FROM agent_history h WHERE h.seat <> '' "
        f"AND {_LATEST} AND EXISTS (SELECT 1 FROM state_span WHERE agent_id = h.agent_id AND since_ms > ?))"
    )
    return bool(connection.execute(sql, (at_ms - 2 * DAY,)).fetchone()[0])
