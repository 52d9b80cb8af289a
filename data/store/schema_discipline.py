"""The tables of floor discipline: rounds, findings, incidents, handovers, the roster, and the rules as they were."""

from __future__ import annotations

DISCIPLINE_MOMENTS = frozenset(
    {"begun_ms", "noted_ms", "closed_ms", "recheck_ms", "reviewed_ms", "acknowledged_ms", "set_ms"}
)
"""The columns of these tables that hold a moment, besides those that others have too."""

ROUND_COLUMNS = (
    "shift TEXT NOT NULL DEFAULT ''",
    "checklist TEXT NOT NULL DEFAULT ''",
    "occasion TEXT NOT NULL DEFAULT 'mid_shift'",
    "role TEXT NOT NULL DEFAULT 'lead'",
    "catalogue_id INTEGER",
    "by_hand INTEGER NOT NULL DEFAULT 0",
    "begun_ms INTEGER",
    "begun_by TEXT NOT NULL DEFAULT ''",
    "ended_ms INTEGER",
    "ended_by TEXT NOT NULL DEFAULT ''",
    "ended_note TEXT NOT NULL DEFAULT ''",
)
"""What version 3 knows of a round besides. `begun_ms`: since when it stands here, with its rules as they read then."""

ITEM_COLUMNS = (
    "place_kind TEXT NOT NULL DEFAULT 'floor'",
    "area TEXT NOT NULL DEFAULT ''",
    "severity INTEGER NOT NULL DEFAULT 1",
    "least INTEGER NOT NULL DEFAULT 0",
    "most INTEGER NOT NULL DEFAULT 0",
    "unit TEXT NOT NULL DEFAULT 'points'",
    "positive INTEGER NOT NULL DEFAULT 0",
    "do_en TEXT NOT NULL DEFAULT ''",
    "do_zh TEXT NOT NULL DEFAULT ''",
    "prefill TEXT",
    "deadline_min INTEGER",
    "dismissal INTEGER NOT NULL DEFAULT 0",
)
"""What version 3 knows of a round's rule besides."""


def _added(columns: tuple[str, ...]) -> str:
    return "".join(f", {column}" for column in columns)


ROUNDS = f"""CREATE TABLE checklist (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, title_en TEXT NOT NULL, title_zh TEXT NOT NULL,
    opened_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL{_added(ROUND_COLUMNS)}, UNIQUE (key, opened_ms)) STRICT;
CREATE TABLE checklist_item (
    checklist_id INTEGER NOT NULL REFERENCES checklist, position INTEGER NOT NULL, key TEXT NOT NULL,
    en TEXT NOT NULL, zh TEXT NOT NULL{_added(ITEM_COLUMNS)},
    PRIMARY KEY (checklist_id, position)) STRICT, WITHOUT ROWID;"""
"""A round that somebody has begun, and its rules, which stay as they were."""

_MARK = """CREATE TABLE checklist_mark (
    id INTEGER PRIMARY KEY, checklist_id INTEGER NOT NULL REFERENCES checklist, item TEXT NOT NULL,
    place_kind TEXT NOT NULL, place TEXT NOT NULL, agent_id INTEGER REFERENCES agent, team TEXT NOT NULL DEFAULT '',
    zone TEXT NOT NULL DEFAULT '', at_ms INTEGER NOT NULL, mark TEXT NOT NULL, marked_by TEXT NOT NULL,
    note TEXT NOT NULL, photo TEXT NOT NULL DEFAULT '', from_data INTEGER NOT NULL DEFAULT 0,
    owner TEXT NOT NULL DEFAULT '', due_ms INTEGER) STRICT;"""
"""`place` is a seat, an agent's id or a zone, as `place_kind` says; `agent_id` only of a mark at an agent. `team` and
`zone` are whose and where it was then. `owner` and `due_ms` are of versions that had no findings."""

