"""Asking an adapter: within a deadline, one poll at a time, and never waiting for one that will not end."""

from __future__ import annotations

import asyncio
from typing import Any

from data.adapters.base import Adapter, SourceError
from data.model.observation import Observation
from data.poller.telling import access_error, words

CANCEL_S = 1.0
"""How long a cancelled poll is waited for."""
STOP_S = 0.5
"""The same where the process is to end."""
CLOSE_S = 2.0
"""How long an adapter may take to let go."""


class StoppedError(Exception):
    """We are to stop, and so there is no answer."""


class Asking:
    """The polls of one adapter. `stop` ends every wait; `secrets` are left out of what errors say."""

    def __init__(self, adapter: Adapter, deadline_s: float, secrets: tuple[str, ...] = ()) -> None:
        """Begin nothing yet. `deadline_s` is the most that one poll may take in all."""
        self.adapter = adapter
        self.deadline_s = deadline_s
        self.secrets = secrets
        self.stopping = False
        self._poll: asyncio.Future[Observation] | None = None
        """The poll in flight: still there while it goes on although it was cancelled."""
        self._wake: asyncio.Future[None] | None = None

    @property
    def is_stuck(self) -> bool:
        """Whether a poll goes on although it was cancelled."""
        return self._poll is not None and not self._poll.done()

    def stop(self) -> None:
        """End what is waited for."""
        self.stopping = True
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def answer(self) -> object:
        """Return what the adapter answers. Raises StoppedError, SourceError, or what the adapter raises.

        A poll that goes on although it was cancelled stays the one in flight: no other begins, and what it says in the
        end is taken, for the adapter counts it as told.
        """
        poll = self._poll
        if poll is not None and poll.done() and poll.cancelled():
            poll = None
        late = poll is not None
        if poll is None:
            poll = self._poll = asyncio.ensure_future(_poll(self.adapter))
            await self._wait({poll}, self.deadline_s)
            late = not poll.done()
            if late:
                poll.cancel()
                await asyncio.wait({poll}, timeout=STOP_S if self.stopping else CANCEL_S)
        if poll.done():
            self._poll = None
            return self._result(poll, late)
        if self.stopping:
            raise StoppedError
        raise SourceError("its poll goes on although it was cancelled: it is not asked again until that ends")

    def _result(self, poll: asyncio.Future[Observation], late: bool) -> object:
        """Return what a poll that ended says. Raises SourceError where it was cut off, else what it raised."""
        if late and self.stopping and (poll.cancelled() or poll.exception() is not None):
            raise StoppedError
        cut_off = f"no answer within {self.deadline_s:g} s"
        if poll.cancelled():
            raise SourceError(cut_off if late else "its poll was cancelled, but not by the poller")
        try:
            return poll.result()
        except Exception as error:
            if not late or access_error(error) is not None:
                raise
            raise SourceError(f"{cut_off} ({words(error, self.secrets)})") from error

    async def pause(self, seconds: float) -> None:
        """Wait, until `stop` is called or a poll that was stuck ends."""
        await self._wait(set() if self._poll is None else {self._poll}, seconds)

    async def _wait(self, polls: set[asyncio.Future[Observation]], seconds: float) -> None:
        if self.stopping:
            return
        self._wake = asyncio.get_running_loop().create_future()
        ends: set[asyncio.Future[Any]] = {*polls, self._wake}
        await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        self._wake = None

    async def let_go(self) -> str:
        """Close the adapter, and return what went wrong with that; one that takes its time is left to itself."""
        closing = asyncio.ensure_future(_close(self.adapter))
        await asyncio.wait({closing}, timeout=CLOSE_S)
        if not closing.done():
            closing.cancel()
            return f"it does not let go within {CLOSE_S:g} s"
        error = None if closing.cancelled() else closing.exception()
        return "" if error is None else f"it can't let go: {words(error, self.secrets)}"


async def _poll(adapter: Adapter) -> Observation:
    try:
        return await adapter.poll()
    except SystemExit as error:  # a plugin ends no floor
        raise SourceError("its poll would end the program") from error


async def _close(adapter: Adapter) -> None:
    try:
        await adapter.aclose()
    except SystemExit as error:
        raise SourceError("it would end the program") from error
