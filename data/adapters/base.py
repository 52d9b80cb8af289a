"""What every adapter is."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol, runtime_checkable

from data.model.observation import Observation


class Capability(StrEnum):
    """What an adapter can do, beyond being polled."""

    EVENTS = "events"
    SNAPSHOT = "snapshot"
    HISTORY = "history"
    PLAYED_SUPERVISOR = "played_supervisor"


@runtime_checkable
class Adapter(Protocol):
    """A source of observations.

    `poll` returns what happened since the last poll, or raises; it is never called again before it has returned.
    `aclose` lets go of whatever the adapter holds.
    """

    @property
    def name(self) -> str:
        """The source's name, as shown in the header."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this adapter can do."""
        ...

    async def poll(self) -> Observation:
        """Return what happened since the last poll."""
        ...

    async def aclose(self) -> None:
        """Let go of connections and files."""
        ...


@runtime_checkable
class Resumable(Protocol):
    """An adapter that can go on where an earlier run of it stopped."""

    def resume(self, cursor: str | None, covered_ms: int) -> None:
        """Take up the work after `covered_ms`; `cursor` is the last one that was recorded."""
        ...
