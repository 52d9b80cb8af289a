"""Mood over the weeks, and whom to look after today, with the figures that say so.

Pure: no clock, no I/O. A mood is what a person saw of an agent or what the agent said, 1 to 5; an absence is none.
Nobody is held against anybody else: a person's marks are compared with the own mean alone, a team's with its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.model.days import DAY, day_around, local_time
from data.model.picture import MoodRow

LOWEST, HIGHEST = 1, 5
"""The scale's ends."""

HISTORY_MS = 28 * DAY
"""How far back marks are looked at: four of each weekday, and no longer than they are kept."""


@dataclass(frozen=True, slots=True)
class MoodRules:
    """When marks are worth a look. Differences are in steps of the scale.

    Args:
        low: A mark of today at or below it is low in itself.
        least_days: An own mean of fewer days is held against nothing.
        least_n: So many low ones make a pattern.
        each: Each of them is at least so far below the own mean,
        drop: and their mean at least so far.
        fresh_days: A run of days is told of while its last mark is no older.
        team_n: A team's day with fewer marks says nothing of the team.
        team_each: As `each`, for a team's daily means, which move less.
        team_drop: As `drop`, for a team.
    """

    low: int = 2
    least_days: int = 5
    least_n: int = 3
    each: float = 0.5
    drop: float = 1.0
    fresh_days: int = 4
    team_n: int = 5
    team_each: float = 0.25
    team_drop: float = 0.5


RULES = MoodRules()
"""As shipped: a pattern needs three low marks against five other days, a full step below."""


class Mean(NamedTuple):
    """A sum of marks and how many there are."""

    total: float = 0
    n: int = 0

    @property
    def value(self) -> float | None:
        """The mean, None of nothing."""
        return self.total / self.n if self.n else None

    def less(self, other: Mean) -> Mean:
        """Return the mean of what is not in the other one, which is a part of this one."""
        return Mean(self.total - other.total, self.n - other.n)


class Mark(NamedTuple):
    """A mood as it holds for an hour of a local day; None: absent. `day` is the date's ordinal, Monday is 0."""

    day: int
    weekday: int
    hour: int
    mood: int | None
    at_ms: int


class Why(IntEnum):
    """What makes somebody worth a look, in the order in which it is told."""

    TODAY = 0
    """Today's mark is low."""
    RUN = 1
    """Several days in a row below the own mean."""
    WEEKDAY = 2
    """Several of today's weekday in a row below the own mean."""
    HOUR = 3
    """This hour or the next is usually below the own mean of the other hours."""


class Concern(NamedTuple):
    """Why somebody should be looked after: the low marks, and the own ones that they are held against.

    `at` is the weekday (0: Monday) of WEEKDAY and the hour of HOUR.
    """

    why: Why
    low: Mean
    own: Mean
    at: int = 0


class Weeks(NamedTuple):
    """What was noted over the weeks up to a moment: the marks by agent, and whom to look after and why."""

    moment_ms: int
    today: int
    """The ordinal of the moment's local date."""
    marks: Mapping[int, tuple[Mark, ...]] = MappingProxyType({})
    """In order of time; of one hour the last noted holds."""
    concerns: Mapping[int, tuple[Concern, ...]] = MappingProxyType({})


class Cycle(NamedTuple):
    """An agent's emotion cycle: means over the weeks, absences left out."""

    overall: Mean
    weekdays: Mapping[int, Mean]
    """By weekday, 0: Monday; only those with a mark, as in the other two."""
    hours: Mapping[int, Mean]
    cells: Mapping[tuple[int, int], Mean]
    """By (weekday, hour)."""


class TeamDay(NamedTuple):
    """A team's marks on a day: the last of each of its people, how many gave each of 1 to 5, and who was absent."""

    day: int
    mean: Mean
    counts: tuple[int, int, int, int, int]
    absent: int


# ------------------------------------------------------------------ marks


def weeks_of(rows: Iterable[MoodRow], moment_ms: int, zone: ZoneInfo, rules: MoodRules = RULES) -> Weeks:
    """Return the weeks up to a moment; what was noted later is left out."""
    marks = _marks_of(rows, moment_ms, zone)
    now = local_time(moment_ms, zone)
    today = now.toordinal()
    found = {agent: concerns(own, today, now.hour, rules) for agent, own in marks.items()}
    return Weeks(moment_ms, today, marks, {agent: why for agent, why in found.items() if why})


def history_since(moment_ms: int, zone: ZoneInfo) -> int:
    """Return from when on marks are needed to tell of a moment."""
    return day_around(moment_ms, zone).since_ms - HISTORY_MS


def _marks_of(rows: Iterable[MoodRow], moment_ms: int, zone: ZoneInfo) -> dict[int, tuple[Mark, ...]]:
    since_ms = history_since(moment_ms, zone)
    held: dict[int, dict[tuple[int, int], Mark]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: row.at_ms):
        if since_ms <= row.at_ms <= moment_ms:
            local = local_time(row.at_ms, zone)
            mark = Mark(local.toordinal(), local.weekday(), local.hour, row.mood, row.at_ms)
            held[row.agent_id][mark.day, mark.hour] = mark
    return {agent: tuple(sorted(own.values(), key=lambda mark: mark.at_ms)) for agent, own in held.items()}


def days_of(marks: Iterable[Mark]) -> dict[int, Mark]:
    """Return by day the last mark that is a mood, or that of an absence where there is nothing else."""
    days: dict[int, Mark] = {}
    for mark in marks:
        if mark.mood is not None or days.get(mark.day, mark).mood is None:
            days[mark.day] = mark
    return days


