"""What people had recorded as of a moment: read by indexes, so that its cost does not grow with what the store holds.

A row counts from its own moment on, and an end from the moment it was told: what is recorded later changes no earlier
picture.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

from data.model.acts import Ear
from data.model.days import DAY, HOUR, SECOND, Window
from data.model.people import Decision
from data.model.picture import (
    CoachingLine,
    FlagLine,
    FlagRow,
    FollowUpRow,
    ListeningRow,
    MoodRow,
    OfferRow,
    Person,
)
from data.model.text import safe_text
from data.store.directory import DirectoryCache

PERSON_DAYS = 30
"""How far back a person's own page tells of flags and moods."""
MOST_COACHING = 200
"""How much coaching it lists, the newest first."""

_MOST_NOTE = 500
_FLAG = (
    "SELECT f.id, f.agent_id, f.kind, coalesce(c.note, f.note), f.raised_by, f.raised_ms, "
    "CASE WHEN c.id IS NULL THEN f.expires_ms ELSE c.expires_ms END, f.severity, coalesce(c.step, ''), "
    "coalesce(c.owner, ''), c.follow_up_ms, f.resolved_ms, coalesce(f.resolved_by, ''), coalesce(f.resolved_note, '') "
    "FROM flag f LEFT JOIN flag_change c ON c.id = (SELECT id FROM flag_change WHERE flag_id = f.id AND at_ms <= ?1 "
    "ORDER BY at_ms DESC, id DESC LIMIT 1) WHERE "
)
"""A flag as it was at a moment."""
_OPEN = (
    # raised of late, or one of the few that last for long: those that end have an index by their end
    "SELECT id FROM flag WHERE raised_ms <= ?1 AND raised_ms > ?1 - 172800000 AND (ended_ms IS NULL OR ended_ms > ?1) "
    "UNION ALL SELECT id FROM flag WHERE ended_ms - raised_ms > 172800000 AND ended_ms > ?1 "
    "AND raised_ms <= ?1 - 172800000 "
    "UNION ALL SELECT id FROM flag WHERE ended_ms IS NULL AND raised_ms <= ?1 - 172800000"
)
_FOLLOW_UPS = (
    "SELECT id, agent_id, note, noted_by, at_ms, follow_up_ms FROM coaching "
    "WHERE follow_up_ms < ?2 AND follow_up_ms IS NOT NULL AND done_ms IS NULL AND at_ms <= ?1 "
    "UNION ALL SELECT id, agent_id, note, noted_by, at_ms, follow_up_ms FROM coaching "
    "WHERE done_ms > ?1 AND follow_up_ms < ?2 AND at_ms <= ?1 ORDER BY follow_up_ms, id"
)
_LISTENING = "SELECT id, agent_id, listener, ear, reason, since_ms, ends_ms FROM listening WHERE "

LAPSED_SHOWN_MS = HOUR
"""For so long after it a refusal is told, or an offer that nobody took: else the next lead decides it again."""


class People(NamedTuple):
    """What people have recorded that holds at a moment; the fields are those of `Picture`."""

    flags: tuple[FlagRow, ...]
    moods: Mapping[int, MoodRow]
    offers: Mapping[int, OfferRow]
    follow_ups: tuple[FollowUpRow, ...]
    listening: tuple[ListeningRow, ...]
    lapsed: Mapping[int, OfferRow]


