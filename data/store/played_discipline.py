"""What the simulator's played people do about discipline, written by the same hands as people's own.

The same observation a second time changes nothing: what is marked already is not marked again, and of findings,
incidents and handovers it is looked first whether there is such a one of the same moment and hand.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from data.model.discipline import Where
from data.model.discipline_acts import (
    DisciplineAct,
    FindingEnded,
    FindingRaised,
    HandoverAcknowledged,
    HandoverWritten,
    IncidentEnded,
    IncidentEntered,
    IncidentNoted,
    IncidentReviewed,
    Rostered,
    RoundEnded,
    RoundMarked,
)
from data.model.discipline_requests import (
    AcknowledgeHandover,
    AddToIncident,
    CloseFinding,
    DisciplineRequest,
    EndIncident,
    EndRound,
    MarkPlace,
    NoteIncident,
    RaiseFinding,
    ReviewIncident,
    SetRoster,
    WriteHandover,
)
from data.model.text import safe_text
from data.store import disciplining
from data.store.asked import Ordered, RefusedError, kept_text


def write_discipline(connection: sqlite3.Connection, act: DisciplineAct, source_id: int) -> None:
    """Write what a played person did; `source_id` is whose agents it names. What is refused was done already."""
    request = _request(connection, act, source_id)
    if request is None:
        return
    try:
        disciplining.carried_out(connection, request, Ordered(act.by, act.at_ms, "lead"))
    except RefusedError:  # done already, or by a catalogue that has no such rule
        return


def _request(connection: sqlite3.Connection, act: DisciplineAct, source_id: int) -> DisciplineRequest | None:
    """Return the act as it would be ordered, None where there is nothing to do."""
    match act:
        case RoundMarked() | FindingRaised() | FindingEnded():
            return _at_place(connection, act, source_id)
        case RoundEnded():
            return EndRound(act.round, act.note)
        case HandoverWritten():
            sql = "SELECT 1 FROM handover WHERE shift = ? AND at_ms = ? AND written_by = ?"
            there = _first(connection, sql, act.shift, act.at_ms, act.by)
            return None if there else WriteHandover(act.shift, act.note)
        case HandoverAcknowledged():
            sql = "SELECT max(id) FROM handover WHERE shift = ? AND acknowledged_ms IS NULL AND at_ms <= ?"
            number = _first(connection, sql, act.shift, act.at_ms)
            return None if number is None else AcknowledgeHandover(number, act.note)
        case Rostered():
            return SetRoster(act.lines)
        case _:
            return _incident(connection, act)


def _at_place(
    connection: sqlite3.Connection, act: RoundMarked | FindingRaised | FindingEnded, source_id: int
) -> DisciplineRequest | None:
    place: str | None = safe_text(act.place)
    if act.where is Where.AGENT:
        number = _first(connection, "SELECT id FROM agent WHERE source_id = ? AND key = ?", source_id, act.place)
        place = None if number is None else str(number)
    if place is None:
        return None
    agent_id = int(place) if act.where is Where.AGENT else None
    if isinstance(act, RoundMarked):
        if _is_later(connection, act, place):
            return None
        taken = _taken(connection, act, place)
        rules = tuple(rule for rule in act.rules if rule not in taken)
        if act.rules and not rules:
            return None
        told = (act.note, act.photo, act.points, act.owner, act.due_ms, act.from_data)
        return MarkPlace(act.round, act.where, place, act.mark, rules, *told)
    if isinstance(act, FindingRaised):
        sql = f"SELECT 1 FROM finding WHERE rule = ? AND at_ms = ? AND found_by = ? AND {_of(agent_id)}"
        if _first(connection, sql, act.rule, act.at_ms, act.by, agent_id or place):
            return None
        return RaiseFinding(act.rule, act.where, place, act.note, "", act.points, act.measure, act.owner, act.due_ms)
    sql = (
        f"SELECT id FROM finding WHERE rule = ? AND round = ? AND closed_ms IS NULL AND at_ms <= ? AND {_of(agent_id)} "
        "ORDER BY at_ms DESC, id DESC"
    )
    number = _first(connection, sql, act.rule, act.round, act.at_ms, agent_id or place)
    return None if number is None else CloseFinding(number, act.closing, act.note)


def _of(agent_id: int | None) -> str:
    return "agent_id IS NULL AND place = ?" if agent_id is None else "agent_id = ?"


def _is_later(connection: sqlite3.Connection, act: RoundMarked, place: str) -> bool:
    """Whether one of these rules was marked there at that moment or later: the same act, or a person's own since."""
    sql = (
        "SELECT m.item FROM checklist c JOIN checklist_mark m ON m.checklist_id = c.id WHERE c.key = ? "
        "AND m.place_kind = ? AND m.place = ? AND m.at_ms >= ?"
    )
    later = {item for (item,) in connection.execute(sql, (act.round, act.where, place, act.at_ms)).fetchall()}
    return bool(later) and (not act.rules or not later.isdisjoint(act.rules))


def _taken(connection: sqlite3.Connection, act: RoundMarked, place: str) -> set[str]:
    """Return the rules that somebody else has marked there: who is played knows nothing of it, takes nothing back."""
    sql = (
        "SELECT m.item FROM checklist c JOIN checklist_mark m ON m.checklist_id = c.id WHERE c.key = ? "
        "AND m.place_kind = ? AND m.place = ? AND m.marked_by != ?"
    )
    return {item for (item,) in connection.execute(sql, (act.round, act.where, place, act.by)).fetchall()}


def _incident(
    connection: sqlite3.Connection, act: IncidentNoted | IncidentEntered | IncidentEnded | IncidentReviewed
) -> DisciplineRequest | None:
    if isinstance(act, IncidentNoted):
        sql = "SELECT 1 FROM incident WHERE title = ? AND noted_ms = ? AND noted_by = ?"
        there = _first(connection, sql, kept_text(act.title), act.at_ms, act.by)
        return None if there else NoteIncident(act.kind, act.title, act.began_ms)
    latest, title = "SELECT id FROM incident WHERE title = ? AND noted_ms <= ?", kept_text(act.title)
    if isinstance(act, IncidentReviewed):
        number = _first(
            connection, f"{latest} AND reviewed_ms IS NULL ORDER BY id DESC", kept_text(act.title), act.at_ms
        )
        return None if number is None else ReviewIncident(number, act.avoidable, act.worked, act.change)
    number = _first(connection, f"{latest} AND ended_ms IS NULL ORDER BY id DESC", title, act.at_ms)
    if number is None:
        return None
    if isinstance(act, IncidentEnded):
        return EndIncident(number, act.note)
    sql = "SELECT 1 FROM incident_entry WHERE incident_id = ? AND noted_ms = ? AND text = ?"
    there = _first(connection, sql, number, act.at_ms, kept_text(act.text))
    return None if there else AddToIncident(number, act.kind, act.text)


def _first(connection: sqlite3.Connection, sql: str, *values: object) -> Any:  # noqa: ANN401 (a column of any kind)
    row = connection.execute(f"{sql} LIMIT 1", values).fetchone()
    return None if row is None else row[0]
