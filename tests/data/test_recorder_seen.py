"""What a snapshot puts right, one rule at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.model.known import Known, Rows
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
from data.model.rows import Call
from data.model.words import Outcome, State
from data.recorder import record
from data.store.writer import Writer
from tests.data.floor import CHAT, Tables
from tests.data.logs import START, at

SALES = (Serving("sales"),)
BOTH = (Serving("sales"), Serving("support"))
ANN_SERVES = SignedIn(START, "Ann", "sales")
ANN_TALKS: tuple[Event, ...] = (
    ANN_SERVES,
    CallEntered(START, "c1", "sales"),
    CallAnswered(at(5), "c1", "sales", "Ann"),
)


class Watch:
    """A source that is watched from second 0 on; the next answer is told with `told` or `shown`."""

    def __init__(self, *events: Event, until: float = 10) -> None:
        self.known, self.tables, self.now = Known(1), Tables(), START
        self.rows = Rows(1)
        self._take(Observation("t", START, at(until), events, (), CHAT))

    def _take(self, observation: Observation) -> Watch:
        self.known, self.rows = record(self.known, observation)
        self.tables.add(self.rows)
        self.now = observation.until_ms
        return self

    def told(self, *events: Event, until: float | None = None) -> Watch:
        """Tell events, by default up to the last of them."""
        return self._take(
            Observation("t", self.now, max(e.at_ms for e in events) if until is None else at(until), events)
        )

    def shown(
        self,
        *agents: AgentSeen,
        waiting: tuple[WaitingSeen, ...] | None = None,
        corrects: bool = False,
        until: float | None = None,
        since: float | None = None,
        events: tuple[Event, ...] = (),
        people: bool = True,
    ) -> Watch:
        """Show these agents and contacts, by default a second later."""
        snapshot = Snapshot(agents if people else None, waiting, corrects)
        until_ms = self.now + 1_000 if until is None else at(until)
        since_ms = self.now if since is None else at(since)
        return self._take(Observation("t", since_ms, until_ms, events, (), None, None, snapshot))

    def twice(self, *agents: AgentSeen, waiting: tuple[WaitingSeen, ...] | None = None) -> Watch:
        """Show the same two times, by a source that tells events too."""
        self.shown(*agents, waiting=waiting, corrects=True)
        return self.shown(*agents, waiting=waiting, corrects=True)

    def states(self, agent: str = "Ann") -> list[tuple[str, float]]:
        """Return an agent's (state and reason, since second) that took any time."""
        spans = self.tables.of_agent(self.known.agents[agent].id)
        return [
            (f"{s.state} {s.reason}".strip(), (s.since_ms - START) / 1000) for s in spans if s.until_ms != s.since_ms
        ]

    def state(self, agent: str = "Ann") -> str:
        return self.states(agent)[-1][0]

    def members(self, agent: str = "Ann") -> list[tuple[str, float, float | None, str | None]]:
        """Return an agent's memberships as (queue, since second, until second, pause)."""
        number = self.known.agents[agent].id
        names = {i: name for name, i in self.known.queues.items()}
        mine = sorted((m for m in self.tables.members.values() if m.agent_id == number), key=lambda m: m[1:3])
        return [(names[m.queue_id], second(m.since_ms) or 0, second(m.until_ms), m.paused) for m in mine]

    def call(self, contact: str = "c1") -> Call:
        """Return the only visit of a contact."""
        (call,) = (call for call in self.tables.calls.values() if call.contact == contact)
        return call

    def nothing_changed(self) -> bool:
        rows = self.rows
        return not (rows.spans or rows.calls or rows.members or rows.standings)


def second(moment_ms: int | None) -> float | None:
    return None if moment_ms is None else (moment_ms - START) / 1000


def ann(state: State, serving: tuple[Serving, ...] | None = SALES, **more: object) -> AgentSeen:
    return AgentSeen("Ann", state, serving=serving)._replace(**more)  # type: ignore[arg-type]


AVAILABLE = ann(State.AVAILABLE)


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


def test_a_source_without_memberships_tells_by_the_state_who_is_signed_in() -> None:
    watch = Watch()
    for state in (State.AVAILABLE, State.NOT_READY, State.OFFLINE, State.TALKING, State.AVAILABLE):
        watch.shown(ann(state, None, reason="Lunch" if state == State.NOT_READY else ""))
    expected = [("available", 11), ("not_ready Lunch", 12), ("offline", 13), ("talking", 14), ("available", 15)]
    assert watch.states() == expected
    assert watch.members() == []
    assert watch.known.agents["Ann"].signed_in


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


def test_a_contact_who_is_back_in_the_queue_waits_again() -> None:
    watch = Watch(CallEntered(at(1), "c1", "sales")).shown(waiting=(WaitingSeen("c1", "sales", at(8)),), people=False)
    assert [(c.entered_ms, c.outcome) for c in watch.tables.calls.values()] == [(at(1), Outcome.LOST), (at(8), None)]
    watch = Watch(*ANN_TALKS).shown(ann(State.TALKING), waiting=(WaitingSeen("c1", "sales", at(9)),))
    assert [(c.entered_ms, c.outcome) for c in watch.tables.calls.values()] == [
        (START, Outcome.ANSWERED),
        (at(9), None),
    ]


def test_a_visit_that_ended_does_not_overlap_the_next_one() -> None:
    watch = Watch(CallEntered(at(1), "c1", "sales"), CallEnded(at(6), "c1", "sales", None, Outcome.ABANDONED))
    watch.shown(waiting=(WaitingSeen("c1", "sales", at(1)),), people=False)
    assert [(c.entered_ms, c.outcome) for c in watch.tables.calls.values()] == [
        (at(1), Outcome.ABANDONED),
        (at(6), None),
    ]


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
    watch.told(CallEnded(at(30), "c1", "sales", "Ann", Outcome.ANSWERED, 5_000, 25_000))
    assert watch.states()[-1] == ("offline", 30)
    watch = Watch(*ANN_TALKS).shown(bob)
    assert (watch.state(), watch.call().talk_ms) == ("offline", 6_000)


def test_who_is_only_in_the_directory_is_not_told_of() -> None:
    directory = Directory((AgentEntry("Dan", "Dan"),))
    snapshot = Snapshot((AVAILABLE,), (), corrects=False)
    known, rows = record(Known(1), Observation("t", START, at(1), (), (), directory, None, snapshot))
    assert [span.agent_id for span in rows.spans.values()] == [known.agents["Ann"].id]
