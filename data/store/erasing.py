"""Erasing what is kept about a person: figures of queues stay, in which nobody is named.

What is deleted is overwritten in the file (`secure_delete`, see `files`); `Writer.fold` takes it out of the WAL too.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

_OWN_FLAGS = "flag_id IN (SELECT id FROM flag WHERE agent_id = ?)"
_OWN_FINDINGS = "finding_id IN (SELECT id FROM finding WHERE agent_id = ?)"
_OWN_DUTIES = "agent_id = ?1 OR (agent_id IS NULL AND agent = (SELECT key FROM agent WHERE id = ?1))"
DELETED: Mapping[str, str] = {
    "flag_change": _OWN_FLAGS,
    "flag": "agent_id = ?",
    "mood": "agent_id = ?",
    "coaching": "agent_id = ?",
    "break_decision": "agent_id = ?",
    "listening": "agent_id = ?",
    "finding_change": _OWN_FINDINGS,
    "finding": "agent_id = ?",
    "checklist_mark": "agent_id = ?",
    "roster": _OWN_DUTIES,
    "state_span": "agent_id = ?",
    "member": "agent_id = ?",
    "membership": "agent_id = ?",
    "baseline": "agent_id = ?",
    "rollup_agent": "agent_id = ?",
    "agent_history": "agent_id = ?",
}
"""The tables whose rows about a person go, and which rows those are."""

UNNAMED: Mapping[str, str] = {
    "call": "UPDATE call SET agent_id = NULL WHERE agent_id = ?",
    # one nobody for each ring: what they missed can't be put together again, and the queue's figure stays
    "ring": "UPDATE ring SET agent_id = -1 - abs(random() % 1000000000000) WHERE agent_id = ?",
    "audit": "UPDATE audit SET detail = NULL, salt = NULL WHERE agent_id = ? AND detail IS NOT NULL",
}
"""The tables whose rows stay and tell of nobody any more."""

TEXTS = (
    *(("flag", "note"), ("flag", "resolved_note"), ("flag_change", "note"), ("flag_change", "owner")),
    *(("mood", "note"), ("coaching", "note"), ("coaching", "done_note"), ("break_decision", "note")),
    *(("listening", "reason"), ("call", "caller_name"), ("checklist_mark", "note"), ("checklist_mark", "place")),
    *(("checklist_mark", "owner"), ("checklist_mark", "photo"), ("checklist", "ended_note"), ("finding", "note")),
    *(("finding", "photo"), ("finding", "closed_note"), ("finding_change", "note"), ("finding_change", "measure")),
    *(("finding_change", "owner"), ("incident", "title"), ("incident", "change"), ("incident_entry", "text")),
    *(("handover", "note"), ("handover", "acknowledged_note"), ("roster", "agent"), ("roster", "name")),
)
"""Where people write freely, so that a name may stand in a text about something else."""

LINES = ("handover", "items")
"""Where such texts are kept as JSON: lists of lists, whose first two words are the program's own."""


class Held(NamedTuple):
    """How much is kept about a person, by table; only where there is something."""

    rows: Mapping[str, int]

    @property
    def told(self) -> str:
        """What there is, in words."""
        return ", ".join(f"{count:,} {_WORDS[table][count > 1]}" for table, count in self.rows.items()) or "nothing"


_WORDS = {
    "flag": ("flag", "flags"),
    "mood": ("mood", "moods"),
    "coaching": ("coaching note", "coaching notes"),
    "break_decision": ("break decision", "break decisions"),
    "listening": ("listening", "listenings"),
    "finding": ("finding", "findings"),
    "checklist_mark": ("checklist mark", "checklist marks"),
    "roster": ("duty", "duties"),
    "state_span": ("state", "states"),
    "call": ("call (who answered)", "calls (who answered)"),
    "ring": ("ring (whose)", "rings (whose)"),
    "audit": ("audited act (its details)", "audited acts (their details)"),
}
"""What is counted, one and several of it."""


def held(connection: sqlite3.Connection, agent_id: int) -> Held:
    """Return how much is kept about a person that an erasure would take."""
    counts = {}
    for table in _WORDS:
        blank = " AND detail IS NOT NULL" if table == "audit" else ""
        sql = f"SELECT count(*) FROM {table} WHERE agent_id = ?{blank}"
        counts[table] = connection.execute(sql, (agent_id,)).fetchone()[0]
    return Held({table: count for table, count in counts.items() if count})


def names_of(connection: sqlite3.Connection, agent_id: int) -> set[str]:
    """Return what a person was ever called, by name and by the source's own key; a number or a letter names nobody."""
    rows = connection.execute(
        "SELECT name FROM agent_history WHERE agent_id = ?1 UNION SELECT key FROM agent WHERE id = ?1", (agent_id,)
    ).fetchall()
    return {name for (name,) in rows if not (name.strip().isdigit() or _is_letter(name.strip()))}


def _is_letter(text: str) -> bool:
    return not text or (len(text) == 1 and text < _CJK)


