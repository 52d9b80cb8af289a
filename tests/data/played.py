"""Adapters that play what a test wants, clocks and a loop whose time passes only by being waited for."""

from __future__ import annotations

import asyncio
import selectors
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from data.adapters.base import Adapter, Capability, refused
from data.model.acts import Order, Result
from data.model.observation import Event, Observation
from data.poller import Clock, Poller
from data.store.writer import Writer

START = 1_795_000_000_000
EVENTS = frozenset({Capability.EVENTS})
SNAPSHOT = frozenset({Capability.SNAPSHOT})

Answer = Observation | BaseException | Callable[[], Coroutine[Any, Any, Observation]] | None


class Played:
    """An adapter that plays back answers; an error among them is raised, None hangs, a function is awaited."""

    name = "played"
    options = ()

    def __init__(self, *answers: Answer, capabilities: frozenset[Capability] = EVENTS) -> None:
        self.answers: Iterator[Answer] = iter(answers)
        self.capabilities = capabilities
        self.polls = 0
        self.closed = 0

    async def poll(self) -> Observation:
        self.polls += 1
        answer = next(self.answers)
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, BaseException):
            raise answer
        if callable(answer):
            return await answer()
        assert answer is not None
        return answer

    async def perform(self, order: Order) -> Result:
        return refused(order)

    async def aclose(self) -> None:
        self.closed += 1


def second(n: float, *events: Event, since: int | None = None) -> Observation:
    """Return what a second says; `since` in ms, None: the second before."""
    at = START + round(n * 1000)
    return Observation("played", at - 1000 if since is None else since, at, list(events))


class Time:
    """The time of a test: seconds since its start, in which the machine's clock may be set."""

    def __init__(self) -> None:
        self.now = 0.0
        self.set_ms = 0
        """By how much the machine's clock was set."""

    def wall_ms(self) -> int:
        return START + round(self.now * 1000) + self.set_ms

    def boot_ms(self) -> int:
        return 1_000_000_000 + round(self.now * 1000)

    def clock(self) -> Clock:
        return Clock(self.wall_ms, self.boot_ms)

    def run(self, main: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine on a loop that never waits: time goes on to what is next."""
        loop = _Loop(self)
        loop.set_exception_handler(lambda _loop, _context: None)  # of polls that are left to themselves
        try:
            loop.run_until_complete(main)
        finally:
            loop.close()


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, time: Time) -> None:
        self._of_test = time
        super().__init__(_Selector(time))

    def time(self) -> float:
        return self._of_test.now


class _Selector(selectors.SelectSelector):
    def __init__(self, time: Time) -> None:
        super().__init__()
        self._time = time

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "nothing will ever happen any more"
        events = super().select(0)
        if not events:
            self._time.now += max(timeout, 0)
        return events


def polls(path: Path, adapter: Adapter, times: int, time: Time | None = None, **more: Any) -> Poller:  # noqa: ANN401
    """Poll so many times, 1 s apart, into a store."""
    time = time or Time()

    async def go(poller: Poller) -> None:
        for _ in range(times):
            await poller.once()
            time.now += 1

    with Writer(path) as writer:
        poller = Poller(adapter, writer, 1000, clock=time.clock(), **more)
        time.run(go(poller))
        return poller


def runs(path: Path, adapter: Adapter, time: Time, seconds: float, interval_ms: int = 1000, **more: Any) -> Poller:  # noqa: ANN401
    """Let a poller run for so many seconds of the test's time."""

    async def go(poller: Poller) -> None:
        asyncio.get_running_loop().call_later(seconds, poller.stop)
        await poller.run()

    with Writer(path) as writer:
        poller = Poller(adapter, writer, interval_ms, clock=time.clock(), **more)
        time.run(go(poller))
        return poller


def covered(path: Path) -> list[tuple[float, float]]:
    """Return the measured stretches in seconds since START."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT since_ms, until_ms FROM coverage ORDER BY since_ms").fetchall()
    return [((since - START) / 1000, (until - START) / 1000) for since, until in rows]


def heartbeat(path: Path) -> tuple[int, str]:
    """Return when the last sign of life was given (UTC ms), and the error in it."""
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT at_ms, error FROM heartbeat ORDER BY at_ms DESC LIMIT 1").fetchone()
    return int(row[0]), str(row[1])
