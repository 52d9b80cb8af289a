"""What the floor itself knows comes with a walk: of the round's shift, of the rules that ask for it, as of a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data.discipline.catalogue import Catalogue, Edge, Offset, ShiftPlan
from data.model.days import HOUR, MINUTE
from data.model.discipline import Fact, Prefill
from data.model.observation import Paused, Resumed
from tests.data.people.site import NOON
from tests.data.rounds.ground import CATALOGUE, Ground

EVENING = NOON + 9 * HOUR
KEY = "2025-11-22/late/walk/1"


def catalogue(*rules: str) -> Catalogue:
    """Return a catalogue with a late shift from 21:00 to 23:00 and a walk from its begin."""
    back = {"back": replace(CATALOGUE.rules["badge"], id="back", prefill=Prefill.BREAK_OVERRUN)}
    start, end = Offset(Edge.START, 0), Offset(Edge.START, 60)
    walk = replace(CATALOGUE.checklists["walk"], rules=rules, opens=start, due=end, every_min=None)
    shifts = {"late": ShiftPlan("late", CATALOGUE.shifts["early"].title, 21 * 60, 23 * 60)}
    return replace(CATALOGUE, rules=CATALOGUE.rules | back, checklists={"walk": walk}, shifts=shifts)


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
