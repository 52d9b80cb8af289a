"""When contacts arrive: a Poisson process whose rate follows the day, the weekday and the surges."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.adapters.simulator.floor import DayShape, FloorPlan
from data.model.days import HOUR, MINUTE, moment_of

STEP = 5
"""Minutes over which a rate is constant; opening hours and surges begin and end on it."""
HALF_HOUR = 30


class Arrival(NamedTuple):
    """A contact comes to a queue, named by its place in the plan."""

    at_ms: int
    queue: int


def clock_ms(day: date, minute: int, zone: ZoneInfo) -> int:
    """Return the moment at which local clocks show `minute` minutes after midnight."""
    return moment_of(datetime.combine(day, time(), zone) + timedelta(minutes=minute))


def arrivals(plan: FloorPlan, day: date, zone: ZoneInfo, load: float, rng: Random) -> list[Arrival]:
    """Return the day's arrivals in order of time."""
    found = [
        Arrival(at_ms, place)
        for place, queue in enumerate(plan.queues)
        for minute in range(plan.shape.opens, plan.shape.closes, STEP)
        for at_ms in _poisson(
            clock_ms(day, minute, zone),
            queue.calls_per_hour * load * _factor(plan.shape, queue.entry.key, day, minute) / HOUR,
            rng,
        )
    ]
    found.sort()
    return found


def _poisson(since_ms: int, per_ms: float, rng: Random) -> Iterator[int]:
    """Yield the moments of one step."""
    if per_ms <= 0:
        return
    after = rng.expovariate(per_ms)
    while after < STEP * MINUTE:
        yield since_ms + int(after)
        after += rng.expovariate(per_ms)


def _factor(shape: DayShape, queue: str, day: date, minute: int) -> float:
    """Return the rate of arrivals as a multiple of the plan's."""
    factor = shape.half_hours[(minute - shape.opens) // HALF_HOUR] * shape.weekdays[day.weekday()]
    for surge in shape.surges:
        if surge.queue == queue and surge.since <= minute < surge.until:
            factor *= surge.factor
    return factor
