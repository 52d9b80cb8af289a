"""The roster of a played day: who is expected when, with the breaks that they plan; who does not come is in it too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from data.adapters.simulator.demand import clock_ms
from data.adapters.simulator.floor import FloorPlan
from data.adapters.simulator.shift import ALLOWANCE, SHIFTS, Duty, Pause, shift_of
from data.discipline.roster import PlannedBreak, RosterRow, line_of
from data.model.days import MINUTE
from data.model.discipline_acts import Rostered
from data.model.observation import AgentEntry

SHIFT_IDS = ("early", "middle", "late")
"""What the shipped catalogue calls the shifts."""

PLANNER = "排班 WFM"
"""Who tells the roster, and when in minutes after midnight."""
TOLD_AT = 5

_PLANNED = frozenset({*ALLOWANCE, "training", "coaching", "meeting"})
"""The reasons of breaks that are planned; nobody plans another one."""
_ROUNDED = 5
"""Planned times are whole multiples of so many minutes."""


def rostered(plan: FloorPlan, duties: Iterable[Duty], day: date, zone: ZoneInfo) -> Rostered:
    """Return the roster of a day."""
    midnight_ms = clock_ms(day, 0, zone)
    pauses = {duty.agent.key: duty.pauses for duty in duties}
    begins = begins_of(plan, duties, day, zone)
    lines = tuple(
        line_of(_row(agent, place, pauses.get(agent.key, ()), day, midnight_ms, off=agent.key not in begins))
        for place, agent in enumerate(plan.agents)
    )
    return Rostered(clock_ms(day, TOLD_AT, zone), lines, PLANNER)


def begins_of(plan: FloorPlan, duties: Iterable[Duty], day: date, zone: ZoneInfo) -> dict[str, int]:
    """Return when everybody is expected who works on a day, also who does not come; by their keys."""
    at_work = {duty.agent.key for duty in duties}
    everybody = plan.at_work[day.weekday()] == 1.0  # else who is not at work has the day off
    return {
        agent.key: clock_ms(day, shift_of(place).begins, zone)
        for place, agent in enumerate(plan.agents)
        if everybody or agent.key in at_work
    }


def _row(
    agent: AgentEntry, place: int, pauses: Sequence[Pause], day: date, midnight_ms: int, *, off: bool
) -> RosterRow:
    if off:
        return RosterRow(agent.key, day, agent.name)
    shift = shift_of(place)
    breaks = tuple(_breaks(pauses, midnight_ms, shift.begins, shift.ends))
    return RosterRow(
        *(agent.key, day, agent.name, SHIFT_IDS[SHIFTS.index(shift)], shift.begins, shift.ends),
        *(agent.seat or "", agent.skills, breaks),
    )


def _breaks(pauses: Iterable[Pause], midnight_ms: int, begins: int, ends: int) -> Iterator[PlannedBreak]:
    """Yield the breaks that were planned, one after another, each as long as it may be."""
    free = begins
    for pause in pauses:
        if pause.reason in _PLANNED:
            since = round((pause.at_ms - midnight_ms) / MINUTE / _ROUNDED) * _ROUNDED
            until = since + -(-ALLOWANCE.get(pause.reason, pause.length_ms) // MINUTE)
            if free <= since and until <= ends:
                yield PlannedBreak(pause.reason, since, until)
                free = until
