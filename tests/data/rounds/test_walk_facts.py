"""What the floor itself knows comes with a walk: of the round's shift, of the rules that ask for it, as of a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data.discipline.catalogue import Catalogue, Edge, Offset, ShiftPlan
from data.model.days import HOUR, MINUTE
from data.model.discipline import Fact, Prefill, Where
from data.model.observation import Paused, Resumed
from data.model.words import Mark
from tests.data.people.site import NOON
from tests.data.rounds.ground import CATALOGUE, SEATS, Ground, at_seat

EVENING = NOON + 9 * HOUR
KEY = "2025-11-22/late/walk/1"


def catalogue(*rules: str) -> Catalogue:
    """Return a catalogue with a late shift from 21:00 to 23:00 and a walk from its begin."""
    rule = replace(CATALOGUE.rules["tidy"], id="back", prefill=Prefill.BREAK_OVERRUN)
    back = {"back": rule}
    start, end = Offset(Edge.START, 0), Offset(Edge.START, 60)
    walk = replace(CATALOGUE.checklists["walk"], rules=rules, opens=start, due=end, every_min=None)
    again = replace(walk, id="again", opens=Offset(Edge.START, 1))
    shifts = {"late": ShiftPlan("late", CATALOGUE.shifts["early"].title, 21 * 60, 23 * 60)}
    checklists = {"walk": walk, "again": again}
    return replace(CATALOGUE, rules={**CATALOGUE.rules, **back}, checklists=checklists, shifts=shifts)


@pytest.fixture
def late(tmp_path: Path) -> Iterator[Ground]:
    """A floor on which Ann rests for 20 minutes at 21:05."""
    with Ground(tmp_path / "s.sqlite", catalogue("tidy", "back")) as ground:
        ground.told([Paused(EVENING + 5 * MINUTE, "1001", None, "rest")], None, EVENING + 20 * MINUTE)
        ground.told([Resumed(EVENING + 25 * MINUTE, "1001", None)], None, EVENING + HOUR)
        yield ground


def facts(ground: Ground, minutes: int) -> tuple[Fact, ...]:
    return ground.walk(KEY, EVENING + minutes * MINUTE).facts


def test_a_break_that_runs_over_is_known_from_its_limit_on(late: Ground) -> None:
    assert facts(late, 15) == ()
    (going,) = facts(late, 20)
    assert (going.prefill, going.agent_id, going.since_ms, going.until_ms) == (
        *(Prefill.BREAK_OVERRUN, 2, EVENING + 5 * MINUTE, None),
    )
    assert going.value_ms == 15 * MINUTE
    (over,) = facts(late, 40)
    assert (over.until_ms, over.value_ms) == (EVENING + 25 * MINUTE, 20 * MINUTE)
    assert facts(late, 20) == (going,), "and of a moment before as it was"


def test_no_fact_is_told_that_no_rule_asks_for(late: Ground) -> None:
    late.put(catalogue("tidy"), EVENING + 41 * MINUTE)
    assert [len(facts(late, minutes)) for minutes in (40, 41)] == [1, 0]


def test_what_a_round_has_looked_at_is_not_brought_up_by_the_next(late: Ground) -> None:
    again = KEY.replace("walk", "again")
    mark = at_seat(SEATS[1], Mark.FAIL, "back", key=KEY, from_data=True)
    late.done(mark, EVENING + 22 * MINUTE)
    assert len(facts(late, 30)) == 1, "the round itself still shows why"
    assert late.walk(again, EVENING + 21 * MINUTE).facts != (), "it was not looked at then"
    assert late.walk(again, EVENING + 30 * MINUTE).facts == ()


def test_what_the_floor_knows_is_found_of_who_sits_there(late: Ground) -> None:
    seat = SEATS[1]
    late.done(at_seat(seat, Mark.FAIL, "back", key=KEY, from_data=True), EVENING + 22 * MINUTE)
    late.done(at_seat(seat, Mark.FAIL, "tidy", key=KEY), EVENING + 22 * MINUTE)
    found = {row.rule: (row.agent_id, row.where, row.place) for row in late.findings(EVENING + 23 * MINUTE)}
    assert found == {"back": (2, Where.SEAT, seat), "tidy": (None, Where.SEAT, seat)}
    assert late.order(at_seat(seat, Mark.PASS, "back", key=KEY), EVENING + 24 * MINUTE).done
    assert [row.rule for row in late.findings(EVENING + 25 * MINUTE)] == ["tidy"]
