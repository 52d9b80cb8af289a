"""The played leads' floor discipline: rounds by the shipped catalogue, findings, an incident, handovers, the roster."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from data.adapters.simulator import Simulator, default_floor, plain_floor, simulate_day
from data.discipline.attendance import attendance_of
from data.discipline.facts import facts_of
from data.discipline.roster import duty_of, rows_of
from data.discipline.rounds import round_of, rounds_of, shift_of, shift_on
from data.discipline.seen import Seen
from data.discipline.shipped import shipped
from data.model.days import HOUR, MINUTE, Window, day_window, local_time
from data.model.discipline import Closing, Prefill, Where
from data.model.discipline_acts import (
    FindingEnded,
    FindingRaised,
    HandoverAcknowledged,
    HandoverWritten,
    IncidentEnded,
    IncidentEntered,
    IncidentNoted,
    IncidentReviewed,
    Rostered,
    RoundEnded,
    RoundMarked,
)
from data.model.discipline_seen import Duty, Presence
from data.model.known import Known
from data.model.observation import Act, Observation, SignedIn
from data.model.rows import Span
from data.model.words import Mark
from data.recorder import record

ZONE = ZoneInfo("Asia/Shanghai")
TUESDAY = date(2026, 7, 28)
MIDNIGHT = day_window(TUESDAY, ZONE).since_ms
PLAN = default_floor(60, 1)
AGENT_AT = {agent.seat: agent.key for agent in PLAN.agents}


def at(hour: int, minute: int = 0) -> int:
    return MIDNIGHT + hour * HOUR + minute * MINUTE


@lru_cache(maxsize=4)
def observed(day: date = TUESDAY, seed: int = 1) -> tuple[Observation, ...]:
    return tuple(simulate_day(day, ZONE, seed))


def acts(day: date = TUESDAY, seed: int = 1) -> list[Act]:
    return [act for each in observed(day, seed) for act in each.acts]


def marks(until_ms: int = at(24), seed: int = 1) -> list[RoundMarked]:
    return [act for act in acts(seed=seed) if isinstance(act, RoundMarked) and act.at_ms <= until_ms]


@lru_cache(maxsize=4)
def seen(seed: int = 1) -> tuple[Seen, dict[str, int]]:
    """Return what the recorder makes of a day, with its roster, and the ids of the agents' keys."""
    known = Known(1)
    spans: dict[tuple[int, int], Span] = {}
    lines: tuple[str, ...] = ()
    for each in observed(seed=seed):
        known, rows = record(known, each)
        spans |= rows.spans
        lines = next((act.lines for act in each.acts if isinstance(act, Rostered)), lines)
    ids = {key: agent.id for key, agent in known.agents.items()}
    by_agent: dict[int, list[Span]] = {agent: [] for agent in ids.values()}
    for span in sorted(spans.values(), key=lambda span: (span.agent_id, span.since_ms)):
        by_agent[span.agent_id].append(span)
    duties = [duty_of(row, ids[row.agent], row.name, ZONE) for row in rows_of(lines)]
    measured = dict.fromkeys(by_agent, ((MIDNIGHT, at(24)),))
    return Seen(by_agent, measured, [duty for duty in duties if duty is not None]), ids


def test_rounds_are_those_of_the_shipped_catalogue_and_each_check_is_marked_once() -> None:
    catalogue = shipped()
    checked: Counter[tuple[str, Where, str, str]] = Counter()
    for mark in marks():
        due = round_of(catalogue, mark.round, ZONE)
        assert due is not None
        assert mark.at_ms >= due.opens_ms
        assert set(mark.rules) <= set(catalogue.checklists[due.checklist].rules)
        assert {catalogue.rules[rule].where for rule in mark.rules} == {mark.where}
        checked.update((mark.round, mark.where, mark.place, rule) for rule in mark.rules)
    assert set(checked.values()) == {1}
    expected = {
        each.key
        for plan in catalogue.shifts.values()
        if (shift := shift_on(plan, TUESDAY, ZONE))
        for each in rounds_of(catalogue, shift)
    }
    assert {key[0] for key in checked} == expected


def test_who_does_which_round() -> None:
    by = {mark.round.split("/", 1)[1]: mark.by for mark in marks()}
    assert {by["early/pre_shift/1"], by["early/opening/1"], by["early/walk/1"]} == {"张磊"}
    assert {by["early/safety/1"], by["early/walk/3"], by["late/closing/1"]} == {"Dana"}