def own_names_of(connection: sqlite3.Connection, agent_id: int) -> set[str]:
    """Return those of a person's names that nobody else bears or bore."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM agent_history WHERE name = ?1 AND agent_id <> ?2) "
        "OR EXISTS (SELECT 1 FROM agent WHERE key = ?1 AND id <> ?2)"
    )
    names = names_of(connection, agent_id)
    return {name for name in names if not connection.execute(sql, (name, agent_id)).fetchone()[0]}


def erase(connection: sqlite3.Connection, agent_id: int) -> Held:
    """Erase what is kept about a person, in the caller's transaction; return what that was.

    The agent's row stays under a key that says so, with nothing behind it: who works on is a new agent from then on.
    In texts about something else the name is left out, unless somebody else bears it too.
    """
    there_was = held(connection, agent_id)
    names = own_names_of(connection, agent_id)
    for table, rows in DELETED.items():
        connection.execute(f"DELETE FROM {table} WHERE {rows}", (agent_id,))
    for statement in UNNAMED.values():
        connection.execute(statement, (agent_id,))
    connection.execute(
        "UPDATE agent SET key = ?, signed_in = 0, presumed = 0, paused = NULL WHERE id = ?",
        (_free_key(connection, agent_id), agent_id),
    )
    connection.execute("INSERT INTO agent_history (agent_id, since_ms, name) VALUES (?, 0, '')", (agent_id,))
    _leave_out(connection, names, f"erased-{agent_id}")
    connection.execute("UPDATE revision SET number = number + 1")
    return there_was


def _free_key(connection: sqlite3.Connection, agent_id: int) -> str:
    """Return a key that no agent of the same source has."""
    key = f"erased-{agent_id}"
    sql = "SELECT 1 FROM agent WHERE key = ? AND id <> ?"
    while connection.execute(sql, (key, agent_id)).fetchone():
        key += "x"
    return key


def _leave_out(connection: sqlite3.Connection, names: Collection[str], instead: str) -> None:
    """Put something else in place of names wherever people write freely; what was audited can only be blanked."""
    connection.execute(
        "UPDATE request SET answer = json_set(answer, '$.answer.said', '') "
        "WHERE json_extract(answer, '$.answer.said') IS NOT NULL"
    )
    patterns = [whole(name) for name in sorted(names, key=len, reverse=True)]
    for table, column in TEXTS if patterns else ():
        rows = _holding(connection, names, f"id, {column}", table, column)
        changed = [(left, found) for found, text in rows if (left := _without(text, patterns, instead)) != text]
        connection.executemany(f"UPDATE {table} SET {column} = ? WHERE id = ?", changed)
    written = {json.dumps(name, ensure_ascii=False)[1:-1] for name in names}
    table, column = LINES
    for found, text in _holding(connection, {*names, *written}, f"id, {column}", table, column):
        lines = [[*row[:2], *(_without(word, patterns, instead) for word in row[2:])] for row in json.loads(text)]
        told = json.dumps(lines, ensure_ascii=False, separators=(",", ":"))
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (told, found))
    escaped = [*patterns, *map(whole, written)]
    details = _holding(connection, {*names, *written}, "number, detail", "audit", "detail")
    connection.executemany(
        "UPDATE audit SET detail = NULL, salt = NULL WHERE number = ?",
        [(number,) for number, detail in details if any(pattern.search(detail) for pattern in escaped)],
    )


def _without(text: Any, patterns: Collection[re.Pattern[str]], instead: str) -> Any:  # noqa: ANN401 (not only texts)
    """Return a text with something else in place of names; what is no text as it is."""
    if isinstance(text, str):
        for pattern in patterns:
            text = pattern.sub(instead, text)
    return text


def _holding(
    connection: sqlite3.Connection, names: Collection[str], columns: str, table: str, column: str
) -> list[tuple[Any, str]]:
    """Return `columns` of all rows in whose text a name may stand: a look at a million texts is to take no second."""
    if not names:
        return []
    where = " OR ".join([f"{column} LIKE ? ESCAPE '\\'"] * len(names))
    sql = f"SELECT {columns} FROM {table} WHERE {column} <> '' AND ({where})"
    return connection.execute(sql, [_likeness(name) for name in names]).fetchall()


def _likeness(name: str) -> str:
    """Return a pattern for LIKE that fits every text in which `whole` finds a name.

    LIKE knows upper and lower case in ASCII only; Python knows more, and letters beyond ASCII that are i, k or s.
    """
    either = "".join("_" if c in "iksIKS" or (c > "\x7f" and c.lower() != c.upper()) else f"\\{c}" for c in name)
    return f"%{either}%"


_CJK = "\u2e80"
"""Where the scripts begin that put no spaces between words."""


def whole(name: str) -> re.Pattern[str]:
    """Return a pattern for a name as a word of its own; scripts without spaces between words are taken as they come."""
    edge = r"(?:(?<=\W)|^){}(?=\W|$)" if max(name) < _CJK else "{}"
    return re.compile(edge.format(re.escape(name)), re.IGNORECASE)
