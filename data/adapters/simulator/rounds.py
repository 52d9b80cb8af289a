"""The rounds that the played leads do over a day, by the shipped catalogue: stop by stop, at the pace of a walk.

What the floor itself knows (who signed in late, whose break ran over) they agree with; the rest is chance. A round that
takes too long is left where it stands: on a large floor not all seats are seen, as on a real one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.adapters.simulator.cast import Agent
from data.adapters.simulator.demand import clock_ms
from data.adapters.simulator.engine import Engine
from data.adapters.simulator.floor import FloorPlan
from data.adapters.simulator.moods import LEADS
from data.adapters.simulator.remarks import CORRECTED, UNFINISHED, WRONG
from data.adapters.simulator.rostering import begins_of
from data.adapters.simulator.shift import ALLOWANCE, Duty
from data.breaks import POLICY
from data.discipline.catalogue import Catalogue, Rule
from data.discipline.shipped import shipped
from data.discipline.stops import ground_of, stops_of
from data.model.days import MINUTE, SECOND
from data.model.discipline import Closing, Stop, Where
from data.model.discipline_acts import FindingEnded, RoundEnded, RoundMarked
from data.model.observation import Act
from data.model.picture import Seat
from data.model.words import Mark, State

CARETAKER = "后勤 Facilities"

_OUTAGE = (10 * 60 + 41, 10 * 60 + 49)
"""In these minutes nobody walks: the lead is at the queue that has a surge."""
_FAILED, _CORRECTED, _PICTURED = 0.08, 0.75, 0.3
"""Shares of stops at which something fails; of findings that are put right on the day; of zones' with a photo."""

_OF_THE_PERSON = frozenset(
    {
        *("phone_put_away", "headset_on", "sits_upright", "ready_for_next", "badge_worn", "dress_code", "no_food"),
        *("break_in_time", "reason_given", "wrap_up_in_time", "takes_waiting_calls", "on_time"),
    }
)
"""What can't be looked at where nobody is on duty."""
_AT_THE_SEAT = frozenset({"phone_put_away", "headset_on", "sits_upright", "badge_worn", "dress_code", "no_food"})
"""What can't be looked at where somebody is away on a break."""


class Played(NamedTuple):
    """A round as it is done: from `begins` (minutes after midnight), a stop each `pace_s`.

    It is ended unfinished at `ends`, if it takes so long. The rule `left` is looked at later, at `left_until`.
    """

    key: str
    """The shift, the checklist and its number: early/walk/1."""
    by: str
    begins: float
    pace_s: int
    ends: float = 24 * 60
    left: str = ""
    left_until: int = 0


ROUNDS = (
    Played("early/pre_shift/1", "张磊", 7 * 60 + 37, 380),
    Played("early/opening/1", "张磊", 8 * 60 + 5.5, 32, ends=8 * 60 + 44),
    Played("early/safety/1", "Dana", 9 * 60 + 14, 110, left="first_aid_known", left_until=11 * 60 + 20),
    Played("early/security/1", "Dana", 9 * 60 + 36, 190),
    Played("early/walk/1", "张磊", 10 * 60 + 8, 50, ends=11 * 60 + 15),
    Played("early/walk/2", "刘敏", 12 * 60 + 10, 45, ends=12 * 60 + 40),
    Played("early/walk/3", "Dana", 14 * 60 + 12, 40, ends=15 * 60 + 8),
    Played("early/walk/4", "张磊", 16 * 60 + 4, 36, ends=16 * 60 + 46),
    Played("early/handover/1", "张磊", 16 * 60 + 47, 120),
    Played("late/evening_walk/1", "Dana", 18 * 60 + 10, 40, ends=19 * 60 + 6),
    Played("late/handover/1", "Dana", 19 * 60 + 40, 150),
    Played("late/closing/1", "Dana", 20 * 60 + 6, 18, ends=20 * 60 + 30),
)


class Look(NamedTuple):
    """What is looked at next: rules at a stop."""

    stop: Stop
    rules: tuple[Rule, ...]


