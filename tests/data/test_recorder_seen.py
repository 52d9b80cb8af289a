"""What a snapshot puts right, one rule at a time: agents."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.model.known import Known
from data.model.observation import (
    AgentEntry,
    AgentSeen,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallHeld,
    CallRinging,
    Directory,
    Event,
    Observation,
    Paused,
    Resumed,
    RingEnded,
    Serving,
    SignedIn,
    SignedOut,
    Snapshot,
    SourceRestarted,
    WaitingSeen,
    WrapUpEnded,
)
from data.model.words import Outcome, State
from data.recorder import record
from data.store.writer import Writer
from tests.data.logs import START, at
from tests.data.looks import ANN_SERVES, ANN_TALKS, AVAILABLE, BOTH, SALES, Watch, ann

# Two sights where events go before, one where nothing else is told


def test_a_difference_counts_on_the_second_sight_since_the_first() -> None:
    watch = Watch(ANN_SERVES).shown(ann(State.TALKING), corrects=True)
    assert watch.nothing_changed()
    watch.shown(ann(State.TALKING), corrects=True)
    assert watch.states() == [("available", 0), ("talking", 11)]
    assert not watch.known.doubts


def test_a_difference_that_is_gone_or_another_one_is_forgotten() -> None:
    watch = Watch(ANN_SERVES)
    for row in (ann(State.TALKING), AVAILABLE, ann(State.TALKING), ann(State.RINGING), ann(State.TALKING)):
        watch.shown(row, corrects=True)
        assert watch.nothing_changed()


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (Paused(at(11.5), "Ann", "sales", "Lunch"), "not_ready Lunch"),
        (SourceRestarted(at(11.5)), "offline"),
        (CallEntered(at(11.5), "c1", "sales"), "talking"),
    ],
)
def test_what_is_told_of_an_agent_in_between_goes_before(event: Event, state: str) -> None:
    watch = Watch(ANN_SERVES).shown(ann(State.TALKING), corrects=True)
    watch.shown(ann(State.TALKING), corrects=True, events=(event,))
    assert watch.state() == state
    watch.shown(ann(State.TALKING), corrects=True)
    assert watch.states()[-1] == ("talking", 11 if state == "talking" else 12)


def test_what_is_told_without_a_snapshot_in_between_goes_before_too() -> None:
    watch = Watch(ANN_SERVES).shown(ann(State.TALKING), corrects=True)
    watch.told(Resumed(at(11.5), "Ann", "sales"), until=12)
    assert watch.shown(ann(State.TALKING), corrects=True).state() == "available"


def test_an_answer_without_a_snapshot_in_between_changes_no_doubt() -> None:
    watch = Watch(ANN_SERVES).shown(ann(State.TALKING), corrects=True).told(until=12)
    assert watch.shown(ann(State.TALKING), corrects=True).states()[-1] == ("talking", 11)


def test_without_events_each_snapshot_counts() -> None:
    assert Watch(ANN_SERVES).shown(ann(State.TALKING)).states() == [("available", 0), ("talking", 11)]


@pytest.mark.parametrize("corrects", [False, True])
def test_of_whom_nothing_is_known_it_counts_at_once(corrects: bool) -> None:
    watch = Watch().shown(ann(State.NOT_READY, (Serving("sales", "Lunch", at(2), at(4)),)), corrects=corrects)
    assert watch.states() == [("not_ready Lunch", 4)]
    assert watch.members() == [("sales", 2, 4, None), ("sales", 4, None, "Lunch")]


def test_after_a_gap_it_counts_at_once() -> None:
    watch = Watch(ANN_SERVES, SignedIn(START, "Bob", "sales"))
    waiting = (WaitingSeen("c9", "sales", at(55), "555", "Li"),)
    watch.shown(ann(State.TALKING), waiting=waiting, corrects=True, since=60, until=61)
    assert watch.states() == [("available", 0), ("talking", 61)]
    assert watch.states("Bob") == [("available", 0), ("offline", 61)]
    assert (watch.call("c9").entered_ms, watch.call("c9").caller, watch.call("c9").caller_name) == (at(55), "555", "Li")


def test_an_agent_who_is_told_and_shown_for_the_first_time_is_not_doubted() -> None:
    """A source's first answer holds the events since it was asked, and how it is after them."""
    first = Observation("t", START, at(1), ANN_TALKS[1:], (), None, None, Snapshot((AVAILABLE,), (), corrects=True))
    known, _ = record(Known(1), first)
    assert known.agents["Ann"].span is not None
    assert known.agents["Ann"].span.state == State.AVAILABLE


