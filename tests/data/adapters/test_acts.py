"""Acts on a scripted Asterisk: what is sent, what is answered, and that nothing is done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from data.adapters.asterisk.acts import Acts
from data.adapters.asterisk.ami import Session
from data.adapters.base import ACTS, Capability, SourceError
from data.model.acts import (
    Ear,
    EndWrapUp,
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
from tests.data.adapters import fake_http as faults
from tests.data.adapters.fake_ami import FakeAmi, capture
from tests.data.adapters.fake_pbx import NO_RIGHTS

NOW_MS = 1_795_000_000_000
LATER_MS = NOW_MS + 30_000
CAN = ACTS - {Capability.END_WRAP_UP}
"""What Asterisk can do at all."""
AGENT = "Local/1001@agents"
TALKING = "Local/1001@agents-00000007;1"
WAITING = "PJSIP/trunk-0000000a"
PHONE = "PJSIP/3001"


class Floor:
    """A scripted Asterisk with an agent who talks and a caller who waits, and acts on it."""

    def __init__(self, fake: FakeAmi) -> None:
        self.fake = fake
        self.now_ms = NOW_MS
        self.calls = {"rig-1.1": WAITING, "rig-1.2": "PJSIP/trunk-0000000b"}
        self.talks: dict[str, str] = {AGENT: TALKING}
        fake.queue("sales")
        fake.queue("support")
        fake.member("sales", AGENT, "王小明")
        fake.member("support", AGENT, "王小明")
        fake.entry("sales", "rig-1.1", WAITING)
        fake.channel(WAITING, "rig-1.1")
        fake.channel("PJSIP/trunk-0000000b", "rig-1.2")
        self.session = Session(url=fake.url, user=fake.user, secret=fake.secret, deadline_s=10.0)
        self.acts = self.acting(patience_s=10.0)
        self._keys = iter(range(10_000))

    def acting(self, patience_s: float) -> Acts:
        return Acts(self.session, self.talks.get, self.calls.get, clock=lambda: self.now_ms, patience_s=patience_s)

    async def order(self, act: PhoneAct, key: str = "", expires_ms: int = LATER_MS) -> Result:
        """Order an act under a new key, unless one is given."""
        return await self.acts.perform(Order(key or f"order {next(self._keys)}", expires_ms, act))

    async def ordered_with_events(self, act: PhoneAct, key: str = "") -> Result:
        """Order an act, and drain events until it is answered, as polls do."""
        await self.session.drain()
        order = asyncio.create_task(self.order(act, key))
        while not order.done():
            await self.hear()
        return await order

    async def hear(self) -> None:
        for event in (await self.session.drain()).events:
            self.acts.on_event(event)

    def sent(self) -> list[dict[str, str]]:
        """Return the actions that change something, without their ids."""
        asking = NO_RIGHTS | {"CoreShowChannels", "Getvar"}
        return [
            {key: value for key, value in fields.items() if key not in ("ActionID", "ChannelId")}
            for fields in self.fake.actions
            if fields["Action"] not in asking
        ]


def played(story: Callable[[Floor], Awaitable[None]]) -> None:
    async def play() -> None:
        async with FakeAmi() as fake:
            floor = Floor(fake)
            try:
                await story(floor)
            finally:
                await floor.session.aclose()

    asyncio.run(asyncio.wait_for(play(), 30))


# what each act is to Asterisk


@pytest.mark.parametrize(
    ("act", "sent", "said"),
    [
        (
            Pause(AGENT, "sales", "午休"),
            {"Action": "QueuePause", "Interface": AGENT, "Queue": "sales", "Paused": "true", "Reason": "午休"},
            "Interface paused successfully",
        ),
        (
            Pause(AGENT, None, ""),
            {"Action": "QueuePause", "Interface": AGENT, "Paused": "true"},
            "Interface paused successfully",
        ),
        (
            Unpause(AGENT, "sales"),
            {"Action": "QueuePause", "Interface": AGENT, "Queue": "sales", "Paused": "false"},
            "Interface unpaused successfully",
        ),
        (
            SignIn("PJSIP/2002", "sales", "O'Brien Pat", 3),
            {"Action": "QueueAdd", "Interface": "PJSIP/2002", "Queue": "sales", "MemberName": "O'Brien Pat"}
            | {"Penalty": "3"},
            "Added interface to queue",
        ),
        (
            SignOut(AGENT, "support"),
            {"Action": "QueueRemove", "Interface": AGENT, "Queue": "support"},
            "Removed interface from queue",
        ),
        (
            SetPenalty(AGENT, None, 5),
            {"Action": "QueuePenalty", "Interface": AGENT, "Penalty": "5"},
            "Interface penalty set successfully",
        ),
        (
            Redirect("rig-1.1", "700", "transfer"),
            {"Action": "Redirect", "Channel": WAITING, "Context": "transfer", "Exten": "700", "Priority": "1"},
            "Redirect successful",
        ),
        (HangUp("rig-1.2"), {"Action": "Hangup", "Channel": "PJSIP/trunk-0000000b"}, "Channel Hungup"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, tuple) else "",
)
def test_an_act_is_one_action_answered_in_asterisks_words(act: PhoneAct, sent: dict[str, str], said: str) -> None:
    async def story(floor: Floor) -> None:
        assert await floor.order(act) == Result(done=True, said=said)
        assert floor.sent() == [sent]

    played(story)


@pytest.mark.parametrize(("ear", "options"), [(Ear.LISTEN, "qES"), (Ear.WHISPER, "qwES"), (Ear.BARGE, "qBES")])
def test_listening_rings_the_phone_and_joins_one_channel(ear: Ear, options: str) -> None:
    async def story(floor: Floor) -> None:
        floor.fake.phones[PHONE] = "4"
        assert await floor.ordered_with_events(Listen(AGENT, PHONE, ear)) == Result(True, "Originate: Success")
        spying = {"Application": "ChanSpy", "Data": f"{TALKING},{options}", "Timeout": "20000", "Async": "true"}
        assert floor.sent() == [{"Action": "Originate", "Channel": PHONE} | spying]

    played(story)


@pytest.mark.parametrize(
    ("reason", "told"),
    [("5", "PJSIP/3001 is busy"), ("3", "was not answered"), ("0", "can't be reached"), ("99", "99")],
)
def test_a_phone_that_does_not_answer_is_told(reason: str, told: str) -> None:
    async def story(floor: Floor) -> None:
        floor.fake.phones[PHONE] = reason
        result = await floor.ordered_with_events(Listen(AGENT, PHONE))
        assert not result.done
        assert result.said.startswith("Originate: Failure")
        assert told in result.said

    played(story)


def test_a_phone_that_rings_on_is_waited_for_only_a_while() -> None:
    async def story(floor: Floor) -> None:
        floor.acts = floor.acting(patience_s=0.05)
        result = await floor.order(Listen(AGENT, PHONE))
        queued = Result(True, "Originate successfully queued; PJSIP/3001 has not answered yet")
        assert result == queued
        assert await floor.order(StopListening(PHONE)) == Result(True, "Channel Hungup")
        assert not [channel for channel in floor.fake.channels if channel["Channel"].startswith(PHONE)]

    played(story)


def test_what_became_of_a_phone_that_rang_can_be_asked_later() -> None:
    async def story(floor: Floor) -> None:
        floor.acts = floor.acting(patience_s=0.05)
        queued = Result(True, "Originate successfully queued; PJSIP/3001 has not answered yet")
        for _ in range(2):
            assert await floor.order(Listen(AGENT, PHONE), "key") == queued
        (sent,) = floor.fake.asked("Originate")
        floor.fake.phone_answers(sent, "PJSIP/3001-00000003", "3")
        await floor.hear()
        floor.now_ms = LATER_MS + 1
        for _ in range(2):
            told = await floor.order(Listen(AGENT, PHONE), "key")
            assert told == Result(False, "Originate: Failure, PJSIP/3001 was not answered")
        assert len(floor.sent()) == 1

    played(story)


def test_listening_ends_and_the_phones_own_calls_do_not() -> None:
    async def story(floor: Floor) -> None:
        floor.fake.channel("PJSIP/3001-000000f0", "rig-9.1", "Dial")
        floor.fake.channel("PJSIP/30011-000000f1", "rig-9.2", "ChanSpy")
        assert await floor.order(StopListening(PHONE)) == Result(True, "PJSIP/3001 listens to nobody")
        assert floor.sent() == []
        floor.fake.phones[PHONE] = "4"
        await floor.ordered_with_events(Listen(AGENT, PHONE))
        (spy,) = [channel["Channel"] for channel in floor.fake.channels if channel["Uniqueid"].startswith("floorwalk")]
        assert await floor.order(StopListening(PHONE)) == Result(True, "Channel Hungup")
        assert floor.sent()[-1] == {"Action": "Hangup", "Channel": spy}

    played(story)


def test_without_the_right_to_list_channels_the_event_tells_which_one_listens() -> None:
    async def story(floor: Floor) -> None:
        floor.fake.phones[PHONE] = "4"
        floor.fake.commands -= {"CoreShowChannels"}
        await floor.ordered_with_events(Listen(AGENT, PHONE))
        assert (await floor.order(StopListening(PHONE))).done
        await floor.hear()
        floor.fake.phones[PHONE] = "5"
        await floor.ordered_with_events(Listen(AGENT, PHONE))
        said = (await floor.order(StopListening(PHONE))).said
        assert said == "Permission denied: in manager.conf the account's `write` lacks reporting"

    played(story)


# what is not sent


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (Redirect("rig-1.9", "700", "transfer"), "the call is not known, or over"),
        (Redirect("rig-1.2", "700", "transfer"), "the call waits no longer"),
        (Redirect("rig-1.1", "700", "elsewhere"), "there is no extension 700 in the context elsewhere"),
        (Redirect("rig-1.1", "7)&Action", "transfer"), "the extension or context has characters that none has"),
        (Redirect("rig-1.1", "", "transfer"), "the extension or context has characters that none has"),
        (Redirect("rig-1.1", "700", "${SHELL(x)}"), "the extension or context has characters that none has"),
        (HangUp("rig-1.9"), "the call is not known, or over"),
        (HangUp("evil"), "/^PJSIP.*/ is no channel's full name"),
        (Listen("PJSIP/2", PHONE), "the agent is in no call"),
        (Listen("evil", PHONE), "PJSIP/1,qB is no channel's full name"),
        (Listen(AGENT, "3001"), "3001 is no phone of Asterisk's, such as PJSIP/3001"),
        (Listen(AGENT, "PJSIP/1\r\nFoo: x"), "is no phone of Asterisk's"),
        (EndWrapUp(AGENT), "Asterisk can't end wrap-up: it lasts for the wrap-up time of the queue"),
        (Pause("", "sales", ""), "Asterisk has no member or queue of that name"),
        (Pause("PJSIP/1\r\nPaused: false", None, ""), "Asterisk has no member or queue of that name"),
        (SignIn("PJSIP/1", "sa\nles"), "Asterisk has no member or queue of that name"),
    ],
)
def test_what_can_not_be_is_not_sent(act: PhoneAct, said: str) -> None:
    async def story(floor: Floor) -> None:
        floor.fake.extensions = {("transfer", "700")}
        floor.calls["evil"], floor.talks["evil"] = "/^PJSIP.*/", "PJSIP/1,qB"
        result = await floor.order(act)
        assert not result.done
        assert said in result.said
        assert floor.sent() == []

    played(story)


def test_an_order_that_expired_is_not_sent() -> None:
    async def story(floor: Floor) -> None:
        floor.now_ms = LATER_MS + 2_500
        for act in (Pause(AGENT, None, ""), HangUp("rig-1.1"), Listen(AGENT, PHONE)):
            result = await floor.order(act)
            assert result == Result(False, "the order expired 2.5 s ago")
        assert floor.sent() == []

    played(story)


def test_an_order_that_expires_while_asterisk_is_slow_is_not_sent() -> None:
    async def story(floor: Floor) -> None:
        async def slow(writer: asyncio.StreamWriter, body: bytes) -> None:
            floor.now_ms = LATER_MS + 1
            writer.write(faults.reply_of(body))

        floor.fake.faults["Ping"] = [slow]
        assert "expired" in (await floor.order(Pause(AGENT, None, ""))).said
        assert floor.sent() == []

    played(story)


def test_where_asterisk_can_not_be_reached_nothing_was_sent() -> None:
    async def story(floor: Floor) -> None:
        await floor.fake.stop()
        result = await floor.order(Pause(AGENT, None, ""))
        assert not result.done
        assert result.said.startswith("nothing was sent: 127.0.0.1:")

    played(story)


def test_asterisks_no_is_told_and_a_missing_right_explained() -> None:
    async def story(floor: Floor) -> None:
        assert await floor.order(Pause("PJSIP/9", "sales", "")) == Result(False, "Interface not found")
        assert await floor.order(SignOut("PJSIP/9", "sales")) == Result(False, "Unable to remove interface: Not there")
        floor.fake.commands = NO_RIGHTS
        told = "Permission denied: in manager.conf the account's `write` lacks "
        assert await floor.order(Pause(AGENT, "sales", "")) == Result(False, f"{told}agent")
        assert await floor.order(HangUp("rig-1.1")) == Result(False, f"{told}call")
        assert await floor.order(Listen(AGENT, PHONE)) == Result(False, f"{told}originate")

    played(story)


def test_a_long_reason_is_cut_between_characters() -> None:
    async def story(floor: Floor) -> None:
        await floor.order(Pause(AGENT, "sales", "午" * 40))
        await floor.order(SignIn("PJSIP/5", "sales", "x" * 100 + "\r\nFoo: bar"))
        assert floor.sent()[0]["Reason"] == "午" * 26
        assert floor.sent()[1]["MemberName"] == "x" * 79

    played(story)


# once


def test_the_same_key_is_carried_out_once() -> None:
    async def story(floor: Floor) -> None:
        floor.fake.phones[PHONE] = "4"
        for act in (Pause(AGENT, "sales", "tea"), HangUp("rig-1.1"), SignIn("PJSIP/7", "sales")):
            first = await floor.order(act, key=f"{act}")
            assert first.done
            floor.now_ms = LATER_MS + 1
            assert await floor.order(act, key=f"{act}") == first
            floor.now_ms = NOW_MS
        first = await floor.ordered_with_events(Listen(AGENT, PHONE), "listen")
        assert await floor.order(Listen(AGENT, PHONE), "listen") == first
        assert [fields["Action"] for fields in floor.sent()] == ["QueuePause", "Hangup", "QueueAdd", "Originate"]

    played(story)


def test_the_same_key_is_carried_out_once_while_it_is_under_way() -> None:
    async def story(floor: Floor) -> None:
        both = await asyncio.gather(*(floor.order(HangUp("rig-1.1"), "once") for _ in range(5)))
        assert set(both) == {Result(True, "Channel Hungup")}
        assert len(floor.sent()) == 1

    played(story)


def test_a_key_means_one_act() -> None:
    async def story(floor: Floor) -> None:
        await floor.order(Pause(AGENT, "sales", ""), "key")
        result = await floor.order(HangUp("rig-1.1"), "key")
        assert result == Result(False, "the key of this order was used for another one")
        assert len(floor.sent()) == 1

    played(story)


def test_whoever_waits_may_leave_and_come_back() -> None:
    async def story(floor: Floor) -> None:
        release = asyncio.Event()

        async def held(writer: asyncio.StreamWriter, body: bytes) -> None:
            await release.wait()
            writer.write(faults.reply_of(body))

        floor.fake.faults["Hangup"] = [held]
        first = asyncio.create_task(floor.order(HangUp("rig-1.1"), "key"))
        while not floor.sent():
            await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        second = asyncio.create_task(floor.order(HangUp("rig-1.1"), "key"))
        await asyncio.sleep(0)
        release.set()
        assert await second == Result(True, "Channel Hungup")
        assert len(floor.sent()) == 1

    played(story)


def test_only_the_last_thousand_keys_are_kept() -> None:
    async def story(floor: Floor) -> None:
        floor.now_ms = LATER_MS + 1
        for number in range(1_100):
            await floor.order(HangUp("rig-1.1"), f"{number}")
        assert len(floor.acts._orders) == 1_000
        assert "1099" in floor.acts._orders

    played(story)


# where the answer never came


@pytest.mark.parametrize(
    "act",
    [
        *(Pause(AGENT, "sales", "tea"), Unpause(AGENT, None), SignIn("PJSIP/8", "sales"), SignOut(AGENT, "sales")),
        *(SetPenalty(AGENT, "sales", 2), HangUp("rig-1.1")),
    ],
)
def test_what_may_be_done_twice_is_sent_again_under_the_same_key(act: PhoneAct) -> None:
    async def story(floor: Floor) -> None:
        await floor.session.ask("Ping")
        for action in ("QueuePause", "QueueAdd", "QueueRemove", "QueuePenalty", "Hangup"):
            floor.fake.faults[action] = [faults.dropped]
        with pytest.raises(SourceError, match="nobody can tell whether the order was carried out"):
            await floor.order(act, "key")
        result = await floor.order(act, "key")
        assert result.done, result.said
        assert len(floor.sent()) == 2

    played(story)


def test_what_was_to_be_ended_and_is_over_was_ended() -> None:
    async def story(floor: Floor) -> None:
        floor.fake.phones[PHONE] = "4"
        await floor.ordered_with_events(Listen(AGENT, PHONE))
        floor.fake.faults["Hangup"] = [faults.dropped, faults.dropped]
        for act in (HangUp("rig-1.1"), StopListening(PHONE)):
            with pytest.raises(SourceError, match="nobody can tell"):
                await floor.order(act, f"{act}")
        del floor.calls["rig-1.1"]
        assert await floor.order(HangUp("rig-1.1"), f"{HangUp('rig-1.1')}") == Result(
            True, "the call is not known, or over"
        )
        assert (await floor.order(StopListening(PHONE), f"{StopListening(PHONE)}")).done
        assert len(floor.sent()) == 3

    played(story)


def test_a_redirect_is_sent_again_only_while_the_call_waits() -> None:
    async def story(floor: Floor) -> None:
        act = Redirect("rig-1.1", "700", "transfer")
        floor.fake.faults["Redirect"] = [faults.dropped]
        for _ in range(2):
            with pytest.raises(SourceError, match="nobody can tell"):
                await floor.order(act, "key")
        assert len(floor.sent()) == 1
        floor.fake.entry("sales", "rig-1.1", WAITING)
        assert (await floor.order(act, "key")).done
        assert len(floor.sent()) == 2

    played(story)


def test_a_phone_is_never_rung_twice() -> None:
    async def story(floor: Floor) -> None:
        floor.acts = floor.acting(patience_s=0.05)
        floor.fake.faults["Originate"] = [faults.dropped]
        await floor.session.drain()
        for _ in range(2):
            with pytest.raises(SourceError, match="nobody can tell"):
                await floor.order(Listen(AGENT, PHONE), "key")
        (sent,) = floor.fake.asked("Originate")
        floor.fake.phone_answers(sent, "PJSIP/3001-00000003", "4")
        await floor.hear()
        assert await floor.order(Listen(AGENT, PHONE), "key") == Result(True, "Originate: Success")
        assert len(floor.sent()) == 1

    played(story)


def test_an_order_that_expired_unanswered_stays_unsure() -> None:
    async def story(floor: Floor) -> None:
        floor.fake.faults["QueuePause"] = [faults.dropped]
        for _ in range(2):
            with pytest.raises(SourceError, match="nobody can tell"):
                await floor.order(Pause(AGENT, None, ""), "key")
            floor.now_ms = LATER_MS + 1
        assert len(floor.sent()) == 1

    played(story)


# what an account may do


@pytest.mark.parametrize(
    ("account", "may"),
    [
        ("supervisor", CAN),
        ("wallboard", {Capability.PAUSE, Capability.SIGN_IN, Capability.PENALTY}),
        ("monitor", set()),
    ],
)
def test_capabilities_are_what_the_account_may_do(account: str, may: set[Capability]) -> None:
    async def story(floor: Floor) -> None:
        floor.fake.canned["ListCommands"] = capture(f"http/{account}.rawman.ListCommands")
        assert floor.acts.capabilities == CAN
        await floor.acts.learn()
        assert floor.acts.capabilities == may

    played(story)


def test_events_of_others_are_let_go() -> None:
    async def story(floor: Floor) -> None:
        for event in (
            {},
            {"Event": "OriginateResponse"},
            {"Event": "OriginateResponse", "ActionID": "x"},
            {"Event": "Hangup"},
        ):
            floor.acts.on_event(event)
        await floor.order(Pause(AGENT, None, ""), "key")
        floor.acts.on_event({"Event": "OriginateResponse", "ActionID": floor.fake.asked("QueuePause")[0]["ActionID"]})

    played(story)
