"""What a snapshot puts right, one rule at a time: calls."""

from __future__ import annotations

import pytest

from data.model.observation import (
    AgentSeen,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallHeld,
    CallRinging,
    Event,
    RingEnded,
    Serving,
    SignedIn,
    SourceRestarted,
    WaitingSeen,
)
from data.model.words import Outcome, State
from tests.data.logs import START, at
from tests.data.looks import ANN_SERVES, ANN_TALKS, AVAILABLE, BOTH, SALES, Watch, ann

# Calls


@pytest.mark.parametrize("queue", [None, "sales"])
@pytest.mark.parametrize("held", [(), (CallHeld(at(6), "c1", "sales", "Ann"),)])
def test_a_talk_that_goes_on_agrees(queue: str | None, held: tuple[Event, ...]) -> None:
    watch = Watch(*ANN_TALKS, *held).twice(ann(State.TALKING, queue=queue))
    assert watch.nothing_changed()
    assert watch.state() == ("hold" if held else "talking")


def test_a_hold_is_seen_and_its_end() -> None:
    watch = Watch(*ANN_TALKS).shown(ann(State.HOLD)).shown(ann(State.TALKING)).shown(AVAILABLE)
    assert watch.states() == [("available", 0), ("talking", 5), ("hold", 11), ("talking", 12), ("available", 13)]


def test_a_missed_end_is_unseen_where_events_are_told_and_the_true_one_corrects_it() -> None:
    watch = Watch(*ANN_TALKS).shown(AVAILABLE, corrects=True)
    assert watch.state() == "talking"
    watch.shown(AVAILABLE, corrects=True)
    assert watch.states()[-1] == ("available", 11)
    assert (watch.call().ended_ms, watch.call().talk_ms, watch.call().outcome) == (at(11), None, Outcome.ANSWERED)
    watch.told(CallEnded(at(10.8), "c1", "sales", "Ann", Outcome.ANSWERED, 5_000, 5_800), until=20)
    assert (watch.call().ended_ms, watch.call().talk_ms) == (at(10.8), 5_800)
    assert watch.state() == "available"


def test_an_end_that_is_only_ever_seen_is_an_ordinary_one() -> None:
    watch = Watch(*ANN_TALKS).shown(ann(State.AVAILABLE, since_ms=at(10.4)))
    assert watch.states()[-1] == ("available", 10.4)
    assert (watch.call().ended_ms, watch.call().talk_ms, watch.call().outcome) == (at(10.4), 5_400, Outcome.ANSWERED)


def test_after_call_work_is_seen_and_its_end() -> None:
    watch = Watch(*ANN_TALKS).shown(ann(State.WRAP_UP)).shown(ann(State.NOT_READY, (Serving("sales", "Tea"),)))
    assert watch.states()[1:] == [("talking", 5), ("wrap_up", 11), ("not_ready Tea", 12)]
    assert (watch.call().talk_ms, watch.call().wrap_up_ms) == (6_000, 1_000)


@pytest.mark.parametrize("since", [None, 12.5])
def test_after_call_work_that_is_shown_to_be_over(since: float | None) -> None:
    watch = Watch(*ANN_TALKS, CallEnded(at(8), "c1", "sales", "Ann", Outcome.ANSWERED, wraps_up=True))
    maybe = ann(State.AVAILABLE, or_states=frozenset({State.WRAP_UP}))
    assert watch.twice(maybe).state() == "wrap_up"
    watch.twice(ann(State.AVAILABLE, since_ms=None if since is None else at(since)))
    assert watch.states()[-1] == ("available", since or 13)
    assert watch.call().wrap_up_ms == ((since or 13) - 8) * 1_000


