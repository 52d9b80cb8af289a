"""Every key does what the help page says, and what is shown follows the newest answer only."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.command import CommandList, CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input, Static

from console.actions import ACTIONS, bar_keys
from console.app import FloorApp
from console.clock import SPEEDS
from console.feed import FloorSeen
from console.locale import Language, catalogue
from console.options import Options
from console.screens.agent import AgentScreen
from console.screens.detail import DetailScreen
from console.screens.floor import PANES, FloorScreen
from console.screens.help import HelpScreen
from console.screens.prompt import PromptError, read_time
from console.screens.walk import WalkScreen
from console.screens.why import WhyScreen
from console.screens.why_load import WhyLoadScreen
from tests.console.floor_pilot import (
    MEDIUM,
    NARROW,
    WIDE,
    app_of,
    floor,
    past,
    press,
    settled,
    shows,
    text_of,
    until,
)
from tests.console.floor_store import SURGE, ZONE, at
from themes import THEMES
from widgets.agents import AgentsPane
from widgets.canvas import text_of as line_text
from widgets.keys import KeyBar
from widgets.pane import Pane
from widgets.scrubber import Scrubber
from widgets.seat_map import SeatMap

pytestmark = pytest.mark.anyio


def agents_of(pilot: Pilot[None]) -> AgentsPane:
    return floor_of(pilot).query_one("#agents", AgentsPane)


def floor_of(pilot: Pilot[None]) -> FloorScreen:
    screen = app_of(pilot).screen_stack[1]
    assert isinstance(screen, FloorScreen)
    return screen


def subject_of(pilot: Pilot[None]) -> tuple[str, int]:
    screen = app_of(pilot).screen
    assert isinstance(screen, (AgentScreen, DetailScreen))
    assert screen.subject is not None
    return screen.subject


def moment_of(pilot: Pilot[None]) -> int:
    return app_of(pilot).clock.moment()


def shown_panes(pilot: Pilot[None]) -> set[str]:
    return {str(pane.id) for pane in floor_of(pilot).query(Pane) if pane.is_on_screen and pane.size.area}


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The present, in our hands: the played day's surge."""
    present = [SURGE]
    monkeypatch.setattr("console.app._ticks_ms", lambda: present[0])
    return present


def live(store: Path, now: list[int] | None = None, **more: Any) -> Options:  # noqa: ANN401
    if now is not None:
        more["now"] = lambda: now[0]
    return Options(store, ZONE, site="Day shift", **more)


# ------------------------------------------------------------------------ time


async def test_steps_and_pause(played: Path) -> None:
    async with floor(past(played)) as pilot:
        await press(pilot, "comma", "comma", "comma")
        assert moment_of(pilot) == SURGE - 30_000
        assert shows(app_of(pilot), "10:45:30")
        await press(pilot, "full_stop")
        assert moment_of(pilot) == SURGE - 20_000
        await press(pilot, "r")
        assert moment_of(pilot) == SURGE - 80_000
        await pilot.press("space")
        assert app_of(pilot).clock.mode == "replay"
        await until(pilot, lambda: moment_of(pilot) > SURGE - 80_000, "running")
        await press(pilot, "space")
        assert app_of(pilot).clock.mode == "paused"


async def test_speeds(played: Path) -> None:
    async with floor(past(played, moment_ms=at(9))) as pilot:
        clock = app_of(pilot).clock
        for speed in SPEEDS[1:]:
            await pilot.press("greater_than_sign")
            assert (clock.mode, clock.speed) == ("replay", speed)
            assert shows(app_of(pilot), f"REPLAY ×{speed} ")
        await pilot.press("greater_than_sign")
        assert clock.speed == 600
        await until(pilot, lambda: moment_of(pilot) > at(9, 1), "a minute on")
        for speed in SPEEDS[-2::-1]:
            await pilot.press("less_than_sign")
            assert clock.speed == speed
        await pilot.press("less_than_sign")
        assert clock.speed == 1


async def test_a_replay_shows_the_moments_it_runs_through_and_ends_where_the_day_ends(played: Path) -> None:
    async with floor(past(played, moment_ms=at(23, 59))) as pilot:
        app = app_of(pilot)
        await pilot.press(*["greater_than_sign"] * 9)
        await until(pilot, lambda: app.clock.mode == "paused", "at the end")
        await settled(pilot)
        assert app.clock.bounds is not None
        assert moment_of(pilot) == app.clock.bounds[1] == at(23, 59) + 60_000
        assert shows(app, "PAUSED")


