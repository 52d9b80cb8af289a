"""The floor that is played: who works there, where they sit, what they serve, and how contacts behave."""

from __future__ import annotations

from enum import StrEnum
from math import ceil
from random import Random
from typing import NamedTuple

from data.adapters.simulator.chance import Law, always, exponential, lognormal
from data.adapters.simulator.names import names
from data.model.days import MINUTE, SECOND
from data.model.observation import AgentEntry, Directory, QueueEntry, SeatEntry
from data.model.words import Channel

SEATS_IN_ROW = 8
SEATS_IN_ZONE = 64
FEWEST_ZONES = 4
NO_ANSWER_RING = 15 * SECOND
NEVER = 10**15
"""Later than anything, in ms."""


class QueuePlan(NamedTuple):
    """A queue, the contacts that come to it and how they are handled."""

    entry: QueueEntry
    calls_per_hour: float
    """At the top of an ordinary day."""
    talk: Law
    wrap_up: Law
    patience: Law
    ring: Law = lognormal(4 * SECOND, 0.4)
    hold: Law = lognormal(40 * SECOND, 0.6, 5 * SECOND)
    priority: int = 2
    """A free agent takes the smallest first, then who has waited longest."""
    hold_share: float = 0.15
    transfer_share: float = 0.04
    no_answer_share: float = 0.03
    max_wait_ms: int = 10 * MINUTE


class Surge(NamedTuple):
    """A queue gets `factor` times its arrivals in [since, until), in minutes after local midnight."""

    queue: str
    since: int
    until: int
    factor: float


class DayShape(NamedTuple):
    """How a day runs: opening hours, arrivals by half hour from the opening, weekdays from Monday, surges."""

    opens: int
    closes: int
    half_hours: tuple[float, ...]
    weekdays: tuple[float, ...] = (1.0,) * 7
    surges: tuple[Surge, ...] = ()


class Breaks(StrEnum):
    """When people are off the phone on a floor that is not rostered; on one that is, they take turns."""

    NONE = "none"
    USUAL = "usual"
    """10 minutes after two hours, 30 after four, 10 after six."""
    HOURLY = "hourly"
    """5 to 10 minutes after each hour."""
    LUNCH = "lunch"
    """30 minutes after four hours, and no more."""


class FloorPlan(NamedTuple):
    """What is settled about a floor before a day begins; unless it is `rostered`, all are there all day.

    `breaks` are theirs then. `at_work` is the share of agents who work on each weekday, from Monday.
    """

    agents: tuple[AgentEntry, ...]
    queues: tuple[QueuePlan, ...]
    shape: DayShape
    seats: tuple[SeatEntry, ...] = ()
    rostered: bool = True
    at_work: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0, 0.68, 0.58)
    breaks: Breaks = Breaks.NONE

    def without_weekends(self) -> FloorPlan:
        """Return the same floor with every Saturday and Sunday as busy as a Friday."""
        friday = self.shape.weekdays[4]
        weekdays = (*self.shape.weekdays[:5], friday, friday)
        return self._replace(shape=self.shape._replace(weekdays=weekdays), at_work=(1.0,) * 7)

    @property
    def directory(self) -> Directory:
        """The floor as an adapter tells it."""
        return Directory(self.agents, tuple(queue.entry for queue in self.queues), self.seats)


_WEEKDAYS = (1.12, 1.03, 1.0, 0.98, 0.97, 0.68, 0.55)
_HALF_HOURS = (
    *(0.47, 0.51, 0.81, 0.83, 0.83, 0.82, 1.04, 1.07, 1.05, 1.0, 0.91, 0.98),
    *(1.03, 0.95, 0.95, 1.01, 1.06, 1.05, 0.60, 0.53, 0.22, 0.23, 0.21, 0.19),
)
_OUTAGE = 10 * 60 + 40
_SURGES = (
    Surge("billing", _OUTAGE, _OUTAGE + 20, 3.4),
    Surge("complaints", _OUTAGE + 5, _OUTAGE + 25, 1.8),
)

_TEAMS: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    ("客服一部", 0.32, ("billing", "complaints")),
    ("客服二部", 0.28, ("billing", "chat")),
    ("Sales", 0.20, ("sales",)),
    ("技术支持", 0.20, ("tech",)),
)
"""Each team, its share of the floor and the queues all of it serves."""

_SECOND_SKILLS = {
    "客服一部": ("sales", "tech"),
    "客服二部": ("complaints", "sales"),
    "Sales": ("billing", "chat"),
    "技术支持": ("complaints", "chat"),
}


