"""What people record, written: flags, moods, coaching, decisions about breaks, and who listens to whom.

Each write is part of the caller's transaction. Nothing is overwritten that a past picture shows: a change of a flag is
a row of its own, and what ends keeps when it began.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from data.breaks import BreakPolicy, canonical, is_protected
from data.flags import FlagWord, Vocabulary
from data.model.acts import Ear
from data.model.days import DAY, MINUTE
from data.model.people import (
    MOST_TEXT,
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
)
from data.model.picture import ListeningRow
from data.model.text import safe_text
from data.store.erasing import erase

OFFER_STANDS_MS = 30 * MINUTE
"""How long an offered break may be taken up."""
APPROVAL_STANDS_MS = 15 * MINUTE
"""How long an approved one: they go now."""
LONGEST_FLAG_MS = 30 * DAY
"""A flag is open for no longer, and ends by itself."""
LATEST_FOLLOW_UP_MS = 365 * DAY

_LARGEST_ID = (1 << 63) - 1


class _RefusedError(Exception):
    """What is asked can't be done; `answer` says why."""

    def __init__(self, said: str, refusal: Refusal = Refusal.INVALID) -> None:
        super().__init__(said)
        self.answer = Answer(False, said, refusal=refusal)


class _Ordered(NamedTuple):
    """Who ordered something, and when."""

    by: str
    at_ms: int


