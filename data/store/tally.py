"""What was marked on one round, so that how far it was at any moment is found without going through its marks."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from data.discipline.stops import THE_FLOOR, Place
from data.model.discipline import MarkRow, RuleLine, Where
from data.model.text import safe_text
from data.model.words import Mark

MARKS = "SELECT id, checklist_id, item, place_kind, place, at_ms, mark, marked_by, note, photo, owner, due_ms"
"""What `marked` reads."""

_MOST_NOTE = 500


class Marked(NamedTuple):
    """A mark as it stands in the store, texts safe. `told` is the place as it was written down."""

    id: int
    round_id: int
    place: Place
    told: str
    row: MarkRow
    owner: str
    due_ms: int | None


def marked(row: tuple[int, int, str, str, str, int, str, str, str, str, str, int | None]) -> Marked:
    """Return a mark of a row that `MARKS` selects."""
    number, round_id, item, kind, place, at_ms, mark, by, note, photo, owner, due_ms = row
    where, told = Where(kind), safe_text(place)
    texts = (safe_text(by), safe_text(note, _MOST_NOTE), safe_text(photo))
    at = THE_FLOOR if where is Where.FLOOR else (where, told)
    return Marked(
        number, round_id, at, told, MarkRow(safe_text(item), Mark(mark), at_ms, *texts), safe_text(owner), due_ms
    )


class Tally:
    """The marks of a round; of a check, a rule at a place, the last one holds."""

    def __init__(self, marks: Iterable[Marked] = (), rules: Iterable[RuleLine] = ()) -> None:
        """Add up marks, in any order."""
        self.marks = sorted(marks, key=lambda each: (each.row.at_ms, each.id))
        self._times = [each.row.at_ms for each in self.marks]
        first: dict[tuple[Place, str], int] = {}
        last: dict[tuple[Place, str], Marked] = {}
        self.places: dict[Place, int] = {}
        """When something was first marked at each place."""
        self._by: dict[str, list[int]] = defaultdict(list)
        fails: list[int] = []
        ends: list[int] = []
        for each in self.marks:
            check, at_ms = (each.place, each.row.rule), each.row.at_ms
            first.setdefault(check, at_ms)
            self.places.setdefault(each.place, at_ms)
            self._by[each.row.by].append(at_ms)
            before = last.get(check)
            failed = before is not None and before.row.mark is Mark.FAIL
            if failed != (each.row.mark is Mark.FAIL):
                (ends if failed else fails).append(at_ms)
            last[check] = each
        self._firsts, self._fails, self._ends = sorted(first.values()), sorted(fails), sorted(ends)
        self._seats = sorted(_whole_seats(first, [rule.id for rule in rules if rule.where is Where.SEAT]))
        self._state: tuple[int, Mapping[tuple[Place, str], Marked]] = (0, {})

    def made(self, moment_ms: int) -> int:
        """Return how many marks were made by a moment."""
        return bisect_right(self._times, moment_ms)

    def done(self, moment_ms: int) -> int:
        """Return how many checks were marked by a moment."""
        return bisect_right(self._firsts, moment_ms)

    def failed(self, moment_ms: int) -> int:
        """Return how many checks had failed by a moment, and not passed since."""
        return bisect_right(self._fails, moment_ms) - bisect_right(self._ends, moment_ms)

    def seats_done(self, moment_ms: int) -> int:
        """Return at how many seats every rule for seats was marked by a moment."""
        return bisect_right(self._seats, moment_ms)

    def last(self, moment_ms: int) -> Marked | None:
        """Return the last mark by a moment."""
        at = bisect_right(self._times, moment_ms)
        return self.marks[at - 1] if at else None

    def by(self, moment_ms: int) -> tuple[str, ...]:
        """Return who had marked something by a moment, the last one first."""
        latest = {name: times[at - 1] for name, times in self._by.items() if (at := bisect_right(times, moment_ms))}
        return tuple(sorted(latest, key=lambda name: (-latest[name], name)))

    def places_at(self, moment_ms: int) -> set[Place]:
        """Return where something was marked by a moment."""
        if not self._times or self._times[-1] <= moment_ms:
            return set(self.places)
        return {place for place, at_ms in self.places.items() if at_ms <= moment_ms}

    def state(self, moment_ms: int) -> Mapping[tuple[Place, str], Marked]:
        """Return the mark of each check that held at a moment."""
        at = bisect_right(self._times, moment_ms)
        if at != self._state[0]:
            self._state = at, {(each.place, each.row.rule): each for each in self.marks[:at]}
        return self._state[1]


def _whole_seats(first: Mapping[tuple[Place, str], int], rules: list[str]) -> list[int]:
    """Return when each seat that is wholly marked came to be so."""
    times: dict[Place, list[int]] = defaultdict(list)
    for (place, rule), at_ms in first.items():
        if place[0] in (Where.SEAT, Where.AGENT) and rule in rules:
            times[place].append(at_ms)
    return [max(each) for each in times.values() if len(each) == len(rules)]
