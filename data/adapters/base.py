"""What an adapter is: the contract between Floorwalk and a telephony system, for whoever writes one.

An adapter is a class made with keyword arguments, its options. Floorwalk makes one for each source in the settings,
polls it at the source's interval, and lets go of it at the end:

    class Acme:
        name = "acme"
        capabilities = frozenset({Capability.SNAPSHOT})
        options = (Option("url", "where the system answers", required=True), Option("token", "…", secret=True))

        def __init__(self, *, url: str, token: str) -> None: ...
        async def poll(self) -> Observation: ...
        async def perform(self, order: Order) -> Result: ...
        async def aclose(self) -> None: ...

It is found by the entry-point group `floorwalk.adapters` (`acme = "acme_floorwalk:Acme"`), and loaded only where the
settings name it. `floorwalk adapter check acme` runs the conformance kit (`data.adapters.conformance`) on it.

What it promises:

- `__init__` does no I/O and never waits; it raises ValueError for options that can't be.
- `poll` answers with what happened since the last poll (events), how it is now (a snapshot), or both, or raises
  `SourceError`. It is never called again before it has returned, and may be cancelled at any await: the poller gives it
  a deadline. After a failed or cancelled poll the next one goes on where the last good one ended.
- It says what the source knows and leaves out (None) what it does not; it never guesses, and never infers a feeling.
- All texts from outside go through `safe_text`. Times are UTC ms by this machine's clock: where the source's clock
  differs, the adapter corrects by the difference it measured.
- `since_ms` of an observation is the `until_ms` of the one before, unless something was missed in between: then it is
  when the watch began again, and the recorder keeps a gap.
- `perform` carries out what `capabilities` list, once per order key, and never after its expiry; else it answers
  `Result(False, why)`. It raises `SourceError` only where nobody can tell whether it was done.
- `aclose` may be called at any time, and twice.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, Protocol, runtime_checkable

from data.model.acts import Order, Result
from data.model.observation import Directory, Observation


class Capability(StrEnum):
    """What an adapter can do, beyond being polled."""

    EVENTS = "events"
    SNAPSHOT = "snapshot"
    HISTORY = "history"
    PLAYED_SUPERVISOR = "played_supervisor"
    PAUSE = "pause"
    SIGN_IN = "sign_in"
    END_WRAP_UP = "end_wrap_up"
    PENALTY = "penalty"
    LISTEN = "listen"
    REDIRECT = "redirect"
    HANG_UP = "hang_up"


ACTS = frozenset(
    {
        Capability.PAUSE,
        Capability.SIGN_IN,
        Capability.END_WRAP_UP,
        Capability.PENALTY,
        Capability.LISTEN,
        Capability.REDIRECT,
        Capability.HANG_UP,
    }
)
"""The capabilities that are acts: what `perform` takes."""


class SourceError(Exception):
    """The source can't be asked, or answers what can't be used. The message says what, where and what to do.

    The poller marks the source DOWN with it, and tries again after a pause.
    """


class AccessError(SourceError):
    """The source does not let us in. Trying again would lock the account, so the poller stops and says what to fix."""


def refused(_order: Order) -> Result:
    """Return the answer of an adapter that takes no acts."""
    return Result(done=False, said="this source takes no acts")


class Option(NamedTuple):
    """One thing an adapter is made with: its keyword, and what it is for, as `floorwalk init` asks for it.

    `kind` is a type of TOML: str, int, float, bool, list or dict. A `secret` never stands in the settings file.
    """

    name: str
    about: str
    kind: type = str
    required: bool = False
    secret: bool = False
    example: str = ""


@runtime_checkable
class Adapter(Protocol):
    """A source of observations; see the module's own text for what it promises."""

    @property
    def name(self) -> str:
        """The kind of source, as it is named in the settings."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this adapter can do; acts may be fewer than at first once the source has said what we may."""
        ...

    async def poll(self) -> Observation:
        """Return what happened since the last poll, or how it is now. Raises SourceError."""
        ...

    async def perform(self, order: Order) -> Result:
        """Carry out an act. Raises SourceError where nobody can tell whether it was done."""
        ...

    async def aclose(self) -> None:
        """Let go of connections and files."""
        ...


@runtime_checkable
class Resumable(Protocol):
    """An adapter that can go on where an earlier run of it stopped."""

    def resume(self, cursor: str | None, covered_ms: int, known: Directory) -> None:
        """Take up the work after `covered_ms`; `cursor` is the last one that was recorded.

        `known` are the agents and queues that were recorded so far, with their keys and names.
        """
        ...


class Finding(NamedTuple):
    """One thing an adapter looked at for `floorwalk doctor`: what, whether it is well, and what was found.

    Where it is not well, `found` says what to do. It never holds a secret.
    """

    what: str
    ok: bool
    found: str


@runtime_checkable
class Examinable(Protocol):
    """An adapter that can look its source over, for `floorwalk doctor`; others are polled once instead."""

    async def examine(self) -> list[Finding]:
        """Ask the source once and say what it lets us know, in the order in which somebody would look for a fault.

        Such as: reachable, signed in as, version, rights, clocks apart, queues and agents seen. What can't be looked at
        any more after a fault is left out. The answer comes within ten seconds, or the caller ends it.
        """
        ...
