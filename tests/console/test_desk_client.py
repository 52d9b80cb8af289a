"""The desk's client: against a desk that does as a test says, and against the one that the screen's child has."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from console import desk as client
from console.desk import Desk, DeskError
from console.launch import poller
from console.options import Options
from console.settings_secrets import MadeWith, Ready
from data.desk.rules import Rules
from data.desk.wire import answer_line, socket_of, standing_line
from data.flags import FlagWord, Vocabulary
from data.model.people import Answer, NoteMood, RaiseFlag, Refusal, Role, Standing
from data.store.reader import Reader
from tests.console.cli import Cli

ME = Standing("ann", Role.LEAD, ("North",), (("pbx", ("pause",)),))
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "floor.sqlite"
    path.touch()
    return path


@asynccontextmanager
async def served(store: Path, serve: Serve) -> AsyncIterator[Desk]:
    """Give a client of a desk that serves as it is told to."""

    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_unix_server(closing, socket_of(store))
    desk = Desk(store)
    try:
        yield desk
    finally:
        await desk.aclose()
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0)


async def heard(reader: asyncio.StreamReader) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(await reader.readline() or b"{}")
    return told


def test_who_the_desk_takes_us_for(store: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(standing_line((await heard(reader))["key"], ME))
        await reader.read()

    async def play() -> None:
        async with served(store, serve) as desk:
            assert await desk.greet() == ME

    asyncio.run(play())


def test_answers_find_who_asked_in_whatever_order_they_come(store: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = [await heard(reader) for _ in range(9)]
        for told in reversed(asked):
            writer.write(answer_line(told["key"], Answer(True, "noted", told["with"]["agent"])))
        writer.write(b'{"key": "nobody asked"}\n[1]\n')
        await reader.read()

    async def play() -> None:
        async with served(store, serve) as desk:
            answers = await asyncio.gather(*(desk.order(NoteMood(number, 3)) for number in range(9)))
            assert [answer.id for answer in answers] == list(range(9))

    asyncio.run(play())


def test_where_the_connection_breaks_it_is_asked_again_under_the_same_key(store: Path) -> None:
    asked: list[dict[str, Any]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await heard(reader))
        if len(asked) > 1:
            writer.write(answer_line(asked[-1]["key"], Answer(True, "noted", 1)))
            await reader.read()

    async def play() -> None:
        async with served(store, serve) as desk:
            assert await desk.order(NoteMood(1, 3)) == Answer(True, "noted", 1)
        assert len(asked) == 2 and asked[0] == asked[1]

    asyncio.run(play())


def test_after_two_broken_connections_nobody_can_tell(store: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard(reader)

    async def play() -> None:
        async with served(store, serve) as desk:
            assert (await desk.order(NoteMood(1, 3))).refusal is Refusal.UNSURE
            with pytest.raises(DeskError):
                await desk.greet()

    asyncio.run(play())


def test_a_desk_that_went_away_after_it_was_asked_is_no_desk_that_never_was(store: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard(reader)
        socket_of(store).unlink()

    async def play() -> None:
        async with served(store, serve) as desk:
            assert (await desk.order(NoteMood(1, 3))).refusal is Refusal.UNSURE
            with pytest.raises(DeskError, match="there is no desk"):
                await desk.order(NoteMood(1, 3))

    asyncio.run(play())


def test_what_the_desk_says_before_it_hangs_up_is_told(store: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer_line("", Answer(False, "the desk has \x1b200 callers", refusal=Refusal.CANNOT)))
        await writer.drain()

    async def play() -> None:
        async with served(store, serve) as desk:
            with pytest.raises(DeskError, match="the desk has \ufffd200 callers"):
                await desk.greet()

    asyncio.run(play())


@pytest.mark.parametrize(
    "line", [b"nonsense", b'{"key": KEY}', b'{"key": KEY, "done": true, "said": "", "refusal": 7}']
)
def test_what_can_not_be_understood(store: Path, line: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        key = json.dumps((await heard(reader))["key"])
        writer.write(line.replace(b"KEY", key.encode()) + b"\n")
        await reader.read()

    async def play() -> None:
        async with served(store, serve) as desk:
            assert (await desk.order(NoteMood(1, 3))).refusal is Refusal.UNSURE
        async with served(store, serve) as desk:
            with pytest.raises(DeskError):
                await desk.greet()

    asyncio.run(play())


def test_a_desk_that_does_not_answer(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_S", 0.05)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def play() -> None:
        async with served(store, serve) as desk:
            assert (await desk.order(NoteMood(1, 3))).said == "the desk did not answer in time"
            with pytest.raises(DeskError, match="does not answer"):
                await desk.greet()

    asyncio.run(play())


def test_where_there_is_none(store: Path) -> None:
    async def play() -> None:
        for path in (store, store.with_name("no") / "floor.sqlite"):
            desk = Desk(path)
            with pytest.raises(DeskError, match="there is no desk"):
                await desk.greet()
            await desk.aclose()

    asyncio.run(play())


# ------------------------------------------------------------------ the child's desk


async def greeted(desk: Desk) -> Standing:
    """Return who the desk takes us for, as soon as there is one."""
    until = time.monotonic() + 60
    while True:
        try:
            return await desk.greet()
        except DeskError:
            assert time.monotonic() < until
            await asyncio.sleep(0)


def test_the_screens_child_has_a_desk_that_goes_by_the_sites_own_words(tmp_path: Path) -> None:
    store = tmp_path / "floor.sqlite"
    own = Vocabulary((FlagWord("late_back", "back late", "晚归"),))
    source = Ready("floor", "simulator", MadeWith({"agents": 5}), 500)

    async def play() -> None:
        desk = Desk(store)
        try:
            standing = await greeted(desk)
            assert standing.role is Role.ADMIN
            assert [name for name, _ in standing.abilities] == ["floor"]
            while (answer := await desk.order(RaiseFlag(1, "late_back"))).refusal is Refusal.UNKNOWN:
                await asyncio.sleep(0)  # until the floor was polled
            assert answer.done, answer
            assert not (await desk.order(RaiseFlag(1, "tired"))).done
        finally:
            await desk.aclose()

    with poller(store, [source], rules=Rules(vocabulary=own)):
        asyncio.run(play())
    assert not socket_of(store).exists()


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(tmp_path, monkeypatch, capsys)


@pytest.mark.skipif(os.getuid() != 0, reason="says who the tests run as")
def test_doctor_says_who_one_is_to_the_desk(cli: Cli) -> None:
    source = Ready("floor", "simulator", MadeWith({"agents": 5}), 500)

    async def play() -> None:
        desk = Desk(cli.store)
        await greeted(desk)
        while (await desk.order(NoteMood(1, 3))).refusal is Refusal.UNKNOWN:
            await asyncio.sleep(0)
        await desk.aclose()

    cli.store.parent.mkdir(parents=True, exist_ok=True)
    with poller(cli.store, [source]):
        asyncio.run(play())
        assert "takes acts; you are root, admin" in cli("doctor").out
    assert "there is no desk: no poller takes acts for this store" in cli("doctor").out


def test_the_demos_own_zone_is_in_its_store(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the commands tell the times that its screen shows."""

    def shown(options: Options) -> int:
        with Reader(options.store) as reader:
            assert reader.site() == {"zone": options.zone.key}
        return 0

    def after_a_poll(options: Options) -> int:
        async def greeting() -> None:
            desk = Desk(options.store)
            await greeted(desk)
            await desk.aclose()

        asyncio.run(greeting())
        return shown(options)

    monkeypatch.setattr("console.launch.show", after_a_poll)
    cli.store.parent.mkdir(parents=True, exist_ok=True)
    assert cli("demo", "--agents", "5").code == 0
