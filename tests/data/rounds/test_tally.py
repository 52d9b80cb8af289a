"""How far a round is at any moment equals what one counts by going through its marks; the way leads past every seat."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from data.discipline.stops import Ground, Sitter, ground_of, number_of, stops_of
from data.model.discipline import Gravity, MarkRow, RuleLine, Where
from data.model.picture import Seat
from data.model.words import Mark
from data.store.tally import Marked, Tally
from tests.examples import examples

SEATS = ("A-1", "A-2", "B-1")


def rule(key: str, where: Where) -> RuleLine:
    return RuleLine(key, "", key, key, where, Gravity.MINOR, 1, 1, "points", False, "", "")


RULES = (rule("phone", Where.SEAT), rule("tidy", Where.SEAT), rule("exits", Where.FLOOR))
CHECKS = [((Where.SEAT, seat), key) for seat in SEATS for key in ("phone", "tidy")] + [((Where.FLOOR, ""), "exits")]


@st.composite
def marks(draw: st.DrawFn) -> list[Marked]:
    made = []
    for number in range(draw(st.integers(0, 14))):
        place, key = draw(st.sampled_from(CHECKS))
        row = MarkRow(key, draw(st.sampled_from(Mark)), draw(st.integers(0, 20)), draw(st.sampled_from("xyz")))
        made.append(Marked(number, 1, place, place[1], row, "", None))
    return made


@examples(200)
@given(marks(), st.integers(-1, 21))
def test_a_tally_counts_what_one_counts(given_: list[Marked], moment_ms: int) -> None:
    tally = Tally(given_, RULES)
    known = sorted((m for m in given_ if m.row.at_ms <= moment_ms), key=lambda m: (m.row.at_ms, m.id))
    state = {(m.place, m.row.rule): m for m in known}
    assert tally.state(moment_ms) == state
    assert tally.done(moment_ms) == len(state)
    assert tally.failed(moment_ms) == sum(m.row.mark is Mark.FAIL for m in state.values())
    whole = [s for s in SEATS if all(((Where.SEAT, s), key) in state for key in ("phone", "tidy"))]
    assert tally.seats_done(moment_ms) == len(whole)
    assert tally.last(moment_ms) == (known[-1] if known else None)
    assert set(tally.by(moment_ms)) == {m.row.by for m in known}
    assert not known or tally.by(moment_ms)[0] in {m.row.by for m in known if m.row.at_ms == known[-1].row.at_ms}
    assert tally.places_at(moment_ms) == {m.place for m in known}


@st.composite
def grounds(draw: st.DrawFn) -> Ground:
    zones = draw(st.lists(st.sampled_from("ABC"), unique=True, max_size=3))
    seats = [
        Seat(f"{zone}-{row}-{column}", zone, row, column)
        for zone in zones
        for row in range(draw(st.integers(1, 3)))
        for column in range(draw(st.integers(1, 3)))
    ]
    labels = st.sampled_from(["", "x-1", *(seat.label for seat in seats)])
    return ground_of(seats, [Sitter(n, draw(labels), draw(st.booleans())) for n in range(1, draw(st.integers(1, 6)))])


@examples(200)
@given(grounds(), st.lists(st.sampled_from(Where), min_size=1, max_size=5))
def test_a_way_comes_to_every_place_once_and_counts_its_checks(ground: Ground, kinds: list[Where]) -> None:
    stops = stops_of(ground, set(kinds))
    places = [(stop.where, stop.place) for stop in stops]
    assert len(places) == len(set(places))
    at = [ground.checked_at(kind) for kind in kinds]
    assert sum(where is kind for where, _ in places for kind in at) == number_of(ground, kinds, ())
    if Where.AGENT in kinds:
        present = {sitter.id for sitter in ground.sitters if sitter.present}
        assert {stop.agent_id for stop in stops if stop.where is Where.AGENT} == present


@examples(100)
@given(grounds())
def test_nobody_walks_back_to_the_begin_of_a_row(ground: Ground) -> None:
    """From the end of one row the way goes on at the near end of the next one."""
    seats = [stop.place for stop in stops_of(ground, {Where.SEAT}) if stop.where is Where.SEAT]
    assert seats == [seat.label for seat in ground.seats]
    if ground.has_map:
        for before, after in zip(ground.seats, ground.seats[1:], strict=False):
            if before.zone == after.zone and before.row != after.row:
                row = [seat.column for seat in ground.seats if (seat.zone, seat.row) == (after.zone, after.row)]
                ends = (min(row), max(row))
                rows = [seat.column for seat in ground.seats if (seat.zone, seat.row) == (before.zone, before.row)]
                far = before.column == max(rows) and len(rows) > 1
                assert after.column == ends[far] if len(rows) > 1 else after.column in ends
