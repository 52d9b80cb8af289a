"""The poller when its source fails: deadlines, refusals, stubborn polls, what is told, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from data.adapters.base import AccessError, Adapter, SourceError
from data.model.observation import CallEntered, Directory, Observation, SignedIn
from data.model.words import Health
from data.poller import Poller
from data.store.files import StoreError
from data.store.reader import Reader
from data.store.writer import Writer
from tests.data.played import SNAPSHOT, START, Played, Time, covered, heartbeat, polls, runs, second

UTC = ZoneInfo("UTC")

Told = Callable[[], list[str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Return what the poller has said since the last time, without the program's name."""

    def said() -> list[str]:
        return [line.removeprefix("floorwalk poll: ") for line in capsys.readouterr().err.splitlines()]

    return said


def now_of(time: Time) -> Callable[[], Coroutine[Any, Any, Observation]]:
    """Return an answer that nothing happened in the last second."""

    async def answer() -> Observation:
        return second(time.now, since=START)

    return answer


# ------------------------------------------------------------------ failing, and being well again


def test_a_failed_poll_is_down_at_once_and_told_once_with_its_time(tmp_path: Path, told: Told) -> None:
    time = Time()
    polls(tmp_path / "s", Played(second(0), ConnectionError("no route"), ConnectionError("no route")), 3, time)
    with Reader(tmp_path / "s") as reader:
        pulse = reader.pulse(time.boot_ms())
    assert (pulse.health, pulse.error) == (Health.DOWN, "ConnectionError: no route")
    assert told() == ["2026-11-18T11:06:41Z played: ConnectionError: no route"]


def test_being_well_again_is_told_once_with_how_long_it_was_down(tmp_path: Path, told: Told) -> None:
    time = Time()
    bad = SourceError("http://pbx answers 500: look at its log")
    answers = (second(0), bad, bad, second(3, since=START + 2000), second(4))
    poller = polls(tmp_path / "s", Played(*answers), 5, time)
    assert poller.failures == 0
    assert told() == [
        "2026-11-18T11:06:41Z played: http://pbx answers 500: look at its log",
        "2026-11-18T11:06:43Z played: well again after 2 s",
    ]
    with Reader(tmp_path / "s") as reader:
        assert reader.pulse(time.boot_ms()).health is Health.UP


def test_a_source_may_fail_again_after_it_was_well(tmp_path: Path, told: Told) -> None:
    polls(tmp_path / "s", Played(OSError("a"), second(1), OSError("b"), second(3)), 4)
    assert [line.split("played: ")[1] for line in told()] == [
        "OSError: a",
        "well again after 1 s",
        "OSError: b",
        "well again after 1 s",
    ]


def test_pauses_grow_to_a_minute_and_the_first_good_poll_ends_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Time()
    longest: list[float] = []

    def uniform(least: float, most: float) -> float:
        assert least == 0
        longest.append(most)
        return most

    monkeypatch.setattr("random.uniform", uniform)
    began: list[float] = []

    async def answer() -> Observation:
        began.append(time.now)
        if len(began) < 9 or len(began) == 11:
            raise SourceError("out")
        return second(time.now, since=START)

    runs(tmp_path / "s", Played(*[answer] * 12), time, 246.5)
    assert longest == [2, 4, 8, 16, 32, 60, 60, 60, 2]
    assert began[8:] == pytest.approx([242, 243, 244, 246])


def test_good_polls_begin_on_whole_intervals(tmp_path: Path) -> None:
    time = Time()
    began: list[float] = []
    takes = iter((0.25, 0.5, 3.25, 0.25, 0.25))

    async def answer() -> Observation:
        began.append(time.now)
        await asyncio.sleep(next(takes))
        return second(time.now, since=START)

    runs(tmp_path / "s", Played(*[answer] * 5), time, 7.5)
    assert began == pytest.approx([0, 1, 2, 6, 7])


# ------------------------------------------------------------------ polls that hang


def test_a_poll_has_a_deadline_and_is_told_of_it(tmp_path: Path, told: Told) -> None:
    time = Time()
    cancelled: list[float] = []

    async def hangs() -> Observation:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(time.now)
            raise
        raise AssertionError

    polls(tmp_path / "s", Played(hangs, now_of(time)), 2, time)
    assert cancelled == [10]
    assert told()[0].endswith("played: no answer within 10 s")


@pytest.mark.parametrize(("interval_ms", "deadline_s"), [(1000, 10), (4000, 20), (600_000, 60)])
def test_the_deadline_follows_the_interval(tmp_path: Path, interval_ms: int, deadline_s: int) -> None:
    time = Time()
    runs(tmp_path / "s", Played(*[None] * 5), time, deadline_s + 0.5, interval_ms)
    assert heartbeat(tmp_path / "s")[1] == f"no answer within {deadline_s} s"


