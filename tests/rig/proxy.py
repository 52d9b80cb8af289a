"""A network that fails on demand: it stands between a client and a server on the loopback."""

from __future__ import annotations

import asyncio
import socket
import struct
from types import TracebackType
from typing import Literal, get_args

from tests.rig.background import Background

Mode = Literal["pass", "swallow", "cut", "slow", "refuse"]
HOST = "127.0.0.1"
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset


class Proxy:
    """Passes connections on to a port of the loopback, or fails in the way that `mode` says.

    The mode may be changed at any time, and counts for the connections that are open as well:
        "pass": as if it were not there.
        "swallow": accepts, and lets everything vanish. A connection that lost something stays like that, as one does
            whose peer is gone, even when the mode changes.
        "cut": resets each connection in the middle of the reply.
        "slow": hands a reply on at one byte per `byte_s` seconds.
        "refuse": nobody listens; open connections are reset.

    Attributes:
        port: Where it listens; the same at all times.
        accepted: How many connections it took so far.
        requested: How many bytes came from clients so far.
        byte_s: Seconds for each byte in mode "slow".
    """

    def __init__(self, target: int, mode: Mode = "pass", byte_s: float = 1.0) -> None:
        self.accepted = self.requested = 0
        self.byte_s = byte_s
        self._target = target
        self._mode: Mode = "refuse"
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._place = _bound(0)  # holds the port while nobody listens
        self.port: int = self._place.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"
        self._background = Background("proxy")
        self.mode = mode

    def __enter__(self) -> Proxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def mode(self) -> Mode:
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        if mode not in get_args(Mode):
            raise ValueError(f"no mode {mode!r}; there are {', '.join(get_args(Mode))}")
        self._background.run(self._switch(mode))

    def close(self) -> None:
        """Reset what is open, and listen no more."""
        self.mode = "refuse"
        self._background.end()
        self._place.close()

    async def _switch(self, mode: Mode) -> None:
        self._mode = mode
        if mode == "refuse":
            if self._server is not None:
                self._server.close()
                self._server = None
            for writer in list(self._writers):
                reset(writer)
        elif self._server is None:
            self._server = await asyncio.start_server(self._serve, sock=_bound(self.port))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        connection = _Connection(self)
        try:
            await connection.serve(reader, writer, self._target)
        finally:
            self._writers -= connection.writers

    def opened(self, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)


class _Connection:
    """A client's connection, and the one to the target that belongs to it."""

    def __init__(self, proxy: Proxy) -> None:
        self.writers: set[asyncio.StreamWriter] = set()
        self._proxy = proxy
        self._deaf = proxy.mode == "swallow"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: int) -> None:
        self._opened(writer)
        try:
            if self._deaf:
                await self._pump(reader, writer, replies=False)
                return
            far_reader, far_writer = await asyncio.open_connection(HOST, target)
            self._opened(far_writer)
            await asyncio.gather(
                self._pump(reader, far_writer, replies=False), self._pump(far_reader, writer, replies=True)
            )
        except OSError:  # one of the two is gone, so is the other
            for open_one in self.writers:
                reset(open_one)
        finally:
            for open_one in self.writers:
                open_one.close()

    def _opened(self, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        self._proxy.opened(writer)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, replies: bool) -> None:
        """Hand on what comes from one side to the other, until it ends."""
        while data := await reader.read(1 << 16):
            if not replies:
                self._proxy.requested += len(data)
            self._deaf = self._deaf or self._proxy.mode == "swallow"
            if replies and self._proxy.mode == "cut":
                writer.write(data[: len(data) // 2])
                raise ConnectionResetError
            if not self._deaf:
                await self._hand_on(data, writer, replies=replies)
        if not (self._deaf and replies):  # who is not heard does not hear the other's end either
            writer.close()

    async def _hand_on(self, data: bytes, writer: asyncio.StreamWriter, *, replies: bool) -> None:
        while data and replies and self._proxy.mode == "slow":
            writer.write(data[:1])
            await writer.drain()
            data = data[1:]
            await asyncio.sleep(self._proxy.byte_s)
        writer.write(data)
        await writer.drain()


def reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection so that the other side's next word gets a reset."""
    if not writer.is_closing():
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    writer.transport.abort()


def _bound(port: int) -> socket.socket:
    """Bind a port that several of our sockets may share: only the one that listens is called."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((HOST, port))
    return bound
