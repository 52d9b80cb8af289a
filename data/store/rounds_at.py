"""Which rounds there were at a moment and how far each was: those that the catalogue names, and those that were begun.

A round reads as it did when it was begun; before that as the catalogue of the moment has it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from data.discipline.catalogue import Catalogue
from data.discipline.rounds import Round, round_of, rounds_of, shift_of, shift_on
from data.discipline.stops import Ground, Place, number_of, stops_of
from data.model.days import HOUR, MINUTE, Window, day_of
from data.model.discipline import MarkRow, RoundRow, RuleLine, ShiftRow, WalkView, Where
from data.store.roundbook import Begun, RoundBook, StoredRound
from data.store.tally import Tally

UNDER_WAY_MS = 30 * MINUTE
"""So long after its last mark a round counts as one that somebody is at."""
NEXT_MS = 18 * HOUR
"""How far ahead a round that opens next is told of."""
_NOTHING = Tally()
_MOST_KEPT = 200
"""So many rounds are kept as they were told last."""


class RoundAt(NamedTuple):
    """A round at a moment, with its rules and marks."""

    row: RoundRow
    rules: tuple[RuleLine, ...]
    tally: Tally


class _Plan(NamedTuple):
    """The shifts and rounds around a day, as a catalogue has them."""

    shifts: tuple[ShiftRow, ...]
    rounds: tuple[Round, ...]


class RoundsAsOf:
    """The rounds as of a moment; the directory is brought to that moment before."""

    def __init__(self, book: RoundBook) -> None:
        """Read through `book`."""
        self._book = book
        self._plan: tuple[object, _Plan] | None = None
        self._rows: dict[str, tuple[object, RoundAt]] = {}

    def at(self, moment_ms: int, zone: ZoneInfo, day: Window, ground: Ground) -> list[RoundAt]:
        """Return the day's rounds up to a moment, and the next of each checklist; what is due first comes first."""
        number, catalogue = self._book.catalogue(moment_ms)
        begun = self._book.of_day(day)
        plan = self._planned(number, catalogue, moment_ms, zone)
        found: dict[str, RoundAt] = {}
        coming: dict[str, Round] = {}
        shifts = {shift.key for shift in plan.shifts if shift.until_ms > day.since_ms}
        for each in plan.rounds:
            stored = begun.get(each.key)
            if stored is not None and stored.round.begun_ms <= moment_ms:
                continue
            if each.opens_ms > moment_ms:
                before = coming.get(each.checklist)
                if before is None or each.opens_ms < before.opens_ms:
                    coming[each.checklist] = each
            elif each.shift in shifts:
                found[each.key] = self._due(number, catalogue, each, ground)
        for each in coming.values():
            if each.opens_ms <= moment_ms + NEXT_MS:
                found[each.key] = self._due(number, catalogue, each, ground)
        for stored in begun.values():
            of_day = stored.round.shift in shifts or day.since_ms <= stored.round.opens_ms < day.until_ms
            if of_day and stored.round.begun_ms <= moment_ms:
                found[stored.round.key] = self._begun(stored, moment_ms, ground)
        return sorted(found.values(), key=lambda each: (each.row.due_ms, each.row.opens_ms, each.row.key))

    def shifts(self, moment_ms: int, zone: ZoneInfo) -> tuple[ShiftRow, ...]:
        """Return the shifts that go on at a moment, or the next one."""
        number, catalogue = self._book.catalogue(moment_ms)
        plan, today = self._planned(number, catalogue, moment_ms, zone), day_of(moment_ms, zone).isoformat()
        going = tuple(shift for shift in plan.shifts if shift.since_ms <= moment_ms < shift.until_ms)
        if going:
            return going
        return tuple(shift for shift in plan.shifts if shift.since_ms > moment_ms and shift.key.startswith(today))[:1]

    def shift(self, key: str, moment_ms: int, zone: ZoneInfo) -> ShiftRow | None:
        """Return a shift by its key, None where the catalogue of the moment has no such one."""
        return shift_of(self._book.catalogue(moment_ms)[1], key, zone)

    def ended_shifts(self, moment_ms: int, zone: ZoneInfo, within_ms: int) -> list[ShiftRow]:
        """Return the shifts that ended within so long before a moment, the last one first."""
        number, catalogue = self._book.catalogue(moment_ms)
        plan = self._planned(number, catalogue, moment_ms, zone)
        ended = [shift for shift in plan.shifts if moment_ms - within_ms < shift.until_ms <= moment_ms]
        return sorted(ended, key=lambda shift: (-shift.until_ms, shift.key))

    def one(self, key: str, moment_ms: int, zone: ZoneInfo, ground: Ground) -> RoundAt | None:
        """Return a round by its key, None where there is none such at the moment."""
        stored = self._book.one(key)
        if stored is not None and stored.round.begun_ms <= moment_ms:
            return self._begun(stored, moment_ms, ground)
        number, catalogue = self._book.catalogue(moment_ms)
        planned = round_of(catalogue, key, zone)
        return None if planned is None else self._due(number, catalogue, planned, ground)

    def _planned(self, number: int | None, catalogue: Catalogue, moment_ms: int, zone: ZoneInfo) -> _Plan:
        today = day_of(moment_ms, zone)
        key = (number, today, zone)
        if self._plan is None or self._plan[0] != key:
            shifts = [
                shift
                for days in (-1, 0, 1)
                for plan in catalogue.shifts.values()
                if (shift := shift_on(plan, today + timedelta(days=days), zone)) is not None
            ]
            shifts.sort(key=lambda shift: (shift.since_ms, shift.until_ms, shift.key))
            rounds = [each for shift in shifts for each in rounds_of(catalogue, shift)]
            self._plan = key, _Plan(tuple(shifts), tuple(rounds))
        return self._plan[1]

    def _due(self, number: int | None, catalogue: Catalogue, each: Round, ground: Ground) -> RoundAt:
        """Return a round that nobody has begun."""
        kept = self._rows.get(each.key)
        if kept is not None and kept[0] == (number, each, ground):
            return kept[1]
        checklist = catalogue.checklists[each.checklist]
        rules = self._book.lines(number, checklist)
        row = RoundRow(
            *(each.key, checklist.id, *checklist.title, checklist.occasion, checklist.role, each.shift),
            *(each.opens_ms, each.due_ms, 0, number_of(ground, [rule.where for rule in rules], ()), 0),
            *(0, _seats(ground, rules, ())),
        )
        return self._keep((number, each, ground), RoundAt(row, rules, _NOTHING))

    def _begun(self, stored: Begun, moment_ms: int, ground: Ground) -> RoundAt:
        """Return a round that somebody has begun; the one at hand where nothing was marked between."""
        ended = stored.round.ended_ms is not None and stored.round.ended_ms <= moment_ms
        key = (stored, stored.tally.made(moment_ms), ended, ground)
        kept = self._rows.get(stored.round.key)
        if kept is not None and kept[0] == key:
            return kept[1]
        return self._keep(key, _begun(stored, moment_ms, ground))

    def _keep(self, key: object, each: RoundAt) -> RoundAt:
        if len(self._rows) > _MOST_KEPT:
            self._rows.clear()
        self._rows[each.row.key] = key, each
        return each


