"""The panes of the page of discipline: what they say at three widths, in both languages, with all and with nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.widgets.discipline_picture import discipline_picture, discipline_seen
from tests.widgets.floor_picture import NOW, empty_picture, floor_picture
from tests.widgets.gallery import make_look
from tests.widgets.held import drawn, hold, page
from widgets.attendance import AttendancePane
from widgets.discipline_words import DisciplinePane
from widgets.findings import FindingsPane
from widgets.handover import HandoverPane
from widgets.incidents import IncidentsPane
from widgets.look import Look
from widgets.rounds import RoundsPane
from widgets.scores import ScoresPane

PANES: dict[str, tuple[type[DisciplinePane], int]] = {  # type: ignore[type-arg]
    "rounds": (RoundsPane, 10),
    "findings": (FindingsPane, 18),
    "incidents": (IncidentsPane, 9),
    "handover": (HandoverPane, 26),
    "scores": (ScoresPane, 18),
    "attendance": (AttendancePane, 12),
}
WIDTHS = (50, 80, 120)


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
