"""Loads in the picture: those of the rows that the store holds, whoever looks when, and whatever comes late."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.adapters.simulator import simulate_day
from data.alerts import LIMITS
from data.baselines import Baseline
from data.load import LoadPolicy
from data.model.days import DAY, HOUR, INTERVAL, MINUTE, day_around
from data.model.observation import (
    CallAnswered,
    CallEnded,
    CallEntered,
    Event,
    Observation,
    SignedIn,
    WrapUpEnded,
)
from data.model.picture import LoadRow, Picture
from data.model.rows import Call, Span
from data.model.words import Outcome, State
from data.recorder import record
from data.store.reader import Reader
from data.store.writer import Writer
from data.workday import Usual, Workday, stretch_of, visit_of
from tests.data.floor import any_events, logged_events, watches
from tests.data.logs import START, reading
from tests.examples import examples

SHANGHAI = ZoneInfo("Asia/Shanghai")
UTC = ZoneInfo("UTC")


def written(store: Path, observations: list[Observation]) -> None:
    with Writer(store) as writer:
        known = writer.known("test")
        for observation in observations:
            known, rows = record(known, observation)
            writer.write(rows)


def rows_of(db: sqlite3.Connection, agent: int) -> tuple[list[Span], list[Call]]:
    spans = db.execute(
        "SELECT agent_id, state, reason, queue_id, call_id, since_ms, until_ms FROM state_span WHERE agent_id = ? "
        "ORDER BY since_ms",
        (agent,),
    ).fetchall()
    calls = db.execute("SELECT * FROM call WHERE agent_id = ?", (agent,)).fetchall()
    return [Span(row[0], State(row[1]), *row[2:]) for row in spans], [Call(*row) for row in calls]


def told(store: Path, picture: Picture, zone: ZoneInfo, usual: Mapping[int, Usual]) -> dict[int, LoadRow]:
    """Return the loads of who is signed in, each from all rows of the agent."""
    day = day_around(picture.moment_ms, zone)
    loads = {}
    with reading(store) as db:
        for agent in picture.agents:
            if agent.state in (State.OFFLINE, State.UNKNOWN):
                continue
            spans, calls = rows_of(db, agent.id)
            visits = [visit for call in calls if (visit := visit_of(call)) is not None]
            workday = Workday(map(stretch_of, spans), visits, day.since_ms, usual.get(agent.id, Usual()))
            measured_ms = min(picture.source.measured_ms or 0, picture.moment_ms)
            loads[agent.id] = workday.load_at(agent.id, measured_ms // MINUTE * MINUTE)
    return loads


def check(store: Path, reader: Reader, moment_ms: int, zone: ZoneInfo, usual: Mapping[int, Usual] | None = None) -> int:
    picture = reader.floor_at(moment_ms, zone)
    assert picture.loads == told(store, picture, zone, usual or {})
    return len(picture.loads)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A played day without a gap."""
    store = tmp_path_factory.mktemp("load") / "s.sqlite"
    written(store, list(simulate_day(date(2026, 3, 3), SHANGHAI, agents=25, load=1.2)))
    return store