def _begun(stored: Begun, moment_ms: int, ground: Ground) -> RoundAt:
    """Return a round that somebody has begun, as it was at a moment."""
    each, rules, tally = stored
    places = tally.places_at(moment_ms)
    last = tally.last(moment_ms)
    ended = each.ended_ms is not None and each.ended_ms <= moment_ms
    row = RoundRow(
        *(each.key, each.checklist, each.en, each.zh, each.occasion, each.role, each.shift, each.opens_ms, each.due_ms),
        *(tally.done(moment_ms), _checks(ground, rules, places, each), tally.failed(moment_ms)),
        *(tally.seats_done(moment_ms), _seats(ground, rules, places), tally.by(moment_ms)),
        None if last is None else last.row.at_ms,
        "" if last is None else _told(last.place, last.told, ground),
        each.ended_ms if ended else None,
        each.ended_by if ended else "",
    )
    return RoundAt(row, rules, tally)


def _checks(ground: Ground, rules: Collection[RuleLine], places: Collection[Place], each: StoredRound) -> int:
    if not each.shift:  # of a version whose items were of one place each
        return len(rules)
    return number_of(ground, [rule.where for rule in rules], places)


def _seats(ground: Ground, rules: Collection[RuleLine], places: Collection[Place]) -> int:
    """Return at how many places the rules for seats are checked."""
    if not any(rule.where is Where.SEAT for rule in rules):
        return 0
    return ground.number(Where.SEAT, places)


def _told(place: Place, told: str, ground: Ground) -> str:
    """Return a place in words that name nobody: of an agent the seat."""
    if place[0] is not Where.AGENT:
        return told
    return next((sitter.seat for sitter in ground.sitters if str(sitter.id) == place[1]), "")


def next_due(rounds: Collection[RoundAt], moment_ms: int, shifts: Collection[ShiftRow]) -> RoundAt | None:
    """Return the round that somebody is at, else the one due next, the last late one, or the last one done."""
    opened = [each for each in rounds if each.row.opens_ms <= moment_ms]
    to_do = [each for each in opened if not each.row.is_done]
    going = [each for each in to_do if moment_ms - (each.row.last_ms or 0) < UNDER_WAY_MS]
    if going:
        return max(going, key=lambda each: (each.row.last_ms or 0, each.row.key))
    due = [each for each in to_do if each.row.due_ms >= moment_ms]
    if due:
        return min(due, key=lambda each: (each.row.due_ms, each.row.opens_ms, each.row.key))
    current = {shift.key for shift in shifts if shift.since_ms <= moment_ms}
    late = [each for each in to_do if each.row.shift in current or not each.row.shift]
    if late:
        return max(late, key=lambda each: (each.row.due_ms, each.row.key))
    return max(opened, key=lambda each: (each.row.last_ms or 0, each.row.due_ms, each.row.key), default=None)


def walk_view(each: RoundAt, moment_ms: int, ground: Ground, rounds: Collection[RoundAt], day: Window) -> WalkView:
    """Return a round in whole; `rounds` are all of the day."""
    rules = tuple(rule._replace(where=ground.checked_at(rule.where)) for rule in each.rules)
    places = each.tally.places_at(moment_ms)
    stops = stops_of(ground, {rule.where for rule in rules}, places)
    marks: dict[Place, dict[str, MarkRow]] = {}
    for (place, rule), mark in each.tally.state(moment_ms).items():
        marks.setdefault(place, {})[rule] = mark.row
    seen = set(_seats_seen(rounds, moment_ms, day))
    unseen = tuple(seat.label for seat in ground.seats if seat.label not in seen)
    return WalkView(each.row, rules, stops, marks, (), unseen)


def _seats_seen(rounds: Collection[RoundAt], moment_ms: int, day: Window) -> Iterator[str]:
    """Yield the seats at which something was checked on the day, by any round."""
    for each in rounds:
        for mark in each.tally.marks:
            if mark.place[0] is Where.SEAT and day.since_ms <= mark.row.at_ms <= moment_ms:
                yield mark.place[1]
