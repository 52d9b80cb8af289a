"""An agent's work as of a moment: equal to a plain telling of it, from nothing later, whole days long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.adapters.simulator import simulate_day
from data.baselines import Baseline
from data.load import LoadPolicy, Workload, score_of
from data.model.days import HOUR, MINUTE, day_window
from data.model.observation import Observation
from data.model.rows import Call, Span
from data.model.words import Outcome, State
from data.workday import Usual, Workday, stretch_of, visit_of
from tests.data.floor import any_events, logged_events, recorded, watches
from tests.data.logs import START
from tests.data.slow_load import Slow, calls_at, spans_at
from tests.examples import examples

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 4)
DAY_MS = day_window(DAY, SHANGHAI).since_ms
BASELINE = Baseline(200, 12.0, 0.4, 200, 10.0, 0.5, 400_000)
USUAL = Usual(baselines={1: BASELINE, 2: BASELINE._replace(wrap_up_mad=None)}, hard_queues=frozenset({3}))


def workday(
    spans: Iterable[Span], calls: Iterable[Call], day_ms: int, usual: Usual = USUAL, sparse: bool = False
) -> Workday:
    visits = [visit for call in calls if (visit := visit_of(call)) is not None]
    return Workday([stretch_of(span) for span in spans], visits, day_ms, usual, sparse)


def same(one: Workload, other: Workload) -> bool:
    """Whether two are equal but for the last digits of a mean that was added up otherwise."""
    return all(
        a == b or (a is not None and b is not None and a == pytest.approx(b, rel=1e-9, abs=1e-9))
        for a, b in zip(one, other, strict=True)
    )


def check(spans: Sequence[Span], calls: Sequence[Call], day_ms: int, moments: Iterable[int]) -> None:
    """Hold a day against the plain telling, and against the same from what was known at each moment."""
    day = workday(spans, calls, day_ms)
    for moment_ms in moments:
        then = spans_at(spans, moment_ms), calls_at(calls, moment_ms)
        found = day.at(moment_ms)
        assert found == workday(*then, day_ms).at(moment_ms), "something later is known"
        if day.is_signed_in(moment_ms):
            slow = Slow(*then, day_ms, moment_ms, USUAL).workload()
            assert same(found, slow), (found, slow, moment_ms)


@cache
def played() -> list[tuple[list[Span], list[Call]]]:
    """Return the spans and the calls of each agent of a played day."""
    _, tables = recorded(simulate_day(DAY, SHANGHAI, seed=3, agents=24, load=1.15))
    calls: dict[int, list[Call]] = defaultdict(list)
    for call in tables.calls.values():
        if call.agent_id is not None:
            calls[call.agent_id].append(call)
    return [(tables.of_agent(agent), calls[agent]) for agent in tables.agents]


def test_a_played_day_is_told_as_plainly() -> None:
    chance = Random(5)
    for spans, calls in played():
        edges = [span.since_ms for span in spans]
        moments = [chance.randrange(DAY_MS + 7 * HOUR, DAY_MS + 21 * HOUR) for _ in range(40)]
        moments += [edge + chance.choice([-1, 0, 1, MINUTE, 5 * MINUTE]) for edge in chance.sample(edges, 20)]
        check(spans, calls, DAY_MS, moments)


MOMENTS = st.lists(st.integers(-100, 12_000).map(lambda n: START + n * 1_000), min_size=8, max_size=8)


def check_agents(seen: list[Observation], moments: list[int], day_ms: int) -> None:
    _, tables = recorded(seen)
    for agent in tables.agents:
        calls = [call for call in tables.calls.values() if call.agent_id == agent]
        spans = tables.of_agent(agent)
        edges = [edge for span in spans for edge in (span.since_ms, span.until_ms) if edge is not None]
        check(spans, calls, day_ms, [*moments, *edges])


@examples(150)
@given(watches(st.one_of(any_events(40), logged_events(nasty=True))), MOMENTS, st.sampled_from([-HOUR * 9, 60_000]))
def test_any_history_is_told_as_plainly(seen: list[Observation], moments: list[int], day: int) -> None:
    check_agents(seen, moments, START + day)


@pytest.mark.slow
@examples(2_000)
@given(watches(any_events(80)), MOMENTS, st.sampled_from([-HOUR * 9, 60_000, HOUR]))
def test_any_history_is_told_as_plainly_at_length(seen: list[Observation], moments: list[int], day: int) -> None:
    check_agents(seen, moments, START + day)


def test_a_break_of_five_minutes_takes_what_it_should() -> None:
    """Of every agent and minute of a played day: on a break of five minutes the time without one and the row are 0."""
    seen = 0
    for spans, calls in played():
        day = workday(spans, calls, DAY_MS)
        for span in spans:
            if span.state == State.NOT_READY and span.until_ms and span.until_ms - span.since_ms >= 5 * MINUTE:
                for moment_ms in range(span.since_ms + 5 * MINUTE, span.until_ms, MINUTE):
                    work = day.at(moment_ms)
                    assert (work.since_break, work.back_to_back) == (0, 0)
                    seen += 1
                assert (day.at(span.until_ms + MINUTE).since_break or 0) <= 1
    assert seen > 500


def test_who_else_there_is_changes_nothing() -> None:
    """Shuffled together and told apart again, in any order of the calls, each agent's scores stay."""
    chance = Random(1)
    for spans, calls in played()[:6]:
        mixed = chance.sample(calls, len(calls))
        one, other = workday(spans, calls, DAY_MS), workday(spans, mixed, DAY_MS)
        minutes = range(DAY_MS + 8 * HOUR, DAY_MS + 20 * HOUR, 7 * MINUTE)
        assert [one.load_at(1, m) for m in minutes] == [other.load_at(1, m) for m in minutes]