async def test_jumps_go_from_mark_to_mark(played: Path) -> None:
    async with floor(past(played)) as pilot:
        strip = floor_of(pilot).query_one(Scrubber).strip
        assert strip is not None
        marks = [mark.at_ms for mark in strip.marks]
        later = sorted({moment for moment in marks if moment > SURGE})
        for moment in later[:3]:
            await press(pilot, "right_square_bracket")
            assert moment_of(pilot) == moment
        await press(pilot, "left_square_bracket")
        assert moment_of(pilot) == later[1]
        app_of(pilot).clock.go(max(marks))
        await press(pilot, "right_square_bracket")
        assert moment_of(pilot) == max(marks)
        await until(pilot, lambda: shows(app_of(pilot), "Nothing later on this day."), "told")


async def test_a_jump_from_now_waits_for_the_day(played: Path, now: list[int]) -> None:
    async with floor(live(played, now)) as pilot:
        await until(pilot, lambda: shows(app_of(pilot), "LIVE"), "live")
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: moment_of(pilot) < SURGE, "back at a mark")
        strip = floor_of(pilot).query_one(Scrubber).strip
        assert strip is not None
        assert moment_of(pilot) == max(mark.at_ms for mark in strip.marks if mark.at_ms < now[0])


async def test_go_to_a_time(played: Path) -> None:
    async with floor(past(played)) as pilot:
        app = app_of(pilot)
        before = text_of(app)
        await pilot.press("g", *"25:99", "enter")
        await pilot.pause()
        assert moment_of(pilot) == SURGE
        assert shows(app, "go to 25:99", "write a time as 10:40")
        changed = [y for y, (old, new) in enumerate(zip(before, text_of(app), strict=True)) if old != new]
        assert changed[-1] == app.size.height - 1, "the last row gives its place"
        left = [y for y in changed[:-1] if before[y][:56] != text_of(app)[y][:56]]
        assert not left, "only the pane that had the cursor loses it, and its foot"
        await pilot.press(*["backspace"] * 5, *"9:30:15")
        await press(pilot, "enter")
        assert moment_of(pilot) == at(9, 30, 15)
        assert not floor_of(pilot).query("Prompt")
        await pilot.press("g", *"+45m")
        await press(pilot, "enter")
        assert moment_of(pilot) == at(10, 15, 15)
        await pilot.press("g", *"11:00")
        await press(pilot, "escape")
        assert moment_of(pilot) == at(10, 15, 15)
        assert text_of(app)[-1].startswith(" Space play")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("10:40", at(10, 40)),
        ("1040", at(10, 40)),
        (" 9:05:07 ", at(9, 5, 7)),
        ("8", at(8)),
        ("2026-11-20 10:40", at(10, 40)),
        ("2026-11-20T02:40:00+00:00", at(10, 40)),
        ("-5m", SURGE - 300_000),
        ("+30s", SURGE + 30_000),
        ("- 2h", SURGE - 7_200_000),
        ("+1", SURGE + 60_000),
    ],
)
def test_times_that_are_understood(text: str, moment: int) -> None:
    assert read_time(text, SURGE, ZONE) == moment


@pytest.mark.parametrize(
    "text",
    ["", "noon", "24:00", "10:60", "1:2:3:4", "9" * 400, "+" + "9" * 400 + "h", "0001-01-01", "9999-12-31", "10:4"],
)
def test_times_that_are_not(text: str) -> None:
    with pytest.raises(PromptError, match="write a time"):
        read_time(text, SURGE, ZONE)


async def test_rewind_and_home_where_there_is_a_live_floor(played: Path, now: list[int]) -> None:
    async with floor(live(played, now), WIDE) as pilot:
        app = app_of(pilot)
        await until(pilot, lambda: shows(app, " LIVE ", "10:46:00"), "live")
        assert "rewind" in text_of(app)[-1]
        await press(pilot, "r")
        assert (app.clock.mode, moment_of(pilot)) == ("paused", SURGE - 60_000)
        assert "Home live" in text_of(app)[-1]
        now[0] += 5000
        await press(pilot, "r")
        assert moment_of(pilot) == SURGE - 120_000
        await pilot.press("home")
        await until(pilot, lambda: shows(app, " LIVE ", "10:46:05"), "live again")
        assert "Home" not in text_of(app)[-1]


