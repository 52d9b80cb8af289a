"""Looking up who people are: once for many lines of one user, and never so that others are not looked up."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter

import pytest

from data.desk import looking_up
from data.desk.callers import Person
from data.desk.looking_up import MOST_OF_ONE, LookUps
from data.model.people import Role

LOUD, OTHER = 101, 102


class Database:
    """A user database that hangs for one user until it is let go."""

    def __init__(self) -> None:
        self.asked: Counter[int] = Counter()
        self.let_go = threading.Event()

    def look_up(self, uid: int) -> Person:
        self.asked[uid] += 1
        if uid == LOUD:
            assert self.let_go.wait(30)
        return Person(f"user {uid}", Role.VIEWER, ())


def test_lines_of_one_user_share_a_look_up_and_others_get_theirs() -> None:
    async def play() -> None:
        database = Database()
        look_ups = LookUps(database.look_up)
        try:
            loud = [asyncio.create_task(look_ups.person(LOUD)) for _ in range(64)]
            await asyncio.sleep(0)
            assert await look_ups.person(OTHER) == Person("user 102", Role.VIEWER, ())
            assert database.asked == {LOUD: 1, OTHER: 1}
            database.let_go.set()
            assert set(await asyncio.gather(*loud)) == {Person("user 101", Role.VIEWER, ())}
            assert await look_ups.person(LOUD) is not None
            assert database.asked[LOUD] == 2  # the next line is looked up anew
        finally:
            database.let_go.set()
            look_ups.close()

    asyncio.run(play())


def test_a_database_that_hangs_for_one_user_does_not_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        database = Database()
        look_ups = LookUps(database.look_up)
        try:
            monkeypatch.setattr(looking_up, "LOOK_UP_S", 0.0)
            assert [await look_ups.person(LOUD) for _ in range(20)] == [None] * 20
            monkeypatch.setattr(looking_up, "LOOK_UP_S", 30.0)
            assert await look_ups.person(OTHER) is not None
            assert database.asked[LOUD] == MOST_OF_ONE
        finally:
            database.let_go.set()
            look_ups.close()

    asyncio.run(play())


class Quick:
    """A user database that answers at once, of which the loop hears nothing as long as it is held up."""

    def __init__(self) -> None:
        self.asked = 0
        self.answered = threading.Semaphore(0)

    def look_up(self, uid: int) -> Person:
        self.asked += 1
        self.answered.release()
        return Person(f"user {uid}", Role.VIEWER, ())

    async def hold_the_loop_up(self) -> None:
        """Let nothing else run until the database has answered, and for twice as long as it may take."""
        assert self.answered.acquire(timeout=10)
        time.sleep(2 * looking_up.LOOK_UP_S)


def test_time_that_the_loop_is_held_up_is_not_the_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_up, "LOOK_UP_S", 0.05)

    async def play() -> None:
        database = Quick()
        look_ups = LookUps(database.look_up)
        try:
            number = 2 * MOST_OF_ONE
            lines = [each for _ in range(number) for each in (look_ups.person(OTHER), database.hold_the_loop_up())]
            told = await asyncio.gather(*lines)  # all come before the loop can hear of any answer
            assert told[::2] == [Person("user 102", Role.VIEWER, ())] * number
            assert database.asked == number  # each by a look that is not too old
        finally:
            look_ups.close()

    asyncio.run(play())


def test_a_database_that_fails_knows_nobody() -> None:
    def gone(_uid: int) -> Person:
        raise OSError("the directory service is gone")

    async def play() -> None:
        look_ups = LookUps(gone)
        try:
            assert await look_ups.person(LOUD) is None
        finally:
            look_ups.close()

    asyncio.run(play())