def test_a_waiting_contact_whom_an_agent_is_shown_with_is_answered() -> None:
    watch = Watch(ANN_SERVES, CallEntered(at(4), "c1", "sales"))
    watch.shown(ann(State.TALKING, queue="sales", call="c1", since_ms=at(10.5)), waiting=())
    assert watch.states() == [("available", 0), ("talking", 10.5)]
    assert (watch.call().answered_ms, watch.call().wait_ms, watch.call().outcome) == (at(10.5), 6_500, Outcome.ANSWERED)
    assert watch.known.open


def test_an_unknown_contact_whom_an_agent_is_shown_with_begins_then() -> None:
    watch = Watch(ANN_SERVES).shown(ann(State.TALKING, queue="support", call="c1"))
    assert (watch.call().entered_ms, watch.call().answered_ms, watch.call().wait_ms) == (at(11), at(11), 0)
    assert watch.known.derived == {watch.call().id}
    assert watch.members() == [("sales", 0, None, None)]
    assert watch.shown(ann(State.TALKING, queue="support", call="c1")).nothing_changed()


def test_a_contact_without_a_queue_is_the_one_that_waits() -> None:
    watch = Watch(ANN_SERVES, CallEntered(at(4), "c1", "sales")).shown(ann(State.TALKING, call="c1"), waiting=())
    assert watch.call().answered_ms == at(11)
    watch = Watch(ANN_SERVES).shown(ann(State.TALKING, call="c1"), waiting=())
    assert (watch.state(), watch.tables.calls) == ("talking", {})


def test_another_call_ends_the_one_before() -> None:
    watch = Watch(*ANN_TALKS).shown(ann(State.TALKING, queue="sales", call="c2"))
    assert (watch.call("c1").ended_ms, watch.call("c1").talk_ms) == (at(11), 6_000)
    assert [c.contact for c in watch.known.open.values()] == ["c2"]
    assert watch.shown(ann(State.TALKING, queue="support")).state() == "talking"
    assert watch.call("c2").ended_ms == at(12)
    assert watch.tables.of_agent(1)[-1].queue_id == watch.known.queues["support"]


def test_a_call_in_another_queue_than_the_one_that_waits_is_another_visit() -> None:
    watch = Watch(ANN_SERVES, CallEntered(START, "c1", "sales"))
    watch.shown(ann(State.TALKING, queue="support", call="c1"), waiting=())
    assert watch.visits() == [(0, Outcome.LOST), (11, Outcome.ANSWERED)]


def test_a_contact_who_was_gone_and_is_shown_with_an_agent_is_a_new_visit() -> None:
    watch = Watch(CallEntered(START, "c1", "sales"), CallEnded(at(9), "c1", "sales", None, Outcome.ABANDONED))
    watch.shown(ann(State.TALKING, queue="sales", call="c1", since_ms=at(5)))
    assert watch.visits() == [(0, Outcome.ABANDONED), (9, Outcome.ANSWERED)]
    assert watch.states() == [("talking", 9)]


def test_two_agents_who_swap_the_queues_of_one_contact() -> None:
    watch = Watch(ANN_SERVES, CallEntered(START, "c1", "support"), CallAnswered(at(5), "c1", "support", "Ann"))
    rows = [
        AgentSeen("Bob", State.TALKING, None, "", "support", "c1", SALES),
        ann(State.TALKING, BOTH, queue="sales", call="c1"),
    ]
    watch.shown(*rows)
    talked = {c.queue_id: c.agent_id for c in watch.known.open.values()}
    assert talked == {watch.known.queues["support"]: 2, watch.known.queues["sales"]: 1}
    assert watch.shown(*rows).nothing_changed()


def test_a_chat_and_a_call_side_by_side_agree() -> None:
    chats = (SignedIn(START, "Ann", "chat"), CallEntered(START, "c1", "chat"), CallAnswered(START, "c1", "chat", "Ann"))
    watch = Watch(*chats).shown(ann(State.TALKING, (Serving("chat"),), queue="sales"), corrects=True)
    assert watch.nothing_changed()
    assert not watch.known.doubts