async def test_home_does_nothing_where_there_is_none(played: Path) -> None:
    async with floor(past(played)) as pilot:
        await press(pilot, "home")
        assert (app_of(pilot).clock.mode, moment_of(pilot)) == ("paused", SURGE)
        assert "Home" not in text_of(app_of(pilot))[-1]


async def test_a_live_clock_ticks(played: Path, now: list[int]) -> None:
    async with floor(live(played, now)) as pilot:
        await until(pilot, lambda: shows(app_of(pilot), "10:46:00"), "live")
        now[0] += 1000
        await until(pilot, lambda: shows(app_of(pilot), "10:46:01"), "ticked")


# ---------------------------------------------------------------------- agents


async def test_filter_and_escape(played: Path) -> None:
    async with floor(past(played)) as pilot:
        agents = agents_of(pilot)
        everybody = len(agents._index)
        await pilot.press("slash", *"rest")
        await pilot.pause()
        assert len(agents._index) == 1
        await press(pilot, "enter")
        assert len(agents._index) == 1
        assert agents.has_focus
        await press(pilot, "slash")
        assert floor_of(pilot).query_one(Input).value == "rest"
        await pilot.press(*"zz")
        await until(pilot, lambda: shows(app_of(pilot), "Esc clears the filter"), "told")
        await press(pilot, "enter", "escape")
        assert len(agents._index) == everybody
        await pilot.press("slash", *"talk")
        await press(pilot, "escape")
        assert agents.filter == ""
        assert len(agents._index) == everybody


async def test_the_filter_is_typed_even_where_its_letters_are_keys(played: Path) -> None:
    async with floor(past(played)) as pilot:
        await pilot.press("slash", *"qzu? 1<")
        await pilot.pause()
        assert agents_of(pilot).filter == "qzu? 1<"
        assert app_of(pilot).is_running


async def test_what_is_typed_ahead_goes_to_the_prompt(played: Path) -> None:
    async with floor(past(played)) as pilot:
        app = app_of(pilot)
        for key in ("slash", *"quzm1"):  # all of them arrive before the first is looked at
            app.post_message(events.Key(key, "/" if key == "slash" else key))
        await until(pilot, lambda: agents_of(pilot).filter == "quzm1", "typed")
        assert app.is_running


async def test_sort_and_group(played: Path) -> None:
    async with floor(past(played)) as pilot:
        agents = agents_of(pilot)
        await press(pilot, "s")
        assert agents.sort == "load"
        await press(pilot, "s", "s", "s")
        assert agents.sort == "name"
        names = [entry.row.name.casefold() for entry in agents._entries if entry.row]
        assert names == sorted(names)
        assert shows(app_of(pilot), "by name")
        await press(pilot, "u")
        assert [entry.key for entry in agents._entries if entry.row is None]
        await press(pilot, "u")
        assert not [entry.key for entry in agents._entries if entry.row is None]


async def test_the_selected_agent_stays_selected_when_the_order_changes(played: Path) -> None:
    async with floor(past(played)) as pilot:
        agents = agents_of(pilot)
        await press(pilot, *["j"] * 7)
        chosen, order = agents.selected, list(agents._index)
        for keys in (["full_stop"] * 3, ["r"], ["s"], ["u"]):
            await press(pilot, *keys)
            assert agents.selected == chosen
            assert isinstance(chosen, int)
            place = agents._index[chosen]
            assert agents.top <= place < agents.top + agents._height
        assert list(agents._index) != order


# ----------------------------------------------------------------------- panes


@pytest.mark.parametrize("size", [NARROW, MEDIUM, WIDE])
async def test_panes_by_number_and_by_tab(played: Path, size: tuple[int, int]) -> None:
    async with floor(past(played), size) as pilot:
        screen = floor_of(pilot)
        for number, name in enumerate(PANES[:5], 1):
            await press(pilot, str(number))
            assert (screen.active, screen.pane(name).has_focus) == (name, True)
            assert shown_panes(pilot) == {name} if size == NARROW else name in shown_panes(pilot)
        order = PANES if size == WIDE else PANES[:5]
        await press(pilot, "1")
        for name in (*order[1:], order[0]):
            await press(pilot, "tab")
            assert screen.active == name
        for name in reversed(order):
            await press(pilot, "shift+tab")
            assert screen.active == name


