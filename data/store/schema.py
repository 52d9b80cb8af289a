"""The tables of the store, and how an older store becomes a newer one.

Moments and durations are INTEGER milliseconds in columns that end in `_ms`. For each table `t` there is a view
`t_readable` that adds an ISO time for every moment. Additive changes only, within a major version.
"""

from __future__ import annotations

import sqlite3

from data.metrics import CallFigures, TimeFigures
from data.store.schema_discipline import DISCIPLINE, DISCIPLINE_MOMENTS, FROM_2, ROUNDS

VERSION = 3
"""What `PRAGMA user_version` says of a store that this program writes."""

APPLICATION_ID = 0x466C6F77
"""What `PRAGMA application_id` says: "Flow"."""

MOMENTS = DISCIPLINE_MOMENTS | frozenset(
    {
        "since_ms",
        "until_ms",
        "at_ms",
        "start_ms",
        "entered_ms",
        "answered_ms",
        "ended_ms",
        "raised_ms",
        "expires_ms",
        "resolved_ms",
        "due_ms",
        "opened_ms",
        "first_ms",
        "last_ms",
        "follow_up_ms",
        "done_ms",
        "ends_ms",
    }
)
"""The columns that hold a moment; the other `_ms` columns hold a duration."""


CALL_COLUMNS = CallFigures._fields
"""The columns of a rollup that hold `CallFigures`."""

TIME_COLUMNS = tuple(f"state_{name}" for name in TimeFigures._fields)
"""The columns of an agent's rollup that hold `TimeFigures`."""


def _sums(columns: tuple[str, ...]) -> str:
    return ",\n    ".join(f"{name} INTEGER NOT NULL DEFAULT 0" for name in columns)


_FLAG = """CREATE TABLE flag (
    id INTEGER PRIMARY KEY AUTOINCREMENT, agent_id INTEGER NOT NULL REFERENCES agent, kind TEXT NOT NULL,
    note TEXT NOT NULL, raised_by TEXT NOT NULL, raised_ms INTEGER NOT NULL, expires_ms INTEGER,
    resolved_ms INTEGER, resolved_by TEXT, resolved_note TEXT, severity INTEGER NOT NULL DEFAULT 2,
    ended_ms INTEGER AS (CASE WHEN resolved_ms < expires_ms OR expires_ms IS NULL
        THEN resolved_ms ELSE expires_ms END),
    UNIQUE (agent_id, kind, raised_ms)) STRICT;"""
"""`ended_ms`, until when a flag is open: an expiry that is moved is moved in `expires_ms`, and what it was stays in its
changes. What people order names flags, coaching, breaks and listenings by id, so an id is of one row for ever: another
one is not to be dealt with in place of one that was erased (AUTOINCREMENT)."""

