"""c: which round to walk, the late and due ones first; another is begun by hand; Enter on the checklist walks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.acting.rounds import round_hint
from console.screens.chooser import ChooserScreen
from console.screens.floor import FloorScreen
from console.screens.walk import WalkScreen
from data.model.days import MINUTE
from data.model.discipline_requests import StartRound
from data.model.people import Role
from tests.console.floor_pilot import app_of, shows, text_of, until
from tests.console.floor_store import SURGE
from tests.console.walking import KEY, Rounds, opened, round_row, rounds, walk
from tests.widgets.gallery import make_look
from widgets.rounds import in_order

pytestmark = pytest.mark.anyio

LATE = round_row("safety", opens=-60, due=-16, done=3, n=6)
DUE = round_row("mid_shift", due=44, done=18, n=34, failed=1)
COMING = round_row("safety", "2", opens=120, due=180, n=6)
DONE = round_row("opening", opens=-170, due=-120, done=20, n=20, last_ms=SURGE - 130 * MINUTE)


def several(desk: Rounds) -> None:
    desk.rows = (DONE, COMING, DUE, LATE)


def test_late_ones_come_first_then_those_due_then_those_to_come_and_those_done() -> None:
    assert in_order((DONE, COMING, DUE, LATE), SURGE) == [LATE, DUE, COMING, DONE]
    look = make_look()
    assert round_hint(LATE, SURGE, look) == "3 of 6 · overdue since 10:30"
    assert round_hint(DUE, SURGE, look) == "1 failed · 18 of 34 · due 11:30"
    assert round_hint(COMING, SURGE, look) == "0 of 6 · opens 12:46"
    assert round_hint(DONE, SURGE, look) == "20 of 20 · finished 08:36"


async def test_c_lists_the_rounds_and_a_digit_walks_one(played: Path) -> None:
    async with rounds(played, change=several) as (pilot, _):
        app = app_of(pilot)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen), "asked")
        within = [part.strip() for line in text_of(app) for part in line.split("│") if "·" in part]
        listed = [line for line in within if line[:1].isdigit()]
        assert [line[0] for line in listed] == ["1", "2", "3", "4"]
        assert "Safety round" in listed[0] and "3 of 6 · overdue since 10:30" in listed[0]
        assert "Mid-shift walk" in listed[1] and "18 of 34 · due 11:30" in listed[1]
        assert "Opening check" in listed[3] and "finished 08:36" in listed[3]
        screen = await opened(pilot, "2")
        assert screen.walk_key == KEY


async def test_enter_takes_the_one_that_is_under_way(played: Path) -> None:
    async with rounds(played) as (pilot, _):
        screen = await opened(pilot, "c", "enter")
        assert screen.walk_key == KEY
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app_of(pilot).screen, FloorScreen), "back")
        await pilot.press("W")
        again = await opened(pilot, "c", "1")
        assert again.walk_key == KEY, "from wellbeing as well"


async def test_from_one_round_to_another_the_way_back_stays_the_same(played: Path) -> None:
    async with walk(played, change=lambda desk: setattr(desk, "rows", (DUE, LATE))) as (pilot, _, first):
        app = app_of(pilot)
        await pilot.press("c", "2")
        await until(pilot, lambda: isinstance(app.screen, WalkScreen) and app.screen is not first, "the other one")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, FloorScreen), "back on the floor at once")


async def test_another_round_is_begun_by_hand_and_walked(played: Path) -> None:
    async with rounds(played) as (pilot, desk):
        app = app_of(pilot)
        await pilot.press("c", "n")
        await until(pilot, lambda: shows(app, "Begin which round?", "Safety round"), "asked")
        await pilot.press("2")
        await until(pilot, lambda: isinstance(app.screen, WalkScreen), "walked")
        assert desk.ordered == [StartRound("safety")]
        assert isinstance(app.screen, WalkScreen) and app.screen.walk_key.endswith("/safety/+1")
        assert not app.screen.wants_discipline


async def test_more_than_nine_rounds_are_turned_over(played: Path) -> None:
    many = tuple(round_row("safety", str(at), opens=-60, due=at, n=6) for at in range(1, 13))
    async with rounds(played, (120, 36), change=lambda desk: setattr(desk, "rows", many)) as (pilot, _):
        app = app_of(pilot)
        await pilot.press("c", "0")
        await until(pilot, lambda: shows(app, "0 of 6 · due 10:57"), "the rest")
        screen = await opened(pilot, "3")
        assert screen.walk_key == many[11].key


async def test_where_no_round_is_known_it_says_so(played: Path) -> None:
    async with rounds(played, role=None) as (pilot, desk):
        desk.rows = ()
        app = app_of(pilot)
        app.ask()
        await until(
            pilot, lambda: app.seen and app.seen.picture and not app.seen.picture.discipline.rounds, "no rounds"
        )
        await pilot.press("c")
        await until(pilot, lambda: "No round is known" in str([note.message for note in app._notifications]), "told")


async def test_who_may_only_look_begins_no_round_and_a_wall_shows_none(played: Path) -> None:
    async with rounds(played, role=Role.VIEWER) as (pilot, _):
        app = app_of(pilot)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen), "asked")
        assert shows(app, "Mid-shift walk") and not shows(app, "another round")
    async with rounds(played, role=None, wall=True) as (pilot, _):
        app = app_of(pilot)
        await pilot.press("c")
        await until(pilot, lambda: app._notifications, "told")
        assert isinstance(app.screen, FloorScreen)
        await pilot.press("5", "enter")
        assert isinstance(app.screen, FloorScreen)


async def test_enter_on_the_checklist_walks_its_round(played: Path) -> None:
    async with rounds(
        played,
        alter=lambda picture: picture._replace(checklist=picture.checklist and picture.checklist._replace(key=KEY)),
    ) as (pilot, _):
        screen = await opened(pilot, "5", "enter")
        assert screen.walk_key == KEY
