"""The moments of a day that matter: where a lead would stop a replay. Pure rules over what the store holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from data.alerts import LIMITS, Limits
from data.breaks import allowance, is_protected
from data.metrics import ratio
from data.model.days import Window
from data.model.rows import Sample, Span
from data.model.strip import DayMark

_MINUTE = 60_000
_GAP_MS = 60_000
"""Gaps in what was measured shorter than this are no moment of their own."""


def queue_marks(
    samples: Iterable[Sample], queues: Mapping[int, tuple[str, str]], limits: Limits = LIMITS
) -> list[DayMark]:
    """Return when a queue's depth reached its limit; again only after it has been below half of it.

    `samples` are in order of time, one for each minute with anybody waiting; `queues` gives each one's name and what
    settings call it.
    """
    marks: list[DayMark] = []
    above: dict[int, int] = {}
    for queue_id, at_ms, waiting in samples:
        name, key = queues.get(queue_id, ("", ""))
        limit = limits.of(key).waiting[2]
        last_ms = above.get(queue_id)
        if last_ms is not None and (waiting * 2 < limit or at_ms - last_ms > 5 * _MINUTE):
            del above[queue_id]
            last_ms = None
        if waiting >= limit and last_ms is None:
            marks.append(DayMark(at_ms, "queue", name, waiting))
        if waiting * 2 >= limit and (waiting >= limit or last_ms is not None):
            above[queue_id] = at_ms
    return marks


def break_marks(pauses: Iterable[tuple[str, Span]], limits: Limits = LIMITS) -> list[DayMark]:
    """Return when a break ran over its allowance and grace; `pauses` are (agent's name, span not ready)."""
    marks = []
    for name, span in pauses:
        allowed = allowance(span.reason, limits.breaks)
        if allowed is None or is_protected(span.reason, limits.breaks):
            continue
        over_ms = span.since_ms + allowed + limits.breaks.grace_ms
        if span.until_ms is None or span.until_ms > over_ms:
            marks.append(DayMark(over_ms, "break", name, allowed))
    return marks


def service_marks(
    intervals: Sequence[tuple[int, int, int]], step_ms: int, target: float, least_n: int = LIMITS.least_n
) -> list[DayMark]:
    """Return when the day's service level crossed its target.

    `intervals` are (start in ms, answered within, counted) of each interval in order; the crossing is at the end
    of the interval in which it happened, as the level of the day so far.
    """
    marks: list[DayMark] = []
    within = n = 0
    good: bool | None = None
    for start_ms, part, counted in intervals:
        within, n = within + part, n + counted
        level = ratio(within, n)
        if level is None or n < least_n:
            continue
        now_good = level >= target
        if good is not None and now_good != good:
            marks.append(DayMark(start_ms + step_ms, "service", "", level))
        good = now_good
    return marks


def gap_marks(measured: Sequence[tuple[int, int]]) -> list[DayMark]:
    """Return when the measuring broke off, for each gap between two measured stretches."""
    return [
        DayMark(end, "gap", "", start - end) for (_, end), (start, _) in pairwise(measured) if start - end >= _GAP_MS
    ]


def source_gap_marks(
    name: str, measured: Sequence[tuple[int, int]], whole: Sequence[tuple[int, int]], window: Window
) -> list[DayMark]:
    """Return when the measuring of one source broke off while another one went on.

    `measured` are the source's stretches, `whole` those of any, `window` when the source was to be measured.
    """
    if not whole:
        return []
    first, last = max(window.since_ms, whole[0][0]), min(window.until_ms, whole[-1][1])
    marks = []
    for (_, end), (start, _) in pairwise([(first, first), *measured, (last, last)]):
        others = sum(max(0, min(until, start) - max(since, end)) for since, until in whole)
        if others >= _GAP_MS:
            marks.append(DayMark(end, "gap", name, start - end))
    return marks


def next_mark(marks: Sequence[DayMark], moment_ms: int, step: int) -> DayMark | None:
    """Return the mark after a moment (`step` 1) or before it (-1), None where there is none."""
    if step > 0:
        return next((mark for mark in marks if mark.at_ms > moment_ms), None)
    return next((mark for mark in reversed(marks) if mark.at_ms < moment_ms), None)
