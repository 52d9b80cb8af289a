"""The manager's events and the lines of the queue log as one record: each fact once, whichever told it first.

Both tell the same facts of a call in the same order: the n-th entry, ring, answer or end of a contact in a queue here
is the n-th there. The event has the finer time, the line the exact outcome. Sign-ins and pauses are taken from the
events, and from the log only of the time in which nobody listened for events.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from data.model.observation import (
    CallAnswered,
    CallEnded,
    CallEntered,
    Event,
    Paused,
    Resumed,
    RingEnded,
    SignedIn,
    SignedOut,
)

Fact = tuple[str, ...]
"""What is told: its kind, contact and queue; of a ring its agent as well."""

_STANDING = (SignedIn, SignedOut, Paused, Resumed)
_TOLD_ONCE = (CallEntered, CallAnswered, CallEnded, RingEnded)
SECOND = 1000
_KEEP_MS = 12 * 3_600_000
"""How long a contact's facts are remembered after the last word on it."""
_PRUNE_AT = 20_000


class _Count:
    """How often a fact was told by each, and how often it was passed on."""

    __slots__ = ("by_events", "by_log", "passed")

    def __init__(self) -> None:
        self.by_events = self.by_log = self.passed = 0


class Reconciler:
    """Merges what the two tell. `follows_log`: there is a log, so unanswered ends wait for it, for one poll at most."""

    def __init__(self, *, follows_log: bool) -> None:
        """Know of nothing told yet."""
        self._follows_log = follows_log
        self._counts: dict[Fact, _Count] = {}
        self._held: dict[tuple[Fact, int], CallEnded] = {}
        """Unanswered ends told by events, kept back until the log says which kind of end it was."""
        self._last_ms: dict[tuple[str, str], int] = {}
        """When the last fact of each contact in each queue was."""
        self._prune_at = _PRUNE_AT

    def merge(
        self, told: Sequence[Event], logged: Sequence[Event], listened_ms: int, *, timed: bool = True
    ) -> list[Event]:
        """Return what is new of what events told and lines logged, sorted by time.

        Args:
            told: The events, in their order.
            logged: The lines, in their order.
            listened_ms: Since when events are listened to without a break.
            timed: Whether the events told their times; where they do not, the log alone tells what it tells.
        """
        if self._follows_log and not timed:
            told = [event for event in told if not isinstance(event, _TOLD_ONCE)]
        due = tuple(self._held)
        by_log: dict[tuple[Fact, int], Event] = {
            self._count(event, log=True): event for event in logged if isinstance(event, _TOLD_ONCE)
        }
        merged: list[Event] = []
        for event in told:
            if not isinstance(event, _TOLD_ONCE):
                if event.at_ms >= listened_ms or not (self._follows_log and isinstance(event, _STANDING)):
                    merged.append(event)
                continue
            fact, count = self._count(event, log=False)
            better = by_log.get((fact, count))
            if self._counts[fact].passed >= count:
                continue
            if isinstance(event, CallEnded) and event.agent is None and self._follows_log and better is None:
                self._held[fact, count] = event
                continue
            merged.append(self._passed(fact, count, _best(event, better)))
        merged += self._logged(logged, by_log, listened_ms, list(merged))
        merged += self._overdue(due)
        self._prune(max((event.at_ms for event in merged), default=0))
        merged.sort(key=lambda event: event.at_ms)
        return merged

    def _logged(
        self, logged: Iterable[Event], by_log: dict[tuple[Fact, int], Event], listened_ms: int, told: list[Event]
    ) -> Iterable[Event]:
        counted = iter(by_log)
        for event in logged:
            if isinstance(event, _STANDING):
                if event.at_ms < listened_ms and not _in_the_same_second(event, told):
                    yield event
            elif not isinstance(event, _TOLD_ONCE):
                yield event
            else:
                fact, count = next(counted)
                if self._counts[fact].passed < count:
                    held = self._held.pop((fact, count), None)
                    yield self._passed(fact, count, event if held is None else _best(held, event))

    def _overdue(self, due: Iterable[tuple[Fact, int]]) -> Iterable[Event]:
        """Yield the ends that were held back for a poll already and that the log still does not tell."""
        for fact, count in due:
            held = self._held.pop((fact, count), None)
            if held is not None and self._counts[fact].passed < count:
                yield self._passed(fact, count, held)

    def _count(self, event: Event, *, log: bool) -> tuple[Fact, int]:
        """Return which fact an event tells and for the how manieth time."""
        fact = _fact(event)
        count = self._counts.get(fact)
        if count is None:
            count = self._counts[fact] = _Count()
        if log:
            count.by_log += 1
            return fact, count.by_log
        count.by_events += 1
        return fact, count.by_events

    def _passed(self, fact: Fact, count: int, event: Event) -> Event:
        """Return a fact as it is passed on: a line tells whole seconds, and is not before what came before it."""
        self._counts[fact].passed = count
        visit = fact[1], fact[2]
        last_ms = self._last_ms.get(visit, 0)
        if 0 < last_ms - event.at_ms < SECOND:
            event = event._replace(at_ms=last_ms)
        self._last_ms[visit] = max(last_ms, event.at_ms)
        return event

    def _prune(self, now_ms: int) -> None:
        if len(self._last_ms) > self._prune_at and now_ms:
            limit = now_ms - _KEEP_MS
            self._last_ms = {visit: last_ms for visit, last_ms in self._last_ms.items() if last_ms >= limit}
            self._counts = {fact: count for fact, count in self._counts.items() if fact[1:3] in self._last_ms}
            self._prune_at = max(_PRUNE_AT, 2 * len(self._last_ms))

    def missed_events(self) -> None:
        """Take that events were missed: what the log has told or will tell of them is not told again by events."""
        for count in self._counts.values():
            count.by_events = max(count.by_events, count.passed)


def _fact(event: Event) -> Fact:
    match event:
        case RingEnded():
            return "cancelled" if event.cancelled else "ring", event.call, event.queue, event.agent
        case CallEntered() | CallAnswered() | CallEnded():
            return type(event).__name__, event.call, event.queue
        case _:
            raise TypeError(f"{type(event).__name__} is told by one source only")


def _in_the_same_second(line: Event, told: Iterable[Event]) -> bool:
    """Whether an event tells what a line does, in the second that the line names."""
    same = (event for event in told if type(event) is type(line) and event[1:3] == line[1:3])
    return any(0 <= event.at_ms - line.at_ms < SECOND for event in same)


def _best(told: Event, logged: Event | None) -> Event:
    """Return a fact with the event's time and the log's outcome."""
    if isinstance(told, CallEnded) and isinstance(logged, CallEnded) and told.agent is None and logged.agent is None:
        return told._replace(outcome=logged.outcome, wait_ms=logged.wait_ms)
    return told
