"""Moods at a played roll-call: what the leads of the teams note of their people, today and in the weeks before.

Everybody has an own usual mood. Some have a pattern: Mondays are hard, or late afternoons; and of each five weeks one
team has a bad one, and some days until it is as before. Each note is what a lead saw or an agent said, never more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from math import ceil
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.adapters.simulator.demand import clock_ms
from data.adapters.simulator.engine import Engine
from data.adapters.simulator.floor import FloorPlan
from data.adapters.simulator.shift import ABSENT, shift_of
from data.model.days import MINUTE, SECOND
from data.model.observation import Act, AgentEntry, MoodNoted

LEADS = {"客服一部": "刘敏", "客服二部": "陈静", "Sales": "Marco", "技术支持": "Ivo"}
CHINESE = frozenset({"刘敏", "陈静", "张磊"})
"""Who leads which team, and who of the leads writes Chinese."""

ROLL_CALL_AFTER = 5
"""Minutes after a shift begins."""
ROLL_CALL_MS = 150 * SECOND
"""How long the roll-call of a team's shift takes."""
AFTERNOON = 16 * 60 + 5
"""When leads look at some of theirs again, in minutes after midnight."""
LOOKED_AT_AGAIN = 0.12

MOST_BEFORE = 240
"""Of a larger floor, the weeks before the first day are played for so many people only."""

_PATTERN_EVERY = 20
"""One in so many has hard Mondays, and one hard afternoons."""
_MONDAYS, _AFTERNOONS = -1.7, -1.7
_BAD_WEEK, _AFTER_BAD_WEEK, _WEEKS = -1.4, -0.5, 5
_NOTED = 0.3
"""Share of moods that are neither low nor high with a word to them."""


class Words(NamedTuple):
    """What is noted to a mood, in one language: what was seen, and what the agent said."""

    low: tuple[str, ...]
    low_said: tuple[str, ...]
    usual: tuple[str, ...]
    high: tuple[str, ...]
    high_said: tuple[str, ...]
    absent: tuple[str, ...]
    late: tuple[str, ...]


_ENGLISH = Words(
    ("quiet at the roll-call", "looked at the desk throughout", "hardly spoke, asked to sit at the window"),
    ("says slept badly", "says would rather take no complaints today", "says tired, can work", "says long day"),
    ("as ever", "settled in quickly", "asked for the new tariff sheet"),
    ("came in laughing", "helped to set up the row"),
    ("says the praise of yesterday helped", "says rested after the day off"),
    ("not in, no call yet", "on leave", "called in, back tomorrow"),
    ("on the way, train late", "not at the seat yet"),
)
_CHINESE = Words(
    ("点名时话很少", "一直低着头", "独自坐在一边"),
    ("本人说没睡好", "说今天想少接投诉", "说有点累，不影响上班", "说这几天来电太难缠"),
    ("状态平稳", "很快进入状态", "来要新资费表"),
    ("笑着进来", "主动帮同事调设备"),
    ("说昨天的表扬很受用", "说休息得不错"),
    ("未到，未回电", "请假", "已来电，明日到岗"),
    ("在路上，稍后到", "尚未到座"),
)


class Turn(NamedTuple):
    """When an agent has their turn: `after_ms` after the roll-call of their shift began.

    The shift `begins` in minutes after midnight.
    """

    after_ms: int
    agent: AgentEntry
    begins: int