class Rounds:
    """Plays a day's rounds on an engine's agenda; `told` grows as the engine runs."""

    def __init__(
        self,
        engine: Engine,
        plan: FloorPlan,
        duties: Sequence[Duty],
        day: date,
        zone: ZoneInfo,
        rng: Random,
        told: list[Act],
    ) -> None:
        self._engine = engine
        self._rng = rng
        self._told = told
        self._day = day
        self._agents = {agent.entry.seat: agent for agent in engine.agents}
        self._begins = begins_of(plan, duties, day, zone)
        self._teams = {entry.seat: entry.team or "" for entry in plan.agents}
        self._keys = {entry.seat: entry.key for entry in plan.agents}
        self._marked: dict[str, int] = {}
        """How many of an agent's breaks have been looked at, by key."""
        self._outage = tuple(clock_ms(day, minute, zone) for minute in _OUTAGE)
        catalogue = shipped()
        self._late_ms = catalogue.scoring.late_min * MINUTE
        self._last_ms = {each: clock_ms(day, 0, zone) + round(each.ends * MINUTE) for each in ROUNDS}
        seats = [Seat(*entry) for entry in plan.seats]
        for each in ROUNDS:
            looks = iter(tuple(_looks(each, catalogue, seats)))
            begins_ms = clock_ms(day, int(each.begins), zone) + round(each.begins % 1 * MINUTE)
            engine.at(begins_ms, self._walk, (each, looks))
            if each.left:
                rule = catalogue.rules[each.left]
                left = (each, iter((Look(Stop(rule.where, ""), (rule,)),)))
                engine.at(clock_ms(day, each.left_until, zone), self._walk, left)

    def _key(self, each: Played) -> str:
        return f"{self._day}/{each.key}"

    def _walk(self, walking: tuple[Played, Iterator[Look]]) -> None:
        """Look at the next stop, and go on to the one after it."""
        each, looks = walking
        now_ms = self._engine.now_ms
        look = next(looks, None)
        if look is None:
            return
        if now_ms >= self._last_ms[each]:
            self._told.append(RoundEnded(now_ms, self._key(each), each.by, UNFINISHED.of(each.by)))
            return
        self._look(each, look)
        next_ms = now_ms + round(each.pace_s * self._rng.uniform(0.7, 1.3) * SECOND)
        if self._outage[0] <= next_ms < self._outage[1]:
            next_ms += self._outage[1] - self._outage[0]
        self._engine.at(next_ms, self._walk, walking)

    def _look(self, each: Played, look: Look) -> None:
        """Mark all rules at a stop: what is not there to be seen, what is wrong, and that the rest is well."""
        stop, rules = look
        seat = self._agents.get(stop.place) if stop.where is Where.SEAT else None
        absent = self._unseen(stop, rules, seat)
        known = [rule for rule in rules if rule.id not in absent and self._is_known(rule, stop, seat)]
        wrong = list(known)
        chance = [rule for rule in rules if rule.id not in absent and rule.prefill is None and rule.id in WRONG]
        if chance and self._rng.random() < _FAILED:
            wrong.append(self._rng.choice(chance))
        for rule in wrong:
            self._fail(each, stop, rule, from_data=rule in known)
        if absent:
            ordered = tuple(rule.id for rule in rules if rule.id in absent)
            self._mark(each, stop, Mark.NOT_APPLICABLE, ordered)
        left = tuple(rule.id for rule in rules if rule.id not in absent and rule not in wrong)
        if left:
            self._mark(each, stop, Mark.PASS, left)

    def _mark(self, each: Played, stop: Stop, mark: Mark, rules: tuple[str, ...]) -> None:
        self._told.append(
            RoundMarked(self._engine.now_ms, self._key(each), stop.where, stop.place, mark, each.by, rules)
        )

    def _unseen(self, stop: Stop, rules: Sequence[Rule], agent: Agent | None) -> frozenset[str]:
        """Return the rules that can't be looked at where nobody sits, or nobody is now."""
        if stop.where is not Where.SEAT:
            return frozenset()
        there = {rule.id for rule in rules}
        due = self._begins.get(self._keys.get(stop.place, ""), self._engine.now_ms + 1)
        early = {"on_time"} if self._engine.now_ms <= due + self._late_ms else set()
        if agent is None or not agent.present:
            return frozenset(there & (_OF_THE_PERSON - {"on_time"} | early))
        if agent.state is State.NOT_READY:
            return frozenset(there & (_AT_THE_SEAT | early))
        return frozenset(there & early)

    def _is_known(self, rule: Rule, stop: Stop, agent: Agent | None) -> bool:
        """Whether the floor itself knows that a rule was broken at a seat, since somebody looked last."""
        now_ms = self._engine.now_ms
        if rule.id == "on_time":
            due = self._begins.get(self._keys.get(stop.place, ""))
            signed_in_ms = agent.signed_in_ms if agent is not None and agent.signed_in_ms else now_ms
            return due is not None and signed_in_ms > due + self._late_ms
        if rule.id != "break_in_time" or agent is None:
            return False
        looked, over = self._marked.get(agent.key, 0), 0
        for away in agent.breaks[looked:]:
            until_ms = now_ms if away.until_ms is None else away.until_ms
            over += until_ms - away.since_ms > ALLOWANCE.get(away.reason, until_ms) + POLICY.grace_ms
        self._marked[agent.key] = len(agent.breaks)
        return over > 0

    def _fail(self, each: Played, stop: Stop, rule: Rule, *, from_data: bool) -> None:
        rng, now_ms = self._rng, self._engine.now_ms
        owner = each.by if stop.where is Where.FLOOR else CARETAKER
        if stop.where is Where.SEAT:
            owner = LEADS.get(self._teams.get(stop.place, ""), each.by)
        minutes = rule.deadline_min or rng.choice((15, 30, 60))
        points = rng.randint(rule.least, rule.most)
        photo = ""
        if stop.where is Where.ZONE and rng.random() < _PICTURED:
            photo = f"{self._day:%Y%m%d}-{stop.place}-{rule.id}.jpg"
        key, place, note = self._key(each), (stop.where, stop.place), WRONG[rule.id].of(each.by)
        due_ms = now_ms + minutes * MINUTE
        self._told.append(
            RoundMarked(
                now_ms, key, *place, Mark.FAIL, each.by, (rule.id,), note, photo, owner, due_ms, points, from_data
            )
        )
        if rng.random() < _CORRECTED:
            by = each.by if owner == CARETAKER else owner
            at_ms = now_ms + round(min(minutes, 90) * rng.uniform(0.25, 1.2) * MINUTE)
            ended = FindingEnded(at_ms, key, rule.id, *place, Closing.CORRECTED, by, rng.choice(CORRECTED).of(by))
            self._engine.at(at_ms, self._told.append, ended)


def _looks(each: Played, catalogue: Catalogue, seats: Sequence[Seat]) -> Iterator[Look]:
    """Yield what is looked at on a round; on the floor as a whole one rule after the other."""
    _, checklist, _ = each.key.split("/")
    rules = [catalogue.rules[rule] for rule in catalogue.checklists[checklist].rules]
    for stop in stops_of(ground_of(seats, ()), {rule.where for rule in rules}):
        here = tuple(rule for rule in rules if rule.where is stop.where and rule.id != each.left)
        if stop.where is Where.FLOOR:
            yield from (Look(stop, (rule,)) for rule in here)
        elif here:
            yield Look(stop, here)
