"""The whole way of an act: from the console's client over the desk of a poller into a real Asterisk, and back."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from console.desk import Desk
from data.model.people import (
    Answer,
    DecideBreak,
    Decision,
    ListenIn,
    MoveAgent,
    PauseAgent,
    Refusal,
    Request,
    Role,
    SignOutAgent,
    Standing,
    UnpauseAgent,
)
from data.model.words import Health
from data.store.audited import verify
from tests.asterisk.watching import Watch
from tests.rig.asterisk import Rig

pytestmark = pytest.mark.asterisk

ANN = "Local/1901@agents"


def order(store: Path, request: Request) -> Answer:
    async def ordered() -> Answer:
        desk = Desk(store)
        try:
            return await desk.order(request)
        finally:
            await desk.aclose()

    return asyncio.run(ordered())


def greeted(store: Path) -> Standing:
    async def asked() -> Standing:
        desk = Desk(store)
        try:
            return await desk.greet()
        finally:
            await desk.aclose()

    return asyncio.run(asked())


def id_of(store: Path, table: str, key: str) -> int:
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        return int(connection.execute(f"SELECT id FROM {table} WHERE key = ?", (key,)).fetchone()[0])


def test_acts_reach_the_phones_and_come_back_as_states(rig: Rig, tmp_path: Path) -> None:
    with Watch(tmp_path / "w", {"pbx": rig}, ("pbx",)) as watch:
        watch.until_health(Health.UP)
        rig.add_agent("desk2", 1902, "Ben")
        rig.add_agent("desk", 1901, "Ann")
        watch.until_state("Local/1902@agents", "available")
        watch.until_state(ANN, "available")
        store, ann = watch.store, id_of(watch.store, "agent", ANN)

        standing = greeted(store)
        assert {"pause", "sign_in", "listen"} <= set(dict(standing.abilities)["pbx"])
        assert standing.role is Role.ADMIN

        answer = order(store, PauseAgent(ann, "coaching"))
        assert answer.done, answer
        watch.until_state(ANN, "not_ready")
        assert order(store, UnpauseAgent(ann)).done
        watch.until_state(ANN, "available")

        answer = order(store, DecideBreak(ann, Decision.APPROVE, "rest"))
        assert answer.done and "Ann" in answer.said, answer
        watch.until_state(ANN, "not_ready")
        assert order(store, DecideBreak(ann, Decision.RETURN, "rest")).done
        watch.until_state(ANN, "available")

        unheard = order(store, ListenIn(ann, "PJSIP/3001", "quality"))
        assert not unheard.done and unheard.refusal is Refusal.CANNOT, unheard

        moved = order(store, MoveAgent(ann, id_of(store, "queue", "desk2"), id_of(store, "queue", "desk")))
        assert moved.done and "desk2" in moved.said, moved
        served = "SELECT 1 FROM member m JOIN queue q ON q.id = m.queue_id WHERE agent_id = ? AND q.key = 'desk2'"
        watch.until_sql(f"{served} AND until_ms IS NULL", ann)
        assert order(store, SignOutAgent(ann, "goes home")).done
        watch.until_state(ANN, "offline")

    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        assert verify(connection).fault is None
        acts = [row[0] for row in connection.execute("SELECT act FROM audit WHERE result = 'done' ORDER BY number")]
        told = connection.execute("SELECT reason FROM state_span WHERE state = 'not_ready' ORDER BY since_ms")
        reasons = [reason for (reason,) in told.fetchall()]
    assert {"pause_agent", "unpause_agent", "decide_break", "move_agent", "sign_out_agent"} <= set(acts)
    assert reasons == ["coaching", "rest"]
