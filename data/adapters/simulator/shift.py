"""Who works when: shifts, late arrivals, and breaks with their reasons, some of which overrun."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.adapters.simulator.demand import clock_ms
from data.adapters.simulator.floor import Breaks, FloorPlan
from data.model.days import HOUR, MINUTE, SECOND
from data.model.observation import AgentEntry


class Shift(NamedTuple):
    """Begin and end in minutes after midnight; the first meals are `meal_after` hours into it."""

    begins: int
    ends: int
    meal_after: float


SHIFTS = (Shift(8 * 60, 17 * 60, 3.3), Shift(9 * 60, 18 * 60, 3.9), Shift(11 * 60, 20 * 60, 3.6))
_SHIFT_OF = (0, 1, 0, 2, 1, 0, 2, 0, 1, 2, 0, 1, 0, 2, 1, 0, 2, 0, 1, 0)
"""The shift of each agent by place, so that every team and row has all three: 9 early, 6 middle, 5 late."""


def shift_of(place: int) -> Shift:
    """Return the shift of the agent at a place in the plan."""
    return SHIFTS[_SHIFT_OF[place % len(_SHIFT_OF)]]


ALLOWANCE = {"rest": 10 * MINUTE, "meal": 30 * MINUTE}
ABSENT, LATE, OVERRUN = 0.02, 0.05, 0.10
"""Shares of agents who do not come, come 5 to 20 minutes late, and of breaks that run over."""
FAULT_AT, FAULT_MS = 15 * 60 + 20, 6 * MINUTE
MEETING_AT = 14 * 60 + 30


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


class Together(NamedTuple):
    """What happens to several at once: a system fault in one zone, a meeting of some of one team."""

    zone: str
    fault_ms: int
    team: str | None
    meeting_ms: int


def roster(plan: FloorPlan, day: date, zone: ZoneInfo, rng: Random) -> list[Duty]:
    """Return the day's duties."""

    def moment(minute: int) -> int:
        return clock_ms(day, minute, zone)

    if not plan.rostered:
        since_ms, until_ms = moment(plan.shape.opens), moment(plan.shape.closes)
        return [
            Duty(agent, since_ms, until_ms, tuple(_pattern(plan.breaks, since_ms, until_ms, place, rng)))
            for place, agent in enumerate(plan.agents)
        ]
    broken, meeting = rng.choice(plan.seats).zone, rng.choice(plan.agents).team
    together = Together(broken, moment(FAULT_AT), meeting, moment(MEETING_AT))
    duties: list[Duty] = []
    for place, agent in enumerate(plan.agents):
        if rng.random() < ABSENT or rng.random() >= plan.at_work[day.weekday()]:
            continue
        shift = shift_of(place)
        begins_ms = moment(shift.begins)
        pauses = _breaks(begins_ms, shift.meal_after, place, rng) + _shared(together, agent, rng)
        leaves_ms = moment(shift.ends) + round(rng.uniform(0, 4) * MINUTE)
        duties.append(Duty(agent, begins_ms + _arrives(rng), leaves_ms, tuple(sorted(pauses))))
    return duties


def _pattern(breaks: Breaks, since_ms: int, until_ms: int, place: int, rng: Random) -> Iterator[Pause]:
    """Yield the breaks of somebody who is there all day, kept to the minute; taken in turns, half of them earlier."""
    turn = (place * 7 % 20) / 20 - 0.475

    def pause(hours: float, spread: float, reason: str, length_ms: int) -> Pause:
        jitter_ms = rng.uniform(-3, 3) * MINUTE
        return Pause(since_ms + round((hours + spread * turn) * HOUR + jitter_ms), reason, length_ms)

    if breaks is Breaks.USUAL:
        yield pause(2, 1, "rest", ALLOWANCE["rest"])
    if breaks in (Breaks.USUAL, Breaks.LUNCH):
        yield pause(4, 1, "meal", ALLOWANCE["meal"])
    if breaks is Breaks.USUAL:
        yield pause(6, 1, "rest", ALLOWANCE["rest"])
    if breaks is Breaks.HOURLY:
        for hour in range(1, (until_ms - since_ms) // HOUR):
            yield pause(hour, 0.8, "micro", round(rng.uniform(5, 10) * MINUTE))


def _arrives(rng: Random) -> int:
    """Return when an agent signs in, in ms after the shift begins."""
    if rng.random() < LATE:
        return round(rng.uniform(5, 20) * MINUTE)
    return round(rng.uniform(-9, 0.5) * MINUTE)


def _breaks(begins_ms: int, meal_after: float, place: int, rng: Random) -> list[Pause]:
    """Return an agent's own breaks; rests and meals are taken in turns, so that few are out at once."""
    turn = (place * 7 % 20) / 20

    def after(hours: float) -> int:
        return begins_ms + round(hours * HOUR + rng.uniform(-3, 3) * MINUTE)

    breaks = [
        Pause(after(1.4 + 1.6 * turn), "rest", taken(ALLOWANCE["rest"], rng)),
        Pause(after(meal_after + 1.7 * turn), "meal", taken(ALLOWANCE["meal"], rng)),
        Pause(after(6.3 + 1.6 * turn), "rest", taken(ALLOWANCE["rest"], rng)),
        Pause(after(rng.uniform(0.7, 3.4)), "restroom", round(rng.uniform(2.5, 7) * MINUTE)),
        Pause(after(rng.uniform(5.5, 8.4)), "restroom", round(rng.uniform(2.5, 7) * MINUTE)),
    ]
    if rng.random() < 0.12:
        breaks.append(Pause(after(rng.uniform(2, 8)), "coaching", round(rng.uniform(10, 20) * MINUTE)))
    if rng.random() < 0.06:
        breaks.append(Pause(after(rng.uniform(5.7, 7)), "training", 30 * MINUTE))
    return breaks


def taken(allowed_ms: int, rng: Random) -> int:
    """Return how long a break really is."""
    if rng.random() < OVERRUN:
        return allowed_ms + round(rng.uniform(1.5, 9) * MINUTE)
    return round(allowed_ms * rng.uniform(0.75, 1.0))


def _shared(together: Together, agent: AgentEntry, rng: Random) -> list[Pause]:
    """Return an agent's part in what happens to several at once."""
    shared: list[Pause] = []
    if (agent.seat or "").startswith(f"{together.zone}-"):
        at_ms = together.fault_ms + round(rng.uniform(0, 25) * SECOND)
        length_ms = FAULT_MS + round(rng.uniform(-20, 20) * SECOND)
        shared.append(Pause(at_ms, "system_fault", length_ms, fixed=True))
    if agent.team == together.team and rng.random() < 0.3:
        shared.append(Pause(together.meeting_ms, "meeting", 20 * MINUTE, fixed=True))
    return shared
