"""Panes in a running app: what is sent, what is selected, what is said when keys and the pointer are used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown
from textual.geometry import Region

from data.model.days import SECOND
from data.model.words import State
from tests.widgets.floor_picture import NOW, agent_detail, day_strip, floor_picture
from tests.widgets.gallery import Gallery, make_look, translate
from themes import THEMES
from widgets.agents import AgentsPane
from widgets.breaks import BreaksPane
from widgets.canvas import Canvas, text_of
from widgets.detail import DetailPane
from widgets.keys import KeyBar
from widgets.pane import Pane
from widgets.queues import QueuesPane
from widgets.scrubber import Scrubber
from widgets.seat_map import SeatMap

pytestmark = pytest.mark.anyio


class Stage(App[None]):
    """Panes on a screen of their own; it notes what they post."""

    CSS = "Pane { height: 1fr; }"

    def __init__(self, *panes: Canvas) -> None:
        super().__init__()
        self.panes = panes
        self.said: list[tuple[str, object]] = []
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def compose(self) -> ComposeResult:
        yield from self.panes

    def show(self, after_s: int = 0) -> None:
        for pane in self.panes:
            pane.show(floor_picture(), NOW + after_s * SECOND)

    @on(Pane.Selected)
    @on(Pane.Opened)
    def note_row(self, event: Pane.Selected | Pane.Opened) -> None:
        self.said.append((type(event).__name__, event.key))

    @on(KeyBar.Pressed)
    def note_key(self, event: KeyBar.Pressed) -> None:
        self.said.append(("Pressed", event.key))

    @on(Scrubber.Sought)
    def note_moment(self, event: Scrubber.Sought) -> None:
        self.said.append(("Sought", event.moment_ms))


def watched(pane: Canvas, monkeypatch: pytest.MonkeyPatch) -> list[Sequence[Region]]:
    """Return the list to which the pane's refreshes are noted; an empty one is the whole pane."""
    refreshed: list[Sequence[Region]] = []
    refresh = pane.refresh

    def note(*regions: Region, **options: Any) -> Any:  # noqa: ANN401
        refreshed.append(regions)
        return refresh(*regions, **options)

    monkeypatch.setattr(pane, "refresh", note)
    return refreshed


async def test_a_tick_refreshes_only_the_cells_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    pane = AgentsPane(make_look())
    app = Stage(pane)
    async with app.run_test(size=(100, 30)) as pilot:
        app.show()
        await pilot.pause()
        refreshed = watched(pane, monkeypatch)
        app.show()
        assert refreshed == []
        pane.show(floor_picture(), NOW + SECOND)
        (regions,) = refreshed
        ticking = [region for region in regions if 1 < region.y < 26]  # the foot ticks besides
        assert ticking
        assert all(region.right <= 14 for region in ticking)


async def test_an_unseen_pane_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pane = AgentsPane(make_look())
    app = Stage(pane, QueuesPane(make_look()))
    async with app.run_test(size=(100, 30)) as pilot:
        app.show()
        await pilot.pause()
        pane.display = False
        await pilot.pause()
        refreshed = watched(pane, monkeypatch)
        monkeypatch.setattr(pane, "draw", lambda *_: pytest.fail("drawn while hidden"))
        app.show(60)
        assert refreshed == []
        monkeypatch.undo()
        pane.display = True
        await pilot.pause()
        app.show(61)
        await pilot.pause()
        assert "22:53" in "".join(text_of(line) for line in pane._lines)


async def test_the_cursor_stays_with_its_agent_and_opens() -> None:
    pane = AgentsPane(make_look())
    app = Stage(pane)
    async with app.run_test(size=(100, 20)) as pilot:
        app.show()
        await pilot.press("tab", *["j"] * 12, "k", "pagedown")
        await pilot.pause()
        chosen = pane.selected
        assert isinstance(chosen, int)
        worse = tuple(
            agent._replace(since_ms=NOW - 40_000_000) if agent.state is State.TALKING and agent.id != chosen else agent
            for agent in floor_picture().agents
        )
        pane.show(floor_picture()._replace(agents=worse), NOW)
        await pilot.pause()
        assert pane.selected == chosen
        assert pane.top <= pane._index[chosen] < pane.top + pane._height
        await pilot.press("enter")
        assert app.said[-1] == ("Opened", chosen)
        await pilot.press("end")
        assert pane.selected == pane._entries[-1].key


async def test_click_wheel_and_double_click() -> None:
    pane = AgentsPane(make_look())
    app = Stage(pane)
    async with app.run_test(size=(100, 20)) as pilot:
        app.show()
        await pilot.pause()
        await pilot.click(pane, offset=(10, 4))
        third = pane._entries[2].key
        assert app.said == [("Selected", third)]
        await pilot.double_click(pane, offset=(10, 5))
        assert app.said[-1] == ("Opened", pane._entries[3].key)
        await pilot._post_mouse_events([MouseScrollDown], pane)
        await pilot.pause()
        assert pane.top == 3
        assert pane.selected == pane._entries[3].key


