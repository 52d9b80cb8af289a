"""What becomes of the service level if more people take a break, and how many the load needs: Erlang on live arrivals.

Queues that share agents are one pool. If each agent could take any of its contacts, it would serve as one queue; if
each kept to one queue, as so many apart. The truth lies between: as far from the second as the root of how far agents
are from serving one queue each to serving all. (The first queue besides one's own is worth the most: Wallace and Whitt,
2005. The root is ours, fitted on one simulated day: mostly within 2 to 5 points of the half hour that followed.)

A pool's load is what came of late, at the day's handle time; e-mail can wait, and is left out. Where callers hang up
their patience is that of the day (all waits / those who hung up), and Erlang A speaks; else Erlang C. Both tell what a
load that lasts comes to: not how the queue of this minute is worked off, nor a rush that is still to come.

Pure functions: no clock, no I/O.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from enum import StrEnum
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

from data.model.people import Decision
from data.model.picture import AgentRow, Picture, QueueRow
from data.model.words import SIGNED_IN, Channel, State
from data.staffing import Load, served, served_patiently

LEAST_CONTACTS = 10
"""From fewer arrivals, or fewer contacts handled, nothing can be said."""
LEAST_MS = 10 * 60_000
"""Nor from a shorter time."""
LEAST_ABANDONED = 5
"""From fewer who hung up no patience can be told."""
_ROUNDS, _SETTLED = 25, 0.005
"""So often agents turn to where they are wanted more, or until so little changes."""
_PATIENCE_S = (10.0, 3600.0)
_LIKELY, _MOST_AGENTS = 0.999, 100_000
"""A service level of 1 would take people without end."""


class Unsaid(StrEnum):
    """Why nothing can be said."""

    NONE = ""
    FEW = "few"
    """Too few contacts came, or were handled, or too little was measured."""
    BLIND = "blind"
    """Who works is not known: the source is silent."""
    OVERLOAD = "overload"
    """The load takes all who work, and more: there are not enough people as it is."""


class Part(NamedTuple):
    """A queue of a pool: what comes to it, which share of those at work is its own, and how it is measured."""

    calls: float
    share: float
    threshold_s: float
    formula: str


class Demand(NamedTuple):
    """What a pool has to serve; `patience_s` None: nobody is known to hang up.

    `pooled` is how far it serves as one queue, 0 to 1; `target` the service level to reach.
    """

    parts: tuple[Part, ...]
    interval_s: float
    handle_s: float
    patience_s: float | None
    pooled: float
    target: float

    @property
    def load(self) -> Load:
        """All that comes."""
        return Load(sum(part.calls for part in self.parts), self.interval_s, self.handle_s)


class Pool(NamedTuple):
    """Queues that share agents, with how many of these are signed in, and not on a break nor about to be."""

    queues: frozenset[str]
    staffed: int
    working: int
    demand: Demand | None
    why: Unsaid = Unsaid.NONE

    @property
    def required(self) -> int:
        """How many have to be at work for the service level; 0 where that can't be told."""
        return 0 if self.demand is None else required(self.demand)


class Outlook(NamedTuple):
    """The service level of the half hour to come, or why nothing can be said of it."""

    level: float | None
    why: Unsaid = Unsaid.NONE


class Cover(NamedTuple):
    """A floor's pools, the busiest first, and the one that each signed-in agent is of."""

    pools: tuple[Pool, ...]
    of_agent: Mapping[int, int]

    @property
    def required(self) -> int:
        """How many the floor's load needs at work."""
        return sum(pool.required for pool in self.pools)

    def pool_of(self, agent: int) -> Pool | None:
        """Return the pool of a signed-in agent."""
        at = self.of_agent.get(agent)
        return None if at is None else self.pools[at]


_FIELDS = {
    "answered_only": "sl_answered",
    "excluding_short_abandons": "sl_excluding_short",
    "excluding_abandons_within": "sl_excluding_within",
    "abandons_within_count": "sl_abandons_count",
}
"""What Erlang A calls a service level; the others are shares of all."""


@lru_cache(maxsize=1024)
def level(demand: Demand, agents: int) -> float:
    """Return the service level that a load comes to with so many at work."""
    whole = demand.load
    together = apart = 0.0
    for part in demand.parts:
        if demand.pooled > 0:
            together += part.calls * _level(whole, agents, demand.patience_s, part)
        if demand.pooled < 1:
            own, most = Load(part.calls, demand.interval_s, demand.handle_s), max(0.0, agents * part.share)
            more = most - int(most)
            apart += part.calls * (1 - more) * _level(own, int(most), demand.patience_s, part)
            apart += part.calls * more * _level(own, int(most) + 1, demand.patience_s, part)
    return min(1.0, (demand.pooled * together + (1 - demand.pooled) * apart) / whole.calls)