DISCIPLINE = f"""{_MARK}
CREATE INDEX checklist_opened ON checklist (opened_ms);
CREATE INDEX checklist_mark_round ON checklist_mark (checklist_id, place_kind, place, item, id);
CREATE INDEX checklist_mark_agent ON checklist_mark (agent_id) WHERE agent_id IS NOT NULL;
CREATE TABLE catalogue (
    id INTEGER PRIMARY KEY, since_ms INTEGER NOT NULL, digest TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX catalogue_since ON catalogue (since_ms);
CREATE TABLE finding (
    id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, area TEXT NOT NULL, en TEXT NOT NULL, zh TEXT NOT NULL,
    severity INTEGER NOT NULL, positive INTEGER NOT NULL, points INTEGER NOT NULL, unit TEXT NOT NULL,
    dismissal INTEGER NOT NULL, place_kind TEXT NOT NULL, place TEXT NOT NULL, zone TEXT NOT NULL,
    agent_id INTEGER REFERENCES agent, team TEXT NOT NULL, found_by TEXT NOT NULL, found_role TEXT NOT NULL,
    at_ms INTEGER NOT NULL, note TEXT NOT NULL, photo TEXT NOT NULL, checklist_id INTEGER REFERENCES checklist,
    round TEXT NOT NULL, shift TEXT NOT NULL, closing TEXT, closed_ms INTEGER, closed_by TEXT, closed_note TEXT,
    CHECK (closed_ms IS NULL OR closed_ms >= at_ms)) STRICT;
CREATE INDEX finding_at ON finding (at_ms);
CREATE INDEX finding_open ON finding (at_ms) WHERE closed_ms IS NULL AND positive = 0;
CREATE INDEX finding_long ON finding (closed_ms) WHERE closed_ms - at_ms > 172800000;
CREATE INDEX finding_closed ON finding (closed_ms) WHERE closed_ms IS NOT NULL;
CREATE INDEX finding_agent ON finding (agent_id, rule, at_ms) WHERE agent_id IS NOT NULL;
CREATE INDEX finding_place ON finding (rule, place_kind, place, at_ms);
CREATE INDEX finding_round ON finding (checklist_id, rule) WHERE checklist_id IS NOT NULL;
CREATE TABLE finding_change (
    id INTEGER PRIMARY KEY, finding_id INTEGER NOT NULL REFERENCES finding, at_ms INTEGER NOT NULL,
    changed_by TEXT NOT NULL, note TEXT NOT NULL, measure TEXT NOT NULL, owner TEXT NOT NULL, due_ms INTEGER,
    recheck_ms INTEGER, points INTEGER NOT NULL) STRICT;
CREATE INDEX finding_change_finding ON finding_change (finding_id, at_ms);
CREATE TABLE incident (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, en TEXT NOT NULL, zh TEXT NOT NULL, title TEXT NOT NULL,
    at_ms INTEGER NOT NULL, noted_ms INTEGER NOT NULL, noted_by TEXT NOT NULL, shift TEXT NOT NULL, ended_ms INTEGER,
    ended_by TEXT, avoidable TEXT, worked TEXT, change TEXT, reviewed_by TEXT, reviewed_ms INTEGER) STRICT;
CREATE INDEX incident_noted ON incident (noted_ms);
CREATE INDEX incident_open ON incident (noted_ms) WHERE reviewed_ms IS NULL;
CREATE INDEX incident_long ON incident (reviewed_ms) WHERE reviewed_ms - noted_ms > 172800000;
CREATE TABLE incident_entry (
    id INTEGER PRIMARY KEY, incident_id INTEGER NOT NULL REFERENCES incident, kind TEXT NOT NULL,
    at_ms INTEGER NOT NULL, noted_ms INTEGER NOT NULL, text TEXT NOT NULL, noted_by TEXT NOT NULL) STRICT;
CREATE INDEX incident_entry_incident ON incident_entry (incident_id, noted_ms);
CREATE TABLE handover (
    id INTEGER PRIMARY KEY AUTOINCREMENT, shift TEXT NOT NULL, at_ms INTEGER NOT NULL, written_by TEXT NOT NULL,
    note TEXT NOT NULL, items TEXT NOT NULL, acknowledged_ms INTEGER, acknowledged_by TEXT,
    acknowledged_note TEXT) STRICT;
CREATE INDEX handover_at ON handover (at_ms);
CREATE INDEX handover_shift ON handover (shift, acknowledged_ms);
CREATE TABLE roster (
    id INTEGER PRIMARY KEY, day TEXT NOT NULL, agent TEXT NOT NULL, agent_id INTEGER REFERENCES agent,
    name TEXT NOT NULL, shift TEXT NOT NULL, since_ms INTEGER, until_ms INTEGER, seat TEXT NOT NULL,
    skills TEXT NOT NULL, breaks TEXT NOT NULL, set_ms INTEGER NOT NULL, set_by TEXT NOT NULL) STRICT;
CREATE INDEX roster_day ON roster (day, agent, set_ms);
CREATE INDEX roster_agent ON roster (agent_id) WHERE agent_id IS NOT NULL;
INSERT INTO revision VALUES ('discipline', 0);"""
"""Marks and changes are only added. A duty of the roster holds until another one of the same agent and day is set; one
without times is a day off. Ids that people name in what they order are of one row for ever (AUTOINCREMENT)."""


def _add(table: str, columns: tuple[str, ...]) -> str:
    return "".join(f"ALTER TABLE {table} ADD COLUMN {column};\n" for column in columns)


FROM_2 = f"""
{_add("checklist", ROUND_COLUMNS)}{_add("checklist_item", ITEM_COLUMNS)}
DROP VIEW IF EXISTS checklist_mark_readable;
CREATE TEMP TABLE mark_before AS SELECT * FROM checklist_mark;
DROP TABLE checklist_mark;
{DISCIPLINE}
INSERT INTO checklist_mark (checklist_id, item, place_kind, place, at_ms, mark, marked_by, note, owner, due_ms)
    SELECT checklist_id, item, 'floor', place, at_ms, mark, marked_by, note, owner, due_ms FROM mark_before
    ORDER BY at_ms, checklist_id, item;
DROP TABLE mark_before;
"""
"""What leads from version 2 to 3. Marks of before are of one place each, which stays a text."""
