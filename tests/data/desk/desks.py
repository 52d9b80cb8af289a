"""A store with a few agents, a telephony system that does as it is told, and a desk for them in this very process."""

from __future__ import annotations

import asyncio
import itertools
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from data.adapters.base import ACTS, Adapter, Capability
from data.desk.callers import Caller, Person
from data.desk.desk import Desk
from data.desk.rules import SHIPPED, Rules
from data.desk.wire import answer_of, request_line
from data.model.acts import Order, Result
from data.model.observation import Observation
from data.model.people import Answer, Request, Role
from data.store.writer import Writer

NOW = 1_795_000_000_000
ANN, BEN, CAT = 1, 2, 3
"""Agents: Ann is in North, Ben in South, Cat in no team."""
SALES, CARE = 1, 2
ROOT = Caller(0, 1)


def made(path: Path) -> Writer:
    """Return the writer of a store with agents, queues and who serves which."""
    writer = Writer(path)
    with writer.transaction() as connection:
        connection.execute("INSERT INTO source (id, name) VALUES (1, 'pbx')")
        for number, key, name, team in ((ANN, "a", "Ann", "North"), (BEN, "b", "Ben", "South"), (CAT, "c", "Cat", "")):
            connection.execute("INSERT INTO agent (id, source_id, key) VALUES (?, 1, ?)", (number, key))
            connection.execute("INSERT INTO agent_history VALUES (?, ?, ?, ?, '', '[]')", (number, NOW, name, team))
        for number, key in ((SALES, "sales"), (CARE, "care")):
            connection.execute("INSERT INTO queue (id, source_id, key) VALUES (?, 1, ?)", (number, key))
        connection.execute("INSERT INTO member VALUES (?, ?, ?, NULL, NULL)", (ANN, SALES, NOW))
        connection.execute("INSERT INTO member VALUES (?, ?, ?, NULL, NULL)", (ANN, CARE, NOW))
    return writer


class Phone:
    """A telephony system: keeps its orders, and answers with `answers` in turn, then with `answer` again and again."""

    def __init__(self, capabilities: frozenset[Capability] = ACTS) -> None:
        self.name = "pbx"
        self.capabilities = capabilities
        self.orders: list[Order] = []
        self.answer: Result | Exception = Result(True, "OK")
        self.answers: list[Result] = []
        self.takes: Callable[[], object] = lambda: None
        """What comes to pass while it carries out an order."""
        self.gate: asyncio.Event | None = None

    async def poll(self) -> Observation:
        raise AssertionError

    async def perform(self, order: Order) -> Result:
        self.orders.append(order)
        if self.gate is not None:
            await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        self.takes()
        return self.answers.pop(0) if self.answers else self.answer

    async def aclose(self) -> None:
        pass


class Source:
    """A source as the desk sees one."""

    def __init__(self, adapter: Phone, refused: str = "") -> None:
        self.name = "pbx"
        self.adapter: Adapter = adapter
        self.refused = refused
        self.secrets: tuple[str, ...] = ("hunter2",)
        self.forgotten = 0
        self.behind = False

    def catch_up(self) -> None:
        pass

    def forget(self) -> None:
        self.forgotten += 1


class Floor:
    """A desk, its store, its source, and a clock that stands where it is put."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writer = made(path) if not path.exists() else Writer(path)
        self.phone = Phone()
        self.source = Source(self.phone)
        self.now_ms = NOW
        self.desk: Desk
        self.persons: dict[int, Person] = {}
        self._keys = itertools.count()

    async def says(self, line: bytes, caller: Caller = ROOT) -> dict[str, Any]:
        """Return what the desk answers to a line."""
        told: dict[str, Any] = json.loads(await self.desk.answer(await self.desk.hear(caller, line)))
        return told

    async def asks(
        self,
        request: Request,
        caller: Caller = ROOT,
        key: str = "",
        for_ms: int = 5_000,
        tty: str = "",
        address: str = "",
    ) -> Answer:
        """Return the answer to a request."""
        line = request_line(key or f"k{next(self._keys)}", self.now_ms + for_ms, request, tty, address)
        return answer_of(await self.says(line, caller))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what another reader of the store sees."""
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def audited(self) -> list[tuple[Any, ...]]:
        """Return (uid, act, agent, result) of each row of the audit."""
        return self.rows("SELECT uid, act, agent_id, result FROM audit ORDER BY number")


@asynccontextmanager
async def open_floor(path: Path, rules: Rules = SHIPPED, now_ms: int = NOW) -> AsyncIterator[Floor]:
    """Give a desk on a store that is made if it is not there."""
    floor = Floor(path)
    floor.now_ms = now_ms
    try:
        floor.desk = Desk(floor.writer, [floor.source], rules, lambda: floor.now_ms)
        async with floor.desk:
            yield floor
    finally:
        floor.writer.close()
    await asyncio.sleep(0)  # what was cancelled ends


def known_as(**people: tuple[int, Role, tuple[str, ...]]) -> Callable[..., Person]:
    """Return a stand-in for the user database: name=(uid, role, teams)."""
    persons = {uid: Person(name, role, teams) for name, (uid, role, teams) in people.items()}

    def look_up(uid: int, *_: object) -> Person:
        return persons.get(uid) or Person("root", Role.ADMIN, ())

    return look_up
