"""Handovers on a played floor: each shift's is written by who leads it, and read by who comes after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.adapters.simulator.demand import clock_ms
from data.model.discipline_acts import HandoverAcknowledged, HandoverWritten
from data.model.observation import Act


class Handed(NamedTuple):
    """A handover: written and read at minutes after midnight, by whom, with what note; `next_day`: read on the next."""

    shift: str
    written: int
    by: str
    note: str
    read: int
    reader: str
    answer: str
    next_day: bool = False


HANDOVERS = (
    Handed(
        "early",
        16 * 60 + 54,
        "张磊",
        "账单排队已正常，回电单余三条，请晚班跟进。",
        16 * 60 + 58,
        "Dana",
        "read, call-backs are ours",
    ),
    Handed("middle", 17 * 60 + 50, "刘敏", "中班无遗留，两人加班到七点。", 17 * 60 + 56, "Dana", "read"),
    Handed(
        "late",
        20 * 60 + 2,
        "Dana",
        "Quiet evening. One monitor flickers in zone C, ticket is open.",
        7 * 60 + 41,
        "张磊",
        "已阅，显示器今早跟进",
        next_day=True,
    ),
)


def handovers_of(day: date, zone: ZoneInfo) -> Iterator[Act]:
    """Yield a day's handovers, and that the last one of the day before was read."""
    for each in HANDOVERS:
        yield _written(each, day, zone)
        of = day - timedelta(days=1) if each.next_day else day
        read_ms = clock_ms(day, each.read, zone)
        yield HandoverAcknowledged(read_ms, f"{of}/{each.shift}", each.reader, each.answer)


def handed_before(first_day: date, zone: ZoneInfo) -> list[Act]:
    """Return the handovers of the day before the first one that are read on the first."""
    before = first_day - timedelta(days=1)
    return [_written(each, before, zone) for each in HANDOVERS if each.next_day]


def _written(each: Handed, day: date, zone: ZoneInfo) -> HandoverWritten:
    return HandoverWritten(clock_ms(day, each.written, zone), f"{day}/{each.shift}", each.by, each.note)
