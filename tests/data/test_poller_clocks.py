"""The poller when clocks are set, machines sleep and polls fail: nothing is lost, and nothing is made up."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.adapters.base import Capability
from data.adapters.queue_log import QueueLog
from data.model.observation import (
    AgentEntry,
    CallEntered,
    Directory,
    Observation,
    SignedIn,
)
from data.poller import Poller
from data.store.reader import Reader
from data.store.writer import Writer
from tests.data.played import EVENTS, SNAPSHOT, START, Played, Time, covered, polls, runs, second
from tests.examples import examples

UTC = ZoneInfo("UTC")
HOUR = 3_600_000

Said = Callable[[], list[str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Said:
    """Return what the poller has said since the last time, without its name, the time and the source."""
    return lambda: [line.partition("played: ")[2] for line in capsys.readouterr().err.splitlines()]


class Clocked(Played):
    """A source that goes by the machine's clock; what happens is put down in `events` in the test's seconds."""

    def __init__(self, time: Time, capabilities: frozenset[Capability] = EVENTS, resume: bool = False) -> None:
        super().__init__(capabilities=capabilities)
        self.time = time
        self.until_ms: int | None = None
        self.names: list[str] = []
        self.directory: Directory | None = None
        self.then: dict[int, Callable[[], None]] = {}
        """What the test does just before the poll of that number, counted from 1."""

    async def poll(self) -> Observation:
        self.polls += 1
        if self.polls in self.then:
            self.then[self.polls]()
        now_ms = self.time.wall_ms()
        since_ms, self.until_ms = self.until_ms, now_ms
        events = [SignedIn(now_ms, name, "q") for name in self.names]
        self.names, directory = [], self.directory
        self.directory = None
        return Observation("played", since_ms, now_ms, tuple(events), directory=directory)


def sets(time: Time, by_ms: int) -> Callable[[], None]:
    def go() -> None:
        time.set_ms += by_ms

    return go


def calls(store: Path) -> list[tuple[str, float]]:
    """Return each visit and when it began, in seconds since START."""
    with closing(sqlite3.connect(store)) as connection:
        rows = connection.execute("SELECT contact, entered_ms FROM call ORDER BY id").fetchall()
    return [(contact, (entered_ms - START) / 1000) for contact, entered_ms in rows]


# ------------------------------------------------------------------ clocks that are set


def test_a_clock_set_back_loses_nothing_and_is_told_once(tmp_path: Path, told: Said) -> None:
    time = Time()
    source = Clocked(time)

    def back() -> None:
        time.set_ms -= HOUR
        source.names.append("in the hour that came twice")

    source.then = {
        4: back,
        6: lambda: source.names.append("another"),
        3_604: lambda: source.names.append("caught up"),
    }
    polls(tmp_path / "s", source, 3_606, time)
    assert told() == ["the clock went back by 3,600 s: time stands still here until it has caught up"]
    assert covered(tmp_path / "s") == [(0, 5)]
    with Reader(tmp_path / "s") as reader:
        agents = reader.floor_at(START + 5_000, UTC).agents
    assert sorted(agent.name for agent in agents) == ["another", "caught up", "in the hour that came twice"]
    # Time stands still: 1 ms for each answer that said something.
    began = sorted((agent.since_ms - START) / 1000 for agent in agents)
    assert began == [2, 2.001, 3]


def test_a_clock_that_was_set_back_twice_is_told_twice(tmp_path: Path, told: Said) -> None:
    time = Time()
    source = Clocked(time)
    source.then = {3: sets(time, -5_000), 20: sets(time, -7_000)}
    polls(tmp_path / "s", source, 40, time)
    assert [line.split(":")[0] for line in told()] == ["the clock went back by 5 s", "the clock went back by 7 s"]
    assert covered(tmp_path / "s") == [(0, 27)]


def test_a_clock_set_back_while_nobody_polled_is_told_and_loses_nothing(tmp_path: Path, told: Said) -> None:
    time = Time()
    time.set_ms = 2 * HOUR
    polls(tmp_path / "s", Played(second(7_200)), 1, time)
    time.set_ms = -1_000  # that poll took a second
    source = Clocked(time)
    source.names, source.directory = ["ann"], Directory((AgentEntry("ann", "Ann"),))
    polls(tmp_path / "s", source, 2, time)
    assert told() == ["the clock went back by 7,200 s: time stands still here until it has caught up"]
    with Reader(tmp_path / "s") as reader:
        assert [agent.name for agent in reader.floor_at(START + 7_200_001, UTC).agents] == ["Ann"]


def test_a_small_step_back_is_taken_and_not_told(tmp_path: Path, told: Said) -> None:
    time = Time()
    source = Clocked(time)
    source.then = {3: sets(time, -1_500), 4: sets(time, 1_400)}
    source.names = ["ann"]
    time.now = 100
    polls(tmp_path / "s", source, 2, time)
    source.then = {3: sets(time, -900)}
    source.names = ["ben"]
    polls(tmp_path / "s", source, 2, time)
    assert told() == []
    with Reader(tmp_path / "s") as reader:
        assert len(reader.floor_at(time.wall_ms(), UTC).agents) == 2


@pytest.mark.parametrize(("by_ms", "lines"), [(2 * HOUR, 1), (HOUR // 2, 0)])
def test_a_clock_set_far_ahead_is_taken_and_told_once(tmp_path: Path, told: Said, by_ms: int, lines: int) -> None:
    time = Time()
    source = Clocked(time)
    source.then = {3: sets(time, by_ms)}
    polls(tmp_path / "s", source, 6, time)
    said = ["the clock went ahead by 7,200 s: what is measured from now on is dated by it"]
    assert told() == said[:lines]
    assert covered(tmp_path / "s") == [(0, 5 + by_ms / 1000)]


def test_a_machine_that_slept_is_no_step_of_its_clock(tmp_path: Path, told: Said) -> None:
    time = Time()
    source = Clocked(time)

    def sleep() -> None:
        time.now += 8 * 3600

    source.then = {3: sleep}
    polls(tmp_path / "s", source, 4, time)
    assert told() == []


def test_a_cursor_that_is_kept_changes_nothing_though_its_time_is_past(tmp_path: Path, told: Said) -> None:
    first = second(5, SignedIn(START + 4_500, "ann", "q"))._replace(cursor="a")
    again = second(1, SignedIn(START + 500, "ben", "q"))._replace(cursor="a")
    polls(tmp_path / "s", Played(first, again, first), 3)
    assert (told(), covered(tmp_path / "s")) == ([], [(4, 5)])
    with Reader(tmp_path / "s") as reader:
        assert [agent.name for agent in reader.floor_at(START + 5_000, UTC).agents] == ["ann"]


def test_a_new_cursor_is_taken_whatever_its_time(tmp_path: Path) -> None:
    first = second(5, SignedIn(START + 4_500, "ann", "q"))._replace(cursor="a")
    late = second(3, SignedIn(START + 500, "ben", "q"))._replace(cursor="b")
    polls(tmp_path / "s", Played(first, late), 2)
    assert covered(tmp_path / "s") == [(4, 5.001)]
    with Reader(tmp_path / "s") as reader:
        assert len(reader.floor_at(START + 5_001, UTC).agents) == 2


def test_a_log_is_followed_through_a_clock_set_back(tmp_path: Path, told: Said) -> None:
    """The queue log tells no earlier end than its last: what is written meanwhile is taken, and the step is told."""
    time, log = Time(), tmp_path / "queue_log"
    log.write_text(f"{START // 1000}|NONE|q|ann|ADDMEMBER|\n")

    def write(line: str) -> None:
        with log.open("a") as file:
            file.write(line)

    async def go(poller: Poller) -> None:
        for n in range(12):
            if n == 4:
                time.set_ms -= HOUR
                write(f"{time.wall_ms() // 1000}|c1|q|NONE|ENTERQUEUE||1|1\n")
            await poller.once()
            time.now += 1

    source = QueueLog([str(log)], clock=time.wall_ms)
    with Writer(tmp_path / "s") as writer:
        time.run(go(Poller(source, writer, 1000, clock=time.clock(), name="played")))
        time.run(source.aclose())
    assert told() == ["the clock went back by 3,600 s: time stands still here until it has caught up"]
    assert calls(tmp_path / "s") == [("c1", 2.999)]


def test_two_answers_of_one_moment_are_both_taken(tmp_path: Path, told: Said) -> None:
    answers = (second(1, SignedIn(START + 900, name, "q")) for name in ("ann", "ben"))
    polls(tmp_path / "s", Played(*answers, second(1)), 3)
    assert (told(), covered(tmp_path / "s")) == ([], [(0, 1.001)])
    with Reader(tmp_path / "s") as reader:
        assert len(reader.floor_at(START + 1_001, UTC).agents) == 2


def test_an_answer_of_since_later_than_its_end_begins_with_its_end(tmp_path: Path) -> None:
    polls(tmp_path / "s", Played(second(1), second(3, since=START + 60_000), second(4)), 3)
    assert covered(tmp_path / "s") == [(0, 1), (3, 4)]


def test_what_is_told_anew_holds_from_what_is_covered_on(tmp_path: Path) -> None:
    """An answer that reaches back over the last ones does not change what was then."""
    was, now = (Directory((AgentEntry("ann", name),)) for name in ("Ann", "Ann Other"))
    first = second(1, SignedIn(START + 500, "ann", "q"))._replace(directory=was)
    again = second(9, since=START - HOUR)._replace(directory=now)
    polls(tmp_path / "s", Played(first, second(5), again), 3)
    with Reader(tmp_path / "s") as reader:
        names = [reader.floor_at(START + at, UTC).agents[0].name for at in (1_000, 4_999, 5_000)]
    assert names == ["Ann", "Ann", "Ann Other"]


# ------------------------------------------------------------------ machines that sleep


@pytest.mark.parametrize(
    ("capabilities", "slept_s", "stretches"),
    [
        (EVENTS, 7_200, [(0, 7_203)]),
        (SNAPSHOT, 7_200, [(0, 1), (7_202, 7_203)]),
        (SNAPSHOT, 58, [(0, 61)]),
        (frozenset({Capability.SNAPSHOT, Capability.HISTORY}), 7_200, [(0, 1), (7_202, 7_203)]),
    ],
)
def test_only_an_adapter_with_events_knows_what_was_while_the_machine_slept(
    tmp_path: Path, capabilities: frozenset[Capability], slept_s: int, stretches: list[tuple[float, float]]
) -> None:
    time = Time()
    source = Clocked(time, capabilities)

    def sleep() -> None:
        time.now += slept_s

    source.then = {3: sleep}
    polls(tmp_path / "s", source, 4, time)
    assert covered(tmp_path / "s") == stretches


def test_a_long_interval_is_no_sleep(tmp_path: Path) -> None:
    time = Time()
    runs(tmp_path / "s", Clocked(time, SNAPSHOT), time, 1_000, interval_ms=300_000)
    assert covered(tmp_path / "s") == [(0, 900)]


def test_the_first_list_of_a_run_says_nothing_of_before(tmp_path: Path) -> None:
    def lists() -> Played:
        return Played(second(3, since=START), second(4), capabilities=SNAPSHOT)

    polls(tmp_path / "s", lists(), 2)
    assert covered(tmp_path / "s") == [(3, 4)]
    polls(tmp_path / "s", Played(second(6, since=START + 4_000), second(7), capabilities=SNAPSHOT), 2)
    assert covered(tmp_path / "s") == [(3, 4), (6, 7)]


# ------------------------------------------------------------------ whatever comes


Step = tuple[str, float]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["good", "good", "fails", "hangs", "stubborn", "nonsense", "back", "ahead", "sleeps"]),
        st.floats(0, 30, allow_nan=False).map(lambda s: round(s, 3)),
    ),
    min_size=1,
    max_size=25,
)


class Whatever(Played):
    """A source that does what a list says, and keeps a diary of it."""

    def __init__(self, steps: list[Step], time: Time, capabilities: frozenset[Capability]) -> None:
        super().__init__(capabilities=capabilities)
        self.steps = iter(steps)
        self.time = time
        self.running = self.most = 0
        self.failed_ms: list[int] = []
        self.ended: list[tuple[float, bool]] = []
        self.pauses: list[float] = []
        self.until_ms: int | None = None
        self.over = asyncio.Event()

    async def poll(self) -> Observation:
        kind, seconds = next(self.steps, ("over", 0.0))
        if self.ended:
            self.pauses.append(self.time.now - self.ended[-1][0])
        self.running += 1
        self.most = max(self.most, self.running)
        good = False
        try:
            observation = await self._do(kind, seconds)
            good = kind != "nonsense"
            return observation
        finally:
            self.running -= 1
            self.ended.append((self.time.now, good))
            if not good and kind != "over":
                self.failed_ms.append(self.time.wall_ms())

    async def _do(self, kind: str, seconds: float) -> Observation:
        end = self.time.now + (25 + seconds if kind == "stubborn" else seconds / 20)
        match kind:
            case "over":
                self.over.set()
                await asyncio.Event().wait()
            case "fails":
                raise OSError(f"after {seconds} s")
            case "hangs":
                await asyncio.Event().wait()
            case "back" | "ahead":
                self.time.set_ms += round(seconds * (1000 if kind == "ahead" else -1000))
            case "sleeps":
                self.time.now += 10 * seconds
        await self._wait(end, kind == "stubborn")
        if kind == "stubborn":
            raise OSError("at last")
        until_ms = -1 if kind == "nonsense" else self.time.wall_ms()
        since_ms, self.until_ms = self.until_ms, self.time.wall_ms()
        return Observation("played", since_ms, until_ms, [CallEntered(until_ms, f"c{len(self.ended)}", "q")])

    async def _wait(self, end: float, stubborn: bool) -> None:
        while self.time.now < end:
            try:
                await asyncio.sleep(end - self.time.now)
            except asyncio.CancelledError:
                if not stubborn:
                    raise


def check(steps: list[Step], capabilities: frozenset[Capability], folder: Path) -> None:
    time = Time()
    source = Whatever(steps, time, capabilities)
    store = folder / "s"

    async def go(poller: Poller) -> None:
        polling = asyncio.ensure_future(poller.run())
        await source.over.wait()
        poller.stop()
        await polling

    with Writer(store) as writer:
        time.run(go(Poller(source, writer, 1000, clock=time.clock())))
    assert source.most == 1
    assert all(pause <= 62 for pause in source.pauses)  # with the second that a cancelled poll is given
    stretches = covered(store)
    assert all(since <= until for since, until in stretches)
    assert all(before[1] < after[0] for before, after in pairwise(stretches))
    assert len(calls(store)) == sum(1 for _, good in source.ended if good)
    if Capability.EVENTS not in capabilities and not any(kind in ("back", "ahead") for kind, _ in steps):
        for at_ms in source.failed_ms:
            at = (at_ms - START) / 1000
            assert not any(since < at < until for since, until in stretches), (at, stretches)


@given(STEPS, st.sampled_from([SNAPSHOT, EVENTS]))
@examples(60)
def test_whatever_comes_polls_are_one_by_one_and_no_lost_one_is_covered(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step], capabilities: frozenset[Capability]
) -> None:
    check(steps, capabilities, tmp_path_factory.mktemp("whatever"))


@pytest.mark.slow
@given(STEPS, st.sampled_from([SNAPSHOT, EVENTS]))
@examples(500)
def test_whatever_comes_at_length(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step], capabilities: frozenset[Capability]
) -> None:
    check(steps, capabilities, tmp_path_factory.mktemp("whatever"))
