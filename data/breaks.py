"""Break rules: what each reason allows, how far a break has overrun, how many may be out at once, and when nobody.

A rule never forbids: it says what speaks against a break, and a person decides. Against a protected reason nothing
does.

Pure functions: no clock, no I/O. Durations are ms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.model.days import local_time
from data.model.picture import TimelinePart
from data.model.words import State

_MINUTE = 60_000

ALLOWANCES: Mapping[str, int] = {
    "rest": 10 * _MINUTE,
    "micro": 5 * _MINUTE,
    "meal": 30 * _MINUTE,
    "restroom": 5 * _MINUTE,
    "training": 30 * _MINUTE,
    "coaching": 30 * _MINUTE,
    "meeting": 30 * _MINUTE,
}
"""How long a break of a reason may last, in ms; a reason that is not here has no limit of its own."""

TIMES_A_DAY: Mapping[str, int] = {"rest": 2, "micro": 4}
"""How many breaks of a reason a day has; a reason that is not here has no such limit."""

PLANNED = frozenset({"training", "coaching", "meeting"})
"""Reasons that are work by plan: they are no rest, but those out for them take no contacts."""

PROTECTED = frozenset({"restroom", "medical", "system_fault"})
"""Reasons that are never refused, counted against the cap, or coloured."""

ALIASES: Mapping[str, str] = {
    "break": "rest",
    "short_break": "rest",
    "小休": "rest",
    "休息": "rest",
    "微休": "micro",
    "lunch": "meal",
    "dinner": "meal",
    "用餐": "meal",
    "就餐": "meal",
    "toilet": "restroom",
    "卫生间": "restroom",
    "培训": "training",
    "辅导": "coaching",
    "会议": "meeting",
    "就医": "medical",
    "sick": "medical",
    "system": "system_fault",
    "fault": "system_fault",
    "系统故障": "system_fault",
}
"""Other names that telephony systems give to the same reasons."""


class DayTime(NamedTuple):
    """A stretch of each local day, in minutes since midnight; one that ends before it begins goes over midnight."""

    since: int
    until: int

    def holds(self, minute: int) -> bool:
        """Whether a minute of the day lies in it."""
        if self.since <= self.until:
            return self.since <= minute < self.until
        return minute >= self.since or minute < self.until

    def __str__(self) -> str:
        """As it is written in the settings: 09:00-09:30."""
        return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in self)


def day_time(text: str) -> DayTime:
    """Return the stretch that a text such as "09:00-09:30" stands for. Raises ValueError with what is wrong."""
    found = re.fullmatch(r"(\d\d?):([0-5]\d)\s*[-–]\s*(\d\d?):([0-5]\d)", text.strip(), re.ASCII)
    if found is not None:
        since, until = (int(found[i]) * 60 + int(found[i + 1]) for i in (1, 3))
        if since < 24 * 60 and until <= 24 * 60 and since != until:
            return DayTime(since, until)
    raise ValueError(f'{text!r} is no time of the day: write it as "09:00-09:30"')


@dataclass(frozen=True, slots=True)
class BreakPolicy:
    """A site's break rules. Allowances, grace and total in ms."""

    allowances: Mapping[str, int] = field(default_factory=lambda: ALLOWANCES, hash=False)
    aliases: Mapping[str, str] = field(default_factory=lambda: ALIASES, hash=False)
    protected: frozenset[str] = PROTECTED
    grace_ms: int = _MINUTE
    share_percent: int = 15
    most_out: int = 6
    least_out: int = 1
    times_a_day: Mapping[str, int] = field(default_factory=lambda: TIMES_A_DAY, hash=False)
    planned: frozenset[str] = PLANNED
    total_ms: int | None = None
    """How long all of a day's rests may last; None: that is not limited."""
    no_rest: tuple[DayTime, ...] = ()
    """Times of the day in which nobody rests."""
    by_team: Mapping[str, BreakPolicy] = field(default_factory=dict, hash=False)
    """The rules of teams that have a cap of their own."""

    def of(self, team: str) -> BreakPolicy:
        """Return the rules that hold for a team."""
        return self.by_team.get(team, self)


POLICY = BreakPolicy()
"""The rules as shipped."""


def canonical(reason: str, policy: BreakPolicy = POLICY) -> str:
    """Return the name by which the policy knows a reason: `Lunch ` → `meal`; an unknown one as it came."""
    name = reason.strip().casefold().replace(" ", "_").replace("-", "_")
    return policy.aliases.get(name, name if name in policy.allowances or name in policy.protected else reason)


def is_protected(reason: str, policy: BreakPolicy = POLICY) -> bool:
    """Tell whether a reason is never refused, capped or coloured."""
    return canonical(reason, policy) in policy.protected


def is_rest(reason: str, policy: BreakPolicy = POLICY) -> bool:
    """Tell whether a break is a rest: neither protected nor work by plan."""
    name = canonical(reason, policy)
    return name not in policy.protected and name not in policy.planned


REASON_ORDER = ("rest", "meal", "restroom", "micro", "coaching", "training", "meeting", "medical", "system_fault")
"""The reasons that ship, in the order in which they are offered; a site's own come after them."""


def reasons_in_order(policy: BreakPolicy = POLICY) -> tuple[str, ...]:
    """Return all the policy's reasons in the order in which they are offered, wherever they are."""
    known = {*policy.allowances, *policy.protected}
    return (*(reason for reason in REASON_ORDER if reason in known), *sorted(known.difference(REASON_ORDER)))


def allowance(reason: str, policy: BreakPolicy = POLICY) -> int | None:
    """Return how long a break for `reason` may last in ms, or None where no limit is set."""
    return policy.allowances.get(canonical(reason, policy))


