"""The played floor tells the truth: times add up, queueing theory holds, and every poll rhythm sees the same."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from math import sqrt
from random import Random
from statistics import mean, stdev
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from data.adapters.base import Adapter, Capability
from data.adapters.simulator import Simulator, default_floor, plain_floor, simulate_day
from data.adapters.simulator.names import names
from data.model.days import HOUR, MINUTE, day_window, local_time, moment_of
from data.model.observation import (
    Act,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallHeld,
    CallResumed,
    CallRinging,
    Event,
    FlagRaised,
    FlagResolved,
    Observation,
    Paused,
    Resumed,
    RingEnded,
    SignedIn,
    SignedOut,
    WrapUpEnded,
)
from data.model.text import safe_text
from data.model.words import FlagKind, Outcome, State

ZONE = ZoneInfo("Asia/Shanghai")
TUESDAY = date(2026, 7, 28)
REASONS = {"rest", "meal", "restroom", "training", "coaching", "meeting", "system_fault"}


def at(hour: int, minute: int = 0, day: date = TUESDAY, zone: ZoneInfo = ZONE) -> int:
    return moment_of(datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone))


def floor_from(start_ms: int, seed: int = 1, agents: int = 60) -> Simulator:
    return Simulator(seed, agents, ZONE, start_ms, clock=lambda: 0, weeks=0)


def joined(observations: Iterable[Observation]) -> tuple[list[Event], list[Act]]:
    events: list[Event] = []
    acts: list[Act] = []
    for observation in observations:
        events += observation.events
        acts += observation.acts
    return events, acts


@lru_cache(maxsize=8)
def played(day: date = TUESDAY, seed: int = 1) -> tuple[tuple[Event, ...], tuple[Act, ...]]:
    events, acts = joined(simulate_day(day, ZONE, seed))
    return tuple(events), tuple(acts)


def entered(events: Iterable[Event]) -> int:
    return sum(isinstance(event, CallEntered) for event in events)


# The same floor however it is looked at


def test_it_is_an_adapter() -> None:
    floor = floor_from(at(10, 45))
    assert isinstance(floor, Adapter)
    assert floor.name == "simulator"
    assert floor.capabilities == {
        *(Capability.EVENTS, Capability.HISTORY, Capability.PLAYED_SUPERVISOR),
        *(Capability.PAUSE, Capability.SIGN_IN, Capability.END_WRAP_UP, Capability.LISTEN),
    }


def test_the_rhythm_of_polls_changes_nothing() -> None:
    rng = Random(7)
    floor = floor_from(at(0))
    moment_ms, seen = at(8, 30), [floor.advance(at(8, 30))]
    while moment_ms < at(11):
        moment_ms += rng.choice((1, 250, 1_000, 3_000, 40_000))
        seen.append(floor.advance(moment_ms))
    events, acts = joined(seen)
    whole, all_acts = played()
    assert events == [event for event in whole if event.at_ms <= moment_ms]
    assert acts == [act for act in all_acts if act.at_ms <= moment_ms]


def test_opened_in_the_middle_it_hands_over_the_whole_morning() -> None:
    floor = floor_from(at(10, 45))
    first = floor.advance(at(10, 45))
    assert (first.since_ms, first.until_ms) == (day_window(TUESDAY, ZONE).since_ms, at(10, 45))
    rest = floor.advance(at(23, 59))
    assert rest.since_ms == at(10, 45)
    assert joined([first, rest]) == (list(played()[0]), list(played()[1]))


def test_days_are_alike_whether_made_alone_or_one_after_the_other() -> None:
    floor = floor_from(at(9))
    seen = joined([floor.advance(at(9)), floor.advance(at(23, day=TUESDAY + timedelta(days=1)))])
    first, second = played(), played(TUESDAY + timedelta(days=1))
    assert seen == ([*first[0], *second[0]], [*first[1], *second[1]])


def test_another_seed_is_another_day_and_so_is_another_date() -> None:
    assert played(seed=1)[0] != played(seed=2)[0]
    week_later = played(TUESDAY + timedelta(days=7))
    for ours, theirs in zip(played(), week_later, strict=True):
        assert [e.at_ms % (24 * HOUR) for e in ours] != [e.at_ms % (24 * HOUR) for e in theirs]


def test_poll_follows_the_clock_at_its_speed_and_never_goes_back() -> None:
    ticks = iter([1_000, 1_000, 2_000, 500, 3_000])
    floor = Simulator(1, 60, ZONE, at(10, 45), clock=lambda: next(ticks), speed=8.0)

    async def polled() -> list[Observation]:
        seen = [await floor.poll() for _ in range(4)]
        await floor.aclose()
        return seen

    first, later, back, last = asyncio.run(polled())
    assert first.until_ms == at(10, 45)
    assert (later.since_ms, later.until_ms) == (at(10, 45), at(10, 45) + 8_000)
    assert (back.since_ms, back.until_ms, list(back.events)) == (later.until_ms, later.until_ms, [])
    assert last.until_ms == at(10, 45) + 16_000
    assert [o.directory is not None for o in (first, later, back, last)] == [True, False, False, False]


def test_a_past_day_comes_in_batches_that_meet() -> None:
    batches = list(simulate_day(TUESDAY, ZONE))
    window = day_window(TUESDAY, ZONE)
    assert batches[0].since_ms == window.since_ms
    assert batches[-1].until_ms == window.until_ms
    assert all(a.until_ms == b.since_ms for a, b in pairwise(batches))
    for batch in batches:
        assert batch.since_ms is not None
        assert all(batch.since_ms < event.at_ms <= batch.until_ms for event in [*batch.events, *batch.acts])


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)], ids=["23 h", "25 h"])
def test_on_days_that_change_their_clocks_the_floor_opens_by_the_clock(day: date) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    events, _ = joined(simulate_day(day, berlin))
    arrivals = [event.at_ms for event in events if isinstance(event, CallEntered)]
    assert local_time(arrivals[0], berlin).hour == 8
    assert local_time(arrivals[-1], berlin).hour in (19, 20)


# Times add up


class Talk(NamedTuple):
    agent: str
    answered_ms: int
    hold_ms: int = 0
    held_ms: int | None = None


class Witness:
    """Follows the events of a day and objects to any that can't be."""

    def __init__(self) -> None:
        self.state: dict[str, State] = {}
        self.waiting: dict[str, CallEntered] = {}
        self.rung: dict[str, CallRinging] = {}
        self.talking: dict[str, Talk] = {}
        self.wrapping: dict[tuple[str, str], str] = {}
        self.ended: list[CallEnded] = []
        self.last_ms = 0

    def see(self, event: Event) -> None:
        assert event.at_ms >= self.last_ms
        self.last_ms = event.at_ms
        getattr(self, type(event).__name__)(event)

    def change(self, agent: str, before: set[State], after: State) -> None:
        assert self.state.get(agent, State.OFFLINE) in before
        self.state[agent] = after

    def CallEntered(self, event: CallEntered) -> None:  # noqa: N802
        assert event.call not in self.waiting
        assert event.call not in self.talking
        self.waiting[event.call] = event

    def CallRinging(self, event: CallRinging) -> None:  # noqa: N802
        assert self.waiting[event.call].queue == event.queue
        assert event.call not in self.rung
        self.change(event.agent, {State.AVAILABLE}, State.RINGING)
        self.rung[event.call] = event

    def RingEnded(self, event: RingEnded) -> None:  # noqa: N802
        ringing = self.rung.pop(event.call)
        assert ringing.agent == event.agent
        assert event.ring_ms == event.at_ms - ringing.at_ms
        assert event.cancelled or event.ring_ms == 15_000
        self.change(event.agent, {State.RINGING}, State.AVAILABLE)

    def CallAnswered(self, event: CallAnswered) -> None:  # noqa: N802
        ringing = self.rung.pop(event.call)
        assert (ringing.agent, ringing.queue) == (event.agent, event.queue)
        assert event.ring_ms == event.at_ms - ringing.at_ms
        assert event.wait_ms == event.at_ms - self.waiting.pop(event.call).at_ms
        self.change(event.agent, {State.RINGING}, State.TALKING)
        self.talking[event.call] = Talk(event.agent, event.at_ms)

    def CallHeld(self, event: CallHeld) -> None:  # noqa: N802
        self.change(event.agent, {State.TALKING}, State.HOLD)
        self.talking[event.call] = self.talking[event.call]._replace(held_ms=event.at_ms)

    def CallResumed(self, event: CallResumed) -> None:  # noqa: N802
        self.change(event.agent, {State.HOLD}, State.TALKING)
        talk = self.talking[event.call]
        assert talk.held_ms is not None
        self.talking[event.call] = talk._replace(hold_ms=event.at_ms - talk.held_ms, held_ms=None)

    def CallEnded(self, event: CallEnded) -> None:  # noqa: N802
        self.ended.append(event)
        if event.agent is None:
            assert event.outcome in (Outcome.ABANDONED, Outcome.TIMED_OUT)
            assert event.call not in self.rung
            assert event.wait_ms == event.at_ms - self.waiting.pop(event.call).at_ms
            return
        assert event.outcome in (Outcome.ANSWERED, Outcome.TRANSFERRED)
        talk = self.talking.pop(event.call)
        assert talk.agent == event.agent
        assert event.hold_ms == talk.hold_ms
        assert event.talk_ms == event.at_ms - talk.answered_ms - talk.hold_ms
        assert event.wraps_up
        self.change(event.agent, {State.TALKING}, State.WRAP_UP)
        self.wrapping[event.call, event.queue] = event.agent

    def WrapUpEnded(self, event: WrapUpEnded) -> None:  # noqa: N802
        assert self.wrapping.pop((event.call, event.queue)) == event.agent
        self.change(event.agent, {State.WRAP_UP}, State.AVAILABLE)

    def SignedIn(self, event: SignedIn) -> None:  # noqa: N802
        self.change(event.agent, {State.OFFLINE, State.AVAILABLE}, State.AVAILABLE)

    def SignedOut(self, event: SignedOut) -> None:  # noqa: N802
        assert event.queue is None
        self.change(event.agent, {State.AVAILABLE, State.NOT_READY}, State.OFFLINE)

    def Paused(self, event: Paused) -> None:  # noqa: N802
        assert event.queue is None
        assert event.reason in REASONS
        self.change(event.agent, {State.AVAILABLE}, State.NOT_READY)

    def Resumed(self, event: Resumed) -> None:  # noqa: N802
        self.change(event.agent, {State.NOT_READY}, State.AVAILABLE)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nobody_does_two_things_at_once_and_all_times_add_up(seed: int) -> None:
    witness = Witness()
    for event in played(seed=seed)[0]:
        witness.see(event)
    assert not (witness.waiting or witness.rung or witness.talking or witness.wrapping)
    assert set(witness.state.values()) == {State.OFFLINE}


