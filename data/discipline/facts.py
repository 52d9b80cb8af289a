"""What the floor itself knows against a rule: late sign-ins, breaks and wrap-ups that ran over, pauses with no reason.

A fact is what spans, the roster and the site's limits say, and nothing more; a person decides what follows. Each
belongs to the moment at which it came to be: when a limit was passed. So the facts of a window are those of its parts.

- **late_sign_in**: from the begin of a duty somebody was offline for more than `Scoring.late_min` minutes before they
  signed in for it, or is still not in. Only offline time that was measured counts.
- **break_overrun**: not ready for one reason, without a gap, for longer than the reason's allowance and the grace (or
  than the site's own second threshold for that reason). A reason without an allowance has no limit, and of a protected
  reason the floor knows nothing.
- **wrap_up_over**: after-call work of one call past the limit at which it is drawn as an alarm (`Limits.wrap_up_ms`).
- **no_reason**: not ready without any reason, for longer than the grace of breaks: time enough to choose one.
- **idle_while_waiting**: the phone of somebody who is free rang in vain while somebody waited in queues that they serve
  unpaused; from the begin of the first such ring to the end of the last, for longer than `Scoring.idle_s`. Only rings
  show it: whoever is free while others wait and whose phone does not ring was offered nothing, which is the
  distribution's doing. A ring that the caller ended is none, and of a length that the source does not tell none counts.

What nobody measured ends whatever went on, and is held against nobody. Pure: no clock, no I/O. Times are ms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from data.alerts import LIMITS, Limits
from data.breaks import allowance, canonical, is_protected
from data.discipline.catalogue import Scoring
from data.discipline.seen import Part, Seen, Stretches, each_part, parts_of, united, within
from data.model.days import MINUTE, SECOND, Window
from data.model.discipline import Fact, Prefill
from data.model.discipline_seen import Duty
from data.model.rows import Member, Ring
from data.model.words import State

_OFF = frozenset({State.NOT_READY, State.WRAP_UP})
_FREE = frozenset({State.AVAILABLE, State.RINGING})
"""Facts are about stretches of some states: what lies between them may as well be unknown."""
_EVER = 1 << 62

Waits = Mapping[int, Stretches]
"""When somebody waited in each queue."""

Came = tuple[int, Fact]
"""A fact, with the moment at which it came to be."""


def facts_of(seen: Seen, window: Window, scoring: Scoring | None = None, limits: Limits = LIMITS) -> tuple[Fact, ...]:
    """Return the facts that came to be in a window, as known at its end; in order of time, then by agent.

    Args:
        seen: What is known of the floor.
        window: From when on facts are asked for, and the moment: nothing that came later counts.
        scoring: The catalogue's limits; None: as shipped.
        limits: The site's thresholds, the break policy with them.
    """
    scoring = scoring or Scoring()
    found: list[Came] = []
    waits = {queue_id: _united_waits(told) for queue_id, told in seen.waits.items()}
    for agent_id, spans in seen.spans.items():
        since_ms = min([window.since_ms, *(span.since_ms for span in spans[:1])])
        whole, measured = Window(since_ms, window.until_ms), seen.measured.get(agent_id, ())
        off = parts_of([span for span in spans if span.state in _OFF], measured, whole, since_ms)
        found += _pauses(agent_id, off, limits.of("", seen.teams.get(agent_id, "")))
        found += _wrap_ups(agent_id, off, seen, limits)
        if seen.missed.get(agent_id):
            free = parts_of([span for span in spans if span.state in _FREE], measured, whole, since_ms)
            found += _idle(agent_id, free, seen, waits, scoring.idle_s * SECOND)
    for duty in seen.duties:
        found += _late(duty, seen, window.until_ms, scoring.late_min * MINUTE)
    told = [fact for came_ms, fact in found if window.since_ms <= came_ms < window.until_ms]
    return tuple(sorted(told, key=lambda fact: (fact.since_ms, fact.agent_id, fact.prefill)))


def _united_waits(told: Sequence[tuple[int, int | None]]) -> Stretches:
    return united((since_ms, _EVER if until_ms is None else until_ms) for since_ms, until_ms in told)


def break_limit_ms(reason: str, limits: Limits = LIMITS) -> int | None:
    """Return how long a pause for a reason may last with its grace, None where nothing is held against it."""
    if is_protected(reason, limits.breaks):
        return None
    own = limits.by_reason.get(canonical(reason, limits.breaks))
    if own is not None:
        return own[1]
    allowed_ms = allowance(reason, limits.breaks)
    return None if allowed_ms is None else allowed_ms + limits.breaks.grace_ms


def _pauses(agent_id: int, parts: Sequence[Part], limits: Limits) -> Iterator[Came]:
    """Yield the breaks that ran over, and the pauses without a reason."""

    def kind(part: Part) -> object:
        return canonical(part.reason, limits.breaks) if part.state is State.NOT_READY else None

    for run in _runs(parts, kind):
        reason = run[0].reason.strip()
        limit_ms = break_limit_ms(reason, limits) if reason else limits.breaks.grace_ms
        if limit_ms is not None:
            prefill = Prefill.BREAK_OVERRUN if reason else Prefill.NO_REASON
            yield from _past(prefill, agent_id, run, limit_ms, reason)


def _wrap_ups(agent_id: int, parts: Sequence[Part], seen: Seen, limits: Limits) -> Iterator[Came]:
    def kind(part: Part) -> object:
        return (part.queue_id, part.call_id) if part.state is State.WRAP_UP else None

    for run in _runs(parts, kind):
        queue = seen.queues.get(run[0].queue_id or 0, "")
        own = limits.of(queue, seen.teams.get(agent_id, ""))
        yield from _past(Prefill.WRAP_UP_OVER, agent_id, run, own.wrap_up_ms[1])


def _idle(agent_id: int, parts: Sequence[Part], seen: Seen, waits: Waits, limit_ms: int) -> Iterator[Came]:
    """Yield when somebody who was free let the phone ring too long for contacts that waited."""
    rings = [ring for ring in seen.missed.get(agent_id, ()) if not ring.cancelled]
    for run in _runs(parts, lambda part: part.state in _FREE or None):
        since_ms, until_ms = run[0].since_ms, run[-1].until_ms
        rang = [ring for ring in rings if since_ms < ring.at_ms <= until_ms]
        if rang:
            for waited in _waited(seen.members.get(agent_id, ()), waits, Window(since_ms, until_ms)):
                yield from _rang_long(agent_id, rang, waited, limit_ms)


def _waited(members: Sequence[Member], waits: Waits, window: Window) -> list[tuple[int, int]]:
    """Return when somebody waited in queues that an agent served unpaused, within a window."""
    found: list[tuple[int, int]] = []
    for member in members:
        if member.paused is None:
            until_ms = window.until_ms if member.until_ms is None else min(member.until_ms, window.until_ms)
            found += within(waits.get(member.queue_id, ()), max(member.since_ms, window.since_ms), until_ms)
    return united(found)


def _rang_long(agent_id: int, rings: Sequence[Ring], waited: tuple[int, int], limit_ms: int) -> Iterator[Came]:
    """Yield that a phone rang in vain in one time of waiting, from the first ring to the last for too long."""
    rang = [ring for ring in rings if waited[0] < ring.at_ms <= waited[1]]
    if not rang:
        return
    since_ms = max(waited[0], rang[0].at_ms - (rang[0].ring_ms or 0))
    came_ms = next((ring.at_ms for ring in rang if ring.at_ms - since_ms > limit_ms), None)
    if came_ms is not None:
        until_ms = rang[-1].at_ms
        yield came_ms, Fact(Prefill.IDLE_WHILE_WAITING, agent_id, since_ms, until_ms, until_ms - since_ms, limit_ms)


def _late(duty: Duty, seen: Seen, moment_ms: int, limit_ms: int) -> Iterator[Came]:
    """Yield that somebody signed in late for a duty, or has not yet; time that nobody measured is none of it."""
    if duty.agent_id is None or duty.since_ms >= moment_ms:
        return
    spans, measured = seen.spans.get(duty.agent_id, ()), seen.measured.get(duty.agent_id, ())
    until_ms = min(duty.until_ms, moment_ms)
    out_ms, came_ms, first_ms = 0, None, None
    for part in each_part(spans, measured, Window(duty.since_ms, until_ms), duty.since_ms):
        if part.signed_in:
            first_ms = part.since_ms
            break
        if part.state is State.OFFLINE:
            if came_ms is None and out_ms + part.length_ms > limit_ms:
                came_ms = part.since_ms + limit_ms - out_ms
            out_ms += part.length_ms
    if came_ms is not None:
        ended_ms = first_ms if first_ms is not None or moment_ms < duty.until_ms else duty.until_ms
        yield came_ms, Fact(Prefill.LATE_SIGN_IN, duty.agent_id, duty.since_ms, ended_ms, out_ms, limit_ms)


def _past(prefill: Prefill, agent_id: int, run: Sequence[Part], limit_ms: int, reason: str = "") -> Iterator[Came]:
    since_ms, until_ms = run[0].since_ms, run[-1].until_ms
    if until_ms - since_ms > limit_ms:
        ended_ms = None if run[-1].goes_on else until_ms
        yield since_ms + limit_ms, Fact(prefill, agent_id, since_ms, ended_ms, until_ms - since_ms, limit_ms, reason)


def _runs(parts: Sequence[Part], kind: Callable[[Part], object]) -> Iterator[list[Part]]:
    """Yield the longest runs of parts of one kind, None being none; parts touch, for they have no hole."""
    run: list[Part] = []
    last: object = None
    for part in parts:
        now = kind(part)
        if run and now != last:
            yield run
            run = []
        if now is not None:
            run.append(part)
        last = now
    if run:
        yield run
