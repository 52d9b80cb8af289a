"""The roster as of a moment: who was to work when, as it had been set by then."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta

from data.model.days import Window
from data.model.discipline_seen import Duty
from data.model.text import safe_text
from data.store.directory import DirectoryCache

_DUTIES = (
    "SELECT agent, agent_id, name, shift, since_ms, until_ms, seat, breaks, day FROM roster r WHERE day >= ? "
    "AND day <= ? AND id = (SELECT id FROM roster WHERE day = r.day AND agent = r.agent AND set_ms <= ? "
    "ORDER BY set_ms DESC, id DESC LIMIT 1) ORDER BY since_ms, agent"
)
"""Of each agent and day what was set last by a moment."""


class RosterAsOf:
    """Duties as of a moment; names are those of `directory` at that moment."""

    def __init__(self, connection: sqlite3.Connection, directory: DirectoryCache) -> None:
        """Read nothing yet."""
        self._connection = connection
        self._directory = directory

    def duties(self, day: date, moment_ms: int, window: Window) -> tuple[Duty, ...]:
        """Return the duties around a local day that lie in a window at least in part, by their begin."""
        days = ((day - timedelta(days=1)).isoformat(), (day + timedelta(days=1)).isoformat())
        rows = self._connection.execute(_DUTIES, (*days, moment_ms)).fetchall()
        known: Mapping[str, int] = self._by_word() if any(row[1] is None for row in rows) else {}
        found = []
        for agent, agent_id, name, shift, since_ms, until_ms, seat, breaks, _ in rows:
            if since_ms is None or since_ms >= window.until_ms or until_ms <= window.since_ms:
                continue
            number = agent_id if agent_id is not None else known.get(agent) or known.get(name or agent)
            called = safe_text(name or agent) if number is None else self._directory.agent(number).name
            planned = tuple((safe_text(reason), since, until) for reason, since, until in json.loads(breaks))
            found.append(Duty(number, called, safe_text(shift), since_ms, until_ms, safe_text(seat), planned))
        return tuple(found)

    def _by_word(self) -> dict[str, int]:
        """Return each agent's id by the source's key and by the name; of several the first."""
        return agents_by_word(self._connection)


def agents_by_word(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the agents by what a roster may call them: the source's own key, else a name; of several the first."""
    found: dict[str, int] = {}
    for sql in (
        "SELECT key, id FROM agent ORDER BY id",
        "SELECT name, agent_id FROM agent_history WHERE name <> '' ORDER BY agent_id, since_ms DESC",
    ):
        for word, agent_id in connection.execute(sql).fetchall():
            found.setdefault(word, agent_id)
    return found