def test_in_the_middle_of_the_day_every_call_has_ended_or_is_open() -> None:
    events, witness = floor_from(at(10, 50)).advance(at(10, 50)).events, Witness()
    for event in events:
        witness.see(event)
    assert entered(events) == len(witness.ended) + len(witness.waiting) + len(witness.talking)
    assert len(witness.waiting) >= 5
    talks = {agent for agent, state in witness.state.items() if state in (State.TALKING, State.HOLD)}
    assert talks == {talk.agent for talk in witness.talking.values()}


def test_the_day_has_something_of_everything() -> None:
    events, _ = played()
    outcomes = Counter(e.outcome for e in events if isinstance(e, CallEnded))
    answered = outcomes[Outcome.ANSWERED] + outcomes[Outcome.TRANSFERRED]
    assert 0.03 < outcomes[Outcome.TRANSFERRED] / answered < 0.05
    assert 0.01 < outcomes[Outcome.ABANDONED] / entered(events) < 0.09
    held = sum(bool(e.hold_ms) for e in events if isinstance(e, CallEnded))
    assert 0.10 < held / answered < 0.16
    missed = sum(not e.cancelled for e in events if isinstance(e, RingEnded))
    assert 0.02 < missed / answered < 0.045
    assert {e.reason for e in events if isinstance(e, Paused)} == REASONS


