"""Coaching and praise on a played floor: a lead sits down with somebody, notes it, and means to come back to it."""

from __future__ import annotations

from datetime import date
from random import Random
from zoneinfo import ZoneInfo

from data.adapters.simulator.demand import clock_ms
from data.adapters.simulator.engine import Engine
from data.adapters.simulator.moods import CHINESE, LEADS
from data.model.days import HOUR, MINUTE
from data.model.observation import Act, CoachingNoted
from data.model.words import State

_AT = (8 * 60 + 40, 9 * 60 + 25, 11 * 60 + 30, 14 * 60 + 5, 16 * 60 + 20, 17 * 60 + 40)
"""About when, in minutes after midnight."""
_PRAISE, _FOLLOWED_UP = 0.35, 0.75
_THERE = frozenset(State) - {State.OFFLINE, State.UNKNOWN}

_COACHED = {
    True: (
        "投诉开场白练习",
        "挂机前确认客户诉求",
        "减少静音时间，先报进度",
        "小结写法，控制在三十秒",
        "退款话术一起过一遍",
    ),
    False: (
        "opening of complaint calls, tried three ways",
        "say what is looked up while it is quiet",
        "wrap-up notes: three lines are enough",
        "listened to the refund call of yesterday together",
    ),
}
_PRAISED = {
    True: ("主动接手疑难来电", "本周小结零返工", "带新人很耐心", "客户来信表扬"),
    False: ("took the outage calls without a break in tone", "best notes of the week", "showed the newcomer around"),
}


class Coaching:
    """Plays a day's coachings on an engine's agenda."""

    def __init__(self, engine: Engine, day: date, zone: ZoneInfo, rng: Random, told: list[Act]) -> None:
        self._engine = engine
        self._rng = rng
        self._told = told
        for minute in _AT:
            engine.at(clock_ms(day, minute, zone) + round(rng.uniform(-12, 12) * MINUTE), self._note, None)

    def _note(self, _: None) -> None:
        rng, now_ms = self._rng, self._engine.now_ms
        there = [agent for agent in self._engine.agents if agent.state in _THERE]
        if not there:
            return
        agent = rng.choice(there)
        by = LEADS.get(agent.entry.team or "", "Dana")
        praise = rng.random() < _PRAISE
        note = rng.choice((_PRAISED if praise else _COACHED)[by in CHINESE])
        follow_up_ms = None
        if not praise and rng.random() < _FOLLOWED_UP:
            follow_up_ms = now_ms + round(rng.uniform(1.25, 4) * HOUR)
        self._told.append(CoachingNoted(now_ms, agent.key, note, by, praise, follow_up_ms))
