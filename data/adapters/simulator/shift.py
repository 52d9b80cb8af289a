"""Who works when: shifts, late arrivals, and breaks with their reasons, some of which overrun."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.adapters.simulator.demand import clock_ms
from data.adapters.simulator.floor import FloorPlan
from data.model.days import HOUR, MINUTE, SECOND
from data.model.observation import AgentEntry

SHIFTS = ((8 * 60, 17 * 60), (9 * 60, 18 * 60), (11 * 60, 20 * 60))
"""Begin and end in minutes after midnight."""
_SHIFT_OF = (0, 1, 0, 2, 1, 0, 2, 0, 1, 2, 0, 1, 0, 2, 1, 0, 2, 0, 1, 0)
"""The shift of each agent by place, so that every team and row has all three: 9 early, 6 middle, 5 late."""

ALLOWANCE = {"rest": 10 * MINUTE, "meal": 30 * MINUTE}
ABSENT, LATE, OVERRUN = 0.02, 0.05, 0.10
"""Shares of agents who do not come, come 5 to 20 minutes late, and of breaks that run over."""
_WEEKEND = {5: 0.68, 6: 0.58}
"""The share of agents who work on Saturday and on Sunday."""
FAULT_AT, FAULT_MS = 15 * 60 + 20, 6 * MINUTE


class Pause(NamedTuple):
    """An agent means to take no calls from `at_ms`. `fixed`: over at its own time, however late it began."""

    at_ms: int
    reason: str
    length_ms: int
    fixed: bool = False


class Duty(NamedTuple):
    """An agent is at work in [since_ms, until_ms)."""

    agent: AgentEntry
    since_ms: int
    until_ms: int
    pauses: tuple[Pause, ...] = ()


def roster(plan: FloorPlan, day: date, zone: ZoneInfo, rng: Random) -> list[Duty]:
    """Return the day's duties."""
    if not plan.rostered:
        since_ms, until_ms = (clock_ms(day, m, zone) for m in (plan.shape.opens, plan.shape.closes))
        return [Duty(agent, since_ms, until_ms) for agent in plan.agents]
    midnight_ms = clock_ms(day, 0, zone)
    broken_zone = rng.choice(plan.seats).zone if plan.seats else ""
    meeting = rng.choice(plan.agents).team
    duties: list[Duty] = []
    for place, agent in enumerate(plan.agents):
        if rng.random() < ABSENT or rng.random() >= _WEEKEND.get(day.weekday(), 1.0):
            continue
        shift = SHIFTS[_SHIFT_OF[place % len(_SHIFT_OF)]]
        begins, ends = (clock_ms(day, minute, zone) for minute in shift)
        pauses = _breaks(begins, place, rng) + _shared(midnight_ms, agent, broken_zone, meeting, rng)
        leaves = ends + round(rng.uniform(0, 4) * MINUTE)
        duties.append(Duty(agent, begins + _arrives(rng), leaves, tuple(sorted(pauses))))
    return duties


def _arrives(rng: Random) -> int:
    """Return when an agent signs in, in ms after the shift begins."""
    if rng.random() < LATE:
        return round(rng.uniform(5, 20) * MINUTE)
    return round(rng.uniform(-9, 0.5) * MINUTE)


def _breaks(begins_ms: int, place: int, rng: Random) -> list[Pause]:
    """Return an agent's own breaks; rests and meals are taken in turns, so that few are out at once."""
    turn = (place * 7 % 20) / 20

    def after(hours: float) -> int:
        return begins_ms + round(hours * HOUR + rng.uniform(-3, 3) * MINUTE)

    breaks = [
        Pause(after(1.4 + 1.6 * turn), "rest", _taken("rest", rng)),
        Pause(after(3.6 + 1.9 * turn), "meal", _taken("meal", rng)),
        Pause(after(6.3 + 1.6 * turn), "rest", _taken("rest", rng)),
        Pause(after(rng.uniform(0.7, 3.4)), "restroom", round(rng.uniform(2.5, 7) * MINUTE)),
        Pause(after(rng.uniform(5.5, 8.4)), "restroom", round(rng.uniform(2.5, 7) * MINUTE)),
    ]
    if rng.random() < 0.12:
        breaks.append(Pause(after(rng.uniform(2, 8)), "coaching", round(rng.uniform(10, 20) * MINUTE)))
    if rng.random() < 0.06:
        breaks.append(Pause(after(rng.uniform(5.7, 7)), "training", 30 * MINUTE))
    return breaks


def _taken(reason: str, rng: Random) -> int:
    """Return how long a break really is."""
    allowed = ALLOWANCE[reason]
    if rng.random() < OVERRUN:
        return allowed + round(rng.uniform(1.5, 9) * MINUTE)
    return round(allowed * rng.uniform(0.75, 1.0))


def _shared(midnight_ms: int, agent: AgentEntry, zone: str, meeting: str | None, rng: Random) -> list[Pause]:
    """Return what happens to several at once: one zone's system fault, a third of one team's meeting."""
    shared: list[Pause] = []
    if agent.seat is not None and agent.seat.startswith(f"{zone}-"):
        at_ms = midnight_ms + FAULT_AT * MINUTE + round(rng.uniform(0, 25) * SECOND)
        length_ms = FAULT_MS + round(rng.uniform(-20, 20) * SECOND)
        shared.append(Pause(at_ms, "system_fault", length_ms, fixed=True))
    if agent.team == meeting and rng.random() < 0.33:
        shared.append(Pause(midnight_ms + (14 * 60 + 30) * MINUTE, "meeting", 20 * MINUTE, fixed=True))
    return shared
