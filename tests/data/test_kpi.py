"""KPI rows from rollups and edges equal the plain computation from calls and spans, in any window."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from data import metrics
from data.adapters.simulator import Simulator
from data.kpi import FIGURES, By, KpiRow, kpi_rows
from data.metrics import NOTHING, CallFigures, TimeFigures, figures_of
from data.model.days import DAY, HOUR, INTERVAL, MINUTE, SECOND, day_window, interval_start, local_time
from data.model.known import Known
from data.model.observation import (
    CallAnswered,
    CallEntered,
    Directory,
    Event,
    Observation,
    QueueEntry,
    SignedIn,
)
from data.model.rows import Call
from data.recorder import record
from data.store.reader import Reader
from data.store.writer import Writer

ZONE = ZoneInfo("Australia/Adelaide")
"""Half an hour beside the others."""

DAY_WINDOW = day_window(date(2026, 3, 2), ZONE)
END_MS = DAY_WINDOW.since_ms + 14 * HOUR + 7 * MINUTE + 1234
"""The floor is still open then: spans, calls and memberships are."""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    path = tmp_path_factory.mktemp("kpi") / "played.sqlite"
    floor = Simulator(seed=5, agents=14, zone=ZONE, start_ms=DAY_WINDOW.since_ms, clock=lambda: 0)
    with Writer(path) as writer:
        known = writer.known("simulator")
        for at_ms in range(DAY_WINDOW.since_ms + 6 * HOUR, END_MS, 7 * MINUTE):
            known = take(writer, known, floor.advance(at_ms))
        floor.advance(END_MS - 40 * MINUTE)
        known = take(writer, known, floor.advance(END_MS))
    with Reader(path) as reader:
        assert len(reader.measured()) == 1
        yield reader


def take(writer: Writer, known: Known, observation: Observation) -> Known:
    known, rows = record(known, observation)
    writer.write(rows)
    return known


def windows() -> list[tuple[int, int]]:
    rng = Random("windows")
    whole = [tuple(DAY_WINDOW), (DAY_WINDOW.since_ms + 8 * HOUR, DAY_WINDOW.since_ms + 8 * HOUR + INTERVAL)]
    drawn = []
    for _ in range(30):
        since_ms = DAY_WINDOW.since_ms + rng.randrange(7 * HOUR, 14 * HOUR)
        drawn.append(
            (since_ms, since_ms + rng.choice((SECOND, MINUTE, 20 * MINUTE, 2 * HOUR, DAY)) + rng.randrange(999))
        )
    return [(since_ms, until_ms) for since_ms, until_ms in (*whole, *drawn)]


def overlap(window: tuple[int, int], since_ms: int, until_ms: int | None, edge_ms: int) -> int:
    return max(0, min(window[1], edge_ms if until_ms is None else until_ms) - max(window[0], since_ms))


def calls_in(connection: sqlite3.Connection, window: tuple[int, int]) -> list[Call]:
    rows = connection.execute("SELECT * FROM call").fetchall()
    return [call for call in (Call(*row) for row in rows) if window[0] <= call.entered_ms < window[1]]


def summed(reader: Reader, calls: list[Call]) -> CallFigures:
    figures = NOTHING
    for call in calls:
        figures = figures.plus(figures_of(call, reader.goal_of(call.queue_id, call.entered_ms)))
    return figures


def spent(connection: sqlite3.Connection, window: tuple[int, int], edge_ms: int) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for agent, state, since_ms, until_ms in connection.execute(
        "SELECT agent_id, state, since_ms, until_ms FROM state_span"
    ).fetchall():
        times = found.setdefault(agent, dict.fromkeys(metrics.STATE_FIELD, 0))
        times[state] += overlap(window, since_ms, until_ms, edge_ms)
    return found


def seconds(ms: float | None) -> float | None:
    return None if ms is None else round(ms / 1000, 6)


def check_calls(row: KpiRow, figures: CallFigures) -> None:
    for name in CallFigures._fields:
        if name in FIGURES:
            assert getattr(row, name) == getattr(figures, name), name
    assert row.talk_s == seconds(figures.talk_ms)
    assert row.hold_s == (seconds(figures.hold_ms) if figures.hold_known else None)
    assert row.wrap_up_s == (seconds(figures.wrap_up_ms) if figures.wrap_up_known else None)
    assert row.max_wait_s == (seconds(figures.max_wait_ms) if figures.offered > figures.waiting else None)
    assert row.asa_s == seconds(metrics.asa_ms(figures))
    assert row.aht_s == seconds(metrics.aht_ms(figures))
    level = metrics.service_level(figures, row.service_level_formula or metrics.DEFAULT_FORMULA)
    assert row.service_level == (None if level is None else round(level, 6))


def check_times(row: KpiRow, times: TimeFigures) -> None:
    if not row.measured:
        assert (row.available_s, row.not_ready_s, row.signed_in_s, row.occupancy) == (None,) * 4
        return
    assert row.available_s == seconds(times.available_ms)
    assert row.not_ready_s == seconds(times.not_ready_ms)
    assert row.signed_in_s == seconds(metrics.signed_in_ms(times))
    occupancy = metrics.occupancy(times)
    assert row.occupancy == (None if occupancy is None else round(occupancy, 6))


@pytest.mark.parametrize("window", windows())
def test_queues(played: Reader, window: tuple[int, int]) -> None:
    connection = played.connection
    edge_ms = played.measured()[-1][1]
    rows = {row.key: row for row in kpi_rows(played, *window, "queue")}
    names = {queue_id: queue.name for queue_id, queue in played.directory.queues.items()}
    assert list(rows) == sorted(names.values())
    spans = connection.execute("SELECT agent_id, state, queue_id, since_ms, until_ms FROM state_span").fetchall()
    for queue_id, name in names.items():
        row = rows[name]
        check_calls(row, summed(played, [call for call in calls_in(connection, window) if call.queue_id == queue_id]))
        signed_in = paused = available = 0
        for agent, since_ms, until_ms, reason in connection.execute(
            "SELECT agent_id, since_ms, until_ms, paused FROM member WHERE queue_id = ?", (queue_id,)
        ).fetchall():
            there = overlap(window, since_ms, until_ms, edge_ms)
            signed_in += there
            paused += there if reason is not None else 0
            part = (max(window[0], since_ms), min(window[1], edge_ms if until_ms is None else until_ms))
            if reason is None and part[0] < part[1]:
                free = [span for span in spans if span[0] == agent and span[1] == "available"]
                available += sum(overlap(part, span[3], span[4], edge_ms) for span in free)
        busy = sum(
            overlap(window, span[3], span[4], edge_ms)
            for span in spans
            if span[2] == queue_id and span[1] in ("talking", "hold", "wrap_up")
        )
        if row.measured:
            assert (row.signed_in_s, row.not_ready_s) == (seconds(signed_in), seconds(paused))
            assert row.available_s == seconds(available)
            assert row.occupancy == (round(busy / (busy + available), 6) if busy + available else None)


@pytest.mark.parametrize("window", windows())
def test_agents_and_total(played: Reader, window: tuple[int, int]) -> None:
    connection = played.connection
    edge_ms = played.measured()[-1][1]
    calls = calls_in(connection, window)
    times = {agent: TimeFigures(*parts.values()) for agent, parts in spent(connection, window, edge_ms).items()}
    rows = {row.key: row for row in kpi_rows(played, *window, "agent")}
    assert list(rows) == sorted(rows)
    for agent in times:
        row = rows.get(played.directory.agent(agent).name)
        handled = summed(played, [call for call in calls if call.agent_id == agent])
        if row is None:
            assert not handled.offered
            assert not metrics.signed_in_ms(times[agent])
            continue
        check_calls(row, handled)
        check_times(row, times[agent])
    (whole,) = kpi_rows(played, *window, "total")
    check_calls(whole._replace(service_level_formula=metrics.DEFAULT_FORMULA), summed(played, calls))
    everybody = TimeFigures()
    for each in times.values():
        everybody = everybody.plus(each)
    check_times(whole, everybody)
    missed = connection.execute(
        "SELECT count(*) FROM ring WHERE cancelled = 0 AND at_ms >= ? AND at_ms < ?", window
    ).fetchone()[0]
    assert whole.ring_no_answer == missed == sum(row.ring_no_answer for row in rows.values())


@pytest.mark.parametrize("window", windows())
def test_intervals(played: Reader, window: tuple[int, int]) -> None:
    edge_ms = played.measured()[-1][1]
    rows = {row.key: row for row in kpi_rows(played, *window, "interval", zone=ZONE)}
    starts = []
    entered = [call.entered_ms for call in calls_in(played.connection, window)]
    for slot in range(interval_start(window[0]), window[1], INTERVAL):
        part = (max(slot, window[0]), min(slot + INTERVAL, window[1]))
        if part[0] >= edge_ms and not any(part[0] <= at_ms < part[1] for at_ms in entered):
            continue
        alone = kpi_rows(played, *part, "total", zone=ZONE)[0]
        starts.append(alone)
        assert rows[local_time(part[0], ZONE).isoformat()][1:] == alone[1:]
    assert len(rows) == len(starts)


def small(path: Path, *observations: Observation) -> Reader:
    with Writer(path) as writer:
        known = writer.known("test")
        for observation in observations:
            known = take(writer, known, observation)
    return Reader(path)


T0 = 1_772_000_100_000


def test_open_calls_and_spans_count_up_to_the_end_of_coverage(tmp_path: Path) -> None:
    events: list[Event] = [
        SignedIn(T0, "Ann", "sales"),
        CallEntered(T0 + 10_000, "1", "sales"),
        CallAnswered(T0 + 14_500, "1", "sales", "Ann"),
        CallEntered(T0 + 20_000, "2", "sales"),
    ]
    with small(tmp_path / "s.sqlite", Observation("test", T0, T0 + 60_000, events)) as reader:
        (row,) = kpi_rows(reader, T0, T0 + 120_000, "queue", now_ms=T0 + 90_000)
    assert (row.offered, row.answered, row.waiting, row.talking) == (2, 1, 1, 1)
    assert (row.available_s, row.signed_in_s) == (14.5, 60)
    assert row.occupancy == round(45.5 / 60, 6)
    assert row.measured == round(60 / 90, 6)
    assert (row.max_wait_s, row.asa_s, row.aht_s) == (4.5, 4.5, None)


def test_nothing_measured_is_no_zero(tmp_path: Path) -> None:
    reader = small(tmp_path / "s.sqlite", Observation("test", T0, T0 + 1000, [SignedIn(T0, "Ann", "sales")]))
    with reader:
        (row,) = kpi_rows(reader, T0 + HOUR, T0 + 2 * HOUR, "queue")
        assert kpi_rows(reader, T0 + HOUR, T0 + 2 * HOUR, "interval") == []
        assert kpi_rows(reader, T0 + HOUR, T0 + 2 * HOUR, "agent") == []
    assert (row.offered, row.measured) == (0, 0.0)
    nothing = ("service_level", "asa_s", "max_wait_s", "occupancy", "available_s", "signed_in_s", "not_ready_s")
    assert [getattr(row, name) for name in nothing] == [None] * len(nothing)


@pytest.mark.parametrize("by", ["interval", "total"])
def test_queues_that_differ_have_no_common_threshold(tmp_path: Path, by: By) -> None:
    entries = Directory((), (QueueEntry("a", "a", threshold_ms=10_000), QueueEntry("b", "b", formula="answered_only")))
    events: list[Event] = [
        CallEntered(T0, "1", "a"),
        CallEntered(T0, "2", "b"),
        CallAnswered(T0 + 12_000, "2", "b", "Ann"),
    ]
    with small(tmp_path / "s.sqlite", Observation("test", T0, T0 + 60_000, events, (), entries)) as reader:
        (row,) = kpi_rows(reader, T0, T0 + 60_000, by)
        assert (row.threshold_s, row.service_level_formula, row.service_level) == (None, None, 1.0)
        (row,) = kpi_rows(reader, T0, T0 + 60_000, by, "offered")
        assert row.service_level_formula == "offered"
        assert {row.key: row.threshold_s for row in kpi_rows(reader, T0, T0 + 60_000, "queue")} == {"a": 10, "b": 20}
        with pytest.raises(ValueError, match="answered_and_abandoned"):
            kpi_rows(reader, T0, T0 + 60_000, by, "made_up")


def test_a_connection_will_do(played: Reader) -> None:
    assert kpi_rows(played.connection, *DAY_WINDOW, "queue") == kpi_rows(played, *DAY_WINDOW, "queue")
