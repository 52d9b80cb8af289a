"""The queue log beside the manager's events: followed as it grows, its member names turned into interfaces."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from data.adapters.asterisk.status import Clock, Membership
from data.adapters.base import SourceError
from data.adapters.queue_log import QueueLog
from data.adapters.queue_log.files import MAX_LINE, LogFileError
from data.adapters.queue_log.names import NameRules
from data.model.observation import Event

_LINE = re.compile(rb"^\d{9,10}(\.\d+)?\|[^|\n]*\|[^|\n]*\|[^|\n]*\|[A-Z]", re.MULTILINE)
_MOST = 4
"""So many pieces of the log (a megabyte each) are read in one poll, when there is much to catch up with."""

_AT_ONCE = 4_000_000
"""A log of more bytes is looked through on a thread."""


class Interfaces:
    """Which interface a name in the log means: of the queue's member, else of any member, else the name itself."""

    def __init__(self) -> None:
        """Know nobody."""
        self._in_queue: dict[tuple[str, str], str] = {}
        self._anywhere: dict[str, str] = {}
        self._interfaces: set[str] = set()

    def learn(self, members: Iterable[Membership]) -> None:
        """Take who serves which queue under which name; a name that two have there means the first."""
        seen: set[tuple[str, str]] = set()
        for member in sorted(members, key=lambda member: member.interface):
            self._interfaces.add(member.interface)
            if (member.queue, member.name) not in seen:
                seen.add((member.queue, member.name))
                self._in_queue[member.queue, member.name] = member.interface
                self._anywhere[member.name] = member.interface

    def learn_names(self, names: Mapping[str, str]) -> None:
        """Take interfaces with their names, of members who may have left since."""
        for interface, name in names.items():
            self._interfaces.add(interface)
            self._anywhere.setdefault(name, interface)

    def of(self, queue: str | None, name: str) -> str:
        """Return the interface of a name in a queue."""
        if name in self._interfaces:
            return name
        return self._in_queue.get((queue or "", name)) or self._anywhere.get(name, name)


class FollowedLog:
    """A queue log, or the one in a folder, from where a cursor says, else from its end."""

    def __init__(self, path: Path, clock: Callable[[], int]) -> None:
        """Read nothing yet."""
        self._given = path
        self._clock = clock
        self.caught_up = False
        """Whether all that was written has been read."""
        self.missed = False
        """Whether the log no longer held what was read last, so that some may have been missed; set back by hand."""
        self._begun = False
        self._looking: asyncio.Future[None] | None = None
        self._fresh: list[Event] = []
        self._fault: LogFileError | None = None

    @cached_property
    def path(self) -> Path:
        """Where the log is."""
        try:
            return self._given / "queue_log" if self._given.is_dir() else self._given
        except OSError:  # a folder that we may not look into; reading tells
            return self._given

    @cached_property
    def _log(self) -> QueueLog:
        return QueueLog(self.path, NameRules(), clock=self._clock, alone=False)

    @property
    def cursor(self) -> str | None:
        """How far the log was read."""
        return self._log.cursor

    def resume(self, cursor: str, covered_ms: int) -> None:
        """Go on where an earlier run stopped."""
        self._log.resume(cursor, covered_ms)

    def looks_like_one(self) -> bool:
        """Whether the file's last lines are such as Asterisk writes, or there are none yet. Raises SourceError."""
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - MAX_LINE))
                last = file.read(MAX_LINE)
        except OSError as error:
            raise SourceError(f"{self.path} can't be read: {error.strerror or error}") from error
        return not last or _LINE.search(last) is not None

    async def read(self) -> list[Event]:
        """Return what was written since the last time, agents by the names in the log. Raises SourceError.

        A large log is looked through on a thread the first time, which takes some 20 ms a megabyte. Who is cancelled
        meanwhile loses nothing: the next one waits for it.
        """
        if self._begun and self._looking is None:
            self._read_on()
        else:
            self._looking = self._looking or asyncio.ensure_future(self._look_through())
            await asyncio.shield(self._looking)
            self._looking = None
        self._begun = True
        fresh, self._fresh = self._fresh, []
        fault, self._fault = self._fault, None
        if fault is not None and not fresh:  # what was read is told; the next time says what is wrong
            raise SourceError(f"{fault}: check the option queue_log and that the poller may read it") from fault
        return fresh

    async def _look_through(self) -> None:
        if self.path.is_file() and self.path.stat().st_size > _AT_ONCE:
            await asyncio.to_thread(self._read_on)
        else:
            self._read_on()

    def _read_on(self) -> None:
        self.caught_up = False
        for _ in range(_MOST):
            try:
                observation = self._log.follow()
            except LogFileError as error:
                self._fault = error
                return
            self.missed, self._log.lost_place = self.missed or self._log.lost_place, False
            if not observation.events:
                self.caught_up = True
                return
            self._fresh.extend(observation.events)

    async def aclose(self) -> None:
        """Let go of the file."""
        if self._looking is not None:
            await self._looking
            self._looking = None
        await self._log.aclose()


def by_interface(events: Iterable[Event], interfaces: Interfaces, clock: Clock) -> list[Event]:
    """Return the log's events by our clock, with agents by interface; a line dated ahead of it is of now."""
    return [_turned(event, interfaces, min(event.at_ms - clock.skew_ms, clock.now_ms)) for event in events]


def _turned(event: Event, interfaces: Interfaces, at_ms: int) -> Event:
    changed: dict[str, Any] = {"at_ms": at_ms}
    name = getattr(event, "agent", None)
    if name:
        changed["agent"] = interfaces.of(getattr(event, "queue", None), name)
    return event._replace(**changed)
