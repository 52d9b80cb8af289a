"""What the played leads find outside of rounds: against a rule, or to somebody's credit."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.adapters.simulator.cast import Agent
from data.adapters.simulator.demand import clock_ms
from data.adapters.simulator.engine import Engine
from data.adapters.simulator.moods import LEADS
from data.adapters.simulator.remarks import Remark
from data.discipline.catalogue import Rule
from data.discipline.shipped import shipped
from data.model.days import MINUTE
from data.model.discipline import Closing, Where
from data.model.discipline_acts import FindingEnded, FindingRaised
from data.model.observation import Act
from data.model.words import State

_AT = (8 * 60 + 55, 9 * 60 + 50, 10 * 60 + 26, 11 * 60 + 45, 13 * 60 + 20, 15 * 60 + 5, 16 * 60 + 35, 18 * 60 + 40)
"""About when something is found, in minutes after midnight."""
_PRAISED_AT = (10 * 60 + 2, 14 * 60 + 50, 17 * 60 + 25)
_CORRECTED = 0.6

_ON_A_CALL = frozenset({State.TALKING, State.HOLD, State.WRAP_UP})
_THERE = frozenset(State) - {State.OFFLINE, State.UNKNOWN}


class Sight(NamedTuple):
    """What can be found of agents in some states: the rule, what is noted, and what is done about it at once."""

    rule: str
    states: frozenset[State]
    note: Remark
    measure: Remark = Remark("", "")


_FOUND = (
    Sight(
        "forbidden_phrases",
        _ON_A_CALL,
        Remark("'as I said already'", "“我刚才说过了”"),
        Remark("listened to it together", "已一起听录音"),
    ),
    Sight(
        "patient",
        _ON_A_CALL,
        Remark("sighed twice in one call", "一通中两次叹气"),
        Remark("a word after it", "通话后已提醒"),
    ),
    Sight(
        "no_chatting",
        frozenset({State.AVAILABLE, State.WRAP_UP}),
        Remark("talked across two seats", "隔座聊天"),
        Remark("reminded", "已提醒"),
    ),
    Sight(
        "no_private_calls",
        frozenset({State.AVAILABLE, State.WRAP_UP, State.NOT_READY}),
        Remark("messages on the private phone", "在工位回私人消息"),
        Remark("phone put into the locker", "手机已入柜"),
    ),
    Sight(
        "reason_true",
        frozenset({State.NOT_READY}),
        Remark("at the coffee machine, state says otherwise", "在茶水间，状态选择不符"),
        Remark("state changed", "已改正状态"),
    ),
    Sight(
        "no_venting",
        _THERE,
        Remark("loud about a caller", "大声议论客户"),
        Remark("taken aside for a moment", "已带离沟通"),
    ),
)
_PRAISED = (
    Sight("helped_colleague", _THERE, Remark("took over a hard call unasked", "主动接手难缠来电")),
    Sight("praised_by_customer", _THERE, Remark("customer asked for the name to thank", "客户点名致谢")),
    Sight("idea_given", _THERE, Remark("shorter note for refunds, works", "退款小结模板更短，好用")),
    Sight("best_of_the_day", _THERE, Remark("outage calls without a break in tone", "故障来电语气始终平稳")),
    Sight("danger_reported", _THERE, Remark("saw the frayed cable at the printer", "发现打印机旁电线破损")),
)


class Found:
    """Plays what is found over a day on an engine's agenda; `told` grows as the engine runs."""

    def __init__(self, engine: Engine, day: date, zone: ZoneInfo, rng: Random, told: list[Act]) -> None:
        self._engine = engine
        self._rng = rng
        self._told = told
        self._rules = shipped().rules
        for minutes, sights in ((_AT, _FOUND), (_PRAISED_AT, _PRAISED)):
            for minute in minutes:
                engine.at(clock_ms(day, minute, zone) + round(rng.uniform(-9, 9) * MINUTE), self._find, sights)

    def _find(self, sights: tuple[Sight, ...]) -> None:
        rng, now_ms = self._rng, self._engine.now_ms
        sight = rng.choice(sights)
        seen = [agent for agent in self._engine.agents if agent.state in sight.states]
        rule = self._rules.get(sight.rule)
        if not seen or rule is None:
            return
        agent = rng.choice(seen)
        by = LEADS.get(agent.entry.team or "", "Dana")
        points = rng.randint(rule.least, rule.most)
        due_ms = now_ms + rule.deadline_min * MINUTE if rule.deadline_min else None
        owner = "" if rule.positive else by
        raised = FindingRaised(now_ms, rule.id, Where.AGENT, agent.key, by, sight.note.of(by), points)
        self._told.append(raised._replace(measure=sight.measure.of(by), owner=owner, due_ms=due_ms))
        if not rule.positive and rng.random() < _CORRECTED:
            self._correct(agent, rule, by)

    def _correct(self, agent: Agent, rule: Rule, by: str) -> None:
        at_ms = self._engine.now_ms + round(self._rng.uniform(15, 90) * MINUTE)
        note = Remark("spoken to in private, agreed", "已私下沟通，本人认可").of(by)
        ended = FindingEnded(at_ms, "", rule.id, Where.AGENT, agent.key, Closing.CORRECTED, by, note)
        self._engine.at(at_ms, self._told.append, ended)