def test_scores_are_bounded_and_reach_up_on_a_busy_day() -> None:
    scores = [
        score
        for day in [workday(spans, calls, DAY_MS) for spans, calls in played()]
        for minute in range(DAY_MS + 8 * HOUR, DAY_MS + 20 * HOUR, 5 * MINUTE)
        if day.is_signed_in(minute)
        if (score := score_of(day.at(minute))) is not None
    ]
    assert 0 <= min(scores) < 5
    assert 40 < max(scores) <= 100


def test_what_is_left_out_of_a_sparse_day_is_not_missed() -> None:
    chance = Random(2)
    for spans, calls in played():
        whole = workday(spans, calls, DAY_MS)
        for minute in (DAY_MS + chance.randrange(8 * 60, 20 * 60) * MINUTE for _ in range(10)):
            early = minute - 2 * HOUR
            kept = [
                span
                for place, span in enumerate(spans)
                if place == 0
                or span.state in (State.NOT_READY, State.OFFLINE, State.UNKNOWN)
                or span.until_ms is None
                or span.until_ms > early
            ]
            late = [call for call in calls if call.ended_ms is None or call.ended_ms > early - HOUR - 15 * MINUTE]
            assert workday(kept, late, DAY_MS, sparse=True).load_at(7, minute) == whole.load_at(7, minute)


# Cases


def at(minute: float) -> int:
    return DAY_MS + 9 * HOUR + round(minute * MINUTE)


def day_of(*stretches: tuple[State, float], reason: str = "") -> list[Span]:
    """Return spans that follow each other from 9:00 on, each until so many minutes later; the last is open."""
    spans = [Span(1, State.OFFLINE, "", None, None, DAY_MS - HOUR, at(0))]
    for state, until in stretches:
        why = reason if state == State.NOT_READY else ""
        spans.append(Span(1, state, why, None, None, spans[-1].until_ms or 0, at(until)))
    return [*spans[:-1], spans[-1]._replace(until_ms=None)]


def call(answered: float, ended: float | None, wrap_up: float | None = None, **more: object) -> Call:
    ended_ms = None if ended is None else at(ended)
    talk_ms = None if ended_ms is None else ended_ms - at(answered)
    wrap_ms = None if wrap_up is None else round(wrap_up * MINUTE)
    row = Call(1, "c", 1, 1, "", "", at(answered), at(answered), ended_ms, 0, 0, talk_ms, 0, wrap_ms, Outcome.ANSWERED)
    return row._replace(**more)  # type: ignore[arg-type]


A, T, W, N, U = State.AVAILABLE, State.TALKING, State.WRAP_UP, State.NOT_READY, State.UNKNOWN


def test_minutes_without_a_break_begin_at_the_sign_in_and_at_each_break_of_five_minutes() -> None:
    spans = day_of((A, 50), (N, 54), (A, 100), (N, 106), (A, 200))
    day = workday(spans, [], DAY_MS)
    assert [day.at(at(m)).since_break for m in (0, 50, 53, 104, 105, 106, 110)] == [0, 50, 53, 104, 0, 0, 4]


def test_two_short_breaks_one_after_the_other_are_one() -> None:
    spans = day_of((A, 50), (N, 53), (State.OFFLINE, 56), (A, 100))
    assert workday(spans, [], DAY_MS).at(at(60)).since_break == 4


def test_after_a_gap_the_minutes_are_known_from_two_hours_on() -> None:
    spans = [span for span in day_of((A, 30), (N, 36), (A, 400)) if span.state != N]
    day = workday(spans, [], DAY_MS)
    assert [day.at(at(m)).since_break for m in (29, 40, 155, 156, 170)] == [29, None, None, 120, 134]
    short = [span for span in day_of((A, 30), (N, 34), (A, 400)) if span.state != N]
    assert workday(short, [], DAY_MS).at(at(60)).since_break == 60


def test_occupancy_is_not_told_of_less_than_half_an_hour() -> None:
    day = workday(day_of((T, 20), (A, 60)), [], DAY_MS)
    assert day.at(at(29)).occupancy is None
    assert day.at(at(30)).occupancy == 20 / 30
    assert day.at(at(70)).occupancy == 10 / 60


def test_unmeasured_time_is_never_idle() -> None:
    seen = day_of((T, 20), (A, 30), (U, 60), (T, 90), (A, 400))
    assert workday(seen, [], DAY_MS).at(at(75)).occupancy == (5 + 15) / 30
    hidden = [span for span in seen if span.state != U]
    assert workday(hidden, [], DAY_MS).at(at(75)) == workday(seen, [], DAY_MS).at(at(75))