async def test_the_map_takes_the_agents_place_and_the_selection_along(played: Path) -> None:
    async with floor(past(played)) as pilot:
        agents, seats = agents_of(pilot), floor_of(pilot).query_one("#map", SeatMap)
        await press(pilot, *["j"] * 4)
        chosen = agents.selected
        await press(pilot, "m")
        assert "map" in shown_panes(pilot)
        assert "agents" not in shown_panes(pilot)
        assert seats.has_focus
        await until(pilot, lambda: seats.selected == chosen, "the same agent")
        await press(pilot, "right")
        moved = seats.selected
        assert moved != chosen
        await press(pilot, "m")
        assert "agents" in shown_panes(pilot)
        await until(pilot, lambda: agents.selected == moved, "the same agent")


@pytest.mark.parametrize("size", [MEDIUM, WIDE])
async def test_zoom_gives_the_screen_and_gives_it_back(played: Path, size: tuple[int, int]) -> None:
    async with floor(past(played), size) as pilot:
        everything = shown_panes(pilot)
        before = text_of(app_of(pilot))
        for name in ("breaks", "checklist", "agents"):
            await press(pilot, str(PANES.index(name) + 1), "z")
            assert shown_panes(pilot) == {name}
            assert floor_of(pilot).pane(name).size.width == size[0]
            await press(pilot, "z")
            assert shown_panes(pilot) == everything
        assert text_of(app_of(pilot)) == before


async def test_another_size_rearranges_and_keeps_the_pane(played: Path) -> None:
    async with floor(past(played), WIDE) as pilot:
        await press(pilot, "4")
        assert len(shown_panes(pilot)) == 6
        await pilot.resize_terminal(*NARROW)
        await until(pilot, lambda: shown_panes(pilot) == {"flags"}, "narrow")
        await pilot.resize_terminal(*MEDIUM)
        await until(pilot, lambda: len(shown_panes(pilot)) == 5, "medium")
        assert floor_of(pilot).active == "flags"


async def test_enter_opens_and_escape_leads_back(played: Path) -> None:
    async with floor(past(played)) as pilot:
        app = app_of(pilot)
        agents = agents_of(pilot)
        await press(pilot, "j", "enter")
        assert subject_of(pilot) == ("agent", agents.selected)
        assert agents.picture is not None
        name = next(agent.name for agent in agents.picture.agents if agent.id == agents.selected)
        assert name in text_of(app)[1]
        await press(pilot, "escape")
        await press(pilot, "1", "enter")
        assert subject_of(pilot)[0] == "queue"
        await press(pilot, "backspace")
        await press(pilot, "4", "enter")
        assert subject_of(pilot)[0] == "agent"
        await press(pilot, "L")
        assert shows(app, "返回")
        await press(pilot, "escape", "5", "enter")
        await until(pilot, lambda: isinstance(app.screen, WalkScreen), "the round")
        await press(pilot, "escape")
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, WhyScreen), "explained")
        await press(pilot, "w", "2")
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, WhyLoadScreen), "the load explained")
        await press(pilot, "w")
        assert isinstance(app.screen, FloorScreen)


# ---------------------------------------------------------------------- screen


async def test_language(played: Path) -> None:
    async with floor(past(played)) as pilot:
        english = text_of(app_of(pilot))
        await press(pilot, "L")
        assert shows(app_of(pilot), "坐席", "队列", "小休示忙", "标记", "检查表", "暂停", "排队")
        await press(pilot, "L")
        assert text_of(app_of(pilot)) == english


async def test_theme(played: Path) -> None:
    async with floor(past(played)) as pilot:
        app = app_of(pilot)
        words, seen = text_of(app), []
        for _ in THEMES:
            await press(pilot, "T")
            seen.append(app.theme)
            assert text_of(app) == words
        assert sorted(seen) == sorted(theme.name for theme in THEMES)


