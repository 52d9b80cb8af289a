"""Handovers, written: what is open is gathered here and stays as it was; another one's word makes it count."""

from __future__ import annotations

import sqlite3

from data.alerts import LIMITS, Limits
from data.discipline.handover import items_json
from data.discipline.rounds import shift_of
from data.model.days import local_time
from data.model.discipline_requests import AcknowledgeHandover, WriteHandover
from data.model.people import Answer, Refusal
from data.model.text import safe_text
from data.store import catalogues
from data.store.asked import LARGEST_ID, Ordered, RefusedError, kept_text
from data.store.directory import DirectoryCache
from data.store.findings import LONGEST_OVER_MS
from data.store.floor_at import FloorAsOf
from data.store.roundbook import site_zone


def write_handover(
    connection: sqlite3.Connection, request: WriteHandover, ordered: Ordered, limits: Limits = LIMITS
) -> Answer:
    """Complete the handover of a shift with what is open now. Raises RefusedError."""
    zone = site_zone(connection)
    shift = shift_of(catalogues.in_force(connection, ordered.at_ms), request.shift, zone)
    if shift is None:
        raise RefusedError(f"there is no shift {safe_text(request.shift, 60)!r}", Refusal.UNKNOWN)
    if shift.since_ms > ordered.at_ms:
        raise RefusedError(f"this shift begins at {local_time(shift.since_ms, zone):%H:%M on %Y-%m-%d}")
    if ordered.at_ms > shift.until_ms + LONGEST_OVER_MS:
        raise RefusedError("this shift ended more than a day ago")
    sql = "SELECT acknowledged_by FROM handover WHERE shift = ? AND acknowledged_ms IS NOT NULL"
    taken = connection.execute(sql, (shift.key,)).fetchone()
    if taken is not None:
        raise RefusedError(f"this shift is handed over: {safe_text(taken[0])} has acknowledged it")
    floor = FloorAsOf(connection, DirectoryCache(connection), limits)
    picture = floor.at(ordered.at_ms, zone, loads=False)
    attendance = floor.discipline.attendance(picture, zone)
    told = floor.discipline.handover(picture, attendance, zone, shift.key)
    items = () if told is None else told.items
    made = connection.execute(
        "INSERT INTO handover (shift, at_ms, written_by, note, items) VALUES (?, ?, ?, ?, ?)",
        (shift.key, ordered.at_ms, ordered.by, kept_text(request.note), items_json(items)),
    )
    lines = "1 line" if len(items) == 1 else f"{len(items)} lines"
    return Answer(True, f"{shift.en}: handed over with {lines}; it counts once it is acknowledged", made.lastrowid)


def acknowledge_handover(connection: sqlite3.Connection, request: AcknowledgeHandover, ordered: Ordered) -> Answer:
    """Keep that somebody else has read a handover. Raises RefusedError."""
    row = None
    if 0 < request.id <= LARGEST_ID:
        sql = "SELECT shift, at_ms, written_by, acknowledged_ms, acknowledged_by FROM handover WHERE id = ?"
        row = connection.execute(sql, (request.id,)).fetchone()
    if row is None:
        raise RefusedError(f"there is no handover {request.id}", Refusal.UNKNOWN)
    shift, at_ms, written_by, acknowledged_ms, acknowledged_by = row
    if acknowledged_ms is not None:
        raise RefusedError(f"this handover was acknowledged already by {safe_text(acknowledged_by)}")
    if written_by == ordered.by:
        raise RefusedError("a handover is acknowledged by who takes over, not by who wrote it")
    newer = connection.execute("SELECT max(id) FROM handover WHERE shift = ?", (shift,)).fetchone()[0]
    if newer != request.id:
        raise RefusedError(f"this handover was written anew: read {newer}")
    connection.execute(
        "UPDATE handover SET acknowledged_ms = ?, acknowledged_by = ?, acknowledged_note = ? WHERE id = ?",
        (max(ordered.at_ms, at_ms), ordered.by, kept_text(request.note), request.id),
    )
    return Answer(True, f"{safe_text(shift)}: the handover counts", request.id)
