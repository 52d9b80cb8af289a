"""Local days of a site, as half-open intervals of UTC milliseconds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
INTERVAL = 15 * MINUTE
"""The length of a rollup's interval in ms. Every zone in use is a multiple of 15 minutes from UTC."""


class Window(NamedTuple):
    """A half-open interval [since_ms, until_ms)."""

    since_ms: int
    until_ms: int

    @property
    def length_ms(self) -> int:
        """The length in ms."""
        return self.until_ms - self.since_ms


def moment_of(local: datetime) -> int:
    """Return the UTC ms of an aware datetime."""
    return round(local.timestamp() * 1000)


def local_time(moment_ms: int, zone: ZoneInfo) -> datetime:
    """Return the aware local datetime of a moment."""
    return datetime.fromtimestamp(moment_ms / 1000, UTC).astimezone(zone)


@lru_cache(maxsize=64)
def day_window(day: date, zone: ZoneInfo) -> Window:
    """Return the local day as UTC ms; it may have 23, 24.5 or 25 hours."""
    start = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    return Window(moment_of(start), moment_of(end))


def day_of(moment_ms: int, zone: ZoneInfo) -> date:
    """Return the local day in which a moment lies."""
    return local_time(moment_ms, zone).date()


def day_around(moment_ms: int, zone: ZoneInfo) -> Window:
    """Return the window of the local day in which a moment lies."""
    return day_window(day_of(moment_ms, zone), zone)


def interval_start(moment_ms: int) -> int:
    """Return the start of the rollup interval in which a moment lies."""
    return moment_ms - moment_ms % INTERVAL
