"""Attendance against the roster: the worked example's figures, and what an oracle that looks at each second says."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.discipline.attendance import attendance_of, attendance_sum
from data.discipline.seen import EARLY_MS
from data.model.days import HOUR, MINUTE, SECOND, moment_of
from data.model.discipline_seen import AttendanceRow, Duty, Presence
from data.model.rows import Span
from data.model.words import State
from tests.examples import examples

FOLDER = Path(__file__).parents[2] / "fixtures" / "kpi"
ZONE = ZoneInfo("Asia/Shanghai")
AGENTS = {name: place for place, name in enumerate(("A1", "A2", "A3", "A4", "A5"), 1)}


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def at(text: str) -> int:
    return moment_of(datetime.fromisoformat(text).replace(tzinfo=ZONE))


def roster() -> list[Duty]:
    by_agent: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in table("schedule"):
        by_agent[row["agent"]].append(row)
    return [
        Duty(
            AGENTS[agent],
            agent,
            "",
            at(rows[0]["start"]),
            at(rows[-1]["end"]),
            "",
            tuple((row["activity"], at(row["start"]), at(row["end"])) for row in rows if row["activity"] != "phone"),
        )
        for agent, rows in by_agent.items()
    ]


def worked() -> dict[int, list[Span]]:
    """Return what was done: at the phone all the time, but for the pauses."""
    spans: dict[int, list[Span]] = {}
    for session in table("sessions"):
        agent = AGENTS[session["agent"]]
        edges = [(at(session["login"]), State.AVAILABLE, "")]
        for pause in table("pauses"):
            if pause["agent"] == session["agent"]:
                edges.append((at(pause["start"]), State.NOT_READY, pause["reason"]))
                edges.append((at(pause["end"]), State.AVAILABLE, ""))
        edges.append((at(session["logout"]), State.OFFLINE, ""))
        told = [Span(agent, state, why, None, None, ms, end) for (ms, state, why), (end, *_) in pairwise(edges)]
        spans[agent] = [*told, Span(agent, State.OFFLINE, "", None, None, edges[-1][0], None)]
    return spans


START, END = at("2026-03-02T00:00:00"), at("2026-03-03T02:00:00")
ALL = dict.fromkeys(AGENTS.values(), ((START, END),))


@pytest.fixture(scope="module")
def rows() -> dict[str, AttendanceRow]:
    return {row.duty.agent: row for row in attendance_of(roster(), worked(), ALL, END)}


def percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2)


def test_adherence_and_conformance_of_the_worked_example_are_exact(rows: dict[str, AttendanceRow]) -> None:
    present = [rows[agent] for agent in ("A1", "A2", "A3", "A4")]
    assert [percent(r.adherent_ms, r.scheduled_ms) for r in present] == [98.33, 90.0, 92.5, 96.67]
    assert [(r.scheduled_ms - r.adherent_ms) // SECOND for r in present] == [60, 360, 180, 120]
    assert [percent(r.worked_ms, r.to_work_ms) for r in present] == [98.18, 91.11, 92.5, 96.0]
    assert [r.worked_ms // SECOND for r in present] == [3240, 2460, 2220, 2880]


def test_the_team_of_the_worked_example_is_a_sum_over_sums(rows: dict[str, AttendanceRow]) -> None:
    team = attendance_sum(rows.values())
    assert percent(team.adherent_ms, team.scheduled_ms) == 94.55
    assert percent(team.worked_ms, team.to_work_ms) == 94.74
    assert (team.came, team.expected, team.absent) == (4, 5, 1)
    assert percent(team.signed_in_ms, team.hours_ms) == 77.5


def test_who_came_and_how_late(rows: dict[str, AttendanceRow]) -> None:
    assert {agent: row.presence for agent, row in rows.items() if row.presence is not Presence.PRESENT} == {
        "A5": Presence.ABSENT
    }
    assert {agent: row.late_ms // SECOND for agent, row in rows.items() if row.late_ms} == {"A3": 180}
    strict = attendance_of(roster(), worked(), ALL, END, late_ms=2 * MINUTE)
    assert [row.duty.agent for row in strict if row.presence is Presence.LATE] == ["A3"]
    assert rows["A5"].first_ms is None
    assert rows["A3"].first_ms == at("2026-03-02T09:03:00")


def test_a_duty_over_midnight_is_one(rows: dict[str, AttendanceRow]) -> None:
    assert rows["A4"].scheduled_ms == HOUR
    half = attendance_of(roster(), worked(), ALL, at("2026-03-03T00:00:00"))
    assert next(row for row in half if row.duty.agent == "A4").scheduled_ms == HOUR // 2


# ---------------------------------------------------------------- by hand

NINE = at("2026-03-02T09:00:00")
DUTY = Duty(1, "A1", "2026-03-02/early", NINE, NINE + HOUR, breaks=(("rest", NINE + 20 * MINUTE, NINE + 30 * MINUTE),))


def spans(*told: tuple[int, State, str]) -> dict[int, list[Span]]:
    """Return spans of agent 1 from (minute after nine, state, reason), the last one open."""
    edges = [(NINE + minute * MINUTE, state, reason) for minute, state, reason in told]
    ends = [ms for ms, *_ in edges[1:]] + [None]
    return {1: [Span(1, state, why, None, None, ms, end) for (ms, state, why), end in zip(edges, ends, strict=True)]}


def row(
    told: dict[int, list[Span]], now: int = 60, measured: tuple[tuple[int, int], ...] = ((-600, 600),)
) -> AttendanceRow:
    stretches = tuple((NINE + since * MINUTE, NINE + until * MINUTE) for since, until in measured)
    return attendance_of([DUTY], told, {1: stretches}, NINE + now * MINUTE)[0]


def test_nothing_is_said_of_a_duty_that_has_not_begun_and_little_until_it_would_be_late() -> None:
    assert row({}, now=-1).presence is Presence.EXPECTED
    assert row({}, now=5).presence is Presence.EXPECTED
    assert row({}, now=6).presence is Presence.ABSENT
    assert row(spans((7, State.AVAILABLE, "")), now=8).presence is Presence.LATE
    assert row(spans((7, State.AVAILABLE, "")), now=8).late_ms == 7 * MINUTE


def test_an_early_sign_in_is_told_as_it_was_and_counts_from_the_duty_on() -> None:
    seen = row(spans((-12, State.AVAILABLE, ""), (-3, State.TALKING, ""), (20, State.NOT_READY, "rest")), now=30)
    assert seen.first_ms == NINE - 12 * MINUTE
    assert (seen.worked_ms, seen.adherent_ms, seen.scheduled_ms) == (20 * MINUTE, 30 * MINUTE, 30 * MINUTE)


def test_who_left_early_is_known_when_the_duty_is_over_and_not_before() -> None:
    gone = spans((0, State.AVAILABLE, ""), (40, State.OFFLINE, ""))
    assert row(gone, now=59).left_early_ms == 0
    assert row(gone, now=60).left_early_ms == 20 * MINUTE
    assert row(spans((0, State.AVAILABLE, ""), (40, State.OFFLINE, ""), (55, State.AVAILABLE, ""))).left_early_ms == 0


def test_a_protected_pause_is_in_neither_side_of_a_ratio() -> None:
    seen = row(spans((0, State.AVAILABLE, ""), (40, State.NOT_READY, "Toilet"), (48, State.AVAILABLE, "")))
    assert (seen.scheduled_ms, seen.to_work_ms) == (52 * MINUTE, 42 * MINUTE)
    assert seen.worked_ms == 52 * MINUTE
    assert seen.adherent_ms == 42 * MINUTE


def test_what_nobody_measured_is_in_neither_side_and_nobody_is_absent_by_it() -> None:
    worked = spans((0, State.AVAILABLE, ""))
    seen = row(worked, measured=((-600, 15), (45, 600)))
    assert (seen.scheduled_ms, seen.measured_ms) == (30 * MINUTE, 30 * MINUTE)
    assert seen.adherent_ms == seen.worked_ms == 30 * MINUTE
    assert row({}, measured=((-600, -5), (40, 600))).presence is Presence.UNKNOWN


def test_who_was_signed_in_silently_when_the_watch_began_anew_is_not_late() -> None:
    """A source that tells events only says nothing of who is idle after a gap, until they do something."""
    seen = row(spans((25, State.TALKING, "")), measured=((-600, -10), (10, 600)))
    assert (seen.presence, seen.late_ms) == (Presence.PRESENT, 0)
    assert seen.measured_ms == 35 * MINUTE


def test_somebody_whom_no_source_knows_is_not_called_absent() -> None:
    [seen] = attendance_of([DUTY._replace(agent_id=None)], {}, {}, NINE + HOUR)
    assert seen.presence is Presence.UNKNOWN
    assert attendance_sum([seen]).expected == 0


# ---------------------------------------------------------------- an oracle

STEP = MINUTE
STATES = (State.AVAILABLE, State.TALKING, State.NOT_READY, State.OFFLINE, State.UNKNOWN)


@st.composite
def days(draw: st.DrawFn) -> tuple[Duty, list[Span], tuple[tuple[int, int], ...], int]:
    """A duty of an hour or so in whole minutes, what was done around it, and what was measured of it."""
    edges = sorted(draw(st.sets(st.integers(-40, 90), min_size=1, max_size=10)))
    told = []
    for since, until in zip(edges, [*edges[1:], None], strict=True):
        state = draw(st.sampled_from(STATES))
        reason = draw(st.sampled_from(("rest", "restroom", ""))) if state is State.NOT_READY else ""
        end = None if until is None else NINE + until * MINUTE
        told.append(Span(1, state, reason, None, None, NINE + since * MINUTE, end))
    cuts = sorted(draw(st.sets(st.integers(-39, 90), max_size=4)))
    bounds = [-600, *cuts, *([600] if len(cuts) % 2 == 0 else [])]
    measured = tuple(
        (NINE + a * MINUTE, NINE + b * MINUTE) for a, b in zip(bounds[::2], bounds[1::2], strict=True) if a < b
    )
    break_at = draw(st.integers(0, 50))
    duty = Duty(1, "A1", "", NINE, NINE + HOUR, "", (("rest", NINE + break_at * MINUTE, NINE + HOUR),))
    return duty, told, measured, NINE + draw(st.integers(-5, 95)) * MINUTE


def minute_by_minute(
    duty: Duty, told: list[Span], measured: tuple[tuple[int, int], ...], now_ms: int
) -> Iterator[tuple[int, State, str]]:
    """Yield what was seen in each minute of the duty up to now."""
    for ms in range(duty.since_ms, min(duty.until_ms, now_ms), STEP):
        stretch = next(((a, b) for a, b in measured if a <= ms < b), None)
        here = [s for s in told if s.since_ms <= ms and (s.until_ms is None or ms < s.until_ms)]
        if stretch is None:
            yield ms, State.UNKNOWN, ""
        elif here:
            yield ms, here[0].state, here[0].reason
        else:
            before = any(s.since_ms <= ms and (s.until_ms is None or s.until_ms > stretch[0]) for s in told)
            sure = not before and stretch[0] <= duty.since_ms - EARLY_MS
            yield ms, State.OFFLINE if sure else State.UNKNOWN, ""


@examples(200)
@given(days())
def test_attendance_is_what_a_look_at_each_minute_says(
    day: tuple[Duty, list[Span], tuple[tuple[int, int], ...], int],
) -> None:
    duty, told, measured, now_ms = day
    [seen] = attendance_of([duty], {1: told}, {1: measured}, now_ms)
    known = [each for each in minute_by_minute(*day) if each[1] is not State.UNKNOWN]
    counted = [(ms, state) for ms, state, why in known if not (state is State.NOT_READY and why == "restroom")]
    phone = {ms for ms, state in counted if state in (State.AVAILABLE, State.TALKING)}
    planned = {ms for ms, _ in counted if duty.breaks[0][1] <= ms < duty.breaks[0][2]}
    assert seen.measured_ms == len(known) * STEP
    assert seen.scheduled_ms == len(counted) * STEP
    assert seen.worked_ms == len(phone) * STEP
    assert seen.to_work_ms == (len(counted) - len(planned)) * STEP
    assert seen.adherent_ms == sum((ms in phone) != (ms in planned) for ms, _ in counted) * STEP
    signed_in = [ms for ms, state, _ in known if state is not State.OFFLINE]
    assert seen.signed_in_ms == len(signed_in) * STEP
    before = [ms for ms, state, _ in known if state is State.OFFLINE and ms < min(signed_in, default=0)]
    assert seen.late_ms == len(before) * STEP
    assert 0 <= seen.adherent_ms <= seen.scheduled_ms <= seen.measured_ms <= 60 * MINUTE