_PEOPLE = """CREATE INDEX ring_agent ON ring (agent_id);
CREATE INDEX flag_raised ON flag (raised_ms);
CREATE INDEX flag_long ON flag (ended_ms) WHERE ended_ms - raised_ms > 172800000;
CREATE INDEX flag_endless ON flag (raised_ms) WHERE ended_ms IS NULL;
CREATE TABLE flag_change (
    id INTEGER PRIMARY KEY, flag_id INTEGER NOT NULL REFERENCES flag, at_ms INTEGER NOT NULL,
    changed_by TEXT NOT NULL, note TEXT NOT NULL, step TEXT NOT NULL, owner TEXT NOT NULL, follow_up_ms INTEGER,
    expires_ms INTEGER) STRICT;
CREATE INDEX flag_change_flag ON flag_change (flag_id, at_ms);
CREATE TABLE mood (
    id INTEGER PRIMARY KEY, agent_id INTEGER NOT NULL REFERENCES agent, at_ms INTEGER NOT NULL,
    mood INTEGER CHECK (mood BETWEEN 1 AND 5), note TEXT NOT NULL, noted_by TEXT NOT NULL,
    said INTEGER NOT NULL) STRICT;
CREATE INDEX mood_agent ON mood (agent_id, at_ms);
CREATE INDEX mood_at ON mood (at_ms);
CREATE TABLE coaching (
    id INTEGER PRIMARY KEY AUTOINCREMENT, agent_id INTEGER NOT NULL REFERENCES agent, at_ms INTEGER NOT NULL,
    praise INTEGER NOT NULL, note TEXT NOT NULL, noted_by TEXT NOT NULL, follow_up_ms INTEGER,
    done_ms INTEGER, done_by TEXT, done_note TEXT) STRICT;
CREATE INDEX coaching_agent ON coaching (agent_id, at_ms);
CREATE INDEX coaching_due ON coaching (follow_up_ms) WHERE follow_up_ms IS NOT NULL AND done_ms IS NULL;
CREATE INDEX coaching_done ON coaching (done_ms) WHERE done_ms IS NOT NULL;
CREATE TABLE break_decision (
    id INTEGER PRIMARY KEY AUTOINCREMENT, agent_id INTEGER NOT NULL REFERENCES agent, at_ms INTEGER NOT NULL,
    decision TEXT NOT NULL, reason TEXT NOT NULL, note TEXT NOT NULL, decided_by TEXT NOT NULL,
    ends_ms INTEGER) STRICT;
CREATE INDEX break_decision_at ON break_decision (at_ms);
CREATE INDEX break_decision_agent ON break_decision (agent_id, at_ms);
CREATE TABLE listening (
    id INTEGER PRIMARY KEY AUTOINCREMENT, agent_id INTEGER NOT NULL REFERENCES agent, since_ms INTEGER NOT NULL,
    until_ms INTEGER, ends_ms INTEGER NOT NULL, ear TEXT NOT NULL, reason TEXT NOT NULL, phone TEXT NOT NULL,
    listener TEXT NOT NULL, ended_by TEXT) STRICT;
CREATE INDEX listening_since ON listening (since_ms);
CREATE INDEX listening_agent ON listening (agent_id, since_ms);
CREATE INDEX listening_open ON listening (since_ms) WHERE until_ms IS NULL;
CREATE TABLE baseline (
    agent_id INTEGER NOT NULL REFERENCES agent, queue_id INTEGER NOT NULL REFERENCES queue,
    start_ms INTEGER NOT NULL, handle_n INTEGER NOT NULL, handle_median REAL, handle_mad REAL,
    wrap_up_n INTEGER NOT NULL, wrap_up_median REAL, wrap_up_mad REAL, long_talk_ms INTEGER,
    PRIMARY KEY (agent_id, start_ms, queue_id)) STRICT, WITHOUT ROWID;
CREATE TABLE request (
    uid INTEGER NOT NULL, key TEXT NOT NULL, at_ms INTEGER NOT NULL, answer TEXT,
    PRIMARY KEY (uid, key)) STRICT, WITHOUT ROWID;
CREATE TABLE audit (
    number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, uid INTEGER NOT NULL, user TEXT NOT NULL,
    role TEXT NOT NULL, tty TEXT NOT NULL, address TEXT NOT NULL, act TEXT NOT NULL, agent_id INTEGER,
    result TEXT NOT NULL, detail TEXT, salt BLOB, detail_digest BLOB NOT NULL, previous BLOB NOT NULL,
    digest BLOB NOT NULL) STRICT;
CREATE INDEX audit_agent ON audit (agent_id, number) WHERE agent_id IS NOT NULL;
CREATE INDEX audit_told ON audit (at_ms) WHERE detail IS NOT NULL;
CREATE TRIGGER audit_adds BEFORE INSERT ON audit
    WHEN NEW.number IS NOT 1 + coalesce((SELECT max(number) FROM audit), 0)
    BEGIN SELECT RAISE(ABORT, 'the audit is only added to, at its end'); END;
CREATE TRIGGER audit_keeps BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
    WHEN NEW.detail IS NOT NULL OR NEW.salt IS NOT NULL
    OR (NEW.number, NEW.at_ms, NEW.uid, NEW.user, NEW.role, NEW.tty, NEW.address, NEW.act, NEW.agent_id, NEW.result,
        NEW.detail_digest, NEW.previous, NEW.digest) IS NOT
       (OLD.number, OLD.at_ms, OLD.uid, OLD.user, OLD.role, OLD.tty, OLD.address, OLD.act, OLD.agent_id, OLD.result,
        OLD.detail_digest, OLD.previous, OLD.digest)
    BEGIN SELECT RAISE(ABORT, 'the audit is only added to; a detail can be blanked'); END;"""
