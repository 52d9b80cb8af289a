"""The desk in this process: what is carried out, refused, audited, and answered again."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from data.adapters.base import Capability, SourceError
from data.desk import desk as desk_module
from data.desk import pace as pace_module
from data.desk.callers import Caller
from data.desk.pace import EACH_LINE_S, FREE, Pace
from data.desk.reading import read
from data.desk.wire import answer_of, greeting_line, request_line, standing_of
from data.model import acts
from data.model.acts import Ear, Result
from data.model.people import (
    Answer,
    DecideBreak,
    Decision,
    EndWrapUp,
    EraseAgent,
    ListenIn,
    MoveAgent,
    NoteCoaching,
    NoteMood,
    PauseAgent,
    RaiseFlag,
    Refusal,
    Request,
    ResolveFlag,
    Role,
    SignOutAgent,
    StopListeningIn,
    UnpauseAgent,
)
from tests.data.desk.desks import ANN, BEN, CARE, CAT, NOW, SALES, Floor, known_as, open_floor

LEAD, SUPER, VIEWER, TWIN = Caller(101, 1), Caller(102, 1), Caller(103, 1), Caller(104, 1)
MINUTE = 60_000
T = TypeVar("T")


@pytest.fixture(autouse=True)
def people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a lead of North, a supervisor, a viewer and another supervisor be known to the machine."""
    known = known_as(
        lee=(101, Role.LEAD, ("North",)),
        sue=(102, Role.SUPERVISOR, ()),
        vic=(103, Role.VIEWER, ()),
        tom=(104, Role.SUPERVISOR, ()),
    )
    monkeypatch.setattr(desk_module, "person_of", known)


def on(path: Path, play: Callable[[Floor], Coroutine[Any, Any, T]]) -> T:
    """Run a test's play on a floor."""

    async def run() -> T:
        async with open_floor(path / "floor.sqlite") as floor:
            return await play(floor)

    return asyncio.run(run())


# ------------------------------------------------------------------ roles