async def test_the_palette_lists_what_can_be_done_and_does_it(played: Path) -> None:
    async with floor(past(played)) as pilot:
        app = app_of(pilot)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: shows(app, "Go to the agents"), "open")
        assert isinstance(app.screen, CommandPalette)
        await pilot.press(*"minute")
        await until(pilot, lambda: shows(app, "Go back a minute; recording goes on  (r)"), "found")
        await until(pilot, lambda: app.screen.query_one(CommandList).option_count == 1, "alone")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FloorScreen), "closed")
        await until(pilot, lambda: moment_of(pilot) == SURGE - 60_000, "done")
        offered = {command.title for command in app.get_system_commands(floor_of(pilot))}
        for action in ACTIONS:
            if action.id not in ("palette", "redraw", "open", "live"):
                assert f"{action.help}  ({action.shown})" in offered


async def test_help_names_every_key(played: Path) -> None:
    async with floor(past(played), (160, 60)) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app_of(pilot).screen, HelpScreen), "open")
        for action in ACTIONS:
            assert shows(app_of(pilot), f"    {action.shown:10} {action.help}")
        await press(pilot, "escape")


async def test_help_scrolls_where_it_does_not_fit(played: Path) -> None:
    async with floor(past(played), NARROW) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app_of(pilot).screen, HelpScreen), "open")
        assert not shows(app_of(pilot), "average handle time")
        await pilot.press(*["down"] * 60)
        await until(pilot, lambda: shows(app_of(pilot), "average handle time"), "at the end")


def test_keys_help_and_last_row_are_one_set() -> None:
    bound = {(b.key, b.action) for b in FloorScreen.BINDINGS if not isinstance(b, tuple)}
    assert bound == {(action.keys, action.name) for action in ACTIONS if action.keys}
    keys = [key for action in ACTIONS for key in action.keys.split(",") if key]
    assert len(keys) == len(set(keys))
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    known = {action.shown for action in ACTIONS}
    for mode in ("live", "replay", "paused"):
        for has_live in (True, False):
            row = bar_keys(mode, has_live)
            assert {key for key, _ in row} <= known
            assert row[-1] == ("q", "quit")
            assert ("?", "help") in row
    for action in ACTIONS:
        name = action.name.partition("(")[0]
        where = FloorApp if name.startswith("app.") else FloorScreen
        if action.id != "open":  # the pane's own
            assert hasattr(where, "action_" + name.removeprefix("app."))


@pytest.mark.parametrize("size", [NARROW, MEDIUM, WIDE])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_help_and_quit_are_in_the_last_row_of_every_size(
    played: Path, now: list[int], size: tuple[int, int], language: Language
) -> None:
    async with floor(live(played, now, language=language), size) as pilot:
        app = app_of(pilot)
        words = app.look.words
        await until(pilot, lambda: app.seen is not None, "seen")
        for key in ("space", "space", "r"):
            assert shows(app, f"? {words('help')}", f"q {words('quit')}")
            await pilot.press(key)
            await pilot.pause()


def test_every_word_of_the_keys_is_in_chinese() -> None:
    words = catalogue("zh")
    said = {text for action in ACTIONS for text in (action.help, action.group)}
    said |= {label for mode in ("live", "replay", "paused") for _, label in bar_keys(mode, True)}
    assert said <= set(words)


async def test_clicks_on_the_last_row_do_what_the_keys_do(played: Path) -> None:
    async with floor(past(played)) as pilot:
        app = app_of(pilot)
        row = text_of(app)[-1]
        await pilot.click(KeyBar, offset=(row.index("? help"), 0))
        await until(pilot, lambda: isinstance(app.screen, HelpScreen), "help")
        await pilot.click(KeyBar, offset=(2, 0))
        await until(pilot, lambda: isinstance(app.screen, FloorScreen), "back")
        await pilot.click(KeyBar, offset=(row.index("Enter"), 0))
        await until(pilot, lambda: isinstance(app.screen, AgentScreen), "open")


@pytest.mark.slow
async def test_all_keys_in_any_order_do_no_harm(played: Path) -> None:
    keys = [key for action in ACTIONS for key in action.keys.split(",") if key and action.id != "quit"]
    for size, order in ((NARROW, keys), (WIDE, list(reversed(keys)))):
        async with floor(past(played), size) as pilot:
            for key in order:
                await pilot.press(key)
                if not isinstance(app_of(pilot).screen, FloorScreen):
                    await pilot.press("escape")
            await pilot.press("escape", "q")
            await until(pilot, lambda: not app_of(pilot).is_running, "left")