"""What people record: all of it carries who and when. `detail` of an audited act is JSON, and can be blanked when the
person it is about asks for that, or when its time is over: the chain goes over its digest."""

TABLES = f"""
CREATE TABLE site (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, cursor TEXT) STRICT;
CREATE TABLE agent (
    id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source, key TEXT NOT NULL,
    signed_in INTEGER NOT NULL DEFAULT 0, presumed INTEGER NOT NULL DEFAULT 0, paused TEXT,
    UNIQUE (source_id, key)) STRICT;
CREATE TABLE agent_history (
    agent_id INTEGER NOT NULL REFERENCES agent, since_ms INTEGER NOT NULL, name TEXT NOT NULL,
    team TEXT, seat TEXT, skills TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (agent_id, since_ms)) STRICT, WITHOUT ROWID;
CREATE TABLE queue (
    id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source, key TEXT NOT NULL,
    UNIQUE (source_id, key)) STRICT;
CREATE TABLE queue_history (
    queue_id INTEGER NOT NULL REFERENCES queue, since_ms INTEGER NOT NULL, name TEXT NOT NULL,
    channel TEXT NOT NULL, threshold_ms INTEGER NOT NULL, short_abandon_ms INTEGER NOT NULL,
    target REAL NOT NULL, formula TEXT NOT NULL,
    PRIMARY KEY (queue_id, since_ms)) STRICT, WITHOUT ROWID;
CREATE TABLE seat (
    label TEXT NOT NULL, since_ms INTEGER NOT NULL, zone TEXT NOT NULL,
    row_index INTEGER NOT NULL, column_index INTEGER NOT NULL,
    PRIMARY KEY (label, since_ms)) STRICT, WITHOUT ROWID;
CREATE TABLE state_span (
    agent_id INTEGER NOT NULL REFERENCES agent, since_ms INTEGER NOT NULL, until_ms INTEGER,
    state TEXT NOT NULL, reason TEXT NOT NULL, queue_id INTEGER, call_id INTEGER,
    PRIMARY KEY (agent_id, since_ms), CHECK (until_ms IS NULL OR until_ms >= since_ms)) STRICT, WITHOUT ROWID;
CREATE INDEX span_rest ON state_span (agent_id, until_ms)
    WHERE state IN ('not_ready', 'offline') AND until_ms - since_ms >= 300000;
CREATE INDEX span_pause ON state_span (agent_id, since_ms) WHERE state IN ('not_ready', 'offline', 'unknown');
CREATE TABLE call (
    id INTEGER PRIMARY KEY, contact TEXT NOT NULL, queue_id INTEGER NOT NULL REFERENCES queue,
    agent_id INTEGER REFERENCES agent, caller TEXT NOT NULL, caller_name TEXT NOT NULL,
    entered_ms INTEGER NOT NULL, answered_ms INTEGER, ended_ms INTEGER,
    wait_ms INTEGER, ring_ms INTEGER, talk_ms INTEGER, hold_ms INTEGER, wrap_up_ms INTEGER,
    outcome TEXT) STRICT;
CREATE INDEX call_entered ON call (entered_ms);
CREATE INDEX call_open ON call (entered_ms) WHERE ended_ms IS NULL;
CREATE INDEX call_day_long ON call (ended_ms) WHERE ended_ms - entered_ms > 86400000;
CREATE INDEX call_long ON call (ended_ms) WHERE ended_ms - entered_ms > 900000;
CREATE INDEX call_agent ON call (agent_id, entered_ms, ended_ms, talk_ms, hold_ms, wrap_up_ms)
    WHERE agent_id IS NOT NULL;
CREATE TABLE ring (
    at_ms INTEGER NOT NULL, agent_id INTEGER NOT NULL REFERENCES agent, queue_id INTEGER NOT NULL,
    call_id INTEGER NOT NULL DEFAULT 0, ring_ms INTEGER, cancelled INTEGER NOT NULL,
    PRIMARY KEY (at_ms, agent_id, queue_id, call_id)) STRICT, WITHOUT ROWID;
CREATE TABLE member (
    agent_id INTEGER NOT NULL REFERENCES agent, queue_id INTEGER NOT NULL REFERENCES queue,
    since_ms INTEGER NOT NULL, until_ms INTEGER, paused TEXT,
    PRIMARY KEY (agent_id, queue_id, since_ms)) STRICT, WITHOUT ROWID;
CREATE TABLE membership (
    agent_id INTEGER NOT NULL REFERENCES agent, queue_id INTEGER NOT NULL REFERENCES queue,
    PRIMARY KEY (agent_id, queue_id)) STRICT, WITHOUT ROWID;
CREATE TABLE queue_sample (
    at_ms INTEGER NOT NULL, queue_id INTEGER NOT NULL REFERENCES queue, waiting INTEGER NOT NULL,
    PRIMARY KEY (at_ms, queue_id)) STRICT, WITHOUT ROWID;
CREATE TABLE coverage (
    source_id INTEGER NOT NULL REFERENCES source, since_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT '', PRIMARY KEY (source_id, since_ms)) STRICT, WITHOUT ROWID;
CREATE TABLE rollup_queue (
    start_ms INTEGER NOT NULL, queue_id INTEGER NOT NULL REFERENCES queue,
    {_sums(CALL_COLUMNS)},
    PRIMARY KEY (start_ms, queue_id)) STRICT, WITHOUT ROWID;
CREATE TABLE rollup_agent (
    start_ms INTEGER NOT NULL, agent_id INTEGER NOT NULL REFERENCES agent,
    {_sums(CALL_COLUMNS)},
    {_sums(TIME_COLUMNS)},
    PRIMARY KEY (start_ms, agent_id)) STRICT, WITHOUT ROWID;
{_FLAG}
{_PEOPLE}
{ROUNDS}
CREATE TABLE heartbeat (
    source_id INTEGER PRIMARY KEY REFERENCES source, at_ms INTEGER NOT NULL, boot_ms INTEGER NOT NULL,
    good_boot_ms INTEGER NOT NULL, interval_ms INTEGER NOT NULL, pid INTEGER NOT NULL,
    error TEXT NOT NULL DEFAULT '', boot TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE imported (
    source_id INTEGER NOT NULL REFERENCES source, digest BLOB NOT NULL, bytes INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (source_id, digest, bytes)) STRICT, WITHOUT ROWID;
CREATE TABLE revision (name TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO revision VALUES ('directory', 0), ('member', 0), ('rollup', 0), ('past', 0);
{DISCIPLINE}
"""


