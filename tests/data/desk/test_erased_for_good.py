"""Who was erased does not come back: not by answers that waited for the store, nor by one that comes meanwhile."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.adapters.base import Capability, refused
from data.desk.desk import Desk
from data.desk.rules import SHIPPED
from data.desk.wire import answer_of, request_line
from data.model.acts import Order, Result
from data.model.observation import (
    AgentEntry,
    CallAnswered,
    CallEnded,
    CallEntered,
    Directory,
    Event,
    Observation,
    Paused,
    QueueEntry,
    Resumed,
    RingEnded,
    SignedIn,
)
from data.model.people import Answer, EraseAgent, Refusal
from data.model.words import Outcome
from data.poller import Poller
from data.poller.clock import Clock
from data.store.erasing import DELETED
from data.store.files import StoreError
from data.store.writer import Writer
from tests.data.desk.desks import NOW, ROOT
from tests.examples import examples

KEY, NAME = "ann", "Ann Other"


class Pbx:
    """Has Ann at work: each answer, given when the gate is opened, tells something new of her."""

    name = "pbx"
    capabilities = frozenset({Capability.EVENTS})

    def __init__(self) -> None:
        self.n = 0
        self.gate: asyncio.Queue[None] = asyncio.Queue()

    async def poll(self) -> Observation:
        await self.gate.get()
        self.n += 1
        at_ms = NOW - 3_600_000 + self.n * 1000
        if self.n == 1:
            known = Directory((AgentEntry(KEY, NAME, "North"),), (QueueEntry("sales", "Sales"),))
            return Observation("pbx", None, at_ms, (SignedIn(at_ms, KEY, "sales"),), directory=known)
        call = f"c{self.n // 6}"
        events: list[Event] = [
            Paused(at_ms, KEY, None, "rest"),
            Resumed(at_ms, KEY, None),
            CallEntered(at_ms, call, "sales", "13812348000", "Bob"),
            RingEnded(at_ms, call, "sales", KEY, 900),
            CallAnswered(at_ms, call, "sales", KEY),
            CallEnded(at_ms, call, "sales", KEY, Outcome.ANSWERED),
        ]
        return Observation("pbx", at_ms - 1000, at_ms, (events[self.n % 6],))

    async def perform(self, order: Order) -> Result:
        return refused(order)

    async def aclose(self) -> None:
        pass


class Busy:
    """A writer's `write` that the store refuses while `busy`."""

    def __init__(self, writer: Writer) -> None:
        self.busy = False
        self._write = writer.write
        writer.write = self  # type: ignore[method-assign, assignment]

    def __call__(self, *rows: object) -> None:
        if self.busy:
            raise StoreError("written by somebody else")
        self._write(*rows)  # type: ignore[arg-type]


