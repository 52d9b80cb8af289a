"""What people order about discipline, carried out: each in a savepoint, so that nothing stays of what is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from data.alerts import LIMITS, Limits
from data.model.discipline_requests import (
    AcknowledgeHandover,
    AddToIncident,
    ChangeFinding,
    CloseFinding,
    DisciplineRequest,
    EndIncident,
    EndRound,
    MarkPlace,
    NoteIncident,
    RaiseFinding,
    ReviewIncident,
    SetRoster,
    StartRound,
    WriteHandover,
)
from data.model.people import Answer
from data.store import findings, handovers, incidents, rosters, rounds
from data.store.asked import Ordered, RefusedError


def carried_out(
    connection: sqlite3.Connection, request: DisciplineRequest, ordered: Ordered, limits: Limits = LIMITS
) -> Answer:
    """Do what is ordered, in the caller's transaction, and tell readers. Raises RefusedError, with nothing written."""
    connection.execute("SAVEPOINT discipline")
    try:
        answer = _done(connection, request, ordered, limits)
        connection.execute("UPDATE revision SET number = number + 1 WHERE name = 'discipline'")
    except RefusedError:
        connection.execute("ROLLBACK TO discipline")
        raise
    finally:
        if connection.in_transaction:
            connection.execute("RELEASE discipline")
    return answer


def _done(connection: sqlite3.Connection, request: DisciplineRequest, ordered: Ordered, limits: Limits) -> Answer:
    if isinstance(request, WriteHandover):
        return handovers.write_handover(connection, request, ordered, limits)
    return _BY_STORE[type(request)](connection, request, ordered)


_BY_STORE: Mapping[type[DisciplineRequest], Callable[[sqlite3.Connection, Any, Ordered], Answer]] = {
    StartRound: rounds.start_round,
    MarkPlace: rounds.mark_place,
    EndRound: rounds.end_round,
    RaiseFinding: findings.raise_finding,
    ChangeFinding: findings.change_finding,
    CloseFinding: findings.close_finding,
    NoteIncident: incidents.note_incident,
    AddToIncident: incidents.add_to_incident,
    EndIncident: incidents.end_incident,
    ReviewIncident: incidents.review_incident,
    AcknowledgeHandover: handovers.acknowledge_handover,
    SetRoster: rosters.set_roster,
}
