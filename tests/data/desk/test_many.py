"""Many consoles on one desk of a real poller: each act answered, each carried out once, none lost with the poller."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from console.desk import Desk, DeskError
from data.model.people import Answer, NoteMood, PauseAgent, RaiseFlag, Request
from data.store.audited import verify
from tests.data.desk.polling import AGENTS, poller

CONSOLES = 50


def rows(store: Path, sql: str) -> list[Any]:
    connection = sqlite3.connect(store)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def verified(store: Path) -> Any:  # noqa: ANN401
    connection = sqlite3.connect(store)
    try:
        return verify(connection)
    finally:
        connection.close()


async def console(store: Path, number: int, acts: int) -> list[Answer]:
    """Act as one console does: one thing after the other, and half of it asked twice."""
    desk = Desk(store)
    answers = []
    try:
        for each in range(acts):
            request: Request = NoteMood(1 + (number + each) % AGENTS, 1 + each % 5, f"{number}/{each}")
            key = f"{number}-{each}"
            asked = [desk.order(request, key)] * 1
            if each % 2:
                asked.append(desk.order(request, key))
            given = await asyncio.gather(*asked)
            assert len(set(given)) == 1
            answers.append(given[0])
    finally:
        await desk.aclose()
    return answers


def test_many_consoles_are_all_answered_and_each_act_is_done_once(tmp_path: Path) -> None:
    store, acts = tmp_path / "floor.sqlite", 8

    async def all_of_them() -> list[list[Answer]]:
        return await asyncio.gather(*(console(store, number, acts) for number in range(CONSOLES)))

    with poller(store):
        answers = [answer for each in asyncio.run(all_of_them()) for answer in each]
    assert all(answer.done for answer in answers)
    assert len({answer.id for answer in answers}) == CONSOLES * acts
    noted = "FROM mood WHERE note LIKE '%/%' AND noted_by NOT LIKE 'played%'"
    assert rows(store, f"SELECT count(*), count(DISTINCT note) {noted}")[0] == (CONSOLES * acts, CONSOLES * acts)
    assert rows(store, "SELECT count(*) FROM audit WHERE act = 'note_mood' AND result = 'done'") == [(CONSOLES * acts,)]
    assert verified(store).fault is None


async def act_until_it_is_gone(store: Path, number: int, done: dict[str, int]) -> None:
    desk = Desk(store)
    try:
        for each in range(10_000):
            note = f"{number}/{each}"
            asked: Request = NoteMood(1 + number, 3, note) if each % 3 else RaiseFlag(1 + number, "tired", note)
            if each % 7 == 6:
                asked, note = PauseAgent(1 + number, "rest"), ""
            answer = await desk.order(asked)
            if answer.done and note and answer.id is not None:
                done[note] = answer.id
            elif not answer.done and answer.refusal == "unsure":
                return
    except DeskError:
        return
    finally:
        await desk.aclose()


@pytest.mark.slow
@pytest.mark.kill
def test_a_killed_poller_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    store = tmp_path / "floor.sqlite"
    done: dict[str, int] = {}
    chance = random.Random(1)
    for round_ in range(20):
        with poller(store) as child:

            async def play() -> None:
                acting = [
                    asyncio.create_task(act_until_it_is_gone(store, number + 5 * (round_ % 4), done))  # noqa: B023
                    for number in range(5)
                ]
                enough = len(done) + chance.randrange(1, 120)
                while len(done) < enough:
                    await asyncio.sleep(0)
                child.send_signal(signal.SIGKILL)
                await asyncio.gather(*acting)

            asyncio.run(play())
        found = {
            note: number for number, note in rows(store, "SELECT id, note FROM mood UNION SELECT id, note FROM flag")
        }
        assert {note: found.get(note) for note in done} == done
        audited = rows(store, "SELECT count(*) FROM audit WHERE act IN ('note_mood', 'raise_flag') AND result = 'done'")
        assert audited[0][0] >= len(done)
        assert verified(store).fault is None
        done = {}
        with sqlite3.connect(store) as connection:
            connection.execute("UPDATE mood SET note = ''")
            connection.execute("UPDATE flag SET note = ''")
        connection.close()
    with poller(store):
        pass
    assert rows(store, "SELECT count(*) FROM request WHERE json_extract(answer, '$.answer') IS NULL") == [(0,)]
    ordered = rows(store, "SELECT number FROM audit WHERE result = 'ordered'")
    settled = rows(store, "SELECT json_extract(detail, '$.of') FROM audit WHERE json_extract(detail, '$.of') NOTNULL")
    assert sorted(ordered) == sorted(settled)
