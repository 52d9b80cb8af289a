"""Which shifts and rounds there are: over midnight, on days of 23 and 25 hours, at the edges of a shift."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.discipline.catalogue import EMPTY, Catalogue, Checklist, Edge, Occasion, Offset, ShiftPlan, Text
from data.discipline.rounds import (
    by_hand,
    round_of,
    rounds_of,
    shift_of,
    shift_on,
    shifts_around,
    shifts_at,
)
from data.model.days import HOUR, MINUTE, day_window, local_time, moment_of
from data.model.discipline import ShiftRow
from tests.data.discipline.catalogues import catalogues
from tests.examples import examples

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [ZoneInfo(key) for key in ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")]
NIGHT = ShiftPlan("night", Text("Night", "夜班"), 22 * 60, 6 * 60)
EARLY = ShiftPlan("early", Text("Early", "早班"), 6 * 60, 14 * 60, (0, 1, 2, 3, 4))
LATE = ShiftPlan("late", Text("Late", "晚班"), 14 * 60, 22 * 60)
WALK = Checklist(
    "walk", Text("Walk", "巡场"), Occasion.MID_SHIFT, ("a",), opens=Offset(Edge.START, 60), due=Offset(Edge.START, 120),
    every_min=120,
)  # fmt: skip
CLOSING = Checklist(
    "closing", Text("Closing", "收班"), Occasion.CLOSING, ("a",), opens=Offset(Edge.END, -15), due=Offset(Edge.END, 30),
    shifts=("night",),
)  # fmt: skip
BY_HAND = Checklist("any", Text("Any", "任意"), Occasion.SAFETY, ("a",))
FLOOR = Catalogue(
    shifts={plan.id: plan for plan in (EARLY, LATE, NIGHT)},
    checklists={each.id: each for each in (WALK, CLOSING, BY_HAND)},
)


def at(text: str, zone: ZoneInfo = BERLIN) -> int:
    return moment_of(datetime.fromisoformat(text).replace(tzinfo=zone))


def clock(moment_ms: int, zone: ZoneInfo = BERLIN) -> str:
    return f"{local_time(moment_ms, zone):%d %H:%M}"


def names(shifts: tuple[ShiftRow, ...]) -> list[str]:
    return [shift.key for shift in shifts]


# ------------------------------------------------------------------ shifts


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("2026-06-02 05:59:59.999", ["2026-06-01/night"]),
        ("2026-06-02 06:00", ["2026-06-02/early"]),
        ("2026-06-02 13:59:59.999", ["2026-06-02/early"]),
        ("2026-06-02 14:00", ["2026-06-02/late"]),
        ("2026-06-02 22:00", ["2026-06-02/night"]),
        ("2026-06-03 00:00", ["2026-06-02/night"]),
        ("2026-06-06 06:00", ["2026-06-06/late"]),  # a Saturday: no early shift, the late one comes next
        ("2026-06-06 05:00", ["2026-06-05/night"]),
    ],
)
def test_at_a_moment_those_shifts_go_on_or_the_next_one(moment: str, there: list[str]) -> None:
    assert names(shifts_at(FLOOR, at(moment), BERLIN)) == there


def test_where_no_shift_is_left_there_is_none() -> None:
    days_only = Catalogue(shifts={"early": EARLY})
    assert shifts_at(days_only, at("2026-06-02 20:00"), BERLIN) == ()
    assert names(shifts_at(days_only, at("2026-06-03 00:00"), BERLIN)) == ["2026-06-03/early"]
    assert shifts_at(EMPTY, at("2026-06-02 12:00"), BERLIN) == ()


def test_a_day_has_its_own_shifts_and_the_night_that_reaches_into_it() -> None:
    around = shifts_around(FLOOR, at("2026-06-02 12:00"), BERLIN)
    assert names(around) == ["2026-06-01/night", "2026-06-02/early", "2026-06-02/late", "2026-06-02/night"]
    assert shifts_around(FLOOR, at("2026-06-02 00:00"), BERLIN) == around
    assert shifts_around(FLOOR, at("2026-06-02 23:59:59.999"), BERLIN) == around


def test_a_shift_that_ends_at_midnight_does_not_reach_into_the_next_day() -> None:
    plan = ShiftPlan("late", Text("Late", "晚班"), 16 * 60, 0)
    floor = Catalogue(shifts={"late": plan})
    shift = shift_on(plan, date(2026, 6, 1), BERLIN)
    assert shift is not None
    assert (clock(shift.since_ms), clock(shift.until_ms)) == ("01 16:00", "02 00:00")
    assert names(shifts_around(floor, at("2026-06-02 00:00"), BERLIN)) == ["2026-06-02/late"]


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 6, 1), 8)],
    ids=["an hour is left out", "an hour comes twice", "as usual"],
)
def test_a_night_has_the_hours_that_the_clock_gives_it(day: date, hours: int) -> None:
    shift = shift_on(NIGHT, day, BERLIN)
    assert shift is not None
    assert shift.until_ms - shift.since_ms == hours * HOUR
    assert clock(shift.since_ms)[3:] == "22:00"
    assert clock(shift.until_ms)[3:] == "06:00"


def test_a_shift_in_the_hour_that_is_left_out_is_not() -> None:
    plan = ShiftPlan("odd", Text("Odd", "怪"), 2 * 60 + 10, 3 * 60 + 5)
    assert shift_on(plan, date(2026, 3, 28), BERLIN) is not None
    assert shift_on(plan, date(2026, 3, 29), BERLIN) is None


def test_a_shift_is_found_by_its_key_and_no_other() -> None:
    shift = shift_of(FLOOR, "2026-06-02/early", BERLIN)
    assert shift == shift_on(EARLY, date(2026, 6, 2), BERLIN)
    for key in ("2026-06-06/early", "2026-06-02/noon", "2026-02-30/early", "early", "", "2026-06-02", "x/early"):
        assert shift_of(FLOOR, key, BERLIN) is None


# ------------------------------------------------------------------ rounds


def night(day: date) -> ShiftRow:
    shift = shift_on(NIGHT, day, BERLIN)
    assert shift is not None
    return shift


def test_the_rounds_of_a_night() -> None:
    rounds = list(rounds_of(FLOOR, night(date(2026, 6, 1))))
    assert [(each.key, clock(each.opens_ms), clock(each.due_ms)) for each in rounds] == [
        ("2026-06-01/night/walk/1", "01 23:00", "02 00:00"),
        ("2026-06-01/night/walk/2", "02 01:00", "02 02:00"),
        ("2026-06-01/night/walk/3", "02 03:00", "02 04:00"),
        ("2026-06-01/night/walk/4", "02 05:00", "02 06:00"),
        ("2026-06-01/night/closing/1", "02 05:45", "02 06:30"),
    ]


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        (date(2026, 3, 28), ["28 23:00", "29 01:00", "29 04:00"]),  # 02:00 to 03:00 is left out
        (date(2026, 10, 24), ["24 23:00", "25 01:00", "25 02:00", "25 04:00"]),  # and in autumn comes twice
    ],
)
def test_rounds_come_after_so_many_minutes_whatever_the_clock_does(day: date, opens: list[str]) -> None:
    rounds = [each for each in rounds_of(FLOOR, night(day)) if each.checklist == "walk"]
    assert [clock(each.opens_ms) for each in rounds] == opens
    assert {each.due_ms - each.opens_ms for each in rounds} == {HOUR}
    assert rounds[-1].due_ms <= night(day).until_ms


def test_a_checklist_is_of_its_own_shifts_and_one_by_hand_is_of_none() -> None:
    shift = shift_on(LATE, date(2026, 6, 1), BERLIN)
    assert shift is not None
    assert {each.checklist for each in rounds_of(FLOOR, shift)} == {"walk"}


def test_a_shift_that_is_too_short_has_no_such_round() -> None:
    short = ShiftPlan("short", Text("Short", "短班"), 60, 90)
    between = Checklist(
        "x", Text("x", "x"), Occasion.SAFETY, ("a",), opens=Offset(Edge.START, 20), due=Offset(Edge.END, -20)
    )
    shift = shift_on(short, date(2026, 6, 1), BERLIN)
    assert shift is not None
    assert list(rounds_of(Catalogue(checklists={"x": between}), shift)) == []


def test_a_round_is_found_by_its_key_and_no_other() -> None:
    second = list(rounds_of(FLOOR, night(date(2026, 6, 1))))[1]
    assert round_of(FLOOR, second.key, BERLIN) == second
    for key in (
        "2026-06-01/night/walk/5",
        "2026-06-01/night/any/1",
        "2026-06-01/night",
        "",
        "2026-06-01/late/closing/1",
    ):
        assert round_of(FLOOR, key, BERLIN) is None


def test_a_round_by_hand_has_a_key_of_its_own_and_an_hour_at_least() -> None:
    shift = night(date(2026, 6, 1))
    now = shift.since_ms + 7 * MINUTE
    first, second = by_hand(BY_HAND, shift, now, 0), by_hand(CLOSING, shift, now, 1)
    assert (first.key, first.opens_ms, first.due_ms) == ("2026-06-01/night/any/+1", now, now + HOUR)
    assert (second.key, second.due_ms - now) == ("2026-06-01/night/closing/+2", HOUR)
    assert round_of(FLOOR, first.key, BERLIN) is None


# ------------------------------------------------------------------ for any catalogue, on any day, anywhere

days = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(catalogues(), days, st.integers(0, 1439), st.sampled_from(ZONES))
@examples(150)
def test_shifts_cover_their_moments_and_no_others(catalogue: Catalogue, day: date, minute: int, zone: ZoneInfo) -> None:
    moment_ms = day_window(day, zone).since_ms + minute * MINUTE
    around = shifts_around(catalogue, moment_ms, zone)
    found = shifts_at(catalogue, moment_ms, zone)
    going = [shift for shift in around if shift.since_ms <= moment_ms < shift.until_ms]
    assert list(found) == going or (not going and len(found) <= 1 and all(each.since_ms > moment_ms for each in found))
    for shift in around:
        assert shift_of(catalogue, shift.key, zone) == shift
        assert 0 < shift.until_ms - shift.since_ms < 25 * HOUR
    # by an oracle that looks at every day that could matter
    oracle = {
        other.key
        for back in range(-2, 3)
        for plan in catalogue.shifts.values()
        if (other := shift_on(plan, day - timedelta(days=back), zone)) is not None
        and other.since_ms <= moment_ms < other.until_ms
    }
    assert {shift.key for shift in going} == oracle


@given(catalogues(), days, st.sampled_from(ZONES))
@examples(150)
def test_rounds_have_one_key_each_and_are_found_by_it(catalogue: Catalogue, day: date, zone: ZoneInfo) -> None:
    for shift in shifts_around(catalogue, day_window(day, zone).since_ms, zone):
        rounds = list(rounds_of(catalogue, shift))
        assert len({each.key for each in rounds}) == len(rounds)
        for each in rounds:
            assert round_of(catalogue, each.key, zone) == each
            assert each.opens_ms < each.due_ms
            assert each.shift == shift.key
        for key, checklist in catalogue.checklists.items():
            own = [each for each in rounds if each.checklist == key]
            gaps = {after.opens_ms - before.opens_ms for before, after in pairwise(own)}
            assert gaps <= {(checklist.every_min or 0) * MINUTE}
            assert all(each.due_ms <= shift.until_ms for each in own[1:])
            if checklist.every_min and own:
                assert own[-1].due_ms + checklist.every_min * MINUTE > shift.until_ms


def test_moments_are_utc() -> None:
    shift = shift_of(FLOOR, "2026-06-02/early", ZoneInfo("UTC"))
    assert shift is not None
    assert shift.since_ms == datetime(2026, 6, 2, 6, tzinfo=UTC).timestamp() * 1000