def default_floor(agents: int, seed: int) -> FloorPlan:
    """Return the bilingual floor of the demo, made for `agents` people."""
    rng = Random(f"{seed}/floor")
    seats = _seats(agents)
    seated = _seated(seats, agents)
    called = names(agents, rng)
    entries = [
        AgentEntry(str(1001 + place), called[place], team, seated[place], _skills(team, own, rng))
        for place, (team, own) in enumerate(_team_of_each(agents))
    ]
    shape = DayShape(8 * 60, 20 * 60, _HALF_HOURS, _WEEKDAYS, _SURGES)
    return FloorPlan(tuple(entries), _queues(agents / 60), shape, seats)


def plain_floor(
    agents: int, calls_per_hour: float, talk_ms: float, patience_ms: float, breaks: Breaks = Breaks.NONE
) -> FloorPlan:
    """Return one queue as Erlang A has it: Poisson arrivals, exponential talk and patience, and no more but breaks."""
    entry = QueueEntry("plain", "plain", threshold_ms=20 * SECOND, target=0.8)
    queue = QueuePlan(
        entry,
        calls_per_hour,
        exponential(talk_ms),
        wrap_up=always(0),
        patience=exponential(patience_ms),
        ring=always(0),
        hold_share=0.0,
        transfer_share=0.0,
        no_answer_share=0.0,
        max_wait_ms=NEVER,
    )
    entries = tuple(AgentEntry(str(n), f"Agent {n}", skills=("plain",)) for n in range(1, agents + 1))
    return FloorPlan(entries, (queue,), DayShape(0, 23 * 60, (1.0,) * 46), rostered=False, breaks=breaks)


def _queues(scale: float) -> tuple[QueuePlan, ...]:
    """Return the five queues with arrivals for `scale` times 60 agents."""

    def voice(key: str, name: str, calls: float, talk_s: int, wrap_up_s: int, priority: int = 2) -> QueuePlan:
        entry = QueueEntry(key, name, Channel.VOICE, 20 * SECOND, 5 * SECOND, 0.8)
        return QueuePlan(
            entry,
            calls * scale,
            lognormal(talk_s * SECOND, 0.65, 10 * SECOND),
            lognormal(wrap_up_s * SECOND, 0.5, 3 * SECOND),
            lognormal(150 * SECOND, 0.9),
            priority=priority,
        )

    chat = QueuePlan(
        QueueEntry("chat", "chat 在线", Channel.CHAT, 45 * SECOND, 5 * SECOND, 0.8),
        66 * scale,
        lognormal(260 * SECOND, 0.6, 20 * SECOND),
        lognormal(20 * SECOND, 0.5, 3 * SECOND),
        lognormal(180 * SECOND, 0.8),
        hold_share=0.0,
    )
    return (
        voice("complaints", "投诉 complaints", 67, 270, 55, priority=1),
        voice("billing", "billing 账单", 177, 190, 35),
        voice("sales", "sales", 113, 220, 40),
        voice("tech", "技术 tech", 85, 285, 45),
        chat,
    )


def _team_of_each(agents: int) -> list[tuple[str, tuple[str, ...]]]:
    """Return the team of each agent, and the queues that team serves, teams side by side."""
    placed: list[tuple[str, tuple[str, ...]]] = []
    share = 0.0
    for team, part, own in _TEAMS:
        share += part
        placed += [(team, own)] * (round(share * agents) - len(placed))
    return placed


def _skills(team: str, own: tuple[str, ...], rng: Random) -> tuple[str, ...]:
    """Return the queues an agent serves: the team's, and for most one or both of the team's second ones."""
    return own + tuple(skill for skill in _SECOND_SKILLS[team] if rng.random() < 0.3)


def _seats(agents: int) -> tuple[SeatEntry, ...]:
    """Return seats in zones A, B, ... in whole rows, a few more than agents."""
    zones = max(FEWEST_ZONES, ceil(agents / SEATS_IN_ZONE))
    in_zone = ceil(agents / zones / SEATS_IN_ROW) * SEATS_IN_ROW
    return tuple(
        SeatEntry(f"{letters}-{n + 1:02d}", letters, n // SEATS_IN_ROW, n % SEATS_IN_ROW)
        for letters in map(_zone_name, range(zones))
        for n in range(in_zone)
    )


def _seated(seats: tuple[SeatEntry, ...], agents: int) -> list[str]:
    """Return the seat of each agent, the empty seats spread over the zones."""
    return [seats[place * len(seats) // agents].label for place in range(agents)]


def _zone_name(n: int) -> str:
    """Return A to Z, then AA, AB, ..."""
    return (chr(64 + n // 26) if n >= 26 else "") + chr(65 + n % 26)