def _mean(marks: Iterable[Mark]) -> Mean:
    moods = [mark.mood for mark in marks if mark.mood is not None]
    return Mean(sum(moods), len(moods))


def cycle_of(marks: Iterable[Mark]) -> Cycle:
    """Return the emotion cycle in an agent's marks."""
    weekdays: dict[int, list[Mark]] = defaultdict(list)
    hours: dict[int, list[Mark]] = defaultdict(list)
    cells: dict[tuple[int, int], list[Mark]] = defaultdict(list)
    moods = [mark for mark in marks if mark.mood is not None]
    for mark in moods:
        weekdays[mark.weekday].append(mark)
        hours[mark.hour].append(mark)
        cells[mark.weekday, mark.hour].append(mark)
    return Cycle(
        _mean(moods),
        {weekday: _mean(own) for weekday, own in weekdays.items()},
        {hour: _mean(own) for hour, own in hours.items()},
        {cell: _mean(own) for cell, own in cells.items()},
    )


# ------------------------------------------------------------------ whom to look after


def concerns(marks: Sequence[Mark], today: int, hour: int, rules: MoodRules = RULES) -> tuple[Concern, ...]:
    """Return why an agent should be looked after today at an hour, none where nothing stands out."""
    days = [mark for mark in days_of(marks).values() if mark.mood is not None]
    found = [_today(days, today, rules), _days_in_a_row(days, today, rules), _weekdays_in_a_row(days, today, rules)]
    moods = [mark for mark in marks if mark.mood is not None]
    found.append(_hour(moods, hour, rules) or _hour(moods, hour + 1, rules))
    return tuple(concern for concern in found if concern is not None)


def _today(days: Sequence[Mark], today: int, rules: MoodRules) -> Concern | None:
    """Return that today's mark is low: the lowest always, another where the own mean is not low as well."""
    marked = _mean(mark for mark in days if mark.day == today)
    if marked.value is None or marked.value > rules.low:
        return None
    own = _mean(mark for mark in days if mark.day < today)
    usual = own.value if own.n >= rules.least_days else None
    if marked.value > LOWEST and usual is not None and marked.value > usual - rules.drop:
        return None
    return Concern(Why.TODAY, marked, own)


def _days_in_a_row(days: Sequence[Mark], today: int, rules: MoodRules) -> Concern | None:
    if not days or today - days[-1].day > rules.fresh_days:
        return None
    return _run(days, list(reversed(days)), Why.RUN, rules)


def _weekdays_in_a_row(days: Sequence[Mark], today: int, rules: MoodRules) -> Concern | None:
    weekday = (today - 1) % 7  # the ordinal 1 was a Monday
    same = [mark for mark in reversed(days) if mark.weekday == weekday]
    return _run(days, same, Why.WEEKDAY, rules, weekday)


def _run(days: Sequence[Mark], newest_first: Sequence[Mark], why: Why, rules: MoodRules, at: int = 0) -> Concern | None:
    """Return the longest run of low marks from the newest back, each held against the days that are not in it."""
    every, found = _mean(days), None
    for n in range(rules.least_n, len(newest_first) + 1):
        low = _mean(newest_first[:n])
        own = every.less(low)
        if own.value is None or own.n < rules.least_days:
            break
        if any((mark.mood or 0) > own.value - rules.each for mark in newest_first[:n]):
            break
        if _below(low, own, rules.drop):
            found = Concern(why, low, own, at)
    return found


def _hour(moods: Sequence[Mark], hour: int, rules: MoodRules) -> Concern | None:
    low = _mean(mark for mark in moods if mark.hour == hour)
    own = _mean(moods).less(low)
    if low.n < rules.least_n or own.n < rules.least_days or not _below(low, own, rules.drop):
        return None
    return Concern(Why.HOUR, low, own, hour)


def _below(low: Mean, own: Mean, drop: float) -> bool:
    """Tell whether a mean is a step below another; counted in whole marks, so that no rounding decides."""
    return low.total * own.n <= (own.total - drop * own.n) * low.n


# ------------------------------------------------------------------ teams


def team_days(weeks: Weeks, members: Collection[int]) -> tuple[TeamDay, ...]:
    """Return a team's days in order, those on which nobody was marked left out. `members` are agents' ids."""
    by_day: dict[int, list[int | None]] = defaultdict(list)
    for agent in members:
        for day, mark in days_of(weeks.marks.get(agent, ())).items():
            by_day[day].append(mark.mood)
    return tuple(_team_day(day, by_day[day]) for day in sorted(by_day))


def _team_day(day: int, marks: Sequence[int | None]) -> TeamDay:
    moods = [mood for mood in marks if mood is not None]
    one, two, three, four, five = (moods.count(mood) for mood in range(LOWEST, HIGHEST + 1))
    return TeamDay(day, Mean(sum(moods), len(moods)), (one, two, three, four, five), len(marks) - len(moods))


def team_concern(days: Sequence[TeamDay], today: int, rules: MoodRules = RULES) -> Concern | None:
    """Return that a team's mean was below its own for several days in a row; the means are of days."""
    told = [day for day in days if day.mean.n >= rules.team_n]
    if not told or today - told[-1].day > rules.fresh_days:
        return None
    found = None
    values = [day.mean.total / day.mean.n for day in reversed(told)]
    for n in range(rules.least_n, len(values) + 1):
        low, own = Mean(sum(values[:n]), n), Mean(sum(values[n:]), len(values) - n)
        if own.value is None or own.n < rules.least_days or max(values[:n]) > own.value - rules.team_each:
            break
        if _below(low, own, rules.team_drop):
            found = Concern(Why.RUN, low, own)
    return found