def test_who_may_what(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        flag = RaiseFlag(ANN, "tired")
        assert (await floor.asks(flag, VIEWER)).said == "that takes the role lead; you have viewer"
        assert (await floor.asks(RaiseFlag(BEN, "tired"), LEAD)).refusal is Refusal.TEAM
        assert (await floor.asks(RaiseFlag(CAT, "tired"), LEAD)).refusal is Refusal.TEAM
        raised = await floor.asks(flag, LEAD)
        assert raised.done
        assert raised.id is not None
        other = await floor.asks(RaiseFlag(BEN, "tired"), SUPER)
        assert other.done
        assert (await floor.asks(ResolveFlag(other.id or 0), LEAD)).refusal is Refusal.TEAM
        assert (await floor.asks(ResolveFlag(raised.id), LEAD)).done
        assert (await floor.asks(ResolveFlag(999), LEAD)).refusal is Refusal.UNKNOWN
        assert (await floor.asks(ResolveFlag(999), VIEWER)).refusal is Refusal.ROLE
        assert (await floor.asks(SignOutAgent(ANN), LEAD)).refusal is Refusal.ROLE
        assert (await floor.asks(EraseAgent(ANN, "asked"), SUPER)).refusal is Refusal.ROLE
        assert floor.rows("SELECT agent_id, raised_by, resolved_by FROM flag ORDER BY id") == [
            (ANN, "lee", "lee"),
            (BEN, "sue", None),
        ]
        assert [row[3] for row in floor.audited()] == [
            *("role", "team", "team", "done", "done", "team", "done", "unknown", "role", "role", "role"),
        ]
        assert {row[2] for row in floor.audited()} == {ANN, BEN, CAT, None}
        said = floor.rows("SELECT user, role, detail FROM audit WHERE number = 1")
        assert said[0][:2] == ("vic", "viewer")
        assert json.loads(said[0][2])["said"] == "that takes the role lead; you have viewer"

    on(tmp_path, play)


def test_a_greeting_says_who_one_is_and_what_phones_can(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        floor.phone.capabilities = frozenset({Capability.PAUSE, Capability.EVENTS})
        standing = standing_of(await floor.says(greeting_line("g"), LEAD))
        assert standing == ("lee", Role.LEAD, ("North",), (("pbx", ("pause",)),))
        floor.phone.capabilities = None  # type: ignore[assignment]
        assert standing_of(await floor.says(greeting_line("g"), SUPER)) == ("sue", Role.SUPERVISOR, (), (("pbx", ()),))
        assert floor.audited() == []

    on(tmp_path, play)


def test_forged_requests_are_recorded_under_the_true_user(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        good = json.loads(request_line("k", NOW + 5_000, RaiseFlag(ANN, "tired"), "/dev/pts/0", "root@10.0.0.1"))
        forged = []
        for number in range(500):
            told = {**good, "key": f"k{number}"}
            match number % 5:
                case 1:
                    told["from"] = {"user": "root", "uid": 0}
                case 2:
                    told["uid"] = 0
                case 3:
                    told["with"] = {**told["with"], "raised_by": "root"}
                case 4:
                    told["act"] = "become_root"
            forged.append(json.dumps(told).encode())
        answers = await asyncio.gather(*(floor.says(line, VIEWER) for line in forged))
        assert not any(told["done"] for told in answers)
        assert floor.rows("SELECT uid, user, role, count(*) FROM audit GROUP BY 1, 2, 3") == [
            (103, "vic", "viewer", 500)
        ]
        results = floor.rows("SELECT result, count(*) FROM audit GROUP BY 1 ORDER BY 1")
        assert results == [("invalid", 400), ("role", 100)]
        assert floor.rows("SELECT DISTINCT tty, address FROM audit WHERE result = 'role'") == [
            ("/dev/pts/0 (said)", "root@10.0.0.1 (said)")
        ]
        assert floor.rows("SELECT count(*) FROM flag") == [(0,)]

    on(tmp_path, play)


def test_where_nobody_can_say_who_asks_nothing_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise OSError("the directory service is gone")

    async def play(floor: Floor) -> None:
        monkeypatch.setattr(desk_module, "person_of", gone)
        answer = await floor.asks(RaiseFlag(ANN, "tired"), SUPER)
        assert (answer.done, answer.refusal) == (False, Refusal.FAILED)
        assert floor.rows("SELECT count(*) FROM flag") == [(0,)]

    on(tmp_path, play)


# ------------------------------------------------------------------ once, and in time


def test_the_same_request_is_carried_out_once(tmp_path: Path) -> None:
    async def play(floor: Floor) -> Answer:
        both = await asyncio.gather(*(floor.asks(RaiseFlag(ANN, "tired"), LEAD, "same") for _ in range(5)))
        assert len(set(both)) == 1 and both[0].done
        assert await floor.asks(RaiseFlag(ANN, "tired"), LEAD, "same") == both[0]
        floor.now_ms += 10 * MINUTE  # a retry of what was done is no expired request
        assert await floor.asks(RaiseFlag(ANN, "tired"), LEAD, "same", for_ms=-5 * MINUTE) == both[0]
        other = await floor.asks(RaiseFlag(ANN, "unwell"), LEAD, "same")
        assert (other.refusal, other.said) == (Refusal.INVALID, "key: it was used for another request")
        assert (await floor.asks(RaiseFlag(ANN, "tired"), SUPER, "same")).id != both[0].id  # each caller has own keys
        assert floor.rows("SELECT count(*) FROM flag") == [(2,)]
        assert [row[3] for row in floor.audited()] == ["done", "invalid", "done"]
        return both[0]

    first = on(tmp_path, play)

    async def again(floor: Floor) -> None:
        assert await floor.asks(RaiseFlag(ANN, "tired"), LEAD, "same") == first
        assert floor.rows("SELECT count(*) FROM flag") == [(2,)]

    on(tmp_path, again)

    async def a_day_later() -> None:
        async with open_floor(tmp_path / "floor.sqlite", now_ms=NOW + 25 * 60 * MINUTE) as floor:
            assert floor.rows("SELECT count(*) FROM request") == [(0,)]

    asyncio.run(a_day_later())


def test_the_same_key_with_another_content_while_it_is_under_way(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        floor.phone.gate = asyncio.Event()
        first = asyncio.create_task(floor.asks(PauseAgent(ANN, "rest"), LEAD, "same"))
        while not floor.phone.orders:
            await asyncio.sleep(0)
        assert (await floor.asks(UnpauseAgent(ANN), LEAD, "same")).refusal is Refusal.INVALID
        second = asyncio.create_task(floor.asks(PauseAgent(ANN, "rest"), LEAD, "same"))
        floor.phone.gate.set()
        assert await first == await second
        assert len(floor.phone.orders) == 1

    on(tmp_path, play)


def test_what_expired_is_never_begun(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        late = await floor.asks(RaiseFlag(ANN, "tired"), LEAD, for_ms=-1)
        assert late.refusal is Refusal.EXPIRED
        far = await floor.asks(RaiseFlag(ANN, "tired"), LEAD, for_ms=MINUTE + 1)
        assert far.refusal is Refusal.INVALID
        assert (await floor.asks(RaiseFlag(ANN, "tired"), LEAD, for_ms=MINUTE)).done
        # heard in time, but the desk was busy until after it
        heard = await floor.desk.hear(LEAD, request_line("busy", floor.now_ms + 10, PauseAgent(ANN, "rest")))
        floor.now_ms += 10
        answer = answer_of(json.loads(await floor.desk.answer(heard)))
        assert answer.refusal is Refusal.EXPIRED
        assert floor.phone.orders == []
        assert floor.rows("SELECT count(*) FROM flag") == [(1,)]
        assert [row[3] for row in floor.audited()] == ["expired", "invalid", "done", "expired"]

    on(tmp_path, play)


def test_one_bad_request_undoes_no_other_of_the_same_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from data.store import people as people_module

    carry_out = people_module.carry_out

    def faulty(connection: sqlite3.Connection, request: Request, by: str, at_ms: int, **rules: Any) -> Answer:  # noqa: ANN401
        answer = carry_out(connection, request, by, at_ms, **rules)
        if isinstance(request, NoteMood) and request.mood == 1:
            raise RuntimeError("a fault of ours")
        return answer

    async def play(floor: Floor) -> None:
        monkeypatch.setattr(people_module, "carry_out", faulty)
        answers = await asyncio.gather(*(floor.asks(NoteMood(ANN, mood), SUPER) for mood in (5, 1, 4)))
        assert [each.done for each in answers] == [True, False, True]
        assert answers[1].refusal is Refusal.FAILED
        assert floor.rows("SELECT mood FROM mood ORDER BY id") == [(5,), (4,)]
        assert sorted(row[3] for row in floor.audited()) == ["done", "done", "failed"]

    on(tmp_path, play)


def test_where_the_store_takes_nothing_nothing_was_done(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        floor.writer._connection.execute("PRAGMA query_only = ON")
        answers = await asyncio.gather(*(floor.asks(NoteMood(ANN, 3), SUPER, f"m{n}") for n in range(3)))
        assert {each.refusal for each in answers} == {Refusal.FAILED}
        floor.writer._connection.execute("PRAGMA query_only = OFF")
        assert (await floor.asks(NoteMood(ANN, 3), SUPER, "m0")).done  # it was not done, so it may be done now
        assert floor.rows("SELECT count(*) FROM mood") == [(1,)]

    on(tmp_path, play)


# ------------------------------------------------------------------ phones


@pytest.mark.parametrize(
    ("request_", "ordered"),
    [
        (PauseAgent(ANN, "rest"), [acts.Pause("a", None, "rest")]),
        (UnpauseAgent(ANN), [acts.Unpause("a", None)]),
        (EndWrapUp(ANN), [acts.EndWrapUp("a")]),
        (SignOutAgent(ANN), [acts.SignOut("a", "care"), acts.SignOut("a", "sales")]),
        (MoveAgent(ANN, CARE, SALES), [acts.SignIn("a", "care", "Ann"), acts.SignOut("a", "sales")]),
        (MoveAgent(ANN, CARE), [acts.SignIn("a", "care", "Ann")]),
        (ListenIn(ANN, "SIP/1", "coaching", Ear.WHISPER), [acts.Listen("a", "SIP/1", Ear.WHISPER)]),
    ],
)
def test_what_a_phone_is_asked_for(tmp_path: Path, request_: Request, ordered: list[acts.PhoneAct]) -> None:
    async def play(floor: Floor) -> None:
        answer = await floor.asks(request_, SUPER)
        assert answer.done and "OK" in answer.said
        assert [order.act for order in floor.phone.orders] == ordered
        assert len({order.key for order in floor.phone.orders}) == len(ordered)
        assert {order.expires_ms for order in floor.phone.orders} == {NOW + 5_000}
        act = read(request_line("k", 1, request_))
        assert [row[3] for row in floor.audited()] == ["ordered", "done"], act

    on(tmp_path, play)


def test_the_order_is_on_the_disk_before_the_phone_is_asked(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        floor.phone.gate = asyncio.Event()
        asked = asyncio.create_task(floor.asks(PauseAgent(ANN, "rest"), LEAD))
        while not floor.phone.orders:
            await asyncio.sleep(0)
        assert floor.audited() == [(101, "pause_agent", ANN, "ordered")]
        floor.phone.gate.set()
        assert (await asked).done

    on(tmp_path, play)


def test_what_a_source_can_not(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        floor.phone.capabilities = frozenset({Capability.EVENTS})
        for request, words in (
            (PauseAgent(ANN, "rest"), "pbx takes no pauses"),
            (SignOutAgent(ANN), "pbx signs nobody out"),
            (ListenIn(ANN, "SIP/1", "x"), "pbx lets nobody listen in"),
            (EndWrapUp(ANN), "pbx can't end a wrap-up"),
        ):
            answer = await floor.asks(request, SUPER)
            assert (answer.refusal, answer.said) == (Refusal.CANNOT, words)
        approved = await floor.asks(DecideBreak(ANN, Decision.APPROVE), LEAD)
        assert approved.done and "phone" not in approved.said
        assert floor.phone.orders == []
        assert floor.rows("SELECT count(*) FROM listening") == [(0,)]
        floor.source.refused = "the account is refused"
        assert (await floor.asks(PauseAgent(ANN, "rest"), SUPER)).said == "pbx: the account is refused"
        assert (await floor.asks(SignOutAgent(BEN), SUPER)).said == "Ben is signed in to no queue"
        assert (await floor.asks(MoveAgent(ANN, 77), SUPER)).refusal is Refusal.UNKNOWN

    on(tmp_path, play)


def test_what_a_phone_refuses_and_what_nobody_can_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(floor: Floor) -> None:
        floor.phone.answer = Result(False, "Unable\x1b to pause")
        answer = await floor.asks(PauseAgent(ANN, "rest"), LEAD)
        assert (answer.refusal, answer.said) == (Refusal.CANNOT, "pbx: Unable\ufffd to pause")
        floor.phone.answer = SourceError("no answer to hunter2")
        answer = await floor.asks(PauseAgent(ANN, "rest"), LEAD, "unsure")
        assert answer.refusal is Refusal.UNSURE and "hunter2" not in answer.said
        floor.phone.answer = RuntimeError("a plugin's fault")
        assert (await floor.asks(PauseAgent(ANN, "rest"), LEAD)).refusal is Refusal.UNSURE
        floor.phone.answer = Result(True, "OK")
        assert (await floor.asks(PauseAgent(ANN, "rest"), LEAD, "unsure")).refusal is Refusal.UNSURE
        assert [row[3] for row in floor.audited()] == ["ordered", "cannot", "ordered", "unsure", "ordered", "unsure"]

    on(tmp_path, play)


def test_an_act_of_several_parts_stops_at_the_first_that_is_not_done(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        floor.phone.answer = Result(False, "Ann is away")
        moved = await floor.asks(MoveAgent(ANN, CARE, SALES), SUPER)
        assert (moved.refusal, moved.said) == (Refusal.CANNOT, "pbx: care: Ann is away")
        assert [order.act for order in floor.phone.orders] == [acts.SignIn("a", "care", "Ann")]
        floor.phone.answers = [Result(True, "Added interface to queue"), Result(False, "Not there")]
        moved = await floor.asks(MoveAgent(ANN, CARE, SALES), SUPER)
        said = "pbx: care: Added interface to queue; sales: Not there, after 1 of 2 that were done"
        assert (moved.refusal, moved.said) == (Refusal.CANNOT, said)

    on(tmp_path, play)


def test_no_part_of_an_act_is_begun_after_it_expired(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        floor.phone.takes = lambda: setattr(floor, "now_ms", floor.now_ms + 5_000)
        moved = await floor.asks(MoveAgent(ANN, CARE, SALES), SUPER)
        assert [order.act for order in floor.phone.orders] == [acts.SignIn("a", "care", "Ann")]
        assert moved.refusal is Refusal.CANNOT
        assert moved.said == "pbx: care: OK; sales: it expired before it was begun, after 1 of 2 that were done"

    on(tmp_path, play)


def test_the_answer_names_every_queue_that_was_acted_on(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        floor.phone.answer = Result(True, "Removed interface from queue")
        assert (await floor.asks(SignOutAgent(ANN), SUPER)).said == "pbx: care, sales: Removed interface from queue"
        floor.phone.answers = [
            Result(True, "Ann left care"),
            Result(True, "Ann leaves sales after the contact in hand"),
        ]
        both = "pbx: Ann left care; Ann leaves sales after the contact in hand"
        assert (await floor.asks(SignOutAgent(ANN), SUPER)).said == both
        floor.phone.answers = [Result(True, "Ann left healthcare"), Result(True, "Ann left wholesales")]
        assert (
            await floor.asks(SignOutAgent(ANN), SUPER)
        ).said == "pbx: care: Ann left healthcare; sales: Ann left wholesales"

    on(tmp_path, play)


def test_a_phone_that_takes_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from data.desk import phones

    async def play(floor: Floor) -> None:
        monkeypatch.setattr(phones, "DEADLINE_S", 0.0)
        floor.phone.gate = asyncio.Event()
        answer = await floor.asks(PauseAgent(ANN, "rest"), LEAD)
        assert answer.refusal is Refusal.UNSURE
        floor.phone.gate.set()
        while len(floor.audited()) < 3:
            await asyncio.sleep(0)
        assert [row[3] for row in floor.audited()] == ["ordered", "unsure", "done"]
        assert json.loads(floor.rows("SELECT detail FROM audit WHERE number = 3")[0][0])["late"] is True

    on(tmp_path, play)


def test_a_break_is_decided_whatever_the_phone_says(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        floor.phone.answer = Result(True, "Ann is paused after the contact in hand")
        approved = await floor.asks(DecideBreak(ANN, Decision.APPROVE, "小休"), LEAD)
        assert approved == Answer(True, "Ann: the break is approved; pbx: Ann is paused after the contact in hand", 1)
        assert floor.phone.orders[0].act == acts.Pause("a", None, "rest")
        floor.phone.answer = Result(False, "no such member")
        returned = await floor.asks(DecideBreak(ANN, Decision.RETURN), LEAD)
        assert returned.done and returned.id == 2
        assert returned.said == "Ann: called back; but the phone: pbx: no such member"
        assert (await floor.asks(DecideBreak(ANN, Decision.OFFER), LEAD)).said == "Ann: a break is offered"
        assert len(floor.phone.orders) == 2
        assert [row[1:] for row in floor.audited()] == [
            ("decide_break", ANN, "done"),
            ("pause_agent", ANN, "ordered"),
            ("pause_agent", ANN, "done"),
            ("decide_break", ANN, "done"),
            ("unpause_agent", ANN, "ordered"),
            ("unpause_agent", ANN, "cannot"),
            ("decide_break", ANN, "done"),
        ]

    on(tmp_path, play)


def test_an_order_whose_outcome_died_with_the_poller(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        floor.phone.gate = asyncio.Event()
        asked = asyncio.create_task(floor.asks(PauseAgent(ANN, "rest"), LEAD, "lost"))
        while not floor.phone.orders:
            await asyncio.sleep(0)
        asked.cancel()
        for going in floor.desk._going.values():
            going.answer.cancel()

    on(tmp_path, play)

    async def again(floor: Floor) -> None:
        assert [row[1:] for row in floor.audited()] == [("pause_agent", ANN, "ordered"), ("pause_agent", ANN, "unsure")]
        assert floor.rows("SELECT user FROM audit WHERE number = 2") == [("floorwalk",)]
        assert (await floor.asks(PauseAgent(ANN, "rest"), LEAD, "lost")).refusal is Refusal.UNSURE
        assert floor.phone.orders == []

    on(tmp_path, again)


# ------------------------------------------------------------------ listening


def test_listening_ends_after_its_time_also_when_the_poller_was_away(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        first = await floor.asks(ListenIn(ANN, "SIP/1", "coaching"), SUPER)
        assert first.done and "listens too" not in first.said
        second = await floor.asks(ListenIn(ANN, "SIP/2", "complaint"), TWIN)
        assert "sue listens too" in second.said
        await floor.desk._watch.look()
        assert len(floor.phone.orders) == 2
        assert floor.rows("SELECT id, listener, ends_ms - since_ms, until_ms FROM listening") == [
            (1, "sue", 15 * MINUTE, None),
            (2, "tom", 15 * MINUTE, None),
        ]

    on(tmp_path, play)

    async def later(floor: Floor) -> None:
        floor.now_ms = NOW + 15 * MINUTE
        floor.phone.answer = SourceError("away")
        await floor.desk._watch.look()
        assert floor.rows("SELECT count(*) FROM listening WHERE until_ms IS NULL") == [(2,)]
        floor.phone.answer = Result(True, "OK")
        floor.phone.orders.clear()
        floor.desk._watch._not_before = dict.fromkeys((1, 2), 0.0)
        await floor.desk._watch.look()
        assert {order.act for order in floor.phone.orders} == {acts.StopListening("SIP/1"), acts.StopListening("SIP/2")}
        assert floor.rows("SELECT until_ms, ended_by FROM listening") == [(floor.now_ms, "")] * 2
        ended = floor.rows("SELECT user, result FROM audit WHERE act = 'end_listening' ORDER BY number")
        assert ended == [("floorwalk", "unsure")] * 2 + [("floorwalk", "done")] * 2
        await floor.desk._watch.look()
        assert not floor.desk._watch.going

    on(tmp_path, later)


def test_listening_ends_with_the_call(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        with floor.writer.transaction() as store:
            store.execute("INSERT INTO state_span VALUES (?, ?, NULL, 'talking', '', NULL, NULL)", (ANN, NOW - 5))
        await floor.asks(ListenIn(ANN, "SIP/1", "coaching"), SUPER)
        await floor.desk._watch.look()
        assert floor.rows("SELECT until_ms FROM listening") == [(None,)]
        with floor.writer.transaction() as store:
            store.execute("UPDATE state_span SET until_ms = ?", (NOW + 5,))
            store.execute("INSERT INTO state_span VALUES (?, ?, NULL, 'wrap_up', '', NULL, NULL)", (ANN, NOW + 5))
        floor.now_ms += 6
        floor.phone.answer = Result(False, "listens to nobody")
        await floor.desk._watch.look()
        assert floor.rows("SELECT until_ms FROM listening") == [(NOW + 6,)]

    on(tmp_path, play)


def in_a_state(floor: Floor, agent: int, state: str, since_ms: int, until_ms: int | None = None) -> None:
    with floor.writer.transaction() as store:
        store.execute("UPDATE state_span SET until_ms = ? WHERE agent_id = ? AND until_ms IS NULL", (since_ms, agent))
        store.execute(
            "INSERT INTO state_span VALUES (?, ?, ?, ?, '', NULL, NULL)",
            (agent, since_ms, until_ms, state),
        )


def test_listening_does_not_outlive_its_call_into_the_next_one(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        in_a_state(floor, ANN, "talking", NOW - 5)
        await floor.asks(ListenIn(ANN, "SIP/1", "coaching"), SUPER)
        in_a_state(floor, ANN, "wrap_up", NOW + 5, NOW + 6)
        in_a_state(floor, ANN, "talking", NOW + 6)
        floor.now_ms += 10
        await floor.asks(ListenIn(ANN, "SIP/2", "coaching"), TWIN)
        await floor.desk._watch.look()
        assert floor.rows("SELECT until_ms FROM listening ORDER BY id") == [(NOW + 10,), (None,)]
        assert [order.act for order in floor.phone.orders[2:]] == [acts.StopListening("SIP/1")]

    on(tmp_path, play)


@pytest.mark.parametrize("by_hand", [False, True])
def test_the_end_of_a_listening_leaves_the_phone_to_the_next_one(tmp_path: Path, by_hand: bool) -> None:
    async def play(floor: Floor) -> None:
        for agent in (ANN, BEN):
            in_a_state(floor, agent, "talking", NOW - 5)
            await floor.asks(ListenIn(agent, "SIP/1", "coaching"), SUPER)
        in_a_state(floor, ANN, "available", NOW + 5)
        floor.phone.orders.clear()
        if by_hand:
            assert (await floor.asks(StopListeningIn(1), SUPER)).done
        else:
            await floor.desk._watch.look()
        assert floor.phone.orders == []
        ended = floor.rows("SELECT until_ms IS NOT NULL, ended_by FROM listening ORDER BY id")
        assert ended == [(1, "sue" if by_hand else ""), (0, None)]
        await floor.asks(StopListeningIn(2), SUPER)
        assert [order.act for order in floor.phone.orders] == [acts.StopListening("SIP/1")]

    on(tmp_path, play)


def test_a_listening_that_nobody_will_end_is_given_up(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        await floor.asks(ListenIn(ANN, "SIP/1", "coaching"), SUPER)
        floor.phone.answer = SourceError("away")
        for minutes, over in ((15, False), (75, False), (76, True)):
            floor.now_ms = NOW + minutes * MINUTE
            floor.desk._watch._not_before = dict.fromkeys(floor.desk._watch._not_before, 0.0)
            await floor.desk._watch.look()
            assert floor.rows("SELECT until_ms IS NOT NULL FROM listening") == [(over,)]

    on(tmp_path, play)


def test_who_may_stop_a_listening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(floor: Floor) -> None:
        for phone in ("SIP/1", "SIP/2"):
            assert (await floor.asks(ListenIn(ANN, phone, "coaching"), SUPER)).done
        assert (await floor.asks(StopListeningIn(1), LEAD)).refusal is Refusal.ROLE
        assert (await floor.asks(StopListeningIn(1), TWIN)).done
        assert floor.phone.orders[-1].act == acts.StopListening("SIP/1")
        assert (await floor.asks(StopListeningIn(1), TWIN)).said == "this listening has ended already"
        monkeypatch.setattr(desk_module, "person_of", known_as(sue=(102, Role.VIEWER, ())))  # supervisor no longer
        assert (await floor.asks(StopListeningIn(2), SUPER)).done
        assert floor.rows("SELECT ended_by FROM listening ORDER BY id") == [("tom",), ("sue",)]

    on(tmp_path, play)


def test_a_listening_that_did_not_come_about_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from data.desk import phones

    async def play(floor: Floor) -> None:
        floor.phone.answer = Result(False, "the agent is in no call")
        answer = await floor.asks(ListenIn(ANN, "SIP/1", "coaching"), SUPER)
        assert (answer.refusal, answer.id) == (Refusal.CANNOT, None)
        assert floor.rows("SELECT count(*) FROM listening") == [(0,)]
        floor.phone.answer = SourceError("the line broke")
        answer = await floor.asks(ListenIn(ANN, "SIP/1", "coaching"), SUPER)
        assert answer.refusal is Refusal.UNSURE and answer.id is not None
        monkeypatch.setattr(phones, "DEADLINE_S", 0.0)
        floor.phone.gate, floor.phone.answer = asyncio.Event(), Result(False, "SIP/2 was not answered")
        rings = await floor.asks(ListenIn(ANN, "SIP/2", "coaching"), SUPER)
        assert rings.done and "SIP/2 was called" in rings.said
        assert floor.rows("SELECT count(*) FROM listening") == [(2,)]
        floor.phone.gate.set()
        while floor.rows("SELECT count(*) FROM listening") == [(2,)]:
            await asyncio.sleep(0)
        assert floor.rows("SELECT phone FROM listening") == [("SIP/1",)]

    on(tmp_path, play)


def test_a_listening_that_nobody_picked_up_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from data.desk import phones

    monkeypatch.setattr(phones, "DEADLINE_S", 0.0)
    monkeypatch.setattr(phones, "RUNG_OUT_S", 0.0)

    async def play(floor: Floor) -> None:
        floor.phone.gate = asyncio.Event()
        floor.phone.takes = lambda: setattr(floor, "now_ms", NOW + 6_000)
        floor.phone.answers = [Result(True, "queued"), Result(False, "SIP/1 was not answered")]
        rings = await floor.asks(ListenIn(ANN, "SIP/1", "coaching"), SUPER)
        assert rings.done and rings.id == 1
        assert floor.rows("SELECT count(*) FROM listening") == [(1,)]
        floor.phone.gate.set()
        while floor.rows("SELECT count(*) FROM listening") == [(1,)]:
            await asyncio.sleep(0)
        assert [row[3] for row in floor.audited()] == ["ordered", "unsure", "done", "cannot"]
        first, again = floor.phone.orders
        assert first == again and again.expires_ms < floor.now_ms  # so that no phone is rung twice

    on(tmp_path, play)


# ------------------------------------------------------------------ the floor's own time, erasing, pace


def test_records_are_of_the_floors_own_time_the_audit_of_the_machines(tmp_path: Path) -> None:
    async def play(floor: Floor) -> None:
        floor.phone.now_ms = lambda: 77  # type: ignore[attr-defined]
        assert (await floor.asks(NoteCoaching(ANN, "greeting"), LEAD)).done
        assert floor.rows("SELECT at_ms FROM coaching") == [(77,)]
        assert floor.rows("SELECT at_ms FROM audit") == [(NOW,)]
        floor.phone.now_ms = lambda: "soon"  # type: ignore[attr-defined]
        assert (await floor.asks(NoteMood(ANN, 3), LEAD)).done
        assert floor.rows("SELECT at_ms FROM mood") == [(NOW,)]

    on(tmp_path, play)


def test_after_an_erasing_the_pollers_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(floor: Floor) -> None:
        assert (await floor.asks(EraseAgent(99, "own wish"))).refusal is Refusal.UNKNOWN
        assert floor.source.forgotten == 0
        assert (await floor.asks(EraseAgent(ANN, "own wish"))).done
        assert floor.source.forgotten == 1

    on(tmp_path, play)


def test_every_line_of_a_user_counts_whatever_it_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(floor: Floor) -> None:
        monkeypatch.setattr(pace_module, "FREE_LINES", 3)
        floor.desk.pace = Pace(lambda: 0.0)
        await floor.says(greeting_line("g"), VIEWER)
        await floor.says(b"nonsense", VIEWER)
        assert (await floor.asks(RaiseFlag(ANN, "tired"), VIEWER)).refusal is Refusal.ROLE
        assert floor.desk.pace.pause_s(VIEWER.uid) == 0
        for _ in range(64):  # one of each connection, all at once: each waits for those before it
            floor.desk.pace.heard(VIEWER.uid)
        assert floor.desk.pace.pause_s(VIEWER.uid) == 64 * EACH_LINE_S
        assert floor.desk.pace.pause_s(LEAD.uid) == 0

    on(tmp_path, play)


def test_refusals_beyond_measure_take_time() -> None:
    now_s = 0.0
    pace = Pace(lambda: now_s)
    for _ in range(FREE):
        pace.refused(7)
    assert pace.pause_s(7) == 0
    for _ in range(5):
        pace.refused(7)
    assert (pace.pause_s(7), pace.pause_s(8)) == (5, 0)
    now_s += 3
    assert pace.pause_s(7) == 2
    for _ in range(1000):
        pace.refused(7)
    assert pace.pause_s(7) == 60
