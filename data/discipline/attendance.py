"""Attendance against the roster: who came, how late, and how far what was done followed the plan.

Every time is cut by the duty, never by midnight, and counts up to the moment only.

- **adherence** (by the clock) = 1 - time out of schedule / scheduled time. Out of schedule is whoever is not at the
  phone when they are to be, and whoever is at the phone during a planned break. At the phone is everybody who is
  signed in and not paused. For which reason somebody is off the phone during a planned break does not matter.
- **conformance** = time at the phone within the duty / time scheduled at the phone. It does not ask when: it may
  exceed 1.
- **attendance** of several = heads that came / heads expected, and hours = time signed in / time scheduled.

What nobody measured is in neither side of a ratio, and neither are pauses for protected reasons (restroom, medical,
system fault): nobody's figures fall by them. Ratios of several are sums over sums; an absence counts for attendance,
and not a second time for adherence and conformance.

Pure: no clock, no I/O. Times are ms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from data.breaks import POLICY, BreakPolicy, is_protected
from data.discipline.seen import EARLY_MS, Part, Stretches, common, length_of, parts_of, united
from data.model.days import MINUTE, Window
from data.model.discipline_seen import AttendanceRow, Duty, Presence
from data.model.rows import Span
from data.model.words import SIGNED_IN, State

LATE_MS = 5 * MINUTE
"""From when a sign-in is late, where the catalogue does not say."""

LEAST_MEASURED = 0.5
"""With a smaller share of the time measured, nobody who was not seen is called absent."""


_PHONE = SIGNED_IN - {State.NOT_READY}


class AttendanceSum(NamedTuple):
    """Several duties as one. Ratios as sums, so that each is (numerator, denominator).

    `came` of `expected` heads; hours as `signed_in_ms` of `hours_ms`; the rest as in `AttendanceRow`.
    """

    came: int
    expected: int
    late: int
    absent: int
    signed_in_ms: int
    hours_ms: int
    adherent_ms: int
    scheduled_ms: int
    worked_ms: int
    to_work_ms: int


def attendance_of(
    duties: Iterable[Duty],
    spans: Mapping[int, Sequence[Span]],
    measured: Mapping[int, Stretches],
    now_ms: int,
    late_ms: int = LATE_MS,
    breaks: BreakPolicy = POLICY,
) -> tuple[AttendanceRow, ...]:
    """Return each duty against what was seen of it up to a moment, in the order of the duties.

    Args:
        duties: The roster.
        spans: By agent, in order of time, from `EARLY_MS` before the first duty on; a span that began earlier in whole.
        measured: By agent, the whole stretches in which their source was watched.
        now_ms: The moment.
        late_ms: Up to how much later than the duty a sign-in is in time.
        breaks: Which reasons are protected.
    """
    coarse = {agent: _coarse(told) for agent, told in spans.items()}
    return tuple(_row(duty, coarse, measured, now_ms, late_ms, breaks) for duty in duties)


def _coarse(spans: Sequence[Span]) -> list[Span]:
    """Return the same spans with those at the phone that touch made one: what was done at it does not matter here."""
    found: list[Span] = []
    for span in spans:
        if span.state in _PHONE and found and found[-1].state in _PHONE and found[-1].until_ms == span.since_ms:
            found[-1] = found[-1]._replace(until_ms=span.until_ms)
        else:
            found.append(span)
    return found


def _row(
    duty: Duty,
    spans: Mapping[int, Sequence[Span]],
    measured: Mapping[int, Stretches],
    now_ms: int,
    late_ms: int,
    breaks: BreakPolicy,
) -> AttendanceRow:
    agent = 0 if duty.agent_id is None else duty.agent_id
    until_ms = max(duty.since_ms, min(duty.until_ms, now_ms))
    window = Window(duty.since_ms - EARLY_MS, until_ms)
    told = parts_of(spans.get(agent, ()), measured.get(agent, ()), window, duty.since_ms)
    parts = [cut for part in told if (cut := _cut(part, duty.since_ms)).length_ms > 0]
    known = united((p.since_ms, p.until_ms) for p in parts if p.state is not State.UNKNOWN)
    counted = [
        part
        for part in parts
        if part.state is not State.UNKNOWN and not (part.state is State.NOT_READY and is_protected(part.reason, breaks))
    ]
    time = united((part.since_ms, part.until_ms) for part in counted)
    phone = united((part.since_ms, part.until_ms) for part in counted if part.state in _PHONE)
    planned = common(united((since, until) for _, since, until in duty.breaks), time)
    scheduled_ms, off_ms, worked_ms = length_of(time), length_of(planned), length_of(phone)
    through_ms = length_of(common(planned, phone))
    first = next((part for part in parts if part.signed_in), None)
    lateness_ms = _out_before(parts, until_ms if first is None else first.since_ms)
    left_ms = _left_early(parts, planned) if first is not None and now_ms >= duty.until_ms else 0
    return AttendanceRow(
        duty,
        _presence(duty, now_ms, first, lateness_ms, length_of(known), late_ms),
        None if first is None else _signed_in_since(told, first),
        lateness_ms if first is not None else 0,
        left_ms,
        (worked_ms - through_ms) + (off_ms - through_ms),
        scheduled_ms,
        worked_ms,
        scheduled_ms - off_ms,
        length_of(known),
        sum(part.length_ms for part in parts if part.signed_in),
    )


def _cut(part: Part, since_ms: int) -> Part:
    return part if part.since_ms >= since_ms else part._replace(since_ms=since_ms)


def _out_before(parts: Sequence[Part], until_ms: int) -> int:
    """Return how long somebody was offline, as far as was measured, before a moment."""
    return sum(part.length_ms for part in parts if part.until_ms <= until_ms and part.state is State.OFFLINE)


def _left_early(parts: Sequence[Part], planned: Stretches) -> int:
    """Return how long somebody was offline at the end, without the breaks planned there."""
    left: list[tuple[int, int]] = []
    for part in reversed(parts):
        if part.signed_in:
            break
        if part.state is State.OFFLINE:
            left.append((part.since_ms, part.until_ms))
    left = united(left)
    return length_of(left) - length_of(common(left, planned))


def _signed_in_since(told: Sequence[Part], first: Part) -> int:
    """Return since when somebody was signed in without a break in it, up to `EARLY_MS` before the duty."""
    since_ms = first.since_ms
    for part in reversed(told):
        if part.signed_in and part.since_ms < since_ms <= part.until_ms:
            since_ms = part.since_ms
    return since_ms


def _presence(
    duty: Duty, now_ms: int, first: Part | None, lateness_ms: int, measured_ms: int, late_ms: int
) -> Presence:
    """Say whether somebody came. Until a sign-in would be late, who is not there is expected."""
    elapsed_ms = min(duty.until_ms, now_ms) - duty.since_ms
    if elapsed_ms <= 0:
        return Presence.EXPECTED
    if first is not None:
        return Presence.LATE if lateness_ms > late_ms else Presence.PRESENT
    if duty.agent_id is None or measured_ms < LEAST_MEASURED * elapsed_ms:
        return Presence.UNKNOWN
    return Presence.ABSENT if lateness_ms > late_ms else Presence.EXPECTED


def attendance_sum(rows: Iterable[AttendanceRow]) -> AttendanceSum:
    """Return several duties as one: sums over sums, whatever a mean of their percentages would say.

    Duties that have not begun, and those of which too little was measured, are not expected. Of the absent only heads
    and hours count.
    """
    due = [row for row in rows if row.presence not in (Presence.EXPECTED, Presence.UNKNOWN)]
    came = [row for row in due if row.presence is not Presence.ABSENT]
    return AttendanceSum(
        len(came),
        len(due),
        sum(row.presence is Presence.LATE for row in due),
        len(due) - len(came),
        sum(row.signed_in_ms for row in due),
        sum(row.measured_ms for row in due),
        sum(row.adherent_ms for row in came),
        sum(row.scheduled_ms for row in came),
        sum(row.worked_ms for row in came),
        sum(row.to_work_ms for row in came),
    )
