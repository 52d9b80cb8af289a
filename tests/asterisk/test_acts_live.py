"""Each act on a real Asterisk, ordered of the adapter as the program does, and seen in Asterisk's own state."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Iterator

import pytest

from data.adapters.asterisk import Asterisk
from data.adapters.asterisk.ami import Session
from data.adapters.base import ACTS, AccessError, Capability, SourceError
from data.model.acts import (
    Ear,
    HangUp,
    Listen,
    Order,
    Pause,
    PhoneAct,
    Redirect,
    Result,
    SetPenalty,
    SignIn,
    SignOut,
    StopListening,
    Unpause,
)
from data.model.observation import CallAnswered, Observation
from tests.rig.ami import Ami
from tests.rig.asterisk import Rig
from tests.rig.background import until

pytestmark = pytest.mark.asterisk

SUPERVISOR = "PJSIP/3001"
TALKER = "Local/1901@agents"
CAN = ACTS - {Capability.END_WRAP_UP}
"""What Asterisk can do at all."""


class Hand:
    """The adapter on a rig, with an event loop of its own; what it did is looked up by other means."""

    def __init__(self, rig: Rig, account: str = "floorwalk", login: str = "auto") -> None:
        self.rig = rig
        self.runner = asyncio.Runner()
        self.adapter = Asterisk(url=rig.url, user=account, secret=rig.users[account], login=login)
        self._keys = itertools.count()
        self.poll()

    def poll(self) -> Observation:
        return self.runner.run(self.adapter.poll())

    def answered(self, count: int = 1) -> dict[str, str]:
        """Poll until the adapter has told so many answers, and return agent's name → the id of the agent's leg.

        A line in the queue log is no sign of it: the event comes after the line.
        """
        told: list[CallAnswered] = []

        def all_told() -> bool:
            told.extend(event for event in self.poll().events if isinstance(event, CallAnswered))
            return len(told) >= count

        until(all_told, f"{count} answers to be told")
        return {line[3]: line[6] for line in self.rig.logged("CONNECT", count)}

    def order(self, act: PhoneAct) -> Result:
        """Order an act, and poll until it is answered."""

        async def ordered() -> Result:
            order = Order(f"order {next(self._keys)}", int(time.time() * 1000) + 30_000, act)
            performing = asyncio.create_task(self.adapter.perform(order))
            while not performing.done():
                await self.adapter.poll()
            return await performing

        return self.runner.run(ordered())

    def listed(self, action: str, **fields: object) -> list[dict[str, str]]:
        """Return what Asterisk lists, over a session of the tests' own."""
        with Ami(self.rig.ports.ami, "full", self.rig.users["full"]) as ami:
            return ami.listed(action, **fields)

    def members(self, interface: str) -> dict[str, dict[str, str]]:
        """Return an agent's fields in each queue."""
        items = self.listed("QueueStatus")
        return {item["Queue"]: item for item in items if item.get("Location") == interface}

    def waiting(self, queue: str) -> list[str]:
        """Return the ids of the callers that wait."""
        return [item["Uniqueid"] for item in self.listed("QueueStatus", Queue=queue) if item["Event"] == "QueueEntry"]

    def spies(self) -> dict[str, str]:
        """Return who listens: channel to what it listens to."""
        channels = self.listed("CoreShowChannels")
        return {item["Channel"]: item["ApplicationData"] for item in channels if item["Application"] == "ChanSpy"}

    def close(self) -> None:
        self.runner.run(self.adapter.aclose())
        self.runner.close()


@pytest.fixture(params=["auto", "digest"])
def hand(rig: Rig, request: pytest.FixtureRequest) -> Iterator[Hand]:
    """An adapter that logs in with a cookie, and one that signs."""
    with contextlib.closing(Hand(rig, login=request.param)) as hand:
        yield hand


def test_pauses_and_their_ends(hand: Hand) -> None:
    hand.rig.add_agent("desk", 1901, "张三")
    hand.rig.add_agent("desk2", 1901, "张三")
    assert hand.order(Pause(TALKER, "desk", "午休 & lunch=1?")) == Result(True, "Interface paused successfully")
    fields = hand.members(TALKER)
    assert (fields["desk"]["Paused"], fields["desk"]["PausedReason"]) == ("1", "午休 & lunch=1?")
    assert fields["desk2"]["Paused"] == "0"
    assert hand.order(Pause(TALKER, None, "x\r\nPaused: false")).done
    fields = hand.members(TALKER)
    assert {(item["Paused"], item["PausedReason"]) for item in fields.values()} == {("1", "x Paused: false")}
    assert hand.order(Unpause(TALKER, "desk2")) == Result(True, "Interface unpaused successfully")
    assert [hand.members(TALKER)[queue]["Paused"] for queue in ("desk", "desk2")] == ["1", "0"]
    assert hand.order(Unpause(TALKER, None)).done
    assert [hand.members(TALKER)[queue]["Paused"] for queue in ("desk", "desk2")] == ["0", "0"]
    assert hand.order(Pause("Local/9999@agents", "desk", "")) == Result(False, "Interface not found")