def _level(load: Load, agents: int, patience_s: float | None, part: Part) -> float:
    """Return the service level of one queue of a load, counted as a part of it is."""
    if patience_s is None:
        return served(load, max(0, agents), part.threshold_s).sl or 0.0
    patient = served_patiently(load, max(0, agents), patience_s, part.threshold_s)
    reached = None if patient is None else getattr(patient, _FIELDS.get(part.formula, "sl_offered"))
    return float(reached or 0.0)


@lru_cache(maxsize=256)
def required(demand: Demand) -> int:
    """Return the fewest agents at work with whom the target is reached."""
    target = min(demand.target, _LIKELY)
    least, enough, step = -1, max(1, round(demand.load.erlangs)), max(1, round(sqrt(demand.load.erlangs)))
    while level(demand, enough) < target and enough < _MOST_AGENTS:
        least, enough, step = enough, enough + step, step * 2
    while enough - least > 1:
        middle = (least + enough) // 2
        least, enough = (least, middle) if level(demand, middle) >= target else (middle, enough)
    return enough


def outlook(pool: Pool, fewer: int = 0) -> Outlook:
    """Return the service level that is to be expected with `fewer` at work than now."""
    if pool.demand is None:
        return Outlook(None, pool.why)
    if pool.working <= pool.demand.load.erlangs:
        return Outlook(None, Unsaid.OVERLOAD)
    return Outlook(level(pool.demand, pool.working - fewer))


def cover_of(picture: Picture) -> Cover:
    """Return the pools of a floor with what each has to serve and who is there for it."""
    queues = [queue for queue in picture.queues if queue.channel is not Channel.EMAIL]
    root = _joined((queue.name for queue in queues), {agent.queues for agent in picture.agents})
    place = _places(picture.agents, root)
    agents: dict[str, list[AgentRow]] = defaultdict(list)
    for agent in picture.agents:
        agents[place[agent.id]].append(agent)
    groups: dict[str, list[QueueRow]] = defaultdict(list)
    for queue in queues:
        groups[root[queue.name] if len(agents) > 1 or root[queue.name] in agents else ""].append(queue)
    names = sorted(groups, key=lambda name: (-sum(queue.lately for queue in groups[name]), name))
    gone = {agent.id for agent in picture.agents if is_leaving(agent, picture)}
    pools = tuple(_pool(groups[name], agents.get(name, ()), gone) for name in names)
    at = {name: index for index, name in enumerate(names)}
    of_agent = {
        agent.id: at[name] for name, each in agents.items() if name in at for agent in each if agent.state in SIGNED_IN
    }
    return Cover(pools, of_agent)


def is_leaving(agent: AgentRow, picture: Picture) -> bool:
    """Whether an agent is out, or was told to go and soon will be."""
    offer = picture.offers.get(agent.id)
    return agent.state is State.NOT_READY or (offer is not None and offer.decision is Decision.APPROVE)


