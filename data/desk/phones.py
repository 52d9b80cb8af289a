"""Acts on phones: what an adapter is asked for, within a deadline, and what came of it in words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from data.adapters.base import ACTS, Adapter, Capability, SourceError
from data.model import acts
from data.model.acts import Order, PhoneAct
from data.model.people import Answer, Refusal
from data.model.text import safe_text
from data.poller.telling import words

DEADLINE_S = 0.8
"""So long somebody waits for a telephony system; then they are told that nobody can tell."""
LATE_S = 10.0
"""So long an answer is still taken for the audit."""
RUNG_OUT_S = 30.0
"""So long after a phone began to ring somebody has picked it up, or nobody does."""
_LONGEST = 300

_NEEDED: dict[type[PhoneAct], tuple[Capability, str]] = {
    acts.Pause: (Capability.PAUSE, "takes no pauses"),
    acts.Unpause: (Capability.PAUSE, "takes no pauses"),
    acts.SignIn: (Capability.SIGN_IN, "signs nobody in"),
    acts.SignOut: (Capability.SIGN_IN, "signs nobody out"),
    acts.EndWrapUp: (Capability.END_WRAP_UP, "can't end a wrap-up"),
    acts.Listen: (Capability.LISTEN, "lets nobody listen in"),
    acts.StopListening: (Capability.LISTEN, "lets nobody listen in"),
}
"""The capability for each act that the desk orders, and what is said of a source without it."""


class Line(Protocol):
    """A source that is polled, as far as the desk needs it; `data.poller.Poller` is one."""

    name: str
    adapter: Adapter
    refused: str
    """Why the source lets nobody in, "" while it does."""
    secrets: tuple[str, ...]

    @property
    def behind(self) -> bool:
        """Whether the store does not have yet all that the source said."""
        ...

    def catch_up(self) -> None:
        """Offer the store what it does not have yet."""
        ...

    def forget(self) -> None:
        """Have what is known of the source read anew from the store."""
        ...


class Outcome(NamedTuple):
    """What a telephony system made of an order.

    `sure` False: nobody can tell whether it was done; `waiting`: because there is no answer yet.
    """

    done: bool
    said: str
    sure: bool = True
    waiting: bool = False

    @property
    def refusal(self) -> Refusal:
        """The reason why it was not done, if it was not."""
        if not self.sure:
            return Refusal.UNSURE
        return Refusal.NONE if self.done else Refusal.CANNOT


class Phones:
    """The adapters of all sources, asked beside their polls."""

    def __init__(self, lines: Iterable[Line], wall_ms: Callable[[], int]) -> None:
        """Take the sources, by their names in the store; `wall_ms` is the machine's clock."""
        self._lines = {line.name: line for line in lines}
        self._wall_ms = wall_ms
        self._late: set[asyncio.Task[None]] = set()

    @property
    def abilities(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The acts that each source can, by its name."""
        return tuple((name, tuple(sorted(map(str, _acts(line))))) for name, line in self._lines.items())

    def can(self, source: str, capability: Capability) -> bool:
        """Whether a source is there and can do something."""
        line = self._lines.get(source)
        return line is not None and not line.refused and capability in _acts(line)

    def refused(self, source: str, ordered: Sequence[PhoneAct]) -> Answer | None:
        """Return why a source can't be asked for these acts, None where it can."""
        line = self._lines.get(source)
        shown = safe_text(source)
        if line is None:
            return Answer(False, f"{shown} is polled no longer", refusal=Refusal.CANNOT)
        if line.refused:
            return Answer(False, safe_text(f"{shown}: {line.refused}", _LONGEST), refusal=Refusal.CANNOT)
        for act in ordered:
            needed, lacking = _NEEDED[type(act)]
            if needed not in _acts(line):
                return Answer(False, f"{shown} {lacking}", refusal=Refusal.CANNOT)
        return None

    @property
    def first(self) -> str:
        """The name of the first source, "" where none is polled: the floor as a whole goes by its clock."""
        return next(iter(self._lines), "")

    def now_ms(self, source: str) -> int:
        """Return a floor's own present: of a played one the player's, else the machine's time."""
        line = self._lines.get(source)
        own = getattr(line.adapter, "now_ms", None) if line is not None else None
        if callable(own):
            try:
                now_ms = own()
            except Exception:  # a plugin's trouble is not the act's
                return self._wall_ms()
            if type(now_ms) is int and 0 <= now_ms < 1 << 53:
                return now_ms
        return self._wall_ms()

    def catch_up(self) -> None:
        """Offer the store what it does not have yet of what the sources said."""
        for line in self._lines.values():
            line.catch_up()

    def behind(self) -> list[str]:
        """Return the sources of which the store does not have all yet."""
        return [name for name, line in self._lines.items() if line.behind]

    def forget(self) -> None:
        """Have what is known of the sources read anew from the store."""
        for line in self._lines.values():
            line.forget()

    async def perform(
        self,
        source: str,
        key: str,
        expires_ms: int,
        ordered: Sequence[PhoneAct],
        late: Callable[[Outcome], object] | None = None,
    ) -> Outcome:
        """Have acts carried out one after the other, until one is not; return what came of it within the deadline.

        None is begun after `expires_ms`. Where the deadline comes first nobody can tell what will come of it; `late`
        is told, should it turn out.
        """
        line = self._lines[source]
        going = asyncio.create_task(self._performed(line, key, expires_ms, ordered))
        try:
            await asyncio.wait({going}, timeout=DEADLINE_S)
        except asyncio.CancelledError:
            going.cancel()
            raise
        if going.done():
            return going.result()
        waiting = asyncio.create_task(_told_late(going, late))
        self._late.add(waiting)
        waiting.add_done_callback(self._late.discard)
        said = f"{safe_text(source)} has not answered within {DEADLINE_S:g} s: nobody can tell whether it was done"
        return Outcome(False, said, sure=False, waiting=True)

    async def became_of(self, source: str, key: str, expires_ms: int, act: PhoneAct) -> Outcome:
        """Return what became of an act that was ordered, by now.

        It is ordered again once it has expired. No adapter carries it out then: one that knows the key answers what
        it knows of it, any other that it has expired.
        """
        await asyncio.sleep(max(RUNG_OUT_S, (expires_ms - self._wall_ms()) / 1000))
        return await _one(self._lines[source], Order(f"{key}:0", expires_ms, act))

    async def _performed(self, line: Line, key: str, expires_ms: int, ordered: Sequence[PhoneAct]) -> Outcome:
        """Have acts carried out; never raises but to be cancelled."""
        told: list[tuple[PhoneAct, str]] = []
        outcome = Outcome(True, "")
        leaves = all(
            isinstance(act, acts.SignOut) for act in ordered
        )  # who has left one queue already leaves the others
        left = False
        for number, act in enumerate(ordered):
            if self._wall_ms() >= expires_ms:
                outcome = Outcome(False, "it expired before it was begun")
            else:
                outcome = await _one(line, Order(f"{key}:{number}", expires_ms, act))
            told.append((act, outcome.said))
            left = left or outcome.done
            if not outcome.done and not (leaves and outcome.sure):
                break
        if leaves and left and outcome.sure:
            return Outcome(True, _joined(told))
        before = f", after {len(told) - 1} of {len(ordered)} that were done" if len(told) > 1 else ""
        return outcome._replace(said=_joined(told) + ("" if outcome.done else before))

    def close(self) -> None:
        """Wait for no late answer any more."""
        for waiting in self._late:
            waiting.cancel()


async def _told_late(going: asyncio.Task[Outcome], late: Callable[[Outcome], object] | None) -> None:
    try:
        await asyncio.wait({going}, timeout=LATE_S)
    finally:
        going.cancel()  # does nothing to one that has ended
    if late is not None and going.done() and not going.cancelled():
        late(going.result())


def _joined(told: Sequence[tuple[PhoneAct, str]]) -> str:
    """Return what was said of each act, the same words once, with every queue that they are about."""
    queues: dict[str, list[str]] = {}
    for act, said in told:
        queue = getattr(act, "queue", None)
        queues.setdefault(said, []).extend([safe_text(queue)] if queue else [])
    return "; ".join(_naming(said, about) for said, about in queues.items())


def _naming(said: str, queues: Sequence[str]) -> str:
    """Return words about queues that name those queues: many a system says only that it is done."""
    unnamed = [queue for queue in queues if not re.search(rf"(?<!\w){re.escape(queue)}(?!\w)", said)]
    return f"{', '.join(unnamed)}: {said or 'done'}" if unnamed else said


async def _one(line: Line, order: Order) -> Outcome:
    try:
        result = await line.adapter.perform(order)
        done, said = bool(result.done), str(result.said)
    except (Exception, SystemExit) as error:  # a plugin ends no floor
        why = "it would end the program" if isinstance(error, SystemExit) else words(error, line.secrets)
        doubt = "" if isinstance(error, SourceError) else "; nobody can tell whether it was done"
        return Outcome(False, safe_text(f"{line.name}: {why}{doubt}", _LONGEST), sure=False)
    return Outcome(done, safe_text(said, _LONGEST))


def _acts(line: Line) -> frozenset[Capability]:
    """Return which acts an adapter can; it is asked each time, for a source may say later what we may."""
    try:
        return frozenset(line.adapter.capabilities & ACTS)
    except Exception:  # a plugin's trouble: then it can do none
        return frozenset()