# Memberships and pauses


def test_sign_ins_sign_outs_and_pauses() -> None:
    watch = Watch(ANN_SERVES).shown(ann(State.AVAILABLE, (Serving("sales"), Serving("support", None, at(10.5)))))
    watch.shown(ann(State.AVAILABLE, (Serving("sales", "Lunch", None, at(11.2)), Serving("support"))))
    assert watch.members() == [("sales", 0, 11.2, None), ("sales", 11.2, None, "Lunch"), ("support", 10.5, None, None)]
    watch.shown(ann(State.NOT_READY, (Serving("sales", "Lunch"), Serving("support", "Tea", None, at(12.1)))))
    watch.shown(ann(State.NOT_READY, (Serving("sales", "Lunch"), Serving("support", "Team", None, at(13.1)))))
    watch.shown(ann(State.AVAILABLE, (Serving("sales"), Serving("support", "Team"))))
    watch.shown(ann(State.OFFLINE, ()))
    assert [m for m in watch.members() if m[1] != m[2]] == sorted(
        [
            ("sales", 0, 11.2, None),
            ("sales", 11.2, 15, "Lunch"),
            ("sales", 15, 16, None),
            ("support", 10.5, 12.1, None),
            ("support", 12.1, 13.1, "Tea"),
            ("support", 13.1, 16, "Team"),
        ],
        key=lambda m: (watch.known.queues[m[0]], m[1]),
    )
    assert watch.states() == [
        ("available", 0),
        ("not_ready Tea", 12.1),
        ("not_ready Team", 13.1),
        ("available", 15),
        ("offline", 16),
    ]


def test_a_membership_that_was_missed_counts_on_the_second_sight() -> None:
    watch = Watch(ANN_SERVES).shown(ann(State.AVAILABLE, BOTH), corrects=True)
    assert watch.nothing_changed()
    watch.shown(ann(State.AVAILABLE, BOTH), corrects=True)
    assert watch.members() == [("sales", 0, None, None), ("support", 11, None, None)]
    assert watch.states() == [("available", 0)]


def test_a_phone_that_is_not_registered_is_never_free_though_it_is_signed_in() -> None:
    watch = Watch(SignedIn(START, "Ann"), SignedOut(at(1), "Ann")).twice(ann(State.OFFLINE, since_ms=at(10)))
    assert watch.states() == [("available", 0), ("offline", 1)]
    assert watch.members() == [("sales", 11, None, None)]


def test_a_sign_in_is_when_the_agent_became_free() -> None:
    watch = Watch(SignedIn(START, "Ann"), SignedOut(at(1), "Ann")).shown(ann(State.AVAILABLE, since_ms=at(10.5)))
    assert (watch.states()[-1], watch.members()) == (("available", 10.5), [("sales", 10.5, None, None)])
    watch.shown(ann(State.AVAILABLE, BOTH, since_ms=at(10.5)))
    assert watch.members()[1] == ("support", 12, None, None)


def test_who_moves_from_one_queue_to_another_is_free_all_the_time() -> None:
    watch = Watch(ANN_SERVES).shown(ann(State.AVAILABLE, (Serving("support"),)))
    assert watch.members() == [("sales", 0, 11, None), ("support", 11, None, None)]
    assert len(watch.tables.spans) == 1


def test_a_queue_paused_and_another_joined_at_once_leave_an_agent_free() -> None:
    watch = Watch(ANN_SERVES).shown(ann(State.AVAILABLE, (Serving("sales", "Tea"), Serving("support"))))
    assert len(watch.tables.spans) == 1


def test_each_change_in_between_has_its_time() -> None:
    watch = Watch(ANN_SERVES)
    watch.shown(
        ann(State.NOT_READY, (Serving("sales", "Tea", None, at(10.2)), Serving("support", "Tea", at(10.4), at(10.6))))
    )
    assert watch.states() == [("available", 0), ("not_ready Tea", 10.2), ("available", 10.4), ("not_ready Tea", 10.6)]


