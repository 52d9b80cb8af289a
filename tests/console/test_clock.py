"""The clock under any order of keys: what it shows follows from what was pressed and how much time went by."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from console.clock import SPEEDS, Clock
from tests.examples import examples

BEGIN = 1_795_139_160_000
HOUR = 3_600_000
moments = st.integers(BEGIN - 9 * HOUR, BEGIN + 9 * HOUR)
spans = st.integers(0, 2 * HOUR)


class Steered(RuleBasedStateMachine):
    """A clock whose sources of time are in our hands; the ticker began elsewhere than the time of day."""

    @initialize(live=st.booleans(), start=st.none() | moments, bound=st.booleans(), faster=st.integers(0, 9))
    def begin(self, live: bool, start: int | None, bound: bool, faster: int) -> None:
        self.now, self.ticks = BEGIN, 77
        if live and start is not None:
            start = min(start, BEGIN)
        self.clock = Clock(lambda: self.now, lambda: self.ticks, live=live, moment_ms=start)
        self.moved = False
        if bound:
            self.clock.bounds = (BEGIN - 5 * HOUR, BEGIN - HOUR)
        for _ in range(faster):
            self.clock.change_speed(1)

    @rule(by=spans)
    def time_goes_by(self, by: int) -> None:
        mode, before, speed = self.clock.mode, self.clock.moment(), self.clock.speed
        mode = self.clock.mode
        self.now += by
        self.ticks += by
        after = self.clock.moment()
        if mode == "live":
            assert after == self.now
        elif mode == "paused":
            assert (after, self.clock.mode) == (before, "paused")
        elif self.clock.mode == "replay":
            self.moved = True
            expected = before + by * speed
            assert after == (expected if self.clock.has_live else self.within(expected))
        else:
            self.moved = True
            assert after == (self.now if self.clock.has_live else self.within(before + by * speed))

    @rule(by=st.integers(-HOUR, HOUR))
    def somebody_sets_the_time_of_day(self, by: int) -> None:
        """A replay goes by the ticker, so it does not jump with the time of day."""
        if self.clock.mode != "live" and not self.clock.has_live:
            before = self.clock.moment()
            self.now += by
            assert self.clock.moment() == before

    @rule(to=moments)
    def go(self, to: int) -> None:
        was = self.clock.mode
        self.clock.go(to)
        self.moved = True
        if self.clock.has_live and to >= self.now:
            assert self.clock.mode == "live"
        else:
            assert self.clock.moment() == (to if self.clock.has_live else self.within(to))
            assert was == "replay" or self.clock.mode == "paused"

    @rule(by=st.integers(-2 * HOUR, 2 * HOUR))
    def step(self, by: int) -> None:
        before = self.clock.moment()
        self.clock.step(by)
        self.moved = True
        after = self.clock.moment()
        expected = min(before + by, self.now) if self.clock.has_live else self.within(before + by)
        assert after == expected

    @rule()
    def toggle(self) -> None:
        before, was = self.clock.moment(), self.clock.mode
        self.clock.toggle()
        assert self.clock.mode == ("replay" if was == "paused" else "paused")
        if was != "paused" or not self.moved:
            assert self.clock.moment() in (before, self.within(before))

    @rule(by=st.sampled_from((-1, 1)))
    def change_speed(self, by: int) -> None:
        before, was, speed = self.clock.moment(), self.clock.mode, self.clock.speed
        was = self.clock.mode
        self.clock.change_speed(by)
        assert self.clock.moment() in (before, self.within(before), self.now)
        if was == "live":
            assert (self.clock.mode, self.clock.speed) == ("live", speed)
        else:
            at = SPEEDS.index(speed) + by
            assert self.clock.speed == SPEEDS[max(0, min(at, len(SPEEDS) - 1))]

    @rule()
    def live(self) -> None:
        before, was = self.clock.moment(), self.clock.mode
        was = self.clock.mode
        self.clock.live()
        if self.clock.has_live:
            assert (self.clock.mode, self.clock.moment()) == ("live", self.now)
        else:
            assert (self.clock.mode, self.clock.moment()) == (was, before)

    def within(self, moment: int) -> int:
        bounds = self.clock.bounds
        return moment if bounds is None else max(bounds[0], min(moment, bounds[1]))

    @invariant()
    def only_a_live_floor_is_live(self) -> None:
        if hasattr(self, "clock"):
            assert self.clock.mode != "live" or self.clock.has_live
            assert self.clock.speed in SPEEDS

    @invariant()
    def nothing_is_shown_that_has_not_happened(self) -> None:
        if hasattr(self, "clock") and self.clock.has_live:
            assert self.clock.moment() <= self.now

    @precondition(lambda self: getattr(self, "moved", False))
    @invariant()
    def a_replay_keeps_to_what_there_is(self) -> None:
        if not self.clock.has_live:
            assert self.clock.moment() == self.within(self.clock.moment())


TestSteered = Steered.TestCase
TestSteered.settings = settings(examples(150), stateful_step_count=25)


def test_the_speeds_go_up_to_ten_minutes_a_second() -> None:
    assert SPEEDS[0] == 1
    assert SPEEDS[-1] == 600
    assert list(SPEEDS) == sorted(set(SPEEDS))


def test_a_replay_that_reaches_the_end_stands_and_stays_there() -> None:
    ticks = 0
    clock = Clock(lambda: BEGIN, lambda: ticks, live=False, moment_ms=BEGIN)
    clock.bounds = (BEGIN, BEGIN + 10_000)
    clock.toggle()
    ticks = 11_000
    assert (clock.moment(), clock.mode) == (BEGIN + 10_000, "paused")
    clock.toggle()
    ticks = 12_000
    assert (clock.moment(), clock.mode) == (BEGIN + 10_000, "paused")


def test_a_replay_that_catches_up_is_live_again() -> None:
    now = BEGIN
    clock = Clock(lambda: now, lambda: now, live=True)
    clock.step(-60_000)
    clock.change_speed(1)
    assert (clock.mode, clock.speed) == ("replay", 2)
    now += 59_000
    assert (clock.moment(), clock.mode) == (BEGIN - 60_000 + 118_000, "replay")
    now += 2_000
    assert (clock.moment(), clock.mode) == (now, "live")