def stubborn(time: Time, until: float, running: list[int], answer: Observation | BaseException) -> Any:  # noqa: ANN401
    """Return a poll that goes on until a moment, whoever cancels it."""

    async def poll() -> Observation:
        running.append(1)
        while time.now < until:
            try:
                await asyncio.sleep(until - time.now)
            except asyncio.CancelledError:
                continue
        running.pop()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return poll


def test_while_a_poll_goes_on_though_cancelled_no_other_begins(tmp_path: Path, told: Told) -> None:
    time, running, most = Time(), list[int](), list[int]()
    late = second(100, SignedIn(START + 99_500, "a", "q"), since=START)

    async def next_one() -> Observation:
        most.append(len(running))
        return second(time.now, since=START + 100_000)

    adapter = Played(second(0), stubborn(time, 300.25, running, late), *[next_one] * 5)
    down: list[str] = []

    async def go(poller: Poller) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(200, lambda: down.append(heartbeat(tmp_path / "s")[1]))
        loop.call_later(303, poller.stop)
        await poller.run()

    with Writer(tmp_path / "s") as writer:
        time.run(go(Poller(adapter, writer, 1000, clock=time.clock())))
    assert most == [0, 0]
    assert down == ["its poll goes on although it was cancelled: it is not asked again until that ends"]
    assert [line.split("played: ")[1] for line in told()] == [*down, "well again after 288 s"]
    # The adapter counts as told what it returned in the end, so it is kept.
    with Reader(tmp_path / "s") as reader:
        assert [agent.name for agent in reader.floor_at(START + 100_000, UTC).agents] == ["a"]


@pytest.mark.parametrize("ends_with", [OSError("late"), asyncio.CancelledError()])
def test_a_stubborn_poll_that_fails_in_the_end_is_followed_by_the_next(
    tmp_path: Path, ends_with: BaseException
) -> None:
    time, running = Time(), list[int]()
    adapter = Played(stubborn(time, 50, running, ends_with), *[now_of(time)] * 100)
    poller = runs(tmp_path / "s", adapter, time, 120)
    assert (poller.failures, adapter.polls > 2) == (0, True)


def test_a_process_ends_though_a_poll_goes_on(tmp_path: Path) -> None:
    time = Time()
    adapter = Played(stubborn(time, 1e6, [], second(1)))
    runs(tmp_path / "s", adapter, time, 5)
    assert time.now <= 6
    assert adapter.closed == 1


# ------------------------------------------------------------------ sources that let nobody in


@pytest.mark.parametrize("grouped", [False, True])
def test_a_source_that_lets_us_not_in_is_asked_once(tmp_path: Path, told: Told, grouped: bool) -> None:
    time = Time()
    error: Exception = AccessError("http://pbx refuses the account: check user and secret in manager.conf")
    if grouped:
        error = ExceptionGroup("several", [OSError("another"), ExceptionGroup("inner", [error])])
    adapter = Played(second(0), error, second(2), second(3))
    poller = runs(tmp_path / "s", adapter, time, 1000)
    words = "http://pbx refuses the account: check user and secret in manager.conf"
    assert (poller.refused, adapter.polls, adapter.closed) == (words, 2, 1)
    assert told() == [f"2026-11-18T11:06:41Z played: {words}; it is not asked again until the poller is started anew"]
    time.now += 5 * 3600
    with Reader(tmp_path / "s") as reader:
        pulse = reader.pulse(time.boot_ms())
    assert (pulse.health, pulse.error) == (Health.DOWN, words)


def test_one_that_refuses_too_late_is_asked_once_too(tmp_path: Path) -> None:
    time = Time()
    adapter = Played(stubborn(time, 50, [], AccessError("locked")), second(60))
    poller = runs(tmp_path / "s", adapter, time, 1000)
    assert (poller.refused, adapter.polls) == ("locked", 1)


def test_why_it_refuses_comes_into_the_store_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    time, real = Time(), Writer.transaction

    def cramped(writer: Writer) -> Any:  # noqa: ANN401
        if 1 <= time.now < 200:
            raise StoreError("the disk is full")
        return real(writer)

    monkeypatch.setattr(Writer, "transaction", cramped)
    seen = second(1, SignedIn(START + 500, "a", "q"))
    runs(tmp_path / "s", Played(second(0), seen, AccessError("locked"), second(3)), time, 400)
    assert heartbeat(tmp_path / "s")[1] == "locked"
    assert covered(tmp_path / "s") == [(-1, 1)]
    assert len([line for line in told() if "the disk is full" in line]) == 2  # for the answer, and for the sign of life


# ------------------------------------------------------------------ adapters that do what they may not