class PeopleAsOf:
    """What people have recorded, as of a moment; names come from `directory`, brought to that moment before."""

    def __init__(self, connection: sqlite3.Connection, directory: DirectoryCache) -> None:
        """Read nothing yet."""
        self._connection = connection
        self._directory = directory

    def at(self, moment_ms: int, day: Window) -> People:
        """Return what holds at a moment of a day."""
        offers, lapsed = self._offers(moment_ms)
        return People(
            self._open_flags(moment_ms),
            {row.agent_id: row for row in self.moods(day.since_ms, moment_ms + 1)},
            offers,
            self._follow_ups(moment_ms, day),
            self._listening(moment_ms),
            lapsed,
        )

    def moods(self, since_ms: int, until_ms: int) -> list[MoodRow]:
        """Return the moods noted in a window, as they came."""
        rows = self._connection.execute(
            "SELECT agent_id, at_ms, mood, note, noted_by, said FROM mood WHERE at_ms >= ? AND at_ms < ? "
            "ORDER BY at_ms, id",
            (since_ms, until_ms),
        ).fetchall()
        return [_mood(row) for row in rows]

    def person(self, agent_id: int, moment_ms: int, day: Window) -> Person:
        """Return what an agent's own page shows of what people recorded, up to a moment of a day; its load is none."""
        return Person(
            load=None,
            load_day=(),
            load_since_ms=day.since_ms,
            flags=self._flags_of(agent_id, moment_ms),
            moods=self._moods_of(agent_id, moment_ms),
            coaching=self._coaching_of(agent_id, moment_ms),
            decisions=self._decisions_of(agent_id, moment_ms, day),
            listening=self._listening_of(agent_id, moment_ms, day),
        )

    # -------------------------------------------------------------- the floor

    def _open_flags(self, moment_ms: int) -> tuple[FlagRow, ...]:
        sql = f"{_FLAG} f.id IN ({_OPEN}) ORDER BY f.raised_ms, f.id"
        rows = self._connection.execute(sql, (moment_ms,)).fetchall()
        return tuple(self._flag(row) for row in rows)

    def _flag(self, row: tuple[int, int, str, str, str, int, int | None, int, str, str, int | None]) -> FlagRow:
        flag_id, agent_id, kind, note, by, raised_ms, expires_ms, severity, step, owner, follow_up_ms = row[:11]
        return FlagRow(
            id=flag_id,
            agent_id=agent_id,
            agent=self._directory.agent(agent_id).name,
            kind=safe_text(kind, 60),
            note=safe_text(note, _MOST_NOTE),
            by=safe_text(by),
            raised_ms=raised_ms,
            expires_ms=expires_ms,
            severity=severity,
            step=safe_text(step, 60),
            owner=safe_text(owner),
            follow_up_ms=follow_up_ms,
        )

    def _offers(self, moment_ms: int) -> tuple[dict[int, OfferRow], dict[int, OfferRow]]:
        """Return the breaks offered or approved that may be taken still, and those refused or not taken of late.

        Of each agent the last decision counts.
        """
        rows = self._connection.execute(
            "SELECT agent_id, at_ms, decision, reason, decided_by, ends_ms FROM break_decision "
            "WHERE at_ms > ? AND at_ms <= ? ORDER BY at_ms, id",
            (moment_ms - DAY, moment_ms),
        ).fetchall()
        last = {row[0]: _offer(row) for row in rows}
        told = (Decision.OFFER, Decision.APPROVE, Decision.REFUSE)
        open_ = {
            agent_id: offer
            for agent_id, offer in last.items()
            if offer.decision in told and not self._is_taken(offer, moment_ms)
        }
        offers = {agent_id: offer for agent_id, offer in open_.items() if _stands(offer, moment_ms)}
        lapsed = {
            agent_id: offer
            for agent_id, offer in open_.items()
            if agent_id not in offers and moment_ms - offer.at_ms < LAPSED_SHOWN_MS
        }
        return offers, lapsed

    def _is_taken(self, offer: OfferRow, moment_ms: int) -> bool:
        """Whether the agent was seen on a break that began since; some sources tell times by the second."""
        sql = "SELECT 1 FROM state_span WHERE agent_id = ? AND since_ms >= ? AND since_ms <= ? AND state = 'not_ready'"
        begun_ms = offer.at_ms - offer.at_ms % SECOND
        return self._connection.execute(sql, (offer.agent_id, begun_ms, moment_ms)).fetchone() is not None

    def _follow_ups(self, moment_ms: int, day: Window) -> tuple[FollowUpRow, ...]:
        rows = self._connection.execute(_FOLLOW_UPS, (moment_ms, day.until_ms)).fetchall()
        return tuple(
            FollowUpRow(i, agent, self._directory.agent(agent).name, safe_text(note, _MOST_NOTE), safe_text(by), *times)
            for i, agent, note, by, *times in rows
        )

    def _listening(self, moment_ms: int) -> tuple[ListeningRow, ...]:
        """Return who listens; nobody listens for a day."""
        sql = f"{_LISTENING} since_ms > ?1 - {DAY} AND since_ms <= ?1 AND (until_ms IS NULL OR until_ms > ?1)"
        rows = self._connection.execute(f"{sql} ORDER BY since_ms, id", (moment_ms,)).fetchall()
        return tuple(_listening(row) for row in rows)

    # -------------------------------------------------------------- one person

    def _flags_of(self, agent_id: int, moment_ms: int) -> tuple[FlagLine, ...]:
        sql = f"{_FLAG} f.agent_id = ?2 AND f.raised_ms > ?3 AND f.raised_ms <= ?1 ORDER BY f.raised_ms DESC, f.id DESC"
        since_ms = moment_ms - PERSON_DAYS * DAY
        lines = []
        for row in self._connection.execute(sql, (moment_ms, agent_id, since_ms)).fetchall():
            resolved_ms, by, helped = row[11:]
            dealt_with = resolved_ms is not None and resolved_ms <= moment_ms
            told = (resolved_ms, safe_text(by), safe_text(helped, _MOST_NOTE)) if dealt_with else (None, "", "")
            lines.append(FlagLine(self._flag(row), *told))
        return tuple(lines)

    def _moods_of(self, agent_id: int, moment_ms: int) -> tuple[MoodRow, ...]:
        rows = self._connection.execute(
            "SELECT agent_id, at_ms, mood, note, noted_by, said FROM mood WHERE agent_id = ? AND at_ms > ? "
            "AND at_ms <= ? ORDER BY at_ms DESC, id DESC",
            (agent_id, moment_ms - PERSON_DAYS * DAY, moment_ms),
        ).fetchall()
        return tuple(_mood(row) for row in rows)

    def _coaching_of(self, agent_id: int, moment_ms: int) -> tuple[CoachingLine, ...]:
        rows = self._connection.execute(
            "SELECT id, at_ms, praise, note, noted_by, follow_up_ms, iif(done_ms <= ?1, done_ms, NULL), "
            "iif(done_ms <= ?1, coalesce(done_note, ''), '') FROM coaching WHERE agent_id = ?2 AND at_ms <= ?1 "
            f"ORDER BY at_ms DESC, id DESC LIMIT {MOST_COACHING}",
            (moment_ms, agent_id),
        ).fetchall()
        return tuple(
            CoachingLine(
                *(i, at_ms, bool(praise), safe_text(note, _MOST_NOTE), safe_text(by), follow_up_ms, done_ms),
                safe_text(done_note, _MOST_NOTE),
            )
            for i, at_ms, praise, note, by, follow_up_ms, done_ms, done_note in rows
        )

    def _decisions_of(self, agent_id: int, moment_ms: int, day: Window) -> tuple[OfferRow, ...]:
        rows = self._connection.execute(
            "SELECT agent_id, at_ms, decision, reason, decided_by, ends_ms FROM break_decision WHERE agent_id = ? "
            "AND at_ms >= ? AND at_ms <= ? ORDER BY at_ms DESC, id DESC",
            (agent_id, day.since_ms, moment_ms),
        ).fetchall()
        return tuple(_offer(row) for row in rows)

    def _listening_of(self, agent_id: int, moment_ms: int, day: Window) -> tuple[ListeningRow, ...]:
        sql = _LISTENING.replace("ends_ms", "iif(until_ms <= ?1, until_ms, ends_ms)")
        rows = self._connection.execute(
            f"{sql} agent_id = ?2 AND since_ms >= ?3 AND since_ms <= ?1 ORDER BY since_ms DESC, id DESC",
            (moment_ms, agent_id, day.since_ms),
        ).fetchall()
        return tuple(_listening(row) for row in rows)


def _stands(offer: OfferRow, moment_ms: int) -> bool:
    """Whether a break may be taken still."""
    return offer.decision is not Decision.REFUSE and (offer.ends_ms is None or offer.ends_ms > moment_ms)


def _mood(row: tuple[int, int, int | None, str, str, int]) -> MoodRow:
    agent_id, at_ms, mood, note, by, said = row
    return MoodRow(agent_id, at_ms, mood, safe_text(note, _MOST_NOTE), safe_text(by), bool(said))


def _offer(row: tuple[int, int, str, str, str, int | None]) -> OfferRow:
    agent_id, at_ms, decision, reason, by, ends_ms = row
    return OfferRow(agent_id, at_ms, Decision(decision), safe_text(reason, 60), safe_text(by), ends_ms)


def _listening(row: tuple[int, int, str, str, str, int, int]) -> ListeningRow:
    listening_id, agent_id, listener, ear, reason, since_ms, ends_ms = row
    told = (safe_text(listener), Ear(ear), safe_text(reason, _MOST_NOTE))
    return ListeningRow(listening_id, agent_id, *told, since_ms, ends_ms)
