"""What holds of a recorder's rows whatever it is told."""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.metrics import NOTHING, Goal, figures_of
from data.model.known import Known
from data.model.observation import (
    AgentEntry,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallHeld,
    CallResumed,
    CallRinging,
    Directory,
    Event,
    Observation,
    Paused,
    QueueEntry,
    RingEnded,
    SignedIn,
    SignedOut,
    SourceRestarted,
    WrapUpEnded,
)
from data.model.rows import Call, Coverage, Span
from data.model.words import Channel, Outcome, State
from data.recorder import record
from tests.data.floor import Tables, any_events, in_pieces, logged_events, recorded, watches
from tests.data.logs import START
from tests.examples import examples

ANY = st.one_of(any_events(), logged_events(nasty=True))
AT_LENGTH = st.one_of(any_events(60), logged_events(nasty=True))
QUICK, LONG = 100, 1_500


# Spans


def stretch_of(span: Span, stretches: list[Coverage]) -> Coverage:
    inside = [s for s in stretches if s.since_ms <= span.since_ms <= (span.until_ms or span.since_ms) <= s.until_ms]
    assert inside, f"{span} lies in no stretch that was measured: {stretches}"
    return inside[-1] if span.until_ms is None else inside[0]


def check_spans(tables: Tables) -> None:
    """Spans tile the time from an agent's first word to the end of each stretch that was measured."""
    stretches = sorted(tables.coverage.values(), key=lambda c: c.since_ms)
    assert all(a.until_ms <= b.since_ms for a, b in pairwise(stretches))
    for agent_id in tables.agents:
        spans = tables.of_agent(agent_id)
        assert all(s.until_ms is not None for s in spans[:-1])
        for stretch in stretches:
            mine = [s for s in spans if stretch_of(s, stretches) is stretch]
            if mine:
                check_stretch(mine, stretch, last=stretch is stretches[-1])


def check_stretch(spans: list[Span], stretch: Coverage, last: bool) -> None:
    for before, after in pairwise(spans):
        assert before.until_ms == after.since_ms
    assert (spans[-1].until_ms is None) == last
    ends = [stretch.until_ms if s.until_ms is None else s.until_ms for s in spans]
    measured = stretch.until_ms - spans[0].since_ms
    assert sum(end - s.since_ms for s, end in zip(spans, ends, strict=True)) == measured
    assert ends[-1] == stretch.until_ms


@examples(QUICK)
@given(watches(ANY))
def test_spans_tile_the_measured_time(observations: list[Observation]) -> None:
    check_spans(recorded(observations)[1])


@pytest.mark.slow
@examples(LONG)
@given(watches(AT_LENGTH))
def test_spans_tile_the_measured_time_at_length(observations: list[Observation]) -> None:
    known, tables = recorded(observations)
    check_spans(tables)
    check_calls(known, tables)


# Visits


def check_calls(known: Known, tables: Tables) -> None:
    for call in tables.calls.values():
        assert call.answered_ms is None or call.answered_ms >= call.entered_ms
        assert call.ended_ms is None or call.ended_ms >= max(call.entered_ms, call.answered_ms or 0)
        assert (call.agent_id is not None) <= (call.answered_ms is not None)
        answered = call.outcome in (Outcome.ANSWERED, Outcome.TRANSFERRED)
        assert answered == (call.answered_ms is not None)
        assert (call.ended_ms is None) <= (call.outcome in (None, Outcome.ANSWERED))
        assert all(length is None or length >= 0 for length in (call.wait_ms, call.talk_ms, call.ring_ms))
    still = {c.id for c in tables.calls.values() if c.ended_ms is None}
    assert {c.id for c in known.open.values()} == still
    assert len(known.open) == len(still)
    assert all(c == tables.calls[c.id] for c in (*known.open.values(), *known.closed.values()))
    talked = [c for agent in known.agents.values() for c in agent.calls]
    assert len(talked) == len(set(talked))
    assert set(talked) <= {c.id for c in known.open.values() if c.answered_ms is not None}


@examples(QUICK)
@given(watches(ANY))
def test_visits_are_whole(observations: list[Observation]) -> None:
    check_calls(*recorded(observations))


