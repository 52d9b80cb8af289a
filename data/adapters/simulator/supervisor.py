"""A played supervisor: sees things and raises flags, and deals with them."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.adapters.simulator.cast import Agent
from data.adapters.simulator.demand import clock_ms
from data.adapters.simulator.engine import Engine
from data.adapters.simulator.moods import LEADS
from data.flags import STEP_WORDS, VOCABULARY
from data.model.days import HOUR, MINUTE
from data.model.observation import Act, FlagRaised, FlagResolved
from data.model.words import FlagKind, State

FIRST_GLANCE, LAST_GLANCE = 8 * 60 + 9, 19 * 60 + 40
EXPIRES_MS = 2 * HOUR

_USUAL_STEP, _OF_THE_TEAM, _LOOKED_AT_AGAIN = 0.7, 0.6, 0.2
"""Shares of flags whose next step is their kind's own, is the team lead's to take, and that are looked at again."""

_ON_A_CALL = frozenset({State.TALKING, State.HOLD, State.WRAP_UP})
_SIGNED_IN = _ON_A_CALL | {State.AVAILABLE}
_OUT = frozenset({State.NOT_READY})


class Sight(NamedTuple):
    """What can be seen of agents in some states, how often, and what is noted of it then and afterwards."""

    kind: FlagKind
    weight: int
    states: frozenset[State]
    english: tuple[str, ...]
    chinese: tuple[str, ...]
    english_after: tuple[str, ...] = ()
    chinese_after: tuple[str, ...] = ()


_SIGHTS = (
    Sight(
        FlagKind.ASKED_FOR_HELP,
        32,
        _ON_A_CALL,
        ("hand up, tariff question", "needs a second opinion on a refund", "system shows two accounts"),
        ("举手，套餐问题", "退款拿不准", "系统查不到订单", "客户要求升级"),
        ("solved together", "article sent"),
        ("已一起解决", "已补知识库"),
    ),
    Sight(
        FlagKind.DISTRESSED_CALLER,
        24,
        _ON_A_CALL,
        ("caller in tears, keep calm and slow", "caller lost service at a hospital"),
        ("客户情绪激动，请留意", "客户哭诉，建议放慢语速", "客户扬言投诉到底"),
        ("caller called back, settled", "took five minutes after it"),
        ("已回电安抚", "通话后已休息五分钟"),
    ),
    Sight(
        FlagKind.RAISED_VOICE,
        12,
        _ON_A_CALL,
        ("voice up twice in this call", "heard across the row"),
        ("音量偏高，整排可闻", "与客户争执"),
        ("talked in private, fine again", "listened to the call together"),
        ("已单独沟通，状态恢复", "已一起听录音"),
    ),
    Sight(
        FlagKind.STEPPED_AWAY_UPSET,
        9,
        _OUT,
        ("left the seat after a hard call", "wants ten quiet minutes"),
        ("难缠来电后离席", "想安静一会儿"),
        ("back, feels better", "buddy sits with them now"),
        ("已返回，状态平稳", "已安排一帮一"),
    ),
    Sight(
        FlagKind.PRAISE,
        23,
        _SIGNED_IN,
        ("turned a complaint into thanks", "patient for eleven minutes, well done", "helped the newcomer"),
        ("客户点名表扬", "耐心解释，值得分享", "主动帮助新人", "投诉化解得漂亮"),
    ),
)


class Supervisor:
    """Plays the two leads of a day on an engine's agenda; `told` grows as the engine runs.

    `rng` is the chance of what is seen, `later` of what is to come of it.
    """

    def __init__(self, engine: Engine, day: date, zone: ZoneInfo, rng: Random, later: Random, told: list[Act]) -> None:
        self._told = told
        self._later = later
        self._engine = engine
        self._rng = rng
        self._open: set[tuple[str, FlagKind]] = set()
        self._last_ms = clock_ms(day, LAST_GLANCE, zone)
        engine.at(clock_ms(day, FIRST_GLANCE, zone), self._glance, None)

    # Flags

    def _glance(self, _: None) -> None:
        """Look over the floor, flag one agent, and look again a while later."""
        now_ms, rng = self._engine.now_ms, self._rng
        following_ms = now_ms + round(rng.uniform(8, 19) * MINUTE)
        if following_ms < self._last_ms:
            self._engine.at(following_ms, self._glance, None)
        sight = rng.choices(_SIGHTS, [sight.weight for sight in _SIGHTS])[0]
        seen = self._seen(sight)
        if not seen:
            return
        agent = rng.choice(seen)
        by, chinese = rng.choice((("张磊", True), ("Dana", False)))
        note = rng.choice(sight.chinese if chinese else sight.english)
        raised = FlagRaised(now_ms, agent.key, sight.kind, by, note, now_ms + EXPIRES_MS)
        self._told.append(self._with_step(raised, agent.entry.team or ""))
        after = sight.chinese_after if chinese else sight.english_after
        if after:
            self._open.add((agent.key, sight.kind))
            dealt_ms = now_ms + round(rng.uniform(10, 40) * MINUTE)
            self._engine.at(
                dealt_ms, self._resolve, FlagResolved(dealt_ms, agent.key, sight.kind, by, rng.choice(after))
            )

    def _with_step(self, raised: FlagRaised, team: str) -> FlagRaised:
        """Return a flag with what is to be done about it, by whom, and now and then when it is looked at again."""
        rng, word = self._later, VOCABULARY.word(raised.kind)
        usual = "" if word is None else word.step
        if not usual:
            return raised
        step = usual if rng.random() < _USUAL_STEP else rng.choice(STEP_WORDS).key
        owner = LEADS.get(team, raised.by) if rng.random() < _OF_THE_TEAM else raised.by
        follow_up_ms = None
        if step == "follow_up" or rng.random() < _LOOKED_AT_AGAIN:
            follow_up_ms = raised.at_ms + rng.choice((30, 45, 60, 90)) * MINUTE
        return raised._replace(step=step, owner=owner, follow_up_ms=follow_up_ms)

    def _seen(self, sight: Sight) -> list[Agent]:
        return [
            agent
            for agent in self._engine.agents
            if agent.state in sight.states and (agent.key, sight.kind) not in self._open
        ]

    def _resolve(self, resolved: FlagResolved) -> None:
        self._open.discard((resolved.agent, resolved.kind))
        self._told.append(resolved)
