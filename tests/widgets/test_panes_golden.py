"""What each pane says, as plain text at three widths: `FLOORWALK_GOLDEN=update` writes the files anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.widgets.floor_picture import NOW, agent_detail, day_strip, empty_picture, floor_picture
from tests.widgets.gallery import KEYS, make_look
from widgets.agents import AgentsPane
from widgets.breaks import BreaksPane
from widgets.canvas import Canvas, text_of
from widgets.checklist import ChecklistPane
from widgets.detail import DetailPane
from widgets.flags import FlagsPane
from widgets.header import ONE_LINE, FloorHeader
from widgets.keys import KeyBar
from widgets.look import ClockState, Look
from widgets.pane import Pane
from widgets.queues import QueuesPane
from widgets.scrubber import Scrubber
from widgets.seat_map import SeatMap

GOLDEN = Path(__file__).parent / "golden"
WIDTHS = (80, 120, 200)


def _grouped(look: Look) -> AgentsPane:
    pane = AgentsPane(look)
    pane.grouped = True
    return pane


def _detail(look: Look) -> DetailPane:
    pane = DetailPane(look)
    pane.detail = agent_detail()
    return pane


def _scrubber(look: Look) -> Scrubber:
    pane = Scrubber(look)
    pane.strip = day_strip()
    return pane


MAKERS: dict[str, tuple[Callable[[Look], Canvas], int]] = {
    "header": (FloorHeader, 0),
    "header_replay": (lambda look: FloorHeader(look, ClockState("replay", 8)), 0),
    "header_read_only": (lambda look: FloorHeader(look, ClockState(read_only=True)), 0),
    "queues": (QueuesPane, 13),
    "agents": (AgentsPane, 34),
    "agents_grouped": (_grouped, 34),
    "seat_map": (SeatMap, 26),
    "breaks": (BreaksPane, 11),
    "flags": (FlagsPane, 6),
    "checklist": (ChecklistPane, 9),
    "detail": (_detail, 24),
    "scrubber": (_scrubber, 2),
    "keys": (lambda look: KeyBar(look, KEYS), 1),
}


def drawn(pane: Canvas, width: int, height: int) -> list[str]:
    """Return the lines of a pane that no app holds."""
    pane.sync()
    return [text_of(line) for line in pane.draw(width, height)]


def lines_of(name: str, width: int, look: Look) -> list[str]:
    """Return the lines of a pane on the hand-made floor."""
    maker, height = MAKERS[name]
    pane = maker(look)
    pane.show(floor_picture(), NOW)
    return drawn(pane, width, height or (1 if width >= ONE_LINE else 2))


@pytest.mark.parametrize("look", ["en", "zh", "ascii"])
@pytest.mark.parametrize("name", MAKERS)
def test_golden(name: str, look: str) -> None:
    chosen = make_look(zh=look == "zh", ascii=look == "ascii")
    drawings = {width: lines_of(name, width, chosen) for width in WIDTHS}
    for width, lines in drawings.items():
        assert {cell_len(line) for line in lines} == {width}
    text = "\n".join(f"{width}\n" + "\n".join(lines) for width, lines in drawings.items()) + "\n"
    file = GOLDEN / f"{name}.{look}.txt"
    if os.environ.get("FLOORWALK_GOLDEN") == "update":
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


PANES: tuple[type[Pane], ...] = (QueuesPane, AgentsPane, SeatMap, BreaksPane, FlagsPane, ChecklistPane)


@pytest.mark.parametrize("zh", [False, True])
def test_what_panes_say_when_there_is_nothing(zh: bool) -> None:
    look = make_look(zh=zh)
    said = []
    for kind in PANES:
        loading = kind(look)
        empty, unmeasured, failed = kind(look), kind(look), kind(look)
        empty.show(empty_picture(), NOW)
        unmeasured.show(empty_picture(empty_picture().source.health.NONE), NOW)
        failed.show(floor_picture(), NOW)
        failed.fail("The store is newer than this console. Restart it.")
        down = kind(look)
        down.show(empty_picture(empty_picture().source.health.DOWN), NOW)
        states = {"loading": loading, "empty": empty, "unmeasured": unmeasured, "failed": failed, "down": down}
        for state, pane in states.items():
            lines = drawn(pane, 80, 5)
            assert {cell_len(line) for line in lines} == {80}
            said.append(f"{kind.__name__} {state}\n" + "\n".join(lines))
    text = "\n".join(said) + "\n"
    file = GOLDEN / f"nothing.{'zh' if zh else 'en'}.txt"
    if os.environ.get("FLOORWALK_GOLDEN") == "update":
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text
