"""Wellbeing: a team's load, flags, breaks and moods at every size, acts on the agent under the cursor, and replay."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.app import FloorApp
from console.locale import Language
from console.screens.agent import AgentScreen
from console.screens.chooser import ChooserScreen
from console.screens.floor import FloorScreen
from console.screens.wellbeing import WellbeingScreen
from console.screens.why_load import WhyLoadScreen
from data.model.people import PauseAgent, Role, Standing
from tests.console.acting import ALL_PHONES, acting_floor
from tests.console.floor_pilot import MEDIUM, NARROW, WIDE, app_of, floor, past, press, shows, text_of, until
from tests.console.floor_store import SURGE
from tests.console.strained import strained
from tests.console.test_floor_golden import hold, looking
from widgets.load import LoadPane

__all__ = ["strained"]
pytestmark = pytest.mark.anyio
SIZES = {"narrow": NARROW, "medium": MEDIUM, "wide": WIDE}


def screen_of(app: FloorApp) -> WellbeingScreen:
    assert isinstance(app.screen, WellbeingScreen)
    return app.screen


async def there(pilot: Pilot[None]) -> WellbeingScreen:
    """Open Wellbeing and wait for its people."""
    app = app_of(pilot)
    await pilot.press("W")
    await until(pilot, lambda: isinstance(app.screen, WellbeingScreen), "opened")
    screen = screen_of(app)
    await until(pilot, lambda: screen.query_one(LoadPane).selected is not None, "filled")
    await until(pilot, lambda: app.seen is not None and app.seen.moods is not None, "the weeks of moods")
    return screen


@pytest.mark.parametrize("look", ["en", "zh", pytest.param("ascii", marks=pytest.mark.slow)])
@pytest.mark.parametrize("size", SIZES)
async def test_golden(played: Path, strained: None, size: str, look: str) -> None:
    async with floor(looking(played, look), SIZES[size]) as pilot:
        await there(pilot)
        hold(pilot, f"wellbeing_{size}", look)
        if size == "narrow":
            for number, name in enumerate(("flags", "breaks", "mood"), 2):
                await press(pilot, str(number))
                hold(pilot, f"wellbeing_{size}_{name}", look)


async def test_a_store_without_loads_says_so(quiet: Path) -> None:
    async with floor(past(quiet), MEDIUM) as pilot:
        await pilot.press("W")
        app = app_of(pilot)
        await until(pilot, lambda: shows(app, "Wellbeing · all teams", "No load is known"), "said")


async def test_a_store_that_can_be_read_no_more_is_told(played: Path, tmp_path: Path) -> None:
    store = tmp_path / "gone.sqlite"
    store.write_bytes(played.read_bytes())
    async with floor(past(store), MEDIUM) as pilot:
        await pilot.press("W")
        app = app_of(pilot)
        await until(pilot, lambda: isinstance(app.screen, WellbeingScreen), "opened")
        store.write_bytes(b"no store at all" * 1000)
        await pilot.press("full_stop")
        await until(pilot, lambda: shows(app, "is not a Floorwalk store"), "told")


# ------------------------------------------------------------------ teams


async def test_t_goes_through_the_teams_and_back_to_all(played: Path, strained: None) -> None:
    async with floor(past(played), MEDIUM) as pilot:
        screen, app = await there(pilot), app_of(pilot)
        assert app.seen is not None and app.seen.picture is not None
        teams = sorted({agent.team for agent in app.seen.picture.agents if agent.team})
        assert screen.team == ""
        for at, team in enumerate(teams, 1):
            await press(pilot, "t")
            assert screen.team == team and shows(app, f"{team}  {at}/{len(teams)}")
            shown = screen.query_one(LoadPane).picture
            assert shown is not None and {agent.team for agent in shown.agents} == {team}
        await press(pilot, "t")
        assert screen.team == "" and shows(app, "all teams")


async def test_a_lead_sees_the_own_team_first(played: Path, strained: None) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        app = app_of(pilot)
        assert app.seen is not None and app.seen.picture is not None
        own = sorted({agent.team for agent in app.seen.picture.agents if agent.team})[1]
        desk.standing = Standing("lead", Role.LEAD, (own,), (("simulator", ALL_PHONES),))
        app.set_standing(desk.standing)
        screen = await there(pilot)
        assert screen.team == own


# ------------------------------------------------------------------ what leads on from here


async def test_an_act_is_about_the_agent_under_the_cursor_of_the_pane_in_use(played: Path, strained: None) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, desk):
        screen, app = await there(pilot), app_of(pilot)
        await pilot.press("j", "j")
        chosen = screen.chosen_agent()
        assert chosen is not None and chosen.id == screen.query_one(LoadPane).selected
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen), "asked")
        assert shows(app, f"{chosen.name}: phone")
        await pilot.press("1")
        await until(pilot, lambda: desk.ordered, "ordered")
        assert desk.ordered == [PauseAgent(chosen.id, "rest")]
        await pilot.press("2")
        flagged = screen.chosen_agent()
        assert screen.picture is not None and flagged is not None
        assert flagged.id in {flag.agent_id for flag in screen.picture.flags}


async def test_enter_opens_the_agents_page_and_escape_leads_all_the_way_back(played: Path, strained: None) -> None:
    async with floor(past(played), MEDIUM) as pilot:
        screen, app = await there(pilot), app_of(pilot)
        selected = screen.query_one(LoadPane).selected
        await press(pilot, "enter")
        assert isinstance(app.screen, AgentScreen) and app.screen.agent == selected
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen, "back")
        await pilot.press("W")
        await until(pilot, lambda: isinstance(app.screen, FloorScreen), "back on the floor")


async def test_w_explains_the_load_of_the_moment(played: Path, strained: None) -> None:
    async with floor(past(played), NARROW) as pilot:
        screen, app = await there(pilot), app_of(pilot)
        chosen = screen.chosen_agent()
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, WhyLoadScreen), "explained")
        assert chosen is not None and shows(app, chosen.name, "Load 66 of 100 (urgent since", "Computed from workload")
        assert all(len(line.rstrip()) <= NARROW[0] for line in text_of(app))


async def test_it_replays(played: Path, strained: None) -> None:
    async with floor(past(played), MEDIUM) as pilot:
        screen, app = await there(pilot), app_of(pilot)
        await press(pilot, "comma")
        shown = screen.query_one(LoadPane)
        assert app.clock.moment() == SURGE - 10_000 and shown.now_ms == SURGE - 10_000
        await pilot.press("g", *"0915", "enter")
        await until(pilot, lambda: shows(app, "09:15:00"), "there")
        await press(pilot, "right_square_bracket")
        assert shown.now_ms == app.clock.moment() > SURGE - 5_400_000


async def test_a_viewer_is_shown_no_loads(played: Path, strained: None) -> None:
    async with acting_floor(played, MEDIUM, role=Role.VIEWER) as (pilot, desk):
        app = app_of(pilot)
        await pilot.press("W")
        await until(pilot, lambda: shows(app, "Loads are for the people who lead."), "told")
        assert not shows(app, "min since a break") and not desk.ordered


async def test_a_wall_shows_praise_and_no_page_of_anybody(played: Path, strained: None) -> None:
    async with acting_floor(played, MEDIUM, role=None, wall=True) as (pilot, _):
        app = app_of(pilot)
        for key in ("W", "R", "enter", "f", "p"):
            await pilot.press(key)
            await pilot.pause()
            assert isinstance(app.screen, FloorScreen)
        messages = {note.message for note in app._notifications}
        assert messages == {"This screen is a wall's: nothing is done or told of a person here."}
        await pilot.press("w")
        await until(pilot, lambda: shows(app, "service level"), "the queue explained")


@pytest.mark.parametrize("look", ["en", "zh", pytest.param("ascii", marks=pytest.mark.slow)])
@pytest.mark.parametrize("size", ["medium", "wide"])
async def test_the_wall(played: Path, strained: None, size: str, look: str) -> None:
    language: Language = "zh" if look == "zh" else "en"
    more = {"language": language, "ascii": look == "ascii"}
    async with acting_floor(played, SIZES[size], role=None, wall=True, **more) as (pilot, _):  # type: ignore[arg-type]
        app = app_of(pilot)
        await until(pilot, lambda: shows(app, "大屏" if look == "zh" else "WALL"), "shown")
        hold(pilot, f"wall_{size}", look)
