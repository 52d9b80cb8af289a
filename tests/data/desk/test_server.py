"""The desk's socket: lines that are torn, long or too many, callers who are too many, and where it is made."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from data.desk import server
from data.desk.server import listening
from data.desk.wire import MOST_BYTES, greeting_line, request_line, socket_of
from data.model.people import NoteMood
from tests.data.desk.desks import ANN, NOW, Floor, open_floor


class Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, line: bytes) -> None:
        self._writer.write(line)

    async def answer(self) -> dict[str, Any]:
        """Return the next answer; an empty one where the desk hung up."""
        line = await self._reader.readline()
        told: dict[str, Any] = json.loads(line) if line else {}
        return told

    async def aclose(self) -> None:
        self._writer.close()
        await asyncio.gather(self._writer.wait_closed(), return_exceptions=True)


@asynccontextmanager
async def called(path: Path) -> AsyncIterator[Line]:
    """Give a connection to the desk."""
    folder = os.open(path.parent, os.O_PATH)
    try:
        line = Line(*await asyncio.open_unix_connection(f"/proc/self/fd/{folder}/{path.name}"))
    finally:
        os.close(folder)
    try:
        yield line
    finally:
        await line.aclose()


Play = Callable[[Floor, Path], Coroutine[Any, Any, None]]


def on(store: Path, play: Play) -> None:
    """Run a test's play on a floor whose desk is at its socket."""

    async def run() -> None:
        async with open_floor(store) as floor, listening(store, floor.desk):
            await play(floor, socket_of(store))

    asyncio.run(run())


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "floor.sqlite"


def mood(key: str, value: int | None = 3) -> bytes:
    return request_line(key, NOW + 5_000, NoteMood(ANN, value))


def test_a_bad_line_is_told_and_the_connection_stays(store: Path) -> None:
    async def play(floor: Floor, path: Path) -> None:
        async with called(path) as line:
            line.send(b"nonsense\n")
            assert (await line.answer())["said"] == "the line is not JSON"
            line.send(b"\n")
            assert (await line.answer())["refusal"] == "invalid"
            line.send(mood("a"))
            assert (await line.answer())["done"]

    on(store, play)


def test_a_line_that_is_too_long_ends_the_connection(store: Path) -> None:
    async def play(floor: Floor, path: Path) -> None:
        async with called(path) as line:
            line.send(b"x" * (2 * MOST_BYTES))
            told = await line.answer()
            assert (told["key"], told["said"]) == ("", "a line has at most 16,384 bytes")
            assert await line.answer() == {}
        async with called(path) as line:
            line.send(greeting_line("g"))
            assert (await line.answer())["standing"]["user"] == "root" or os.getuid() != 0

    on(store, play)


def test_who_is_slow_or_reads_nothing_holds_up_nobody(store: Path) -> None:
    async def play(floor: Floor, path: Path) -> None:
        with closing(socket.socket(socket.AF_UNIX)) as deaf, closing(socket.socket(socket.AF_UNIX)) as half:
            for one in (deaf, half):
                one.connect(str(path))
                one.setblocking(False)
            half.send(b'{"key":')
            sent = 0
            with pytest.raises(BlockingIOError):  # until the desk reads no more of it: what it holds is bounded
                while sent < 100 << 20:
                    sent += deaf.send(greeting_line("g") * 100)
                    await asyncio.sleep(0)
            async with called(path) as line:
                for number in range(20):
                    line.send(mood(f"m{number}"))
                assert all([(await line.answer())["done"] for _ in range(20)])
        assert floor.rows("SELECT count(*) FROM mood") == [(20,)]

    on(store, play)


