"""Reading the store: the floor as of any moment, live or past, by one code path.

Each answer is of one state of the store: its queries share a read transaction that ends before the answer is given,
and fetch all their rows at once, so that no cursor or transaction outlives a call. What does not change between two
moments (the directory, who serves which queue) is kept in memory until the writer says that it has changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo

from data.alerts import LIMITS, Limits
from data.metrics import Goal
from data.model.days import DAY, MINUTE, Window, day_around
from data.model.discipline import WalkView
from data.model.discipline_seen import DisciplineSeen
from data.model.picture import Detail, MoodRow, Picture, SourceState, worst_of
from data.model.strip import DayStrip
from data.model.text import safe_text
from data.model.words import Health
from data.store.boot import boot_id
from data.store.day import DayBook
from data.store.directory import DirectoryCache
from data.store.files import explain, open_for_reading
from data.store.floor_at import FloorAsOf
from data.store.sources import (
    LATE_INTERVALS,
    LONGEST_SILENCE_MS,
    STALE_INTERVALS,
    STALE_MS,
    Present,
    coverage,
    merged,
    present_at,
)


class Reader:
    """Reads one store, from one thread at a time. Every method raises StoreError when the store can't be read."""

    def __init__(self, path: Path, joint: str = "·", limits: Limits = LIMITS) -> None:
        """Open the store at `path` read-only. Raises NoStoreError where there is none.

        `joint` stands between a name that several sources have and the source that it is of; by the site's `limits`
        the load is reckoned.
        """
        self.path = path
        self.connection = open_for_reading(path)
        self.directory = DirectoryCache(self.connection, joint)
        self._floor = FloorAsOf(self.connection, self.directory, limits)
        self._people, self._loads = self._floor.people, self._floor.loads
        self._days = DayBook(self.connection, self.directory)

    def __enter__(self) -> Self:
        """Return the reader itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        self.close()

    def close(self) -> None:
        """Close the store."""
        self.connection.close()

    @contextmanager
    def one_state(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that sees one state of the store, whatever is written meanwhile; explain its errors."""
        connection = self.connection
        try:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    def version(self) -> int:
        """Return a number that changes when another process has written."""
        try:
            return int(self.connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    def site(self) -> dict[str, str]:
        """Return the facts of the site that were kept: `name`, `zone`."""
        with self.one_state() as connection:
            return dict(connection.execute("SELECT key, value FROM site").fetchall())

    def fed(self) -> bool:
        """Tell whether a poller has ever fed this store."""
        with self.one_state() as connection:
            return connection.execute("SELECT 1 FROM heartbeat LIMIT 1").fetchone() is not None

    def measured(self) -> list[tuple[int, int]]:
        """Return what was measured of any source, as (since, until) in ms, in order."""
        with self.one_state() as connection:
            return merged(chain.from_iterable(coverage(connection).values()))

    def bounds(self) -> tuple[int, int] | None:
        """Return the first and the last measured moment, None where nothing was measured."""
        with self.one_state() as connection:
            since_ms, until_ms = connection.execute("SELECT min(since_ms), max(until_ms) FROM coverage").fetchone()
        return None if since_ms is None else (since_ms, until_ms)

    def opening(self, since_ms: int) -> int:
        """Return the moment at which a replay from `since_ms` has something to show.

        It was measured: a minute into the first visit of the first stretch that has one; where none has in a day, the
        start of the next stretch; after all of them, the end of the last.
        """
        sql = "SELECT min(entered_ms) FROM call WHERE entered_ms >= ? AND entered_ms <= ?"
        with self.one_state() as connection:
            covered = merged(chain.from_iterable(coverage(connection).values()))
            ahead = [(max(start_ms, since_ms), end_ms) for start_ms, end_ms in covered if end_ms > since_ms]
            for start_ms, end_ms in ahead:
                if start_ms >= since_ms + DAY:
                    break
                (entered_ms,) = connection.execute(sql, (start_ms, min(end_ms, since_ms + DAY))).fetchone()
                if entered_ms is not None:
                    return min(int(entered_ms) + MINUTE, end_ms)
        if ahead:
            return ahead[0][0]
        return covered[-1][1] if covered else since_ms

    def floor_at(self, moment_ms: int, zone: ZoneInfo, loads: bool = True) -> Picture:
        """Return the picture of the floor at a moment; `zone` cuts the local day whose figures it shows.

        `loads` False gives of the loads only those at hand: of a thousand agents they take longer than all the rest.
        """
        with self.one_state():
            return self._floor.at(moment_ms, zone, loads=loads)

    def walk_of(self, key: str, moment_ms: int, zone: ZoneInfo, *, facts: bool = True) -> WalkView | None:
        """Return a round in whole at a moment, by its key; None where there is none such.

        `facts` False leaves out what the floor itself knows, which takes the longest.
        """
        with self.one_state():
            return self._floor.discipline.walk(key, self._floor.at(moment_ms, zone, loads=False), zone, facts=facts)

    def discipline_of(self, moment_ms: int, zone: ZoneInfo) -> DisciplineSeen:
        """Return what the screen of discipline shows at a moment besides the picture."""
        with self.one_state():
            return self._floor.discipline.seen(self._floor.at(moment_ms, zone, loads=False), zone)

    def with_loads(self, picture: Picture) -> Picture:
        """Return a picture of this store, of the moment that was asked for last, with all its loads."""
        with self.one_state():
            day = Window(picture.day_since_ms, picture.day_until_ms)
            return picture._replace(loads=self._loads.at(picture.agents, picture.moment_ms, day))

    def strip_of(self, moment_ms: int, zone: ZoneInfo, limits: Limits = LIMITS) -> DayStrip:
        """Return the local day around a moment for the scrubber."""
        with self.one_state():
            self._refresh(moment_ms)
            return self._days.strip(day_around(moment_ms, zone), limits)

    def detail_of(self, kind: Literal["agent", "queue"], owner: int, moment_ms: int, zone: ZoneInfo) -> Detail:
        """Return the day of an agent or a queue, up to a moment."""
        with self.one_state():
            sources = self._refresh(moment_ms)
            day = day_around(moment_ms, zone)
            if kind == "queue":
                return self._days.queue(owner, moment_ms, day)
            load, curve, since_ms = self._loads.person(owner, moment_ms, day, sources.blind)
            person = self._people.person(owner, moment_ms, day)
            person = person._replace(load=load, load_day=curve, load_since_ms=since_ms)
            return self._days.agent(owner, moment_ms, day)._replace(person=person)

    def moods(self, since_ms: int, until_ms: int) -> list[MoodRow]:
        """Return the moods noted of all agents in a window, as they came."""
        with self.one_state():
            return self._people.moods(since_ms, until_ms)

    def _refresh(self, moment_ms: int) -> Present:
        """Bring the directory to a moment, with the names by which its floor is told; return its sources."""
        sources = present_at(self.connection, moment_ms)
        self.directory.refresh(moment_ms, sources.here)
        return sources

    def pulse(self, boot_ms: int, boot: str | None = None) -> SourceState:
        """Return the worst of `pulses`: how the poller is now. NONE: none ever ran on this store."""
        return worst_of(self.pulses(boot_ms, boot))

    def pulses(self, boot_ms: int, boot: str | None = None) -> tuple[SourceState, ...]:
        """Return how the poller is now with each source that it polls, in the order in which they were taken up.

        Args:
            boot_ms: The present on CLOCK_BOOTTIME.
            boot: Which boot that clock counts from, None for this machine's; a sign of life of another one is of a
                poller that is gone.
        """
        with self.one_state() as connection:
            rows = connection.execute(
                "SELECT s.name, h.at_ms, h.boot_ms, h.good_boot_ms, h.interval_ms, h.error, h.boot, h.pid, "
                "EXISTS (SELECT 1 FROM coverage WHERE source_id = s.id) FROM heartbeat h "
                "JOIN source s ON s.id = h.source_id ORDER BY s.id"
            ).fetchall()
        boot = boot_id() if boot is None else boot
        return tuple(_pulse(row, boot_ms, boot) for row in rows)

    def as_now(self, picture: Picture, boot_ms: int, boot: str | None = None) -> Picture:
        """Return a picture of the present with word on how its sources are now; as it is where none was ever polled.

        What was last measured of a source keeps the floor's own time. `boot_ms` and `boot` are those of `pulses`.
        """
        measured = {source.name: source.measured_ms for source in picture.sources}
        pulses = self.pulses(boot_ms, boot)
        told = [pulse._replace(measured_ms=measured.get(pulse.name) or pulse.measured_ms) for pulse in pulses]
        return picture.heard(tuple(told)) if told else picture

    def goal_of(self, queue_id: int, moment_ms: int) -> Goal:
        """Return what a visit to a queue at a moment is measured against."""
        return self.directory.goal_of(queue_id, moment_ms)


def _pulse(row: tuple[str, int, int, int, int, str, str, int, int], boot_ms: int, boot: str) -> SourceState:
    """Return how a source is by its poller's last sign of life, at a time since a boot."""
    name, at_ms, beat_ms, good_ms, interval_ms, error, beat_boot, pid, ever = row
    silent = boot_ms - max(beat_ms, good_ms)
    age = boot_ms - good_ms
    limit = max(STALE_INTERVALS * interval_ms, STALE_MS)
    if error or beat_boot != boot or age < 0 or silent > 4 * limit:
        health = Health.DOWN
    elif age > limit:
        health = Health.STALE
    elif age > LATE_INTERVALS * interval_ms:
        health = Health.LATE
    else:
        health = Health.UP
    measured = at_ms - (beat_ms - good_ms) if ever else None  # before the first good poll, "good" is the start
    fed = pid > 0 and beat_boot == boot and age >= 0 and silent <= max(4 * limit, LONGEST_SILENCE_MS)
    return SourceState(safe_text(name), health, measured, interval_ms, safe_text(error, 400), fed)
