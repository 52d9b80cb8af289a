"""The desk's socket: who may come in, how much of it at once, and that nobody who is slow holds up anybody else.

Everybody who can reach the socket may call; what they may do is decided for each request by who the kernel says they
are. Who can reach it is a matter of the folder's rights, and who may replace it as well: a folder that others can
write to lets them put a socket of their own in its place, so that is told.
"""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from data.desk.callers import Caller, caller_of
from data.desk.desk import Desk
from data.desk.wire import MOST_BYTES, answer_line, socket_of
from data.model.people import Answer, Refusal
from data.poller.telling import tell, words

MOST_CALLERS = 200
"""So many connections at once."""
MOST_OF_ONE = 64
"""So many of one user: nobody can keep the others out alone."""
MOST_IN_FLIGHT = 16
"""So many requests of one connection are carried out at once; the next is read when one is answered."""
_MODE = 0o666


@asynccontextmanager
async def listening(store: Path, desk: Desk) -> AsyncIterator[None]:
    """Serve a desk at the store's socket while the block lasts; the caller holds the store's lease.

    Where the socket can't be made that is told, and the block runs without.
    """
    path = socket_of(store)
    try:
        bound = _bound(path)
    except OSError as error:
        tell(f"there is no desk: {path} can't be made ({error.strerror or error}): nobody can act on this floor")
        yield
        return
    callers = _Callers(desk)
    server = await asyncio.start_unix_server(callers.serve, sock=bound, limit=MOST_BYTES)
    try:
        yield
    finally:
        server.close()
        callers.close()
        with suppress(OSError):
            path.unlink()


def _bound(path: Path) -> socket.socket:
    """Return a socket that is bound at a path, in place of one that an earlier desk left. Raises OSError.

    It is bound through the folder, for a socket's own path may have 108 bytes at most.
    """
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_stale(path.name, folder)
        here = f"/proc/self/fd/{folder}/{path.name}"
        try:
            bound.bind(here)
        except OSError as error:
            raise OSError(error.errno, error.strerror or "its name is too long") from error
        Path(here).chmod(_MODE)
        _warn_of_open_folder(path, Path(f"/proc/self/fd/{folder}").stat())
    except BaseException:
        bound.close()
        raise
    finally:
        os.close(folder)
    return bound


def _remove_stale(name: str, folder: int) -> None:
    """Remove the socket of an earlier desk; nothing else that is there."""
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise FileExistsError(17, "something is there that is no socket")
        os.unlink(name, dir_fd=folder)


def _warn_of_open_folder(path: Path, folder: os.stat_result) -> None:
    others = folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if others and not folder.st_mode & stat.S_ISVTX:
        tell(
            f"others can write to {path.parent}, and so put a desk of their own or another store in its place: "
            f"chmod go-w {path.parent}"
        )


class _Callers:
    """All who are connected."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._count = 0
        self._of_user: Counter[int] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a new connection on a task of its own."""
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Hang up on everybody."""
        for task in self._tasks:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            caller = caller_of(writer.get_extra_info("socket"))
            if full := self._full(caller.uid):
                writer.write(_unasked(full))
                return
            self._count += 1
            self._of_user[caller.uid] += 1
            try:
                await _Connection(self._desk, caller, reader, writer).serve()
            finally:
                self._count -= 1
                self._of_user[caller.uid] -= 1
        except OSError:  # they went away
            pass
        except Exception as error:
            tell(f"the desk hangs up on somebody: {words(error)}")
        finally:
            writer.close()

    def _full(self, uid: int) -> str:
        if self._count >= MOST_CALLERS:
            return f"the desk has {MOST_CALLERS} callers, and takes no more: try again when one has left"
        if self._of_user[uid] >= MOST_OF_ONE:
            return f"you have {MOST_OF_ONE} connections to the desk, and get no more: close one"
        return ""


class _Connection:
    """One caller: lines are heard in order, answered as they are done, and read no faster than they are answered."""

    def __init__(self, desk: Desk, caller: Caller, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._desk = desk
        self._caller = caller
        self._reader = reader
        self._writer = writer
        self._slots = asyncio.Semaphore(MOST_IN_FLIGHT)
        self._writing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Answer until they hang up; what they asked for by then is carried out. Raises OSError."""
        try:
            while True:
                await self._slots.acquire()
                try:
                    line = await self._reader.readline()
                except ValueError:
                    await self._write(_unasked(f"a line has at most {MOST_BYTES:,} bytes"))
                    break
                if not line.endswith(b"\n"):  # they hung up, some in the middle of a line
                    break
                said = await self._desk.hear(self._caller, line)
                task = asyncio.create_task(self._answer(self._desk.answer(said)))
                self._tasks.add(task)
                task.add_done_callback(self._answered)
            if self._tasks:
                await asyncio.wait(self._tasks)
        finally:
            for task in self._tasks:
                task.cancel()

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._slots.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            tell(f"the desk gives somebody no answer: {words(error)}")

    async def _answer(self, answer: Awaitable[bytes]) -> None:
        line = await answer
        with suppress(OSError):
            await self._write(line)

    async def _write(self, line: bytes) -> None:
        async with self._writing:
            self._writer.write(line)
            await self._writer.drain()


def _unasked(said: str) -> bytes:
    return answer_line("", Answer(False, said, refusal=Refusal.CANNOT))
