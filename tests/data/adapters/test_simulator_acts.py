"""Acts on the played floor: done as real systems do them, once, and the same again wherever the floor is played."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.adapters.conformance import Manner, Targets, Verdict, judge
from data.adapters.registry import load
from data.adapters.simulator import Simulator
from data.model.acts import (
    Ear,
    EndWrapUp,
    HangUp,
    Listen,
    Order,
    Pause,
    PhoneAct,
    Result,
    SetPenalty,
    SignIn,
    SignOut,
    StopListening,
    Unpause,
)
from data.model.days import HOUR, MINUTE, SECOND, moment_of
from data.model.known import Known
from data.model.observation import (
    CallRinging,
    Directory,
    Event,
    Observation,
    Paused,
    Resumed,
    SignedIn,
    SignedOut,
    WrapUpEnded,
)
from data.model.words import State
from data.poller.source import Poller
from data.recorder import record
from data.store.writer import Writer
from tests.examples import examples

ZONE = ZoneInfo("Asia/Shanghai")
TUESDAY = date(2026, 7, 28)
FAR_MS = 10**15


def at(hour: int, minute: int = 0, second: int = 0) -> int:
    return moment_of(datetime(2026, 7, 28, hour, minute, second, tzinfo=ZONE))


class Floor:
    """A played floor whose clock the test sets, and what its recorder knows."""

    def __init__(self, seed: int = 1, agents: int = 60, hour: int = 10, known: Known | None = None) -> None:
        self.now_ms = at(hour)
        self.simulator = Simulator(seed, agents, ZONE, self.now_ms, clock=lambda: self.now_ms)
        self.known = known or Known(1)
        self.events: list[Event] = []
        self.cursor = ""
        self._keys = iter(range(10**6))

    def poll(self, now_ms: int | None = None) -> list[Event]:
        """Let the clock show a moment, and return what the floor tells then."""
        self.now_ms = self.now_ms if now_ms is None else now_ms
        observation = asyncio.run(self.simulator.poll())
        self.known, _ = record(self.known, observation)
        self.events += observation.events
        self.cursor = observation.cursor or self.cursor
        return list(observation.events)

    def order(self, act: PhoneAct, key: str = "", expires_ms: int = FAR_MS) -> Result:
        return asyncio.run(self.simulator.perform(Order(key or f"{next(self._keys)}", expires_ms, act)))

    def state(self, agent: str) -> State:
        span = self.known.agents[agent].span
        return State.OFFLINE if span is None else span.state

    def some(self, *states: State) -> str:
        """Return somebody who does something, after as many minutes as it takes."""
        for _ in range(60):
            for key, agent in self.known.agents.items():
                if agent.span is not None and agent.span.state in states:
                    return key
            self.poll(self.now_ms + MINUTE // 3)
        raise AssertionError(f"nobody is {states}")

    def until(self, agent: str, *states: State) -> int:
        """Poll every second until an agent does something; return how many seconds that took."""
        for seconds in range(2 * HOUR // SECOND):
            if self.state(agent) in states:
                return seconds
            self.poll(self.now_ms + SECOND)
        raise AssertionError(f"{agent} is {self.state(agent)}")


@pytest.fixture
def floor() -> Floor:
    floor = Floor()
    floor.poll()
    return floor


def about(events: Iterable[Event], agent: str, *kinds: type) -> list[Event]:
    return [each for each in events if isinstance(each, kinds) and getattr(each, "agent", None) == agent]


# ------------------------------------------------------------------ pauses


def test_a_free_agent_is_paused_at_once_and_comes_back_after_the_usual_length(floor: Floor) -> None:
    agent = floor.some(State.AVAILABLE)
    ordered_ms = floor.now_ms
    assert floor.order(Pause(agent, None, "rest")).done
    (paused,) = about(floor.poll(ordered_ms + SECOND), agent, Paused)
    assert paused == Paused(ordered_ms + 1, agent, None, "rest")
    assert floor.state(agent) == State.NOT_READY
    out_ms = 1000 * floor.until(agent, *(set(State) - {State.NOT_READY}))
    assert 7 * MINUTE < out_ms < 20 * MINUTE


def test_who_was_paused_for_no_usual_length_waits_to_be_called_back(floor: Floor) -> None:
    agent = floor.some(State.AVAILABLE)
    floor.order(Pause(agent, None, "a word with the lead"))
    floor.poll(floor.now_ms + 50 * MINUTE)
    assert floor.state(agent) == State.NOT_READY
    assert about(floor.events, agent, Resumed, Paused)[-1].at_ms < floor.now_ms - 49 * MINUTE
    assert floor.order(Unpause(agent, None)).done
    (resumed,) = about(floor.poll(floor.now_ms + SECOND), agent, Resumed)
    assert resumed.at_ms == floor.now_ms - SECOND + 1
    assert floor.state(agent) != State.NOT_READY


@pytest.mark.parametrize("state", [State.RINGING, State.TALKING, State.HOLD, State.WRAP_UP])
def test_a_pause_during_a_contact_is_told_now_and_holds_after_it(floor: Floor, state: State) -> None:
    agent = floor.some(state)
    assert "after the contact in hand" in floor.order(Pause(agent, None, "rest")).said
    told = floor.poll(floor.now_ms + 1)
    assert about(told, agent, Paused) == [Paused(floor.now_ms, agent, None, "rest")]
    assert floor.state(agent) == state
    floor.until(agent, State.NOT_READY)
    out_ms = 1000 * floor.until(agent, *(set(State) - {State.NOT_READY}))
    assert 7 * MINUTE < out_ms < 20 * MINUTE  # of the break itself: the contact is not part of it
    assert len(about(floor.events, agent, Paused)) == len(about(floor.events, agent, Resumed))


def test_a_pause_that_has_not_begun_can_be_ended(floor: Floor) -> None:
    agent = floor.some(State.TALKING)
    floor.order(Pause(agent, None, "rest"))
    floor.order(Unpause(agent, None))
    floor.poll(floor.now_ms + 1)
    assert [type(e) for e in about(floor.events, agent, Paused, Resumed)][-2:] == [Paused, Resumed]
    wrapped = floor.until(agent, State.AVAILABLE, State.RINGING)
    assert wrapped > 0


def test_who_is_called_back_from_a_break_of_their_own_is_free(floor: Floor) -> None:
    agent = floor.some(State.NOT_READY)
    floor.order(Unpause(agent, None))
    floor.poll(floor.now_ms + 1)
    assert floor.state(agent) in (State.AVAILABLE, State.RINGING)
    ended_ms = floor.now_ms
    floor.poll(floor.now_ms + 40 * MINUTE)
    resumed = [e.at_ms for e in about(floor.events, agent, Resumed)]
    paused = [e.at_ms for e in about(floor.events, agent, Paused)]
    assert len([m for m in resumed if m >= ended_ms]) - 1 <= len([m for m in paused if m >= ended_ms])


def planned_rest(floor: Floor) -> tuple[str, int]:
    """Return who goes to rest of themselves in the next hours, and when."""
    twin = Floor()
    twin.poll()
    told = twin.poll(twin.now_ms + 3 * HOUR)
    return next(
        (e.agent, e.at_ms) for e in told if isinstance(e, Paused) and e.reason == "rest" and e.at_ms > at(10, 40)
    )


def test_a_planned_break_right_after_an_approved_one_is_taken_as_that_one(floor: Floor) -> None:
    agent, planned_ms = planned_rest(floor)
    floor.poll(planned_ms - 25 * MINUTE)
    assert floor.order(Pause(agent, None, "rest")).done
    told = floor.poll(planned_ms + 20 * MINUTE)
    assert len([e for e in about(told, agent, Paused) if isinstance(e, Paused) and e.reason == "rest"]) == 1


def test_a_break_that_was_approved_long_before_takes_the_place_of_none(floor: Floor) -> None:
    agent, planned_ms = planned_rest(floor)
    assert floor.order(Pause(agent, None, "restroom")).done
    told = floor.poll(planned_ms + 20 * MINUTE)
    assert [e.reason for e in about(told, agent, Paused) if isinstance(e, Paused)].count("rest") == 1


def test_a_pause_of_one_queue_keeps_its_contacts_away_only(floor: Floor) -> None:
    agent = floor.some(State.AVAILABLE)
    assert len(floor.known.agents[agent].members) > 1
    queues = {floor.known.queues[key]: key for key in floor.known.queues}
    first, *others = [queues[queue_id] for queue_id in floor.known.agents[agent].members]
    assert floor.order(Pause(agent, first, "")).done
    told = floor.poll(floor.now_ms + 12 * MINUTE)
    assert Paused(floor.now_ms - 12 * MINUTE + 1, agent, first, "") in told
    assert not about(told, agent, Resumed)  # a break of their own would end it
    rung = {e.queue for e in about(told, agent, CallRinging) if isinstance(e, CallRinging)}
    assert rung
    assert rung <= {*others}
    assert floor.order(Unpause(agent, first)).done
    told = floor.poll(floor.now_ms + HOUR)
    assert about(told, agent, Resumed)[0] == Resumed(floor.now_ms - HOUR + 1, agent, first)
    assert first in {e.queue for e in about(told, agent, CallRinging) if isinstance(e, CallRinging)}


# ------------------------------------------------------------------ queues


def test_an_agent_moves_to_another_queue(floor: Floor) -> None:
    agent = floor.some(State.TALKING)
    names = {queue_id: key for key, queue_id in floor.known.queues.items()}
    served = {names[queue_id] for queue_id in floor.known.agents[agent].members}
    new = next(key for key in floor.known.queues if key not in served)
    for queue in served:
        assert floor.order(SignOut(agent, queue)).done
    assert floor.order(SignIn(agent, new)).done
    floor.until(agent, State.WRAP_UP)
    told = floor.poll(floor.now_ms + HOUR)
    assert {e.queue for e in about(told, agent, CallRinging) if isinstance(e, CallRinging)} == {new}
    assert {names[queue_id] for queue_id in floor.known.agents[agent].members} == {new}


def test_who_is_signed_out_of_all_queues_is_gone_until_signed_in_again(floor: Floor) -> None:
    agent = floor.some(State.AVAILABLE)
    names = {queue_id: key for key, queue_id in floor.known.queues.items()}
    served = [names[queue_id] for queue_id in floor.known.agents[agent].members]
    for queue in served:
        assert floor.order(SignOut(agent, queue)).done
    assert not floor.order(SignOut(agent, served[0])).done
    assert not floor.order(Pause(agent, None, "rest")).done
    told = floor.poll(floor.now_ms + 90 * MINUTE)
    assert floor.state(agent) == State.OFFLINE
    assert {type(e) for e in told if getattr(e, "agent", None) == agent} == {SignedOut}
    assert floor.order(SignIn(agent, served[0])).done
    assert floor.order(SignIn(agent, served[0])).done  # as real systems do: they serve it, whatever was before
    told = floor.poll(floor.now_ms + MINUTE)
    assert len(about(told, agent, SignedIn)) == 1
    assert floor.state(agent) != State.OFFLINE
    told = floor.poll(at(23))
    assert len(about(told, agent, SignedOut)) == 1
    assert floor.state(agent) == State.OFFLINE


def test_nobody_is_made_to_work_who_is_not_there(floor: Floor) -> None:
    late_shift = next(key for key in floor.known.agents if floor.state(key) == State.OFFLINE)
    for act in (SignIn(late_shift, "billing"), Pause(late_shift, None, ""), Pause("nobody", None, ""), EndWrapUp("x")):
        result = floor.order(act)
        assert not result.done
        assert "is at work" in result.said
    agent = floor.some(State.AVAILABLE)
    assert floor.order(SignIn(agent, "nowhere")) == Result(False, "there is no queue nowhere")
    for other in (SetPenalty(agent, None, 1), HangUp("x")):
        assert floor.order(other) == Result(False, "the played floor can't do that")
    assert floor.poll() == []


# ------------------------------------------------------------------ wrap-up, and listening


def test_wrap_up_is_ended(floor: Floor) -> None:
    agent = floor.some(State.WRAP_UP)
    assert floor.order(EndWrapUp(agent)).done
    assert not floor.order(EndWrapUp(agent)).done
    told = floor.poll(floor.now_ms + 3 * MINUTE)
    ended = about(told, agent, WrapUpEnded)
    assert ended[0].at_ms == floor.now_ms - 3 * MINUTE + 1
    whose = Counter(e.call for e in about(floor.events, agent, WrapUpEnded) if isinstance(e, WrapUpEnded))
    assert set(whose.values()) == {1}
    talker = floor.some(State.TALKING)
    assert "is not in wrap-up" in floor.order(EndWrapUp(talker)).said


def test_listening_ends_with_the_call(floor: Floor) -> None:
    agent, idle = floor.some(State.TALKING), floor.some(State.AVAILABLE)
    assert "is in no call" in floor.order(Listen(idle, "9001")).said
    assert floor.order(Listen(agent, "9001", Ear.WHISPER)).done
    assert "listens already" in floor.order(Listen(agent, "9001")).said
    assert floor.order(StopListening("9001")).done
    assert floor.order(StopListening("9001")) == Result(True, "9001 listens to nobody")
    assert floor.order(Listen(agent, "9001")).done
    floor.until(agent, State.WRAP_UP)
    assert floor.order(StopListening("9001")) == Result(True, "9001 listens to nobody")


# ------------------------------------------------------------------ once, in time, and the same again


def test_an_order_is_carried_out_once_and_not_after_its_expiry(floor: Floor) -> None:
    agent = floor.some(State.AVAILABLE)
    first = floor.order(Pause(agent, None, "x"), "key")
    floor.poll(floor.now_ms + SECOND)
    floor.order(Unpause(agent, None))
    assert floor.order(Pause(agent, None, "x"), "key") == first
    assert not floor.order(Unpause(agent, None), "key").done
    assert floor.order(Pause(agent, None, "x"), "late", floor.now_ms - 1500) == Result(
        False, "the order expired 1.5 s ago"
    )
    floor.poll(floor.now_ms + 1)
    assert len([e for e in about(floor.events, agent, Paused) if isinstance(e, Paused) and e.reason == "x"]) == 1


class Step(NamedTuple):
    """Something ordered `after_ms` after the one before, of the `agent`th agent."""

    after_ms: int
    agent: int
    kind: int
    polls: int
    restarts: bool


STEPS = st.builds(
    Step,
    after_ms=st.integers(1, 12 * MINUTE),
    agent=st.integers(0, 11),
    kind=st.integers(0, 8),
    polls=st.integers(0, 3),
    restarts=st.booleans(),
)
AGENTS = [str(1001 + n) for n in range(12)]
QUEUES = ("billing", "complaints", "chat")


def act_of(step: Step) -> PhoneAct:
    agent, queue = AGENTS[step.agent], QUEUES[step.kind % 3]
    acts: tuple[PhoneAct, ...] = (
        *(Pause(agent, None, "rest"), Pause(agent, None, "x"), Pause(agent, queue, "y"), Unpause(agent, None)),
        *(Unpause(agent, queue), SignIn(agent, queue), SignOut(agent, queue), EndWrapUp(agent), Listen(agent, "9001")),
    )
    return acts[step.kind]


def played(steps: list[Step], *, steadily: bool) -> tuple[list[Event], list[Result]]:
    """Play a morning with acts: polled only at its end, or now and then, and by another process after restarts."""
    now_ms = at(9)
    results: list[Result] = []
    told: list[Observation] = []

    def opened() -> Simulator:
        return Simulator(3, 12, ZONE, now_ms, clock=lambda: now_ms)

    floor = opened()
    for number, step in enumerate(steps):
        if not steadily:
            told += [floor.advance(now_ms + step.after_ms * part // 3) for part in range(step.polls)]
        now_ms += step.after_ms
        order = Order(f"{number}", FAR_MS, act_of(step))
        results.append(asyncio.run(floor.perform(order)))
        if step.restarts and not steadily:
            told.append(floor.advance(now_ms))
            floor = opened()
            cursors = [each.cursor for each in told if each.cursor is not None]
            floor.resume(cursors[-1] if cursors else None, told[-1].until_ms, Directory())
            if results[-1].done:
                assert asyncio.run(floor.perform(order)) == results[-1]  # under its key it was carried out already
    told.append(floor.advance(now_ms + 2 * HOUR))
    return [event for each in told for event in each.events], results


@pytest.mark.slow
@examples(60)
@given(st.lists(STEPS, max_size=9))
def test_the_same_acts_give_the_same_day_however_it_is_polled_and_restarted(steps: list[Step]) -> None:
    whole, results = played(steps, steadily=True)
    assert played(steps, steadily=False) == (whole, results)
    assert all(a.at_ms <= b.at_ms for a, b in pairwise(whole))


@examples(25)
@given(st.lists(STEPS, max_size=12))
def test_whatever_is_ordered_everybody_goes_home_and_every_contact_ends(steps: list[Step]) -> None:
    now_ms = at(9)
    floor = Simulator(3, 12, ZONE, now_ms, clock=lambda: now_ms)
    known, _ = record(Known(1), floor.advance(now_ms))
    for number, step in enumerate(steps):
        now_ms += step.after_ms
        asyncio.run(floor.perform(Order(f"{number}", FAR_MS, act_of(step))))
        known, rows = record(known, floor.advance(now_ms))
        assert not rows.derived
    known, rows = record(known, floor.advance(at(23)))
    assert not rows.derived
    assert not known.open
    assert {agent.span.state for agent in known.agents.values() if agent.span is not None} <= {State.OFFLINE}


def test_the_cursor_holds_what_was_done_today_and_only_then(floor: Floor) -> None:
    assert floor.cursor == ""
    agent = floor.some(State.AVAILABLE)
    floor.order(Pause("nobody", None, ""))
    floor.poll(floor.now_ms + SECOND)
    assert floor.cursor == ""
    floor.order(Pause(agent, None, "午休"), "k1")
    floor.poll(floor.now_ms + SECOND)
    assert json.loads(floor.cursor)["acts"][0] == [
        "k1",
        floor.now_ms - SECOND + 1,
        "Pause",
        [agent, None, "午休"],
    ]
    floor.order(SignIn(agent, "tech", "王小明"))
    floor.poll(floor.now_ms + SECOND)
    assert len(json.loads(floor.cursor)["acts"]) == 2
    assert "王小明" not in floor.cursor
    assert floor.known.entries[f"a:{agent}"].name not in floor.cursor  # type: ignore[union-attr]
    floor.poll(floor.now_ms + 24 * HOUR)
    key = floor.some(State.AVAILABLE)
    floor.order(Pause(key, None, ""), "k2")
    floor.poll(floor.now_ms + SECOND)
    assert [row[0] for row in json.loads(floor.cursor)["acts"]] == ["k2"]


@pytest.mark.parametrize("cursor", ["", "{", "[]", '{"acts": 1}', '{"acts": [["k", 1, "Nothing", [], ""]]}', "null"])
def test_a_cursor_that_can_not_be_read_is_as_none(cursor: str) -> None:
    floor = Floor()
    floor.simulator.resume(cursor, at(10), Directory())
    assert floor.poll(at(10, 1))[0].at_ms > at(10)


def test_the_simulator_conforms_with_acts() -> None:
    start_ms = moment_of(datetime(2026, 7, 28, 10, tzinfo=UTC))
    now_ms = start_ms

    async def tick() -> None:
        nonlocal now_ms
        now_ms += SECOND

    twin = Simulator(3, start_ms=start_ms, clock=lambda: start_ms)
    known, _ = record(Known(1), twin.advance(start_ms))
    agent = next(key for key, each in known.agents.items() if each.span and each.span.state == State.AVAILABLE)
    names = {queue_id: key for key, queue_id in known.queues.items()}
    queue = names[next(iter(known.agents[agent].members))]
    targets = Targets(agent=agent, queue=queue)
    options = {"seed": 3, "clock": lambda: now_ms}
    result = judge("simulator", load("simulator"), options, Manner(pause=tick, clock=lambda: now_ms, targets=targets))
    ok = {each.check for each in result.rulings if each.verdict == Verdict.OK}
    assert result.failed == (), [each for each in result.rulings if each.verdict == Verdict.FAILED]
    assert {
        *("carries_out_an_order_once", "refuses_what_has_expired", "says_when_nobody_is_there", "results_are_results"),
        *("refuses_what_it_does_not_list", "goes_on_after_a_restart", "the_recorder_takes_it"),
    } <= ok


def test_a_poller_that_is_started_again_has_not_forgotten_who_was_paused(tmp_path: Path) -> None:
    now_ms = at(10)
    store = tmp_path / "floor.sqlite"

    def open_floor() -> Simulator:
        return Simulator(1, 20, ZONE, now_ms, clock=lambda: now_ms)

    async def polled(floor: Simulator, *orders: Order) -> Known:
        nonlocal now_ms
        with Writer(store) as writer:
            poller = Poller(floor, writer, 1_000)
            await poller.once()
            for order in orders:
                assert (await floor.perform(order)).done
            now_ms += SECOND
            await poller.once()
            assert not poller.failures
            return poller.known

    known = asyncio.run(polled(open_floor()))
    agent = next(key for key, each in known.agents.items() if each.span and each.span.state == State.AVAILABLE)
    known = asyncio.run(polled(open_floor(), Order("k", FAR_MS, Pause(agent, None, "a word"))))
    assert known.agents[agent].paused == "a word"
    for _ in range(2):
        now_ms += 20 * MINUTE
        known = asyncio.run(polled(open_floor()))
        span = known.agents[agent].span
        assert span is not None
        assert (span.state, span.reason) == (State.NOT_READY, "a word")
    known = asyncio.run(polled(open_floor(), Order("k2", FAR_MS, Unpause(agent, None))))
    assert known.agents[agent].paused is None
