"""How many checks were made on each day and how many passed, by area, team and zone: what scores stand on."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from data.discipline.scores import Checked
from data.model.days import Window, day_of, day_window
from data.model.text import safe_text
from data.store.directory import DirectoryCache

PERIOD_DAYS = 30
"""Scores are of so many local days, the last of them the moment's."""

_CHECKS = (
    "SELECT i.area, m.team, m.zone, count(*), sum(m.mark = 'pass') FROM checklist c "
    "CROSS JOIN checklist_mark m ON m.checklist_id = c.id AND m.at_ms <= ?3 "
    "JOIN checklist_item i ON i.checklist_id = c.id AND i.key = m.item "
    "WHERE c.opened_ms >= ?1 AND c.opened_ms < ?2 AND c.shift <> '' AND m.mark <> 'not_applicable' "
    "AND m.id = (SELECT max(id) FROM checklist_mark WHERE checklist_id = c.id AND place_kind = m.place_kind "
    "AND place = m.place AND item = m.item AND at_ms <= ?3) GROUP BY 1, 2, 3"
)
"""The last mark of each check of a day's rounds counts."""

_LAST_MARKS = (
    "SELECT m.item, m.place_kind, m.place, max(m.at_ms) FROM checklist c CROSS JOIN checklist_mark m "
    "ON m.checklist_id = c.id AND m.at_ms <= ?1 JOIN checklist_item i ON i.checklist_id = c.id AND i.key = m.item "
    "WHERE c.opened_ms >= ?2 AND c.opened_ms <= ?1 AND c.shift = ?3 AND c.key <> ?4 AND i.prefill IS NOT NULL "
    "GROUP BY 1, 2, 3"
)

LastMarks = Mapping[tuple[str, str, str], int]
"""When a rule was last marked at a kind of place and a place."""


def period_of(moment_ms: int, zone: ZoneInfo) -> Window:
    """Return the days that the scores of a moment are of."""
    today = day_of(moment_ms, zone)
    first = today - timedelta(days=PERIOD_DAYS - 1)
    return Window(day_window(first, zone).since_ms, day_window(today, zone).until_ms)


class ChecksAsOf:
    """The checks of days; those of days that are over are kept in memory."""

    def __init__(self, connection: sqlite3.Connection, directory: DirectoryCache) -> None:
        """Read nothing yet."""
        self._connection = connection
        self._directory = directory
        self._kept: dict[tuple[date, ZoneInfo, int], tuple[Checked, ...]] = {}

    def made(self, period: Window, moment_ms: int, zone: ZoneInfo) -> list[Checked]:
        """Return the checks of a period of whole days, as of a moment; each belongs to the day its round opened on."""
        first, today = day_of(period.since_ms, zone), day_of(moment_ms, zone)
        revision = self._directory.revision("directory")
        found: list[Checked] = []
        day = first
        while day <= today:
            key = (day, zone, revision)
            if day >= today - timedelta(days=1):  # its rounds may still be gone through
                found += self._read(day, moment_ms, zone)
            else:
                if key not in self._kept:
                    self._kept[key] = self._read(day, moment_ms, zone)
                found += self._kept[key]
            day += timedelta(days=1)
        return found

    def marked_elsewhere(self, shift: str, but_round: str, window: Window) -> LastMarks:
        """Return when a shift's other rounds marked what the floor itself knows something of, in a window of time."""
        rows = self._connection.execute(_LAST_MARKS, (window.until_ms, window.since_ms, shift, but_round)).fetchall()
        return {(rule, where, place): at_ms for rule, where, place, at_ms in rows}

    def _read(self, day: date, moment_ms: int, zone: ZoneInfo) -> tuple[Checked, ...]:
        rows = self._connection.execute(_CHECKS, (*day_window(day, zone), moment_ms)).fetchall()
        return tuple(Checked(safe_text(a), safe_text(team), safe_text(z), n, passed) for a, team, z, n, passed in rows)