def create(connection: sqlite3.Connection) -> None:
    """Lay out an empty store, in the caller's transaction: tables, views, and its version in the same commit."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    _make_views(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _make_views(connection: sqlite3.Connection) -> None:
    """Make a view with readable times for each table that holds moments, anew where there is one."""
    from sqlite_utils import Database  # loaded only when a store is made, so that reading one starts fast

    database = Database(connection)
    for table in database.table_names():
        columns = [column.name for column in database[table].columns]
        moments = [name for name in columns if name in MOMENTS]
        if moments:
            times = ", ".join(
                f"strftime('%Y-%m-%dT%H:%M:%fZ', {name} / 1000.0, 'unixepoch') AS {name.removesuffix('_ms')}_at"
                for name in moments
            )
            connection.execute(f"DROP VIEW IF EXISTS {table}_readable")
            connection.execute(f"CREATE VIEW {table}_readable AS SELECT *, {times} FROM {table}")


MIGRATIONS: dict[int, str] = {
    1: f"""
DROP VIEW IF EXISTS flag_readable;
CREATE TEMP TABLE flag_before AS SELECT * FROM flag;
DROP TABLE flag;
{_FLAG}
INSERT INTO flag SELECT *, CASE kind WHEN 'praise' THEN 0 WHEN 'asked_for_help' THEN 3
    WHEN 'stepped_away_upset' THEN 3 ELSE 2 END FROM flag_before ORDER BY id;
DROP TABLE flag_before;
CREATE INDEX span_pause ON state_span (agent_id, since_ms) WHERE state IN ('not_ready', 'offline', 'unknown');
INSERT INTO revision VALUES ('past', 0);
{_PEOPLE}
""",
    2: FROM_2,
}
"""SQL that leads from a version to the next one."""


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Lead a store of an older version to this one, in the caller's transaction."""
    for step in range(version, VERSION):
        for statement in MIGRATIONS[step].split(";\n"):
            if statement.strip():
                connection.execute(statement)
    _make_views(connection)
    connection.execute(f"PRAGMA user_version = {VERSION}")
