"""How many agents a load needs, and how it is served by so many: Erlang C, and Erlang A where callers hang up.

Both take arrivals at random (Poisson), handle times at random (exponential), one queue in order of arrival, and a load
that lasts. Erlang C lets everybody wait for ever: with agents for less than the load nobody is ever served in time.
Erlang A lets each hang up after a random patience, and holds for any load.

Pure functions: no clock, no I/O. Times are seconds, loads are erlangs (hours of work an hour), shares lie in 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from math import exp, isfinite, log
from typing import NamedTuple

SHORT_S = 5.0
"""Who hangs up sooner did not really wait."""

_NEGLIGIBLE, _TINY = -42.0, -700.0
"""The logarithms of a share that no sum of shares feels, and of about the least number that a float tells from 0."""


class Load(NamedTuple):
    """So many contacts in an interval, each of which takes `talk_s` and then `wrap_up_s` of an agent."""

    calls: float
    interval_s: float
    talk_s: float
    wrap_up_s: float = 0.0

    @property
    def handle_s(self) -> float:
        """How long a contact takes in all (AHT)."""
        return self.talk_s + self.wrap_up_s

    @property
    def erlangs(self) -> float:
        """How many agents are at work at any time, if nobody hangs up. Raises ValueError for what can't be."""
        if not (self.calls >= 0 and self.interval_s > 0 and self.talk_s >= 0 and self.wrap_up_s >= 0):
            raise ValueError(f"no load can be like this: {self}")
        return self.calls * self.handle_s / self.interval_s


class Served(NamedTuple):
    """How a load is served by so many agents; None where there is no such figure (no contacts, or no steady state).

    `p_wait` is the share that has to wait, `asa_s` the mean wait of all, `dlydly_s` that of those who wait. `q1` is the
    mean length of the queue, `q2` that while somebody waits: Q1 / p_wait. `sl` is the share served within the
    threshold, `occ` the occupancy, `tkld` the load of the trunks: calls x (talk + ASA) / interval.
    """

    agents: int
    p_wait: float
    asa_s: float | None
    dlydly_s: float | None
    q1: float | None
    q2: float | None
    sl: float | None
    occ: float | None
    tkld: float | None


def _blocked(erlangs: float) -> Iterator[tuple[int, float]]:
    """Yield Erlang B for 0, 1, 2 … agents, each from the one before: B(0) = 1, B(n) = a B(n-1) / (n + a B(n-1))."""
    blocked, agents = 1.0, 0
    while True:
        yield agents, blocked
        agents += 1
        blocked = erlangs * blocked / (agents + erlangs * blocked)


def erlang_b(agents: int, erlangs: float) -> float:
    """Return the share that finds all busy, where who does is turned away."""
    return next(islice(_blocked(erlangs), agents, None))[1]


def _waiting(agents: int, erlangs: float, blocked: float) -> float:
    """Return Erlang C from Erlang B: C = B / (1 - a/n (1 - B)); 1 where there are no agents to spare."""
    if erlangs <= 0:
        return 0.0
    if agents <= erlangs:
        return 1.0
    return blocked / (1 - erlangs / agents * (1 - blocked))


def erlang_c(agents: int, erlangs: float) -> float:
    """Return the share that has to wait."""
    return _waiting(agents, erlangs, erlang_b(agents, erlangs) if agents > erlangs else 1.0)


def served(load: Load, agents: int, threshold_s: float) -> Served:
    """Return how `agents` serve a load, by Erlang C; `sl` counts waits of up to `threshold_s`."""
    return _served(load, agents, threshold_s, erlang_c(agents, load.erlangs))


def table(load: Load, first: int, last: int, threshold_s: float) -> Iterator[Served]:
    """Yield how a load is served by each number of agents from `first` to `last`, in one pass."""
    erlangs = load.erlangs
    for agents, blocked in _blocked(erlangs):
        if agents > last:
            return
        if agents >= first:
            yield _served(load, agents, threshold_s, _waiting(agents, erlangs, blocked))


def _served(load: Load, agents: int, threshold_s: float, p_wait: float) -> Served:
    """Return the figures that follow from the share that has to wait."""
    erlangs = load.erlangs
    if erlangs <= 0:
        return Served(agents, 0.0, None, None, 0.0, None, None, 0.0 if agents else None, 0.0)
    if agents <= erlangs:
        return Served(agents, 1.0, None, None, None, None, 0.0, 1.0, None)
    spare, length = agents - erlangs, erlangs / (agents - erlangs)
    dlydly_s = load.handle_s / spare
    asa_s = p_wait * dlydly_s
    level = 1 - p_wait * exp(-spare * threshold_s / load.handle_s)
    trunks = load.calls * (load.talk_s + asa_s) / load.interval_s
    return Served(agents, p_wait, asa_s, dlydly_s, p_wait * length, length, level, erlangs / agents, trunks)


def required_agents(load: Load, threshold_s: float, level: float, most_occ: float | None = None) -> int:
    """Return the fewest agents with whom Erlang C reaches a service level, with an occupancy of at most `most_occ`.

    Raises ValueError for a level that no number of agents reaches: one below 1 always is reached.
    """
    if not 0 <= level < 1 or (most_occ is not None and most_occ <= 0):
        raise ValueError(f"a level of {level} at an occupancy of at most {most_occ} can't be planned for")
    erlangs = load.erlangs
    if erlangs <= 0:
        return 0
    for agents, blocked in _blocked(erlangs):
        if agents > erlangs and (most_occ is None or erlangs / agents <= most_occ):
            late = _waiting(agents, erlangs, blocked) * exp(-(agents - erlangs) * threshold_s / load.handle_s)
            if 1 - late >= level:
                return agents
    raise AssertionError("the numbers never end")


