"""What the floor itself knows against a rule, held against an oracle that looks at each minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from data.alerts import LIMITS, Limits
from data.breaks import BreakPolicy
from data.discipline.catalogue import Scoring
from data.discipline.facts import facts_of
from data.discipline.seen import EARLY_MS, Seen
from data.model.days import MINUTE, Window
from data.model.discipline import Fact, Prefill
from data.model.discipline_seen import Duty
from data.model.rows import Member, Ring, Span
from data.model.words import State
from tests.examples import examples

FIRST, LAST = -40, 120
"""The minutes of a generated day."""
RING = st.sampled_from((None, MINUTE, 3 * MINUTE))
EVERYTHING = Window(-10_000 * MINUTE, LAST * MINUTE)
REASONS = ("rest", "Break", "restroom", "training", "nap", "", " ")
STATES = (*State, State.NOT_READY, State.NOT_READY, State.WRAP_UP, State.AVAILABLE, State.AVAILABLE)


def limits(rest: int = 10, grace: int = 1, wrap_up: int = 5) -> Limits:
    policy = BreakPolicy(allowances={"rest": rest * MINUTE, "training": 3 * rest * MINUTE}, grace_ms=grace * MINUTE)
    return replace(LIMITS, breaks=policy, wrap_up_ms=(MINUTE, wrap_up * MINUTE))


IDLE = (State.AVAILABLE, State.AVAILABLE, State.RINGING, State.NOT_READY)
SCORING = Scoring(late_min=5, idle_s=120)


@st.composite
def edges(draw: st.DrawFn, most: int = 9) -> list[int]:
    return sorted(draw(st.sets(st.integers(FIRST, LAST - 1), min_size=1, max_size=most)))


@st.composite
def told_of(draw: st.DrawFn, agent: int, states: tuple[State, ...] = STATES) -> list[Span]:
    found = []
    begins = draw(edges())
    for since, until in zip(begins, [*begins[1:], None], strict=True):
        state = draw(st.sampled_from(states))
        reason = draw(st.sampled_from(REASONS)) if state is State.NOT_READY else ""
        call = draw(st.integers(1, 2)) if state is State.WRAP_UP else None
        if draw(st.integers(0, 7)):  # else there is a hole
            until_ms = None if until is None else until * MINUTE
            found.append(Span(agent, state, reason, None if call is None else 1, call, since * MINUTE, until_ms))
    return found


@st.composite
def floors(draw: st.DrawFn) -> Seen:
    """Two agents of one source in whole minutes, two queues, a duty each."""
    cuts = draw(st.sampled_from(((), (), tuple(draw(edges(4))))))
    bounds = [-10_000, *cuts, *([10_000] if len(cuts) % 2 == 0 else [])]
    measured = tuple((a * MINUTE, b * MINUTE) for a, b in zip(bounds[::2], bounds[1::2], strict=True))
    pair = (1, 2)
    waits = {
        queue: [(a * MINUTE, b * MINUTE) for a, b in zip(ends[::2], ends[1::2], strict=False)]
        for queue in pair
        if (ends := draw(edges(6)))
    }
    members = {
        agent: [
            Member(
                agent,
                draw(st.sampled_from(pair)),
                a * MINUTE,
                b * MINUTE,
                draw(st.sampled_from((None, None, None, ""))),
            )
            for a, b in pairwise([FIRST, *draw(edges(2)), LAST])
            if a < b
        ]
        for agent in pair
    }
    missed = {
        agent: [Ring(agent, 1, None, at * MINUTE, draw(RING), draw(st.booleans())) for at in draw(edges(20))]
        for agent in pair
    }
    duties = [
        Duty(agent, "", "", begins * MINUTE, (begins + 60) * MINUTE)
        for agent in pair
        for begins in [draw(st.integers(0, 40))]
    ]
    spans = {1: draw(told_of(1)), 2: draw(told_of(2, IDLE))}
    return Seen(spans, dict.fromkeys(pair, measured), duties, waits, members, missed)


# ---------------------------------------------------------------- the oracle

Minute = tuple[int, State, Span | None]


def minutes(floor: Seen, agent: int, until: int, expected_ms: int) -> Iterator[Minute]:
    """Yield what was seen of an agent in each minute."""
    spans = floor.spans[agent]
    for minute in range(FIRST - 1, until):
        ms = minute * MINUTE
        stretch = next(((a, b) for a, b in floor.measured[agent] if a <= ms < b), None)
        here = [s for s in spans if s.since_ms <= ms and (s.until_ms is None or ms < s.until_ms)]
        if stretch is None:
            yield minute, State.UNKNOWN, None
        elif here:
            yield minute, here[0].state, here[0]
        else:
            before = any(s.since_ms <= ms and (s.until_ms is None or s.until_ms > stretch[0]) for s in spans)
            yield minute, State.UNKNOWN if before or stretch[0] > expected_ms - EARLY_MS else State.OFFLINE, None


def still(floor: Seen, last: Minute, until: int) -> bool:
    """Whether what was so in a minute is so still, as far as is known at `until`."""
    span, end = last[2], (last[0] + 1) * MINUTE
    if span is None or any(a < until * MINUTE and b > end for a, b in floor.measured[span.agent_id]):
        return end == until * MINUTE and span is not None and (span.until_ms is None or span.until_ms > end)
    return span.until_ms is None or span.until_ms > end


def stretches(told: list[Minute], kind: Callable[[Minute], object]) -> Iterator[list[Minute]]:
    for key, run in groupby(told, kind):
        if key is not None:
            yield list(run)


def pause_kind(each: Minute) -> object:
    span = each[2]
    if each[1] is not State.NOT_READY or span is None:
        return None
    return {"Break": "rest", " ": ""}.get(span.reason, span.reason)


def wrap_up_kind(each: Minute) -> object:
    return (each[2].queue_id, each[2].call_id) if each[1] is State.WRAP_UP and each[2] else None


def slow_facts(floor: Seen, until: int, own: Limits) -> Iterator[tuple[int, Fact]]:
    """Yield all facts up to a minute, each with the minute at which it came to be."""
    allowed = {reason: ms // MINUTE for reason, ms in own.breaks.allowances.items()}
    grace = own.breaks.grace_ms // MINUTE
    for agent in floor.spans:
        told = list(minutes(floor, agent, until, FIRST * MINUTE))
        runs: list[tuple[Prefill, list[Minute], int]] = []
        for run in stretches(told, pause_kind):
            reason = pause_kind(run[0])
            if reason == "":
                runs.append((Prefill.NO_REASON, run, grace))
            elif reason in allowed:
                runs.append((Prefill.BREAK_OVERRUN, run, allowed[str(reason)] + grace))
        runs += [(Prefill.WRAP_UP_OVER, run, own.wrap_up_ms[1] // MINUTE) for run in stretches(told, wrap_up_kind)]
        for prefill, run, limit in runs:
            if len(run) > limit:
                yield run[0][0] + limit, made(floor, prefill, agent, run, until, limit)
        yield from slow_idle(floor, agent, told, until)
    for duty in floor.duties:
        yield from slow_late(floor, duty, until)


def made(floor: Seen, prefill: Prefill, agent: int, run: list[Minute], until: int, limit: int) -> Fact:
    begin, end = run[0][0], run[-1][0] + 1
    reason = run[0][2].reason.strip() if run[0][2] and prefill is Prefill.BREAK_OVERRUN else ""
    ended = None if still(floor, run[-1], until) else end * MINUTE
    return Fact(prefill, agent, begin * MINUTE, ended, (end - begin) * MINUTE, limit * MINUTE, reason)


def slow_idle(floor: Seen, agent: int, told: list[Minute], until: int) -> Iterator[tuple[int, Fact]]:
    def kind(each: Minute) -> object:
        ms = each[0] * MINUTE
        served = {m.queue_id for m in floor.members[agent] if m.since_ms <= ms < (m.until_ms or 0) and m.paused is None}
        waits = any(a <= ms < (b or 0) for queue in served for a, b in floor.waits.get(queue, ()))
        return True if each[1] in (State.AVAILABLE, State.RINGING) and waits else None

    limit = SCORING.idle_s // 60
    for run in stretches(told, kind):
        begin, end = run[0][0], run[-1][0] + 1
        rang = [r for r in floor.missed[agent] if not r.cancelled and begin < r.at_ms // MINUTE <= end]
        if rang:
            first = max(begin, (rang[0].at_ms - (rang[0].ring_ms or 0)) // MINUTE)
            over = [ring.at_ms // MINUTE for ring in rang if ring.at_ms // MINUTE - first > limit]
            last = rang[-1].at_ms // MINUTE
            if over:
                times = (first * MINUTE, last * MINUTE, (last - first) * MINUTE, limit * MINUTE)
                yield over[0], Fact(Prefill.IDLE_WHILE_WAITING, agent, *times)


def slow_late(floor: Seen, duty: Duty, until: int) -> Iterator[tuple[int, Fact]]:
    assert duty.agent_id is not None
    out: list[int] = []
    first: int | None = None
    for minute, state, _ in minutes(floor, duty.agent_id, min(until, duty.until_ms // MINUTE), duty.since_ms):
        if minute * MINUTE >= duty.since_ms:
            if state not in (State.OFFLINE, State.UNKNOWN):
                first = minute * MINUTE
                break
            if state is State.OFFLINE:
                out.append(minute)
    if len(out) > SCORING.late_min:
        over = until * MINUTE >= duty.until_ms
        ended = first if first is not None else duty.until_ms if over else None
        length = len(out) * MINUTE
        fact = Fact(Prefill.LATE_SIGN_IN, duty.agent_id, duty.since_ms, ended, length, SCORING.late_min * MINUTE)
        yield out[SCORING.late_min], fact


def same(fact: Fact) -> tuple[Prefill, int, int]:
    return fact.prefill, fact.agent_id, fact.since_ms


@examples(300)
@given(floors(), st.integers(FIRST, LAST), st.integers(FIRST, LAST))
def test_facts_are_what_a_look_at_each_minute_says(floor: Seen, since: int, until: int) -> None:
    told = facts_of(floor, Window(since * MINUTE, until * MINUTE), SCORING, limits())
    slow = [fact for came, fact in slow_facts(floor, until, limits()) if since <= came < until]
    assert sorted(told, key=same) == sorted(slow, key=same)
    assert list(told) == sorted(told, key=lambda fact: (fact.since_ms, fact.agent_id, fact.prefill))


@examples(150)
@given(floors(), st.lists(st.integers(FIRST, LAST), min_size=3, max_size=3).map(sorted))
def test_the_facts_of_a_window_are_those_of_its_parts(floor: Seen, cuts: list[int]) -> None:
    a, b, c = (cut * MINUTE for cut in cuts)
    whole = [same(fact) for fact in facts_of(floor, Window(a, c), SCORING, limits())]
    parts = [same(f) for window in (Window(a, b), Window(b, c)) for f in facts_of(floor, window, SCORING, limits())]
    assert sorted(whole) == sorted(parts)
    assert len(set(whole)) == len(whole)


def as_known(floor: Seen, now_ms: int) -> Seen:
    """Return what was known of a floor at a moment."""

    def begun(stretches: list[tuple[int, int | None]]) -> list[tuple[int, int | None]]:
        return [(a, None if b is None or b > now_ms else b) for a, b in stretches if a < now_ms]

    return floor._replace(
        spans={
            agent: [
                span._replace(until_ms=None if span.until_ms is None or span.until_ms > now_ms else span.until_ms)
                for span in spans
                if span.since_ms < now_ms
            ]
            for agent, spans in floor.spans.items()
        },
        measured={
            agent: [(a, min(b, now_ms)) for a, b in told if a < now_ms] for agent, told in floor.measured.items()
        },
        waits={queue: begun(list(waits)) for queue, waits in floor.waits.items()},
        missed={agent: [ring for ring in rings if ring.at_ms < now_ms] for agent, rings in floor.missed.items()},
    )


@examples(150)
@given(floors(), st.integers(FIRST, LAST))
def test_what_comes_later_changes_no_fact(floor: Seen, until: int) -> None:
    window = Window(EVERYTHING.since_ms, until * MINUTE)
    later = facts_of(floor, window, SCORING, limits())
    assert facts_of(as_known(floor, window.until_ms), window, SCORING, limits()) == later


@examples(150)
@given(floors(), st.integers(0, 20), st.integers(0, 5), st.integers(1, 9), st.integers(0, 9), st.integers(0, 5))
def test_higher_limits_never_add_a_fact(floor: Seen, rest: int, grace: int, wrap: int, late: int, more: int) -> None:
    def found(by: int) -> set[tuple[Prefill, int, int]]:
        scoring = Scoring(late_min=late + by, idle_s=60 * (late + by))
        return {same(f) for f in facts_of(floor, EVERYTHING, scoring, limits(rest + by, grace + by, wrap + by))}

    assert found(more) <= found(0)


@examples(100)
@given(floors(), st.sampled_from(("restroom", "Toilet", "medical", "system_fault", "卫生间")))
def test_of_a_protected_reason_the_floor_knows_nothing(floor: Seen, reason: str) -> None:
    spans = {agent: [s._replace(reason=reason) for s in told] for agent, told in floor.spans.items()}
    found = facts_of(floor._replace(spans=spans), EVERYTHING, SCORING, limits())
    assert not {Prefill.BREAK_OVERRUN, Prefill.NO_REASON} & {fact.prefill for fact in found}


@examples(100)
@given(floors())
def test_nothing_is_held_against_anybody_where_nothing_was_measured(floor: Seen) -> None:
    blind = floor._replace(measured={1: ((-10_000 * MINUTE, FIRST * MINUTE),)})
    assert facts_of(blind, EVERYTHING, SCORING, limits()) == ()


# ---------------------------------------------------------------- single rules

MEASURED = {1: ((-600 * MINUTE, 600 * MINUTE),)}


def on(state: State, since: int, until: int | None, reason: str = "", queue: int | None = None) -> Span:
    until_ms = None if until is None else until * MINUTE
    return Span(1, state, reason, queue, None, since * MINUTE, until_ms)


def found(*spans: Span, own: Limits = LIMITS, **more: Any) -> tuple[Fact, ...]:  # noqa: ANN401 - any field of a floor
    floor = Seen({1: spans}, MEASURED)._replace(**more)
    return facts_of(floor, Window(-600 * MINUTE, 600 * MINUTE), SCORING, own)


def test_a_break_is_over_once_it_is_longer_than_its_allowance_and_grace() -> None:
    assert found(on(State.NOT_READY, 0, 11, "rest")) == ()
    [fact] = found(on(State.NOT_READY, 0, 12, "rest"))
    assert fact == Fact(Prefill.BREAK_OVERRUN, 1, 0, 12 * MINUTE, 12 * MINUTE, 11 * MINUTE, "rest")


def test_a_sites_own_threshold_for_a_reason_goes_before_the_allowance() -> None:
    own = replace(LIMITS, by_reason={"rest": (MINUTE, 4 * MINUTE, 9 * MINUTE)})
    [fact] = found(on(State.NOT_READY, 0, None, "rest"), own=own)
    assert (fact.limit_ms, fact.until_ms) == (4 * MINUTE, None)


def test_limits_are_the_teams_and_the_queues_own() -> None:
    short = replace(LIMITS, wrap_up_ms=(MINUTE, 2 * MINUTE))
    wrapped = on(State.WRAP_UP, 0, 3, queue=7)
    assert found(wrapped) == ()
    assert found(wrapped, own=replace(LIMITS, by_queue={"billing": short}), queues={7: "billing"})
    assert found(wrapped, own=replace(LIMITS, by_team={"Sales": short}), teams={1: "Sales"})


def test_whose_phone_never_rang_or_rang_for_a_caller_who_gave_up_was_not_idle() -> None:
    serving = {1: [Member(1, 7, 0, None, None)]}
    waits = {7: [(10 * MINUTE, 20 * MINUTE)]}
    free = on(State.AVAILABLE, 0, None)
    assert found(free, waits=waits, members=serving) == ()
    gave_up = {1: [Ring(1, 7, None, 12 * MINUTE, None, True)]}
    assert found(free, waits=waits, members=serving, missed=gave_up) == ()
    once = {1: [Ring(1, 7, None, 12 * MINUTE, 15_000, False)]}
    assert found(free, waits=waits, members=serving, missed=once) == ()
    missed = {1: [Ring(1, 7, None, ms, 15_000, False) for ms in (12 * MINUTE, 15 * MINUTE)]}
    [fact] = found(free, waits=waits, members=serving, missed=missed)
    times = (12 * MINUTE - 15_000, 15 * MINUTE, 3 * MINUTE + 15_000, 2 * MINUTE)
    assert fact == Fact(Prefill.IDLE_WHILE_WAITING, 1, *times)
    unknown = {1: [Ring(1, 7, None, 12 * MINUTE, None, False)]}
    assert found(free, waits=waits, members=serving, missed=unknown) == ()
    paused = {1: [Member(1, 7, 0, None, "rest")]}
    assert found(free, waits=waits, members=paused, missed=missed) == ()


def test_who_is_not_in_yet_is_late_once_the_minutes_have_passed() -> None:
    floor = Seen({1: []}, MEASURED, [Duty(1, "A", "", 0, 480 * MINUTE)])
    assert facts_of(floor, Window(0, 5 * MINUTE), SCORING) == ()
    [fact] = facts_of(floor, Window(0, 5 * MINUTE + 1), SCORING)
    assert fact == Fact(Prefill.LATE_SIGN_IN, 1, 0, None, 5 * MINUTE + 1, 5 * MINUTE)
