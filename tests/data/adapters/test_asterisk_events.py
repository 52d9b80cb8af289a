"""Events and queue log of a real run make one record, however they are cut and whichever comes first."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.adapters.asterisk.events import CONNECTING_MS, Events
from data.adapters.asterisk.following import Interfaces, by_interface
from data.adapters.asterisk.reconcile import Reconciler
from data.adapters.asterisk.status import Clock, Membership
from data.model.known import Known
from data.model.observation import (
    CallAnswered,
    CallEnded,
    CallEntered,
    CallHeld,
    CallResumed,
    Event,
    Observation,
    Paused,
    Resumed,
    RingEnded,
    SignedIn,
    SourceRestarted,
)
from data.model.rows import Call
from data.model.words import Outcome
from data.recorder import record
from tests.data.adapters.recorded import Visit, interfaces, logged, told, truth, visits_of
from tests.examples import examples

ALL = 1 << 62


def recorded(
    polls: list[float], *, events: bool = True, log_lag_s: float | None = 0.0, listened_ms: int = 0
) -> tuple[Counter[Visit], list[Event]]:
    """Return the calls that come of the run, and all that was merged, when it is polled at these moments (s)."""
    source, reconciler = Events(), Reconciler(follows_log=log_lag_s is not None)
    times = [each.at_s for each in told()]
    lines = [event.at_ms / 1000 for event in logged()]
    known, calls = Known(1), dict[int, Call]()
    merged: list[Event] = []
    at = line = 0
    for moment in polls:
        until = bisect_left(times, moment, at) if events else 0
        fresh = [each.fields for each in told()[at:until]]
        at = until
        written: list[Event] = []
        if log_lag_s is not None:
            stop = max(line, bisect_left(lines, moment - log_lag_s, line))
            written, line = by_interface(logged()[line:stop], interfaces(), Clock(ALL)), stop
        clock = Clock(round(moment * 1000))
        news = reconciler.merge(source.take(fresh, clock), written, listened_ms)
        since_ms = known.coverage.until_ms if known.coverage else None
        known, rows = record(known, Observation("pbx", since_ms, clock.now_ms, news))
        calls |= {number: after for number, (_, after) in rows.calls.items()}
        merged += news
    assert not known.open
    return visits_of(calls.values(), known.queues), merged


def every(seconds: float) -> list[float]:
    start, end = told()[0].at_s, told()[-1].at_s + 60
    return [start + n * seconds for n in range(1, round((end - start) / seconds))]


def coarse(visits: Counter[Visit]) -> Counter[Visit]:
    """Return visits as events alone can tell them: who gave up, timed out or found nobody there is one."""
    unanswered = {"timed_out": "abandoned"}
    found: Counter[Visit] = Counter()
    for visit, n in visits.items():
        outcome = unanswered.get(visit.outcome, visit.outcome)
        if visit.queue == "vip" and visit.outcome == "overflowed":  # nobody there; elsewhere it was a key
            outcome = "abandoned"
        wait = visit.wait_s if outcome != "overflowed" else 0
        found[visit._replace(outcome=outcome, wait_s=wait)] += n
    return found


def test_log_and_events_equal_the_truth() -> None:
    visits, merged = recorded(every(1))
    assert visits == truth()
    assert sum(visits.values()) == 839
    assert Counter(type(event) for event in merged)[CallAnswered] == 730


def test_events_alone_equal_the_truth_but_for_what_no_event_tells() -> None:
    visits, _ = recorded(every(1), log_lag_s=None)
    assert coarse(visits) == coarse(truth())
    assert {visit.outcome for visit in visits} == {"answered", "transferred", "abandoned", "overflowed"}


def test_the_log_alone_equals_the_truth() -> None:
    visits, _ = recorded(every(1), events=False, listened_ms=ALL)
    assert visits == truth()


def test_pauses_are_those_of_the_events() -> None:
    _, merged = recorded(every(1))
    real = Counter(
        (e.fields["Interface"], e.fields["Queue"]) for e in told() if e.fields["Event"] == "QueueMemberPause"
    )
    assert sum(real.values()) == 640
    assert Counter((e.agent, e.queue) for e in merged if isinstance(e, (Paused, Resumed))) == real + Counter(
        (e.fields["Interface"], e.fields["Queue"])
        for e in told()
        if e.fields["Event"] == "QueueMemberAdded" and e.fields["Paused"] == "1"
    )


@examples(12)
@given(
    st.lists(st.floats(0.1, 20), min_size=40, max_size=40),
    st.floats(-2, 0.9),
)
def test_however_it_is_cut_each_call_is_written_once(steps: list[float], lag_s: float) -> None:
    start, end = told()[0].at_s, told()[-1].at_s
    polls, at = [], start
    while at < end:
        for step in steps:
            at += step
            polls.append(at)
    visits, _ = recorded([*polls, at + 30, at + 60], log_lag_s=lag_s)
    assert visits == truth()


@examples(6)
@given(st.floats(1.1, 6))
def test_a_log_that_lags_far_behind_changes_no_figure(lag_s: float) -> None:
    visits, _ = recorded(every(1), log_lag_s=lag_s)
    assert coarse(visits) >= coarse(truth()) - Counter(
        {visit: n for visit, n in coarse(truth()).items() if visit.talk_s is None}
    )
    assert sum(visits.values()) == 839


# ------------------------------------------------------------------ single rules, played by hand

VISIT = {"Uniqueid": "u1", "Queue": "sales"}
AGENT = {"Interface": "PJSIP/2001", "MemberName": "王小明", "DestChannel": "PJSIP/2001-01"}


def event(name: str, at_s: float, **fields: str) -> dict[str, str]:
    return {"Event": name, "Timestamp": f"{1_800_000_000 + at_s:.3f}", **fields}


def moment(at_s: float) -> Clock:
    return Clock(round((1_800_000_000 + at_s) * 1000))


def ms(at_s: float) -> int:
    return round((1_800_000_000 + at_s) * 1000)


JOIN = event("QueueCallerJoin", 0, **VISIT, Channel="PJSIP/trunk-1", CallerIDNum="555", CallerIDName="<unknown>")
LEAVE = event("QueueCallerLeave", 3, **VISIT)
CONNECT = event("AgentConnect", 3.1, **VISIT, **AGENT, HoldTime="3", RingTime="2")
COMPLETE = event("AgentComplete", 13.1, **VISIT, **AGENT, HoldTime="3", TalkTime="10", Reason="caller")


def test_who_leaves_and_is_connected_later_is_waiting_until_then() -> None:
    events = Events()
    assert events.take([JOIN, LEAVE], moment(4)) == [CallEntered(ms(0), "u1", "sales", "555", "")]
    assert [seen.call for seen in events.leaving()] == ["u1"]
    assert events.take([CONNECT], moment(5)) == [CallAnswered(ms(3.1), "u1", "sales", "PJSIP/2001", 3000, 2000)]
    assert events.leaving() == []


def test_who_leaves_and_is_never_connected_pressed_a_key() -> None:
    events = Events()
    events.take([JOIN, LEAVE], moment(4))
    late = moment(3 + CONNECTING_MS / 1000 + 0.1)
    assert events.take([], late) == [CallEnded(ms(3), "u1", "sales", None, Outcome.OVERFLOWED)]
    assert events.take([], late) == [] == events.leaving()


def test_who_is_put_back_into_the_queue_has_left_before() -> None:
    again = event("QueueCallerJoin", 5, **VISIT, Channel="PJSIP/trunk-1")
    events = Events()
    told = events.take([JOIN, LEAVE, again], moment(6))
    assert told[1:] == [
        CallEnded(ms(3), "u1", "sales", None, Outcome.OVERFLOWED),
        CallEntered(ms(5), "u1", "sales", "", ""),
    ]
    assert events.take([], moment(60)) == []  # the new visit waits on


def test_who_hangs_up_after_leaving_has_gone() -> None:
    events = Events()
    events.take([JOIN, LEAVE], moment(4))
    gone = event("Hangup", 5, Uniqueid="u1", Channel="PJSIP/trunk-1")
    assert events.take([gone], moment(6)) == [CallEnded(ms(3), "u1", "sales", None, Outcome.OVERFLOWED)]
    assert events.channels == {}


def test_an_agent_who_takes_long_to_accept_is_waited_for() -> None:
    events = Events()
    called = event("AgentCalled", 1, **VISIT, **AGENT)
    events.take([JOIN, called, LEAVE], moment(4))
    assert events.take([], moment(40), frozenset({"PJSIP/2001"})) == []
    assert [e.call for e in events.take([CONNECT], moment(41)) if isinstance(e, CallAnswered)] == ["u1"]


def test_an_agent_who_hangs_up_before_being_connected_has_not_answered() -> None:
    events = Events()
    events.take([JOIN, LEAVE], moment(4))
    (rung,) = events.take([event("AgentDump", 5, **VISIT, **AGENT)], moment(6))
    assert rung == RingEnded(ms(5), "u1", "sales", "PJSIP/2001")
    assert events.take([], moment(60)) == []


def test_an_event_ahead_of_our_clock_takes_no_time_with_it() -> None:
    (entered,) = Events().take([JOIN | {"Timestamp": f"{1_800_000_000 + 480:.3f}"}], moment(0))
    assert ms(0) <= entered.at_ms <= ms(1)


def test_a_transfer_told_under_the_second_leg_leaves_nothing_behind() -> None:
    events = Events()
    events.take([JOIN, LEAVE, CONNECT, COMPLETE | {"Uniqueid": "leg2"}], moment(14))
    assert events.channels == {}
    assert events.channel_of_agent("PJSIP/2001") is None


def test_talks_that_go_on_are_kept_when_events_were_missed() -> None:
    events = Events()
    events.take([JOIN, LEAVE, CONNECT, event("Hold", 5, Channel="PJSIP/2001-01")], moment(6))
    events.forget(frozenset(), frozenset({"PJSIP/2001"}))
    (resumed,) = events.take([event("Unhold", 7, Channel="PJSIP/2001-01")], moment(8))
    assert isinstance(resumed, CallResumed)
    events.forget(frozenset(), frozenset())
    assert events.channel_of_agent("PJSIP/2001") is None


def test_events_without_times_leave_to_the_log_what_it_tells() -> None:
    entered, ended = CallEntered(ms(20), "u1", "sales"), CallEnded(ms(20), "u1", "sales", None, Outcome.ABANDONED)
    lines: list[Event] = [
        CallEntered(ms(11), "u1", "sales"),
        CallEnded(ms(14), "u1", "sales", None, Outcome.OVERFLOWED, 3000),
    ]
    merged = Reconciler(follows_log=True).merge([entered, ended], lines, 0, timed=False)
    assert merged == lines
    assert Reconciler(follows_log=False).merge([entered, ended], [], 0, timed=False) == [entered, ended]


def test_ends_that_the_log_never_tells_are_all_told() -> None:
    reconciler = Reconciler(follows_log=True)
    ends = [CallEnded(ms(at_s), "u1", "sales", None, Outcome.ABANDONED, 1000) for at_s in (2, 4, 6)]
    assert reconciler.merge(ends, [], 0) == []
    assert reconciler.merge([], [], 0) == ends


def test_time_on_hold_is_no_talk() -> None:
    held = [
        event("Hold", 5, Channel="PJSIP/2001-01"),
        event("Hold", 5.5, Channel="PJSIP/2001-01"),
        event("Unhold", 7, Channel="PJSIP/2001-01"),
        event("Hold", 8, Channel="somebody else's"),
    ]
    events = Events().take([JOIN, LEAVE, CONNECT, *held, COMPLETE], moment(14))
    assert [e for e in events if isinstance(e, (CallHeld, CallResumed))] == [
        CallHeld(ms(5), "u1", "sales", "PJSIP/2001"),
        CallResumed(ms(7), "u1", "sales", "PJSIP/2001"),
    ]
    end = CallEnded(ms(13.1), "u1", "sales", "PJSIP/2001", Outcome.ANSWERED, 3000, 8000, 2000)
    assert events[-1] == end


def test_an_event_without_a_time_or_with_a_senseless_one_is_of_now() -> None:
    for stamp in ("", "nan", "inf", "-1", "99999999999999999999", "x"):
        (entered,) = Events().take([JOIN | {"Timestamp": stamp}], moment(9))
        assert entered.at_ms == ms(9)


def test_the_sources_clock_is_corrected() -> None:
    (entered,) = Events().take([JOIN], Clock(ms(-37), skew_ms=37_000))
    assert entered.at_ms == ms(-37)


@pytest.mark.parametrize("missing", ["Uniqueid", "Queue"])
def test_events_that_name_no_call_or_queue_are_let_go(missing: str) -> None:
    assert Events().take([JOIN | {missing: ""}], moment(0)) == []


def test_an_outcome_comes_from_the_log_with_the_events_time() -> None:
    reconciler = Reconciler(follows_log=True)
    given_up = CallEnded(ms(9.7), "u1", "sales", None, Outcome.ABANDONED, 9000)
    timed_out = CallEnded(ms(9), "u1", "sales", None, Outcome.TIMED_OUT, 9000)
    assert reconciler.merge([given_up], [], 0) == []
    assert reconciler.merge([], [timed_out], 0) == [timed_out._replace(at_ms=ms(9.7))]
    again = given_up._replace(at_ms=ms(30)), timed_out._replace(at_ms=ms(30))  # the contact's next visit
    assert reconciler.merge([again[0]], [again[1]], 0) == [again[1]]


def test_an_outcome_that_the_log_never_tells_is_the_events() -> None:
    reconciler = Reconciler(follows_log=True)
    given_up = CallEnded(ms(9.7), "u1", "sales", None, Outcome.ABANDONED, 9000)
    assert reconciler.merge([given_up], [], 0) == []
    assert reconciler.merge([], [], 0) == [given_up]
    assert reconciler.merge([], [given_up._replace(at_ms=ms(9))], 0) == []


def test_pauses_in_the_log_count_only_where_nobody_listened() -> None:
    reconciler = Reconciler(follows_log=True)
    before, after = Paused(ms(1), "a", "sales", "Lunch"), Paused(ms(5), "a", "sales", "Tea")
    assert reconciler.merge([], [before, after, SourceRestarted(ms(6))], ms(3)) == [before, SourceRestarted(ms(6))]


def test_a_pause_that_both_tell_as_listening_begins_is_told_once() -> None:
    begun = ms(3.5)
    told: list[Event] = [
        Paused(ms(2.7), "a", "sales", "Lunch"),
        Resumed(ms(2.9), "a", "sales"),
        Paused(ms(3.7), "a", "sales", "Tea"),
    ]
    logged: list[Event] = [
        Paused(ms(2), "a", "sales", "Lunch"),
        Resumed(ms(2), "a", "sales"),
        Paused(ms(3), "a", "sales", "Tea"),
    ]
    assert Reconciler(follows_log=True).merge(told, logged, begun) == [*logged[:2], told[2]]
    assert Reconciler(follows_log=False).merge(told, [], begun) == told


def test_calls_that_the_log_told_while_events_were_missed_are_not_told_again() -> None:
    reconciler = Reconciler(follows_log=True)
    first, second = CallEntered(ms(1), "u1", "sales"), CallEntered(ms(60), "u1", "sales")
    assert reconciler.merge([], [first], 0) == [first]
    reconciler.missed_events()
    assert reconciler.merge([second], [], 0) == [second]
    assert reconciler.merge([], [second], 0) == []


def test_a_name_means_the_queues_own_member() -> None:
    known = Interfaces()
    members = [("sales", "PJSIP/2", "Kim"), ("vip", "PJSIP/9", "Kim"), ("sales", "PJSIP/1", "Lee")]
    known.learn([Membership(q, i, n, 1, False, None, 0, 0, 0, 0) for q, i, n in members])
    known.learn_names({"Local/7@x": "Gone", "PJSIP/77": "Lee"})
    assert [known.of(*pair) for pair in (("sales", "Kim"), ("vip", "Kim"), ("vip", "Lee"))] == [
        "PJSIP/2",
        "PJSIP/9",
        "PJSIP/1",
    ]
    assert known.of("vip", "Gone") == "Local/7@x"
    assert known.of("vip", "PJSIP/77") == "PJSIP/77"
    assert known.of("vip", "Nobody") == "Nobody"
    (late,) = by_interface([SignedIn(ms(5), "Kim", "vip")], known, Clock(ms(4)))
    assert late.at_ms == ms(4)  # a line that is dated ahead
    (turned,) = by_interface([SignedIn(ms(5), "Kim", "vip")], known, Clock(ms(9), 2000))
    assert turned == SignedIn(ms(3), "PJSIP/9", "vip")