@examples(QUICK)
@given(watches(ANY))
def test_a_visit_ends_once_and_keeps_its_entry(observations: list[Observation]) -> None:
    known = Known(1)
    ended: dict[int, Call] = {}
    for observation in observations:
        known, rows = record(known, observation)
        for number, (before, after) in rows.calls.items():
            assert before is None or after.entered_ms == before.entered_ms
            assert number not in ended or after.ended_ms is not None or ended[number].outcome == Outcome.LOST
            if after.ended_ms is not None:
                ended[number] = after


@examples(QUICK)
@given(logged_events())
def test_plausible_visits_end_for_good(events: list[Event]) -> None:
    known = Known(1)
    ended: dict[int, Call] = {}
    for observation in in_pieces(events, range(1, len(events))):
        known, rows = record(known, observation)
        for number, (_, after) in rows.calls.items():
            was = ended.get(number)
            assert was is None or was.talk_ms is None, f"{was} ended again as {after}"
            if after.ended_ms is not None:
                ended[number] = after


@examples(QUICK)
@given(watches(ANY))
def test_every_visit_is_offered_and_has_one_fate(observations: list[Observation]) -> None:
    known, tables = recorded(observations)
    for queue_id in tables.queues:
        calls = [call for call in tables.calls.values() if call.queue_id == queue_id]
        f = NOTHING
        for call in calls:
            f = f.plus(figures_of(call, Goal()))
        fates = f.answered + f.abandoned + f.overflowed + f.timed_out + f.lost + f.waiting
        assert f.offered == fates == len(calls)
        waiting = [c for c in known.open.values() if c.queue_id == queue_id and c.answered_ms is None]
        assert f.waiting == len(waiting)


@examples(QUICK)
@given(watches(ANY))
def test_a_gap_ends_all_visits_and_memberships(observations: list[Observation]) -> None:
    known = Known(1)
    for observation in observations:
        before, edge = known, known.coverage.until_ms if known.coverage else None
        known, rows = record(known, observation)
        assert known.coverage
        if edge is None or known.coverage.until_ms == edge or known.coverage.since_ms <= edge:
            continue
        for call in before.open.values():
            after = rows.calls[call.id][1]
            assert after.ended_ms is not None or (call.answered_ms is None and after.answered_ms is not None)
        for agent in before.agents.values():
            for member in agent.members.values():
                closed = rows.members[member.agent_id, member.queue_id, member.since_ms]
                assert closed.until_ms == max(edge, member.since_ms)
        now = [member for agent in known.agents.values() for member in agent.members.values()]
        assert all(member.since_ms >= known.coverage.since_ms for member in now)


# The function itself


@examples(QUICK)
@given(watches(ANY))
def test_an_observation_told_again_changes_nothing(observations: list[Observation]) -> None:
    known = Known(1)
    for observation in observations:
        known, _ = record(known, observation)
        again, rows = record(known, observation)
        assert again == known
        assert not rows
        assert rows.cursor is None


@examples(60)
@given(watches(ANY))
def test_without_cursors_an_old_observation_changes_nothing(observations: list[Observation]) -> None:
    known = Known(1)
    for observation in observations:
        bare = observation._replace(cursor=None)
        known, _ = record(known, bare)
        assert not record(known, bare)[1]


@examples(60)
@given(watches(ANY))
def test_recording_does_not_change_its_arguments(observations: list[Observation]) -> None:
    known = Known(1)
    for observation in observations:
        before = deepcopy((known, observation))
        following, _ = record(known, observation)
        assert (known, observation) == before
        known = following


@examples(QUICK)
@given(ANY, st.lists(st.integers(1, 60), max_size=8))
def test_one_observation_or_many_give_equal_rows(events: list[Event], cuts: list[int]) -> None:
    once, often = recorded(in_pieces(events)), recorded(in_pieces(events, cuts))
    assert often[1] == once[1]
    assert often[0] == once[0]


@pytest.mark.slow
@examples(LONG)
@given(AT_LENGTH, st.lists(st.integers(1, 60), max_size=20))
def test_one_observation_or_many_give_equal_rows_at_length(events: list[Event], cuts: list[int]) -> None:
    once, often = recorded(in_pieces(events)), recorded(in_pieces(events, cuts))
    assert often == once


# One floor told by hand