def test_agents_take_only_what_they_can_and_the_longest_waiting_first() -> None:
    skills = {agent.key: agent.skills for agent in default_floor(60, 1).directory.agents}
    assert all(e.queue in skills[e.agent] for e in played()[0] if isinstance(e, CallRinging))
    plan = plain_floor(20, 500, 180_000, 90_000)
    events, _ = joined(simulate_day(TUESDAY, ZONE, plan=plan))
    answered = [e for e in events if isinstance(e, CallAnswered)]
    assert all(a.call < b.call for a, b in pairwise(answered))
    idle: list[str] = []
    for event in events:
        if isinstance(event, SignedIn) or (isinstance(event, CallEnded) and event.agent is not None):
            idle.append(event.agent or "")
        elif isinstance(event, CallRinging):
            assert idle.pop(0) == event.agent


# The floor is a believable one


def depth(events: Iterable[Event], since_ms: int, until_ms: int) -> int:
    """Return how many waited at most in the window."""
    waiting = most = 0
    for event in events:
        if isinstance(event, CallEntered):
            waiting += 1
        elif isinstance(event, CallAnswered) or (isinstance(event, CallEnded) and event.agent is None):
            waiting -= 1
        if since_ms <= event.at_ms < until_ms:
            most = max(most, waiting)
    return most