def test_times_outside_what_was_measured_are_not_believed() -> None:
    early = Serving("sales", "Lunch", at(-500), at(-400))
    watch = Watch().shown(ann(State.NOT_READY, (early,), since_ms=at(-300)))
    assert (watch.states(), watch.members()) == ([("not_ready Lunch", 0)], [("sales", 0, None, "Lunch")])
    watch.shown(ann(State.AVAILABLE, since_ms=at(500)))
    assert watch.states()[-1] == ("available", 12)


def test_a_pause_of_everything_ends_where_a_queue_is_shown_unpaused() -> None:
    watch = Watch(*(SignedIn(START, "Ann", s.queue) for s in BOTH), Paused(at(5), "Ann", None, "Lunch"))
    watch.twice(ann(State.AVAILABLE, (Serving("sales"), Serving("support", "Lunch"))))
    assert watch.states() == [("available", 0), ("not_ready Lunch", 5), ("available", 11)]
    watch.told(Paused(at(20), "Ann", "sales", "Tea"))
    assert watch.state() == "not_ready Tea"
    watch = Watch(*ANN_TALKS, Paused(at(6), "Ann", None, "Lunch")).twice(ann(State.TALKING))
    watch.told(CallEnded(at(20), "c1", "sales", "Ann", Outcome.ANSWERED))
    assert watch.states()[-1] == ("available", 20)


def test_a_source_without_memberships_tells_by_the_state_who_is_signed_in() -> None:
    watch = Watch()
    for state in (State.AVAILABLE, State.NOT_READY, State.OFFLINE, State.TALKING, State.AVAILABLE):
        watch.shown(ann(state, None, reason="Lunch" if state == State.NOT_READY else ""))
    expected = [("available", 11), ("not_ready Lunch", 12), ("offline", 13), ("talking", 14), ("available", 15)]
    assert watch.states() == expected
    assert watch.members() == []
    assert watch.known.agents["Ann"].signed_in
    assert watch.known.agents["Ann"].seen is None


def test_who_is_ready_again_has_no_pause_left() -> None:
    watch = Watch().shown(ann(State.NOT_READY, None, reason="Lunch")).shown(ann(State.AVAILABLE, None))
    assert (watch.state(), watch.known.agents["Ann"].paused) == ("available", None)


def test_who_is_off_has_no_pause_left() -> None:
    watch = Watch().shown(ann(State.NOT_READY, None, reason="Lunch")).shown(ann(State.OFFLINE, None))
    assert watch.told(SignedIn(at(20), "Ann", "sales")).state() == "available"


def test_who_is_busy_is_signed_in_where_nothing_else_tells() -> None:
    watch = Watch().shown(ann(State.TALKING, None, queue="sales", call="c1"), corrects=True)
    watch.told(CallEnded(at(20), "c1", "sales", "Ann", Outcome.ANSWERED))
    assert watch.states()[-1] == ("available", 20)


def test_memberships_that_a_source_does_not_tell_are_left_alone() -> None:
    watch = Watch(ANN_SERVES).shown(ann(State.OFFLINE, None)).shown(ann(State.NOT_READY, None, reason="Tea"))
    assert watch.states() == [("available", 0), ("offline", 11), ("not_ready Tea", 12)]
    assert watch.members() == [("sales", 0, None, None)]


def test_an_agent_signed_in_to_no_queue() -> None:
    watch = Watch().shown(ann(State.AVAILABLE, ())).shown(ann(State.NOT_READY, (), reason="Tea"))
    assert watch.states() == [("available", 11), ("not_ready Tea", 12)]


# What events do not explain


@pytest.mark.parametrize("state", [State.OFFLINE, State.TALKING, State.WRAP_UP, State.RINGING, State.UNKNOWN])
def test_a_state_that_nothing_explains_is_kept_until_it_is_gone(state: State) -> None:
    """A phone that is not registered, a call of their own, after-call work of a call that was never told."""
    watch = Watch(ANN_SERVES).twice(ann(state))
    assert watch.states() == [("available", 0), (str(state), 11)]
    assert watch.shown(ann(state), corrects=True).nothing_changed()
    assert watch.twice(AVAILABLE).states() == [("available", 0), (str(state), 11), ("available", 14)]
    assert watch.known.agents["Ann"].seen is None


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (CallAnswered(at(20), "c1", "sales", "Ann"), "talking"),
        (CallEnded(at(20), "c1", "sales", "Ann", Outcome.ANSWERED, 5_000, 3_000), "available"),
        (CallRinging(at(20), "c1", "sales", "Ann"), "ringing"),
        (RingEnded(at(20), "c1", "sales", "Ann"), "available"),
        (SignedOut(at(20), "Ann"), "offline"),
        (SignedIn(at(20), "Ann"), "available"),
        (SourceRestarted(at(20)), "offline"),
    ],
)
def test_a_word_on_what_an_agent_does_goes_before_what_was_seen(event: Event, state: str) -> None:
    watch = Watch(ANN_SERVES, CallEntered(START, "c1", "sales")).twice(ann(State.WRAP_UP))
    assert watch.told(event).states() == [("available", 0), ("wrap_up", 11), (state, 20)]
    assert watch.known.agents["Ann"].seen is None