def seen(*events: Event, until: int = 600) -> tuple[Known, Tables]:
    directory = Directory((AgentEntry("Ann", "Ann"),), (QueueEntry("sales", "Sales"),))
    return recorded([Observation("test", START, START + until * 1000, list(events), (), directory)])


def at(second: float) -> int:
    return START + round(second * 1000)


def states(tables: Tables, agent_id: int = 1) -> list[tuple[str, float]]:
    return [(str(s.state), (s.since_ms - START) / 1000) for s in tables.of_agent(agent_id)]


def test_a_call_from_ring_to_wrap_up() -> None:
    _, tables = seen(
        SignedIn(at(0), "Ann", "sales"),
        CallEntered(at(10), "c1", "sales", "555"),
        CallRinging(at(12), "c1", "sales", "Ann"),
        CallAnswered(at(15), "c1", "sales", "Ann", None, 3000),
        CallHeld(at(20), "c1", "sales", "Ann"),
        CallResumed(at(30), "c1", "sales", "Ann"),
        Paused(at(31), "Ann", None, "Lunch"),
        CallEnded(at(60), "c1", "sales", "Ann", Outcome.ANSWERED, None, 35_000, 10_000, wraps_up=True),
        WrapUpEnded(at(75), "c1", "sales", "Ann"),
    )
    assert states(tables) == [
        ("available", 0),
        ("ringing", 12),
        ("talking", 15),
        ("hold", 20),
        ("talking", 30),
        ("wrap_up", 60),
        ("not_ready", 75),
    ]
    call = tables.calls[1]
    assert (call.wait_ms, call.ring_ms, call.talk_ms, call.hold_ms, call.wrap_up_ms) == (
        5000,
        3000,
        35000,
        10000,
        15000,
    )


@pytest.mark.parametrize("contacts", [("c1", "leg"), ("leg", "c1"), ("leg", "leg"), ("leg",)])
def test_an_end_under_the_agents_second_call_is_the_talks(contacts: tuple[str, ...]) -> None:
    """One word on it may have the caller's contact and the other that of the second call, and another time."""
    known, tables = seen(
        SignedIn(at(0), "Ann", "sales"),
        CallEntered(at(10), "c1", "sales", "555"),
        CallAnswered(at(15), "c1", "sales", "Ann", 5000),
        *(
            CallEnded(at(60.7 - n), contact, "sales", "Ann", Outcome.ANSWERED, 5000, 45_000, wraps_up=True)
            for n, contact in enumerate(contacts)
        ),
        WrapUpEnded(at(75.7), contacts[-1], "sales", "Ann"),
    )
    assert states(tables) == [("available", 0), ("talking", 15), ("wrap_up", 60.7), ("available", 75.7)]
    (call,) = tables.calls.values()
    assert (call.contact, call.outcome, call.talk_ms, call.wrap_up_ms) == ("c1", Outcome.ANSWERED, 45_000, 15_000)
    assert not known.open


def test_an_end_of_an_unknown_chat_beside_one_that_ended_is_another() -> None:
    answered = CallAnswered(at(15), "c1", "chat", "Ann", 5000)
    ends = [CallEnded(at(60), call, "chat", "Ann", Outcome.ANSWERED, 5000, 45_000) for call in ("c1", "c2")]
    directory = Directory((), (QueueEntry("chat", "Chat", channel=Channel.CHAT),))
    _, tables = recorded([Observation("test", START, at(90), (answered, *ends), (), directory)])
    assert sorted(call.contact for call in tables.calls.values()) == ["c1", "c2"]


def test_the_ringing_stops_at_every_phone_when_one_answers() -> None:
    _, tables = seen(
        SignedIn(at(0), "Ann", "sales"),
        SignedIn(at(0), "Bob", "sales"),
        CallEntered(at(10), "c1", "sales"),
        CallRinging(at(12), "c1", "sales", "Ann"),
        CallRinging(at(12), "c1", "sales", "Bob"),
        CallAnswered(at(15), "c1", "sales", "Bob"),
    )
    assert states(tables) == [("available", 0), ("ringing", 12), ("available", 15)]
    assert states(tables, 2) == [("available", 0), ("ringing", 12), ("talking", 15)]


