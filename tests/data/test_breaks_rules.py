"""What speaks against a break: places, times of the day, its number and total; never against a protected one."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.breaks import (
    ALLOWANCES,
    POLICY,
    PROTECTED,
    Against,
    BreakPolicy,
    DayTime,
    Room,
    Taken,
    against,
    cap,
    day_time,
    is_rest,
    overrun_level,
    quiet_at,
    share_of,
    taken,
)
from data.model.days import HOUR, MINUTE
from data.model.picture import TimelinePart
from data.model.words import State

FREE, FULL = Room(0, 2), Room(2, 2)
STRICT = replace(POLICY, total_ms=20 * MINUTE, no_rest=(day_time("09:00-09:30"), day_time("23:30-00:30")))
USED_UP = {"rest": Taken(2, 20 * MINUTE), "restroom": Taken(9, 90 * MINUTE)}


def part(reason: str, since: int, until: int, state: State = State.NOT_READY) -> TimelinePart:
    return TimelinePart(state, reason, "", since * MINUTE, until * MINUTE)


@pytest.mark.parametrize(
    ("reason", "floor", "team", "quiet", "day", "said"),
    [
        ("rest", FREE, FREE, False, {}, ()),
        ("rest", FREE, FREE, False, None, ()),
        ("rest", FULL, FREE, False, {}, (Against.FLOOR,)),
        ("meal", FREE, FULL, False, {}, (Against.TEAM,)),
        ("meal", FREE, FREE, True, {}, (Against.TIME,)),
        ("meeting", FULL, FREE, True, USED_UP, (Against.FLOOR,)),
        ("小休", FREE, FREE, False, USED_UP, (Against.TIMES, Against.TOTAL)),
        ("micro", FREE, FREE, False, {"micro": Taken(3, 15 * MINUTE)}, ()),
        ("micro", FREE, FREE, False, {"micro": Taken(4, 15 * MINUTE)}, (Against.TIMES,)),
        ("meal", FREE, FREE, False, {"restroom": Taken(5, 50 * MINUTE), "meeting": Taken(1, HOUR)}, ()),
    ],
)
def test_what_speaks_against_a_break(
    reason: str, floor: Room, team: Room, quiet: bool, day: dict[str, Taken] | None, said: tuple[Against, ...]
) -> None:
    assert against(reason, floor, team, quiet, day, STRICT) == said


@given(st.sampled_from([*sorted(PROTECTED), "toilet", "卫生间", "就医", "系统故障"]), st.booleans())
def test_against_a_protected_reason_nothing_ever_speaks(reason: str, quiet: bool) -> None:
    day = {"restroom": Taken(99, 9 * HOUR)}
    strict = replace(STRICT, times_a_day={"restroom": 0, "medical": 0}, total_ms=0)
    assert against(reason, FULL, FULL, quiet, day, strict) == ()


def test_breaks_of_one_reason_that_touch_are_one() -> None:
    day = [
        part("rest", 0, 4),
        part("小休", 4, 10),
        part("", 10, 30, State.TALKING),
        part("Break", 30, 35),
        part("lunch", 35, 60),
        part("restroom", 60, 61),
    ]
    assert taken(day) == {
        "rest": Taken(2, 15 * MINUTE),
        "meal": Taken(1, 25 * MINUTE),
        "restroom": Taken(1, MINUTE),
    }


def test_times_of_the_day_are_the_sites() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    nine = 1_772_499_600_000  # 2026-03-03 09:00 in Shanghai
    assert [quiet_at(nine + m * MINUTE, shanghai, STRICT) is not None for m in (-1, 0, 29, 30)] == [
        False,
        True,
        True,
        False,
    ]
    assert quiet_at(nine, ZoneInfo("UTC"), STRICT) is None
    midnight = nine + 15 * HOUR
    assert [quiet_at(midnight + m * MINUTE, shanghai, STRICT) is not None for m in (-31, -30, 0, 29, 30)] == [
        False,
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("text", ["9-10", "24:00-01:00", "09:60-10:00", "09:00-09:00", "", "09:00–25:00"])
def test_what_is_no_time_of_the_day_is_told(text: str) -> None:
    with pytest.raises(ValueError, match='write it as "09:00-09:30"'):
        day_time(text)


@given(st.integers(0, 1439), st.integers(0, 1440))
def test_a_time_of_the_day_is_read_as_it_is_written(since: int, until: int) -> None:
    if since != until:
        assert day_time(str(DayTime(since, until))) == (since, until)


def test_work_by_plan_and_protected_reasons_are_no_rest() -> None:
    assert {reason for reason in (*ALLOWANCES, *PROTECTED) if is_rest(reason)} == {"rest", "micro", "meal"}


POLICIES = st.builds(
    BreakPolicy,
    share_percent=st.integers(0, 100),
    most_out=st.integers(0, 20),
    least_out=st.integers(0, 3),
)


@given(st.integers(-1, 300), st.integers(-5, 300), POLICIES)
def test_a_cap_is_within_its_bounds(staffed: int, required: int, policy: BreakPolicy) -> None:
    most = cap(staffed, required, policy)
    if staffed <= 0:
        assert most == 0
        return
    assert policy.least_out <= most <= max(policy.least_out, policy.most_out, 0)
    assert most <= max(policy.least_out, staffed * policy.share_percent // 100)
    assert most <= max(policy.least_out, staffed - required)
    assert cap(staffed, required + 1, policy) <= most <= cap(staffed + 1, required, policy)


@given(st.integers(0, 5 * HOUR), st.integers(0, HOUR), st.integers(0, 3 * HOUR), st.integers(0, 5 * MINUTE))
def test_a_break_never_gets_less_overdue(out_ms: int, more_ms: int, allowed_ms: int, grace_ms: int) -> None:
    level = overrun_level(out_ms, allowed_ms, grace_ms)
    assert 0 <= level <= overrun_level(out_ms + more_ms, allowed_ms, grace_ms) <= 3
    assert overrun_level(out_ms, allowed_ms + more_ms, grace_ms) <= level
    if out_ms <= allowed_ms + grace_ms:
        assert level == 0


@given(st.integers(0, 200), st.lists(st.integers(0, 50), min_size=1, max_size=6))
def test_what_is_needed_of_teams_is_at_least_what_the_floor_needs(required: int, teams: list[int]) -> None:
    whole = sum(teams)
    shares = [share_of(required, part, whole) for part in teams]
    if whole:
        assert required <= sum(shares) < required + len(teams)


def test_a_team_has_places_of_its_own() -> None:
    policy = BreakPolicy(by_team={"North": BreakPolicy(most_out=2)})
    assert cap(40, 0, policy.of("North")) == 2
    assert cap(40, 0, policy.of("South")) == cap(40, 0) == 6
