"""Which shifts and rounds there are at a moment: told from the catalogue and the site's zone alone.

Nothing has to open a round. One that is due is known from the catalogue that is in force, and stands in the store from
its first mark on, with its rules as they read then.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.discipline.catalogue import Catalogue, Checklist, Edge, Offset, ShiftPlan
from data.model.days import MINUTE, day_of, moment_of
from data.model.discipline import ShiftRow


class Round(NamedTuple):
    """A checklist of a shift, once: open from `opens_ms`, to be done by `due_ms`."""

    key: str
    checklist: str
    shift: str
    opens_ms: int
    due_ms: int


def shift_on(plan: ShiftPlan, day: date, zone: ZoneInfo) -> ShiftRow | None:
    """Return a shift of a local day by the wall clock, None on a day on which there is none.

    Nor is there one whose hours the clock leaves out on that day.
    """
    if day.weekday() not in plan.weekdays:
        return None
    over = plan.until <= plan.since
    since_ms = _moment(day, plan.since, zone)
    until_ms = _moment(day + timedelta(days=1) if over else day, plan.until, zone)
    return ShiftRow(f"{day.isoformat()}/{plan.id}", *plan.title, since_ms, until_ms) if since_ms < until_ms else None


def _moment(day: date, minute: int, zone: ZoneInfo) -> int:
    return moment_of(datetime.combine(day, time(), zone).replace(hour=minute // 60 % 24, minute=minute % 60))


def shifts_around(catalogue: Catalogue, moment_ms: int, zone: ZoneInfo) -> tuple[ShiftRow, ...]:
    """Return the shifts of the moment's local day, and those of the day before that reach into it; by their begin."""
    today = day_of(moment_ms, zone)
    begun_ms = _moment(today, 0, zone)
    shifts = [
        shift
        for day in (today - timedelta(days=1), today)
        for plan in catalogue.shifts.values()
        if (shift := shift_on(plan, day, zone)) is not None and shift.until_ms > begun_ms
    ]
    return tuple(sorted(shifts, key=lambda shift: (shift.since_ms, shift.until_ms, shift.key)))


def shifts_at(catalogue: Catalogue, moment_ms: int, zone: ZoneInfo) -> tuple[ShiftRow, ...]:
    """Return the shifts that go on at a moment; where none does, the next one of the day, if any."""
    around = shifts_around(catalogue, moment_ms, zone)
    going = tuple(shift for shift in around if shift.since_ms <= moment_ms < shift.until_ms)
    return going or tuple(shift for shift in around if shift.since_ms > moment_ms)[:1]


def shift_of(catalogue: Catalogue, key: str, zone: ZoneInfo) -> ShiftRow | None:
    """Return a shift by its key, None where the catalogue has no such one."""
    day, _, plan_id = key.partition("/")
    plan = catalogue.shifts.get(plan_id)
    try:
        return None if plan is None else shift_on(plan, date.fromisoformat(day), zone)
    except ValueError:
        return None


def rounds_of(catalogue: Catalogue, shift: ShiftRow) -> Iterator[Round]:
    """Yield the rounds of a shift, in the catalogue's order."""
    plan_id = shift.key.partition("/")[2]
    for checklist in catalogue.checklists.values():
        if not checklist.shifts or plan_id in checklist.shifts:
            yield from _rounds(checklist, shift)


def _rounds(checklist: Checklist, shift: ShiftRow) -> Iterator[Round]:
    if checklist.opens is None or checklist.due is None:
        return
    opens_ms, due_ms = _at(checklist.opens, shift), _at(checklist.due, shift)
    if due_ms <= opens_ms:  # a shift that is too short for it
        return
    number, length_ms = 1, due_ms - opens_ms
    yield Round(f"{shift.key}/{checklist.id}/1", checklist.id, shift.key, opens_ms, due_ms)
    while checklist.every_min:
        opens_ms += checklist.every_min * MINUTE
        number += 1
        if opens_ms + length_ms > shift.until_ms:
            return
        key = f"{shift.key}/{checklist.id}/{number}"
        yield Round(key, checklist.id, shift.key, opens_ms, opens_ms + length_ms)


def _at(offset: Offset, shift: ShiftRow) -> int:
    edge_ms = shift.since_ms if offset.edge is Edge.START else shift.until_ms
    return edge_ms + offset.minutes * MINUTE


def round_of(catalogue: Catalogue, key: str, zone: ZoneInfo) -> Round | None:
    """Return a round by its key, None where the catalogue has no such one."""
    shift = shift_of(catalogue, "/".join(key.split("/")[:2]), zone)
    rounds = () if shift is None else rounds_of(catalogue, shift)
    return next((each for each in rounds if each.key == key), None)


def by_hand(checklist: Checklist, shift: ShiftRow, now_ms: int, taken: int) -> Round:
    """Return a round of a checklist that somebody begins now; `taken`: how many of the shift were begun so before."""
    length_ms = 60 * MINUTE
    if checklist.opens is not None and checklist.due is not None:
        length_ms = max(length_ms, _at(checklist.due, shift) - _at(checklist.opens, shift))
    return Round(f"{shift.key}/{checklist.id}/+{taken + 1}", checklist.id, shift.key, now_ms, now_ms + length_ms)