def _joined(names: Iterable[str], served_together: Iterable[Sequence[str]]) -> dict[str, str]:
    """Return for each queue the one that stands for its pool: those that any agent serves together have the same."""
    parent = {name: name for name in names}

    def top(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    for together in served_together:
        known = [name for name in together if name in parent]
        for name in known[1:]:
            first, other = sorted((top(known[0]), top(name)))
            parent[other] = first
    return {name: top(name) for name in parent}


def _places(agents: Sequence[AgentRow], root: Mapping[str, str]) -> dict[int, str]:
    """Return the pool of each agent; who serves no queue just now is where most of the team are, or most of all."""
    known = {agent.id: next((root[name] for name in agent.queues if name in root), None) for agent in agents}
    teams: dict[str, Counter[str]] = defaultdict(Counter)
    everybody: Counter[str] = Counter()
    for agent in agents:
        if (name := known[agent.id]) is not None:
            teams[agent.team][name] += 1
            everybody[name] += 1
    usual = _most(everybody, "")
    homes = {team: _most(counts, usual) for team, counts in teams.items()}
    return {agent.id: known[agent.id] or homes.get(agent.team, usual) for agent in agents}


def _most(counts: Counter[str], otherwise: str) -> str:
    """Return the one of which there are most, of equals the first by name."""
    return min(counts, key=lambda name: (-counts[name], name), default=otherwise)


def _pool(queues: Sequence[QueueRow], agents: Sequence[AgentRow], gone: Set[int]) -> Pool:
    """Return a pool with what it has to serve; who is in `gone` is out, or about to be."""
    staffed = sum(agent.state in SIGNED_IN for agent in agents)
    out = sum(agent.id in gone and agent.state in SIGNED_IN for agent in agents)
    names = frozenset(queue.name for queue in queues)
    if any(queue.unknown for queue in queues):
        return Pool(names, staffed, staffed - out, None, Unsaid.BLIND)
    calls, handled = sum(queue.lately for queue in queues), sum(agent.calls for agent in agents)
    measured_ms = min((queue.lately_ms for queue in queues), default=0)
    if calls < LEAST_CONTACTS or handled < LEAST_CONTACTS or measured_ms < LEAST_MS:
        return Pool(names, staffed, staffed - out, None, Unsaid.FEW)
    # Rounded, so that what is said holds for a while, and is worked out anew about once a minute.
    handle_s = max(1, round(sum(agent.handle_ms for agent in agents) / handled / 1000))
    counts = Counter(agent.queues for agent in agents if agent.state in SIGNED_IN and agent.queues)
    demand = Demand(
        _parts(queues, counts, handle_s * 1000 / measured_ms),
        round(measured_ms / 60_000) * 60,
        handle_s,
        _patience_s(queues),
        _pooled(names, counts),
        round(sum(queue.service.target * queue.lately for queue in queues) / calls, 2),
    )
    return Pool(names, staffed, staffed - out, demand)


def _patience_s(queues: Sequence[QueueRow]) -> float | None:
    """Return how long callers wait before they hang up, by all waits of the day over how many did; two digits."""
    abandoned = sum(queue.abandoned for queue in queues)
    if abandoned < LEAST_ABANDONED:
        return None
    patience_s = sum(queue.waited_ms for queue in queues) / abandoned / 1000
    return min(max(float(f"{patience_s:.2g}"), _PATIENCE_S[0]), _PATIENCE_S[1])


def _pooled(names: frozenset[str], counts: Mapping[tuple[str, ...], int]) -> float:
    """Return how far a pool serves as one queue: 0 where agents keep to one queue each, 1 where each serves all."""
    if len(names) < 2 or not counts:
        return 1.0
    served_in_all = sum(n * len(names.intersection(together)) for together, n in counts.items())
    mean = served_in_all / sum(counts.values())
    return round(sqrt(max(0.0, (mean - 1) / (len(names) - 1))), 2)


def _parts(queues: Sequence[QueueRow], counts: Mapping[tuple[str, ...], int], erlangs_each: float) -> tuple[Part, ...]:
    """Return the queues to which anything comes, each with its share of the agents; a contact is `erlangs_each`.

    What nobody at work may take is no matter of breaks, and left out.
    """
    busy = sorted((queue for queue in queues if queue.lately), key=lambda queue: queue.name)
    loads = {queue.name: queue.lately * erlangs_each for queue in busy}
    given = _given({name: erlangs + 2 * sqrt(erlangs) for name, erlangs in loads.items()}, counts)
    whole = sum(given.values())
    return tuple(
        Part(
            float(f"{queue.lately:.3g}"),
            max(0.001, round(given[queue.name] / whole, 3)),
            queue.service.threshold_ms / 1000,
            queue.service.formula,
        )
        for queue in busy
        if given[queue.name]
    )


def _given(wants: Mapping[str, float], counts: Mapping[tuple[str, ...], int]) -> Mapping[str, float]:
    """Return how many agents each queue gets, when those who serve several turn to where most are wanting.

    `wants` are the queues' loads and twice the root of it to spare, which serves all about alike; `counts` how many
    agents serve which queues. Without any, each gets what it wants.
    """
    teams: Counter[tuple[str, ...]] = Counter()
    for together, count in counts.items():
        teams[tuple(name for name in together if name in wants)] += count
    crews = [(team, [count / len(team)] * len(team)) for team, count in teams.items() if team]
    if not crews:
        return wants
    given = dict.fromkeys(wants, 0.0)
    for _ in range(_ROUNDS):
        before, given = given, dict.fromkeys(wants, 0.0)
        for team, parts in crews:
            for name, part in zip(team, parts, strict=True):
                given[name] += part
        if all(abs(given[name] - before[name]) <= _SETTLED * given[name] for name in wants):
            break
        pull = {name: want / given[name] for name, want in wants.items() if given[name]}
        for team, parts in crews:
            if len(team) > 1:
                drawn = [part * pull[name] for name, part in zip(team, parts, strict=True)]
                share = sum(parts) / sum(drawn)
                parts[:] = [each * share for each in drawn]
    return given
