"""The panes of the page of discipline: what they say at three widths, in both languages, with all and with nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len

from data.alerts import Level
from data.discipline.catalogue import Occasion
from data.discipline.handover import SECTIONS
from data.model.days import MINUTE
from tests.widgets.discipline_picture import discipline_picture, discipline_seen, findings, hostile_discipline
from tests.widgets.floor_picture import NOW, empty_picture, floor_picture
from tests.widgets.gallery import make_look
from tests.widgets.held import drawn, hold, page
from widgets import attendance as attendance_pane
from widgets import findings as findings_pane
from widgets import handover, incidents, rounds, scores
from widgets.attendance import AttendancePane
from widgets.discipline_words import (
    AVOIDABLE_WORDS,
    CLOSING_WORDS,
    ENTRY_WORDS,
    GRAVITY_WORDS,
    MISSED_WORDS,
    OCCASION_WORDS,
    PRESENCE_WORDS,
    SECTION_WORDS,
    UNIT_WORDS,
    WORKED_WORDS,
    DisciplinePane,
)
from widgets.findings import FindingsPane, in_order, is_due, level_of
from widgets.handover import HandoverPane
from widgets.incidents import IncidentsPane
from widgets.look import Look
from widgets.rounds import RoundsPane
from widgets.scores import ScoresPane
from widgets.zh import ZH

PANES: dict[str, tuple[type[DisciplinePane], int]] = {  # type: ignore[type-arg]
    "rounds": (RoundsPane, 10),
    "findings": (FindingsPane, 18),
    "incidents": (IncidentsPane, 9),
    "handover": (HandoverPane, 26),
    "scores": (ScoresPane, 18),
    "attendance": (AttendancePane, 12),
}
WIDTHS = (50, 80, 120)
MODULES = (rounds, findings_pane, incidents, handover, scores, attendance_pane)


def made(name: str, look: Look) -> DisciplinePane:  # type: ignore[type-arg]
    pane = PANES[name][0](look)
    pane.set_seen(discipline_seen())
    pane.show(discipline_picture(), NOW)
    return pane


@pytest.mark.parametrize("look", ["en", "zh", "ascii"])
@pytest.mark.parametrize("name", PANES)
def test_golden(name: str, look: str) -> None:
    pane = made(name, make_look(zh=look == "zh", ascii=look == "ascii"))
    hold(f"discipline_{name}.{look}", page({width: drawn(pane, width, PANES[name][1]) for width in WIDTHS}))


@pytest.mark.parametrize("zh", [False, True])
def test_what_they_say_when_there_is_nothing(zh: bool) -> None:
    look = make_look(zh=zh)
    said: dict[str, list[str]] = {}
    for name, (kind, _) in PANES.items():
        seen = discipline_seen()
        nothing = seen._replace(closed=(), scores=seen.scores._replace(teams=(), zones=(), areas=(), pareto=()))
        nothing = nothing._replace(attendance=(), handover=None)
        loading, empty, failed = kind(look), kind(look), kind(look)
        unread, only = kind(look), kind(replace(look, read_only=True))
        unread.show(floor_picture()._replace(discipline=empty_picture().discipline), NOW)
        for pane in (empty, only):
            pane.set_seen(nothing)
            pane.show(floor_picture(), NOW)
        failed.show(floor_picture(), NOW)
        failed.fail("The store is newer than this console. Restart it.")
        states = {"loading": loading, "unread": unread, "empty": empty, "read_only": only, "failed": failed}
        said |= {f"{name} {state}": drawn(pane, 80, 5) for state, pane in states.items()}
    hold(f"discipline_nothing.{'zh' if zh else 'en'}", page(said))


@pytest.mark.parametrize("name", PANES)
def test_hostile_texts_are_drawn_as_texts(name: str) -> None:
    known, seen = hostile_discipline()
    pane = PANES[name][0](make_look())
    pane.set_seen(seen)
    pane.show(floor_picture()._replace(discipline=known), NOW)
    for width in WIDTHS:
        lines = drawn(pane, width, 20)
        assert all(line.isprintable() for line in lines), lines
    assert "red" in "".join(lines), "they are there, whatever they tried"
    feet = [pane.foot(entry.row) for entry in pane._entries if entry.row is not None]
    assert feet and all(foot.isprintable() for foot in feet)


def test_the_gravest_and_latest_come_first() -> None:
    rows = {row.id: row for row in findings()}
    late = rows[2]._replace(id=20, due_ms=NOW - 60 * MINUTE)
    open_ended = rows[2]._replace(id=21, due_ms=None)
    order = [row.id for row in in_order((*rows.values(), open_ended, late), NOW)]
    assert order == [20, 2, 4, 21, 1, 6, 5, 3, 8]
    assert level_of(rows[3], NOW) is Level.NOTICE and level_of(rows[3]._replace(due_ms=NOW), NOW) is Level.WARN
    assert level_of(rows[7], NOW) is Level.CALM and not is_due(rows[7]._replace(due_ms=0), NOW)


def test_who_may_not_see_them_is_told_whose_matter_attendance_is() -> None:
    pane = AttendancePane(replace(make_look(), discreet=True))
    pane.set_seen(discipline_seen())
    pane.show(discipline_picture(), NOW)
    lines = "\n".join(drawn(pane, 80, 6))
    assert "for the people who lead" in lines and "陈晓" not in lines and "1 absent" in lines


def test_the_words_of_discipline_have_their_chinese() -> None:
    told: list[Mapping[Any, str]] = [
        *(GRAVITY_WORDS, CLOSING_WORDS, PRESENCE_WORDS, AVOIDABLE_WORDS, WORKED_WORDS, ENTRY_WORDS),
        *(OCCASION_WORDS, SECTION_WORDS, MISSED_WORDS, UNIT_WORDS),
    ]
    words = {word for each in told for word in each.values()}
    heads = {column.head for module in MODULES for column in module._COLUMNS if column.head}
    assert not sorted(word for word in words | heads if word not in ZH)
    assert tuple(SECTION_WORDS) == SECTIONS and set(OCCASION_WORDS) == set(Occasion)
    for module in MODULES:
        for column in module._COLUMNS:
            most = max(column.width, column.most)
            assert max(cell_len(column.head), cell_len(ZH.get(column.head, ""))) <= most, column
