"""The desk's client: one connection that is made when it is needed, and any number of questions on it at once."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import socket
import struct
import sys
import time
import uuid
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any

from data.desk.wire import MOST_BYTES, answer_of, greeting_line, request_line, socket_of, standing_of
from data.model.people import Answer, Refusal, Request, Standing
from data.model.text import safe_text

ANSWER_S = 3.0
"""How long an answer is waited for; the desk's own limit is shorter."""
LONG_S = 60.0
"""So long for the answer to an order that may take the store a while."""
EXPIRES_MS = 5_000
"""So long after it was ordered an act may still be begun."""


_CREDENTIALS = struct.Struct("3i")


class DeskError(Exception):
    """There is no desk, or it does not answer; the message says which."""


class Desk:
    """Asks the desk of one store. Nothing is opened before the first question."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._path = socket_of(store)
        self._waiting: dict[str, list[asyncio.Future[dict[str, Any]]]] = defaultdict(list)
        """Who waits for an answer under a key: the same thing may be asked again before it is answered."""
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._last_words = ""
        """What the desk said before it hung up, to nobody in particular."""

    async def greet(self) -> Standing:
        """Return who the desk takes us for. Raises DeskError."""
        key = uuid.uuid4().hex
        try:
            return standing_of(await self._exchange(key, greeting_line(key)))
        except (ConnectionResetError, TimeoutError) as error:
            raise DeskError(str(error) or "the desk does not answer") from error
        except (ValueError, KeyError, TypeError) as error:
            raise DeskError("the desk answers what can't be understood: it is of another version") from error

    async def order(self, request: Request, key: str = "", answer_s: float | None = None) -> Answer:
        """Have something done, and return what came of it. Raises DeskError where nothing was asked of anybody.

        `key` makes it the same request as an earlier one; for `answer_s` an answer is waited for. Where the connection
        breaks before that, it is asked once more under the same key: it is done once.
        """
        key = key or uuid.uuid4().hex
        expires_ms = time.time_ns() // 1_000_000 + EXPIRES_MS
        line = request_line(key, expires_ms, request, _tty(), _address())
        try:
            told = await self._twice(key, line, answer_s)
        except ConnectionResetError as error:
            said = str(error) or "the desk went away before it answered"
            return Answer(False, said, refusal=Refusal.UNSURE)
        except TimeoutError:
            return Answer(False, "the desk did not answer in time", refusal=Refusal.UNSURE)
        try:
            return answer_of(told)
        except (ValueError, KeyError, TypeError):
            return Answer(False, "the desk answers what can't be understood", refusal=Refusal.UNSURE)

    async def _twice(self, key: str, line: bytes, answer_s: float | None) -> dict[str, Any]:
        """Ask, and once more where the connection breaks. Raises DeskError, ConnectionResetError or TimeoutError."""
        try:
            return await self._exchange(key, line, answer_s)
        except ConnectionResetError as broken:
            try:
                return await self._exchange(key, line, answer_s)
            except DeskError:  # nobody is there any more; somebody may have been
                raise broken from None

    async def aclose(self) -> None:
        """Let go of the connection."""
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading
        self._lost()

    async def _exchange(self, key: str, line: bytes, answer_s: float | None = None) -> dict[str, Any]:
        """Send a line and return its answer. Raises DeskError, ConnectionResetError or TimeoutError."""
        writer = await self._open()
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[key].append(answer)
        try:
            writer.write(line)
            await writer.drain()
            async with asyncio.timeout(answer_s or ANSWER_S):
                return await answer
        except (BrokenPipeError, ConnectionResetError) as error:
            if self._writer is writer:  # the next one is to have a new connection
                self._lost()
            raise ConnectionResetError(self._last_words) from error
        finally:
            waiting = self._waiting[key]
            if answer in waiting:
                waiting.remove(answer)
            if not waiting:
                self._waiting.pop(key, None)

    async def _open(self) -> asyncio.StreamWriter:
        async with self._opening:
            if self._writer is None:
                try:
                    async with asyncio.timeout(ANSWER_S):
                        reader, writer = await _connected(self._path)
                except PermissionError as error:
                    raise DeskError(
                        f"you may not reach the desk at {self._path}: see the rights of its folder"
                    ) from error
                except (OSError, TimeoutError) as error:
                    raise DeskError("there is no desk: no poller takes acts for this store") from error
                if not _is_trusted(writer, self._store):
                    writer.close()
                    raise DeskError(f"what listens at {self._path} is run by somebody who does not own the store")
                self._writer, self._last_words = writer, ""
                self._reading = asyncio.create_task(self._read(reader, writer))
            return self._writer

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand each answer to whoever waits for it, until the desk is gone."""
        with suppress(OSError, ValueError):
            while line := await reader.readline():
                told = json.loads(line)
                if isinstance(told, dict) and told.get("key") == "":
                    self._last_words = safe_text(str(told.get("said")), 200)
                waiting = self._waiting.get(str(told.get("key")), []) if isinstance(told, dict) else []
                first = next((each for each in waiting if not each.done()), None)
                if first is not None:
                    first.set_result(told)
        if self._writer is writer:
            self._lost()

    def _lost(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = self._reading = None
        for waiting in itertools.chain(*self._waiting.values()):
            if not waiting.done():
                waiting.set_exception(ConnectionResetError(self._last_words))


async def _connected(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect through the folder: a socket's path has 108 bytes at most, a store's may have more."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        return await asyncio.open_unix_connection(f"/proc/self/fd/{folder}/{path.name}", limit=MOST_BYTES)
    finally:
        os.close(folder)


def _is_trusted(writer: asyncio.StreamWriter, store: Path) -> bool:
    """Whether the desk is run by the store's owner, by root or by ourselves: anybody else could only pretend."""
    told = writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(told)
    try:
        return uid in (store.stat().st_uid, 0, os.getuid())
    except OSError:
        return False


def _tty() -> str:
    try:
        return os.ttyname(sys.stdin.fileno())
    except (OSError, ValueError, AttributeError):
        return ""


def _address() -> str:
    """Return where the reader sits, as SSH has told this process."""
    return os.environ.get("SSH_CONNECTION", "").partition(" ")[0]
