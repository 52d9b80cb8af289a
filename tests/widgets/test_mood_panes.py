"""Moods on the screen: a team's today, one agent's cycle, the roll-call; nobody is ranked, and not everybody sees."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from data.mood import Weeks
from tests.widgets.floor_picture import NOW
from tests.widgets.gallery import make_look
from tests.widgets.people_picture import TEAM, people_picture, people_weeks
from tests.widgets.test_panes_golden import drawn
from widgets.look import Look
from widgets.mood import MOOD_WORDS, CyclePane, MoodPane
from widgets.pane import Pane
from widgets.roll_call import Entered, Fate, RollCallPane
from widgets.teams import of_team
from widgets.zh import ZH

GOLDEN = Path(__file__).parent / "golden"


def moods(look: Look) -> MoodPane:
    pane = MoodPane(look)
    pane.team, pane.weeks = TEAM, people_weeks()
    pane.picture, pane.now_ms = people_picture(), NOW
    pane._arranged(pane.ordered(pane.picture, NOW))
    return pane


def cycle(look: Look, agent: int = 120) -> CyclePane:
    pane = CyclePane(look)
    pane.agent, pane.weeks = agent, people_weeks()
    pane.picture, pane.now_ms = people_picture(), NOW
    return pane


def roll(look: Look) -> RollCallPane:
    pane = RollCallPane(look)
    pane.weeks, pane.picture, pane.now_ms = people_weeks(), of_team(people_picture(), TEAM), NOW
    pane._arranged(pane.ordered(pane.picture, NOW))
    pane.entered = {
        124: Entered(4, said=False, at_ms=NOW),
        128: Entered(2, said=True, at_ms=NOW, note="tired", fate=Fate.DONE),
        132: Entered(3, said=False, at_ms=NOW, fate=Fate.REFUSED, words="a lead acts on the own teams only"),
    }
    return pane


PANES: dict[str, tuple[Callable[[Look], Pane], int]] = {"mood": (moods, 12), "cycle": (cycle, 13), "roll": (roll, 19)}


@pytest.mark.parametrize("look", ["en", "zh", "ascii"])
@pytest.mark.parametrize("name", PANES)
def test_golden(name: str, look: str) -> None:
    make, height = PANES[name]
    said = []
    for width in (58, 80, 120, 200):
        lines = drawn(make(make_look(zh=look == "zh", ascii=look == "ascii")), width, height)
        assert {cell_len(line) for line in lines} == {width}
        said.append(f"{width}\n" + "\n".join(lines))
    whole = "\n".join(said) + "\n"
    file = GOLDEN / f"{name}.{look}.txt"
    if os.environ.get("FLOORWALK_GOLDEN") == "update":
        file.write_text(whole, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == whole


@pytest.mark.parametrize("make", [moods, cycle, roll])
@pytest.mark.parametrize("hidden", ["wall", "discreet"])
def test_moods_are_not_for_everybody(make: Callable[[Look], Pane], hidden: str) -> None:
    look = replace(make_look(), wall=hidden == "wall", discreet=hidden == "discreet")
    shown = "\n".join(drawn(make(look), 100, 12))
    assert "Moods are for the people who lead" in shown
    for word in ("王小明", "usually", "low", "slept", "roll-calls)", "marked"):
        assert word not in shown


def test_nobody_is_ranked_by_mood() -> None:
    """Whom to look after comes first, by kind of reason and the worst first; after them people stand as they sit."""
    pane = moods(make_look())
    rows = [entry.row for entry in pane._entries if entry.row is not None]
    weeks = people_weeks()
    reasons = [min((c.why for c in weeks.concerns.get(row.id, ())), default=9) for row in rows]
    assert reasons == sorted(reasons) and len(set(reasons)) > 2
    worst = [min(((c.why, c.low.value) for c in weeks.concerns.get(row.id, ())), default=(9, 0.0)) for row in rows]
    assert worst == sorted(worst)
    seats = [row.seat for row, own in zip(rows, reasons, strict=True) if own == 9]
    assert len(seats) > 1 and seats == sorted(seats)


def test_without_the_weeks_todays_marks_are_shown() -> None:
    pane = moods(make_look())
    pane.weeks = None
    pane._arranged(pane.ordered(people_picture(), NOW))
    shown = "\n".join(drawn(pane, 100, 12))
    assert "2 low" in shown and "slept badly" in shown
    assert "usually" not in shown


def test_a_team_without_marks_is_told_how_to_begin() -> None:
    pane = moods(make_look())
    pane.team, pane.weeks = "North", None
    pane._arranged(pane.ordered(people_picture(), NOW))
    assert "No mood was noted today. R takes the roll-call." in "\n".join(drawn(pane, 80, 6))
    pane.look = replace(pane.look, read_only=True)
    assert "No mood was noted today." in "\n".join(drawn(pane, 80, 6))
    assert "R takes" not in "\n".join(drawn(pane, 80, 6))


def test_an_agent_of_whom_nothing_was_noted_has_no_cycle() -> None:
    pane = cycle(make_look(), agent=159)
    assert "No mood was noted in the last four weeks." in "\n".join(drawn(pane, 80, 6))
    pane.weeks = Weeks(NOW, 1)
    assert "No mood was noted in the last four weeks." in "\n".join(drawn(pane, 80, 6))


def test_in_a_low_pane_the_cycle_is_its_hours_alone() -> None:
    shown = drawn(cycle(make_look()), 58, 6)
    assert len(shown) == 6
    assert any("all" in line and "4.0/9" in line for line in shown), shown


def test_the_scale_has_words_in_both_languages() -> None:
    assert set(MOOD_WORDS) == {1, 2, 3, 4, 5, None}
    assert len({ZH[word] for word in MOOD_WORDS.values()}) == 6


def test_a_mark_that_was_entered_stands_until_the_picture_tells_of_it() -> None:
    pane = roll(make_look())
    assert pane.mood_of(124) == pane.entered[124]
    assert pane.mood_of(132) is None, "a refused one was not noted"
    pane.now_ms = NOW + 60_000
    assert pane.mood_of(124) == pane.entered[124], "the desk has not answered yet"
    assert pane.mood_of(128) is None, "it was kept a minute ago, and the picture knows better"


def test_the_first_without_a_mark() -> None:
    pane = roll(make_look())
    first = pane.first_unmarked()
    assert first is not None and pane.mood_of(first) is None
    order = [entry.key for entry in pane._entries]
    assert all(pane.mood_of(int(key)) is not None for key in order[: order.index(first)])


@pytest.mark.parametrize("make", [moods, roll])
def test_why_is_told_whole_at_the_foot_of_the_pane_in_focus(
    make: Callable[[Look], MoodPane | RollCallPane], monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = make(make_look())
    pane.selected, pane._anchored = 100, True
    assert "usually 3.9, 7 roll-calls" not in "\n".join(drawn(pane, 80, 18))
    monkeypatch.setattr(type(pane), "has_focus", True)
    folded = " ".join(" ".join(line.strip("│▌┃ └") for line in drawn(pane, 80, 18)[-4:-1]).split())
    assert folded.endswith(
        "2 low today, usually 3.4 (9 roll-calls) · 3 days in a row below the usual (2.0; usually 3.9, 7 roll-calls)"
    )
    assert "slept badly" in folded