def test_a_reason_is_kept_in_whole_characters(hand: Hand) -> None:
    hand.rig.add_agent("desk", 1901, "张三")
    assert hand.order(Pause(TALKER, "desk", "午" * 50)).done
    assert hand.members(TALKER)["desk"]["PausedReason"] == "午" * 26


def test_members_come_and_go_and_change_their_penalty(hand: Hand) -> None:
    name = "O'Brien [bold]李[/]"
    assert hand.order(SignIn(TALKER, "desk", name, 3)) == Result(True, "Added interface to queue")
    assert (hand.members(TALKER)["desk"]["Name"], hand.members(TALKER)["desk"]["Penalty"]) == (name, "3")
    assert hand.order(SignIn(TALKER, "desk")) == Result(False, "Unable to add interface: Already there")
    assert hand.order(SignIn(TALKER, "desk2")).done
    assert hand.order(SetPenalty(TALKER, "desk", 7)) == Result(True, "Interface penalty set successfully")
    assert [hand.members(TALKER)[queue]["Penalty"] for queue in ("desk", "desk2")] == ["7", "0"]
    assert hand.order(SetPenalty(TALKER, None, 1)).done
    assert [hand.members(TALKER)[queue]["Penalty"] for queue in ("desk", "desk2")] == ["1", "1"]
    assert hand.order(SignOut(TALKER, "desk")) == Result(True, "Removed interface from queue")
    assert set(hand.members(TALKER)) == {"desk2"}
    assert hand.order(SignOut(TALKER, "desk")) == Result(False, "Unable to remove interface: Not there")


def test_a_waiting_call_is_sent_elsewhere(hand: Hand) -> None:
    hand.rig.cli("module load func_dialplan.so")
    caller, other = hand.rig.call("desk", "1"), hand.rig.call("desk", "2")
    hand.poll()
    said = hand.order(Redirect(caller.id, "999", "transfer"))
    assert said == Result(False, "there is no extension 999 in the context transfer")
    assert hand.waiting("desk") == [caller.id, other.id]
    assert hand.order(Redirect(caller.id, "702", "transfer")) == Result(True, "Redirect successful")
    until(lambda: hand.waiting("desk2") == [caller.id], "the call to wait in the other queue")
    assert hand.waiting("desk") == [other.id]
    assert (caller.state, other.state) == ("talking", "talking")
    assert hand.order(Redirect("nobody", "702", "transfer")) == Result(False, "the call is not known, or over")


def test_a_call_that_is_talked_with_is_not_sent_elsewhere(hand: Hand) -> None:
    hand.rig.add_agent("desk", 1901, "张三")
    caller = hand.rig.call("desk", "1")
    hand.answered()
    assert not hand.order(Redirect(caller.id, "702", "transfer")).done
    assert caller.state == "talking"


def test_a_waiting_and_a_talking_call_are_hung_up(hand: Hand) -> None:
    hand.rig.add_agent("desk2", 1901, "张三")
    waiting, talking, other = hand.rig.call("desk", "1"), hand.rig.call("desk2", "2"), hand.rig.call("desk", "3")
    hand.answered()
    assert hand.order(HangUp(waiting.id)) == Result(True, "Channel Hungup")
    waiting.wait("ended")
    assert hand.waiting("desk") == [other.id]
    assert hand.order(HangUp(talking.id)) == Result(True, "Channel Hungup")
    talking.wait("ended")
    assert other.state == "talking"
    hand.rig.logged("ABANDON")
    hand.rig.logged("COMPLETECALLER")
    hand.poll()
    assert hand.order(HangUp(waiting.id)) == Result(False, "the call is not known, or over")


@pytest.mark.parametrize("ear", Ear)
def test_a_supervisor_joins_a_call_and_leaves_it(hand: Hand, ear: Ear) -> None:
    hand.rig.add_agent("desk", 1901, "张三")
    hand.rig.add_agent("desk", 1902, "李四")
    caller, other = hand.rig.call("desk", "1"), hand.rig.call("desk", "2")
    connected = hand.answered(2)["张三"]
    assert hand.order(Listen(TALKER, SUPERVISOR, ear)) == Result(True, "Originate: Success")
    phone = hand.rig.phone("3001")
    ((spy, target),) = until(hand.spies, "somebody to listen").items()
    channel, _, options = target.rpartition(",")
    assert spy.startswith(f"{SUPERVISOR}-")
    assert channel.startswith(f"{TALKER}-")
    ids = {item["Channel"]: item["Uniqueid"] for item in hand.listed("CoreShowChannels")}
    assert ids[channel] == connected, "the agent's leg of this call"
    assert options == {Ear.LISTEN: "qES", Ear.WHISPER: "qwES", Ear.BARGE: "qBES"}[ear]
    assert hand.order(StopListening(SUPERVISOR)) == Result(True, "Channel Hungup")
    until(lambda: not hand.spies(), "nobody to listen")
    phone.wait("ended")
    assert (caller.state, other.state) == ("talking", "talking"), "the calls go on"
    assert hand.order(StopListening(SUPERVISOR)) == Result(True, f"{SUPERVISOR} listens to nobody")


