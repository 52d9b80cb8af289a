"""All that is kept about one person, gathered for that person: in sections, with words instead of numbers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from data.model.text import mask_name, mask_number, safe_text
from data.store.erasing import LINES, TEXTS, own_names_of, whole
from data.store.schema import CALL_COLUMNS, MOMENTS, TIME_COLUMNS

_QUEUE = (
    "(SELECT coalesce((SELECT name FROM queue_history WHERE queue_id = q.id ORDER BY since_ms DESC LIMIT 1), q.key) "
    "FROM queue q WHERE q.id = {}) AS queue"
)


class Section(NamedTuple):
    """A part of what is kept: the tables that it tells of, what it is in words, and how it is read."""

    tables: tuple[str, ...]
    about: str
    sql: str


SECTIONS: Mapping[str, Section] = {
    "names": Section(
        ("agent_history",),
        "What the telephony system has called the person, and since when.",
        "SELECT since_ms, name, team, seat, skills FROM agent_history WHERE agent_id = ?1 ORDER BY since_ms",
    ),
    "states": Section(
        ("state_span",),
        "What the person was doing on the phone, from when to when.",
        f"SELECT since_ms, until_ms, state, reason, {_QUEUE.format('t.queue_id')}, call_id FROM state_span t "
        "WHERE agent_id = ?1 ORDER BY since_ms",
    ),
    "queues_served": Section(
        ("member", "membership"),
        "The queues the person served, and the reason of a pause there.",
        f"SELECT {_QUEUE.format('t.queue_id')}, since_ms, until_ms, paused FROM member t WHERE agent_id = ?1 "
        f"UNION ALL SELECT {_QUEUE.format('p.queue_id')}, NULL, NULL, NULL FROM membership p WHERE agent_id = ?1 "
        "AND NOT EXISTS (SELECT 1 FROM member WHERE agent_id = p.agent_id AND queue_id = p.queue_id) ORDER BY 2",
    ),
    "calls": Section(
        ("call",),
        "The contacts the person handled. The other party's number is masked: it is that party's.",
        f"SELECT id, {_QUEUE.format('t.queue_id')}, caller, caller_name, entered_ms, answered_ms, ended_ms, wait_ms, "
        "ring_ms, talk_ms, hold_ms, wrap_up_ms, outcome FROM call t WHERE agent_id = ?1 ORDER BY entered_ms, id",
    ),
    "rings_missed": Section(
        ("ring",),
        "When the phone rang and was not answered; `cancelled`: the caller gave up meanwhile.",
        f"SELECT at_ms, {_QUEUE.format('t.queue_id')}, ring_ms, cancelled FROM ring t WHERE agent_id = ?1 "
        "ORDER BY at_ms",
    ),
    "flags": Section(
        ("flag",),
        "What somebody saw and said of the person, and what helped.",
        "SELECT id, raised_ms, kind, severity, note, raised_by, expires_ms, resolved_ms, resolved_by, resolved_note "
        "FROM flag WHERE agent_id = ?1 ORDER BY raised_ms, id",
    ),
    "flag_changes": Section(
        ("flag_change",),
        "What was to come next of each flag, and who changed that when.",
        "SELECT flag_id, c.at_ms, c.changed_by, c.note, c.step, c.owner, c.follow_up_ms, c.expires_ms "
        "FROM flag_change c JOIN flag f ON f.id = c.flag_id WHERE f.agent_id = ?1 ORDER BY c.at_ms, c.id",
    ),
    "moods": Section(
        ("mood",),
        "How the person seemed to somebody, or (said: 1) said to be: 1 to 5, none for absent.",
        "SELECT at_ms, mood, said, note, noted_by FROM mood WHERE agent_id = ?1 ORDER BY at_ms, id",
    ),
    "coaching": Section(
        ("coaching",),
        "What was worked on, what the person was praised for, and what came of it.",
        "SELECT at_ms, praise, note, noted_by, follow_up_ms, done_ms, done_by, done_note FROM coaching "
        "WHERE agent_id = ?1 ORDER BY at_ms, id",
    ),
    "break_decisions": Section(
        ("break_decision",),
        "Breaks that were offered, approved, refused or ended.",
        "SELECT at_ms, decision, reason, note, decided_by, ends_ms FROM break_decision WHERE agent_id = ?1 "
        "ORDER BY at_ms, id",
    ),
    "listening": Section(
        ("listening",),
        "Who listened to the person's calls, how and why.",
        "SELECT since_ms, until_ms, ends_ms, listener, ear, reason, phone, ended_by FROM listening "
        "WHERE agent_id = ?1 ORDER BY since_ms, id",
    ),
    "findings": Section(
        ("finding",),
        "What was found against a rule, or to the person's credit, and how it ended; texts as they read then.",
        "SELECT id, at_ms, rule, area, en, zh, severity, positive, points, unit, dismissal, place, zone, team, "
        "found_by, found_role, note, photo, shift, round, closing, closed_ms, closed_by, closed_note FROM finding "
        "WHERE agent_id = ?1 ORDER BY at_ms, id",
    ),
    "finding_changes": Section(
        ("finding_change",),
        "What was done about each finding, whose it was and until when, and who said so.",
        "SELECT finding_id, c.at_ms, c.changed_by, c.note, c.measure, c.owner, c.due_ms, c.recheck_ms, c.points "
        "FROM finding_change c JOIN finding f ON f.id = c.finding_id WHERE f.agent_id = ?1 ORDER BY c.at_ms, c.id",
    ),
    "checks": Section(
        ("checklist_mark",),
        "What was checked of the person on rounds, and with what result.",
        "SELECT m.at_ms, c.key, c.title_en, m.item, m.mark, m.marked_by, m.note, m.photo, m.from_data, m.team, m.zone "
        "FROM checklist_mark m JOIN checklist c ON c.id = m.checklist_id WHERE m.agent_id = ?1 ORDER BY m.at_ms, m.id",
    ),
    "duties": Section(
        ("roster",),
        "When the person was to work, who set that when; without times a day off. Breaks: reason, from, until in ms.",
        "SELECT day, since_ms, until_ms, shift, seat, skills, breaks, set_ms, set_by FROM roster "
        "WHERE agent_id = ?1 OR (agent_id IS NULL AND agent = (SELECT key FROM agent WHERE id = ?1)) "
        "ORDER BY day, set_ms, id",
    ),
    "own_usual": Section(
        ("baseline",),
        "The person's own usual times by queue, that the load holds today's against: median and MAD of log ms.",
        f"SELECT start_ms, {_QUEUE.format('t.queue_id')}, handle_n, handle_median, handle_mad, wrap_up_n, "
        "wrap_up_median, wrap_up_mad, long_talk_ms FROM baseline t WHERE agent_id = ?1 ORDER BY start_ms",
    ),
    "quarter_hours": Section(
        ("rollup_agent",),
        "Sums of contacts and times for each quarter of an hour.",
        f"SELECT start_ms, {', '.join((*CALL_COLUMNS, *TIME_COLUMNS))} FROM rollup_agent WHERE agent_id = ?1 "
        "ORDER BY start_ms",
    ),
    "audit": Section(
        ("audit",),
        "Who ordered what about the person, from where, and what came of it.",
        "SELECT number, at_ms, user, role, tty, address, act, result, detail FROM audit WHERE agent_id = ?1 "
        "ORDER BY number",
    ),
}
"""What an export holds, in its order."""

MENTIONS = "Texts in which the name stands, wherever people write freely."

COMPUTED = (
    "The load (0 to 100) is not kept. It is computed whenever it is looked at, from the states, the contacts and the "
    "person's own usual times above: minutes since a break, occupancy of the last hour, hard calls, calls back to "
    "back, handling and wrap-up against the own usual, hours today, minutes late from breaks. Floorwalk infers no "
    "emotion, from nothing."
)


def all_about(connection: sqlite3.Connection, agent_id: int, time_of: Callable[[int], str | None]) -> dict[str, Any]:
    """Return all that is kept about a person, by section; call it in one state of the store.

    Moments are told by `time_of`, in fields that end in `_at`; durations are ms, in fields that end in `_ms`.
    """
    row = connection.execute(
        "SELECT a.id, s.name, a.key, a.signed_in, a.presumed, a.paused FROM agent a "
        "JOIN source s ON s.id = a.source_id WHERE a.id = ?",
        (agent_id,),
    ).fetchone()
    keys = ("number", "source", "key", "signed_in", "presumed", "paused")
    found: dict[str, Any] = {"person": {key: _plain(value) for key, value in zip(keys, row, strict=True)}}
    for name, section in SECTIONS.items():
        cursor = connection.execute(section.sql, (agent_id,))
        columns = [column[0] for column in cursor.description]
        rows = [_row(columns, values, time_of) for values in cursor.fetchall()]
        found[name] = {"about": section.about, "count": len(rows), "rows": rows}
    rows = _mentions(connection, own_names_of(connection, agent_id))
    found["mentions"] = {
        "about": "Texts about something else in which the name stands.",
        "count": len(rows),
        "rows": rows,
    }
    found["computed"] = COMPUTED
    return found


def _row(columns: list[str], values: tuple[Any, ...], time_of: Callable[[int], str | None]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    raw = dict(zip(columns, values, strict=True))
    for column, value in raw.items():
        if column in MOMENTS:
            told[f"{column.removesuffix('_ms')}_at"] = None if value is None else time_of(value)
        elif column == "caller":
            told[column] = mask_number(safe_text(value))
        elif column == "caller_name":
            told[column] = mask_name(safe_text(value), raw["caller"])
        elif column in ("detail", "skills", "breaks"):
            told[column] = None if value is None else json.loads(value)
        else:
            told[column] = _plain(value)
    return told


def _plain(value: object) -> object:
    return safe_text(value, 1_000) if isinstance(value, str) else value


def _mentions(connection: sqlite3.Connection, names: set[str]) -> list[dict[str, Any]]:
    """Return the texts about something else in which a name stands."""
    found = []
    plain = "SELECT DISTINCT {1} FROM {0} WHERE {1} <> '' ORDER BY 1"
    lines = (
        "SELECT DISTINCT word.value FROM {0}, json_each({1}) line, json_each(line.value) word "
        "WHERE word.key >= 2 AND word.type = 'text' AND word.value <> '' ORDER BY 1"
    )
    for sql, columns in ((plain, TEXTS), (lines, (LINES,))) if names else ():
        for table, column in columns:
            texts = connection.execute(sql.format(table, column)).fetchall()
            found += [
                {"where": f"{table}.{column}", "text": _plain(text)}
                for (text,) in texts
                if any(whole(name).search(text) for name in names)
            ]
    return found