def test_a_second_chat_ends_none() -> None:
    watch = Watch(SignedIn(START, "Ann", "chat")).shown(ann(State.TALKING, (Serving("chat"),), queue="chat", call="c1"))
    watch.shown(ann(State.TALKING, (Serving("chat"),), queue="chat", call="c2"))
    assert {c.contact for c in watch.known.open.values()} == {"c1", "c2"}


def test_who_hands_a_call_on_and_talks_on_is_not_idle_in_between() -> None:
    bob = AgentSeen("Bob", State.TALKING, None, "", "sales", "c1", SALES)
    watch = Watch(*ANN_TALKS, SignedIn(START, "Bob", "sales")).twice(ann(State.TALKING), bob)
    assert watch.states("Bob")[-1] == ("talking", 11)
    assert watch.states("Ann") == [("available", 0), ("talking", 5), ("talking", 11)]
    assert watch.shown(ann(State.TALKING), bob, corrects=True).nothing_changed()


def test_two_agents_shown_with_one_contact_both_talk() -> None:
    rows = [AgentSeen(key, State.TALKING, None, "", "sales", "c1", SALES) for key in ("Ann", "Bob")]
    watch = Watch(CallEntered(START, "c1", "sales")).shown(*rows)
    assert (watch.state("Ann"), watch.state("Bob"), watch.call().agent_id) == ("talking", "talking", 1)
    assert watch.shown(*rows).nothing_changed()
    watch.shown(rows[0]._replace(state=State.AVAILABLE, call=None), rows[1])
    assert (watch.state("Ann"), watch.state("Bob")) == ("available", "talking")


def test_a_ring_is_seen() -> None:
    watch = Watch(ANN_SERVES, CallEntered(START, "c1", "sales"))
    watch.shown(ann(State.RINGING, queue="sales", call="c1"))
    assert (watch.states()[-1], watch.tables.of_agent(1)[-1].call_id) == (("ringing", 11), 1)
    watch.told(CallAnswered(at(15), "c1", "sales", "Bob"))
    assert watch.states()[-1] == ("available", 15)


def test_a_ring_for_another_contact_or_none() -> None:
    waiting = (CallEntered(START, "c1", "sales"), CallEntered(START, "c2", "sales"))
    watch = Watch(ANN_SERVES, *waiting, CallRinging(at(5), "c1", "sales", "Ann"))
    assert watch.twice(ann(State.RINGING)).nothing_changed()
    assert watch.twice(ann(State.RINGING, queue="sales", call="c1")).nothing_changed()
    watch.twice(ann(State.RINGING, queue="sales", call="c2"))
    assert watch.tables.of_agent(1)[-1].call_id == watch.call("c2").id
    watch.twice(AVAILABLE)
    assert (watch.state(), watch.known.agents["Ann"].seen) == ("available", None)


def test_a_ring_that_was_seen_is_for_the_contact_once_that_is_known() -> None:
    rows, waiting = (ann(State.RINGING, call="c1"),), (WaitingSeen("c1", "sales", at(9)),)
    watch = Watch().shown(*rows, waiting=waiting, corrects=True).shown(*rows, waiting=waiting, corrects=True)
    assert watch.tables.of_agent(1)[-1].call_id == watch.call().id
    assert watch.shown(*rows, waiting=waiting, corrects=True).nothing_changed()


def test_a_ring_whose_contact_is_shown_with_another_agent_is_one_for_nobody_known() -> None:
    watch = Watch(ANN_SERVES, CallEntered(START, "c1", "sales"))
    rows = (ann(State.RINGING, call="c1"), AgentSeen("Bob", State.TALKING, call="c1", serving=SALES))
    watch.shown(*rows, waiting=())
    assert (watch.state("Ann"), watch.state("Bob")) == ("ringing", "talking")
    assert watch.tables.of_agent(1)[-1].call_id is None
    assert watch.shown(*rows, waiting=()).nothing_changed()


# Who waits


