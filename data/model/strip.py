"""A day in one line, for the scrubber: how much came when, what was measured, and the moments that mattered."""

from __future__ import annotations

from typing import NamedTuple


class DayMark(NamedTuple):
    """A moment that matters: a queue past its limit, a break overrun, service level crossing target, a gap."""

    at_ms: int
    kind: str
    """`queue`, `break`, `service`, `gap`, `flag`."""
    subject: str
    """Whose it is; of a gap the source that was not measured, "" where none was."""
    value: float | int | None = None


class DayStrip(NamedTuple):
    """A day for the scrubber: load by interval, what was measured, and the moments that matter."""

    since_ms: int
    until_ms: int
    step_ms: int
    load: tuple[int, ...]
    """Contacts offered in each step from `since_ms`."""
    measured: tuple[tuple[int, int], ...]
    marks: tuple[DayMark, ...]