def test_no_more_is_carried_out_at_once_than_fits(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_IN_FLIGHT", 4)

    async def play(floor: Floor, path: Path) -> None:
        going = most = 0
        answer = floor.desk.answer

        async def counted(said: Any) -> bytes:  # noqa: ANN401
            nonlocal going, most
            going += 1
            most = max(most, going)
            try:
                return await answer(said)
            finally:
                going -= 1

        floor.desk.answer = counted  # type: ignore[method-assign]
        async with called(path) as line:
            line.send(b"".join(mood(f"m{number}") for number in range(50)))
            assert {(await line.answer())["key"] for _ in range(50)} == {f"m{number}" for number in range(50)}
        assert most <= 4

    on(store, play)


def test_requests_of_one_connection_keep_their_order(store: Path) -> None:
    async def play(floor: Floor, path: Path) -> None:
        moods = [number % 5 + 1 for number in range(100)]
        async with called(path) as line:
            line.send(b"".join(mood(f"m{number}", value) for number, value in enumerate(moods)))
            for _ in moods:
                assert (await line.answer())["done"]
        assert [value for (value,) in floor.rows("SELECT mood FROM mood ORDER BY id")] == moods

    on(store, play)


def test_what_was_asked_is_done_also_where_nobody_waits_for_the_answer(store: Path) -> None:
    async def play(floor: Floor, path: Path) -> None:
        with closing(socket.socket(socket.AF_UNIX)) as one:
            one.connect(str(path))
            one.sendall(mood("a") + mood("torn")[:-5])
        while floor.rows("SELECT count(*) FROM mood") != [(1,)]:
            await asyncio.sleep(0)
        async with called(path) as line:
            line.send(mood("a"))
            assert (await line.answer())["done"]
        assert floor.rows("SELECT count(*) FROM mood") == [(1,)]

    on(store, play)


@pytest.mark.parametrize(("callers", "of_one", "words"), [(3, 9, "has 3 callers"), (9, 3, "you have 3 connections")])
def test_too_many_callers_are_told_so(
    store: Path, monkeypatch: pytest.MonkeyPatch, callers: int, of_one: int, words: str
) -> None:
    monkeypatch.setattr(server, "MOST_CALLERS", callers)
    monkeypatch.setattr(server, "MOST_OF_ONE", of_one)

    async def play(floor: Floor, path: Path) -> None:
        async with called(path) as one, called(path) as two, called(path) as three:
            for line in (one, two, three):
                line.send(greeting_line("g"))
                assert (await line.answer())["key"] == "g"
            async with called(path) as four:
                told = await four.answer()
                assert told["key"] == "" and words in told["said"]
                assert await four.answer() == {}
            await three.aclose()
            one.send(greeting_line("still"))
            assert (await one.answer())["key"] == "still"
            while True:  # as soon as one has left
                async with called(path) as five:
                    five.send(greeting_line("g"))
                    if (await five.answer())["key"] == "g":
                        break

    on(store, play)


# ------------------------------------------------------------------ where it is


def test_the_socket_is_everybodys_and_goes_with_the_desk(store: Path) -> None:
    async def play(floor: Floor, path: Path) -> None:
        assert path == store.with_name("floor.sqlite.desk")
        assert stat.S_IMODE(path.stat().st_mode) == 0o666

    on(store, play)
    assert not socket_of(store).exists()


def test_one_that_was_left_is_replaced(store: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as left:
        left.bind(str(socket_of(store)))

    async def play(floor: Floor, path: Path) -> None:
        async with called(path) as line:
            line.send(greeting_line("g"))
            assert (await line.answer())["key"] == "g"

    on(store, play)


def test_nothing_else_is_replaced(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    socket_of(store).write_text("precious")

    async def play(floor: Floor, path: Path) -> None:
        pass

    on(store, play)
    assert socket_of(store).read_text() == "precious"
    assert "there is no desk" in (said := capsys.readouterr().err) and "something is there that is no socket" in said


def test_a_long_path_and_another_name_of_the_store(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*("x" * 60 for _ in range(4)))
    folder.mkdir(parents=True)
    (tmp_path / "short").symlink_to(folder / "floor.sqlite")

    async def play(floor: Floor, path: Path) -> None:
        assert socket_of(tmp_path / "short") == path
        async with called(path) as line:
            line.send(greeting_line("g"))
            assert (await line.answer())["key"] == "g"

    on(folder / "floor.sqlite", play)


def test_a_name_that_is_too_long_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def play(floor: Floor, path: Path) -> None:
        assert not path.exists()

    on(tmp_path / ("x" * 120), play)
    assert "there is no desk" in capsys.readouterr().err


def test_a_folder_that_others_can_write_to_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def play(floor: Floor, path: Path) -> None:
        pass

    for mode, told in ((0o775, True), (0o1777, False), (0o755, False)):
        tmp_path.chmod(mode)
        on(tmp_path / "floor.sqlite", play)
        assert ("others can write to" in capsys.readouterr().err) == told, oct(mode)