def test_hard_calls() -> None:
    calls = [
        call(1, 2, hold_ms=120_001),
        call(3, 4, hold_ms=120_000),
        call(5, 6, outcome=Outcome.TRANSFERRED),
        call(7, 14),  # longer than nine in ten
        call(15, 19, queue_id=2, talk_ms=400_000),
        call(20, None, queue_id=3),
    ]
    day = workday(day_of((T, 100), (A, 200)), calls, DAY_MS)
    assert [day.at(at(m)).hard_calls for m in (1, 2, 6, 14, 19, 20, 61.9, 62, 66, 74)] == [0, 1, 2, 3, 3, 4, 4, 3, 2, 1]


def test_calls_in_a_row() -> None:
    calls = [call(0, 2, 1), call(3.5, 5, 1), call(6.9, 8, 2), call(12, 13, 0.5), call(14, 15, 0.5)]
    spans = day_of((T, 2), (W, 3), (A, 3.5), (T, 5), (W, 6), (A, 6.9), (T, 8), (W, 10), (A, 12), (T, 13), (W, 13.5))
    spans = [*spans[:-1], spans[-1]._replace(until_ms=at(13.5))]
    spans += [
        Span(1, A, "", None, None, at(13.5), at(14)),
        Span(1, T, "", None, None, at(14), at(15)),
        Span(1, W, "", None, None, at(15), at(15.5)),
        Span(1, A, "", None, None, at(15.5), None),
    ]
    day = workday(spans, calls, DAY_MS)
    moments = (0, 2.5, 3.4, 3.5, 7, 9.5, 10.9, 11, 12, 14, 16.4, 16.5)
    assert [day.at(at(m)).back_to_back for m in moments] == [1, 1, 1, 2, 3, 3, 3, 0, 1, 2, 2, 0]


def test_a_row_whose_beginning_nobody_saw_is_not_known() -> None:
    calls = [call(0, 2, 0), call(31, 33, 0), call(33, 35, 0)]
    spans = [span for span in day_of((T, 2), (A, 4), (U, 31), (T, 35), (A, 60)) if span.state != U]
    assert workday(spans, calls, DAY_MS).at(at(34)).back_to_back is None
    seen = day_of((T, 2), (A, 4), (U, 29), (A, 31), (T, 35), (A, 60))
    assert workday(seen, calls, DAY_MS).at(at(34)).back_to_back == 2


def test_hours_are_those_signed_in_without_meals() -> None:
    spans = day_of((A, 120), (N, 150), (A, 240), (State.OFFLINE, 300), (A, 700), reason="Lunch")
    day = workday(spans, [], DAY_MS)
    assert [day.at(at(m)).hours for m in (60, 120, 150, 240, 300, 360)] == [1, 2, 2, 3.5, 3.5, 4.5]
    resting = workday(day_of((A, 120), (N, 150), (A, 240), reason="rest"), [], DAY_MS)
    assert resting.at(at(150)).hours == 2.5


def test_hours_with_much_unknown_are_not_told() -> None:
    day = workday(day_of((A, 60), (U, 90), (A, 100), (U, 101), (A, 300)), [], DAY_MS)
    assert [day.at(at(m)).hours for m in (60, 90, 100, 101)] == [1, 1, 70 / 60, None]


def test_lateness() -> None:
    spans = day_of((A, 10), (N, 22), (A, 60), (N, 75), (A, 100), reason="小休")
    day = workday(spans, [], DAY_MS)
    assert [day.at(at(m)).late for m in (20, 21, 22, 60, 70, 75, 99)] == [0, 1, 2, 2, 2, 7, 7]
    for reason in ("卫生间", "培训", "made up"):
        other = day_of((A, 10), (N, 200), (A, 300), reason=reason)
        assert workday(other, [], DAY_MS).at(at(250)).late == 0
    quiet = Usual(policy=LoadPolicy(count_lateness=False))
    assert workday(spans, [], DAY_MS, quiet).at(at(99)).late is None


def test_drift_is_a_standard_normal_value_when_nothing_has_changed() -> None:
    """Over many days of calls drawn as the baseline has it, the drift's mean is 0 and its deviation 1."""
    chance = Random(4)
    found = []
    usual = Usual(baselines={1: Baseline(500, 12.0, 0.6 / 1.4826, 500, 10.0, 0.5 / 1.4826, None)})
    for _ in range(1_500):
        calls = [
            call(5 * n, 5 * n + 1, 0)._replace(talk_ms=round(2.718281828459045 ** chance.gauss(12.0, 0.6)))
            for n in range(chance.randrange(1, 20))
        ]
        drift = workday([], calls, DAY_MS, usual).at(at(100)).handle_drift
        assert drift is not None
        found.append(drift)
    mean = sum(found) / len(found)
    assert abs(mean) < 0.1
    assert 0.93 < (sum((each - mean) ** 2 for each in found) / len(found)) ** 0.5 < 1.07
