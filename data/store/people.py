"""What people record, written: flags, moods, coaching, decisions about breaks, and who listens to whom.

Each write is part of the caller's transaction. Nothing is overwritten that a past picture shows: a change of a flag is
a row of its own, and what ends keeps when it began.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from data.alerts import LIMITS
from data.breaks import BreakPolicy, canonical, is_protected
from data.flags import Vocabulary
from data.model.acts import Ear
from data.model.days import MINUTE
from data.model.discipline_requests import DisciplineRequest
from data.model.people import (
    Answer,
    ChangeFlag,
    CloseFollowUp,
    DecideBreak,
    Decision,
    EraseAgent,
    ListenIn,
    NoteCoaching,
    NoteMood,
    RaiseFlag,
    Refusal,
    Request,
    ResolveFlag,
    Role,
)
from data.model.picture import ListeningRow
from data.model.text import safe_text
from data.store import disciplining, flagging
from data.store.asked import LARGEST_ID, Ordered, RefusedError, follow_up, kept_text, name_of
from data.store.erasing import erase, names_of, whole

OFFER_STANDS_MS = 30 * MINUTE
"""How long an offered break may be taken up."""
APPROVAL_STANDS_MS = 15 * MINUTE
"""How long an approved one: they go now."""


def carry_out(
    connection: sqlite3.Connection,
    request: Request,
    by: str,
    at_ms: int,
    *,
    vocabulary: Vocabulary,
    policy: BreakPolicy,
    role: Role = Role.LEAD,
) -> Answer:
    """Do what only the store is needed for, in the caller's transaction; return what came of it, in words.

    Nothing is written where it is refused. Raises TypeError for a request that the store alone can't carry out.

    Args:
        connection: The writer's, in a transaction.
        request: One of those below; acts on phones are carried out elsewhere.
        by: Who ordered it, as the kernel tells.
        at_ms: When.
        vocabulary: The site's flags and next steps.
        policy: The site's reasons for breaks.
        role: That of who ordered it.
    """
    ordered = Ordered(safe_text(by), at_ms, role.name.lower())
    try:
        if isinstance(request, DisciplineRequest):
            return disciplining.carried_out(connection, request, ordered, replace(LIMITS, breaks=policy))
        return _carried_out(connection, request, ordered, vocabulary, policy)
    except RefusedError as refused:
        return refused.answer


def _carried_out(
    connection: sqlite3.Connection, request: Request, ordered: Ordered, vocabulary: Vocabulary, policy: BreakPolicy
) -> Answer:
    """Do as `carry_out` does. Raises RefusedError."""
    match request:
        case RaiseFlag():
            return flagging.raise_flag(connection, request, ordered, vocabulary)
        case ChangeFlag():
            return flagging.change_flag(connection, request, ordered, vocabulary)
        case ResolveFlag():
            return flagging.resolve_flag(connection, request, ordered)
        case NoteMood():
            return _note_mood(connection, request, ordered)
        case NoteCoaching():
            return _note_coaching(connection, request, ordered)
        case CloseFollowUp():
            return _close_follow_up(connection, request, ordered)
        case DecideBreak():
            return _decide_break(connection, request, ordered, policy)
        case EraseAgent():
            return _erase_agent(connection, request)
    raise TypeError(f"the store alone can't carry out {type(request).__name__}")


def _erase_agent(connection: sqlite3.Connection, request: EraseAgent) -> Answer:
    name_of(connection, request.agent)
    sql = "SELECT 1 FROM listening WHERE agent_id = ? AND until_ms IS NULL"
    if connection.execute(sql, (request.agent,)).fetchone():
        raise RefusedError("somebody listens to them now: end that first")
    if any(whole(name).search(request.reason) for name in names_of(connection, request.agent)):
        raise RefusedError("the reason stays in the audit: leave the name out of it")
    return Answer(True, f"erased: {erase(connection, request.agent).told}", request.agent)


# ------------------------------------------------------------------ mood and coaching


def _note_mood(connection: sqlite3.Connection, request: NoteMood, ordered: Ordered) -> Answer:
    name = name_of(connection, request.agent)
    if request.mood is not None and not 1 <= request.mood <= 5:
        raise RefusedError("a mood is 1 to 5, or none for absent")
    mood_id = connection.execute(
        "INSERT INTO mood (agent_id, at_ms, mood, note, noted_by, said) VALUES (?, ?, ?, ?, ?, ?)",
        (request.agent, ordered.at_ms, request.mood, kept_text(request.note), ordered.by, bool(request.said)),
    ).lastrowid
    return Answer(True, f"{name}: {'absent' if request.mood is None else request.mood}", mood_id)


def _note_coaching(connection: sqlite3.Connection, request: NoteCoaching, ordered: Ordered) -> Answer:
    name = name_of(connection, request.agent)
    note = kept_text(request.note)
    if not note.strip():
        raise RefusedError("say what it was about")
    follow_up_ms = follow_up(request.follow_up_ms, ordered.at_ms)
    coaching_id = connection.execute(
        "INSERT INTO coaching (agent_id, at_ms, praise, note, noted_by, follow_up_ms) VALUES (?, ?, ?, ?, ?, ?)",
        (request.agent, ordered.at_ms, bool(request.praise), note, ordered.by, follow_up_ms),
    ).lastrowid
    return Answer(True, f"{name}: {'praise' if request.praise else 'coaching'} noted", coaching_id)


def _close_follow_up(connection: sqlite3.Connection, request: CloseFollowUp, ordered: Ordered) -> Answer:
    row = None
    if 0 < request.id <= LARGEST_ID:
        row = connection.execute(
            "SELECT agent_id, follow_up_ms, done_ms, done_by FROM coaching WHERE id = ?", (request.id,)
        ).fetchone()
    if row is None:
        raise RefusedError(f"there is no coaching {request.id}", Refusal.UNKNOWN)
    agent_id, follow_up_ms, done_ms, done_by = row
    if done_ms is not None:
        raise RefusedError(f"this follow-up is done already by {safe_text(done_by or '')}")
    if follow_up_ms is None:
        raise RefusedError("this coaching is not to be followed up")
    connection.execute(
        "UPDATE coaching SET done_ms = max(?, at_ms), done_by = ?, done_note = ? WHERE id = ?",
        (ordered.at_ms, ordered.by, kept_text(request.note), request.id),
    )
    return Answer(True, f"{name_of(connection, agent_id)}: followed up", request.id)


_STANDS_MS = {Decision.OFFER: OFFER_STANDS_MS, Decision.APPROVE: APPROVAL_STANDS_MS}
_SAID = {
    Decision.OFFER: "a break is offered",
    Decision.APPROVE: "the break is approved",
    Decision.REFUSE: "the break is refused",
    Decision.RETURN: "called back",
    Decision.WITHDRAW: "the offer is withdrawn",
}


def _decide_break(
    connection: sqlite3.Connection, request: DecideBreak, ordered: Ordered, policy: BreakPolicy
) -> Answer:
    name = name_of(connection, request.agent)
    reason = canonical(request.reason, policy)
    known = {*policy.allowances, *policy.protected}
    if reason not in known:
        told = f"{safe_text(request.reason, 60)!r} is no reason for a break; there are {', '.join(sorted(known))}"
        raise RefusedError(told)
    if request.decision in (Decision.REFUSE, Decision.RETURN) and is_protected(reason, policy):
        raise RefusedError(f"nobody is refused {reason.replace('_', ' ')}, or called back from it")
    stands_ms = _STANDS_MS.get(request.decision)
    decision_id = connection.execute(
        "INSERT INTO break_decision (agent_id, at_ms, decision, reason, note, decided_by, ends_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(request.agent, ordered.at_ms, request.decision, reason, kept_text(request.note), ordered.by),
            None if stands_ms is None else ordered.at_ms + stands_ms,
        ),
    ).lastrowid
    return Answer(True, f"{name}: {_SAID[request.decision]}", decision_id)


# ------------------------------------------------------------------ listening


def listening_began(connection: sqlite3.Connection, request: ListenIn, by: str, at_ms: int, ends_ms: int) -> int:
    """Keep that somebody listens to an agent's call, until `ends_ms` at most; return the id of it."""
    told = (kept_text(request.reason), safe_text(request.phone), safe_text(by))
    made = connection.execute(
        "INSERT INTO listening (agent_id, since_ms, ends_ms, ear, reason, phone, listener) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (request.agent, at_ms, ends_ms, request.ear, *told),
    )
    return int(made.lastrowid or 0)


def listening_ended(connection: sqlite3.Connection, listening_id: int, at_ms: int, by: str) -> None:
    """Keep that a listening has ended, and by whom; one that has ended already stays as it is."""
    connection.execute(
        "UPDATE listening SET until_ms = max(?, since_ms), ended_by = ? WHERE id = ? AND until_ms IS NULL",
        (at_ms, safe_text(by), listening_id),
    )


def open_listenings(connection: sqlite3.Connection) -> list[ListeningRow]:
    """Return who listens by what is kept, the first first."""
    rows = connection.execute(
        "SELECT id, agent_id, listener, ear, reason, since_ms, ends_ms FROM listening WHERE until_ms IS NULL "
        "ORDER BY since_ms, id"
    ).fetchall()
    return [ListeningRow(row[0], row[1], safe_text(row[2]), Ear(row[3]), safe_text(row[4]), *row[5:]) for row in rows]