def service_level(events: Iterable[Event], since_ms: int, until_ms: int) -> float:
    seen = [e for e in events if since_ms <= e.at_ms < until_ms]
    waits = [e.wait_ms for e in seen if isinstance(e, CallAnswered) and e.queue != "chat"]
    lost = sum(isinstance(e, CallEnded) and e.agent is None and e.queue != "chat" for e in seen)
    return sum(wait is not None and wait <= 20_000 for wait in waits) / (len(waits) + lost)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_outage_at_1040_is_the_worst_of_the_day(seed: int) -> None:
    events, _ = played(seed=seed)
    outage = depth(events, at(10, 40), at(11, 10))
    assert outage >= 15
    assert outage > depth(events, at(8), at(10, 40))
    assert outage > depth(events, at(11, 30), at(20))
    assert service_level(events, at(10, 40), at(11)) < 0.5
    assert 0.75 < service_level(events, at(11, 30), at(17)) < 0.95


def test_agents_are_busy_four_fifths_of_their_time() -> None:
    events, _ = played()
    state, since, spent = dict[str, State](), dict[str, int](), Counter[State]()
    witness = Witness()
    for event in events:
        witness.see(event)
        agent = getattr(event, "agent", None)
        if agent is not None:
            spent[state.get(agent, State.OFFLINE)] += event.at_ms - since.get(agent, event.at_ms)
            state[agent], since[agent] = witness.state[agent], event.at_ms
    busy = spent[State.TALKING] + spent[State.HOLD] + spent[State.WRAP_UP]
    assert 0.74 < busy / (busy + spent[State.AVAILABLE]) < 0.88


def test_mondays_are_busier_and_weekends_calm() -> None:
    def calls(weekday: int) -> float:
        days = (TUESDAY + timedelta(days=7 * week + weekday - 1) for week in range(2))
        return mean(entered(joined(simulate_day(day, ZONE))[0]) for day in days)

    monday, wednesday, sunday = calls(0), calls(2), calls(6)
    assert monday > 1.06 * wednesday
    assert sunday < 0.7 * wednesday


def test_nobody_calls_or_works_at_night() -> None:
    events, _ = played()
    first_entered = {e.call: e.at_ms for e in reversed(events) if isinstance(e, CallEntered)}
    assert min(first_entered.values()) >= at(8)
    assert max(first_entered.values()) < at(20)
    assert at(7, 50) <= events[0].at_ms
    assert events[-1].at_ms < at(20, 45)