def carry_out(
    connection: sqlite3.Connection,
    request: Request,
    by: str,
    at_ms: int,
    *,
    vocabulary: Vocabulary,
    policy: BreakPolicy,
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
    """
    ordered = _Ordered(safe_text(by), at_ms)
    try:
        match request:
            case RaiseFlag():
                return _raise_flag(connection, request, ordered, vocabulary)
            case ChangeFlag():
                return _change_flag(connection, request, ordered, vocabulary)
            case ResolveFlag():
                return _resolve_flag(connection, request, ordered)
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
    except _RefusedError as refused:
        return refused.answer
    raise TypeError(f"the store alone can't carry out {type(request).__name__}")


def _erase_agent(connection: sqlite3.Connection, request: EraseAgent) -> Answer:
    _name_of(connection, request.agent)
    sql = "SELECT 1 FROM listening WHERE agent_id = ? AND until_ms IS NULL"
    if connection.execute(sql, (request.agent,)).fetchone():
        raise _RefusedError("somebody listens to them now: end that first")
    return Answer(True, f"erased: {erase(connection, request.agent).told}", request.agent)


def _name_of(connection: sqlite3.Connection, agent_id: int) -> str:
    """Return what an agent is called."""
    row = None
    if 0 < agent_id <= _LARGEST_ID:
        row = connection.execute(
            "SELECT coalesce(nullif((SELECT name FROM agent_history WHERE agent_id = id "
            "ORDER BY since_ms DESC LIMIT 1), ''), key) FROM agent WHERE id = ?",
            (agent_id,),
        ).fetchone()
    if row is None:
        raise _RefusedError(f"there is no agent {agent_id}", Refusal.UNKNOWN)
    return safe_text(row[0])


def _note(text: str) -> str:
    return safe_text(text, MOST_TEXT)


def _follow_up(moment_ms: int | None, at_ms: int) -> int | None:
    """Return when something is to be followed up, if ever, once it is sure that it lies ahead."""
    if moment_ms is not None and not at_ms < moment_ms <= at_ms + LATEST_FOLLOW_UP_MS:
        raise _RefusedError("a follow-up lies ahead, within a year")
    return moment_ms


# ------------------------------------------------------------------ flags


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


def _raise_flag(
    connection: sqlite3.Connection, request: RaiseFlag, ordered: _Ordered, vocabulary: Vocabulary
) -> Answer:
    name = _name_of(connection, request.agent)
    word = vocabulary.word(request.flag)
    if word is None:
        kinds = ", ".join(each.key for each in vocabulary.flags)
        raise _RefusedError(f"there is no flag {safe_text(request.flag, 60)!r}; there are {kinds}")
    step = _step(request.step or word.step, vocabulary)
    follow_up_ms = _follow_up(request.follow_up_ms, ordered.at_ms)
    expires_ms = _expiry(request, word, ordered.at_ms)
    raised_ms = _free_ms(connection, request.agent, word.key, ordered.at_ms)
    note, owner = _note(request.note), safe_text(request.owner)
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
        raise _RefusedError(f"a flag ends ahead, within {LONGEST_FLAG_MS // DAY} days")
    return expires_ms


def _step(step: str, vocabulary: Vocabulary) -> str:
    if step and step not in {each.key for each in vocabulary.steps}:
        steps = ", ".join(each.key for each in vocabulary.steps)
        raise _RefusedError(f"there is no next step {safe_text(step, 60)!r}; there are {steps}")
    return step


def _free_ms(connection: sqlite3.Connection, agent_id: int, kind: str, at_ms: int) -> int:
    """Return the first ms from one on at which the agent was given no flag of a kind: two people may see the same."""
    sql = "SELECT 1 FROM flag WHERE agent_id = ? AND kind = ? AND raised_ms = ?"
    while connection.execute(sql, (agent_id, kind, at_ms)).fetchone():
        at_ms += 1
    return at_ms


def _change_flag(
    connection: sqlite3.Connection, request: ChangeFlag, ordered: _Ordered, vocabulary: Vocabulary
) -> Answer:
    flag = _flag(connection, request.id)
    name = _name_of(connection, flag.agent_id)
    _check_unresolved(flag)
    if flag.expires_ms is not None and flag.expires_ms <= ordered.at_ms:
        raise _RefusedError("this flag has expired: raise it anew")
    follow_up_ms = flag.follow_up_ms
    if request.follow_up_ms is not None:
        follow_up_ms = _follow_up(request.follow_up_ms, ordered.at_ms)
    expires_ms = flag.expires_ms
    if request.expires_ms is not None:
        expires_ms = _checked_expiry(request.expires_ms, ordered.at_ms)
    elif follow_up_ms is not None and expires_ms is not None and expires_ms <= follow_up_ms:
        expires_ms = min(follow_up_ms + DAY, ordered.at_ms + LONGEST_FLAG_MS)
    note = flag.note if request.note is None else _note(request.note)
    step = flag.step if request.step is None else _step(request.step, vocabulary)
    owner = flag.owner if request.owner is None else safe_text(request.owner)
    _keep_as_raised(connection, request.id, flag)
    _write_change(connection, request.id, ordered.at_ms, ordered.by, (note, step, owner, follow_up_ms, expires_ms))
    connection.execute("UPDATE flag SET expires_ms = ? WHERE id = ?", (expires_ms, request.id))
    return Answer(True, f"{name}: {vocabulary.called(flag.kind, 'en')} changed", request.id)


def _flag(connection: sqlite3.Connection, flag_id: int) -> _FlagNow:
    row = None
    if 0 < flag_id <= _LARGEST_ID:
        row = connection.execute(
            "SELECT f.agent_id, f.kind, f.raised_ms, f.expires_ms, f.resolved_ms, coalesce(f.resolved_by, ''), "
            "f.raised_by, coalesce(c.note, f.note), coalesce(c.step, ''), coalesce(c.owner, ''), c.follow_up_ms "
            "FROM flag f LEFT JOIN flag_change c ON c.id = (SELECT id FROM flag_change WHERE flag_id = f.id "
            "ORDER BY at_ms DESC, id DESC LIMIT 1) WHERE f.id = ?",
            (flag_id,),
        ).fetchone()
    if row is None:
        raise _RefusedError(f"there is no flag {flag_id}", Refusal.UNKNOWN)
    return _FlagNow(*row)


def _check_unresolved(flag: _FlagNow) -> None:
    if flag.resolved_ms is not None:
        by = f" by {safe_text(flag.resolved_by)}" if flag.resolved_by else ""
        raise _RefusedError(f"this flag is resolved already{by}")


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


def _resolve_flag(connection: sqlite3.Connection, request: ResolveFlag, ordered: _Ordered) -> Answer:
    flag = _flag(connection, request.id)
    name = _name_of(connection, flag.agent_id)
    _check_unresolved(flag)
    connection.execute(
        "UPDATE flag SET resolved_ms = max(?, raised_ms), resolved_by = ?, resolved_note = ? WHERE id = ?",
        (ordered.at_ms, ordered.by, _note(request.helped), request.id),
    )
    return Answer(True, f"{name}: resolved", request.id)


# ------------------------------------------------------------------ mood and coaching


def _note_mood(connection: sqlite3.Connection, request: NoteMood, ordered: _Ordered) -> Answer:
    name = _name_of(connection, request.agent)
    if request.mood is not None and not 1 <= request.mood <= 5:
        raise _RefusedError("a mood is 1 to 5, or none for absent")
    mood_id = connection.execute(
        "INSERT INTO mood (agent_id, at_ms, mood, note, noted_by, said) VALUES (?, ?, ?, ?, ?, ?)",
        (request.agent, ordered.at_ms, request.mood, _note(request.note), ordered.by, bool(request.said)),
    ).lastrowid
    return Answer(True, f"{name}: {'absent' if request.mood is None else request.mood}", mood_id)


def _note_coaching(connection: sqlite3.Connection, request: NoteCoaching, ordered: _Ordered) -> Answer:
    name = _name_of(connection, request.agent)
    note = _note(request.note)
    if not note.strip():
        raise _RefusedError("say what it was about")
    follow_up_ms = _follow_up(request.follow_up_ms, ordered.at_ms)
    coaching_id = connection.execute(
        "INSERT INTO coaching (agent_id, at_ms, praise, note, noted_by, follow_up_ms) VALUES (?, ?, ?, ?, ?, ?)",
        (request.agent, ordered.at_ms, bool(request.praise), note, ordered.by, follow_up_ms),
    ).lastrowid
    return Answer(True, f"{name}: {'praise' if request.praise else 'coaching'} noted", coaching_id)


def _close_follow_up(connection: sqlite3.Connection, request: CloseFollowUp, ordered: _Ordered) -> Answer:
    row = None
    if 0 < request.id <= _LARGEST_ID:
        row = connection.execute(
            "SELECT agent_id, follow_up_ms, done_ms, done_by FROM coaching WHERE id = ?", (request.id,)
        ).fetchone()
    if row is None:
        raise _RefusedError(f"there is no coaching {request.id}", Refusal.UNKNOWN)
    agent_id, follow_up_ms, done_ms, done_by = row
    if done_ms is not None:
        raise _RefusedError(f"this follow-up is done already by {safe_text(done_by or '')}")
    if follow_up_ms is None:
        raise _RefusedError("this coaching is not to be followed up")
    connection.execute(
        "UPDATE coaching SET done_ms = max(?, at_ms), done_by = ?, done_note = ? WHERE id = ?",
        (ordered.at_ms, ordered.by, _note(request.note), request.id),
    )
    return Answer(True, f"{_name_of(connection, agent_id)}: followed up", request.id)


_STANDS_MS = {Decision.OFFER: OFFER_STANDS_MS, Decision.APPROVE: APPROVAL_STANDS_MS}
_SAID = {
    Decision.OFFER: "a break is offered",
    Decision.APPROVE: "the break is approved",
    Decision.REFUSE: "the break is refused",
    Decision.RETURN: "called back",
    Decision.WITHDRAW: "the offer is withdrawn",
}


def _decide_break(
    connection: sqlite3.Connection, request: DecideBreak, ordered: _Ordered, policy: BreakPolicy
) -> Answer:
    name = _name_of(connection, request.agent)
    reason = canonical(request.reason, policy)
    known = {*policy.allowances, *policy.protected}
    if reason not in known:
        told = f"{safe_text(request.reason, 60)!r} is no reason for a break; there are {', '.join(sorted(known))}"
        raise _RefusedError(told)
    if request.decision in (Decision.REFUSE, Decision.RETURN) and is_protected(reason, policy):
        raise _RefusedError(f"nobody is refused {reason.replace('_', ' ')}, or called back from it")
    stands_ms = _STANDS_MS.get(request.decision)
    decision_id = connection.execute(
        "INSERT INTO break_decision (agent_id, at_ms, decision, reason, note, decided_by, ends_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(request.agent, ordered.at_ms, request.decision, reason, _note(request.note), ordered.by),
            None if stands_ms is None else ordered.at_ms + stands_ms,
        ),
    ).lastrowid
    return Answer(True, f"{name}: {_SAID[request.decision]}", decision_id)


# ------------------------------------------------------------------ listening


def listening_began(connection: sqlite3.Connection, request: ListenIn, by: str, at_ms: int, ends_ms: int) -> int:
    """Keep that somebody listens to an agent's call, until `ends_ms` at most; return the id of it."""
    row = (request.agent, at_ms, ends_ms, request.ear, _note(request.reason), safe_text(request.phone), safe_text(by))
    made = connection.execute(
        "INSERT INTO listening (agent_id, since_ms, ends_ms, ear, reason, phone, listener) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        row,
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