def test_chats_run_side_by_side() -> None:
    _, tables = recorded(
        in_pieces(
            [
                CallEntered(at(0), "c1", "chat"),
                CallAnswered(at(5), "c1", "chat", "Ann"),
                CallEntered(at(6), "c2", "chat"),
                CallAnswered(at(9), "c2", "chat", "Ann"),
                CallEnded(at(20), "c1", "chat", "Ann", Outcome.ANSWERED),
                CallEnded(at(40), "c2", "chat", "Ann", Outcome.ANSWERED),
            ]
        )
    )
    told = [(s.state, s.call_id, (s.since_ms - START) // 1000) for s in tables.of_agent(1)]
    assert told == [(State.TALKING, 1, 5), (State.TALKING, 2, 9), (State.AVAILABLE, None, 40)]
    assert [c.talk_ms for c in tables.calls.values()] == [15_000, 31_000]


def test_a_gap_ends_what_was_open_where_it_began() -> None:
    first = Observation(
        "test",
        at(0),
        at(100),
        [
            SignedIn(at(0), "Ann", "sales"),
            CallEntered(at(10), "c1", "sales"),
            CallAnswered(at(15), "c1", "sales", "Ann"),
            CallEntered(at(90), "c2", "sales"),
        ],
    )
    again = Observation(
        "test", at(200), at(300), [CallEnded(at(210), "c1", "sales", "Ann", Outcome.ANSWERED, 5000, 195_000)]
    )
    _, tables = recorded([first, again])
    assert [(c.outcome, c.ended_ms, c.talk_ms) for c in tables.calls.values()] == [
        (Outcome.ANSWERED, at(210), 195_000),  # its true end was told after all
        (Outcome.LOST, at(100), None),
    ]
    check_spans(tables)
    assert sorted(c.reason for c in tables.coverage.values()) == ["", "gap"]


def test_who_waited_before_a_gap_and_is_answered_after_it_was_offered_once() -> None:
    first = Observation(
        "test", at(0), at(100), [CallEntered(at(90), "c1", "sales"), CallEntered(at(91), "c2", "sales")]
    )
    events: list[Event] = [
        CallAnswered(at(210), "c1", "sales", "Ann", 120_000),
        CallEnded(at(220), "c2", "sales", None, Outcome.ABANDONED),
    ]
    known, tables = recorded([first, Observation("test", at(200), at(300), events)])
    told = [(c.entered_ms, c.answered_ms, c.ended_ms, c.wait_ms, c.outcome) for c in tables.calls.values()]
    assert told == [
        (at(90), at(210), None, 120_000, Outcome.ANSWERED),
        (at(91), None, at(220), 129_000, Outcome.ABANDONED),
    ]
    check_calls(known, tables)


def test_depth_is_noted_at_whole_minutes() -> None:
    start = at(0) - at(0) % 60_000 + 60_000
    events = [CallEntered(start + n * 10_000, f"c{n}", "sales") for n in range(10)]
    ends = [CallEnded(start + 125_000, f"c{n}", "sales", None, Outcome.ABANDONED) for n in range(10)]
    _, tables = recorded([Observation("test", start, start + 300_000, [*events, *ends])])
    depth = {(s.at_ms - start) // 60_000: s.waiting for s in tables.samples.values()}
    assert depth == {1: 6, 2: 10}


def test_a_ring_from_before_the_sign_out_signs_nobody_in() -> None:
    events: list[Event] = [
        SignedIn(at(0), "Ann", "sales"),
        SignedOut(at(50), "Ann", "sales"),
        RingEnded(at(52), "c1", "sales", "Ann", 3000),
    ]
    _, tables = seen(*events)
    assert states(tables) == [("available", 0), ("offline", 50)]
    _, tables = seen(*events, RingEnded(at(61), "c2", "sales", "Ann", 3000))
    assert states(tables) == [("available", 0), ("offline", 50), ("available", 61)]
    assert len(tables.rings) == 2


def test_what_is_only_presumed_is_unknown_after_a_restart() -> None:
    known, tables = seen(Paused(at(10), "Ann", None, "Lunch"), SourceRestarted(at(60)))
    assert states(tables) == [("not_ready", 10), ("unknown", 60)]
    assert known.agents["Ann"].presumed
    assert (
        recorded([Observation("t", at(600), at(700), [SignedOut(at(650), "Ann")], cursor="x")], known)[1]
        .of_agent(1)[-1]
        .state
        == State.OFFLINE
    )
