"""What reading the store costs: any moment of a day, a live tick, the day's figures; and playing a day.

Times are of the processor, so that what else runs on the machine does not count: the store lies in memory once read.
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
from bench.screen import AGENTS, SHARE
from bench.stage import DAY, SOURCE, ZONE, morning, played_day
from console.launch import COLLECTOR
from data.kpi import kpi_rows
from data.model.days import HOUR, Window, day_window
from data.store import kpi as sums
from data.store.reader import Reader
from data.store.writer import Writer

DAY_AGENTS = 1000
SEEKS, TICKS = 200, 30


def measure(folder: Path) -> Iterator[Figure]:
    """Yield the figures of the store."""
    store = folder / "day.db"
    seconds = played_day(store, DAY_AGENTS)
    gc.collect()
    gc.set_threshold(*COLLECTOR)
    size = store.stat().st_size / 1e6
    yield Figure("store", "playing a day of 1,000 agents", seconds, "s", anchor=f"{size:.0f} MB of store")
    with Reader(store) as reader:
        yield from _seeks(reader)
        yield from _figures(reader)
    yield from _ticks(folder / "ticks.db")


def _times(times: int, action: Callable[[int], object]) -> list[float]:
    """Return how many ms of processor time each of so many calls took."""
    return [_timed(partial(action, i)) for i in range(times)]


def _timed(action: Callable[[], object]) -> float:
    began = time.thread_time()
    action()
    return (time.thread_time() - began) * 1000


def _seeks(reader: Reader) -> Iterator[Figure]:
    since_ms = day_window(DAY, ZONE).since_ms
    chance = Random(2)
    moments = [chance.randrange(since_ms + 8 * HOUR, since_ms + 20 * HOUR) for _ in range(SEEKS)]
    seek = partial(reader.floor_at, zone=ZONE, loads=False)  # of so many agents it is shown before their loads are told
    _times(20, lambda i: seek(moments[-i - 1]))
    found = spread(_times(SEEKS, lambda i: seek(moments[i])))
    agents = len(seek(moments[0]).agents)
    yield Figure("store", "seek to any moment, p50", found.p50, "ms", 10, anchor=f"{agents} agents, opening hours")
    yield Figure("store", "seek to any moment, p95", found.p95, "ms")
    near = _times(SEEKS, lambda i: seek(since_ms + 10 * HOUR + i * 1000))
    yield Figure("store", "the next second in a replay, p50", spread(near).p50, "ms")


def _figures(reader: Reader) -> Iterator[Figure]:
    day = day_window(DAY, ZONE)
    noon = Window(day.since_ms, day.since_ms + 12 * HOUR + 7 * 60_000 + 13_000)

    def visits(window: Window) -> float:
        goal_of = reader.directory.goal_of
        return spread(_times(50, lambda _: sums.visits(reader.connection, "queue", window, False, goal_of))).p50

    beside = f"up to 12:07:13 {visits(noon):.1f}"
    yield Figure("store", "the day's figures per queue, p50", visits(day), "ms", 3, anchor=beside)
    rows = spread(_times(10, lambda _: kpi_rows(reader, day.since_ms, day.until_ms, "queue"))).p50
    yield Figure("store", "the same with its agents' times", rows, "ms", anchor="floorwalk kpi --by queue")


def _ticks(store: Path) -> Iterator[Figure]:
    zone = morning(store, AGENTS)
    with Writer(store) as writer, Reader(store) as reader:
        mover = Mover(writer.known(SOURCE), SHARE)
        start_ms = time.time_ns() // 1_000_000
        writer.write(mover.muster(start_ms))
        read: list[float] = []
        wrote: list[float] = []
        for i in range(TICKS):
            at_ms = start_ms + 1000 * (i + 1)
            rows = mover.step(at_ms)
            wrote.append(_timed(partial(writer.write, rows)))
            read.append(_timed(partial(reader.floor_at, at_ms, zone, loads=False)))
    found = spread(read[5:])
    beside = f"p95 {found.p95:.1f}; {SHARE:.0%} of the agents changed; writing them {spread(wrote).p50:.1f} ms"
    yield Figure("store", "a live tick's picture, 2,000 agents, p50", found.p50, "ms", anchor=beside)