def test_listening_ends_with_the_call(hand: Hand) -> None:
    hand.rig.add_agent("desk", 1901, "张三")
    caller = hand.rig.call("desk", "1")
    hand.answered()
    assert hand.order(Listen(TALKER, SUPERVISOR)).done
    phone = hand.rig.phone("3001")
    caller.hang_up()
    phone.wait("ended")
    assert not hand.spies()


def test_a_phone_that_can_not_be_reached_is_told(hand: Hand) -> None:
    hand.rig.add_agent("desk", 1901, "张三")
    hand.rig.call("desk", "1")
    hand.answered()
    for phone in ("PJSIP/9999", "Local/1701@agents"):
        result = hand.order(Listen(TALKER, phone))
        assert not result.done
        assert result.said.startswith("Originate: Failure, ")
        assert phone in result.said
    assert hand.order(Listen("Local/1902@agents", SUPERVISOR)) == Result(False, "the agent is in no call")
    assert hand.spies() == {}


def test_a_phone_that_still_rings_is_called_off(hand: Hand) -> None:
    hand.rig.add_agent("desk", 1901, "张三")
    hand.rig.call("desk", "1")
    hand.answered()
    rings = "Local/1801@agents"
    assert hand.order(Listen(TALKER, rings)).said == f"Originate successfully queued; {rings} has not answered yet"
    assert hand.order(StopListening(rings)).done
    until(
        lambda: not [item for item in hand.listed("CoreShowChannels") if rings in item["Channel"]], "the ringing to end"
    )


@pytest.mark.parametrize(
    ("account", "may"), [("full", CAN), ("floorwalk", CAN), ("watcher", frozenset()), ("narrow", frozenset())]
)
def test_what_each_account_may_do(shared_rig: Rig, account: str, may: frozenset[Capability]) -> None:
    with contextlib.closing(Hand(shared_rig, account)) as hand:
        assert hand.adapter.capabilities & ACTS == may
        result = hand.order(Pause("Local/1001@agents", "sales", "x"))
        assert result.done == bool(may)
        if not may:
            assert result.said == "Permission denied: in manager.conf the account's `write` lacks agent"


# the session


@pytest.mark.parametrize("login", ["auto", "digest"])
def test_a_session_lives_through_a_restart_and_says_that_it_is_anew(rig: Rig, login: str) -> None:
    async def story() -> None:
        session = Session(url=rig.url, user="floorwalk", secret=rig.users["floorwalk"], login=login)
        assert (await session.drain()).anew
        assert not (await session.drain()).anew
        rig.restart()
        assert (await session.drain()).anew
        assert (await session.ask("QueuePause", Interface="Local/1001@agents", Paused="true")).ok
        events, anew = await session.drain()
        assert "QueueMemberPause" in {event["Event"] for event in events}
        assert not {event["Privilege"] for event in events} - {"agent,all", "call,all"}
        assert not anew
        await session.aclose()

    asyncio.run(story())


@pytest.mark.parametrize("login", ["auto", "digest"])
def test_errors_of_a_real_one(shared_rig: Rig, login: str) -> None:
    async def error_of(**options: str) -> str:
        secret = options.pop("secret", shared_rig.users["floorwalk"])
        session = Session(**{"url": shared_rig.url, "user": "floorwalk"} | options, secret=secret, login=login)  # type: ignore[arg-type]
        with pytest.raises(SourceError) as caught:
            await session.ask("Ping")
        assert isinstance(caught.value, AccessError) == (secret == "wrong")
        await session.aclose()
        return str(caught.value)

    async def story() -> None:
        assert "does not let floorwalk in" in await error_of(secret="wrong")
        assert "the url lacks the prefix" in await error_of(url=f"{shared_rig.url}/asterisk")
        assert "does not speak HTTP" in await error_of(url=f"http://127.0.0.1:{shared_rig.ports.ami}")
        assert "does not speak TLS" in await error_of(url=shared_rig.url.replace("http:", "https:"))

    asyncio.run(story())


def test_asterisk_that_stands_still_ends_at_the_deadline(rig: Rig) -> None:
    async def story() -> None:
        session = Session(url=rig.url, user="floorwalk", secret=rig.users["floorwalk"], deadline_s=0.5)
        await session.drain()
        rig.freeze()
        with pytest.raises(SourceError, match=r"no whole answer within 0.5 s"):
            await session.ask("QueueStatus")
        with pytest.raises(SourceError, match=r"no whole answer within 0.5 s"):
            await session.drain()
        rig.thaw()
        session._http.deadline_s = 10.0
        assert (await session.ask("QueueStatus")).ok
        assert (await session.drain()).anew
        await session.aclose()

    asyncio.run(story())
