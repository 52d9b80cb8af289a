"""Whether an observation changes what readers may have told of a whole minute already.

What they tell of a minute they tell once all of it was measured. The next observation says more of the minute that goes
on; now and then of one before: what happened shortly before the minute's end, late words, corrections.
"""

from __future__ import annotations

from collections.abc import Iterator

from data.model.days import MINUTE
from data.model.known import Rows
from data.model.rows import Call


def reaches_back(rows: Rows) -> bool:
    """Tell whether any state or visit is another one now as of the start of the minute that goes on, or before it."""
    if not rows.spans and not rows.calls:
        return False
    until_ms = max((covered.until_ms for covered in rows.coverage), default=None)
    if until_ms is None:
        return True
    minute_ms = until_ms - until_ms % MINUTE
    for span in rows.spans.values():
        if (span.since_ms if span.until_ms is None else span.until_ms) <= minute_ms:
            return True
    return any(at_ms <= minute_ms for calls in rows.calls.values() for at_ms in _changes(*calls))


def _changes(before: Call | None, after: Call) -> Iterator[int]:
    """Yield as of when an agent's visit is another one."""
    stood = before if before is not None else after._replace(answered_ms=None, ended_ms=None, wrap_up_ms=None)
    for call, other in ((stood, after), (after, stood)):
        if call.answered_ms is None:
            continue
        if (call.agent_id, call.answered_ms) != (other.agent_id, other.answered_ms):
            yield call.answered_ms
        if call.ended_ms is None:
            continue
        if _end(call) != _end(other):
            yield call.ended_ms
        if call.wrap_up_ms is not None and call.wrap_up_ms != other.wrap_up_ms:
            yield call.ended_ms + call.wrap_up_ms


def _end(call: Call) -> tuple[object, ...]:
    return call.ended_ms, call.talk_ms, call.hold_ms, call.outcome
