"""Loads on the screen: who comes first, what is said of the parts, and what is said to whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.load import RULES, Workload, scored
from data.model.picture import LoadRow, Person
from data.model.words import Band, State
from tests.widgets.floor_picture import NOW, floor_picture
from tests.widgets.gallery import make_look
from tests.widgets.held import drawn, hold, page
from tests.widgets.person_picture import CALM, OFFER, UNKNOWN, URGENT, load_of, with_people
from widgets.canvas import text_of
from widgets.load import Loaded, LoadPane, asked, band_piece, course_lines, load_sentences, part_lines, reasons

LOOKS = {"en": make_look(), "zh": make_look(zh=True), "ascii": make_look(ascii=True)}


@pytest.mark.parametrize("look", LOOKS)
def test_golden(look: str) -> None:
    pane = LoadPane(LOOKS[look])
    pane.show(with_people(floor_picture()), NOW)
    hold(f"load.{look}", page({width: drawn(pane, width, 20) for width in (60, 80, 120, 200)}))


@pytest.mark.parametrize("look", LOOKS)
def test_a_load_in_sentences_and_in_parts(look: str) -> None:
    said = {}
    for name, kind in (("urgent", URGENT), ("offer", OFFER), ("calm", CALM), ("unknown", UNKNOWN)):
        load = load_of(1, NOW, *kind)
        said[name] = [*load_sentences(load, LOOKS[look]), *map(text_of, part_lines(load, 76, LOOKS[look]))]
    hold(f"load_why.{look}", page(said))


def _rows(pane: LoadPane) -> list[Loaded]:
    pane.show(with_people(floor_picture()), NOW)
    pane.sync()
    return [entry.row for entry in pane._entries if entry.row is not None]


def test_who_needs_a_break_most_comes_first_and_who_is_not_known_last_of_equals() -> None:
    rows = _rows(LoadPane(LOOKS["en"]))
    loads = [row.load for row in rows if row.agent.state is not State.NOT_READY]
    assert rows[: len(loads)] != rows and all(row.agent.state is State.NOT_READY for row in rows[-1:])
    bands = [asked(load) for load in loads]
    assert bands == sorted(bands, reverse=True) and {Band.OFFER, Band.WATCH, Band.OK} <= set(bands)
    for band in set(bands):
        scores = [-1 if load.score is None else load.score for load in loads if asked(load) == band]
        assert scores == sorted(scores, reverse=True)


def test_two_hours_without_a_break_ask_for_one_even_where_there_is_no_score() -> None:
    load = load_of(1, NOW, *UNKNOWN)
    assert load.score is None and load.overdue and asked(load) is Band.OFFER
    assert asked(load._replace(overdue=False)) is Band.OK
    pane = LoadPane(LOOKS["en"])
    picture = floor_picture()
    there = next(agent for agent in picture.agents if agent.state is State.TALKING)
    out = next(agent for agent in picture.agents if agent.state is State.NOT_READY)
    pane.show(picture._replace(loads={agent.id: load._replace(agent_id=agent.id) for agent in (there, out)}), NOW)
    text = "\n".join(drawn(pane, 120, 6))
    assert "1 to offer a break" in text and text.count("2 h+") == 1, "who is out has a break already"
    assert text.index(there.name) < text.index(out.name) and "no score: 35 % known" in text
    assert "! 2 h without a break" in band_piece(load, LOOKS["en"]).text
    assert band_piece(load._replace(band=Band.URGENT), LOOKS["en"]).text == "▲ urgent"


@pytest.mark.parametrize("hidden", ["wall", "discreet"])
def test_loads_are_not_for_everybody(hidden: str) -> None:
    pane = LoadPane(replace(LOOKS["en"], wall=hidden == "wall", discreet=hidden == "discreet"))
    pane.show(with_people(floor_picture()), NOW)
    text = "\n".join(drawn(pane, 120, 20))
    assert "Loads are for the people who lead." in text
    assert "min since a break" not in text and "王小明" not in text


def test_nobody_signed_in_has_no_load() -> None:
    pane = LoadPane(LOOKS["en"])
    pane.show(floor_picture(), NOW)
    assert "computed of those who are signed in" in "\n".join(drawn(pane, 120, 8))


def _values() -> st.SearchStrategy[tuple[float | None, ...]]:
    return st.tuples(*(st.none() | st.floats(0, 3 * rule.hi) for rule in RULES))


@given(_values(), st.integers(20, 200))
def test_any_load_is_drawn_whole_and_its_parts_are_all_told(values: tuple[float | None, ...], width: int) -> None:
    score = scored(Workload(*values))
    load = LoadRow(1, score.score, score.coverage, Band.OK, NOW, score.parts)
    lines = part_lines(load, width, LOOKS["en"])
    assert len(lines) == len(RULES) + 2
    sentences = " ".join(load_sentences(load, LOOKS["en"]))
    assert ("Not known" in sentences) == (None in values)
    assert f"Covers {load.coverage} %" in sentences
    assert reasons(load, LOOKS["en"]).count(",") <= 1


def test_the_days_course_shows_where_nothing_is_known() -> None:
    person = Person(None, (10.0, None, 70.0), NOW - NOW % 3_600_000, (), (), (), (), ())
    strip, hours = course_lines(person, 12, LOOKS["en"])
    assert text_of(strip) == "▂▂▂▂┊┊┊┊▆▆▆▆"
    assert text_of(hours).startswith("14")
    assert [piece.tone for piece in strip][:3] == ["load", "faint", "level-alarm"]
    assert not course_lines(person._replace(load_day=(None, None)), 12, LOOKS["en"])
