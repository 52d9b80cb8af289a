"""An agent's own page: its panes at every size, acts on that agent, replay, and the way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.screens.agent import AgentScreen
from console.screens.chooser import ChooserScreen
from console.screens.detail import DetailScreen
from console.screens.floor import FloorScreen
from console.screens.why_load import WhyLoadScreen
from data.model.people import PauseAgent, ResolveFlag, Role
from data.model.picture import FlagRow
from tests.console.acting import acting_floor
from tests.console.floor_pilot import MEDIUM, NARROW, WIDE, app_of, floor, past, press, shows, until
from tests.console.floor_store import SURGE
from tests.console.strained import strained
from tests.console.test_floor_golden import hold, looking
from widgets.agents import AgentsPane
from widgets.detail import DetailPane
from widgets.person import PersonLoadPane

__all__ = ["strained"]
pytestmark = pytest.mark.anyio
SIZES = {"narrow": NARROW, "medium": MEDIUM, "wide": WIDE}


async def opened(pilot: Pilot[None]) -> AgentScreen:
    """Open the page of the first agent and wait for the day."""
    app = app_of(pilot)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, AgentScreen), "opened")
    screen = app.screen
    assert isinstance(screen, AgentScreen)
    await until(pilot, lambda: screen.query_one(DetailPane).detail is not None, "read")
    return screen


@pytest.mark.parametrize("look", ["en", "zh", pytest.param("ascii", marks=pytest.mark.slow)])
@pytest.mark.parametrize("size", SIZES)
async def test_golden(played: Path, strained: None, size: str, look: str) -> None:
    async with floor(looking(played, look), SIZES[size]) as pilot:
        await opened(pilot)
        hold(pilot, f"agent_{size}", look)
        if size == "narrow":
            for number, name in enumerate(("load", "flags", "mood", "log"), 2):
                await press(pilot, str(number))
                hold(pilot, f"agent_{size}_{name}", look)


async def test_each_pane_can_have_the_whole_screen(played: Path, strained: None) -> None:
    async with floor(past(played), WIDE) as pilot:
        screen = await opened(pilot)
        for number, name in enumerate(screen.PANES, 1):
            await press(pilot, str(number), "z")
            assert [pane for pane in screen.PANES if screen.pane(pane).display] == [name]
            assert screen.pane(name).size.width == WIDE[0]
            assert screen.pane(name).size.height > WIDE[1] - 8
            await press(pilot, "z")
            assert all(screen.pane(pane).display for pane in screen.PANES)


async def test_the_page_is_of_the_agent_under_the_cursor_and_leads_back_to_it(played: Path) -> None:
    async with floor(past(played), MEDIUM) as pilot:
        app = app_of(pilot)
        await press(pilot, "j", "j", "j")
        floor_screen = app.screen
        selected = floor_screen.query_one("#agents", AgentsPane).selected
        screen = await opened(pilot)
        assert screen.agent == selected and screen.chosen_agent() is not None
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is floor_screen, "back")
        assert isinstance(floor_screen, FloorScreen)
        assert floor_screen.query_one("#agents", AgentsPane).selected == selected


async def test_a_queues_day_is_no_persons(played: Path) -> None:
    async with floor(past(played), MEDIUM) as pilot:
        await press(pilot, "1")
        await press(pilot, "enter")
        assert isinstance(app_of(pilot).screen, DetailScreen)


async def test_acts_are_about_the_person(played: Path, strained: None) -> None:
    async with acting_floor(played, NARROW, role=Role.LEAD) as (pilot, desk):
        app, screen = app_of(pilot), await opened(pilot)
        agent = screen.chosen_agent()
        assert agent is not None
        await pilot.press("5", "p")
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen), "asked")
        assert shows(app, f"{agent.name}: phone")
        await pilot.press("2")
        await until(pilot, lambda: desk.ordered, "ordered")
        assert desk.ordered == [PauseAgent(agent.id, "meal")]


async def test_x_deals_with_the_flag_under_the_cursor(played: Path, strained: None) -> None:
    async with acting_floor(played, NARROW, role=Role.LEAD) as (pilot, desk):
        app, screen = app_of(pilot), await opened(pilot)
        await pilot.press("3")
        await until(pilot, lambda: screen.chosen_flag() is not None, "on a flag")
        flag = screen.chosen_flag()
        assert isinstance(flag, FlagRow) and flag.kind == "distressed_caller"
        await pilot.press("x")
        await until(pilot, lambda: app.screen is not screen, "asked")
        await pilot.press("x")
        await until(pilot, lambda: shows(app, "what helped?"), "asked what helped")
        await pilot.press("1")
        await until(pilot, lambda: desk.ordered, "ordered")
        (ordered,) = desk.ordered
        assert isinstance(ordered, ResolveFlag) and ordered.id == flag.id


async def test_it_replays_with_the_day_up_to_the_moment(played: Path, strained: None) -> None:
    async with floor(past(played), MEDIUM) as pilot:
        app, screen = app_of(pilot), await opened(pilot)
        pane = screen.query_one(DetailPane)
        assert pane.detail is not None and pane.detail.moment_ms == SURGE
        calls = pane.detail.calls_in_all
        await pilot.press("g", *"0915", "enter")
        await until(pilot, lambda: shows(app, "09:15:00") and pane.now_ms < SURGE, "there")
        await until(pilot, lambda: pane.detail is not None and pane.detail.moment_ms < SURGE, "the day as it was")
        assert pane.detail.calls_in_all < calls
        assert pane.detail.timeline[-1].until_ms <= app.clock.moment()


async def test_w_explains_the_load(played: Path, strained: None) -> None:
    async with floor(past(played), NARROW) as pilot:
        app, screen = app_of(pilot), await opened(pilot)
        agent = screen.chosen_agent()
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, WhyLoadScreen), "explained")
        assert agent is not None and shows(app, agent.name, "Computed from workload only.", "minutes since a break")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen, "back")


async def test_what_a_viewer_is_shown(played: Path, strained: None) -> None:
    async with acting_floor(played, WIDE, role=Role.VIEWER) as (pilot, _):
        app, screen = app_of(pilot), await opened(pilot)
        load = screen.query_one(PersonLoadPane)
        await until(pilot, lambda: load.person is not None, "told")
        assert shows(app, "Loads are for the people who lead.", "What was noted of people is for the people who lead.")
        assert not shows(app, "caller shouted") and not shows(app, "greeting by name")
