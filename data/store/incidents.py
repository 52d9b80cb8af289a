"""Incidents, written: noted, measures and who was told, over, reviewed. Each keeps when it was told as well."""

from __future__ import annotations

import sqlite3
from typing import Any

from data.discipline.rounds import shifts_at
from data.model.discipline import Entry
from data.model.discipline_requests import AddToIncident, EndIncident, NoteIncident, ReviewIncident
from data.model.people import Answer, Refusal
from data.model.text import safe_text
from data.store import catalogues
from data.store.asked import LARGEST_ID, LATEST_FOLLOW_UP_MS, Ordered, RefusedError, kept_text
from data.store.roundbook import site_zone


def note_incident(connection: sqlite3.Connection, request: NoteIncident, ordered: Ordered) -> Answer:
    """Note that something happened. Raises RefusedError."""
    catalogue = catalogues.in_force(connection, ordered.at_ms)
    kind = catalogue.incidents.get(request.kind)
    if kind is None:
        known = ", ".join(catalogue.incidents)
        raise RefusedError(f"there is no kind of incident {safe_text(request.kind, 60)!r}; there are {known}")
    at_ms = _passed(request.at_ms, ordered.at_ms)
    title = _something(request.title, "title: say what happened")
    going = shifts_at(catalogue, at_ms, site_zone(connection))
    shift = next((each.key for each in going if each.since_ms <= at_ms), "")
    made = connection.execute(
        "INSERT INTO incident (kind, en, zh, title, at_ms, noted_ms, noted_by, shift) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (request.kind, *kind, title, at_ms, ordered.at_ms, ordered.by, shift),
    )
    return Answer(True, f"{kind.en}: noted", made.lastrowid)


def _passed(moment_ms: int | None, at_ms: int) -> int:
    """Return when something happened. Raises RefusedError for the future, and for what is too long ago to be kept."""
    if moment_ms is None:
        return at_ms
    if not at_ms - LATEST_FOLLOW_UP_MS <= moment_ms <= at_ms:
        raise RefusedError("at_ms: lies in the past, within a year")
    return moment_ms


def _something(text: str, expected: str) -> str:
    if not text.strip():
        raise RefusedError(expected)
    return kept_text(text)


def _incident(connection: sqlite3.Connection, number: int) -> dict[str, Any]:
    """Return how an incident stands. Raises RefusedError where there is none."""
    columns = ("id", "en", "at_ms", "noted_ms", "ended_ms", "ended_by", "reviewed_ms", "reviewed_by")
    row = None
    if 0 < number <= LARGEST_ID:
        sql = f"SELECT {', '.join(columns)} FROM incident WHERE id = ?"
        row = connection.execute(sql, (number,)).fetchone()
    if row is None:
        raise RefusedError(f"there is no incident {number}", Refusal.UNKNOWN)
    return dict(zip(columns, row, strict=True))


def add_to_incident(connection: sqlite3.Connection, request: AddToIncident, ordered: Ordered) -> Answer:
    """Note a measure, who was told, or anything else. Raises RefusedError."""
    incident = _incident(connection, request.id)
    text = _something(request.text, "text: say what was done, or who was told")
    _enter(connection, request.id, request.kind, _passed(request.at_ms, ordered.at_ms), text, ordered)
    return Answer(True, f"{safe_text(incident['en'])}: noted", request.id)


def _enter(
    connection: sqlite3.Connection, incident_id: int, kind: Entry, at_ms: int, text: str, ordered: Ordered
) -> None:
    connection.execute(
        "INSERT INTO incident_entry (incident_id, kind, at_ms, noted_ms, text, noted_by) VALUES (?, ?, ?, ?, ?, ?)",
        (incident_id, kind, at_ms, ordered.at_ms, text, ordered.by),
    )


def end_incident(connection: sqlite3.Connection, request: EndIncident, ordered: Ordered) -> Answer:
    """Keep that an incident is over; what is said of it is noted. Raises RefusedError."""
    incident = _incident(connection, request.id)
    if incident["ended_ms"] is not None:
        raise RefusedError(f"this incident was ended already by {safe_text(incident['ended_by'])}")
    at_ms = max(ordered.at_ms, incident["noted_ms"])
    connection.execute("UPDATE incident SET ended_ms = ?, ended_by = ? WHERE id = ?", (at_ms, ordered.by, request.id))
    if request.note.strip():
        _enter(connection, request.id, Entry.NOTE, at_ms, kept_text(request.note), ordered)
    return Answer(True, f"{safe_text(incident['en'])}: over", request.id)


def review_incident(connection: sqlite3.Connection, request: ReviewIncident, ordered: Ordered) -> Answer:
    """Keep what was thought of an incident afterwards, once. Raises RefusedError."""
    incident = _incident(connection, request.id)
    if incident["ended_ms"] is None:
        raise RefusedError("this incident goes on: end it first")
    if incident["reviewed_ms"] is not None:
        raise RefusedError(f"this incident was reviewed already by {safe_text(incident['reviewed_by'])}")
    connection.execute(
        "UPDATE incident SET avoidable = ?, worked = ?, change = ?, reviewed_by = ?, reviewed_ms = ? WHERE id = ?",
        (
            *(request.avoidable, request.worked, kept_text(request.change), ordered.by),
            *(max(ordered.at_ms, incident["ended_ms"]), request.id),
        ),
    )
    return Answer(True, f"{safe_text(incident['en'])}: reviewed", request.id)