@pytest.mark.parametrize(
    ("seen", "event", "state"),
    [
        (State.WRAP_UP, WrapUpEnded(at(20), "c1", "sales", "Ann"), "available"),
        (State.UNKNOWN, Paused(at(20), "Ann", None, "Tea"), "not_ready Tea"),
        (State.UNKNOWN, SignedIn(at(20), "Ann", "support"), "available"),
        (State.TALKING, CallHeld(at(20), "c1", "sales", "Ann"), "hold"),
        (State.TALKING, SignedOut(at(20), "Ann", "sales"), "offline"),
        # a call of one's own goes on whatever else is told
        (State.TALKING, CallRinging(at(20), "c1", "sales", "Ann"), "talking"),
        (State.TALKING, RingEnded(at(20), "c1", "sales", "Ann", 0), "talking"),
        (State.TALKING, Paused(at(20), "Ann", None, "Tea"), "talking"),
        (State.TALKING, WrapUpEnded(at(20), "c1", "sales", "Ann"), "talking"),
        (State.OFFLINE, Paused(at(20), "Ann", None, "Tea"), "offline"),
    ],
)
def test_a_word_ends_what_was_seen_only_if_it_says_more(seen: State, event: Event, state: str) -> None:
    watch = Watch(ANN_SERVES, CallEntered(START, "c1", "sales")).twice(ann(seen))
    assert watch.told(event).state() == state


def test_what_was_seen_in_a_queue_is_seen_in_another_or_in_none() -> None:
    for state in (State.TALKING, State.RINGING, State.WRAP_UP):
        watch = Watch(ANN_SERVES)
        for queue in ("sales", "support", None, "new"):
            watch.shown(ann(state, queue=queue))
            assert watch.tables.of_agent(1)[-1].queue_id == (queue and watch.known.queues[queue])
            assert watch.shown(ann(state, queue=queue)).nothing_changed()


def test_a_talk_that_was_seen_ends_with_its_call() -> None:
    watch = Watch(ANN_SERVES).twice(ann(State.TALKING, queue="sales"))
    assert [(s.state, s.queue_id) for s in watch.tables.of_agent(1)][-1] == (State.TALKING, watch.known.queues["sales"])
    watch.told(CallEnded(at(30), "c1", "sales", "Ann", Outcome.ANSWERED, 2_000, 19_500))
    assert watch.states()[-1] == ("available", 30)
    assert (watch.call().answered_ms, watch.call().talk_ms) == (at(10.5), 19_500)


def test_a_late_word_on_the_call_before_does_not_end_the_talk_that_is_seen() -> None:
    watch = Watch(*ANN_TALKS).twice(AVAILABLE).twice(ann(State.TALKING))
    assert watch.states()[-1] == ("talking", 13)
    watch.told(CallEnded(at(10.7), "c1", "sales", "Ann", Outcome.ANSWERED, 5_000, 5_700), until=15)
    assert watch.states()[-1] == ("talking", 13)
    assert watch.call().talk_ms == 5_700


def test_states_that_look_the_same_make_no_difference() -> None:
    watch = Watch(*ANN_TALKS, CallRinging(at(6), "c2", "sales", "Bob"))
    row = ann(State.RINGING, or_states=frozenset({State.TALKING}))
    assert watch.twice(row).nothing_changed()
    assert watch.states() == [("available", 0), ("talking", 5)]


def test_a_source_that_cannot_say_what_an_agent_does_ends_no_call() -> None:
    assert Watch(*ANN_TALKS).twice(ann(State.UNKNOWN)).states() == [("available", 0), ("talking", 5)]


