"""The page of discipline: at every size, in both languages; what leads on from it; a team, the past, a lost store."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.app import FloorApp
from console.screens.agent import AgentScreen
from console.screens.discipline import DisciplineScreen
from console.screens.floor import FloorScreen
from console.screens.walk import WalkScreen
from tests.console.acting import acting_floor
from tests.console.disciplined import disciplined
from tests.console.floor_pilot import MEDIUM, NARROW, WIDE, app_of, floor, past, press, shows, text_of, until
from tests.console.floor_store import SURGE
from tests.console.test_floor_golden import hold, looking
from widgets.findings import FindingsPane
from widgets.scores import ScoresPane

__all__ = ["disciplined"]
pytestmark = pytest.mark.anyio
SIZES = {"narrow": NARROW, "medium": MEDIUM, "wide": WIDE}


def screen_of(app: FloorApp) -> DisciplineScreen:
    assert isinstance(app.screen, DisciplineScreen)
    return app.screen


async def there(pilot: Pilot[None]) -> DisciplineScreen:
    """Open the page, and wait until it is filled."""
    app = app_of(pilot)
    await pilot.press("D")
    await until(pilot, lambda: isinstance(app.screen, DisciplineScreen), "opened")
    screen = screen_of(app)
    await until(pilot, lambda: screen.query_one(ScoresPane).seen is not None, "filled")
    return screen


QUICK = (("narrow", "en"), ("narrow", "zh"), ("medium", "zh"), ("wide", "ascii"))
"""What is looked at each time; the others go with the slow tests."""


@pytest.mark.parametrize(
    ("size", "look"),
    [
        pytest.param(size, look, marks=() if (size, look) in QUICK else pytest.mark.slow)
        for size in SIZES
        for look in ("en", "zh", "ascii")
    ],
)
async def test_golden(played: Path, disciplined: None, size: str, look: str) -> None:
    async with floor(looking(played, look), SIZES[size]) as pilot:
        screen = await there(pilot)
        hold(pilot, f"discipline_{size}", look)
        if size == "narrow":
            for number, name in enumerate(screen.PANES[1:], 2):
                await press(pilot, str(number))
                hold(pilot, f"discipline_{size}_{name}", look)


async def test_a_store_that_knows_of_nothing_says_what_to_do_next(quiet: Path) -> None:
    async with floor(past(quiet), MEDIUM) as pilot:
        screen = await there(pilot)
        await until(pilot, lambda: screen.query_one(FindingsPane).picture is not None, "shown")
        assert shows(app_of(pilot), "Nothing was found that is still open", "There is no roster for now")


async def test_a_store_that_can_be_read_no_more_is_told(played: Path, tmp_path: Path) -> None:
    store = tmp_path / "gone.sqlite"
    store.write_bytes(played.read_bytes())
    async with floor(past(store), MEDIUM) as pilot:
        await there(pilot)
        store.write_bytes(b"no store at all" * 1000)
        await pilot.press("full_stop")
        await until(pilot, lambda: shows(app_of(pilot), "is not a Floorwalk store"), "told")


# ------------------------------------------------------------------ what is in view


async def test_t_narrows_to_a_team_what_is_about_people_and_leaves_what_is_about_places(
    played: Path, disciplined: None
) -> None:
    async with floor(past(played), MEDIUM) as pilot:
        screen, app = await there(pilot), app_of(pilot)
        pane = screen.query_one(FindingsPane)
        assert app.seen is not None and app.seen.picture is not None
        everything = {row.id: row for row in app.seen.picture.discipline.findings}
        teams = sorted({agent.team for agent in app.seen.picture.agents if agent.team})
        for at, team in enumerate(teams, 1):
            await press(pilot, "t")
            assert screen.team == team and shows(app, f"{team}  {at}/{len(teams)}")
            assert pane.picture is not None
            shown = {row.id for row in pane.picture.discipline.findings}
            assert shown == {row.id for row in everything.values() if row.team in ("", team)}
            seen = screen.query_one(ScoresPane).seen
            assert seen is not None and [score.name for score in seen.scores.teams] in ([], [team])
            names = {agent.id for agent in app.seen.picture.agents if agent.team == team}
            assert all(row.duty.agent_id in names for row in seen.attendance)
        await press(pilot, "t")
        assert screen.team == "" and shows(app, "all teams")


async def test_a_goes_through_the_areas_and_o_shows_the_own_ones(played: Path, disciplined: None) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, _):
        screen, app = await there(pilot), app_of(pilot)
        pane = screen.query_one(FindingsPane)
        areas: list[str] = []
        while not areas or pane.area:
            await pilot.press("a")
            areas.append(pane.area)
            rows = [entry.row for entry in pane._entries if entry.row is not None]
            assert rows and (not pane.area or {row.area for row in rows} == {pane.area})
        assert areas == ["workstation", "conduct", "time", "safety", "security", ""]
        await pilot.press("o")
        assert not [entry for entry in pane._entries if entry.row is not None]
        assert shows(app, "Nothing of that is open")
        await pilot.press("o")
        assert pane.own is None


async def test_an_areas_score_leads_to_its_findings(played: Path, disciplined: None) -> None:
    async with floor(past(played), MEDIUM) as pilot:
        screen = await there(pilot)
        await pilot.press("5")
        assert screen.query_one(ScoresPane).select("area:security")
        await press(pilot, "enter")
        assert screen.active == "findings" and screen.findings.area == "security"


# ------------------------------------------------------------------ what leads on from here


async def test_enter_walks_the_round_opens_the_agents_page_and_escape_comes_back(
    played: Path, disciplined: None
) -> None:
    async with floor(past(played), MEDIUM) as pilot:
        screen, app = await there(pilot), app_of(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, WalkScreen), "the walk")
        assert isinstance(app.screen, WalkScreen) and app.screen.walk_key == "2026-11-20/early/safety/1"
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen, "back")
        await pilot.press("6", "enter")
        await until(pilot, lambda: isinstance(app.screen, AgentScreen), "the agent's page")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen, "back")
        await pilot.press("D")
        await until(pilot, lambda: isinstance(app.screen, FloorScreen), "back on the floor")


async def test_enter_on_an_incident_shows_the_floor_of_then_and_home_comes_back(
    played: Path, disciplined: None
) -> None:
    async with acting_floor(played, MEDIUM) as (pilot, _):
        await there(pilot)
        app = app_of(pilot)
        await pilot.press("3", "enter")
        await until(pilot, lambda: isinstance(app.screen, FloorScreen), "the floor")
        assert app.clock.mode == "paused" and app.clock.moment() == SURGE - 22 * 60_000
        await until(pilot, lambda: shows(app, "The floor at 10:24", "Home comes back to now."), "told")
        await pilot.press("home")
        await until(pilot, lambda: app.clock.mode == "live" and app.clock.moment() == SURGE, "now")


async def test_it_replays(played: Path, disciplined: None) -> None:
    async with floor(past(played), MEDIUM) as pilot:
        screen, app = await there(pilot), app_of(pilot)
        await press(pilot, "comma")
        assert screen.query_one(FindingsPane).now_ms == app.clock.moment() == SURGE - 10_000


async def test_an_incident_that_goes_on_stands_on_the_floor_with_since_when(played: Path, disciplined: None) -> None:
    async with floor(past(played), NARROW) as pilot:
        app = app_of(pilot)
        assert shows(app, "▲ System outage  since 10:24 (22:00) · CRM answers after half a minute")
        assert all(len(line.rstrip()) <= NARROW[0] for line in text_of(app))


async def test_the_page_of_help_tells_of_its_keys(played: Path, disciplined: None) -> None:
    async with floor(past(played), WIDE) as pilot:
        await there(pilot)
        await pilot.press("question_mark")
        await until(
            pilot, lambda: shows(app_of(pilot), "On the page of discipline", "Findings of the next area"), "told"
        )