def overrun_level(out_ms: int, allowed_ms: int | None, grace_ms: int = _MINUTE) -> int:
    """Return how far a break has overrun: 0 not (or no limit), 1 nudge, 2 the lead's, 3 out of the staffing.

    Level 1 begins after the grace and lasts to the larger of 3 min and 25 % over the allowance, level 2 to
    the larger of 10 min and 100 %.
    """
    if allowed_ms is None:
        return 0
    over_ms = out_ms - allowed_ms
    if over_ms <= grace_ms:
        return 0
    if over_ms <= max(3 * _MINUTE, allowed_ms // 4):
        return 1
    if over_ms <= max(10 * _MINUTE, allowed_ms):
        return 2
    return 3


def overrun(reason: str, out_ms: int, policy: BreakPolicy = POLICY) -> int:
    """Return the overrun level, 0–3, of a break for `reason` after `out_ms`; protected ones are 0."""
    if is_protected(reason, policy):
        return 0
    return overrun_level(out_ms, allowance(reason, policy), policy.grace_ms)


def cap(staffed: int, required: int, policy: BreakPolicy = POLICY) -> int:
    """Return how many may be on a break at once: max(1, min(6, ⌊15 % staffed⌋, staffed − required)).

    With nobody staffed it is 0.

    Args:
        staffed: Agents signed in, those on a break included.
        required: Agents that the load needs now.
        policy: The site's share and bounds.
    """
    if staffed <= 0:
        return 0
    spare = min(policy.most_out, staffed * policy.share_percent // 100, staffed - required)
    return max(policy.least_out, spare)


class Bound(StrEnum):
    """What a cap comes from."""

    MOST = "most"
    """So many at most, whoever is there."""
    SHARE = "share"
    """A share of those signed in."""
    LOAD = "load"
    """The load needs the others."""
    LEAST = "least"
    """The load needs everybody, or the floor is small: so many may always go."""


def bound(staffed: int, required: int, policy: BreakPolicy = POLICY) -> Bound:
    """Return what `cap` comes from with the same figures; of several alike the load goes first."""
    bounds = {
        Bound.LOAD: staffed - required,
        Bound.SHARE: staffed * policy.share_percent // 100,
        Bound.MOST: policy.most_out,
    }
    least = min(bounds, key=bounds.__getitem__)
    return least if bounds[least] >= policy.least_out else Bound.LEAST


def share_of(required: int, part: int, whole: int) -> int:
    """Return how many of a team of `part` are needed when `required` of the `whole` floor are; rounded up."""
    return -(-required * part // whole) if whole > 0 else 0


class Taken(NamedTuple):
    """How many breaks of a reason were begun, and how long they were in all."""

    times: int
    taken_ms: int


def taken(timeline: Iterable[TimelinePart], policy: BreakPolicy = POLICY) -> dict[str, Taken]:
    """Return what an agent's day had of breaks so far, by the policy's reasons.

    Stretches for one reason that touch are one break.
    """
    found: dict[str, Taken] = {}
    last: TimelinePart | None = None
    for part in timeline:
        if part.state is not State.NOT_READY:
            continue
        reason = canonical(part.reason, policy)
        goes_on = last is not None and last.until_ms == part.since_ms and canonical(last.reason, policy) == reason
        times, ms = found.get(reason, Taken(0, 0))
        found[reason] = Taken(times + (not goes_on), ms + part.until_ms - part.since_ms)
        last = part
    return found


class Against(StrEnum):
    """What speaks against a break."""

    FLOOR = "floor"
    """As many are out as may be."""
    TEAM = "team"
    """As many of the team are."""
    TIME = "time"
    """It is a time in which nobody rests."""
    TIMES = "times"
    """The day's breaks of this reason have been taken."""
    TOTAL = "total"
    """The day's rests have lasted as long as they may."""


class Room(NamedTuple):
    """How many are out for reasons that count, and how many may be."""

    out: int
    cap: int
    approved: int = 0
    """Who was told to go for such a reason, and has not gone yet."""

    @property
    def taken(self) -> int:
        """How many places are taken: by those out, and by those about to be."""
        return self.out + self.approved

    @property
    def full(self) -> bool:
        """Whether one more would be too many."""
        return self.taken >= self.cap


def quiet_at(moment_ms: int, zone: ZoneInfo, policy: BreakPolicy = POLICY) -> DayTime | None:
    """Return the time in which nobody rests, if a moment lies in one."""
    if not policy.no_rest:
        return None
    local = local_time(moment_ms, zone)
    return next((each for each in policy.no_rest if each.holds(local.hour * 60 + local.minute)), None)


def against(
    reason: str,
    floor: Room,
    team: Room,
    quiet: bool,
    day: Mapping[str, Taken] | None,
    policy: BreakPolicy = POLICY,
) -> tuple[Against, ...]:
    """Return what speaks against one more break for `reason`, the gravest first; nothing against a protected one.

    Args:
        reason: What it would be for.
        floor: The floor's places, those out now taken.
        team: The team's.
        quiet: Whether it is a time in which nobody rests.
        day: What the agent has taken today; None: not known, and no matter.
        policy: The rules.
    """
    name = canonical(reason, policy)
    if name in policy.protected:
        return ()
    rest, day = is_rest(name, policy), day or {}
    rests_ms = sum(each.taken_ms for reason, each in day.items() if is_rest(reason, policy))
    times = policy.times_a_day.get(name)
    said = {
        Against.FLOOR: floor.full,
        Against.TEAM: team.full,
        Against.TIME: quiet and rest,
        Against.TIMES: times is not None and day.get(name, Taken(0, 0)).times >= times,
        Against.TOTAL: rest and policy.total_ms is not None and rests_ms >= policy.total_ms,
    }
    return tuple(each for each, holds in said.items() if holds)
