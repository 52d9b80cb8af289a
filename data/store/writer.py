"""The one writer of the store: each observation's rows in one immediate transaction, each with its rollups."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Self

from data.metrics import Goal, goal_for
from data.model.known import Known, Rows
from data.model.observation import Directory
from data.model.rows import Call
from data.store import restore
from data.store.backdated import reaches_back
from data.store.files import BUSY_SECONDS, StoreError, explain, open_for_writing
from data.store.played import write_acts
from data.store.rollups import Deltas

_FOLD_MS = 400
"""How long readers are waited for when the WAL is to be emptied."""

_CHECKPOINT_EVERY = 64
"""Commits between two PASSIVE checkpoints: no reader ever waits for one, and the WAL stays small."""


class Beat(NamedTuple):
    """The poller's sign of life. `boot_ms` and `good_boot_ms` (of the last good poll) are on CLOCK_BOOTTIME.

    `boot` names the machine's boot that this clock counts from: after another one it says nothing. `pid` 0 says that
    there will be no other: the poller has ended, or asks this source no more.
    """

    at_ms: int
    boot_ms: int
    good_boot_ms: int
    interval_ms: int
    pid: int
    error: str = ""
    boot: str = ""


class Writer:
    """Writes a store; there is one at a time. Every method raises StoreError when the store can't take it."""

    def __init__(self, path: Path) -> None:
        """Open the store at `path`, made or migrated where needed."""
        self.path = path
        self._connection = open_for_writing(path)
        self._goals: dict[int, list[tuple[int, Goal]]] = defaultdict(list)
        self._commits = 0
        for queue_id, since_ms, *goal in self._connection.execute(
            "SELECT queue_id, since_ms, threshold_ms, short_abandon_ms, target, formula FROM queue_history "
            "ORDER BY queue_id, since_ms"
        ):
            self._goals[queue_id].append((since_ms, Goal(*goal)))

    def __enter__(self) -> Self:
        """Return the writer itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        self.close()

    def close(self) -> None:
        """Fold the WAL into the file as far as readers let it, and close."""
        self._checkpoint()
        self._connection.close()

    def _checkpoint(self) -> None:
        """Copy the WAL into the file as far as readers let it; where the disk is full it stays, and stays valid."""
        with suppress(sqlite3.Error):
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def fold(self) -> bool:
        """Put all that the WAL holds into the file and empty it, so that nothing erased is left there.

        Return whether that was possible: not while a reader is half-way through an answer.
        """
        try:
            self._connection.execute(f"PRAGMA busy_timeout = {_FOLD_MS}")
            try:
                (hindered, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self._connection.execute(f"PRAGMA busy_timeout = {round(BUSY_SECONDS * 1000)}")
        except sqlite3.Error as error:
            raise explain(error, self.path) from error
        return not hindered

    def compact(self) -> None:
        """Write the file anew, without what other programs and older versions deleted and did not overwrite."""
        try:
            self._connection.execute("VACUUM")
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give a connection inside an immediate transaction; it commits, or undoes all at an error."""
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise explain(error, self.path) from error
        self._commits += 1
        if self._commits % _CHECKPOINT_EVERY == 0:
            self._checkpoint()

    @contextmanager
    def recording(self) -> Iterator[sqlite3.Connection]:
        """Give a connection as `transaction` does, for what people did: once committed, no power cut loses it."""
        self._connection.execute("PRAGMA synchronous = FULL")
        try:
            with self.transaction() as connection:
                yield connection
        finally:
            self._connection.execute("PRAGMA synchronous = NORMAL")

    def set_site(self, **values: str) -> None:
        """Keep facts of the site: its `name` and `zone`."""
        with self.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO site VALUES (?, ?)", values.items())

    def known(self, source: str) -> Known:
        """Return what a source's recorder knew when it last wrote. A new source is given its range of ids."""
        with self.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO source (name) VALUES (?)", (source,))
            return restore.known(connection, source)

    def feeds(self, sources: Iterable[str]) -> None:
        """Keep that only these sources are polled from now on: of others no sign of life is awaited any more."""
        names = json.dumps(list(sources))
        with self.transaction() as connection:
            connection.execute(
                "DELETE FROM heartbeat WHERE source_id NOT IN "
                "(SELECT id FROM source WHERE name IN (SELECT value FROM json_each(?)))",
                (names,),
            )

    def taken(self, source: str) -> set[tuple[int, bytes]]:
        """Return how much of which files earlier imports took: (bytes, digest) pairs."""
        return set(
            self._connection.execute(
                "SELECT bytes, digest FROM imported JOIN source ON source.id = source_id WHERE source.name = ?",
                (source,),
            )
        )

    def others(self, source: str) -> dict[str, tuple[str | None, set[tuple[int, bytes]]]]:
        """Return the cursor of each other source, and how much of which files was taken for it, as `taken`."""
        rows = self._connection.execute("SELECT name, cursor FROM source WHERE name <> ?", (source,)).fetchall()
        return {name: (cursor, self.taken(name)) for name, cursor in rows}

    def took(self, source_id: int, name: str, size: int, digest: bytes) -> None:
        """Keep that a file was imported: its name, size in bytes and digest."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO imported (source_id, name, bytes, digest) VALUES (?, ?, ?, ?)",
                (source_id, name, size, digest),
            )

    def beat(self, source_id: int, beat: Beat) -> None:
        """Leave a sign of life where nothing else is to be written."""
        with self.transaction() as connection:
            _beat(connection, source_id, beat)

    def write(self, rows: Rows, beat: Beat | None = None) -> None:
        """Write what one observation changed, with its rollups, cursor and sign of life, or nothing of it."""
        if not rows and rows.cursor is None:
            if beat is not None:
                self.beat(rows.source_id, beat)
            return
        with self.transaction() as connection:
            self._write_directory(connection, rows)
            self._write_floor(connection, rows)
            if rows.acts:
                write_acts(connection, rows.acts, rows.source_id)
            if rows.cursor is not None:
                connection.execute("UPDATE source SET cursor = ? WHERE id = ?", (rows.cursor, rows.source_id))
            if beat is not None:
                _beat(connection, rows.source_id, beat)

    def _write_directory(self, connection: sqlite3.Connection, rows: Rows) -> None:
        source = rows.source_id
        connection.executemany(
            "INSERT INTO agent (id, source_id, key) VALUES (?, ?, ?)",
            [(i, source, k) for i, k in rows.agents],
        )
        connection.executemany(
            "INSERT INTO queue (id, source_id, key) VALUES (?, ?, ?)",
            [(i, source, k) for i, k in rows.queues],
        )
        for at_ms, directory in rows.directory:
            self._write_entries(connection, source, at_ms, directory)
        if rows.agents or rows.queues or rows.directory:
            _revise(connection, "directory")

    def _write_entries(self, connection: sqlite3.Connection, source: int, at_ms: int, directory: Directory) -> None:
        connection.executemany(
            "INSERT OR REPLACE INTO agent_history SELECT id, ?, ?, ?, ?, ? FROM agent WHERE source_id = ? AND key = ?",
            [
                (at_ms, a.name, a.team, a.seat, json.dumps(a.skills, ensure_ascii=False), source, a.key)
                for a in directory.agents
            ],
        )
        for queue in directory.queues:
            goal = goal_for(queue)
            connection.execute(
                "INSERT OR REPLACE INTO queue_history SELECT id, ?, ?, ?, ?, ?, ?, ? FROM queue "
                "WHERE source_id = ? AND key = ?",
                (at_ms, queue.name, queue.channel, *goal, source, queue.key),
            )
            (queue_id,) = connection.execute(
                "SELECT id FROM queue WHERE source_id = ? AND key = ?", (source, queue.key)
            ).fetchone()
            self._goals[queue_id].append((at_ms, goal))
        connection.executemany(
            "INSERT OR REPLACE INTO seat VALUES (?, ?, ?, ?, ?)",
            [(s.label, at_ms, s.zone, s.row, s.column) for s in directory.seats],
        )

    def goal_of(self, queue_id: int, entered_ms: int) -> Goal:
        """Return what a visit to a queue at a moment is measured against."""
        history = self._goals.get(queue_id)
        if not history:
            return Goal()
        at = bisect_right(history, entered_ms, key=lambda dated: dated[0]) - 1
        return history[max(at, 0)][1]

    def _write_floor(self, connection: sqlite3.Connection, rows: Rows) -> None:
        deltas = Deltas(self.goal_of)
        for before, after in rows.calls.values():
            deltas.call(before, after)
        for span in rows.spans.values():
            deltas.span(span)
        _write_calls(connection, rows)
        connection.executemany(
            "INSERT OR REPLACE INTO state_span (agent_id, state, reason, queue_id, call_id, since_ms, until_ms) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows.spans.values(),
        )
        if rows.members:
            connection.executemany("INSERT OR REPLACE INTO member VALUES (?, ?, ?, ?, ?)", rows.members.values())
            pairs = {key[:2] for key in rows.members}
            connection.executemany("INSERT OR IGNORE INTO membership VALUES (?, ?)", pairs)
        connection.executemany(
            "UPDATE agent SET signed_in = ?, presumed = ?, paused = ? WHERE id = ?",
            [(*standing, agent_id) for agent_id, standing in rows.standings.items()],
        )
        settled = {span.agent_id for span in rows.spans.values() if span.until_ms is not None}
        if any(key[0] not in settled for key in rows.members):
            _revise(connection, "member")
        if any(_handled_by_others(before, after, settled) for before, after in rows.calls.values()):
            _revise(connection, "rollup")
        if reaches_back(rows):
            _revise(connection, "past")
        connection.executemany(
            "INSERT OR REPLACE INTO ring (agent_id, queue_id, call_id, at_ms, ring_ms, cancelled) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [(r.agent_id, r.queue_id, r.call_id or 0, *r[3:]) for r in rows.rings],
        )
        connection.executemany(
            "INSERT OR REPLACE INTO queue_sample (queue_id, at_ms, waiting) VALUES (?, ?, ?)", rows.samples
        )
        connection.executemany("INSERT OR REPLACE INTO coverage VALUES (?, ?, ?, ?)", rows.coverage)
        deltas.write(connection)


def _write_calls(connection: sqlite3.Connection, rows: Rows) -> None:
    new: list[Call] = []
    changed: list[tuple[object, ...]] = []
    for before, after in rows.calls.values():
        if before is None:
            new.append(after)
        else:
            changed.append((*after[3:], after.id))
    connection.executemany(f"INSERT INTO call VALUES ({', '.join('?' * 15)})", new)
    connection.executemany(
        "UPDATE call SET agent_id = ?, caller = ?, caller_name = ?, entered_ms = ?, answered_ms = ?, ended_ms = ?, "
        "wait_ms = ?, ring_ms = ?, talk_ms = ?, hold_ms = ?, wrap_up_ms = ?, outcome = ? WHERE id = ?",
        changed,
    )


def _handled_by_others(before: Call | None, after: Call, settled: set[int]) -> bool:
    """Whether an ended visit changes what an agent has handled whose state stays: readers go by the state."""
    agents = {call.agent_id for call in (before, after) if call is not None and call.ended_ms is not None}
    return not agents - {None} <= settled


def _beat(connection: sqlite3.Connection, source_id: int, beat: Beat) -> None:
    connection.execute("INSERT OR REPLACE INTO heartbeat VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (source_id, *beat))


def _revise(connection: sqlite3.Connection, name: str) -> None:
    """Tell readers that what they keep in memory under this name is out of date."""
    connection.execute("UPDATE revision SET number = number + 1 WHERE name = ?", (name,))


__all__ = ["Beat", "StoreError", "Writer"]