def test_what_was_seen_comes_back_after_a_kill(tmp_path: Path) -> None:
    first = Observation("test", START, at(1), (), (), Directory((AgentEntry("Ann", "Ann"),)))
    shown = Snapshot(
        (ann(State.TALKING, queue="sales"), AgentSeen("Bob", State.OFFLINE, serving=SALES)), (), corrects=True
    )
    with Writer(tmp_path / "s.sqlite") as writer:
        known, rows = record(writer.known("test"), first._replace(snapshot=shown))
        writer.write(rows)
    with Writer(tmp_path / "s.sqlite") as writer:
        again = writer.known("test")
    assert again.agents == known.agents
    assert [agent.seen is not None for agent in again.agents.values()] == [True, True]
    _, rows = record(again, Observation("test", at(1), at(2), snapshot=shown))
    assert not rows.spans


# Who is not shown


@pytest.mark.parametrize("corrects", [False, True])
def test_who_is_not_shown_is_signed_out(corrects: bool) -> None:
    watch = Watch(ANN_SERVES, SignedIn(START, "Bob", "sales"), SignedIn(START, "Cai"))
    bob = AgentSeen("Bob", State.AVAILABLE, serving=SALES)
    watch.shown(bob, corrects=corrects).shown(bob, corrects=corrects)
    assert watch.states("Ann") == watch.states("Cai") == [("available", 0), ("offline", 11)]
    assert watch.members("Ann") == [("sales", 0, 11, None)]
    assert watch.state("Bob") == "available"


@pytest.mark.parametrize("corrects", [False, True])
def test_that_everybody_is_gone_takes_two_snapshots(corrects: bool) -> None:
    watch = Watch(ANN_SERVES, SignedIn(START, "Bob", "sales")).shown(corrects=corrects)
    assert watch.nothing_changed()
    watch.shown(AVAILABLE, AgentSeen("Bob", State.AVAILABLE, serving=SALES), corrects=corrects)
    assert watch.shown(corrects=corrects).nothing_changed()
    watch.shown(corrects=corrects)
    assert watch.states("Ann") == watch.states("Bob") == [("available", 0), ("offline", 13)]


def test_that_everybody_is_gone_after_a_gap_takes_two_snapshots() -> None:
    watch = Watch(ANN_SERVES).shown(since=60, until=61, corrects=True)
    assert watch.known.agents["Ann"].span is None
    assert watch.shown(corrects=True).states() == [("available", 0), ("offline", 61)]


def test_who_was_off_for_long_before_a_gap_is_let_go() -> None:
    watch = Watch(ANN_SERVES, SignedOut(at(5), "Ann"), until=50_000)
    watch.shown(AgentSeen("Bob", State.AVAILABLE), since=50_001, until=50_002)
    assert watch.known.agents["Ann"].span is None
    watch = Watch(ANN_SERVES, SignedOut(at(5), "Ann"), until=20_000)
    watch.shown(AgentSeen("Bob", State.AVAILABLE), since=20_001, until=20_002)
    assert watch.states() == [("available", 0), ("offline", 5), ("offline", 20_002)]


def test_a_last_call_goes_on_after_a_sign_out_where_events_tell_its_end() -> None:
    bob = AgentSeen("Bob", State.AVAILABLE, serving=SALES)
    watch = Watch(*ANN_TALKS).twice(bob)
    assert (watch.state(), watch.members()) == ("talking", [("sales", 0, 11, None)])
    assert not watch.shown(bob, corrects=True).known.doubts
    watch.told(CallEnded(at(30), "c1", "sales", "Ann", Outcome.ANSWERED, 5_000, 25_000))
    assert watch.states()[-1] == ("offline", 30)
    watch = Watch(*ANN_TALKS).shown(bob)
    assert (watch.state(), watch.call().talk_ms) == ("offline", 6_000)


def test_who_is_gone_does_not_ring() -> None:
    watch = Watch(ANN_SERVES, CallEntered(START, "c1", "sales"), CallRinging(at(5), "c1", "sales", "Ann"))
    assert watch.twice(AgentSeen("Bob", State.AVAILABLE, serving=SALES)).states()[-1] == ("offline", 11)


def test_who_is_only_in_the_directory_is_not_told_of() -> None:
    directory = Directory((AgentEntry("Dan", "Dan"),))
    snapshot = Snapshot((AVAILABLE,), (), corrects=False)
    known, rows = record(Known(1), Observation("t", START, at(1), (), (), directory, None, snapshot))
    assert [span.agent_id for span in rows.spans.values()] == [known.agents["Ann"].id]
