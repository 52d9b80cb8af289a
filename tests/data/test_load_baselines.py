"""Baselines: equal to the raw computation over the thirty days before, written once a day, by poller and import."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, date, datetime, timedelta
from math import ceil, exp, log
from pathlib import Path
from random import Random
from statistics import median
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.adapters.simulator import simulate_day
from data.baselines import Baseline, Handled, baseline_of, log_ms, spread
from data.importer import import_logs
from data.model.days import DAY, HOUR, SECOND, Window, day_of, day_window
from data.model.observation import CallAnswered, CallEnded, CallEntered, Event, Observation, WrapUpEnded
from data.model.words import Outcome
from data.poller.usual import UsualKeeper, kept
from data.recorder import record
from data.store.baselines import days_touched
from data.store.writer import Writer
from tests.data.logs import reading
from tests.examples import examples

BERLIN = ZoneInfo("Europe/Berlin")
LAST = date(2026, 4, 3)
"""The clocks went forward five days before."""

LENGTHS = st.tuples(st.integers(0, 900_000), st.none() | st.integers(0, 60_000), st.none() | st.integers(0, 90_000))


def plain(calls: list[Handled]) -> Baseline:
    """Return a baseline as its words say."""
    wraps = [log(max(c.wrap_up_ms, 1000)) for c in calls if c.wrap_up_ms is not None]
    handles = [log(max(c.talk_ms + (c.hold_ms or 0) + (c.wrap_up_ms or 0), 1000)) for c in calls]

    def figures(values: list[float]) -> tuple[float | None, float | None]:
        if len(values) < 100:
            return None, None
        return median(values), median(abs(value - median(values)) for value in values)

    talks = sorted(c.talk_ms for c in calls)
    long = talks[ceil(0.9 * len(talks)) - 1] if len(calls) >= 100 else None
    return Baseline(len(calls), *figures(handles), len(wraps), *figures(wraps), long)


@given(st.lists(LENGTHS, max_size=30), st.integers(1, 9))
def test_a_baseline_is_median_mad_and_the_ninth_tenth(lengths: list[tuple[int, int, int]], times: int) -> None:
    calls = [Handled(*each) for each in lengths] * times
    assert baseline_of(calls) == plain(calls)


def test_a_hundred_calls_are_needed() -> None:
    calls = [Handled(60_000 + n, 0, 10_000 + n if n else None) for n in range(100)]
    assert baseline_of(calls[:99]).handle_median is None
    found = baseline_of(calls)
    assert found.handle_median == pytest.approx(log(70_099), rel=1e-9)
    assert (found.handle_n, found.wrap_up_n, found.wrap_up_median, found.long_talk_ms) == (100, 99, None, 60_089)


def test_what_has_no_spread_judges_nothing() -> None:
    same = baseline_of([Handled(60_000, 0, 0)] * 200)
    assert spread(same.handle_median, same.handle_mad) is None
    assert spread(12.0, 0.5) == (12.0, 1.4826 * 0.5)
    assert exp(log_ms(0)) == pytest.approx(1_000)


# In the store


def stored(path: Path) -> dict[tuple[int, int, int], Baseline]:
    with reading(path) as db:
        rows = db.execute("SELECT agent_id, queue_id, start_ms, * FROM baseline").fetchall()
    return {row[:3]: Baseline(*row[6:]) for row in rows}


def raw(path: Path, days: list[date], zone: ZoneInfo) -> dict[tuple[int, int, int], Baseline]:
    """Return the baselines of days, each from all calls of the store."""
    found: dict[tuple[int, int, int], Baseline] = {}
    with reading(path) as db:
        calls = db.execute(
            "SELECT agent_id, queue_id, entered_ms, ended_ms, talk_ms, hold_ms, wrap_up_ms FROM call "
            "WHERE agent_id IS NOT NULL AND ended_ms IS NOT NULL AND talk_ms IS NOT NULL"
        ).fetchall()
    for day in days:
        first_ms = day_window(day - timedelta(days=30), zone).since_ms
        start_ms = day_window(day, zone).since_ms
        handled: dict[tuple[int, int], list[Handled]] = {}
        for agent, queue, entered, ended, talk, hold, wrap in calls:
            if first_ms <= entered < start_ms and ended <= start_ms:
                known = wrap if wrap is None or ended + wrap <= start_ms else None
                handled.setdefault((agent, queue), []).append(Handled(talk, hold, known))
        found |= {(agent, queue, start_ms): plain(each) for (agent, queue), each in handled.items()}
    return found


@st.composite
def histories(draw: st.DrawFn) -> list[Observation]:
    """Draw some days of calls of two agents in two queues, many at once, some across midnight."""
    chance = Random(draw(st.integers(0, 1_000)))
    events: list[Event] = []
    for number in range(draw(st.integers(1, 6))):
        day = day_window(LAST - timedelta(days=draw(st.sampled_from([0, 1, 1, 2, 6, 29, 30, 31, 33]))), BERLIN)
        at_ms = draw(st.sampled_from([day.since_ms, day.since_ms + 9 * HOUR, day.until_ms - 2 * HOUR]))
        agent, queue = draw(st.sampled_from(["Ann", "Bob"])), draw(st.sampled_from(["sales", "support"]))
        for n in range(draw(st.sampled_from([1, 40, 99, 100, 130]))):
            contact, talk = f"{number}-{n}", chance.randrange(SECOND, 90 * SECOND, 500)
            events += [
                CallEntered(at_ms, contact, queue),
                CallAnswered(at_ms + 500, contact, queue, agent, 500),
                CallEnded(at_ms + 500 + talk, contact, queue, agent, Outcome.ANSWERED, 500, talk, wraps_up=True),
            ]
            if chance.random() < 0.9:
                at_ms += 500 + talk + chance.randrange(0, 60 * SECOND, 250)
                events.append(WrapUpEnded(at_ms, contact, queue, agent))
            else:
                at_ms += 500 + talk
    events.sort(key=lambda event: event.at_ms)
    last_ms = max(events[-1].at_ms, day_window(LAST, BERLIN).since_ms + HOUR)
    return [Observation("test", events[0].at_ms, last_ms, events)]


@examples(40)
@given(histories(), st.floats(0, 1))
def test_the_poller_writes_what_the_raw_calls_say(tmp_path: Path, seen: list[Observation], budget_s: float) -> None:
    store = Path(mkdtemp(dir=tmp_path)) / "s.sqlite"
    with Writer(store) as writer:
        known = writer.known("test")
        for observation in seen:
            known, rows = record(known, observation)
            writer.write(rows)
        keeper = UsualKeeper(writer, BERLIN)
        steps = 1
        while keeper.step(budget_s if budget_s > 0.5 else 0):
            steps += 1
        assert not keeper.step()
    day = day_of(seen[-1].until_ms, BERLIN)
    assert stored(store) == raw(store, [day], BERLIN)
    assert budget_s > 0.5 or steps == max(1, len({agent for agent, _, _ in stored(store)}))


def test_a_day_that_begins_gets_its_own_and_what_was_written_stays(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    zone = ZoneInfo("Asia/Shanghai")
    days = [date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5)]
    with Writer(store) as writer:
        known = writer.known("test")
        keeper = UsualKeeper(writer, zone)
        assert not keeper.step()
        for day in days:
            for observation in simulate_day(day, zone, agents=8):
                known, rows = record(known, observation)
                writer.write(rows)
                while keeper.step():
                    pass
        again = stored(store)
        assert not UsualKeeper(writer, zone).step(), "a poller that starts anew finds nothing left to do"
    assert stored(store) == again
    assert again == raw(store, [*days, date(2026, 3, 6)], zone)
    assert len({start_ms for _, _, start_ms in again}) == 3


def test_readers_are_told_that_there_are_new_ones(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    with Writer(store) as writer:
        known = writer.known("test")
        for observation in simulate_day(date(2026, 3, 3), ZoneInfo("UTC"), agents=5):
            known, rows = record(known, observation)
            writer.write(rows)
        with reading(store) as db:
            (before,) = db.execute("SELECT number FROM revision WHERE name = 'past'").fetchone()
            while UsualKeeper(writer, ZoneInfo("Asia/Shanghai")).step():
                pass
            (after,) = db.execute("SELECT number FROM revision WHERE name = 'past'").fetchone()
    assert after > before


def test_while_a_poller_runs_baselines_are_kept_by_the_zone_that_the_store_knows(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    with Writer(store) as writer:
        writer.set_site(zone="Asia/Shanghai")
        known = writer.known("test")
        for observation in simulate_day(date(2026, 3, 3), ZoneInfo("UTC"), agents=1):
            known, rows = record(known, observation)
            writer.write(rows)

        async def watch() -> None:
            async with kept(writer):
                while not stored(store):
                    await asyncio.sleep(0)

        asyncio.run(asyncio.wait_for(watch(), 60))
    starts = {start_ms for _, _, start_ms in stored(store)}
    assert starts == {day_window(date(2026, 3, 4), ZoneInfo("Asia/Shanghai")).since_ms}


def lines_of(day: date, calls: int, agent: str) -> list[str]:
    """Return the lines of a queue log of so many calls on a day from 9:00 UTC on."""
    at_s = round(datetime(day.year, day.month, day.day, 9, tzinfo=UTC).timestamp())
    lines = []
    for n in range(calls):
        contact, talk = f"{at_s}.{n}", 20 + n % 37
        lines += [
            f"{at_s}|{contact}|sales|NONE|ENTERQUEUE||555|1",
            f"{at_s + 5}|{contact}|sales|{agent}|CONNECT|5|x|5",
            f"{at_s + 5 + talk}|{contact}|sales|{agent}|COMPLETECALLER|5|{talk}|1",
        ]
        at_s += 5 + talk
    return lines


def test_an_import_writes_those_of_the_days_that_it_brings(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    days = [date(2026, 3, 1) + timedelta(days=n) for n in range(6)]
    zone = ZoneInfo("America/New_York")
    for name, part in (("one", days[:4]), ("two", days[4:])):
        file = tmp_path / name
        file.write_text("\n".join(line for day in part for line in lines_of(day, 60, "Ann")) + "\n")
        import_logs(store, [file], zone=zone)
    assert stored(store) == raw(store, days, zone)
    counts = [each.handle_n for _, each in sorted(stored(store).items(), key=lambda item: item[0][2])]
    assert counts == [60, 120, 180, 240, 300]
    with sqlite3.connect(store) as db:
        before = db.execute("SELECT * FROM revision").fetchall()
    import_logs(store, [tmp_path / "two"], zone=zone)
    with sqlite3.connect(store) as db:
        assert db.execute("SELECT * FROM revision").fetchall() == before


def test_days_touched() -> None:
    start = day_window(LAST, BERLIN)
    (only,) = days_touched(Window(start.since_ms, start.until_ms), BERLIN)
    assert only == Window(day_window(LAST - timedelta(days=30), BERLIN).since_ms, start.since_ms)
    assert only.length_ms == 30 * DAY - HOUR, "thirty local days, of which one has 23 hours"
    assert len(days_touched(Window(start.since_ms - 1, start.until_ms + 1), BERLIN)) == 3