def test_shifts_have_late_ones_and_breaks_that_overrun() -> None:
    events, _ = joined(simulate_day(TUESDAY, ZONE, agents=240))
    signed_in = {e.agent: e.at_ms for e in reversed(events) if isinstance(e, SignedIn)}
    late = [
        agent
        for agent, moment_ms in signed_in.items()
        if any(5 * MINUTE <= moment_ms - at(hour) <= 20 * MINUTE for hour in (8, 9, 11))
    ]
    assert 4 <= len(late) <= 24
    out: dict[str, Paused] = {}
    lengths: list[tuple[str, int]] = []
    for event in events:
        if isinstance(event, Paused):
            out[event.agent] = event
        elif isinstance(event, Resumed):
            paused = out.pop(event.agent)
            lengths.append((paused.reason, event.at_ms - paused.at_ms))
    meals = [length for reason, length in lengths if reason == "meal"]
    assert 0.05 < sum(length > 31 * MINUTE for length in meals) / len(meals) < 0.2


def test_a_system_fault_takes_one_zone_out_at_1520() -> None:
    directory = default_floor(60, 1).directory
    seats = {agent.key: agent.seat or "" for agent in directory.agents}
    faults = [e for e in played()[0] if isinstance(e, Paused) and e.reason == "system_fault"]
    assert len(faults) >= 6
    assert len({seats[e.agent].split("-")[0] for e in faults}) == 1
    assert all(at(15, 20) <= e.at_ms < at(15, 26) for e in faults)


@pytest.mark.parametrize("agents", [1, 7, 60, 1_000, 5_000])
def test_the_directory_is_whole_and_safe(agents: int) -> None:
    directory = default_floor(agents, 3).directory
    called = [agent.name for agent in directory.agents]
    seats = {seat.label for seat in directory.seats}
    queues = {queue.key for queue in directory.queues}
    assert len(directory.agents) == len(set(called)) == len({a.key for a in directory.agents}) == agents
    assert len({agent.seat for agent in directory.agents} & seats) == agents
    assert all(set(agent.skills) <= queues for agent in directory.agents)
    assert len(queues) == 5
    for text in [*called, *(q.name for q in directory.queues), *(a.team or "" for a in directory.agents)]:
        assert safe_text(text) == text


def test_names_do_not_run_out() -> None:
    assert len(set(names(20_000, Random(1)))) == 20_000


def test_two_thirds_of_the_names_are_chinese() -> None:
    called = names(60, Random(1))
    assert sum("\u4e00" <= name[0] <= "\u9fff" for name in called) == 40
    assert any("\u0400" <= name[0] <= "\u04ff" for name in called)


@pytest.mark.slow
def test_five_thousand_agents_work() -> None:
    events = floor_from(at(8, 20), agents=5_000).advance(at(8, 20)).events
    assert entered(events) > 5_000
    witness = Witness()
    for event in events:
        witness.see(event)


def test_load_multiplies_arrivals() -> None:
    doubled, _ = joined(simulate_day(TUESDAY, ZONE, load=2.0))
    first = Counter(e.queue for e in played()[0] if isinstance(e, CallEntered))
    second = Counter(e.queue for e in doubled if isinstance(e, CallEntered))
    for queue in first:
        assert 1.75 < second[queue] / first[queue] < 2.25


# The played supervisor


def test_flags_are_about_people_at_work_and_are_dealt_with() -> None:
    events, acts = played()
    agents = {e.agent for e in events if isinstance(e, SignedIn)}
    raised = [act for act in acts if isinstance(act, FlagRaised)]
    assert 25 <= len(raised) <= 75
    assert {flag.kind for flag in raised} == set(FlagKind)
    assert {flag.agent for flag in raised} <= agents
    assert {flag.by for flag in raised} == {"张磊", "Dana"}
    open_flags: dict[tuple[str, FlagKind], int] = {}
    for act in acts:
        if isinstance(act, FlagRaised) and act.kind is not FlagKind.PRAISE:
            assert (act.agent, act.kind) not in open_flags
            open_flags[act.agent, act.kind] = act.at_ms
        elif isinstance(act, FlagResolved):
            length_ms = act.at_ms - open_flags.pop((act.agent, act.kind))
            assert 10 * MINUTE <= length_ms <= 40 * MINUTE
    assert not open_flags


def test_acts_are_in_order_and_safe_to_show() -> None:
    _, acts = played()
    assert all(a.at_ms <= b.at_ms for a, b in pairwise(acts))
    for act in acts:
        for text in act:
            assert not isinstance(text, str) or safe_text(text) == text


