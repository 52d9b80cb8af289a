"""Many consoles on one desk of a real poller: each act answered, each carried out once, none lost with the poller."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from console import desk as desk_module
from console.desk import Desk, DeskError
from data.model.people import Answer, NoteMood, PauseAgent, RaiseFlag, Request
from data.store.audited import verify
from tests.data.desk.polling import AGENTS, poller

CONSOLES = 50


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a machine that has much else to do take its time."""
    monkeypatch.setattr(desk_module, "ANSWER_S", 30.0)
    monkeypatch.setattr(desk_module, "EXPIRES_MS", 30_000)


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
            given = await asyncio.gather(*(desk.order(request, key) for _ in range(1 + each % 2)))
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


async def killed_while_acting(store: Path, child: subprocess.Popen[str], first: int, enough: int) -> dict[str, int]:
    """Act from five consoles, kill the poller once so much was acknowledged; return all that was, by its note."""
    done: dict[str, int] = {}
    acting = [asyncio.create_task(act_until_it_is_gone(store, first + number, done)) for number in range(5)]
    while len(done) < enough:
        assert not all(each.done() for each in acting), "nobody acts any more, and the poller lives"
        await asyncio.sleep(0)
    child.send_signal(signal.SIGKILL)
    await asyncio.gather(*acting)
    return done


@pytest.mark.slow
@pytest.mark.kill
def test_a_killed_poller_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    store = tmp_path / "floor.sqlite"
    chance = random.Random(1)
    for round_ in range(20):
        with poller(store) as child:
            done = asyncio.run(killed_while_acting(store, child, 5 * (round_ % 4), chance.randrange(1, 120)))
        noted = rows(store, "SELECT note, id FROM mood UNION SELECT note, id FROM flag")
        found = dict(noted)
        assert {note: found.get(note) for note in done} == done
        audited = rows(store, "SELECT count(*) FROM audit WHERE act IN ('note_mood', 'raise_flag') AND result = 'done'")
        assert audited[0][0] >= len(done)
        assert verified(store).fault is None
        connection = sqlite3.connect(store)
        try:
            with connection:
                connection.execute("UPDATE mood SET note = ''")
                connection.execute("UPDATE flag SET note = ''")
        finally:
            connection.close()
    with poller(store):  # which says of every order that nobody answered that nobody can tell
        pass
    assert rows(store, "SELECT count(*) FROM request WHERE json_extract(answer, '$.answer') IS NULL") == [(0,)]
    ordered = rows(store, "SELECT number FROM audit WHERE result = 'ordered' ORDER BY 1")
    of = "json_extract(detail, '$.of')"
    assert rows(store, f"SELECT {of} FROM audit WHERE {of} IS NOT NULL ORDER BY 1") == ordered
