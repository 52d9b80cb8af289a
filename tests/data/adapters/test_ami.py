"""Asterisk's manager interface over HTTP: what real ones answered, a scripted one, and all that can go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from data.adapters.asterisk.ami import Session
from data.adapters.asterisk.messages import TornError, answer_to, events_in, form_of, one_line, parse, unescaped
from data.adapters.base import AccessError, SourceError
from tests.data.adapters import fake_http as faults
from tests.data.adapters.fake_ami import FIXTURES, FakeAmi, capture
from tests.data.adapters.fake_http import Fault
from tests.data.adapters.fake_pbx import NO_RIGHTS, block, with_action_id

OURS = "5f3a9c"
LOGINS = ("auto", "digest")


def session_on(fake: FakeAmi, login: str = "auto", **options: object) -> Session:
    told: dict[str, object] = {"url": fake.url, "user": fake.user, "secret": fake.secret, "login": login} | options
    return Session(**told)  # type: ignore[arg-type]


@asynccontextmanager
async def asking(login: str = "auto", **options: object) -> AsyncIterator[tuple[FakeAmi, Session]]:
    async with FakeAmi() as fake:
        session = session_on(fake, login, **options)
        yield fake, session
        await session.aclose()


def played(story: Callable[[FakeAmi, Session], Awaitable[None]], login: str = "auto", **options: object) -> None:
    """Play a story with a scripted Asterisk and a session on it."""

    async def play() -> None:
        async with asking(login, **options) as (fake, session):
            await story(fake, session)

    asyncio.run(asyncio.wait_for(play(), 20))


# what real Asterisks answered


@pytest.mark.parametrize(
    ("name", "action", "items"),
    [
        ("http/big500.rawman.QueueStatus", "QueueStatus", 501),
        ("http/supervisor.rawman.QueueStatus", "QueueStatus", 81),
        ("http/supervisor.rawman.CoreShowChannels", "CoreShowChannels", 115),
        ("http/supervisor.rawman.QueueSummary", "QueueSummary", 6),
        ("http/monitor.rawman.QueueStatus_nosuch", "QueueStatus", 0),
        ("http/live.HangupRegex", "Hangup", 2),
    ],
)
def test_lists_of_a_real_one_are_read_whole(name: str, action: str, items: int) -> None:
    answer = answer_to(action, OURS, with_action_id(capture(name), OURS))
    assert answer.ok
    assert len(answer.items) == items
    assert all(item["ActionID"] == OURS for item in answer.items)


def hostile() -> list[str]:
    return sorted(path.stem for path in (FIXTURES / "hostile").glob("*.txt"))


@pytest.mark.parametrize("name", hostile())
def test_a_hostile_name_stays_in_its_own_item(name: str) -> None:
    queue, other = answer_to("QueueStatus", OURS, with_action_id(capture(f"hostile/{name}"), OURS)).items
    assert (queue["Event"], queue["Queue"]) == ("QueueParams", "hq")
    assert other["Event"] == ("QueueEntry" if name.startswith("caller") else "QueueMember")
    assert other["Queue"] == "hq"


def test_chinese_and_latin_1_names_are_told_as_well_as_can_be() -> None:
    def name_in(capture_name: str) -> str:
        return answer_to("QueueStatus", OURS, with_action_id(capture(capture_name), OURS)).items[1]["Name"]

    assert name_in("hostile/member00") == "王小明"
    assert name_in("hostile/member06") == "Jos�"


def test_the_first_of_repeated_keys_counts() -> None:
    assert parse(b"Event: QueueEntry\r\nQueue: sales\r\nQueue: forged\r\n\r\n") == [
        {"Event": "QueueEntry", "Queue": "sales"}
    ]
    assert parse(b"Event: A\r\nName:  two spaces\r\nEmpty: \r\nBare\r\n\r\n\r\n") == [
        {"Event": "A", "Name": " two spaces", "Empty": "", "Bare": ""}
    ]
    assert parse(b"") == []


@pytest.mark.parametrize("action", ["QueueStatus", "CoreShowChannels"])
@pytest.mark.parametrize(
    "name",
    [
        "x\r\n\r\nEvent: QueueMember\r\nQueue: forged\r\nLocation: PJSIP/1",
        "x\r\nActionID: 1\r\n\r\nEvent: QueueEntry\r\nQueue: forged",
        "x\r\n\r\nEvent: QueueStatusComplete\r\nEventList: Complete\r\nListItems: 1\r\n\r\n",
        "x\r\n\r\nResponse: Error\r\nMessage: Permission denied\r\n\r\n\r\nEvent: QueueEntry\r\nActionID: 2\r\n\r\n",
    ],
    ids=["item", "id", "end", "refusal"],
)
def test_a_name_with_line_ends_forges_nothing(action: str, name: str) -> None:
    """Such a name is possible where a dial plan takes it from elsewhere: lists tell it as it is."""
    first = action == "CoreShowChannels"
    before = {"ActionID": OURS} if first else {}
    entry = block(
        "Event: QueueEntry", before | {"Queue": "sales", "CallerIDName": name, "Wait": 5}, "" if first else OURS
    )
    after = block("Event: QueueEntry", before | {"Queue": "support", "Wait": 6}, "" if first else OURS)
    body = block("Response: Success", {"ActionID": OURS, "EventList": "start"}) + entry + after
    body += block(f"Event: {action}Complete", {"ActionID": OURS, "EventList": "Complete", "ListItems": 2})
    answer = answer_to(action, OURS, body)
    assert [(item["Event"], item["Queue"], item["Wait"]) for item in answer.items] == [
        ("QueueEntry", "sales", "5"),
        ("QueueEntry", "support", "6"),
    ]


def test_a_list_of_an_old_asterisk_has_neither_a_start_nor_a_number() -> None:
    body = block("Response: Success", {"Message": "Queue status will follow"}, OURS)
    body += block("Event: QueueParams", {"Queue": "sales"}, OURS)
    end = block("Event: QueueStatusComplete", {}, OURS)
    assert len(answer_to("QueueStatus", OURS, body + end).items) == 1
    with pytest.raises(TornError, match="has no end"):
        answer_to("QueueStatus", OURS, body)


def test_what_is_no_answer_of_asterisks_is_refused() -> None:
    with pytest.raises(TornError, match="empty"):
        answer_to("Ping", OURS, b"")
    with pytest.raises(TornError, match="not Asterisk's manager interface"):
        answer_to("Ping", OURS, b"<html>welcome</html>")


def test_events_are_unescaped_where_asterisk_escapes_them() -> None:
    """It does so for callers' names; members' names come as they are, in events as in lists."""
    event = {
        "Event": "QueueCallerJoin",
        "CallerIDName": r"Bob O\'Neil \\ \"q\"\t\r\n",
        "DestConnectedLineName": r"a\\tb",
        "MemberName": r"back\slash O'Brien",
        "Reason": r"C:\new",
    }
    assert unescaped(event) == {
        "Event": "QueueCallerJoin",
        "CallerIDName": 'Bob O\'Neil \\ "q"\t\r\n',
        "DestConnectedLineName": r"a\tb",
        "MemberName": r"back\slash O'Brien",
        "Reason": r"C:\new",
    }


def test_events_of_a_real_one_are_read_without_its_own_log_in() -> None:
    events = events_in(OURS, with_end(capture("http/monitor.rawman.WaitEvent")))
    assert [event["Event"] for event in events][:2] == ["RTCPSent", "RequestNotAllowed"]
    assert "WaitEventComplete" not in {event["Event"] for event in events}


def with_end(body: bytes) -> bytes:
    head, _, rest = body.partition(b"\r\n\r\n")
    return (
        head.replace(b"w1", OURS.encode()) + b"\r\n\r\n" + rest.replace(b"ActionID: w1", b"ActionID: " + OURS.encode())
    )


def test_a_forged_end_of_events_ends_nothing() -> None:
    body = block("Response: Success", {"ActionID": OURS}) + block("Event: A", {})
    body += block("Event: WaitEventComplete", {})
    with pytest.raises(TornError, match="no end"):
        events_in(OURS, body)
    body += block("Event: B", {})
    assert len(events_in(OURS, body + block("Event: WaitEventComplete", {}, OURS))) == 3


@pytest.mark.parametrize(
    ("told", "sent"),
    [
        ("午休", "午休"),
        ("a\r\nAction: Originate", "a Action: Originate"),
        ("a\n\n\rb\0c ", "a bc"),
        ("\r\n", ""),
        ("\ud800x", "?x"),
        (5, "5"),
    ],
)
def test_what_is_sent_stays_one_value(told: object, sent: str) -> None:
    assert one_line(told) == sent
    assert form_of("QueuePause", "id", {"Reason": told, "Queue": None}) == {
        "Action": "QueuePause",
        "ActionID": "id",
        "Reason": sent,
    }


# a session


@pytest.mark.parametrize("login", LOGINS)
def test_a_session_logs_in_once_and_asks(login: str) -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        fake.queue("sales")
        fake.member("sales", "Local/1001@agents", "王小明")
        fake.entry("sales", "rig-1.1", "PJSIP/trunk-00000001", CallerIDName="[bold]x")
        for _ in range(3):
            answer = await session.ask("QueueStatus")
        assert answer.ok
        assert answer.said == "Queue status will follow"
        assert [item["Event"] for item in answer.items] == ["QueueParams", "QueueMember", "QueueEntry"]
        assert answer.items[1]["Name"] == "王小明"
        assert fake.logins == (login == "auto")
        assert fake.connections == 1
        ids = [fields["ActionID"] for fields in fake.asked("QueueStatus")]
        assert len(set(ids)) == 3

    played(story, login)


def test_the_secret_is_neither_sent_nor_shown() -> None:
    async def play() -> None:
        seen = bytearray()

        async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, onward = await asyncio.open_connection("127.0.0.1", fake.port)
            back = asyncio.create_task(there.read(10_000))
            while not reader.at_eof() and (piece := await reader.read(10_000)):
                seen.extend(piece)
                onward.write(piece)
                writer.write(await back)
                back = asyncio.create_task(there.read(10_000))
            onward.close()
            writer.close()

        async with FakeAmi() as fake:
            proxy = await asyncio.start_server(pass_on, "127.0.0.1", 0)
            session = session_on(fake, url=f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
            assert (await session.ask("Ping")).ok
            assert b"Login" in seen
            assert b"s3cret" not in seen
            assert "s3cret" not in repr(session)
            assert fake.user in repr(session)
            await session.aclose()
            proxy.close()

    asyncio.run(asyncio.wait_for(play(), 20))


@pytest.mark.parametrize("login", LOGINS)
def test_a_prefix_is_kept(login: str) -> None:
    async def play() -> None:
        async with FakeAmi(prefix="/asterisk") as fake:
            session = session_on(fake, login, url=fake.url + "/")
            assert (await session.ask("Ping")).ok
            await session.aclose()
            wrong = session_on(fake, login, url=fake.url.removesuffix("/asterisk"))
            with pytest.raises(SourceError, match=r"rawman is not there \(HTTP 404\).*webenabled.*prefix"):
                await wrong.ask("Ping")
            await wrong.aclose()

    asyncio.run(asyncio.wait_for(play(), 20))


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("wrong", [{"secret": "other"}, {"user": "nobody"}])
def test_whoever_is_not_let_in_hears_what_to_check_and_tries_no_more(login: str, wrong: dict[str, str]) -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        with pytest.raises(AccessError) as caught:
            await session.ask("QueueStatus")
        told = str(caught.value)
        for word in (fake.url, wrong.get("user", fake.user), "manager.conf", "secret", "permit/deny", "webenabled"):
            assert word in told
        assert "other" not in told
        assert fake.secret not in told
        assert not fake.actions
        assert fake.logins == (login == "auto")

    played(story, login, **wrong)


@pytest.mark.parametrize("login", LOGINS)
def test_a_missing_right_is_an_answer(login: str) -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        fake.commands = NO_RIGHTS
        answer = await session.ask("QueuePause", Interface="x", Paused="true")
        assert not answer.ok
        assert answer.said == "Permission denied"
        assert fake.logins <= 1

    played(story, login)


def test_a_session_that_expired_is_made_again_and_the_action_repeated() -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        fake.queue("sales")
        fake.member("sales", "PJSIP/1")
        await session.drain()
        fake.forget_sessions()
        answer = await session.ask("QueuePause", Interface="PJSIP/1", Paused="true")
        assert answer.said == "Interface paused successfully"
        assert fake.logins == 2
        assert len(fake.asked("QueuePause")) == 1
        assert (await session.drain()).anew

    played(story)


def test_many_at_once_log_in_once() -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        answers = await asyncio.gather(*(session.ask("Ping") for _ in range(10)))
        assert all(answer.ok for answer in answers)
        fake.forget_sessions()
        answers = await asyncio.gather(*(session.ask("Ping") for _ in range(10)))
        assert all(answer.ok for answer in answers)
        assert fake.logins == 2

    played(story)


def test_signed_requests_come_in_the_order_of_their_numbers() -> None:
    """Asterisk would make a new session, without our events, of one that comes too late."""

    async def story(fake: FakeAmi, session: Session) -> None:
        await session.drain()
        assert all(answer.ok for answer in await asyncio.gather(*(session.ask("Ping") for _ in range(10))))
        assert fake.connections == 1
        assert not (await session.drain()).anew

    played(story, "digest")


def test_values_can_not_smuggle_in_another_action() -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        fake.queue("sales")
        fake.member("sales", "PJSIP/1")
        await session.ask(
            "QueuePause", Interface="PJSIP/1", Paused="true", Reason="tea\r\n\r\nAction: QueueReset\r\n\r\n"
        )
        assert fake.members[0]["PausedReason"] == "tea Action: QueueReset"

    played(story)


def test_options_that_can_not_be_are_refused() -> None:
    for wrong in (
        {"url": "ftp://pbx"},
        {"url": "http://"},
        {"url": "pbx:8088"},
        {"url": "http://pbx:99999"},
        {"url": "http://floorwalk:secret@pbx:8088"},
        {"url": "http://pbx:8088/?a=b"},
        {"url": "http://pbx:8088/\r\n"},
        {"login": "basic"},
        {"user": ""},
        {"user": "a\r\nb"},
    ):
        told = {"url": "http://pbx:8088", "user": "floorwalk", "secret": "x"} | wrong
        with pytest.raises(ValueError, match=r"has to|url"):
            Session(**told)  # type: ignore[arg-type]


# the events of a session


@pytest.mark.parametrize("login", LOGINS)
def test_a_drain_brings_what_happened_since_the_last(login: str) -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        fake.tell("QueueCallerJoin", Uniqueid="before")
        assert await session.drain() == ([], True)
        fake.tell("QueueCallerJoin", Uniqueid="1", CallerIDName=r"O\'Neil")
        fake.tell("QueueCallerLeave", Uniqueid="1")
        events, anew = await session.drain()
        assert not anew
        assert [(event["Event"], event["Uniqueid"]) for event in events] == [
            ("QueueCallerJoin", "1"),
            ("QueueCallerLeave", "1"),
        ]
        assert events[0]["CallerIDName"] == "O'Neil"
        assert await session.drain() == ([], False)
        assert fake.asked("WaitEvent")[0]["Timeout"] == "0"

    played(story, login)


def test_only_events_of_agents_and_calls_are_asked_for() -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        await session.drain()
        assert fake.masks == ["agent,call"]

    for login in LOGINS:
        played(story, login)


@pytest.mark.parametrize("login", LOGINS)
def test_a_restart_makes_the_watch_anew(login: str) -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        assert (await session.drain()).anew
        await fake.stop()
        with pytest.raises(SourceError, match=r"refused|failed"):
            await session.drain()
        await fake.start()
        fake.tell("QueueCallerJoin", Uniqueid="lost")
        assert await session.drain() == ([], True)
        fake.tell("QueueCallerJoin", Uniqueid="2")
        events, anew = await session.drain()
        assert [event["Uniqueid"] for event in events] == ["2"]
        assert not anew
        assert fake.masks == ["agent,call", "agent,call"]

    played(story, login)


@pytest.mark.parametrize("login", LOGINS)
def test_a_restart_between_two_drains_is_noticed(login: str) -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        await session.drain()
        await fake.stop()
        await fake.start()
        assert (await session.drain()).anew

    played(story, login)


SPOILT: list[tuple[Fault, str]] = [
    (faults.empty, "answered with nothing"),
    (faults.dropped, "closed without an answer"),
    (faults.cut_off, "cut off"),
    (faults.endless, "no end"),
    (faults.silent, "no whole answer within 0.3 s"),
    (faults.dripping, "no whole answer within 0.3 s"),
    (faults.bomb, "larger than 32 MB"),
    (faults.redirected, "sends us on to elsewhere.example"),
    (faults.no_http, "does not speak HTTP"),
    (faults.status("503 Service Unavailable"), "HTTP 503"),
]


def deadline_of(told: str) -> float:
    """Return a short deadline where it is to be reached, else one that is not, however slow this machine."""
    return 0.3 if "within 0.3 s" in told else 10.0


@pytest.mark.parametrize(("fault", "told"), SPOILT)
def test_a_drain_that_fails_says_so_and_the_next_one_is_anew(fault: Fault, told: str) -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        await session.drain()
        fake.tell("QueueCallerJoin", Uniqueid="lost")
        fake.faults["WaitEvent"] = [fault]
        with pytest.raises(SourceError, match=told) as caught:
            await session.drain()
        assert f"127.0.0.1:{fake.port}" in str(caught.value)
        assert "s3cret" not in str(caught.value)
        fake.tell("QueueCallerJoin", Uniqueid="2")
        events, anew = await session.drain()
        assert anew
        assert "2" in [event["Uniqueid"] for event in events]

    played(story, deadline_s=deadline_of(told))


def test_a_drain_that_is_cancelled_makes_the_next_one_anew() -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        await session.drain()
        fake.faults["WaitEvent"] = [faults.silent]
        drain = asyncio.create_task(session.drain())
        while len(fake.asked("WaitEvent")) < 2:
            await asyncio.sleep(0)
        drain.cancel()
        with pytest.raises(asyncio.CancelledError):
            await drain
        assert (await session.drain()).anew
        assert not (await session.drain()).anew

    played(story)


@pytest.mark.parametrize(
    ("fault", "told"), [*SPOILT[1:], (faults.empty, "empty"), (faults.torn, "has 1"), (faults.huge, "larger")]
)
def test_a_spoilt_list_is_an_error_and_never_a_shorter_list(fault: Fault, told: str) -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        fake.queue("sales")
        fake.member("sales", "PJSIP/1")
        fake.faults["QueueStatus"] = [fault]
        with pytest.raises(SourceError, match=told):
            await session.ask("QueueStatus")
        assert len((await session.ask("QueueStatus")).items) == 2

    played(story, deadline_s=deadline_of(told))


# the clock, and what an account may do


@pytest.mark.parametrize(("offset_s", "skew_ms"), [(0, 0), (0.1, 0), (-0.1, 0), (95, 95_000), (-3_600, -3_600_000)])
def test_the_difference_of_the_clocks_is_measured(offset_s: float, skew_ms: int) -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        fake.offset_s = offset_s
        await session.measure()
        assert session.timed
        assert session.skew_ms == (pytest.approx(skew_ms, abs=240) if skew_ms else 0)
        assert len(fake.asked("Ping")) == 3

    played(story)


def test_of_three_measurements_the_quickest_counts() -> None:
    ticks = iter([0, 1000, 2000, 2010, 3000, 3500])

    async def story(fake: FakeAmi, session: Session) -> None:
        fake.canned["Ping"] = b"Response: Success\r\nPing: Pong\r\nTimestamp: 10.000000\r\n\r\n"
        await session.measure()
        assert session.skew_ms == 10_000 - 2_005

    played(story, clock=lambda: next(ticks))


def test_without_a_time_there_is_no_difference() -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        fake.offset_s = 100
        await session.measure()
        fake.tells_time = False
        await session.measure()
        assert (session.skew_ms, session.timed) == (0, False)

    played(story)


def test_the_actions_an_account_may_run_are_told() -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        assert await session.commands() == fake.commands
        fake.canned["ListCommands"] = capture("http/wallboard.rawman.ListCommands")
        may = await session.commands()
        assert {"QueuePause", "QueueAdd", "CoreShowChannels"} <= may
        assert not {"Originate", "Redirect", "Hangup", "Response", "ActionID"} & may

    played(story)


def test_it_logs_off_and_may_be_closed_twice() -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        await session.ask("Ping")
        await session.aclose()
        await session.aclose()
        assert len(fake.asked("Logoff")) == 1
        await fake.stop()
        await session.aclose()

    played(story)


def test_closing_does_not_wait_for_one_that_hangs() -> None:
    async def story(fake: FakeAmi, session: Session) -> None:
        await session.ask("Ping")
        fake.faults["Logoff"] = [faults.silent]
        await session.aclose()

    played(story, deadline_s=60.0)
