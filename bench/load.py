"""What the loads cost: of any moment, of the next minute, of a live second, and keeping what is usual for each agent.

Times are of the processor. Loads are what a picture costs with them less what it costs without.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random

from bench.figures import Figure, spread
from bench.mover import Mover
from bench.screen import SHARE
from bench.stage import DAY, SOURCE, ZONE, morning, played_day
from console.launch import COLLECTOR
from data.model.days import HOUR, MINUTE, Window, day_around, day_window
from data.model.picture import Picture
from data.store.baselines import days_touched, write_baselines
from data.store.loads import LoadBook
from data.store.reader import Reader
from data.store.writer import Writer

SMALL, LARGE = 60, 1000
JUMPS, TICKS = 60, 150


def measure(folder: Path) -> Iterator[Figure]:
    """Yield the figures of the loads."""
    gc.set_threshold(*COLLECTOR)
    for agents in (SMALL, LARGE):
        store = folder / f"{agents}.db"
        played_day(store, agents)
        gc.collect()
        with Reader(store) as reader:
            yield from _jumps(reader, agents)
        yield from _usual(store, agents)
    for agents in (SMALL, LARGE):
        yield from _ticks(folder / f"ticks-{agents}.db", agents)


def _timed(action: Callable[[], object]) -> float:
    began = time.thread_time()
    action()
    return (time.thread_time() - began) * 1000


def _loads(book: LoadBook, picture: Picture) -> None:
    book.at(picture.agents, picture.moment_ms, Window(picture.day_since_ms, picture.day_until_ms))


def _jumps(reader: Reader, agents: int) -> Iterator[Figure]:
    since_ms = day_window(DAY, ZONE).since_ms
    chance = Random(2)
    cold, then, busy = [], [], 0
    for _ in range(JUMPS):
        moment_ms = chance.randrange(since_ms + 8 * HOUR, since_ms + 20 * HOUR)
        picture = reader.floor_at(moment_ms, ZONE, loads=False)
        book = LoadBook(reader.connection, reader.directory)
        cold.append(_timed(partial(_loads, book, picture)))
        for minutes in (1, 2, 3):
            picture = reader.floor_at(moment_ms + minutes * MINUTE, ZONE, loads=False)
            took = _timed(partial(_loads, book, picture))
        then.append(took)
        busy += len(reader.floor_at(moment_ms, ZONE).loads)
    found = spread(cold)
    anchor = f"p95 {found.p95:.1f}; {busy / JUMPS:.0f} signed in"
    goal = 10 if agents == SMALL else None
    yield Figure("load", f"loads of any moment, {agents:,} agents, p50", found.p50, "ms", goal, anchor=anchor)
    yield Figure("load", f"loads of a later minute, {agents:,} agents, p50", spread(then).p50, "ms")


def _usual(store: Path, agents: int) -> Iterator[Figure]:
    with Writer(store) as writer, writer.transaction() as connection:
        (now_ms,) = connection.execute("SELECT max(until_ms) FROM coverage").fetchone()
        days = days_touched(Window(now_ms, now_ms + 1), ZONE)
        ids = [row[0] for row in connection.execute("SELECT id FROM agent").fetchall()]
        found = spread([_timed(partial(write_baselines, connection, [agent], days)) for agent in ids])
    yield Figure("load", f"an agent's baselines from a day, {agents:,} agents, p50", found.p50, "ms")


def _ticks(store: Path, agents: int) -> Iterator[Figure]:
    """Follow a floor live for some minutes, a second at a time."""
    zone = morning(store, agents)
    with Writer(store) as writer, Reader(store) as reader:
        mover = Mover(writer.known(SOURCE), SHARE)
        start_ms = time.time_ns() // 1_000_000
        writer.write(mover.muster(start_ms))
        book = LoadBook(reader.connection, reader.directory)
        took = []
        for i in range(TICKS):
            at_ms = start_ms + 1000 * (i + 1)
            if day_around(at_ms, zone) != day_around(start_ms, zone):
                break
            writer.write(mover.step(at_ms))
            picture = reader.floor_at(at_ms, zone, loads=False)
            took.append(_timed(partial(_loads, book, picture)))
    rest = took[5:]
    anchor = f"worst {max(rest):.0f}, at a minute's start; {SHARE:.0%} of the agents changed each second"
    mean = sum(rest) / len(rest)
    goal = 1 if agents == SMALL else None
    yield Figure("load", f"loads of a live second, {agents:,} agents, mean", mean, "ms", goal, anchor=anchor)