class Floor:
    """A poller, its source and its desk, in this process."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.store = Busy(writer)
        self.pbx = Pbx()
        self.poller = Poller(self.pbx, writer, 1000, name="pbx", clock=Clock())
        self.desk = Desk(writer, [self.poller], SHIPPED, lambda: NOW)
        self._asked = 0

    async def polls(self) -> None:
        self.pbx.gate.put_nowait(None)
        await self.poller.once()

    async def erases(self) -> Answer:
        self._asked += 1
        request = EraseAgent(max(self.rows(f"SELECT id FROM agent WHERE key = '{KEY}'"))[0], "on their wish")
        line = request_line(f"k{self._asked}", NOW + 4000, request)
        return answer_of(json.loads(await self.desk.answer(await self.desk.hear(ROOT, line))))

    async def erases_while_it_is_polled(self, turns: int) -> Answer:
        """Erase; the source answers so many turns of the loop before or after the erasure is written."""
        loop = asyncio.get_running_loop()
        poll = asyncio.create_task(self.poller.once())
        await asyncio.sleep(0)
        ledger = self.desk._ledger
        commit = ledger._commit

        def later(left: int, then: Callable[[], object]) -> None:
            if left:
                loop.call_soon(later, left - 1, then)
            else:
                then()

        def meanwhile() -> None:
            later(max(0, turns), lambda: self.pbx.gate.put_nowait(None))
            later(max(0, -turns), commit)

        ledger._commit = meanwhile  # type: ignore[method-assign]
        try:
            answer = await self.erases()
        finally:
            ledger._commit = commit  # type: ignore[method-assign]
        await poll
        return answer

    def lacks(self) -> list[str]:
        """Return the sources of which the store does not have all."""
        return [self.poller.name] if self.poller.behind else []

    def rows(self, sql: str) -> list[tuple[int, ...]]:
        with closing(sqlite3.connect(self.writer.path)) as connection:
            return connection.execute(sql).fetchall()

    def kept_of_the_erased(self) -> dict[str, int]:
        """Return how many rows there are about people who were erased, by table."""
        erased = "SELECT id FROM agent WHERE key LIKE 'erased-%'"
        tables = [*(table for table in DELETED if table not in ("flag_change", "finding_change")), "call", "ring"]
        named = " AND name <> ''"
        return {
            table: count
            for table in tables
            for ((count,),) in [
                self.rows(
                    f"SELECT count(*) FROM {table} WHERE agent_id IN ({erased}){named * (table == 'agent_history')}"
                )
            ]
            if count
        }


def on(path: Path, play: Callable[[Floor], Awaitable[None]]) -> None:
    async def played() -> None:
        with Writer(path) as writer:
            floor = Floor(writer)
            async with floor.desk:
                await play(floor)
        await asyncio.sleep(0)  # what was cancelled ends

    asyncio.run(played())


def test_answers_that_waited_for_the_store_are_written_before(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        await floor.polls()
        floor.store.busy = True
        await floor.polls()
        floor.store.busy = False
        assert floor.lacks() == ["pbx"]
        assert (await floor.erases()).done
        assert floor.lacks() == []
        for _ in range(7):
            await floor.polls()
        assert floor.kept_of_the_erased() == {}
        assert len(floor.rows("SELECT 1 FROM agent")) == 2  # who works on is a new agent

    on(tmp_path / "s.sqlite", play)


def test_nobody_is_erased_while_the_store_lacks_what_was_said(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        await floor.polls()
        floor.store.busy = True
        await floor.polls()
        answer = await floor.erases()
        assert (answer.done, answer.refusal) == (False, Refusal.FAILED)
        assert "pbx" in answer.said
        assert floor.rows(f"SELECT 1 FROM agent WHERE key = '{KEY}'")
        floor.store.busy = False
        assert (await floor.erases()).done
        await floor.polls()
        assert floor.kept_of_the_erased() == {}

    on(tmp_path / "s.sqlite", play)


@pytest.mark.parametrize("turns", range(-3, 8))
def test_an_answer_that_comes_with_the_erasure_brings_nobody_back(tmp_path: Path, turns: int) -> None:
    async def play(floor: Floor) -> None:
        await floor.polls()
        await floor.polls()
        assert (await floor.erases_while_it_is_polled(turns)).done
        for _ in range(7):
            await floor.polls()
        assert floor.kept_of_the_erased() == {}

    on(tmp_path / "s.sqlite", play)


_STEP = st.one_of(st.just("poll"), st.just("busy"), st.just("erase"), st.integers(-2, 6))


@pytest.mark.slow
@given(st.lists(_STEP, max_size=14))
@examples(40)
def test_whatever_comes_when_nothing_is_kept_of_the_erased(steps: list[str | int]) -> None:
    async def play(floor: Floor) -> None:
        await floor.polls()
        for step in steps:
            if step == "busy":
                floor.store.busy = not floor.store.busy
            elif step == "poll":
                await floor.polls()
            elif not floor.rows(f"SELECT 1 FROM agent WHERE key = '{KEY}'"):
                await floor.polls()  # they are known anew, once the store takes it
            elif isinstance(step, int):
                await floor.erases_while_it_is_polled(step)
            else:
                await floor.erases()
            assert floor.kept_of_the_erased() == {}
        floor.store.busy = False
        await floor.polls()
        assert floor.kept_of_the_erased() == {}

    with TemporaryDirectory() as folder:
        on(Path(folder) / "s.sqlite", play)
