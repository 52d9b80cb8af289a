"""The desk's way into the store: all that waits at a moment goes in with one commit, and is answered after it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from data.poller.telling import tell, words
from data.store.files import StoreError
from data.store.writer import Writer

MOST_AT_ONCE = 100
"""So much goes in with one commit; the rest lets others run first."""
FOLD_AGAIN_S = 5.0
"""So long after a reader was in the way the WAL is emptied again."""

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
"""Something to be written, in a transaction that others share; it may raise, and then none of it is written."""


class _Waiting(NamedTuple):
    work: Work[Any]
    done: asyncio.Future[Any]


class Ledger:
    """Writes what is submitted. A commit is on the disk before anybody hears of it."""

    def __init__(self, writer: Writer) -> None:
        """Write with the store's only writer, on the loop on which the pollers use it."""
        self._writer = writer
        self._waiting: deque[_Waiting] = deque()
        self._called = False

    async def submit(self, work: Work[T]) -> T:
        """Return what a piece of work returns, once that is committed. Raises StoreError, or what the work raises."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(work, loop.create_future())
        self._waiting.append(waiting)
        if not self._called:
            self._called = True
            loop.call_soon(self._commit)
        done: asyncio.Future[T] = waiting.done
        return await done

    async def fold(self) -> None:
        """Take what was erased out of the files; readers that are in the way of it have soon read."""
        try:
            while not self._writer.fold():
                await asyncio.sleep(FOLD_AGAIN_S)
        except StoreError as error:
            tell(f"what was erased is still in the store's WAL: {words(error)}")

    def _commit(self) -> None:
        """Write all that waits. A piece that fails undoes itself alone; a commit that fails, all of them."""
        batch = [self._waiting.popleft() for _ in range(min(MOST_AT_ONCE, len(self._waiting)))]
        batch = [each for each in batch if not each.done.cancelled()]
        results: list[tuple[Any, Exception | None]] = []
        try:
            with self._writer.recording() as connection:
                results += [_tried(connection, each.work) for each in batch]
        except Exception as error:  # StoreError; whatever it is, nobody is left waiting
            results = [(None, error)] * len(batch)
        for each, (result, wrong) in zip(batch, results, strict=True):
            if wrong is None:
                each.done.set_result(result)
            else:
                each.done.set_exception(wrong)
        self._called = bool(self._waiting)
        if self._called:
            asyncio.get_running_loop().call_soon(self._commit)


def _tried(connection: sqlite3.Connection, work: Work[T]) -> tuple[T | None, Exception | None]:
    """Do a piece of work in a savepoint of its own. Raises what it raises where the whole transaction is gone."""
    connection.execute("SAVEPOINT piece")
    try:
        result, wrong = work(connection), None
    except Exception as error:  # one's own trouble is not to be the others'
        if not connection.in_transaction:
            raise
        connection.execute("ROLLBACK TO piece")
        result, wrong = None, error
    connection.execute("RELEASE piece")
    return result, wrong