class BrokenError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even that")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SystemExit(3), "its poll would end the program"),
        (asyncio.CancelledError(), "its poll was cancelled, but not by the poller"),
        (RecursionError("too deep"), "RecursionError: too deep"),
        (BrokenError(), "BrokenError"),
        (SourceError(), "SourceError"),
        (SourceError("\x1b]0;pwn\x07\ud800 two\nlines"), "\ufffd]0;pwn\ufffd\ufffd two lines"),
        (ExceptionGroup("several", [OSError("the first"), OSError("b")]), "OSError: the first"),
        (SourceError("https://me:hunter2@pbx does not answer"), "https://me:•••@pbx does not answer"),
        (StopAsyncIteration(), "StopAsyncIteration"),
    ],
)
def test_whatever_a_poll_raises_is_one_line_and_ends_nothing(
    tmp_path: Path, told: Told, error: BaseException, said: str
) -> None:
    poller = polls(tmp_path / "s", Played(error, second(1)), 2, secrets=("hunter2",))
    assert poller.failures == 0
    assert told()[0].partition("played: ")[2] == said


def test_a_poll_that_is_no_coroutine_ends_nothing(tmp_path: Path, told: Told) -> None:
    class Plain(Played):
        def poll(self) -> Observation:  # type: ignore[override]
            return second(1)

    assert polls(tmp_path / "s", cast(Adapter, Plain()), 1).failures == 1
    assert "can't be used in 'await' expression" in told()[0]


def test_a_cursor_that_can_not_be_taken_up_is_told_and_nothing_is_asked(tmp_path: Path, told: Told) -> None:
    polls(tmp_path / "s", Played(second(1)), 1)

    class Resuming(Played):
        def resume(self, _cursor: str | None, _covered_ms: int, _known: Directory) -> None:
            raise ValueError("no such place")

    again = Resuming(second(2))
    assert polls(tmp_path / "s", again, 2).failures == 2
    assert again.polls == 0
    (line,) = told()
    assert line.endswith("played: it can't go on where it stopped: ValueError: no such place")


def test_what_the_store_will_never_take_is_left_out_with_a_gap(tmp_path: Path, told: Told) -> None:
    """An adapter of the tree is not looked through: should it err, the store says so, and all goes on."""
    ours = type("Ours", (Played,), {"__module__": "data.adapters.ours"})
    spoilt = second(2, CallEntered(START + 1500, "c", "q", caller=b"13800138000"))  # type: ignore[arg-type]
    after = second(3, SignedIn(START + 2500, "a", "q"))
    poller = polls(tmp_path / "s", ours(second(1), spoilt, after, second(4)), 4)
    assert poller.failures == 0
    assert covered(tmp_path / "s") == [(0, 1), (2, 4)]
    first, second_line = told()
    assert "what it says can't be written, and is left out: " in first
    assert second_line.endswith("well again after 1 s")
    with Reader(tmp_path / "s") as reader:
        assert [agent.name for agent in reader.floor_at(START + 4000, UTC).agents] == ["a"]


# ------------------------------------------------------------------ ending


def test_an_end_while_a_poll_hangs_is_no_failure(tmp_path: Path, told: Told) -> None:
    time = Time()
    adapter = Played(second(0), None)
    runs(tmp_path / "s", adapter, time, 5)
    assert time.now == 5
    assert (adapter.polls, adapter.closed, told()) == (2, 1, [])
    assert heartbeat(tmp_path / "s")[1] == "the poller was stopped"


def test_an_end_takes_the_answer_that_comes_with_it(tmp_path: Path) -> None:
    time = Time()

    async def last_words() -> Observation:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return second(5, since=START)
        raise AssertionError

    runs(tmp_path / "s", Played(second(0), last_words), time, 5)
    assert covered(tmp_path / "s") == [(-1, 5)]


@pytest.mark.parametrize(
    ("closing", "said", "took"),
    [(None, "it does not let go within 2 s", 2), (OSError("torn"), "it can't let go: OSError: torn", 0)],
)
def test_letting_go_has_an_end(tmp_path: Path, told: Told, closing: OSError | None, said: str, took: int) -> None:
    class Clinging(Played):
        async def aclose(self) -> None:
            if closing is not None:
                raise closing
            while True:
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    continue

    time = Time()
    runs(tmp_path / "s", Clinging(second(0), second(1)), time, 1.5)
    assert time.now == 1.5 + took
    assert [line.partition("played: ")[2] for line in told()] == [said]


# ------------------------------------------------------------------ the adapter that has no events


def test_a_list_after_a_failed_poll_says_nothing_of_what_lies_between(tmp_path: Path) -> None:
    def answers(*, capabilities: Any) -> Played:  # noqa: ANN401
        return Played(
            second(1), second(2), OSError("out"), second(4, since=START + 2000), second(5), capabilities=capabilities
        )

    polls(tmp_path / "list", answers(capabilities=SNAPSHOT), 5)
    polls(tmp_path / "events", answers(capabilities=frozenset({"events"})), 5)
    assert covered(tmp_path / "list") == [(1, 2), (4, 5)]
    assert covered(tmp_path / "events") == [(0, 5)]
