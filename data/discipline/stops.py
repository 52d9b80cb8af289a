"""Where a round's rules are checked, in the order in which a person walks: told from seats and agents alone.

Rules for seats are checked at the seats of the map; without a map at the seats that agents are known to have; where
nobody has one, at the agents who are signed in. Pure: no clock, no I/O.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
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


@dataclass(frozen=True)
class Ground:
    """What there is to walk along: seats in the order of walking, zone after zone, and the agents.

    `has_map`: whether seats are those of a map; else they are what agents are known to have, and stand in no zone.
    """

    seats: tuple[Seat, ...]
    sitters: tuple[Sitter, ...]
    has_map: bool

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """The zones in the order of walking; without a map the floor is one, without a name."""
        return tuple(dict.fromkeys(seat.zone for seat in self.seats)) if self.has_map else ("",)

    @cached_property
    def zone_of(self) -> Mapping[str, str]:
        """The zone of each seat."""
        return {seat.label: seat.zone for seat in self.seats}

    @cached_property
    def sitting(self) -> Mapping[str, int]:
        """Who is signed in at each seat; of several the first."""
        found: dict[str, int] = {}
        for sitter in self.sitters:
            if sitter.present and sitter.seat:
                found.setdefault(sitter.seat, sitter.id)
        return found

    @cached_property
    def places(self) -> Mapping[Where, frozenset[str]]:
        """The places of each kind at which something is checked although nobody has marked there."""
        return {
            Where.SEAT: frozenset(self.zone_of),
            Where.AGENT: frozenset(str(sitter.id) for sitter in self.sitters if sitter.present),
            Where.ZONE: frozenset(self.zones),
            Where.FLOOR: frozenset({""}),
        }

    def checked_at(self, where: Where) -> Where:
        """Return at what kind of place a rule for `where` is checked here."""
        return Where.AGENT if where is Where.SEAT and not self.seats else where

    def number(self, where: Where, marked: Collection[Place]) -> int:
        """Return at how many places a rule for `where` is checked, with those that were marked."""
        at = self.checked_at(where)
        places = self.places[at]
        return len(places) + sum(kind is at and place not in places for kind, place in marked)


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
    sitting = ground.sitting
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


def number_of(ground: Ground, kinds: Iterable[Where], marked: Collection[Place]) -> int:
    """Return how many checks a round has whose rules are for these kinds of places, one entry a rule."""
    return sum(rules * ground.number(kind, marked) for kind, rules in Counter(kinds).items())
