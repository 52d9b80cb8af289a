"""What the played leads found in the days before the first one, and their rounds of the last of these in outline.

So a fresh floor has a trend, repeats, and a handover of yesterday with nothing left undone in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

from data.adapters.simulator.demand import clock_ms
from data.adapters.simulator.floor import FloorPlan
from data.adapters.simulator.handing_over import handed_before
from data.adapters.simulator.moods import LEADS
from data.adapters.simulator.remarks import CORRECTED, WRONG
from data.adapters.simulator.rounds import CARETAKER, ROUNDS, Played
from data.discipline.catalogue import Catalogue, Rule
from data.discipline.shipped import shipped
from data.model.days import MINUTE
from data.model.discipline import Closing, Where
from data.model.discipline_acts import FindingEnded, FindingRaised, RoundEnded, RoundMarked
from data.model.observation import Act, AgentEntry
from data.model.words import Mark

DAYS = 6
"""So many days before the first one are told of."""
_A_DAY = (5, 9)
"""So many findings a day, at least and at most."""
_FROM, _TO = 8 * 60 + 10, 19 * 60
"""When they are made, in minutes after midnight."""
_OFTEN = (
    "phone_put_away",
    "desk_in_order",
    "break_in_time",
    "headset_on",
    "sits_upright",
    "noise_level",
)


def before(plan: FloorPlan, first_day: date, zone: ZoneInfo, seed: int) -> list[Act]:
    """Return what was done in the days before the first one, in no order."""
    told: list[Act] = []
    for back in range(DAYS, 0, -1):
        day = first_day - timedelta(days=back)
        told += _findings(plan, day, zone, Random(f"{seed}/{day}/before"))
    yesterday = first_day - timedelta(days=1)
    for each in ROUNDS:
        told += _outline(each, plan, yesterday, zone, shipped())
    return told + handed_before(first_day, zone)


def _findings(plan: FloorPlan, day: date, zone: ZoneInfo, rng: Random) -> Iterator[Act]:
    """Yield what was found on a day, all of it put right on the same one."""
    rules = [shipped().rules[rule] for rule in _OFTEN]
    for minute in sorted(rng.sample(range(_FROM, _TO), rng.randint(*_A_DAY))):
        rule, agent = rng.choice(rules), rng.choice(plan.agents)
        place = _place(rule, agent)
        by = LEADS.get(agent.team or "", "Dana")
        at_ms = clock_ms(day, minute, zone)
        owner = CARETAKER if rule.where is Where.ZONE else by
        due_ms = at_ms + (rule.deadline_min or 30) * MINUTE
        note, points = WRONG[rule.id].of(by), rng.randint(rule.least, rule.most)
        yield FindingRaised(at_ms, rule.id, rule.where, place, by, note, points, owner=owner, due_ms=due_ms)
        ended_ms = at_ms + rng.randint(4, 40) * MINUTE
        note = rng.choice(CORRECTED).of(by)
        yield FindingEnded(ended_ms, "", rule.id, rule.where, place, Closing.CORRECTED, by, note)


def _place(rule: Rule, agent: AgentEntry) -> str:
    seat = agent.seat or ""
    return seat.split("-")[0] if rule.where is Where.ZONE else seat


def _outline(each: Played, plan: FloorPlan, day: date, zone: ZoneInfo, catalogue: Catalogue) -> Iterator[Act]:
    """Yield a round of which only the floor and its zones are told."""
    shift, checklist, number = each.key.split("/")
    key = f"{day}/{shift}/{checklist}/{number}"
    at_ms = clock_ms(day, int(each.begins), zone) + MINUTE
    kinds = {catalogue.rules[rule].where for rule in catalogue.checklists[checklist].rules}
    zones: Sequence[str] = tuple(dict.fromkeys(seat.zone for seat in plan.seats))
    if Where.FLOOR in kinds:
        yield RoundMarked(at_ms, key, Where.FLOOR, "", Mark.PASS, each.by)
    if Where.ZONE in kinds:
        yield from (RoundMarked(at_ms, key, Where.ZONE, name, Mark.PASS, each.by) for name in zones)
    yield RoundEnded(at_ms + 30 * MINUTE, key, each.by)
