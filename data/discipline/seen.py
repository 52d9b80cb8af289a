"""What was seen of a floor in a stretch of time, without a hole: what nobody measured is in it as unknown.

Facts and attendance stand on it. Pure: no clock, no I/O. Times are ms, intervals half open.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from data.model.days import MINUTE, Window
from data.model.discipline_seen import Duty
from data.model.rows import Member, Ring, Span
from data.model.words import SIGNED_IN, State

EARLY_MS = 30 * MINUTE
"""Nobody signs in earlier than this before a duty: a source watched since then would have told of it."""

Stretches = Sequence[tuple[int, int]]
"""(since, until) in order, none overlapping another."""

_EVER = 1 << 62


class Seen(NamedTuple):
    """What is known of a floor; all by id, and in order of time.

    `spans` reach from `EARLY_MS` before the time that is asked for, a span that began earlier in whole. `measured` are
    the whole stretches in which the agent's source was watched, as they are stored. `waits` say for each queue when
    somebody entered it and (None: not yet) left it, `members` and `missed` for each agent which queues they served,
    and when their phone rang in vain.
    """

    spans: Mapping[int, Sequence[Span]]
    measured: Mapping[int, Stretches]
    duties: Sequence[Duty] = ()
    waits: Mapping[int, Sequence[tuple[int, int | None]]] = MappingProxyType({})
    members: Mapping[int, Sequence[Member]] = MappingProxyType({})
    missed: Mapping[int, Sequence[Ring]] = MappingProxyType({})
    teams: Mapping[int, str] = MappingProxyType({})
    queues: Mapping[int, str] = MappingProxyType({})
    """What the settings call each queue."""


class Part(NamedTuple):
    """An agent was in one state in [since_ms, until_ms), or nobody knows in which."""

    state: State
    reason: str
    queue_id: int | None
    call_id: int | None
    since_ms: int
    until_ms: int
    goes_on: bool = False
    """Whether that still is so, as far as is known."""

    @property
    def length_ms(self) -> int:
        """How long it was."""
        return self.until_ms - self.since_ms

    @property
    def signed_in(self) -> bool:
        """Whether the agent was signed in."""
        return self.state in SIGNED_IN


def parts_of(spans: Sequence[Span], measured: Stretches, window: Window, expected_ms: int) -> list[Part]:
    """Return what `each_part` yields."""
    return list(each_part(spans, measured, window, expected_ms))


def each_part(spans: Sequence[Span], measured: Stretches, window: Window, expected_ms: int) -> Iterator[Part]:
    """Yield what an agent did in a window, without a hole.

    Time outside of `measured` is unknown, whatever a span says. Within it, time before the agent's first word is
    offline if the source was watched from `EARLY_MS` before `expected_ms` on, when they were to come: their sign-in
    would have been seen. Any other hole is unknown.
    """
    at_ms = window.since_ms
    last: Part | None = None
    for since_ms, until_ms in measured:
        low_ms, high_ms = max(since_ms, at_ms), min(until_ms, window.until_ms)
        if low_ms >= high_ms:
            continue
        if last is not None:
            yield last._replace(goes_on=False)
            last = None
        if low_ms > at_ms:
            yield _hole(at_ms, low_ms)
        told = [s for s in spans if s.since_ms < high_ms and (s.until_ms is None or s.until_ms > since_ms)]
        first = State.OFFLINE if since_ms <= expected_ms - EARLY_MS else State.UNKNOWN
        for part in _told(told, Window(low_ms, high_ms), first):
            if last is not None:
                yield last
            last = part
        at_ms = high_ms
    if last is not None:
        yield last
    if at_ms < window.until_ms:
        yield _hole(at_ms, window.until_ms)


def _told(spans: Sequence[Span], window: Window, first: State) -> Iterator[Part]:
    """Yield a measured stretch: what spans tell, `first` before them all, unknown between them."""
    at_ms, hole = window.since_ms, first
    for span in spans:
        since_ms, until_ms = max(span.since_ms, at_ms), min(_end(span), window.until_ms)
        if until_ms > since_ms:
            if since_ms > at_ms:
                yield _hole(at_ms, since_ms, hole)
            yield Part(*span[1:5], since_ms, until_ms, goes_on=_end(span) > window.until_ms)
            at_ms = until_ms
        hole = State.UNKNOWN
    if at_ms < window.until_ms:
        yield _hole(at_ms, window.until_ms, hole)


def _hole(since_ms: int, until_ms: int, state: State = State.UNKNOWN) -> Part:
    return Part(state, "", None, None, since_ms, until_ms)


def _end(span: Span) -> int:
    return _EVER if span.until_ms is None else span.until_ms


def united(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the times that lie in any of the stretches, in order; those that touch are one."""
    found: list[tuple[int, int]] = []
    for since_ms, until_ms in sorted(stretches):
        if found and since_ms <= found[-1][1]:
            if until_ms > found[-1][1]:
                found[-1] = (found[-1][0], until_ms)
        elif until_ms > since_ms:
            found.append((since_ms, until_ms))
    return found


def common(ours: Stretches, theirs: Stretches) -> list[tuple[int, int]]:
    """Return the times that lie in both."""
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(ours) and j < len(theirs):
        since_ms, until_ms = max(ours[i][0], theirs[j][0]), min(ours[i][1], theirs[j][1])
        if since_ms < until_ms:
            found.append((since_ms, until_ms))
        if ours[i][1] <= theirs[j][1]:
            i += 1
        else:
            j += 1
    return found


def within(stretches: Stretches, since_ms: int, until_ms: int) -> list[tuple[int, int]]:
    """Return the part of stretches that lies in [since_ms, until_ms), without looking at all of them."""
    first = max(0, bisect_right(stretches, since_ms, key=lambda each: each[0]) - 1)
    last = bisect_left(stretches, until_ms, key=lambda each: each[0])
    cut = ((max(a, since_ms), min(b, until_ms)) for a, b in stretches[first:last])
    return [(a, b) for a, b in cut if a < b]


def length_of(stretches: Iterable[tuple[int, int]]) -> int:
    """Return how long stretches are in all."""
    return sum(until_ms - since_ms for since_ms, until_ms in stretches)
