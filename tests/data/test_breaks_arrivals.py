"""What a queue's row tells of late arrivals and of waits, held against the visits themselves, at any moment."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from data.adapters.simulator import simulate_day
from data.model.days import DAY, INTERVAL, MINUTE, day_around
from data.model.observation import CallEntered, Observation
from data.recorder import record
from data.store.reader import Reader
from data.store.writer import Writer

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = 1_772_499_600_000
"""2026-03-03 09:00 in Shanghai."""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("arrivals") / "day.sqlite"
    with Writer(store) as writer:
        known = writer.known("played")
        for observation in simulate_day(date(2026, 3, 3), SHANGHAI, agents=20):
            known, rows = record(known, observation)
            writer.write(rows)
    return store


def test_late_arrivals_and_waits_are_those_of_the_visits(day: Path) -> None:
    chance = Random(7)
    with Reader(day) as reader, closing(sqlite3.connect(day)) as plain:
        ((since_ms, until_ms),) = reader.measured()
        moments = [chance.randrange(since_ms, until_ms) for _ in range(40)]
        edges = [since_ms + n * INTERVAL - since_ms % INTERVAL + each for n in (3, 9) for each in (-1, 0, 1)]
        for moment_ms in (*moments, *edges, until_ms):
            from_ms = moment_ms - moment_ms % INTERVAL - 30 * MINUTE
            day_ms = day_around(moment_ms, SHANGHAI).since_ms
            for queue in reader.floor_at(moment_ms, SHANGHAI).queues:
                (came,) = plain.execute(
                    "SELECT count(*) FROM call WHERE queue_id = ? AND entered_ms >= ? AND entered_ms <= ?",
                    (queue.id, from_ms, moment_ms),
                ).fetchone()
                (waited,) = plain.execute(
                    "SELECT coalesce(sum(wait_ms), 0) FROM call WHERE queue_id = ?1 AND entered_ms >= ?2 AND "
                    "(answered_ms <= ?3 OR (outcome = 'abandoned' AND answered_ms IS NULL AND ended_ms <= ?3))",
                    (queue.id, day_ms, moment_ms),
                ).fetchone()
                assert (queue.lately, queue.waited_ms) == (came, waited)
                assert queue.lately_ms == moment_ms - max(from_ms, since_ms)


def test_only_what_was_measured_counts_as_time(tmp_path: Path) -> None:
    """A poller that was away for ten of the forty minutes measured thirty; none is counted twice."""
    store = tmp_path / "s.sqlite"
    minutes = [(0, 12), (22, 40)]
    with Writer(store) as writer:
        known = writer.known("played")
        for since, until in minutes:
            for minute in range(since, until):
                at_ms = START + minute * MINUTE
                call = CallEntered(at_ms + 1, f"c{minute}", "sales")
                said = Observation("played", at_ms, at_ms + MINUTE, [call])
                known, rows = record(known, said)
                writer.write(rows)
    with Reader(store) as reader:
        (queue,) = reader.floor_at(START + 40 * MINUTE, SHANGHAI).queues
        assert (queue.lately, queue.lately_ms) == (30, 30 * MINUTE)
        (queue,) = reader.floor_at(START + 30 * MINUTE, SHANGHAI).queues
        assert (queue.lately, queue.lately_ms) == (20, 20 * MINUTE)
        (queue,) = reader.floor_at(START + 20 * MINUTE, SHANGHAI).queues
        assert (queue.lately, queue.lately_ms) == (12, 12 * MINUTE)
        (queue,) = reader.floor_at(START + DAY // 2, SHANGHAI).queues
        assert (queue.lately, queue.lately_ms) == (0, 0)
