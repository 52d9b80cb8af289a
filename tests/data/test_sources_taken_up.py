"""Stores of one source by older programs, and logs that are imported beside what a poller writes."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.adapters.queue_log.files import look_through
from data.importer import import_logs
from data.kpi import kpi_rows
from data.model.days import DAY
from data.model.observation import (
    Observation,
    SignedIn,
)
from data.model.words import Health
from data.store.files import StoreError
from data.store.reader import Reader
from data.store.writer import Writer
from tests.data.logs import REAL_RUN, at, log, reading
from tests.data.several import begun, told, write
from tests.data.test_store import check_rollups

UTC = ZoneInfo("UTC")
RANGE = 1 << 40


def ids(store: Path, table: str) -> list[int]:
    with reading(store) as db:
        return [i for (i,) in db.execute(f"SELECT id FROM {table} ORDER BY id")]


def test_a_store_of_one_source_is_what_it_was(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    write(store, [("pbx1", told(0, 60, *begun("Ann", "a", "Bob")))])
    write(store, [("pbx1", told(60, 90, SignedIn(at(70), "Cai", "support")))])
    assert (ids(store, "agent"), ids(store, "queue"), ids(store, "call")) == ([1, 2, 3], [1, 2], [1, 2])
    with Reader(store) as reader:
        picture = reader.floor_at(at(80), UTC)
        assert picture.sources == (picture.source,)
        assert picture.source.name == "pbx1"
        assert [queue.name for queue in picture.queues] == ["sales", "support"]
        long_after = reader.floor_at(at(80) + 3 * DAY, UTC)
        assert (long_after.source.health, long_after.source.measured_ms) == (Health.NONE, at(90))
        assert kpi_rows(reader, at(-90), at(180), "total")[0].measured == round(90 / 270, 6)


def test_a_second_source_whose_ids_an_older_program_gave_goes_on_in_its_own_range(tmp_path: Path) -> None:
    """Older programs counted on from all sources; two could meet where the first had measured nothing."""
    store = tmp_path / "s.sqlite"
    with Writer(store) as writer:
        writer.known("empty")
    write(store, [("pbx", told(0, 60, SignedIn(at(0), "Ann", "sales")))])
    with sqlite3.connect(store) as db:
        for table, column in (("agent", "id"), ("queue", "id"), ("state_span", "agent_id"), ("member", "agent_id")):
            db.execute(f"UPDATE {table} SET {column} = {column} - {RANGE}")
        db.execute(f"UPDATE member SET queue_id = queue_id - {RANGE}")
        db.execute(f"UPDATE membership SET queue_id = queue_id - {RANGE}, agent_id = agent_id - {RANGE}")
    db.close()
    more = told(60, 120, SignedIn(at(70), "Bob", "support"), SignedIn(at(80), "Ann", "support"))
    write(store, [("pbx", more), ("empty", told(0, 120, SignedIn(at(70), "Cai", "chat")))])
    assert ids(store, "agent") == [1, 2, RANGE + 1]
    assert ids(store, "queue") == [1, 2, RANGE + 1]
    with Reader(store) as reader:
        queues = {agent.name: agent.queues for agent in reader.floor_at(at(110), UTC).agents}
    assert queues == {"Ann": ("sales", "support"), "Bob": ("support",), "Cai": ("chat",)}


def test_a_log_is_imported_into_a_store_that_a_poller_feeds(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    import_logs(tmp_path / "alone.sqlite", [REAL_RUN])
    with Reader(tmp_path / "alone.sqlite") as alone:
        ((since_ms, until_ms),) = alone.measured()
        (expected,) = kpi_rows(alone, since_ms, until_ms, "total")
    busy = (SignedIn(since_ms, "Ann", "sales"),)
    write(store, [("pbx", Observation("pbx", since_ms, until_ms, busy, cursor="7 of 9"))])
    import_logs(store, [REAL_RUN])
    imported = import_logs(store, [REAL_RUN])
    assert imported.calls == 0
    with Reader(store) as reader:
        (found,) = kpi_rows(reader, since_ms, until_ms, "total")
        picture = reader.floor_at(until_ms, UTC)
    assert (found.offered, found.answered, found.talk_s) == (expected.offered, expected.answered, expected.talk_s)
    assert [source.name for source in picture.sources] == ["pbx", "queue_log"]
    check_rollups(store)


def test_a_log_that_a_poller_follows_is_not_taken_under_another_name(tmp_path: Path) -> None:
    mark = look_through(REAL_RUN, frozenset(), lambda _: None).whole
    followed = told(0, 60)._replace(cursor=json.dumps([[mark.size, mark.digest.hex()]]))
    write(tmp_path / "s.sqlite", [("pbx", followed)])
    with pytest.raises(StoreError, match=r"already taken into .* for the source 'pbx': .*--source pbx"):
        import_logs(tmp_path / "s.sqlite", [REAL_RUN])


def test_a_later_log_of_one_source_is_no_older_than_what_another_one_measured(tmp_path: Path) -> None:
    write(tmp_path / "s.sqlite", [("pbx", told(0, 7_200))])
    path = tmp_path / "queue_log"
    path.write_text(log("0|c1|sales|NONE|ENTERQUEUE||555|1", "9|c1|sales|Ann|CONNECT|9|c1|1"))
    assert import_logs(tmp_path / "s.sqlite", [path]).calls == 1