class Patient(NamedTuple):
    """How a load is served where callers hang up, by Erlang A; None where there is no such figure.

    `asa_s`, `abandoned_wait_s` and `wait_s` are the mean waits of the answered, of those who hang up, and of all;
    `abandoned_within` and `abandoned_short` the shares that hang up within the threshold and within `short_s`.
    The service levels are those of `data.metrics`: answered in time of all (its `answered_and_abandoned`), of the
    answered, of all but the short abandons, of all but those within the threshold; and with these counted as good.
    """

    agents: int
    p_wait: float
    p_abandon: float
    asa_s: float | None
    wait_s: float
    abandoned_wait_s: float | None
    q1: float
    occ: float | None
    abandoned_within: float
    abandoned_short: float
    sl_offered: float
    sl_answered: float | None
    sl_excluding_short: float | None
    sl_excluding_within: float | None
    sl_abandons_count: float


@lru_cache(maxsize=4096)
def served_patiently(
    load: Load, agents: int, patience_s: float, threshold_s: float, short_s: float = SHORT_S
) -> Patient | None:
    """Return how `agents` serve a load whose callers wait for `patience_s` on average; None without contacts.

    Raises ValueError where there is no patience at all: a load of the impatient is Erlang B's.
    """
    if not (patience_s > 0 and isfinite(patience_s)) or agents < 0:
        raise ValueError(f"{agents} agents and a patience of {patience_s} s can't be")
    erlangs = load.erlangs
    if erlangs <= 0:
        return None
    leaving = load.handle_s / patience_s  # how fast one of the queue hangs up, in handle times
    chances, all_busy = _queue_chances(erlangs, agents, leaving)
    ratio = agents / leaving
    waiting = [(j, p, ratio / (ratio + j + 1)) for j, p in enumerate(chances)]  # p finds j waiting, and is answered so

    answered, abandoned = _within(threshold_s / patience_s, ratio, waiting, all_busy)
    _, short = _within(short_s / patience_s, ratio, waiting, all_busy)
    length = sum(j * p for j, p in enumerate(chances))
    p_abandon = min(1.0, leaving * length / erlangs)
    wait_s = length * load.handle_s / erlangs
    steps = total = 0.0
    for j, p, kept in waiting:  # an answered one waits for j+1 departures, each at the rate then
        steps += patience_s / (ratio + j + 1)
        total += p * kept * steps
    stayed = 1 - p_abandon if agents else 0.0
    occupancy = min(1.0, erlangs * stayed / agents) if agents else None
    left_wait_s = (wait_s - total) / p_abandon if p_abandon else None
    waits = (total / stayed if stayed else None, wait_s, left_wait_s)
    levels = [min(1.0, answered / of) if of > 0 else None for of in (stayed, 1 - short, 1 - abandoned)]
    odds = (all_busy, p_abandon, *waits, length, occupancy, abandoned, short, answered)
    return Patient._make((agents, *odds, *levels, answered + abandoned))


def _within(
    patiences: float, ratio: float, waiting: list[tuple[int, float, float]], all_busy: float
) -> tuple[float, float]:
    """Return the shares that are answered and that hang up within a time, told in patiences."""
    gone = exp(-patiences)
    after, before = (_beta_sums(a, gone, len(waiting)) for a in (ratio + 1, ratio))
    done = 1 - all_busy + sum(p * kept * (1 - after[j]) for j, p, kept in waiting)
    left = sum(p * (1 - kept * (1 - after[j]) - gone * before[j]) for j, p, kept in waiting)
    return min(1.0, max(0.0, done)), min(1.0, max(0.0, left))


def _queue_chances(erlangs: float, agents: int, leaving: float) -> tuple[list[float], float]:
    """Return the chances that all are busy and 0, 1, 2 … wait, and their sum.

    By logarithms, as the weights of a large or a crowded floor span more than a float holds.
    """
    free, weight, top = [], 0.0, 0.0
    for n in range(agents, 0, -1):
        weight += log(n / erlangs)
        top = max(top, weight)
        free.append(weight)
        if n < erlangs and weight < top + _NEGLIGIBLE:
            break
    queue, weight, j = [0.0], 0.0, 0
    while weight > top + _NEGLIGIBLE or erlangs > agents + j * leaving:
        j += 1
        weight += log(erlangs / (agents + j * leaving))
        top = max(top, weight)
        queue.append(weight)
    shares = [exp(each - top) for each in queue]
    busy = sum(shares)
    whole = busy + sum(exp(each - top) for each in free)
    return [share / whole for share in shares], busy / whole


def _beta_sums(a: float, x: float, count: int) -> list[float]:
    """Return the regularised incomplete beta function I_x(a, b) for b = 1 … count: one more term for each b."""
    if x >= 1:
        return [1.0] * count
    term = a * log(x)
    found: list[float] = []
    total = 0.0
    for b in range(1, count + 1):
        if b > 1:
            term += log((1 - x) * (a + b - 2) / (b - 1)) if a + b > 2 else _TINY * 2
        total += exp(term) if term > _TINY else 0.0
        found.append(min(total, 1.0))
    return found