def test_who_waits_may_have_come_before_the_watch_began() -> None:
    waiting = (WaitingSeen("c1", "sales", at(-90)), WaitingSeen("c2", "sales", at(500)))
    watch = Watch(until=0).shown(waiting=waiting, people=False)
    assert (watch.call("c1").entered_ms, watch.call("c2").entered_ms) == (at(-90), at(1))
    assert watch.shown(waiting=waiting[:1], people=False, until=1.5).call("c2").outcome == Outcome.LOST


@pytest.mark.parametrize("corrects", [False, True])
def test_who_waits_unknown_or_no_longer(corrects: bool) -> None:
    watch = Watch(CallEntered(at(1), "c1", "sales"))
    waiting = (WaitingSeen("c2", "sales", at(9)),)
    watch.shown(waiting=waiting, corrects=corrects, people=False)
    assert watch.nothing_changed() == corrects
    watch.shown(waiting=waiting, corrects=corrects, people=False)
    assert (watch.call("c1").outcome, watch.call("c1").ended_ms) == (Outcome.LOST, at(11))
    assert watch.call("c2").entered_ms == at(9)
    assert watch.shown(waiting=waiting, corrects=corrects, people=False).nothing_changed()


def test_what_is_told_of_a_contact_in_between_goes_before() -> None:
    watch = Watch(CallEntered(at(1), "c1", "sales"))
    watch.shown(waiting=(WaitingSeen("c2", "sales", at(9)),), corrects=True, people=False)
    told = (
        RingEnded(at(11.1), "c1", "sales", "Ann"),
        CallEnded(at(11.2), "c2", "sales", None, Outcome.ABANDONED, 2_200),
    )
    watch.shown(waiting=(), corrects=True, people=False, events=told)
    assert (watch.call("c1").outcome, watch.call("c2").outcome) == (None, Outcome.ABANDONED)
    watch.shown(waiting=(), corrects=True, people=False)
    assert watch.call("c1").ended_ms == at(12)


def test_an_entry_that_is_told_after_it_was_seen_is_the_same_one() -> None:
    watch = Watch().shown(waiting=(WaitingSeen("c1", "sales", at(9.3)),), people=False)
    watch.told(CallEntered(at(10), "c1", "sales", "555", "Li"), until=12)
    assert (watch.call().entered_ms, watch.call().caller, watch.call().outcome) == (at(9.3), "555", None)
    for entered in (8.9, 9.9, 10.3):
        waiting = (WaitingSeen("c1", "sales", at(entered)),)
        assert watch.shown(waiting=waiting, people=False).nothing_changed()


def test_who_was_just_answered_and_is_still_shown_to_wait_is_talked() -> None:
    watch = Watch(*ANN_TALKS).shown(ann(State.TALKING), waiting=(WaitingSeen("c1", "sales", at(6)),))
    assert watch.nothing_changed()
    watch.shown(AVAILABLE, waiting=(WaitingSeen("c1", "sales", at(6)),))
    assert watch.visits() == [(0, Outcome.ANSWERED), (12, None)]


def test_a_contact_who_is_back_in_the_queue_waits_again() -> None:
    watch = Watch(CallEntered(at(1), "c1", "sales")).shown(waiting=(WaitingSeen("c1", "sales", at(8)),), people=False)
    assert watch.visits() == [(1, Outcome.LOST), (8, None)]
    watch = Watch(*ANN_TALKS).shown(ann(State.TALKING), waiting=(WaitingSeen("c1", "sales", at(9)),))
    assert watch.visits() == [(0, Outcome.ANSWERED), (9, None)]
    watch.told(CallEnded(at(20), "c1", "sales", "Ann", Outcome.ANSWERED, 5_000, 15_000))
    assert [c.outcome for c in watch.known.open.values()] == [None]


def test_a_visit_that_ended_does_not_overlap_the_next_one() -> None:
    watch = Watch(CallEntered(at(1), "c1", "sales"), CallEnded(at(6), "c1", "sales", None, Outcome.ABANDONED))
    watch.shown(waiting=(WaitingSeen("c1", "sales", at(1)),), people=False)
    assert watch.visits() == [(1, Outcome.ABANDONED), (6, None)]


