"""The Asterisk adapter on a scripted Asterisk: what each poll says, and that nothing is lost or told twice."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from data.adapters.asterisk import Asterisk
from data.adapters.base import Capability, SourceError
from data.model.observation import (
    AgentEntry,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallHeld,
    Directory,
    Observation,
    Paused,
    SourceRestarted,
    WrapUpEnded,
)
from data.model.words import Outcome, State
from tests.data.adapters import fake_http as faults
from tests.data.adapters.fake_ami import FakeAmi

ANN = {"Interface": "PJSIP/2001", "MemberName": "安娜"}
CALL = {"Uniqueid": "1.1", "Queue": "sales", "Channel": "PJSIP/trunk-1"}
Story = Callable[[FakeAmi, Asterisk], Awaitable[None]]


def adapter_on(fake: FakeAmi, log: Path | None = None, **options: object) -> Asterisk:
    told: dict[str, object] = {"url": fake.url, "user": fake.user, "secret": fake.secret} | options
    return Asterisk(queue_log=str(log or ""), **told)  # type: ignore[arg-type]


@asynccontextmanager
async def watching(log: Path | None = None, **options: object) -> AsyncIterator[tuple[FakeAmi, Asterisk]]:
    async with FakeAmi() as fake:
        fake.queue("sales")
        fake.member("sales", ANN["Interface"], ANN["MemberName"])
        adapter = adapter_on(fake, log, **options)
        try:
            yield fake, adapter
        finally:
            await adapter.aclose()


def played(story: Story, log: Path | None = None, **options: object) -> None:
    async def play() -> None:
        async with watching(log, **options) as (fake, adapter):
            await story(fake, adapter)

    asyncio.run(asyncio.wait_for(play(), 20))


def join(fake: FakeAmi, call: str = "1.1") -> None:
    fake.tell("QueueCallerJoin", **CALL | {"Uniqueid": call}, CallerIDNum="5550001", CallerIDName="<unknown>")
    fake.entry("sales", call, CALL["Channel"], Wait="0")


def connect(fake: FakeAmi, call: str = "1.1") -> None:
    fake.entries.clear()
    fake.tell("QueueCallerLeave", **CALL | {"Uniqueid": call})
    fake.tell(
        "AgentConnect", **CALL | {"Uniqueid": call}, **ANN, DestChannel="PJSIP/2001-1", HoldTime="4", RingTime="2"
    )
    fake.members[0] |= {"Status": "2", "InCall": "1"}


def complete(fake: FakeAmi, call: str = "1.1", talk_s: int = 60) -> None:
    fake.tell(
        "AgentComplete",
        **CALL | {"Uniqueid": call},
        **ANN,
        DestChannel="PJSIP/2001-1",
        HoldTime="4",
        TalkTime=talk_s,
        Reason="agent",
    )
    fake.members[0] |= {"Status": "1", "InCall": "0", "LastCall": str(int(fake.now_s()))}


def kinds(observation: Observation) -> list[type]:
    return [type(event) for event in observation.events]


def write(log: Path, *lines: str) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "queue_log"
    path.write_text("1700000000|NONE|NONE|NONE|QUEUESTART|\n1700000100|9.9|sales|NONE|ENTERQUEUE||1|1\n")
    return path


def now_s() -> int:
    return int(time.time())


# ------------------------------------------------------------------ what a poll says


def test_the_first_poll_says_who_and_what_there_is_and_how_it_is() -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        fake.queue("unused")
        fake.entry("sales", "0.5", "PJSIP/trunk-9", Wait="7")
        first = await adapter.poll()
        assert first.since_ms is None
        assert first.events == []
        assert first.directory is not None
        assert [queue.key for queue in first.directory.queues] == ["sales"]
        assert first.directory.agents == (AgentEntry("PJSIP/2001", "安娜"),)
        assert first.snapshot is not None
        assert [agent.state for agent in first.snapshot.agents or ()] == [State.AVAILABLE]
        (waiting,) = first.snapshot.waiting or ()
        assert (waiting.call, first.until_ms - waiting.entered_ms) == ("0.5", 7000)
        second = await adapter.poll()
        assert second.since_ms == first.until_ms
        assert second.directory is None

    played(story)


def test_a_call_from_entry_to_end() -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        await adapter.poll()
        join(fake)
        connect(fake)
        fake.tell("Hold", Channel="PJSIP/2001-1")
        entered, answered, held = (await adapter.poll()).events
        assert isinstance(entered, CallEntered)
        assert isinstance(answered, CallAnswered)
        assert (answered.agent, answered.wait_ms, answered.ring_ms) == ("PJSIP/2001", 4000, 2000)
        assert isinstance(held, CallHeld)
        complete(fake)
        (ended,) = (await adapter.poll()).events
        assert isinstance(ended, CallEnded)
        assert (ended.outcome, ended.wait_ms) == (Outcome.ANSWERED, 4000)
        assert (ended.talk_ms or 0) + (ended.hold_ms or 0) == 60_000
        assert (await adapter.poll()).events == []

    played(story)


def test_wrap_up_lasts_as_long_as_the_queue_says() -> None:
    now = [now_s() * 1000]

    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        await adapter.poll()
        join(fake)
        connect(fake)
        complete(fake)
        ended = (await adapter.poll()).events[-1]
        assert isinstance(ended, CallEnded)
        assert ended.wraps_up
        now[0] = ended.at_ms + 14_999
        assert (await adapter.poll()).events == []
        now[0] = ended.at_ms + 15_500
        assert (await adapter.poll()).events == [WrapUpEnded(ended.at_ms + 15_000, "1.1", "sales", "PJSIP/2001")]

    played(story, wrap_up_s={"sales": 15}, clock=lambda: now[0])


def test_the_next_call_ends_wrap_up() -> None:
    now = [now_s() * 1000]

    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        await adapter.poll()
        join(fake)
        connect(fake)
        complete(fake)
        join(fake, "2.2")
        connect(fake, "2.2")
        assert kinds(await adapter.poll())[-1] is CallAnswered
        now[0] += 20_000
        assert (await adapter.poll()).events == []

    played(story, wrap_up_s={"sales": 15}, clock=lambda: now[0])


def test_times_are_corrected_by_the_measured_difference_of_the_clocks() -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        fake.offset_s = 37.0
        await adapter.poll()
        join(fake)
        (entered,) = (await adapter.poll()).events
        assert abs(entered.at_ms - time.time() * 1000) < 2000

    played(story)


def test_an_account_that_may_not_act_can_only_watch() -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        fake.commands = frozenset({"Ping", "QueueStatus", "WaitEvent", "ListCommands", "Events", "Login", "Challenge"})
        await adapter.poll()
        assert adapter.capabilities == {Capability.EVENTS, Capability.SNAPSHOT}

    played(story)


# ------------------------------------------------------------------ faults


def test_events_taken_by_a_poll_that_fails_are_told_by_the_next() -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        first = await adapter.poll()
        join(fake)
        fake.faults["QueueStatus"] = [faults.cut_off]
        with pytest.raises(SourceError):
            await adapter.poll()
        second = await adapter.poll()
        assert kinds(second) == [CallEntered]
        assert second.since_ms == first.until_ms

    played(story)


def test_events_taken_by_a_poll_that_is_cancelled_are_told_by_the_next() -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        await adapter.poll()
        join(fake)
        fake.faults["QueueStatus"] = [faults.silent]
        poll = asyncio.create_task(adapter.poll())
        while not fake.asked("QueueStatus")[1:]:
            await asyncio.sleep(0)
        poll.cancel()
        with pytest.raises(asyncio.CancelledError):
            await poll
        assert kinds(await adapter.poll()) == [CallEntered]

    played(story)


@pytest.mark.parametrize("login", ["cookie", "digest"])
def test_without_a_log_an_answer_that_was_lost_is_a_gap(login: str) -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        await adapter.poll()
        join(fake)
        fake.faults["WaitEvent"] = [faults.cut_off]
        with pytest.raises(SourceError):
            await adapter.poll()
        after = await adapter.poll()
        assert after.since_ms is None
        assert [seen.call for seen in (after.snapshot and after.snapshot.waiting) or ()] == ["1.1"]

    played(story, login=login)


def test_without_a_log_a_session_that_ended_is_a_gap() -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        await adapter.poll()
        fake.forget_sessions()
        assert (await adapter.poll()).since_ms is None
        assert fake.logins == 2

    played(story)


def test_who_hears_nothing_of_callers_that_wait_is_told_so() -> None:
    now = [now_s() * 1000]

    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        await adapter.poll()
        now[0] += 5000
        fake.entry("sales", "1.1", "PJSIP/trunk-1", Wait="1")
        await adapter.poll()
        with pytest.raises(SourceError, match="read = agent,call"):
            await adapter.poll()
        fake.entries.clear()
        with pytest.raises(SourceError, match="read = agent,call"):  # until it has heard of something
            await adapter.poll()
        join(fake)
        assert (await adapter.poll()).since_ms is None
        assert (await adapter.poll()).since_ms is not None

    played(story, clock=lambda: now[0])


def test_who_has_heard_of_calls_is_not_deaf_for_a_caller_it_does_not_know() -> None:
    now = [now_s() * 1000]

    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        await adapter.poll()
        join(fake)
        now[0] += 5000
        fake.entry("sales", "moved", "PJSIP/trunk-7", Wait="1")  # such as one whose id a transfer has changed
        for _ in range(3):
            assert (await adapter.poll()).since_ms is not None

    played(story, clock=lambda: now[0])


# ------------------------------------------------------------------ with the queue log


def test_a_log_is_followed_from_its_end(log: Path) -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        first = await adapter.poll()
        assert first.events == []
        assert first.cursor is not None
        write(log, f"{now_s()}|2.2|sales|NONE|ENTERQUEUE||5550002|1")
        second = await adapter.poll()
        assert [event.call for event in second.events if isinstance(event, CallEntered)] == ["2.2"]
        assert second.cursor not in (None, first.cursor)
        assert (await adapter.poll()).cursor is None

    played(story, log)


def test_the_log_says_how_somebody_left(log: Path) -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        await adapter.poll()
        left_s = now_s() - 1
        fake.tell("QueueCallerJoin", **CALL | {"Timestamp": f"{left_s - 9}.100000"})
        await adapter.poll()
        fake.tell("QueueCallerAbandon", **CALL | {"Timestamp": f"{left_s}.250000"}, HoldTime="9")
        fake.tell("QueueCallerLeave", **CALL)
        write(log, f"{left_s}|1.1|sales|NONE|EXITWITHTIMEOUT|1|1|9")
        (ended,) = (await adapter.poll()).events
        assert isinstance(ended, CallEnded)
        assert (ended.outcome, ended.wait_ms) == (Outcome.TIMED_OUT, 9000)
        assert ended.at_ms == left_s * 1000 + 250  # the event's finer time

    played(story, log)


def test_with_a_log_lost_answers_and_sessions_are_no_gap(log: Path) -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        first = await adapter.poll()
        write(log, f"{now_s() - 1}|1.1|sales|NONE|ENTERQUEUE||5550001|1")
        write(log, f"{now_s() - 1}|NONE|sales|安娜|PAUSE|Lunch")
        fake.faults["WaitEvent"] = [faults.cut_off]
        with pytest.raises(SourceError):
            await adapter.poll()
        fake.forget_sessions()
        second = await adapter.poll()
        assert second.since_ms == first.until_ms
        assert kinds(second) == [CallEntered, Paused]
        assert [event.agent for event in second.events if isinstance(event, Paused)] == ["PJSIP/2001"]

    played(story, log)


def test_a_restart_is_a_gap_from_the_last_word_on(log: Path) -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        first = await adapter.poll()
        write(log, f"{now_s()}|1.1|sales|NONE|ENTERQUEUE||5550001|1")
        write(log, f"{now_s() + 1}|NONE|NONE|NONE|QUEUESTART|", f"{now_s() + 1}|3.3|sales|NONE|ENTERQUEUE||5|1")
        fake.forget_sessions()
        before, after = await adapter.poll(), await adapter.poll()
        assert (before.since_ms, kinds(before)) == (first.until_ms, [CallEntered])
        assert before.snapshot is None
        assert after.since_ms is not None
        assert after.since_ms > before.until_ms
        assert kinds(after) == [SourceRestarted, CallEntered]
        assert after.snapshot is not None

    played(story, log)


def test_a_poller_that_was_killed_goes_on_with_the_log(log: Path) -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        first = await adapter.poll()
        fake.members.clear()  # she has signed out meanwhile, and the log calls her by her name
        write(log, f"{now_s()}|1.1|sales|NONE|ENTERQUEUE||5550001|1", f"{now_s()}|1.1|sales|安娜|CONNECT|0|x|0")
        again = adapter_on(fake, log)
        again.resume(first.cursor, first.until_ms, Directory((AgentEntry("PJSIP/2001", "安娜"),)))
        second = await again.poll()
        assert second.since_ms == first.until_ms
        assert kinds(second) == [CallEntered, CallAnswered]
        assert [event.agent for event in second.events if isinstance(event, CallAnswered)] == ["PJSIP/2001"]
        await again.aclose()

    played(story, log)


def test_wrap_up_that_was_under_way_when_the_poller_was_killed_ends_when_it_should(log: Path) -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        cursor = (await adapter.poll()).cursor
        ended_s = now_s() - 100
        fake.members[0]["LastCall"] = str(ended_s)
        again = adapter_on(fake, log, wrap_up_s={"sales": 15})
        again.resume(cursor, (ended_s + 1) * 1000, Directory())
        events = (await again.poll()).events
        assert events == [WrapUpEnded((ended_s + 15) * 1000, "", "sales", "PJSIP/2001")]
        assert (await again.poll()).events == []
        await again.aclose()

    played(story, log)


def test_a_long_backlog_is_caught_up_with_before_anything_is_told_of_now(
    monkeypatch: pytest.MonkeyPatch, log: Path
) -> None:
    monkeypatch.setattr("data.adapters.asterisk.following._MOST", 1)
    monkeypatch.setattr("data.adapters.asterisk.following._AT_ONCE", 100)
    begun_s = now_s() - 10_000
    lines = [f"{begun_s + n // 4}|{n}.{'0' * 40}|sales|NONE|ENTERQUEUE||5550001|1" for n in range(30_000)]

    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        cursor = (await adapter.poll()).cursor
        write(log, *lines)
        again = adapter_on(fake, log)
        again.resume(cursor, begun_s * 1000, Directory())
        told = [await again.poll()]
        join(fake)
        while told[-1].snapshot is None:
            assert told[-1].until_ms == max(event.at_ms for event in told[-1].events)
            told.append(await again.poll())
        assert len(told) >= 3
        assert all(after.since_ms == before.until_ms for before, after in itertools.pairwise(told))
        calls = [event.call for each in told for event in each.events if isinstance(event, CallEntered)]
        assert (len(calls), len({*calls})) == (30_001, 30_001)
        assert calls[-1] == "1.1"
        await again.aclose()

    played(story, log)


def test_a_poller_that_was_killed_without_a_log_has_a_gap() -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        adapter.resume(None, now_s() * 1000 - 60_000, Directory())
        assert (await adapter.poll()).since_ms is None

    played(story)


def test_a_log_that_no_longer_holds_the_place_is_a_gap(log: Path) -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        first = await adapter.poll()
        log.write_text(f"{now_s()}|7.7|sales|NONE|ENTERQUEUE||1|1\n")
        again = adapter_on(fake, log)
        again.resume(first.cursor, first.until_ms, Directory())
        second = await again.poll()
        assert second.since_ms is None
        assert second.events == []
        await again.aclose()

    played(story, log)


def test_a_log_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    async def story(_fake: FakeAmi, adapter: Asterisk) -> None:
        with pytest.raises(SourceError, match=r"nowhere.*option queue_log"):
            await adapter.poll()

    played(story, tmp_path / "nowhere")


# ------------------------------------------------------------------ being made, and being looked over


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"login": "telepathy"}, "telepathy"),
        ({"url": "pbx:8088"}, "http://host:port"),
        ({"wrap_up_s": {"sales": "long"}}, "sales"),
        ({"wrap_up_s": {"sales": -1}}, "sales"),
        ({"wrap_up_s": {"sales": True}}, "sales"),
        ({"deadline_s": 0}, "deadline_s"),
        ({"deadline_s": float("nan")}, "deadline_s"),
    ],
)
def test_options_that_can_not_be_are_told(options: dict[str, object], named: str) -> None:
    told: dict[str, object] = {"url": "http://127.0.0.1:8088", "user": "u", "secret": "hush-hush"} | options
    with pytest.raises(ValueError, match=named) as raised:
        Asterisk(**told)  # type: ignore[arg-type]
    assert "hush-hush" not in str(raised.value)


def test_the_secret_is_in_no_repr() -> None:
    adapter = Asterisk(url="http://127.0.0.1:8088", user="u", secret="hush-hush")
    assert "hush-hush" not in f"{adapter!r} {vars(adapter)!r}"


def test_looking_over_finds_what_is_well(log: Path) -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        found = {finding.what: finding for finding in await adapter.examine()}
        assert all(finding.ok for finding in found.values()), found
        assert "1 with 1 agents" in found["queues"].found
        assert str(log) in found["queue log"].found

    played(story, log)


def test_looking_over_hears_of_calls_or_says_what_to_mend(monkeypatch: pytest.MonkeyPatch, log: Path) -> None:
    monkeypatch.setattr("data.adapters.asterisk.examine._LISTEN_S", 0.01)

    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        async def heard() -> tuple[bool, str]:
            return next(finding[1:] for finding in await adapter.examine() if finding.what == "events")

        assert await heard() == (True, "nothing happened in 0.01 s that could have been heard")
        join(fake)
        assert await heard() == (True, "heard")
        fake.tell("QueueCallerLeave", **CALL)
        fake.events[-1] = fake.events[-1].replace(b"Timestamp", b"Elsewhen")
        assert "timestampevents" in (await heard())[1]
        log.write_text("root:x:0:0:root:/root:/bin/bash\n")
        (strange,) = (finding for finding in await adapter.examine() if finding.what == "queue log")
        assert "no lines of a queue log" in strange.found

    played(story, log)


def test_looking_over_finds_that_calls_come_and_go_unheard(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        waits = iter(range(100))

        async def a_moment(_seconds: float) -> None:
            fake.entries.clear()
            fake.entry("sales", f"{next(waits)}.1", "PJSIP/trunk-1")

        monkeypatch.setattr("data.adapters.asterisk.examine.asyncio.sleep", a_moment)
        found = {finding.what: finding for finding in await adapter.examine()}
        assert not found["events"].ok
        assert "read = agent,call" in found["events"].found

    played(story)


def test_looking_over_says_what_to_mend(tmp_path: Path) -> None:
    async def story(fake: FakeAmi, adapter: Asterisk) -> None:
        fake.offset_s = 300
        fake.queues.clear()
        found = {finding.what: finding for finding in await adapter.examine()}
        assert not found["its clock"].ok
        assert "NTP" in found["its clock"].found
        assert not found["queues"].ok
        assert not found["queue log"].ok
        fake.secret = "another"
        fake.forget_sessions()
        (denied, _) = await adapter.examine()
        assert "manager.conf" in denied.found

    played(story, tmp_path / "nowhere")