# ----------------------------------------------------------------- the answers


async def test_live_and_replay_show_equal_pictures_for_equal_moments(played: Path, now: list[int]) -> None:
    drawn: list[list[list[str]]] = []
    pictures = []
    for options in (live(played, now), past(played)):
        async with floor(options, WIDE) as pilot:
            app = app_of(pilot)
            await until(pilot, lambda: shows(app_of(pilot), "need you"), "seen")
            assert app.seen is not None
            pictures.append(app.seen.picture)
            panes = list(floor_of(pilot).query(Pane))
            drawn.append([[line_text(line) for line in pane.draw(70, 40)] for pane in panes])
    assert pictures[0] == pictures[1]
    assert drawn[0] == drawn[1]


async def test_a_late_answer_never_replaces_a_newer_one(played: Path) -> None:
    async with floor(past(played)) as pilot:
        app = app_of(pilot)
        old = app.seen
        assert old is not None
        await press(pilot, "full_stop")
        newest = app.seen
        assert newest is not None
        assert newest.number > old.number
        app.post_message(FloorSeen(old.number, old.wish, old.picture, old.strip))
        await pilot.pause()
        assert app.seen is not None
        assert app.seen.number >= newest.number
        assert shows(app, "10:46:10")


async def test_a_covered_screen_is_left_alone_and_catches_up(played: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with floor(past(played)) as pilot:
        app, screen = app_of(pilot), floor_of(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen), "covered")
        with monkeypatch.context() as patch:
            patch.setattr(screen, "show_seen", lambda _: pytest.fail("shown while covered"))
            app.clock.step(10_000)
            app.ask()
            await until(pilot, lambda: app.seen and app.seen.wish.moment_ms == SURGE + 10_000, "answered")
        await press(pilot, "escape")
        assert shows(app, "10:46:10")


async def test_nothing_outlives_the_app(played: Path) -> None:
    for keys in ([], ["space"], ["question_mark"], ["slash"], ["enter"]):
        async with floor(past(played)) as pilot:
            app = app_of(pilot)
            await pilot.press(*keys)
        assert not app.feed._thread.is_alive()
        assert not [timer for timer in app._timers if timer._task is not None and not timer._task.done()]
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert not [task for task in left if "timer" in task.get_name().lower() or "Floor" in task.get_name()]
    assert "feed" not in {thread.name for thread in threading.enumerate()}


async def test_the_screen_waits_for_a_store_that_comes_later(tmp_path: Path, played: Path, now: list[int]) -> None:
    store = tmp_path / "later.sqlite"
    async with floor(live(store, now, hindrance=lambda: "")) as pilot:
        app = app_of(pilot)
        await until(pilot, lambda: shows(app, "Waiting for the first picture"), "waiting")
        store.write_bytes(played.read_bytes())
        await until(pilot, lambda: shows(app, "need you", "10:46:00"), "shown")


async def test_why_a_poller_gives_nothing_is_told(tmp_path: Path) -> None:
    async with floor(live(tmp_path / "never.sqlite", hindrance=lambda: "no such adapter: [/nope]")) as pilot:
        await until(pilot, lambda: shows(app_of(pilot), "no such adapter: [/nope]"), "told")


async def test_a_store_that_goes_is_down_and_comes_back(tmp_path: Path, played: Path) -> None:
    store = tmp_path / "store.sqlite"
    store.write_bytes(played.read_bytes())
    async with floor(past(store), NARROW) as pilot:
        app = app_of(pilot)
        store.unlink()
        await until(pilot, lambda: shows(app, "there is no store", " DOWN "), "missed")
        store.write_bytes(played.read_bytes())
        await until(pilot, lambda: shows(app, "need you", "UP 0s"), "back")


async def test_a_prompts_complaint_is_in_the_readers_language(played: Path) -> None:
    async with floor(past(played, "zh")) as pilot:
        await pilot.press("g", *"x", "enter")
        await pilot.pause()
        assert "时间写作" in str(floor_of(pilot).query_one("#prompt-error", Static).render())
