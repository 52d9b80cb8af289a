"""What the simulator's played people do, written. The same observation a second time changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from data.flags import VOCABULARY, Severity
from data.model.observation import (
    Act,
    CoachingNoted,
    FlagRaised,
    FlagResolved,
    MoodNoted,
)
from data.store.played_discipline import write_discipline

_AGENT = "(SELECT id FROM agent WHERE source_id = ? AND key = ?)"


def write_acts(connection: sqlite3.Connection, acts: Iterable[Act], source_id: int) -> None:
    """Write what people did, in order of time; `source_id` is whose agents they name."""
    for act in acts:
        match act:
            case MoodNoted():
                _note_mood(connection, act, source_id)
            case FlagRaised():
                _raise_flag(connection, act, source_id)
            case FlagResolved():
                connection.execute(
                    "UPDATE flag SET resolved_ms = ?, resolved_by = ?, resolved_note = ? WHERE kind = ? "
                    f"AND resolved_ms IS NULL AND raised_by = ? AND agent_id = {_AGENT}",
                    (act.at_ms, act.by, act.note, act.kind, act.by, source_id, act.agent),  # no flag of a real person
                )
            case CoachingNoted():
                _note_coaching(connection, act, source_id)
            case _:
                write_discipline(connection, act, source_id)


def _note_mood(connection: sqlite3.Connection, act: MoodNoted, source_id: int) -> None:
    connection.execute(
        "INSERT INTO mood (agent_id, at_ms, mood, note, noted_by, said) SELECT a.id, ?1, ?2, ?3, ?4, ?5 FROM agent a "
        "WHERE a.source_id = ?6 AND a.key = ?7 AND NOT EXISTS "
        "(SELECT 1 FROM mood m WHERE m.agent_id = a.id AND m.at_ms = ?1 AND m.noted_by = ?4)",
        (act.at_ms, act.mood, act.note, act.by, act.said, source_id, act.agent),
    )


def _note_coaching(connection: sqlite3.Connection, act: CoachingNoted, source_id: int) -> None:
    connection.execute(
        "INSERT INTO coaching (agent_id, at_ms, praise, note, noted_by, follow_up_ms) "
        "SELECT a.id, ?1, ?2, ?3, ?4, ?5 FROM agent a WHERE a.source_id = ?6 AND a.key = ?7 AND NOT EXISTS "
        "(SELECT 1 FROM coaching c WHERE c.agent_id = a.id AND c.at_ms = ?1 AND c.noted_by = ?4)",
        (act.at_ms, act.praise, act.note, act.by, act.follow_up_ms, source_id, act.agent),
    )


def _raise_flag(connection: sqlite3.Connection, act: FlagRaised, source_id: int) -> None:
    word = VOCABULARY.word(act.kind)
    severity = Severity.WATCH if word is None else word.severity
    made = connection.execute(
        "INSERT OR IGNORE INTO flag (agent_id, kind, note, raised_by, raised_ms, expires_ms, severity) "
        "SELECT id, ?, ?, ?, ?, ?, ? FROM agent WHERE source_id = ? AND key = ?",
        (act.kind, act.note, act.by, act.at_ms, act.expires_ms, severity, source_id, act.agent),
    )
    if made.rowcount and (act.step or act.owner or act.follow_up_ms is not None):
        connection.execute(
            "INSERT INTO flag_change (flag_id, at_ms, changed_by, note, step, owner, follow_up_ms, expires_ms) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (made.lastrowid, act.at_ms, act.by, act.note, act.step, act.owner, act.follow_up_ms, act.expires_ms),
        )
