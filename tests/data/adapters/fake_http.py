"""A small HTTP server for tests, and ways to answer that no server should have."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from functools import cache
from types import TracebackType
from typing import NamedTuple, Self

Fault = Callable[[asyncio.StreamWriter, bytes], Awaitable[None]]
"""Answers in another way than with the body it is given."""


class Request(NamedTuple):
    """What came: the names of `headers` are in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class FakeHttp(ABC):
    """A server on a port of its own, for `async with`. `requests` are those that came."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.port = 0
        self.connections = 0
        self.requests: list[Request] = []
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    @abstractmethod
    async def reply(self, writer: asyncio.StreamWriter, request: Request) -> None:
        """Answer a request."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, on the port of before if there was one."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is not None:
            self._server.close()
        serving = list(self._serving)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not writer.is_closing():
                lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines[1:])}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                method, path, _ = lines[0].split(" ")
                self.requests.append(Request(method, path, headers, body))
                await self.reply(writer, self.requests[-1])
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()


def reply_of(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Return a whole HTTP reply."""
    lines = [f"HTTP/1.1 {status}", "Server: Asterisk", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@cache
def bomb_of(megabytes: int) -> bytes:
    """Return so many packed megabytes of nothing."""
    return gzip.compress(bytes(megabytes * 1024 * 1024), compresslevel=1)


async def empty(writer: asyncio.StreamWriter, _body: bytes) -> None:
    writer.write(reply_of(b""))


async def dropped(writer: asyncio.StreamWriter, _body: bytes) -> None:
    """The action is done, and its answer lost."""
    writer.close()


async def cut_off(writer: asyncio.StreamWriter, body: bytes) -> None:
    writer.write(reply_of(body)[:-3])
    writer.close()


async def silent(_writer: asyncio.StreamWriter, _body: bytes) -> None:
    await asyncio.Event().wait()


async def dripping(writer: asyncio.StreamWriter, body: bytes) -> None:
    """One byte at a time, for ever."""
    writer.write(reply_of(b"x" * 1_000_000)[:200])
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def bomb(writer: asyncio.StreamWriter, _body: bytes) -> None:
    """100 MB of nothing in 100 kB."""
    writer.write(reply_of(bomb_of(100), "200 OK", "Content-Encoding: gzip"))


async def huge(writer: asyncio.StreamWriter, _body: bytes) -> None:
    """A list without an end, and without a length."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\nResponse: Success\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"Event: QueueMember\r\nQueue: sales\r\n\r\n" * 10_000)
        await writer.drain()


async def redirected(writer: asyncio.StreamWriter, _body: bytes) -> None:
    writer.write(reply_of(b"", "302 Found", "Location: http://elsewhere.example/rawman?secret=x"))


async def no_http(writer: asyncio.StreamWriter, _body: bytes) -> None:
    writer.write(b"Asterisk Call Manager/11.0.0\r\nResponse: Error\r\nMessage: Missing action in request\r\n\r\n")
    writer.close()


async def torn(writer: asyncio.StreamWriter, body: bytes) -> None:
    """One item of the list is missing."""
    blocks = body.split(b"\r\n\r\n")
    writer.write(reply_of(b"\r\n\r\n".join(blocks[:1] + blocks[2:])))


async def endless(writer: asyncio.StreamWriter, body: bytes) -> None:
    """The list ends before its last block."""
    writer.write(reply_of(b"\r\n\r\n".join(body.split(b"\r\n\r\n")[:-2]) + b"\r\n\r\n"))


def status(line: str) -> Fault:
    """Return a fault that answers with a status, such as `503 Service Unavailable`."""

    async def answer(writer: asyncio.StreamWriter, _body: bytes) -> None:
        writer.write(reply_of(b"<html>no</html>", line))

    return answer
