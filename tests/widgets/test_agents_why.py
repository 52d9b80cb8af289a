"""The agents pane: why somebody has a sign, who is under most strain, whom a filter finds, and what a wall shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.model.days import MINUTE
from data.model.picture import FlagRow, Picture
from data.model.words import Band, State
from tests.data.break_floor import NOW, agent, load, picture
from tests.widgets.floor_picture import floor_picture
from tests.widgets.gallery import make_look
from tests.widgets.held import drawn
from widgets.agents import AgentsPane
from widgets.cells import folded
from widgets.checklist import ChecklistPane
from widgets.look import Look


def feet(seen: Picture, look: Look | None = None) -> dict[int, str]:
    pane = AgentsPane(look or Look())
    pane.show(seen, NOW)
    return {entry.row.id: pane.foot(entry.row) for entry in pane.ordered(seen, NOW) if entry.row}


def strained() -> Picture:
    agents = [
        agent(1, State.TALKING, since_s=434)._replace(flags=1, urgent=1),
        agent(2, State.NOT_READY, "rest", since_s=780),
        agent(3, State.NOT_READY, "restroom", since_s=9_000),
        agent(4, State.WRAP_UP, since_s=70),
        agent(5),
        agent(6),
    ]
    flag = FlagRow(9, 1, "Agent 1", "asked_for_help", "", "zhang", NOW - 21 * MINUTE, None)
    loads = {1: load(1, Band.OK, 22.0), 5: load(5, Band.OK, 20.0, overdue=True), 3: load(3, Band.URGENT, 80.0)}
    return picture(agents, loads=loads)._replace(flags=(flag,))


def test_the_foot_says_which_thresholds_were_reached() -> None:
    said = feet(strained())
    assert said[1] == "▲ talk 7:14 (over 5:00) · load 22 · asked for help 02:39"
    assert said[2] == "! rest 13:00 (over 10:00)"
    assert said[4] == "! wrap 1:10 (over 1:00)"
    assert said[5] == "load 20: 2 h without a break"
    assert said[3] == said[6] == "", "a protected reason is nothing to explain"
    assert feet(strained(), make_look(zh=True))[1].startswith("▲ 通话 7:14（超过 5:00） · 负荷 22 · 举手求助 10:39")


def test_who_may_only_look_learns_no_load_from_the_foot() -> None:
    said = feet(strained(), replace(Look(), discreet=True))
    assert "load" not in "".join(said.values()) and "talk 7:14" in said[1]


def test_by_load_the_worst_strain_comes_first_and_who_rests_has_no_turn() -> None:
    pane = AgentsPane(Look())
    pane.show(strained(), NOW)
    assert pane.cycle_sort() == "load"
    assert [entry.key for entry in pane.ordered(strained(), NOW)][:3] == [5, 3, 1]
    blind = AgentsPane(replace(Look(), discreet=True))
    blind.show(strained(), NOW)
    assert blind.cycle_sort() == "time"


@pytest.mark.parametrize(
    ("typed", "found"), [("chloe", "Chloé"), ("LUKASZ", "Łukasz"), ("søren", "Soren"), ("孙", "孙伟")]
)
def test_a_filter_finds_names_without_their_accents(typed: str, found: str) -> None:
    assert folded(typed) in folded(found)
    pane = AgentsPane(Look())
    pane.set_filter(typed)
    seen = picture([agent(1)._replace(name=found), agent(2)])
    pane.show(seen, NOW)
    assert [entry.key for entry in pane.ordered(seen, NOW)] == [1]


def test_a_wall_counts_the_teams_and_shows_nobody_up() -> None:
    pane = AgentsPane(replace(Look(), wall=True))
    pane.show(strained(), NOW)
    said = "\n".join(drawn(pane, 100, 12))
    assert "North 6" in said and "● talk 1" in said and "■ out 2" in said
    assert not any(text in said for text in ("Agent ", "7:14", "rest", "need you", "AHT", "load"))


def test_a_wall_has_no_owners_and_places_of_the_checklist() -> None:
    for wall, keys in ((True, {"sign", "text"}), (False, {"sign", "text", "owner", "place"})):
        pane = ChecklistPane(replace(Look(), wall=wall))
        pane.show(floor_picture(), NOW)
        assert keys <= {column.key for column in pane.columns()} and (not wall or len(pane.columns()) == 2)