async def test_remarks_are_stepped_over() -> None:
    pane = QueuesPane(make_look())
    app = Stage(pane)
    async with app.run_test(size=(100, 20)) as pilot:
        app.show()
        await pilot.press("tab", *["down"] * 20)
        assert [key for name, key in app.said if name == "Selected"] == [1, 2, 4, 5, 3, 7]


async def test_filter_sort_and_groups() -> None:
    pane = AgentsPane(make_look(zh=True))
    app = Stage(pane)
    async with app.run_test(size=(100, 30)) as pilot:
        app.show()
        pane.set_filter("客服 小休")
        await pilot.pause()
        assert {entry.row.reason for entry in pane._entries if entry.row} == {"rest"}
        pane.set_filter("nobody at all")
        await pilot.pause()
        assert "Esc" in "".join(text_of(line) for line in pane._lines)
        pane.set_filter("")
        pane.set_grouped(True)
        assert sum(entry.row is None for entry in pane._entries) == 4
        assert [pane.cycle_sort(), pane.cycle_sort()] == ["load", "time"]
        with pytest.raises(ValueError, match="no order"):
            pane.set_sort("height")


async def test_the_map_is_walked() -> None:
    pane = SeatMap(make_look())
    app = Stage(pane)
    async with app.run_test(size=(130, 30)) as pilot:
        app.show()
        await pilot.press("tab", "right", "l", "down", "enter")
        assert app.said == [("Selected", 101), ("Selected", 102), ("Selected", 112), ("Opened", 112)]
        await pilot.click(pane, offset=(8, 2))
        assert pane.selected == 100


async def test_scrubber_and_keys_are_clicked() -> None:
    scrubber, keys = Scrubber(make_look()), KeyBar(make_look(), [("f", "flag"), ("?", "help")])
    app = Stage(scrubber, keys)
    async with app.run_test(size=(80, 10)) as pilot:
        scrubber.set_strip(day_strip())
        app.show()
        await pilot.pause()
        await pilot.click(scrubber, offset=(7, 0))
        await pilot.click(keys, offset=(9, 0))
        assert app.said == [("Sought", day_strip().since_ms), ("Pressed", "?")]


async def test_detail_lists_the_calls() -> None:
    pane = DetailPane(make_look())
    app = Stage(pane)
    async with app.run_test(size=(100, 30)) as pilot:
        pane.set_detail(None)
        app.show()
        await pilot.pause()
        assert "Reading the day" in "".join(text_of(line) for line in pane._lines)
        pane.set_detail(agent_detail())
        await pilot.press("tab", "down", "enter")
        assert app.said[-1] == ("Opened", 21)
        await pilot.click(pane, offset=(6, 13))
        assert pane.selected == 22 - (13 - 1 - (pane.inner_height - pane._height))


async def test_theme_language_and_replay_are_in_force_at_once() -> None:
    pane = BreaksPane(make_look())
    app = Stage(pane)
    async with app.run_test(size=(80, 14)) as pilot:
        app.show()
        await pilot.press("tab")
        before = pane.palette
        app.theme = "floorwalk-light"
        await pilot.pause()
        light = pane.palette
        assert light.key != before.key
        app.screen.add_class("-replay")
        await pilot.pause()
        assert pane.palette.style("accent") != light.style("accent")
        pane.set_look(make_look(zh=True))
        await pilot.pause()
        assert translate("Breaks") in "".join(text_of(line) for line in pane._lines)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50), (30, 8)])
async def test_the_gallery_runs_in_every_size(size: tuple[int, int]) -> None:
    app = Gallery(make_look(), THEMES[0].name, still=True)
    async with app.run_test(size=size) as pilot:
        await pilot.press("m", "m", "d", "d", "p", "z", "t", "u", "s", "x", "tab", "down")
        await pilot.pause()
        assert "\x1b" not in "".join(text_of(line) for pane in app.query(Canvas) for line in pane._lines)


async def test_five_thousand_agents_scroll_and_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only rows in view are formatted, whatever their number."""
    picture = floor_picture()
    agents = tuple(picture.agents[i % 60]._replace(id=i, name=f"Agent {i}") for i in range(5000))
    pane = AgentsPane(make_look())
    app = Stage(pane)
    async with app.run_test(size=(120, 40)) as pilot:
        pane.show(picture._replace(agents=agents), NOW)
        await pilot.press("tab", "pagedown")
        formatted: list[int] = []
        cells = pane.cells

        def note(row: Any, now_ms: int, widths: Any) -> Any:  # noqa: ANN401
            formatted.append(row.id)
            return cells(row, now_ms, widths)

        monkeypatch.setattr(pane, "cells", note)
        pane.show(picture._replace(agents=agents), NOW + SECOND)
        await pilot.press("pagedown")
        assert 0 < len(formatted) <= 4 * 40
