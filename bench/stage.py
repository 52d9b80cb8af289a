"""The floors that are measured: a played day, a morning that is still going on, and a long queue log."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from console.launch import demo_zone
from data.adapters.simulator import Simulator, simulate_day
from data.model.days import INTERVAL, day_around
from data.model.observation import Observation
from data.recorder import record
from data.store.writer import Writer

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 4)
SOURCE = "simulator"
DAY_S = 86_400


def write_all(store: Path, observations: Iterable[Observation], zone: ZoneInfo) -> None:
    """Record observations into a store."""
    with Writer(store) as writer:
        writer.set_site(name="Bench", zone=zone.key)
        known = writer.known(SOURCE)
        for observation in observations:
            known, rows = record(known, observation)
            writer.write(rows)


def played_day(store: Path, agents: int) -> float:
    """Play a whole day into a new store and return how many seconds of processor time that took."""
    began = time.thread_time()
    write_all(store, simulate_day(DAY, ZONE, agents=agents), ZONE)
    return time.thread_time() - began


def morning(store: Path, agents: int) -> ZoneInfo:
    """Play today up to now into a new store; return the zone in which it is mid-morning."""
    zone = demo_zone(time.time())
    now_ms = time.time_ns() // 1_000_000
    floor = Simulator(agents=agents, zone=zone, start_ms=now_ms, clock=lambda: now_ms)
    steps = range(day_around(now_ms, zone).since_ms, now_ms, INTERVAL)
    write_all(store, (floor.advance(min(at + INTERVAL, now_ms)) for at in steps), zone)
    return zone


def long_log(pattern: Path, target: Path, days: int) -> int:
    """Write a queue log of many days, each the pattern's a day later with calls of its own; return its lines."""
    lines = [line for line in pattern.read_bytes().split(b"\n") if line.count(b"|") >= 4]
    with target.open("wb") as file:
        for day in range(days):
            file.writelines(_shifted(lines, day))
    return len(lines) * days


def _shifted(lines: Iterable[bytes], day: int) -> Iterator[bytes]:
    for line in lines:
        epoch, call, rest = line.split(b"|", 2)
        if call[:1].isdigit():
            call = b"%b.%d" % (call, day)
        yield b"%d|%b|%b\n" % (int(epoch) + day * DAY_S, call, rest)