@pytest.mark.parametrize("seed", range(1, 6))
def test_at_the_moment_of_the_demo_the_first_walk_is_under_way_and_the_safety_round_late(seed: int) -> None:
    told = marks(at(10, 42), seed)
    walk = [mark for mark in told if mark.round.endswith("/walk/1")]
    assert 18 <= len({mark.place for mark in walk if mark.where is Where.SEAT}) <= 40
    failed = [mark for mark in told if mark.mark is Mark.FAIL and not mark.round.endswith("/safety/1")]
    assert 2 <= len(failed) <= 20
    for mark in failed:
        assert mark.note
        assert mark.owner
        assert mark.due_ms is not None
        assert mark.due_ms > mark.at_ms
    corrected = [a for a in acts(seed=seed) if isinstance(a, FindingEnded) and a.at_ms <= at(10, 42)]
    assert len(corrected) > 0
    late = {rule for mark in told if mark.round.endswith("/safety/1") for rule in mark.rules}
    assert set(shipped().checklists["safety"].rules) - late == {"first_aid_known"}


def test_what_is_put_right_was_found_before_and_once() -> None:
    open_: dict[tuple[str, str, str], int] = {}
    ended = 0
    for act in acts():
        if isinstance(act, RoundMarked) and act.mark is Mark.FAIL:
            assert (act.round, act.rules[0], act.place) not in open_
            open_[act.round, act.rules[0], act.place] = act.at_ms
        elif isinstance(act, FindingRaised):
            open_["", act.rule, act.place] = act.at_ms
        elif isinstance(act, FindingEnded):
            assert act.closing is Closing.CORRECTED
            assert open_.pop((act.round, act.rule, act.place)) < act.at_ms
            ended += 1
    assert ended > 15
    assert len(open_) > 5, "nothing is left open"


def test_points_are_within_the_range_of_the_rule_and_praise_is_found_as_well() -> None:
    rules = shipped().rules
    found = [act for act in acts() if isinstance(act, FindingRaised)]
    for act in found:
        assert act.points is not None
        assert rules[act.rule].least <= act.points <= rules[act.rule].most
        assert act.where is rules[act.rule].where
    assert {rules[act.rule].positive for act in found} == {True, False}


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in (2, 3))])
def test_what_leads_agree_with_by_the_data_is_what_spans_say(seed: int) -> None:
    floor, ids = seen(seed)
    by_data = 0
    for mark in marks(seed=seed):
        agent = ids.get(AGENT_AT.get(mark.place, ""))
        told = [rule for rule in mark.rules if rule in ("on_time", "break_in_time")]
        if agent is None or not told or mark.mark is Mark.NOT_APPLICABLE:
            continue
        own = floor._replace(spans={agent: floor.spans[agent]}, duties=[d for d in floor.duties if d.agent_id == agent])
        facts = {fact.prefill for fact in facts_of(own, Window(MIDNIGHT, mark.at_ms), shipped().scoring)}
        if "on_time" in told:
            assert (Prefill.LATE_SIGN_IN in facts) == (mark.mark is Mark.FAIL)
        if mark.from_data:
            assert {Prefill.LATE_SIGN_IN, Prefill.BREAK_OVERRUN} & facts
            by_data += 1
    assert by_data >= 5


def test_no_overrun_of_a_break_is_passed_over_by_the_walk_after_it() -> None:
    floor, ids = seen()
    failed: dict[str, list[int]] = defaultdict(list)
    first: dict[str, int] = {}
    for mark in marks():
        if "break_in_time" in mark.rules and mark.mark is not Mark.NOT_APPLICABLE:
            first.setdefault(mark.place, mark.at_ms)
            if mark.mark is Mark.FAIL:
                failed[mark.place].append(mark.at_ms)
    over = [fact for fact in facts_of(floor, Window(MIDNIGHT, at(15, 59))) if fact.prefill is Prefill.BREAK_OVERRUN]
    seats = {ids[key]: seat for seat, key in AGENT_AT.items()}
    known = [fact for fact in over if fact.until_ms is not None and fact.until_ms < at(13, 50)]
    assert len(known) > 5
    for fact in known:
        assert any(at_ms > fact.since_ms + fact.limit_ms for at_ms in failed[seats[fact.agent_id] or ""])


def test_the_roster_has_everybody_and_attendance_shows_who_came() -> None:
    floor, ids = seen()
    assert len(floor.duties) == 60
    rows = attendance_of(floor.duties, floor.spans, floor.measured, at(21), shipped().scoring.late_min * MINUTE)
    signed_in: dict[str, int] = {}
    for each in observed():
        for event in each.events:
            if isinstance(event, SignedIn):
                signed_in.setdefault(event.agent, event.at_ms)
    absent = {row.duty.agent_id for row in rows if row.presence is Presence.ABSENT}
    assert absent == {agent for key, agent in ids.items() if key not in signed_in}
    late = {row.duty.agent_id for row in rows if row.presence is Presence.LATE}
    begins = {duty.agent_id: duty.since_ms for duty in floor.duties}
    assert late == {ids[key] for key, at_ms in signed_in.items() if at_ms > begins[ids[key]] + 5 * MINUTE}
    assert absent
    assert late
    worked, to_work = sum(row.worked_ms for row in rows), sum(row.to_work_ms for row in rows)
    assert 0.85 < worked / to_work < 1.05


