"""Findings, incidents and handovers as of a moment: read by indexes, so that their cost is that of what is open.

A row counts from the moment at which it was recorded, and an end, a change or a review from its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from data.discipline.catalogue import Scoring
from data.discipline.handover import items_of
from data.model.days import DAY, Window
from data.model.discipline import (
    Avoidable,
    Closing,
    Entry,
    FindingRow,
    Gravity,
    HandoverRow,
    IncidentEntry,
    IncidentRow,
    Review,
    Where,
    Worked,
)
from data.model.text import safe_text
from data.store.directory import DirectoryCache

HANDOVERS_SHOWN = 12
"""How many handovers a picture tells of, the newest first."""

_MOST_NOTE = 500

_BEFORE = (
    "b.rule = f.rule AND b.at_ms > f.at_ms - ?2 AND (b.at_ms, b.id) < (f.at_ms, f.id) "
    "AND NOT (coalesce(b.closing, '') = 'withdrawn' AND b.closed_ms <= ?1)"
)
_FINDING = (
    "SELECT f.id, f.rule, f.area, f.en, f.zh, f.severity, f.positive, coalesce(c.points, f.points), f.unit, "
    "f.place_kind, f.place, f.agent_id, f.team, f.found_by, f.found_role, f.at_ms, coalesce(c.note, f.note), f.photo, "
    "coalesce(c.measure, ''), coalesce(c.owner, ''), c.due_ms, c.recheck_ms, "
    f"CASE WHEN f.agent_id IS NULL THEN (SELECT count(*) FROM finding b WHERE {_BEFORE} AND b.agent_id IS NULL "
    "AND b.place_kind = f.place_kind AND b.place = f.place) "
    f"ELSE (SELECT count(*) FROM finding b WHERE {_BEFORE} AND b.agent_id = f.agent_id) END, "
    "f.closing, f.closed_ms, coalesce(f.closed_by, ''), coalesce(f.closed_note, ''), f.shift, f.round, f.dismissal "
    "FROM finding f LEFT JOIN finding_change c ON c.id = (SELECT id FROM finding_change WHERE finding_id = f.id "
    "AND at_ms <= ?1 ORDER BY at_ms DESC, id DESC LIMIT 1) WHERE "
)
"""A finding as it was at the moment ?1, and how many came before it within ?2 ms."""
OPEN = (
    # found of late, or one of the few that stay open for long: those that end have an index by their end
    "SELECT id FROM finding WHERE at_ms > ?1 - 172800000 AND at_ms <= ?1 AND positive = 0 "
    "AND (closed_ms IS NULL OR closed_ms > ?1) "
    "UNION ALL SELECT id FROM finding WHERE closed_ms > ?1 AND closed_ms - at_ms > 172800000 AND positive = 0 "
    "AND at_ms <= ?1 - 172800000 "
    "UNION ALL SELECT id FROM finding WHERE closed_ms IS NULL AND positive = 0 AND at_ms <= ?1 - 172800000 "
    # what is to somebody's credit is told of on its day: there is nothing to put right
    "UNION ALL SELECT id FROM finding WHERE at_ms >= ?3 AND at_ms <= ?1 AND positive = 1 "
    "AND (closed_ms IS NULL OR closed_ms > ?1)"
)
_INCIDENTS = (
    "SELECT id FROM incident WHERE noted_ms > ?1 - 172800000 AND noted_ms <= ?1 "
    "AND (reviewed_ms IS NULL OR reviewed_ms > ?1 OR at_ms >= ?2 OR noted_ms >= ?2) "
    "UNION ALL SELECT id FROM incident WHERE reviewed_ms > ?1 AND reviewed_ms - noted_ms > 172800000 "
    "AND noted_ms <= ?1 - 172800000 "
    "UNION ALL SELECT id FROM incident WHERE reviewed_ms IS NULL AND noted_ms <= ?1 - 172800000"
)

_HANDOVER = (
    "SELECT id, shift, at_ms, written_by, note, items, acknowledged_ms, acknowledged_by, acknowledged_note "
    "FROM handover"
)


class FindingsAsOf:
    """What was found, happened and was handed over, as of a moment; names are those of `directory` at that moment."""

    def __init__(self, connection: sqlite3.Connection, directory: DirectoryCache) -> None:
        """Read nothing yet."""
        self._connection = connection
        self._directory = directory
        self._open: tuple[list[Any], int, tuple[FindingRow, ...]] | None = None

    def open_at(self, moment_ms: int, day_ms: int, scoring: Scoring) -> tuple[FindingRow, ...]:
        """Return what is open at a moment, and what was to somebody's credit since `day_ms`; the gravest first."""
        values = (moment_ms, scoring.repeat_days * DAY, day_ms)
        rows = self._connection.execute(f"{_FINDING} f.id IN ({OPEN})", values).fetchall()
        if self._open is None or self._open[:2] != (rows, self._directory.stamp):
            found = [self._finding(row, moment_ms) for row in rows]
            ordered = sorted(found, key=lambda row: (row.positive, -row.severity, row.at_ms, row.id))
            self._open = rows, self._directory.stamp, tuple(ordered)
        return self._open[2]

    def made(self, window: Window, moment_ms: int, scoring: Scoring) -> list[FindingRow]:
        """Return all that was found in a window, as it was at a moment, in order of time."""
        values = (moment_ms, scoring.repeat_days * DAY, window.since_ms, min(window.until_ms, moment_ms + 1))
        sql = f"{_FINDING} f.at_ms >= ?3 AND f.at_ms < ?4 ORDER BY f.at_ms, f.id"
        return [self._finding(row, moment_ms) for row in self._connection.execute(sql, values).fetchall()]

    def closed(self, since_ms: int, moment_ms: int, scoring: Scoring) -> list[FindingRow]:
        """Return what was closed from one moment up to another, the newest first."""
        values = (moment_ms, scoring.repeat_days * DAY, since_ms)
        sql = f"{_FINDING} f.closed_ms >= ?3 AND f.closed_ms <= ?1 ORDER BY f.closed_ms DESC, f.id DESC"
        return [self._finding(row, moment_ms) for row in self._connection.execute(sql, values).fetchall()]

    def of_round(self, round_id: int, moment_ms: int) -> list[FindingRow]:
        """Return what failed checks of a round had raised by a moment, withdrawn or not."""
        values = (moment_ms, 0, round_id)
        sql = f"{_FINDING} f.checklist_id = ?3 AND f.at_ms <= ?1 ORDER BY f.at_ms, f.id"
        return [self._finding(row, moment_ms) for row in self._connection.execute(sql, values).fetchall()]

    def _finding(self, row: Sequence[Any], moment_ms: int) -> FindingRow:
        number, rule, area, en, zh, severity, positive, points, unit, where, place, agent_id, team = row[:13]
        by, role, at_ms, note, photo, measure, owner, due_ms, recheck_ms, repeats = row[13:23]
        closing, closed_ms, closed_by, closed_note, shift, round_key, dismissal = row[23:]
        is_closed = closed_ms is not None and closed_ms <= moment_ms
        name = "" if agent_id is None else self._directory.agent(agent_id).name
        told: tuple[Any, ...] = (
            *(number, safe_text(rule), safe_text(area), safe_text(en, 300), safe_text(zh, 300), Gravity(severity)),
            *(bool(positive), points, safe_text(unit), Where(where), safe_text(place), agent_id, name, safe_text(team)),
            *(safe_text(by), safe_text(role), at_ms, safe_text(note, _MOST_NOTE), safe_text(photo)),
            *(safe_text(measure, _MOST_NOTE), safe_text(owner), due_ms, recheck_ms, repeats),
            Closing(closing) if is_closed else None,
            closed_ms if is_closed else None,
            safe_text(closed_by) if is_closed else "",
            safe_text(closed_note, _MOST_NOTE) if is_closed else "",
            *(safe_text(shift), safe_text(round_key), bool(dismissal)),
        )
        return FindingRow(*told)

    # -------------------------------------------------------------- incidents

    def incidents(self, moment_ms: int, day_ms: int) -> tuple[IncidentRow, ...]:
        """Return what goes on at a moment, lacks its review or is of the day: what goes on first, then the newest."""
        sql = (
            "SELECT id, kind, en, zh, title, at_ms, noted_by, ended_ms, ended_by, avoidable, worked, change, "
            f"reviewed_by, reviewed_ms, shift FROM incident WHERE id IN ({_INCIDENTS})"
        )
        rows = self._connection.execute(sql, (moment_ms, day_ms)).fetchall()
        return self._told(rows, moment_ms)

    def incidents_between(self, window: Window, moment_ms: int) -> tuple[IncidentRow, ...]:
        """Return the incidents that happened in a window, as known at a moment."""
        sql = (
            "SELECT id, kind, en, zh, title, at_ms, noted_by, ended_ms, ended_by, avoidable, worked, change, "
            "reviewed_by, reviewed_ms, shift FROM incident WHERE noted_ms >= ? AND noted_ms <= ? AND at_ms >= ? "
            "AND at_ms < ?"
        )
        values = (window.since_ms, moment_ms, *window)
        return self._told(self._connection.execute(sql, values).fetchall(), moment_ms)

    def _told(self, rows: Iterable[Sequence[Any]], moment_ms: int) -> tuple[IncidentRow, ...]:
        found = [self._incident(row, moment_ms) for row in rows]
        return tuple(sorted(found, key=lambda row: (row.ended_ms is not None, -row.at_ms, -row.id)))

    def _incident(self, row: Sequence[Any], moment_ms: int) -> IncidentRow:
        number, kind, en, zh, title, at_ms, by, ended_ms, ended_by = row[:9]
        avoidable, worked, change, reviewed_by, reviewed_ms, shift = row[9:]
        review = None
        if reviewed_ms is not None and reviewed_ms <= moment_ms:
            told = (safe_text(change or "", _MOST_NOTE), safe_text(reviewed_by or ""), reviewed_ms)
            review = Review(Avoidable(avoidable), Worked(worked), *told)
        is_over = ended_ms is not None and ended_ms <= moment_ms
        entries = self._connection.execute(
            "SELECT kind, at_ms, text, noted_by FROM incident_entry WHERE incident_id = ? AND noted_ms <= ? "
            "ORDER BY at_ms, id",
            (number, moment_ms),
        ).fetchall()
        return IncidentRow(
            *(number, safe_text(kind), safe_text(en), safe_text(zh), safe_text(title, _MOST_NOTE), at_ms),
            safe_text(by),
            tuple(IncidentEntry(Entry(e[0]), e[1], safe_text(e[2], _MOST_NOTE), safe_text(e[3])) for e in entries),
            ended_ms if is_over else None,
            safe_text(ended_by or "") if is_over else "",
            review,
            safe_text(shift),
        )

    # -------------------------------------------------------------- handovers

    def handovers(self, moment_ms: int) -> tuple[HandoverRow, ...]:
        """Return the last handovers that were written by a moment, the newest first."""
        sql = f"{_HANDOVER} WHERE at_ms <= ? ORDER BY at_ms DESC, id DESC LIMIT ?"
        rows = self._connection.execute(sql, (moment_ms, HANDOVERS_SHOWN)).fetchall()
        return tuple(_handover(row, moment_ms) for row in rows)

    def handovers_between(self, window: Window, moment_ms: int) -> list[HandoverRow]:
        """Return the handovers that were written in a window, as known at a moment, in order of time."""
        sql = f"{_HANDOVER} WHERE at_ms >= ? AND at_ms < ? ORDER BY at_ms, id"
        values = (window.since_ms, min(window.until_ms, moment_ms + 1))
        return [_handover(row, moment_ms) for row in self._connection.execute(sql, values).fetchall()]

    def counts(self, shift: str, moment_ms: int) -> bool:
        """Tell whether a handover of a shift counted at a moment: somebody else had acknowledged it."""
        sql = "SELECT 1 FROM handover WHERE shift = ? AND acknowledged_ms <= ? AND at_ms <= ?2"
        return self._connection.execute(sql, (shift, moment_ms)).fetchone() is not None


def _handover(row: Sequence[Any], moment_ms: int) -> HandoverRow:
    number, shift, at_ms, by, note, items, acknowledged_ms, acknowledged_by, acknowledged_note = row
    told = (number, safe_text(shift), at_ms, safe_text(by), safe_text(note, _MOST_NOTE), items_of(items))
    if acknowledged_ms is None or acknowledged_ms > moment_ms:
        return HandoverRow(*told)
    by_whom = safe_text(acknowledged_by or "")
    return HandoverRow(*told, acknowledged_ms, by_whom, safe_text(acknowledged_note or "", _MOST_NOTE))
