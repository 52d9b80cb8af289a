"""The desk and the pollers use one writer: what an erasing leaves to the poller, and commits that fail."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from data.adapters.base import Capability, refused
from data.desk.ledger import MOST_AT_ONCE, Ledger
from data.model.acts import Order, Result
from data.model.observation import Observation, SignedIn
from data.poller import Poller
from data.store.files import StoreError
from data.store.writer import Writer
from tests.data.desk.desks import NOW, made


class Source:
    """Tells each time that Ann signs in."""

    name = "acme"
    capabilities = frozenset({Capability.EVENTS})

    def __init__(self) -> None:
        self.until_ms = NOW

    async def poll(self) -> Observation:
        since_ms, self.until_ms = self.until_ms, self.until_ms + 1000
        return Observation("acme", since_ms, self.until_ms, (SignedIn(self.until_ms, "ann"),))

    async def perform(self, order: Order) -> Result:
        return refused(order)

    async def aclose(self) -> None:
        pass


def test_a_poller_that_forgets_knows_what_the_store_does(tmp_path: Path) -> None:
    with Writer(tmp_path / "floor.sqlite") as writer:
        poller = Poller(Source(), writer, 1000)
        asyncio.run(poller.once())
        with writer.transaction() as store:
            store.execute("UPDATE agent SET key = 'erased-1'")
        asyncio.run(poller.once())
        assert set(poller.known.agents) == {"ann"}
        poller.forget()
        asyncio.run(poller.once())
        assert set(poller.known.agents) == {"erased-1", "ann"}
        with writer.transaction() as store:
            assert store.execute("SELECT key FROM agent ORDER BY id").fetchall() == [("erased-1",), ("ann",)]


def test_all_that_waits_goes_in_with_few_commits_and_is_told_after(tmp_path: Path) -> None:
    path = tmp_path / "floor.sqlite"

    async def play(writer: Writer) -> None:
        ledger = Ledger(writer)
        before = writer._commits
        reader = sqlite3.connect(path)
        try:

            async def one(number: int) -> None:
                await ledger.submit(lambda store: store.execute("INSERT INTO site VALUES (?, '')", (str(number),)))
                there = reader.execute("SELECT 1 FROM site WHERE key = ?", (str(number),)).fetchone()
                assert there == (1,)  # others see it: it was committed

            await asyncio.gather(*(one(number) for number in range(MOST_AT_ONCE + 50)))
        finally:
            reader.close()
        assert writer._commits == before + 2

    with made(path) as writer:
        asyncio.run(play(writer))


def test_a_commit_that_fails_is_told_to_all_and_the_next_one_is_well(tmp_path: Path) -> None:
    async def play(writer: Writer) -> None:
        ledger = Ledger(writer)

        def gone(store: sqlite3.Connection) -> None:
            store.execute("INSERT INTO site VALUES ('x', '')")
            store.execute("ROLLBACK")
            raise ValueError("the transaction is gone")

        both = await asyncio.gather(
            ledger.submit(lambda store: store.execute("INSERT INTO site VALUES ('a', '')")),
            ledger.submit(gone),
            return_exceptions=True,
        )
        assert all(isinstance(each, (StoreError, ValueError)) for each in both)
        with pytest.raises(ZeroDivisionError):
            await ledger.submit(lambda _: 1 // 0)
        await ledger.submit(lambda store: store.execute("INSERT INTO site VALUES ('b', '')"))
        assert await ledger.submit(lambda store: store.execute("SELECT key FROM site").fetchall()) == [("b",)]

    with made(tmp_path / "floor.sqlite") as writer:
        asyncio.run(play(writer))


def test_what_nobody_waits_for_any_more_is_not_begun(tmp_path: Path) -> None:
    async def play(writer: Writer) -> None:
        ledger = Ledger(writer)
        going = asyncio.create_task(ledger.submit(lambda store: store.execute("INSERT INTO site VALUES ('a', '')")))
        await asyncio.sleep(0)
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        assert await ledger.submit(lambda store: store.execute("SELECT count(*) FROM site").fetchone()) == (0,)

    with made(tmp_path / "floor.sqlite") as writer:
        asyncio.run(play(writer))