def test_on_a_weekend_who_has_the_day_off_is_on_the_roster_as_such() -> None:
    [told] = [act for act in acts(date(2026, 7, 26)) if isinstance(act, Rostered)]
    off = [row for row in rows_of(told.lines) if row.is_off]
    assert 15 < len(off) < 45


def test_a_duty_is_the_catalogues_shift() -> None:
    for duty in seen()[0].duties:
        shift = shift_of(shipped(), duty.shift, ZONE)
        assert shift is not None
        assert (shift.since_ms, shift.until_ms) == (duty.since_ms, duty.until_ms)
        _breaks_lie_within(duty)


def _breaks_lie_within(duty: Duty) -> None:
    before_ms = duty.since_ms
    for _, since_ms, until_ms in duty.breaks:
        assert before_ms <= since_ms < until_ms <= duty.until_ms
        before_ms = until_ms


def test_the_incident_is_noted_when_the_surge_has_begun_and_looked_back_upon() -> None:
    told = acts()
    [noted] = [act for act in told if isinstance(act, IncidentNoted)]
    assert noted.began_ms == at(10, 40)
    assert at(10, 40) < noted.at_ms < at(10, 42)
    assert noted.kind in shipped().incidents
    entries = [act for act in told if isinstance(act, IncidentEntered)]
    assert len({act.kind for act in entries}) == 3
    [ended] = [act for act in told if isinstance(act, IncidentEnded)]
    [review] = [act for act in told if isinstance(act, IncidentReviewed)]
    assert noted.at_ms < entries[0].at_ms < ended.at_ms < review.at_ms
    assert {*(act.title for act in entries), ended.title, review.title} == {noted.title}


def test_each_shift_is_handed_over_and_another_one_reads_it() -> None:
    both = [act for day in (TUESDAY, TUESDAY + timedelta(days=1)) for act in acts(day)]
    written = {act.shift: act for act in both if isinstance(act, HandoverWritten)}
    read = {act.shift: act for act in both if isinstance(act, HandoverAcknowledged)}
    assert {shift.partition("/")[2] for shift in written} == set(shipped().shifts)
    for shift in shipped().shifts:
        key = f"{TUESDAY}/{shift}"
        assert written[key].by != read[key].by
        assert written[key].at_ms < read[key].at_ms


def test_a_fresh_floor_knows_of_yesterdays_late_shift_and_it_is_read_in_the_morning() -> None:
    floor = Simulator(1, 60, ZONE, at(10, 42), clock=lambda: 0)
    told = floor.advance(at(10, 42)).acts
    [written] = [act for act in told if isinstance(act, HandoverWritten)]
    [read] = [act for act in told if isinstance(act, HandoverAcknowledged)]
    assert written.shift == read.shift == f"{TUESDAY - timedelta(days=1)}/late"
    assert written.at_ms < MIDNIGHT < read.at_ms
    assert local_time(read.at_ms, ZONE).hour == 7


def test_a_fresh_floor_knows_of_six_days_of_findings_all_put_right_and_of_yesterdays_rounds() -> None:
    floor = Simulator(1, 60, ZONE, at(7), clock=lambda: 0)
    told = [act for act in floor.advance(at(7)).acts if act.at_ms < MIDNIGHT]
    assert [act.at_ms for act in told] == sorted(act.at_ms for act in told)
    found = [(act.rule, act.where, act.place, act.by) for act in told if isinstance(act, FindingRaised)]
    ended = [(act.rule, act.where, act.place, act.by) for act in told if isinstance(act, FindingEnded)]
    assert sorted(found) == sorted(ended)
    days = {local_time(act.at_ms, ZONE).date() for act in told if isinstance(act, FindingRaised)}
    assert days == {TUESDAY - timedelta(days=back) for back in range(1, 7)}
    done = {act.round for act in told if isinstance(act, RoundEnded)}
    assert {key.split("/", 1)[0] for key in done} == {str(TUESDAY - timedelta(days=1))}
    assert {key.split("/", 1)[1] for key in done} == {mark.round.split("/", 1)[1] for mark in marks()}
    again = Simulator(1, 60, ZONE, at(7), clock=lambda: 0, weeks=0)
    assert not [act for act in again.advance(at(7)).acts if act.at_ms < MIDNIGHT]


def test_a_large_floor_is_not_seen_in_whole() -> None:
    told = [act for each in simulate_day(TUESDAY, ZONE, agents=240) for act in each.acts]
    assert sum(isinstance(act, RoundMarked) for act in told) < 1_200
    assert sum(isinstance(act, RoundEnded) for act in told) >= 3


def test_a_floor_without_a_roster_has_no_discipline() -> None:
    told = [act for each in simulate_day(TUESDAY, ZONE, plan=plain_floor(5, 10, 1000, 1000)) for act in each.acts]
    assert not [act for act in told if isinstance(act, (RoundMarked, Rostered, FindingRaised, IncidentNoted))]