class Moods:
    """How the people of a floor are, by the leads' eyes: who has which pattern is settled by the seed."""

    def __init__(self, plan: FloorPlan, seed: int) -> None:
        rng = Random(f"{seed}/moods")
        self._seed = seed
        self._plan = plan
        self._usual = {agent.key: rng.uniform(3.2, 4.3) for agent in plan.agents}
        few = ceil(len(plan.agents) / _PATTERN_EVERY)
        drawn = rng.sample(plan.agents, min(2 * few, len(plan.agents)))
        self._mondays = {agent.key for agent in drawn[:few]}
        self._afternoons = {agent.key for agent in drawn[few:]}
        self._tried = rng.choice(plan.agents).team
        self._bad_week = rng.randrange(_WEEKS)

    def chance(self, day: date) -> Random:
        """Return the chance of a day's roll-calls, from its start."""
        return Random(f"{self._seed}/{day}/moods")

    def turns(self) -> Iterator[Turn]:
        """Yield everybody's turn, team by team and shift by shift."""
        together: dict[tuple[str | None, int], list[AgentEntry]] = defaultdict(list)
        for place, agent in enumerate(self._plan.agents):
            together[agent.team, shift_of(place).begins].append(agent)
        for (_, begins), agents in together.items():
            step_ms = ROLL_CALL_MS // (len(agents) + 1)
            for turn, agent in enumerate(agents, start=1):
                yield Turn(turn * step_ms, agent, begins)

    def noted(self, agent: AgentEntry, day: date, at_ms: int, late: bool, rng: Random) -> MoodNoted:
        """Return a mood and, now and then, a word to it; `late`: at the end of an afternoon."""
        by, words = _lead(agent)
        level = self._usual[agent.key] + self._dip(agent, day, late) + rng.gauss(0, 0.55)
        mood = min(5, max(1, round(level)))
        said = rng.random() < 0.6
        note = ""
        if mood <= 2 or rng.random() < _NOTED:
            said = said and not 2 < mood < 5  # to a usual one the lead notes what was seen
            note = rng.choice(_fitting(words, mood, said))
        return MoodNoted(at_ms, agent.key, mood, by, note, said)

    def looked_at_again(self, agent: AgentEntry, rng: Random) -> bool:
        """Whether an agent's lead notes another mood in the afternoon."""
        return rng.random() < LOOKED_AT_AGAIN or agent.key in self._afternoons

    def before(self, first_day: date, weeks: int, zone: ZoneInfo) -> list[Act]:
        """Return the roll-calls of the weeks before a day, in order of time."""
        every = ceil(len(self._plan.agents) / MOST_BEFORE)
        whom = [turn for number, turn in enumerate(self.turns()) if number % every == 0]
        found: list[Act] = []
        for back in range(7 * weeks, 0, -1):
            day = first_day - timedelta(days=back)
            found += sorted(self._day_before(whom, day, zone), key=lambda noted: noted.at_ms)
        return found

    def _day_before(self, whom: Iterable[Turn], day: date, zone: ZoneInfo) -> Iterator[MoodNoted]:
        rng, at_work = self.chance(day), self._plan.at_work[day.weekday()]
        begins_ms: Mapping[int, int] = {
            minute: clock_ms(day, minute, zone) for minute in {*(begins for _, _, begins in whom), AFTERNOON}
        }
        for after_ms, agent, begins in whom:
            if rng.random() >= at_work:
                continue
            at_ms = begins_ms[begins] + ROLL_CALL_AFTER * MINUTE + after_ms
            if rng.random() < ABSENT:
                yield absent(agent, at_ms, rng)
                continue
            yield self.noted(agent, day, at_ms, late=False, rng=rng)
            if self.looked_at_again(agent, rng):
                yield self.noted(agent, day, begins_ms[AFTERNOON] + after_ms, late=True, rng=rng)

    def _dip(self, agent: AgentEntry, day: date, late: bool) -> float:
        dip = 0.0
        if agent.key in self._mondays and day.weekday() == 0:
            dip += _MONDAYS
        if agent.key in self._afternoons and late:
            dip += _AFTERNOONS
        if agent.team is not None and agent.team == self._tried:
            weeks_after = ((day.toordinal() - 1) // 7 - self._bad_week) % _WEEKS  # ordinal 1 was a Monday
            dip += _BAD_WEEK if weeks_after == 0 else _AFTER_BAD_WEEK if weeks_after == 1 else 0
        return dip


class RollCall:
    """Plays a day's roll-calls on an engine's agenda; `told` grows as the engine runs."""

    def __init__(
        self, engine: Engine, plan: FloorPlan, moods: Moods, day: date, zone: ZoneInfo, told: list[Act]
    ) -> None:
        self._engine = engine
        self._moods = moods
        self._day = day
        self._told = told
        self._rng = moods.chance(day)
        self._at_work = plan.at_work[day.weekday()]
        self._agents = {agent.key: agent for agent in engine.agents}
        for after_ms, agent, begins in moods.turns():
            at_ms = clock_ms(day, begins + ROLL_CALL_AFTER, zone) + after_ms
            engine.at(at_ms, self._call, agent)
            engine.at(clock_ms(day, AFTERNOON, zone) + after_ms, self._look_again, agent)

    def _call(self, agent: AgentEntry) -> None:
        now_ms, expected = self._engine.now_ms, self._agents.get(agent.key)
        if expected is None:
            if self._at_work == 1.0:  # else it is their day off
                self._told.append(absent(agent, now_ms, self._rng))
        elif not expected.present:
            self._told.append(absent(agent, now_ms, self._rng, late=True))
        else:
            self._told.append(self._moods.noted(agent, self._day, now_ms, late=False, rng=self._rng))

    def _look_again(self, agent: AgentEntry) -> None:
        expected = self._agents.get(agent.key)
        if expected is not None and expected.present and self._moods.looked_at_again(agent, self._rng):
            self._told.append(self._moods.noted(agent, self._day, self._engine.now_ms, late=True, rng=self._rng))


def absent(agent: AgentEntry, at_ms: int, rng: Random, *, late: bool = False) -> MoodNoted:
    """Return that somebody was not there at the roll-call; `late`: they are expected."""
    by, words = _lead(agent)
    return MoodNoted(at_ms, agent.key, None, by, rng.choice(words.late if late else words.absent))


def _lead(agent: AgentEntry) -> tuple[str, Words]:
    by = LEADS.get(agent.team or "", "Dana")
    return by, _CHINESE if by in CHINESE else _ENGLISH


def _fitting(words: Words, mood: int, said: bool) -> tuple[str, ...]:
    if mood <= 2:
        return words.low_said if said else words.low
    if mood >= 5:
        return words.high_said if said else words.high
    return words.usual
