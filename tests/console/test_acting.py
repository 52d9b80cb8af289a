"""Acts from the screen: what is asked, what is ordered, and what is said where nothing can be ordered."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from console.acting.screen import WHY_NOT, ActingScreen
from console.locale.zh import WORDS
from console.screens.agent import AgentScreen
from console.screens.chooser import Choice, ChooserScreen, Chosen
from data.model.people import Answer, NoteCoaching, NoteMood, RaiseFlag, Refusal, Role
from tests.console.acting import acting_floor
from tests.console.floor_pilot import app_of, shows, until
from tests.console.floor_store import SURGE
from widgets.agents import AgentsPane
from widgets.header import FloorHeader

pytestmark = pytest.mark.anyio


def acting(pilot: Pilot[None]) -> ActingScreen:
    screen = app_of(pilot).screen
    assert isinstance(screen, ActingScreen)
    return screen


def said(pilot: Pilot[None]) -> str:
    return "\n".join(note.message for note in app_of(pilot)._notifications)


async def test_who_only_looks_is_told_what_role_it_takes(played: Path) -> None:
    async with acting_floor(played, role=Role.VIEWER) as (pilot, desk):
        await pilot.press("f")
        await until(pilot, lambda: "That takes the role lead; you have viewer." in said(pilot), "told")
        assert not desk.ordered and app_of(pilot).look.read_only


async def test_without_a_desk_nothing_is_asked(played: Path) -> None:
    async with acting_floor(played, role=None) as (pilot, desk):
        await pilot.press("b")
        await until(pilot, lambda: "the poller does not run" in said(pilot), "told")
        assert not desk.ordered and app_of(pilot).look.read_only


async def test_the_past_takes_no_acts(played: Path) -> None:
    async with acting_floor(played) as (pilot, desk):
        await pilot.press("r")
        await until(pilot, lambda: app_of(pilot).clock.mode != "live", "in the past")
        await pilot.press("p")
        await until(pilot, lambda: "This is the past" in said(pilot), "told")
        assert not desk.ordered


async def test_a_refusal_is_said_in_the_desks_words(played: Path) -> None:
    refused = Answer(False, "that takes the role supervisor; you have lead", refusal=Refusal.ROLE)
    async with acting_floor(played, answer=refused) as (pilot, desk):
        await acting(pilot).order(NoteMood(1, 3), "noted")
        assert desk.ordered == [NoteMood(1, 3)]
        await until(pilot, lambda: "takes the role supervisor" in said(pilot), "told")
        assert "noted" not in said(pilot)


async def test_a_desk_that_goes_away_leaves_the_screen_to_look_at(played: Path) -> None:
    async with acting_floor(played) as (pilot, desk):
        assert not app_of(pilot).look.read_only
        desk.standing = None
        assert await acting(pilot).order(NoteMood(1, 3), "noted") is None
        await until(pilot, lambda: "there is no desk" in said(pilot), "told")
        assert app_of(pilot).look.read_only


async def test_a_refusal_begins_in_the_readers_words(played: Path) -> None:
    refused = Answer(False, "pbx takes no pauses", refusal=Refusal.CANNOT)
    async with acting_floor(played, answer=refused, language="zh") as (pilot, _):
        await acting(pilot).order(NoteMood(1, 3), "")
        await until(pilot, lambda: "话务系统无法执行 (pbx takes no pauses)" in said(pilot), "told")


@pytest.mark.parametrize("refusal", [refusal for refusal in Refusal if refusal])
def test_every_refusal_has_its_words_in_chinese(refusal: Refusal) -> None:
    assert WHY_NOT[refusal] in WORDS


CHOICES = (Choice("1", "rest", "rest"), Choice("2", "meal", "meal", "over the cap"))


@pytest.mark.parametrize(
    ("keys", "note", "needed", "chosen"),
    [
        (("2",), "note", False, Chosen("meal")),
        (("enter",), "", False, Chosen("rest")),
        (("j", "enter", "h", "i", "enter"), "note", False, Chosen("meal", "hi")),
        (("enter", "enter"), "note", False, Chosen("rest")),
        (("1", "enter", "h", "o", "enter"), "note", True, Chosen("rest", "ho")),
        (("1", "2", "enter"), "note", True, Chosen("rest", "2")),
        (("up", "escape"), "note", False, None),
        (("1", "escape"), "note", True, None),
    ],
)
async def test_a_chooser_takes_one_key_or_a_note(
    played: Path, keys: tuple[str, ...], note: str, needed: bool, chosen: Chosen | None
) -> None:
    async with acting_floor(played, (80, 24)) as (pilot, _):
        app, taken = app_of(pilot), list[Chosen | None]()
        screen = ChooserScreen(app.look, "王小明 · break", CHOICES, note=note, note_needed=needed)
        app.push_screen(screen, taken.append)
        await until(pilot, lambda: shows(app, "王小明 · break", "over the cap"), "asked")
        await pilot.press(*keys)
        await until(pilot, lambda: taken, "answered")
        assert taken == [chosen]


# ---------------------------------------------------------------- keys that come faster than windows


def burst(pilot: Pilot[None], keys: str) -> None:
    """Send keys as a slow line does: all at once."""
    names = {" ": "space", "\r": "enter", "\x1b": "escape", "/": "slash"}
    for key in keys:
        pilot.app.post_message(events.Key(names.get(key, key), key if key.isprintable() else None))


async def test_keys_typed_ahead_wait_for_the_window(played: Path) -> None:
    async with acting_floor(played) as (pilot, desk):
        before = app_of(pilot).screen
        agent = acting(pilot).chosen_agent()
        assert agent is not None
        burst(pilot, "f2")
        await until(pilot, lambda: desk.ordered, "flagged")
        assert desk.ordered == [RaiseFlag(agent.id, "distressed_caller")]
        assert app_of(pilot).screen is before and before.focused is not None and before.focused.id == "agents"


async def test_a_note_typed_ahead_is_a_note_and_no_keys(played: Path) -> None:
    async with acting_floor(played) as (pilot, desk):
        agent = acting(pilot).chosen_agent()
        assert agent is not None
        burst(pilot, "ncpbfq 1234/x")
        await until(pilot, lambda: str(getattr(app_of(pilot).focused, "value", "")) == "pbfq 1234/x", "typed")
        assert app_of(pilot).is_running
        burst(pilot, "\r")
        await until(pilot, lambda: desk.ordered, "noted")
        assert desk.ordered == [NoteCoaching(agent.id, "pbfq 1234/x")]


async def test_q_after_p_closes_nothing(played: Path) -> None:
    async with acting_floor(played) as (pilot, desk):
        burst(pilot, "pq")
        await until(pilot, lambda: isinstance(app_of(pilot).screen, ChooserScreen), "asked")
        burst(pilot, "\x1b")
        await until(pilot, lambda: not isinstance(app_of(pilot).screen, ChooserScreen), "left")
        assert app_of(pilot).is_running and not desk.ordered


@pytest.mark.parametrize("tab", "1345")
async def test_a_filter_typed_ahead_from_any_tab_is_a_filter(played: Path, tab: str) -> None:
    async with acting_floor(played, (80, 24)) as (pilot, desk):
        await pilot.press(tab)
        burst(pilot, "/bfq")
        await until(pilot, lambda: shows(app_of(pilot), "bfq"), "typed")
        burst(pilot, "\r")
        await until(pilot, lambda: not isinstance(app_of(pilot).focused, Input), "taken")
        assert not desk.ordered and app_of(pilot).screen.query_one("#agents", AgentsPane).filter == "bfq"


# ---------------------------------------------------------------- orders, and what stands behind a window


async def test_an_answer_is_said_although_the_next_act_has_begun(played: Path) -> None:
    refused = Answer(False, "the store takes nothing", refusal=Refusal.FAILED)
    async with acting_floor(played, answer=refused) as (pilot, desk):
        desk.open.clear()
        burst(pilot, "f2f")
        await until(pilot, lambda: isinstance(app_of(pilot).screen, ChooserScreen), "asked again")
        desk.open.set()
        await until(pilot, lambda: "the store takes nothing" in said(pilot), "told")


async def test_an_order_goes_out_although_its_screen_is_left(played: Path) -> None:
    async with acting_floor(played) as (pilot, desk):
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app_of(pilot).screen, AgentScreen), "opened")
        desk.open.clear()
        burst(pilot, "f2")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app_of(pilot).screen, AgentScreen), "left")
        desk.open.set()
        await until(pilot, lambda: len(desk.ordered) == 1, "ordered")
        await until(pilot, lambda: "distressed caller" in said(pilot), "told")


async def test_the_floor_goes_on_behind_a_window(played: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with acting_floor(played) as (pilot, _):
        app = app_of(pilot)
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen), "asked")
        later = SURGE + 90_000
        monkeypatch.setattr(app.clock, "_now", lambda: later)
        app.ask()
        await until(pilot, lambda: app.seen is not None and app.seen.wish.moment_ms == later, "a later picture")
        header = app.screen_stack[-2].query_one(FloorHeader)
        await until(pilot, lambda: header.now_ms == later, "shown behind the window")