def test_lost_and_seen_again_is_one_visit() -> None:
    waiting = (WaitingSeen("c1", "sales", at(3)),)
    watch = Watch().shown(waiting=waiting, people=False).shown(waiting=(), people=False)
    assert watch.call().outcome == Outcome.LOST
    assert watch.shown(waiting=waiting, people=False).call().outcome is None


# After a gap


@pytest.mark.parametrize("seen", [True, False])
def test_who_waits_across_a_gap_keeps_the_visit(seen: bool) -> None:
    watch = Watch(CallEntered(at(4.4), "c1", "sales", "555"))
    if seen:
        watch.shown(waiting=(WaitingSeen("c1", "sales", at(6)),), since=60, until=61, people=False, corrects=True)
    else:
        watch.shown(since=60, until=61, events=(CallEntered(at(4), "c1", "sales"),), people=False)
    assert (watch.call().entered_ms, watch.call().outcome, watch.call().ended_ms) == (at(4.4), None, None)
    assert watch.known.open
    watch.told(CallAnswered(at(70), "c1", "sales", "Ann", 65_000))
    assert (watch.call().wait_ms, watch.call().outcome) == (65_000, Outcome.ANSWERED)


def test_who_waited_before_a_gap_and_is_talked_after_it_keeps_the_visit() -> None:
    watch = Watch(CallEntered(at(4), "c1", "sales"))
    watch.shown(ann(State.TALKING, queue="sales", call="c1"), since=60, until=61, corrects=True)
    assert (watch.call().entered_ms, watch.call().answered_ms, watch.call().wait_ms) == (at(4), at(61), 57_000)


def test_what_was_doubted_before_a_gap_is_forgotten() -> None:
    watch = Watch(ANN_SERVES).shown(ann(State.TALKING), corrects=True)
    watch.shown(ann(State.TALKING), corrects=True, since=60, until=61)
    assert watch.states() == [("available", 0), ("talking", 61)]


@pytest.mark.parametrize("again", [2, 7])
def test_who_was_lost_at_a_restart_or_ended_is_not_found_by_an_old_entry(again: float) -> None:
    watch = Watch(CallEntered(at(2), "c1", "sales"), SourceRestarted(at(5)), until=6)
    watch.told(CallEntered(at(2), "c1", "sales"), until=8)
    assert watch.call().outcome == Outcome.LOST
    watch = Watch(CallEntered(at(2), "c1", "sales"), CallEnded(at(9), "c1", "sales", None, Outcome.ABANDONED))
    watch.shown(since=60, until=61, events=(CallEntered(at(again), "c1", "sales"),), people=False)
    assert watch.call().outcome == Outcome.ABANDONED


@pytest.mark.parametrize(
    ("row", "goes_on"),
    [
        (ann(State.TALKING, queue="sales", call="c1"), True),
        (ann(State.TALKING, queue="sales", since_ms=at(6)), True),
        (ann(State.TALKING, queue="sales", since_ms=at(59)), False),
        (ann(State.TALKING, queue="sales"), False),
        (ann(State.TALKING), False),
    ],
)
def test_a_talk_across_a_gap(row: AgentSeen, goes_on: bool) -> None:
    watch = Watch(*ANN_TALKS).shown(row, since=60, until=61, corrects=True)
    assert watch.state() == "talking"
    assert (watch.call().ended_ms is None) == goes_on
    assert watch.states()[1:] == [("talking", 5), ("talking", 60 if row.since_ms else 61)]
    watch.told(CallEnded(at(90), "c1", "sales", "Ann", Outcome.ANSWERED, 5_000, 85_000))
    assert (watch.call().ended_ms, watch.call().talk_ms, watch.state()) == (at(90), 85_000, "available")
