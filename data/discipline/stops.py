"""Where a round's rules are checked, in the order in which a person walks: told from seats and agents alone.

Rules for seats are checked at the seats of the map; without a map at the seats that agents are known to have; where
nobody has one, at the agents who are signed in. Pure: no clock, no I/O.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from data.model.discipline import Stop, Where
from data.model.picture import Seat

Place = tuple[Where, str]
"""A place as the store names it: a seat's label, an agent's id as a text, a zone, or ""."""

THE_FLOOR: Place = (Where.FLOOR, "")


class Sitter(NamedTuple):
    """An agent, with the seat they are known to have ("" for none), and whether they are signed in."""

    id: int
    seat: str
    present: bool


class Ground(NamedTuple):
    """What there is to walk along: seats in the order of walking, zone after zone, and the agents."""

    seats: tuple[Seat, ...]
    sitters: tuple[Sitter, ...]
    has_map: bool
    """Whether seats are those of a map; else they are what agents are known to have, and stand in no zone."""

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones in the order of walking; without a map the floor is one, without a name."""
        return tuple(dict.fromkeys(seat.zone for seat in self.seats)) if self.has_map else ("",)

    @property
    def zone_of(self) -> Mapping[str, str]:
        """The zone of each seat."""
        return {seat.label: seat.zone for seat in self.seats}

    def checked_at(self, where: Where) -> Where:
        """Return at what kind of place a rule for `where` is checked here."""
        return Where.AGENT if where is Where.SEAT and not self.seats else where

    def sitting(self) -> dict[str, int]:
        """Return who is signed in at each seat; of several the first."""
        found: dict[str, int] = {}
        for sitter in self.sitters:
            if sitter.present and sitter.seat:
                found.setdefault(sitter.seat, sitter.id)
        return found


def ground_of(seats: Iterable[Seat], sitters: Iterable[Sitter]) -> Ground:
    """Return what there is to walk along: every second row of a zone backwards, as a person walks."""
    people, mapped = tuple(sitters), tuple(seats)
    if not mapped:
        known = sorted({sitter.seat for sitter in people if sitter.seat})
        return Ground(tuple(Seat(label, "", 0, place) for place, label in enumerate(known)), people, False)
    rows: dict[tuple[str, int], list[Seat]] = defaultdict(list)
    for seat in mapped:
        rows[seat.zone, seat.row].append(seat)
    ordered: list[Seat] = []
    backwards, zone = False, None
    for key in sorted(rows):
        backwards = False if key[0] != zone else not backwards
        zone = key[0]
        ordered += sorted(rows[key], key=lambda seat: (seat.column, seat.label), reverse=backwards)
    return Ground(tuple(ordered), people, True)


def stops_of(ground: Ground, kinds: Collection[Where], marked: Collection[Place] = ()) -> tuple[Stop, ...]:
    """Return the stops of a round: where rules of `kinds` are checked, and wherever something was marked."""
    kinds = {ground.checked_at(kind) for kind in kinds}
    return tuple(_stops(ground, kinds, set(marked)))


def _stops(ground: Ground, kinds: set[Where], marked: set[Place]) -> Iterator[Stop]:
    if Where.FLOOR in kinds:
        yield Stop(Where.FLOOR, "")
    agents = {
        sitter.id: sitter for sitter in ground.sitters if sitter.present or (Where.AGENT, str(sitter.id)) in marked
    }
    left = dict(agents) if Where.AGENT in kinds else {}
    for zone in ground.zones:
        if Where.ZONE in kinds:
            yield Stop(Where.ZONE, zone, zone)
        yield from _seats(ground, zone, kinds, left)
    if Where.ZONE in kinds:
        zones = {place for where, place in marked if where is Where.ZONE}.difference(ground.zones)
        yield from (Stop(Where.ZONE, zone, zone) for zone in sorted(zones))
    if Where.SEAT in kinds:
        seats = {place for where, place in marked if where is Where.SEAT}.difference(ground.zone_of)
        yield from (Stop(Where.SEAT, label) for label in sorted(seats))
    if Where.AGENT in kinds:
        zone_of = ground.zone_of
        yield from (_agent(sitter, zone_of.get(sitter.seat, "")) for sitter in left.values())
        gone = {place for where, place in marked if where is Where.AGENT}.difference(map(str, agents))
        yield from (Stop(Where.AGENT, place, "", int(place)) for place in sorted(gone, key=int))


def _seats(ground: Ground, zone: str, kinds: set[Where], left: dict[int, Sitter]) -> Iterator[Stop]:
    """Yield the seats of a zone with who sits there, who is taken out of those that are left."""
    sitting = ground.sitting()
    for seat in ground.seats:
        if seat.zone == zone:
            agent_id = sitting.get(seat.label)
            if Where.SEAT in kinds:
                yield Stop(Where.SEAT, seat.label, zone, agent_id)
            sitter = None if agent_id is None else left.pop(agent_id, None)
            if sitter is not None:
                yield _agent(sitter, zone)


def _agent(sitter: Sitter, zone: str) -> Stop:
    return Stop(Where.AGENT, str(sitter.id), zone, sitter.id)


def number_of(ground: Ground, kinds: Sequence[Where], marked: Collection[Place]) -> int:
    """Return how many checks a round has whose rules are for these kinds of places, one entry a rule."""
    n = 0
    places: dict[Where, int] = {}
    for kind in kinds:
        at = ground.checked_at(kind)
        if at not in places:
            places[at] = len(places_of(ground, at) | {place for where, place in marked if where is at})
        n += places[at]
    return n


def places_of(ground: Ground, where: Where) -> set[str]:
    """Return the places of a kind at which something is checked although nobody has marked there."""
    if where is Where.SEAT:
        return {seat.label for seat in ground.seats}
    if where is Where.AGENT:
        return {str(sitter.id) for sitter in ground.sitters if sitter.present}
    return set(ground.zones) if where is Where.ZONE else {""}
