"""Mood over the weeks: which marks hold, when somebody should be looked after, and when nobody is told of."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.days import DAY, HOUR, MINUTE, moment_of
from data.model.picture import MoodRow
from data.mood import (
    HISTORY_MS,
    RULES,
    Concern,
    Mean,
    Weeks,
    Why,
    cycle_of,
    history_since,
    team_concern,
    team_days,
    weeks_of,
)

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 16)
ANNA, BEN = 1, 2


def at(day: date, hour: int = 9, minute: int = 0) -> int:
    return moment_of(datetime.combine(day, time(hour, minute), ZONE))


def noted(day: date, mood: int | None, agent: int = ANNA, hour: int = 9, minute: int = 0) -> MoodRow:
    return MoodRow(agent, at(day, hour, minute), mood, "", "Liu Min", said=False)


def back(*moods: int | None, until: date = MONDAY, agent: int = ANNA) -> list[MoodRow]:
    """Return a mark a day, the last of them on `until`; a 0 is a day without one."""
    first = until - timedelta(days=len(moods) - 1)
    return [noted(first + timedelta(days=n), mood, agent) for n, mood in enumerate(moods) if mood != 0]


def weeks(rows: list[MoodRow], day: date = MONDAY, hour: int = 10) -> Weeks:
    return weeks_of(rows, at(day, hour), ZONE)


def why(rows: list[MoodRow], day: date = MONDAY, hour: int = 10) -> list[Why]:
    return [concern.why for concern in weeks(rows, day, hour).concerns.get(ANNA, ())]


# ------------------------------------------------------------------ which marks hold


def test_of_one_hour_the_last_mark_holds_and_those_of_other_hours_stand_beside_it() -> None:
    rows = [noted(MONDAY, 2, minute=1), noted(MONDAY, 4, minute=5), noted(MONDAY, 3, hour=15)]
    marks = weeks(rows[::-1], hour=16).marks[ANNA]
    assert [(mark.hour, mark.mood) for mark in marks] == [(9, 4), (15, 3)]


def test_an_absence_is_no_mood_and_takes_a_mistaken_mark_back() -> None:
    rows = [noted(MONDAY, 2, minute=1), noted(MONDAY, None, minute=2), noted(MONDAY, 5, BEN)]
    told = weeks(rows)
    assert cycle_of(told.marks[ANNA]).overall == Mean(0, 0)
    (day,) = team_days(told, [ANNA, BEN])
    assert (day.mean, day.counts, day.absent) == (Mean(5, 1), (0, 0, 0, 0, 1), 1)


def test_who_came_later_was_there() -> None:
    (day,) = team_days(weeks([noted(MONDAY, None), noted(MONDAY, 3, hour=10)], hour=11), [ANNA])
    assert (day.mean, day.absent) == (Mean(3, 1), 0)
    (day,) = team_days(weeks([noted(MONDAY, 3), noted(MONDAY, None, hour=14)], hour=15), [ANNA])
    assert (day.mean, day.absent) == (Mean(3, 1), 0), "who went home had a mood in the morning"


def test_what_is_later_than_the_moment_or_older_than_four_weeks_is_left_out() -> None:
    since_ms = history_since(at(MONDAY), ZONE)
    assert since_ms == at(MONDAY, 0) - HISTORY_MS
    rows = [
        MoodRow(ANNA, since_ms - 1, 1, "", "x", said=False),
        MoodRow(ANNA, since_ms, 2, "", "x", said=False),
        MoodRow(ANNA, at(MONDAY), 3, "", "x", said=False),
        MoodRow(ANNA, at(MONDAY) + 1, 4, "", "x", said=False),
    ]
    assert [mark.mood for mark in weeks_of(rows, at(MONDAY), ZONE).marks[ANNA]] == [2, 3]


def test_a_day_is_the_sites() -> None:
    late = MoodRow(ANNA, at(MONDAY, 0) - MINUTE, 3, "", "x", said=False)
    (mark,) = weeks([late]).marks[ANNA]
    assert (mark.weekday, mark.hour, mark.day) == (6, 23, MONDAY.toordinal() - 1)


def test_the_cycle_is_means_with_n_by_weekday_and_hour() -> None:
    rows = [
        noted(MONDAY - timedelta(days=7), 2),
        noted(MONDAY, 3),
        noted(MONDAY - timedelta(days=6), 5),
        noted(MONDAY - timedelta(days=6), 4, hour=15),
        noted(MONDAY - timedelta(days=5), None),
    ]
    cycle = cycle_of(weeks(rows).marks[ANNA])
    assert cycle.overall == Mean(14, 4)
    assert cycle.weekdays == {0: Mean(5, 2), 1: Mean(9, 2)}
    assert cycle.hours == {9: Mean(10, 3), 15: Mean(4, 1)}
    assert cycle.cells == {(0, 9): Mean(5, 2), (1, 9): Mean(5, 1), (1, 15): Mean(4, 1)}


# ------------------------------------------------------------------ whom to look after


def test_three_mondays_below_the_own_mean() -> None:
    week = (2, 3, 4, 3, 4, 3, 3)  # Monday first
    rows = back(*week, *week, 2)
    (concern,) = [c for c in weeks(rows).concerns[ANNA] if c.why is Why.WEEKDAY]
    assert concern == Concern(Why.WEEKDAY, Mean(6, 3), Mean(40, 12), 0)
    assert Why.WEEKDAY not in why(rows, MONDAY + timedelta(days=1)), "of a Monday one is told on Mondays"


def test_a_weekday_is_told_of_before_it_is_marked_again() -> None:
    week = (2, 3, 4, 3, 4, 3, 3)
    rows = back(*week, *week, *week, until=MONDAY - timedelta(days=1))
    assert why(rows) == [Why.WEEKDAY]
    assert why(back(*week, *week, *week, until=MONDAY - timedelta(days=15)), MONDAY) == [], "long ago"


def test_two_of_them_are_no_pattern() -> None:
    week = (2, 3, 4, 3, 4, 3, 3)
    assert Why.WEEKDAY not in why(back(*week, 2))


def test_three_days_in_a_row_below_the_own_mean() -> None:
    rows = back(4, 3, 4, 3, 4, 4, 2, 2, 2)
    (concern,) = [c for c in weeks(rows).concerns[ANNA] if c.why is Why.RUN]
    assert concern == Concern(Why.RUN, Mean(6, 3), Mean(22, 6))
    longer = weeks(back(4, 4, 4, 4, 4, 2, 3, 2, 2)).concerns[ANNA]
    assert [c.low for c in longer if c.why is Why.RUN] == [Mean(9, 4)]


@pytest.mark.parametrize(
    "moods",
    [
        (4, 3, 4, 3, 4, 3, 2, 2, 4),  # the last is no lower than usual
        (4, 3, 4, 3, 4, 4, 2, 0, 2),  # two marks are no run
        (4, 3, 2, 2, 2),  # nothing to hold them against
        (3, 3, 3, 3, 3, 3, 2, 3, 2, 3, 2),  # up and down
        (4, 4, 4, 4, 4, 4, 2, 2, 2, 0, 0, 0, 0, 0),  # five days ago
        (None, None, None, None, None, None, 2, 2, 2),  # absences are no marks to hold them against
        (1, 1, 1, 1, 1, 1, 1, 1, 1, 0),  # always the same
    ],
)
def test_no_run(moods: tuple[int | None, ...]) -> None:
    assert Why.RUN not in why(back(*moods))


def test_a_run_is_told_of_over_a_long_weekend() -> None:
    assert why(back(4, 4, 4, 4, 4, 4, 2, 2, 2, 0, 0, 0, 0)) == [Why.RUN]


def test_a_low_mark_of_today_where_it_is_lower_than_usual_and_the_lowest_always() -> None:
    assert why(back(4, 3, 4, 3, 4, 2)) == [Why.TODAY]
    assert weeks(back(4, 3, 4, 3, 4, 2)).concerns[ANNA][0] == Concern(Why.TODAY, Mean(2, 1), Mean(18, 5))
    assert why(back(2, 3, 2, 3, 2, 2)) == [], "2 is how it usually is"
    assert why(back(1, 1, 1, 1, 1, 1)) == [Why.TODAY]
    assert why(back(2)) == [Why.TODAY], "of somebody new nothing else is known"
    assert why(back(4, 4, 4, 4, 4, 3)) == []
    assert why(back(4, 4, 4, 4, 4, 2, 0)) == [], "yesterday's"


def test_an_hour_that_is_usually_lower_is_told_of_before_it_comes() -> None:
    rows = [noted(MONDAY - timedelta(days=n), mood, hour=hour) for n in range(1, 6) for hour, mood in ((9, 4), (15, 2))]
    for hour, told in ((13, []), (14, [Why.HOUR]), (15, [Why.HOUR]), (16, [])):
        assert why(rows, hour=hour) == told, hour
    (concern,) = weeks(rows, hour=14).concerns[ANNA]
    assert concern == Concern(Why.HOUR, Mean(10, 5), Mean(20, 5), 15)
    assert why(rows[-4:], hour=15) == [], "twice is no pattern"


def test_only_the_own_marks_count() -> None:
    low = back(4, 3, 4, 3, 4, 3, 2, 2, 2)
    others = [noted(MONDAY - timedelta(days=n), 5, BEN) for n in range(9)]
    assert weeks(low + others).concerns == weeks(low).concerns


moods = st.one_of(st.none(), st.integers(1, 5))


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 23), moods, st.sampled_from((ANNA, BEN))), max_size=60))
def test_what_always_holds(marks: list[tuple[int, int, int | None, int]]) -> None:
    rows = [noted(MONDAY - timedelta(days=days), mood, agent, hour) for days, hour, mood, agent in marks]
    told = weeks(rows)
    for agent, own in told.marks.items():
        cycle = cycle_of(own)
        for parts in (cycle.weekdays, cycle.hours, cycle.cells):
            assert sum(part.n for part in parts.values()) == cycle.overall.n
            assert sum(part.total for part in parts.values()) == cycle.overall.total
        for concern in told.concerns.get(agent, ()):
            assert concern.low.value is not None
            if concern.why is not Why.TODAY:
                assert concern.low.n >= RULES.least_n and concern.own.n >= RULES.least_days
                assert concern.own.value is not None
                assert concern.own.value - concern.low.value >= RULES.drop - 1e-9
    alone = weeks([row for row in rows if row.agent_id == ANNA])
    assert alone.concerns.get(ANNA) == told.concerns.get(ANNA), "nobody is held against anybody else"


@given(st.integers(1, 5), st.integers(1, 28))
def test_who_is_always_the_same_is_told_of_only_where_it_is_the_lowest(mood: int, days: int) -> None:
    rows = [noted(MONDAY - timedelta(days=n), mood, hour=hour) for n in range(days) for hour in (9, 15)]
    expected = [Why.TODAY] if mood == 1 or (mood == 2 and days <= RULES.least_days) else []
    assert why(rows, hour=16) == expected


def test_chance_alone_seldom_looks_like_a_pattern() -> None:
    """Of two hundred people whose moods have no pattern fewer than one in fifteen is told to have one."""
    people = 200
    for seed in range(5):
        chance = Random(seed)
        rows = [
            noted(MONDAY - timedelta(days=n), min(5, max(1, round(chance.gauss(3.5, 0.8)))), agent)
            for agent in range(people)
            for n in range(28)
        ]
        patterns = [c for own in weeks(rows).concerns.values() for c in own if c.why is not Why.TODAY]
        assert len(patterns) < people / 15, seed


# ------------------------------------------------------------------ teams


def team(*days: int, people: int = 6) -> Weeks:
    """Return the weeks of a team in which everybody has the same mark on a day."""
    rows = [row for agent in range(people) for row in back(*days, agent=agent + 1)]
    return weeks(rows)


def test_a_team_is_held_against_its_own_mean() -> None:
    told = team(4, 4, 3, 4, 4, 3, 3, 3)
    days = team_days(told, range(1, 7))
    assert [day.mean.n for day in days] == [6] * 8
    concern = team_concern(days, told.today)
    assert concern is not None
    assert (concern.low, concern.own) == (Mean(9, 3), Mean(19, 5))
    assert team_concern(team_days(told, [1, 2, 3, 4]), told.today) is None, "four people are not the team"
    assert team_concern(days, told.today + 5) is None, "five days ago"
    good = team(4, 4, 3, 4, 4, 3, 3, 4)
    assert team_concern(team_days(good, range(1, 7)), good.today) is None


def test_a_teams_day_counts_people_and_not_marks() -> None:
    rows = [noted(MONDAY, 1), noted(MONDAY, 3, hour=10), noted(MONDAY, 5, BEN)]
    (day,) = team_days(weeks(rows, hour=11), [ANNA, BEN, 99])
    assert (day.mean, day.counts) == (Mean(8, 2), (0, 0, 1, 0, 1))


def test_nothing_noted_is_nothing_told() -> None:
    assert weeks([]) == Weeks(at(MONDAY, 10), MONDAY.toordinal(), {}, {})
    assert team_days(weeks([]), [ANNA]) == ()
    assert team_concern((), 0) is None
    assert Mean().value is None
    assert HISTORY_MS == 28 * DAY > HOUR