@pytest.fixture(scope="module")
def gappy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A played day of which some quarters of an hour were not measured."""
    store = tmp_path_factory.mktemp("load") / "s.sqlite"
    whole = list(simulate_day(date(2026, 3, 3), SHANGHAI, agents=25, load=1.2))
    left = [seen for place, seen in enumerate(whole) if place not in (8, 9, 41, 52, 53, 54, 70)]
    written(store, left)
    return store


@pytest.mark.slow
@pytest.mark.parametrize("name", ["played", "gappy"])
def test_sought_or_walked_the_loads_are_those_of_all_rows(name: str, request: pytest.FixtureRequest) -> None:
    store: Path = request.getfixturevalue(name)
    chance = Random(3)
    seen = 0
    with Reader(store) as walked:
        since_ms, until_ms = walked.measured()[0][0], walked.measured()[-1][1]
        moment_ms = since_ms + 9 * HOUR
        for _ in range(60):
            moment_ms += chance.choice([1_000, 60_000, 60_000, 120_000, 600_000, 3_600_000, -1_800_000, -10_000])
            moment_ms = min(max(moment_ms, since_ms), until_ms - 1)
            seen += check(store, walked, moment_ms, SHANGHAI)
            with Reader(store) as fresh:
                check(store, fresh, moment_ms, SHANGHAI)
    assert seen > 400


def test_before_a_days_end_and_after_its_beginning(tmp_path: Path) -> None:
    """Who works through the night has a load on both sides of midnight, the new day's without the old one's hours."""
    store = tmp_path / "s.sqlite"
    written(store, list(simulate_day(date(2026, 3, 3), UTC, agents=12)))
    zone = ZoneInfo("Etc/GMT-9")  # midnight is at 15:00 there
    with Reader(store) as reader:
        since_ms = reader.measured()[0][0] + 15 * HOUR
        for moment_ms in (since_ms - MINUTE, since_ms, since_ms + MINUTE, since_ms + HOUR, since_ms + 3 * HOUR):
            assert check(store, reader, moment_ms, zone) > 3
        before, after = (reader.floor_at(moment_ms, zone) for moment_ms in (since_ms - 1, since_ms + 10 * MINUTE))
    assert max(row.parts[6].value or 0 for row in before.loads.values()) > 4
    assert {row.parts[6].value for row in after.loads.values()} <= {0, 10 / 60}  # 0: at a meal
    assert max(row.parts[0].value or 0 for row in after.loads.values()) > 30


@examples(60)
@given(watches(st.one_of(any_events(40), logged_events(nasty=True))), st.lists(st.integers(-100, 9_000), max_size=6))
def test_whatever_is_written_when_a_reader_that_stays_tells_the_loads_of_all_rows(
    tmp_path: Path, seen: list[Observation], back: list[int]
) -> None:
    store = Path(mkdtemp(dir=tmp_path)) / "s.sqlite"
    with Writer(store) as writer, Reader(store) as stays:
        known = writer.known("test")
        for observation in seen:
            known, rows = record(known, observation)
            writer.write(rows)
            check(store, stays, observation.until_ms, UTC)
            check(store, stays, observation.until_ms + 7_000, UTC)
        for seconds in back:
            check(store, stays, START + seconds * 1_000, UTC)


def test_what_comes_late_for_the_minute_that_was_told(tmp_path: Path) -> None:
    """The end of a call shortly before the minute's end is told after it; so is a wrap-up of minutes ago."""
    store = tmp_path / "s.sqlite"
    minute = START - START % MINUTE + 100 * MINUTE
    first: list[Event] = [
        SignedIn(minute - 90 * MINUTE, "Ann", "sales"),
        CallEntered(minute - 10 * MINUTE, "c1", "sales"),
        CallAnswered(minute - 9 * MINUTE, "c1", "sales", "Ann", 60_000),
    ]
    later: list[Event] = [CallEnded(minute - 1_000, "c1", "sales", "Ann", Outcome.TRANSFERRED, 60_000, 539_000)]
    last: list[Event] = [WrapUpEnded(minute - 500, "c1", "sales", "Ann")]
    found = []
    with Writer(store) as writer, Reader(store) as reader:
        known = writer.known("test")
        since_ms = minute - 95 * MINUTE
        for until_ms, events in ((minute + 200, first), (minute + 1_200, later), (minute + 2_200, last)):
            known, rows = record(known, Observation("test", since_ms, until_ms, events))
            writer.write(rows)
            since_ms = until_ms
            assert check(store, reader, until_ms, UTC) == 1
            (row,) = reader.floor_at(until_ms, UTC).loads.values()
            found.append((row.parts[2].value, row.parts[1].value))
    assert [hard for hard, _ in found] == [0, 1, 1]
    assert found[0][1] == 9 / 60


@pytest.mark.slow
def test_the_agents_own_page_tells_the_same_and_the_days_curve(played: Path) -> None:
    with Reader(played) as reader:
        moment_ms = reader.measured()[0][0] + 14 * HOUR + 7 * MINUTE + 3_000
        picture = reader.floor_at(moment_ms, SHANGHAI)
        for agent in picture.agents:
            person = reader.detail_of("agent", agent.id, moment_ms, SHANGHAI).person
            assert person is not None
            assert person.load == picture.loads.get(agent.id)
            assert person.load_since_ms % INTERVAL == 0
            for place, score in enumerate(person.load_day):
                at_ms = person.load_since_ms + place * INTERVAL
                then = reader.floor_at(at_ms, SHANGHAI).loads.get(agent.id)
                assert score == (None if then is None else then.score)
            if agent.id in picture.loads:
                assert person.load_day[0] is not None
                assert person.load_since_ms + len(person.load_day) * INTERVAL > moment_ms


def test_the_sites_hard_queues_and_baselines_count(played: Path, tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    with sqlite3.connect(played) as source, sqlite3.connect(store) as target:
        source.backup(target)
        key, queue = source.execute("SELECT key, id FROM queue LIMIT 1").fetchone()
        start_ms = day_around(source.execute("SELECT max(until_ms) FROM coverage").fetchone()[0] - 1, SHANGHAI).since_ms
        agents = [row[0] for row in source.execute("SELECT id FROM agent")]
        usual = Baseline(120, 12.0, 0.3, 120, 10.0, 0.3, 300_000)
        older = usual._replace(handle_median=9.0)
        values = [(agent, queue, start_ms - DAY, *usual) for agent in agents]
        values += [(agent, queue, start_ms - 2 * DAY, *older) for agent in agents]
        values += [(agents[0], queue, start_ms, *older), (agents[1], queue, start_ms + DAY, *older)]
        target.executemany(f"INSERT INTO baseline VALUES ({', '.join('?' * 10)})", values)
    limits = replace(LIMITS, load=LoadPolicy([key, "none such"], count_lateness=False))
    hard = frozenset({queue})
    expected = {agent: Usual(limits.breaks, limits.load, hard, {queue: usual}) for agent in agents}
    expected[agents[0]] = Usual(limits.breaks, limits.load, hard, {queue: older})
    with Reader(store, limits=limits) as reader:
        for hour in (10, 13, 16):
            moment_ms = start_ms + hour * HOUR + 5_000
            assert check(store, reader, moment_ms, SHANGHAI, expected) > 3
        rows = reader.floor_at(moment_ms, SHANGHAI).loads.values()
    assert {row.parts[7].value for row in rows} == {None}
    assert any(row.parts[4].value is not None for row in rows)
    assert sum(row.parts[2].value or 0 for row in rows) > 10
