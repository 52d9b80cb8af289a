"""Load: how much strain an agent's work of late is, told from the work alone, as a sum of parts with their figures.

It says when to offer a break, and nothing about the person: it is in no ranking, pay or discipline. Pure functions: no
clock, no I/O. The weights and bounds are those of design 8: minutes without a break after HSE's advice on screen work,
hard calls after Grandey, Dickter & Sin (2004), slowing down after Collewet & Sauermann (2017), hours after the usual
limits of a working day; occupancy is what planners go by; the others are Floorwalk's own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import NamedTuple

from data.model.days import MINUTE
from data.model.picture import LoadPart, LoadRow
from data.model.words import Band


class Rule(NamedTuple):
    """How a part of the load is reckoned: no points up to `lo`, all of `weight` from `hi` on, in between in proportion.

    `unit` is that of its value: `min`, `h`, `n` (a count), `ratio`, `z` (standard deviations above the own usual).
    """

    name: str
    weight: int
    lo: float
    hi: float
    unit: str


class Workload(NamedTuple):
    """What is known of an agent's work at a moment, in the order of `RULES`; None: too little is known."""

    since_break: float | None = None
    """Minutes since the last break of five minutes or more, or the sign-in; 0 on one."""
    occupancy: float | None = None
    """Of the last hour."""
    hard_calls: float | None = None
    """In the last hour."""
    back_to_back: float | None = None
    """Calls in a row with less than a minute between them."""
    handle_drift: float | None = None
    """By how much handle times are above the own usual ones."""
    wrap_up_drift: float | None = None
    hours: float | None = None
    """Worked today."""
    late: float | None = None
    """Minutes over the allowances of today's breaks."""


RULES = (
    Rule("since_break", 20, 60, 120, "min"),
    Rule("occupancy", 20, 0.85, 0.95, "ratio"),
    Rule("hard_calls", 15, 2, 6, "n"),
    Rule("back_to_back", 10, 5, 15, "n"),
    Rule("handle_drift", 10, 1.5, 3, "z"),
    Rule("wrap_up_drift", 10, 1.5, 3, "z"),
    Rule("hours", 10, 8, 11, "h"),
    Rule("late", 5, 2, 10, "min"),
)
"""The parts; their weights sum to 100."""

RULE: Mapping[str, Rule] = {rule.name: rule for rule in RULES}
"""The rule of each part by its name, for telling a part in words."""

LEAST_COVERAGE = 60
"""With less of the 100 known there is no score."""

BANDS = (25, 45, 65)
"""The scores that lead to WATCH, OFFER, URGENT."""

ENTER_MINUTES = 5
"""A score leads to a band when it has been at or over its bound for so long."""
LEAVE_BELOW = 5
"""A band is left when the score is more than so far below its bound."""

LOOK_BACK_MINUTES = 60
"""How far back bands are followed: one that was not reached anew for an hour has ended, and since when a band holds is
told up to that."""

OVERDUE_MINUTES = 120
"""Without a break for so long somebody is to be offered one, whatever the score."""


@dataclass(frozen=True, slots=True)
class LoadPolicy:
    """What a site says of the load."""

    hard_queues: Collection[str] = field(default=(), hash=False)
    """The keys of the queues whose calls are hard ones, such as complaints."""
    count_lateness: bool = True
    """Whether being late from breaks counts; where not, it is not known, and its 5 points are nobody's."""


LOAD_POLICY = LoadPolicy()
"""As shipped."""


class Score(NamedTuple):
    """A load at a moment: `score` 0 to 100, None where less than 60 of 100 are covered; the parts sum to it."""

    score: float | None
    coverage: int
    parts: tuple[LoadPart, ...]


def points(rule: Rule, value: float | None) -> float:
    """Return the points that a value gives; none where it is not known."""
    if value is None:
        return 0.0
    return rule.weight * min(1.0, max(0.0, (value - rule.lo) / (rule.hi - rule.lo)))


def score_of(work: Workload) -> float | None:
    """Return the score alone, None where less than 60 of 100 are covered; it never falls when a value rises."""
    coverage, sums = 0, []
    for (_, weight, lo, hi, _), value in zip(RULES, work, strict=True):
        if value is not None:
            coverage += weight
            if value > lo:
                sums.append(weight * min(1.0, (value - lo) / (hi - lo)))
    return fsum(sums) if coverage >= LEAST_COVERAGE else None


def scored(work: Workload) -> Score:
    """Return the score with its parts, in the order of `RULES`; a part that is not known gives no points."""
    parts = tuple(
        LoadPart(rule.name, value, points(rule, value), rule.weight) for rule, value in zip(RULES, work, strict=True)
    )
    coverage = sum(part.weight for part in parts if part.value is not None)
    total = fsum(part.points for part in parts)
    return Score(total if coverage >= LEAST_COVERAGE else None, coverage, parts)


def band_of(path: Sequence[tuple[int, float | None]]) -> tuple[Band, int]:
    """Return the band at the end of a path of scores, and since which of its moments.

    A band is entered when the score has been at or over its bound for five minutes, and left when it is more than five
    points below, or not known; before the path it was none.

    Args:
        path: (moment in ms, score) of whole minutes in order, none left out; at least one.
    """
    band, since_ms = Band.OK, path[0][0]
    reached = [0] * len(BANDS)  # for how many moments in a row the score has been at or over each bound
    inside = [False] * len(BANDS)
    for at_ms, score in path:
        for i, bound in enumerate(BANDS):
            if score is None or score < bound - LEAVE_BELOW:
                reached[i], inside[i] = 0, False
            elif score < bound:
                reached[i] = 0
            else:
                reached[i] += 1
                inside[i] = inside[i] or reached[i] > ENTER_MINUTES
        now = Band(sum(inside))
        if now != band:
            band, since_ms = now, at_ms
    return band, since_ms


def load_row(
    agent_id: int,
    minute_ms: int,
    since_ms: int,
    work_at: Callable[[int], Workload],
    score_at: Callable[[int], float | None],
) -> LoadRow:
    """Return an agent's load as of a whole minute.

    Args:
        agent_id: Whose.
        minute_ms: The minute.
        since_ms: The earliest moment to look back to, such as the day's start.
        work_at: Gives the work as of a moment.
        score_at: Gives its score.
    """
    work = work_at(minute_ms)
    total = scored(work)
    path = [(minute_ms, total.score)]
    least = max(since_ms, minute_ms - LOOK_BACK_MINUTES * MINUTE)
    while (score := path[-1][1]) is not None and score >= BANDS[0] - LEAVE_BELOW and path[-1][0] - MINUTE >= least:
        before_ms = path[-1][0] - MINUTE
        path.append((before_ms, score_at(before_ms)))
    band, band_ms = band_of(path[::-1])
    return LoadRow(agent_id, total.score, total.coverage, band, band_ms, total.parts, is_overdue(work))


def is_overdue(work: Workload) -> bool:
    """Tell whether somebody has been without a break for so long that one is offered whatever the score."""
    return work.since_break is not None and work.since_break >= OVERDUE_MINUTES


def wants_break(row: LoadRow) -> bool:
    """Tell whether a break is to be offered: by the band, or because none was had for two hours."""
    return row.overdue or row.band >= Band.OFFER