# Queueing theory holds


def test_littles_law() -> None:
    """Over a long window, contacts waiting on average = arrivals per ms × mean wait in ms."""
    events, since_ms, until_ms = played()[0], at(9), at(17)
    waiting, area, last_ms, waits, count = 0, 0, since_ms, 0, 0
    for event in events:
        now_ms = min(max(event.at_ms, since_ms), until_ms)
        area += waiting * (now_ms - last_ms)
        last_ms = now_ms
        if isinstance(event, CallEntered):
            waiting += 1
            count += since_ms <= event.at_ms < until_ms
        elif isinstance(event, CallEnded):
            waiting -= event.agent is None
            if since_ms <= event.at_ms - _after_wait(event) < until_ms:
                waits += event.wait_ms or 0
        elif isinstance(event, CallAnswered):
            waiting -= 1
    average = area / (until_ms - since_ms)
    assert average == pytest.approx(count / (until_ms - since_ms) * (waits / count), rel=0.02)
    assert average > 1


def _after_wait(ended: CallEnded) -> int:
    """Return how long before its end the contact entered."""
    return (ended.wait_ms or 0) + (ended.talk_ms or 0) + (ended.hold_ms or 0)


class Theory(NamedTuple):
    p_wait: float
    p_abandon: float
    mean_wait_s: float
    """Of all who called."""


def erlang_a(per_hour: float, talk_s: float, agents: int, patience_s: float) -> Theory:
    """Return the steady state of M/M/n+M (Garnett, Mandelbaum, Reiman 2002, M&SOM 4:208-227).

    The number present is a birth-death chain: births at the arrival rate, deaths at min(k, n)·μ + (k - n)⁺·θ.
    """
    births, served, lost = per_hour / 3_600, 1 / talk_s, 1 / patience_s
    weights = [1.0]
    for k in range(1, agents + 2_000):
        weights.append(weights[-1] * births / (min(k, agents) * served + max(0, k - agents) * lost))
    total = sum(weights)
    queue = sum(k * weight for k, weight in enumerate(weights[agents:])) / total
    return Theory(sum(weights[agents:]) / total, lost * queue / births, queue / births)


def plain_day(agents: int, patience_s: float, seed: int) -> Theory:
    """Return what one simulated day gives, without its first hour."""
    plan = plain_floor(agents, 500, 210_000, patience_s * 1_000)
    events, _ = joined(simulate_day(TUESDAY, ZONE, seed, plan=plan, batch_ms=24 * HOUR))
    warm_ms = at(1)
    ended = [e for e in events if isinstance(e, CallEnded) and e.at_ms - _after_wait(e) >= warm_ms]
    waits = [e.wait_ms or 0 for e in ended]
    abandoned = sum(e.outcome is Outcome.ABANDONED for e in ended)
    n = len(ended)
    return Theory(sum(wait > 0 for wait in waits) / n, abandoned / n, sum(waits) / n / 1_000)


def test_the_formula_is_right() -> None:
    """Against an independent computation with incomplete gamma functions."""
    known = Theory(0.447167081513788, 0.0632542760785431, 11.3857696941378)
    assert erlang_a(500, 210, 30, 180) == pytest.approx(known, rel=1e-9)


@pytest.mark.parametrize(
    ("agents", "patience_s"),
    [pytest.param(24, 180, marks=pytest.mark.slow), (30, 180), pytest.param(32, 60, marks=pytest.mark.slow)],
)
def test_a_plain_floor_agrees_with_erlang_a(agents: int, patience_s: float) -> None:
    days = 12
    theory = erlang_a(500, 210, agents, patience_s)
    measured = [plain_day(agents, patience_s, seed) for seed in range(days)]
    for name, expected, values in zip(Theory._fields, theory, zip(*measured, strict=True), strict=True):
        error = stdev(values) / sqrt(days)
        assert error < 0.05 * expected, f"{name}: too few calls to tell"
        assert abs(mean(values) - expected) < 3.5 * error, f"{name}: {mean(values)} is not {expected}"
