"""Flags, written: raised, changed, resolved.

A flag's row has what never changes, and when it ends or ended by itself; how it stood from when on is in its changes.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from data.flags import FlagWord, Vocabulary
from data.model.days import DAY
from data.model.people import Answer, ChangeFlag, RaiseFlag, Refusal, ResolveFlag
from data.model.text import safe_text
from data.store.asked import LARGEST_ID, Ordered, RefusedError, follow_up, kept_text, name_of

LONGEST_FLAG_MS = 30 * DAY
"""A flag is open for no longer, and ends by itself."""


class _FlagNow(NamedTuple):
    """How a flag stands."""

    agent_id: int
    kind: str
    raised_ms: int
    expires_ms: int | None
    resolved_ms: int | None
    resolved_by: str
    raised_by: str
    note: str
    step: str
    owner: str
    follow_up_ms: int | None


def raise_flag(connection: sqlite3.Connection, request: RaiseFlag, ordered: Ordered, vocabulary: Vocabulary) -> Answer:
    """Raise a flag, and keep how it stands. Raises RefusedError."""
    name = name_of(connection, request.agent)
    word = vocabulary.word(request.flag)
    if word is None:
        kinds = ", ".join(each.key for each in vocabulary.flags)
        raise RefusedError(f"there is no flag {safe_text(request.flag, 60)!r}; there are {kinds}")
    step = _step(request.step or word.step, vocabulary)
    follow_up_ms = follow_up(request.follow_up_ms, ordered.at_ms)
    expires_ms = _expiry(request, word, ordered.at_ms)
    raised_ms = _free_ms(connection, request.agent, word.key, ordered.at_ms)
    note, owner = kept_text(request.note), safe_text(request.owner)
    flag_id = connection.execute(
        "INSERT INTO flag (agent_id, kind, note, raised_by, raised_ms, expires_ms, severity) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (request.agent, word.key, note, ordered.by, raised_ms, expires_ms, word.severity),
    ).lastrowid
    _write_change(connection, flag_id, raised_ms, ordered.by, (note, step, owner, follow_up_ms, expires_ms))
    return Answer(True, f"{name}: {vocabulary.called(word.key, 'en')}", flag_id)


def _expiry(request: RaiseFlag, word: FlagWord, at_ms: int) -> int:
    """Return when a flag ends by itself: as said, else as its word has it, but not before it is followed up."""
    if request.expires_ms is not None:
        return _checked_expiry(request.expires_ms, at_ms)
    latest_ms = at_ms + LONGEST_FLAG_MS
    return min(max(at_ms, request.follow_up_ms or 0) + word.expires_ms, latest_ms)


def _checked_expiry(expires_ms: int, at_ms: int) -> int:
    if not at_ms < expires_ms <= at_ms + LONGEST_FLAG_MS:
        raise RefusedError(f"a flag ends ahead, within {LONGEST_FLAG_MS // DAY} days")
    return expires_ms


def _step(step: str, vocabulary: Vocabulary) -> str:
    if step and step not in {each.key for each in vocabulary.steps}:
        steps = ", ".join(each.key for each in vocabulary.steps)
        raise RefusedError(f"there is no next step {safe_text(step, 60)!r}; there are {steps}")
    return step


def _free_ms(connection: sqlite3.Connection, agent_id: int, kind: str, at_ms: int) -> int:
    """Return the first ms from one on at which the agent was given no flag of a kind: two people may see the same."""
    sql = "SELECT 1 FROM flag WHERE agent_id = ? AND kind = ? AND raised_ms = ?"
    while connection.execute(sql, (agent_id, kind, at_ms)).fetchone():
        at_ms += 1
    return at_ms


def change_flag(
    connection: sqlite3.Connection, request: ChangeFlag, ordered: Ordered, vocabulary: Vocabulary
) -> Answer:
    """Change what comes next of an open flag. Raises RefusedError."""
    flag = _flag(connection, request.id)
    name = name_of(connection, flag.agent_id)
    _check_unresolved(flag)
    if flag.expires_ms is not None and flag.expires_ms <= ordered.at_ms:
        raise RefusedError("this flag has expired: raise it anew")
    follow_up_ms = flag.follow_up_ms
    if request.follow_up_ms is not None:
        follow_up_ms = follow_up(request.follow_up_ms, ordered.at_ms)
    expires_ms = flag.expires_ms
    if request.expires_ms is not None:
        expires_ms = _checked_expiry(request.expires_ms, ordered.at_ms)
    elif follow_up_ms is not None and expires_ms is not None and expires_ms <= follow_up_ms:
        expires_ms = min(follow_up_ms + DAY, ordered.at_ms + LONGEST_FLAG_MS)
    note = flag.note if request.note is None else kept_text(request.note)
    step = flag.step if request.step is None else _step(request.step, vocabulary)
    owner = flag.owner if request.owner is None else safe_text(request.owner)
    _keep_as_raised(connection, request.id, flag)
    _write_change(connection, request.id, ordered.at_ms, ordered.by, (note, step, owner, follow_up_ms, expires_ms))
    connection.execute("UPDATE flag SET expires_ms = ? WHERE id = ?", (expires_ms, request.id))
    return Answer(True, f"{name}: {vocabulary.called(flag.kind, 'en')} changed", request.id)


def _flag(connection: sqlite3.Connection, flag_id: int) -> _FlagNow:
    row = None
    if 0 < flag_id <= LARGEST_ID:
        row = connection.execute(
            "SELECT f.agent_id, f.kind, f.raised_ms, f.expires_ms, f.resolved_ms, coalesce(f.resolved_by, ''), "
            "f.raised_by, coalesce(c.note, f.note), coalesce(c.step, ''), coalesce(c.owner, ''), c.follow_up_ms "
            "FROM flag f LEFT JOIN flag_change c ON c.id = (SELECT id FROM flag_change WHERE flag_id = f.id "
            "ORDER BY at_ms DESC, id DESC LIMIT 1) WHERE f.id = ?",
            (flag_id,),
        ).fetchone()
    if row is None:
        raise RefusedError(f"there is no flag {flag_id}", Refusal.UNKNOWN)
    return _FlagNow(*row)


def _check_unresolved(flag: _FlagNow) -> None:
    if flag.resolved_ms is not None:
        by = f" by {safe_text(flag.resolved_by)}" if flag.resolved_by else ""
        raise RefusedError(f"this flag is resolved already{by}")


def _keep_as_raised(connection: sqlite3.Connection, flag_id: int, flag: _FlagNow) -> None:
    """Before the first change of a flag that no person raised here, keep how it was."""
    if connection.execute("SELECT 1 FROM flag_change WHERE flag_id = ?", (flag_id,)).fetchone() is None:
        before = (flag.note, "", "", None, flag.expires_ms)
        _write_change(connection, flag_id, flag.raised_ms, flag.raised_by, before)


def _write_change(
    connection: sqlite3.Connection,
    flag_id: int | None,
    at_ms: int,
    by: str,
    state: tuple[str, str, str, int | None, int | None],
) -> None:
    """Keep how a flag is from a moment on: `state` is its note, step, owner, follow-up and expiry."""
    connection.execute(
        "INSERT INTO flag_change (flag_id, at_ms, changed_by, note, step, owner, follow_up_ms, expires_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (flag_id, at_ms, by, *state),
    )


def resolve_flag(connection: sqlite3.Connection, request: ResolveFlag, ordered: Ordered) -> Answer:
    """Keep that a flag is dealt with, and what helped. Raises RefusedError."""
    flag = _flag(connection, request.id)
    name = name_of(connection, flag.agent_id)
    _check_unresolved(flag)
    connection.execute(
        "UPDATE flag SET resolved_ms = max(?, raised_ms), resolved_by = ?, resolved_note = ? WHERE id = ?",
        (ordered.at_ms, ordered.by, kept_text(request.helped), request.id),
    )
    return Answer(True, f"{name}: resolved", request.id)
