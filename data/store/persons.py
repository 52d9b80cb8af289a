"""Finding a person by what people call them: a name, the source's own key, or the store's number."""

from __future__ import annotations

import re
import sqlite3
from typing import NamedTuple

from data.model.text import safe_text

_NUMBER = re.compile(r"#?\d{1,18}")
_LATEST = (
    "SELECT a.id, s.name, a.key, coalesce(nullif(h.name, ''), a.key), coalesce(h.team, '') FROM agent a "
    "JOIN source s ON s.id = a.source_id LEFT JOIN agent_history h ON h.agent_id = a.id AND h.since_ms = "
    "(SELECT max(since_ms) FROM agent_history WHERE agent_id = a.id) WHERE "
)


class PersonFound(NamedTuple):
    """An agent, as last told of; texts safe."""

    id: int
    source: str
    key: str
    name: str
    team: str

    def __str__(self) -> str:
        """Return them in words, so that no two are told alike."""
        team = f", {self.team}" if self.team else ""
        return f"#{self.id} {self.name} ({self.source}: {self.key}{team})"


def persons_called(connection: sqlite3.Connection, text: str) -> list[PersonFound]:
    """Return the agents who are or were called so, or whose key is this; else the one of that number.

    `#12` is always the number. Case does not matter.
    """
    called = text.strip()
    found: list[PersonFound] = []
    if not called.startswith("#"):
        ids = {
            agent_id
            for agent_id, name in connection.execute(
                "SELECT agent_id, name FROM agent_history UNION SELECT id, key FROM agent"
            ).fetchall()
            if called and called.casefold() in (name.casefold(), safe_text(name).casefold())
        }
        found = [person for agent_id in sorted(ids) for person in _numbered(connection, agent_id)]
    if not found and _NUMBER.fullmatch(called):
        found = _numbered(connection, int(called.lstrip("#")))
    return found


def everybody(connection: sqlite3.Connection) -> list[PersonFound]:
    """Return all agents of a store."""
    return [_found(row) for row in connection.execute(f"{_LATEST} 1 ORDER BY a.id").fetchall()]


def _numbered(connection: sqlite3.Connection, agent_id: int) -> list[PersonFound]:
    return [_found(row) for row in connection.execute(f"{_LATEST} a.id = ?", (agent_id,)).fetchall()]


def _found(row: tuple[int, str, str, str, str]) -> PersonFound:
    return PersonFound(row[0], *(safe_text(text) for text in row[1:]))
